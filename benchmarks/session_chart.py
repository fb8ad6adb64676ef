"""One reading more on a chart of thousands: what the browser works until it is painted.

The page's own chart, in headless Chromium. Each reading is drawn by itself with a pause behind it; from
the browser's own trace, all that its main thread did from mark to mark is summed (script, style, layout,
paint, commit), and all raster work of other threads beside it. The median is of all readings.
"""

import json
import os
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

POINTS = 5000
TURNS = int(os.environ.get("BENCH_TURNS", "200"))
STATIC = Path(__file__).resolve().parent.parent / "src/holdfast/web/static"
CHROMIUM = "/usr/bin/chromium"
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "blink.user_timing"]
MARK = "turn"
TASK, RASTER = "RunTask", "RasterTask"

# The same data as a page has: seconds since the dose, pressure, pulse, warmth.
DRAW = """async ([points, turns, mark]) => {
  const at = Array.from({ length: points }, (_, place) => place * 5);
  const data = [at, ...[130, 80, 90, 37].map((from) => at.map((each) => from + Math.sin(each / 900) * 8))];
  const told = { zero: 0, data, marks: [], alarms: [], doses: [], expected: {}, hasDose: true, isNarrow: false,
    plan: { supplement_after_minutes: [90, 120], numbers: [{ code: "observe-systolic", value: "160", unit: "mm[Hg]" }] } };
  const chart = HoldfastChart.make(document.getElementById("chart"));
  chart.show(told);
  const pause = (ms) => new Promise((go) => setTimeout(go, ms));
  await pause(500);
  for (let turn = 0; turn < turns; turn += 1) {
    performance.mark(mark);
    data[0].push(data[0].length * 5);
    for (const series of data.slice(1)) series.push(series[series.length - 1] + 0.1);
    chart.show({ ...told, data });
    await new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
    await pause(20);
  }
  performance.mark(mark);
}"""


def appended() -> dict[str, Any]:
    """One row: script and paint of one reading more."""
    from playwright.sync_api import sync_playwright

    words = json.dumps({"panel": {}, "units": {}, "measures": {}, "kinds": {}, "choices": {}})
    html = (
        f"<body data-zone='UTC'><script type='application/json' id='session-words'>{words}</script>"
        "<div id='chart'></div></body>"
    )
    scripts = [STATIC / "vendor/uplot-1.6.32.iife.min.js"]
    scripts += [STATIC / f"holdfast/session-{name}.js" for name in ("say", "chart")]
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_content(html)
        for path in scripts:
            page.add_script_tag(content=path.read_text("utf-8"))
        browser.start_tracing(page=page, categories=CATEGORIES)
        page.evaluate(DRAW, [POINTS, TURNS, MARK])
        trace = json.loads(browser.stop_tracing())
        version = browser.version
        browser.close()
    main, raster = worked(trace["traceEvents"])
    both = [one + other for one, other in zip(main, raster, strict=True)]
    return {
        "what": f"chart of {POINTS:,} points, Chromium {version}",
        "readings": len(both),
        "script and paint, median ms": median(both),
        "of it the page's thread": median(main),
        "script and paint p95 ms": quantiles(both, n=20)[-1],
        "chart aim ms": "16",
    }


def worked(events: Sequence[Mapping[str, Any]]) -> tuple[list[float], list[float]]:
    """Of each reading: milliseconds of the page's thread, and of raster work elsewhere."""
    marks = [each for each in events if each["name"] == MARK and each["ph"] in "RI"]
    thread = (marks[0]["pid"], marks[0]["tid"])
    starts = sorted(each["ts"] for each in marks)
    main, raster = ([0.0] * (len(starts) - 1) for _ in range(2))
    for each in events:
        if each["name"] not in (TASK, RASTER) or each["ph"] != "X":
            continue
        is_ours = (each["pid"], each["tid"]) == thread
        turn = bisect_right(starts, each["ts"] + each.get("dur", 0)) - 1
        if not 0 <= turn < len(main) or (each["name"] == TASK and not is_ours):
            continue
        (main if is_ours else raster)[turn] += each.get("dur", 0) / 1000
    assert min(main) > 0, "the trace holds no work of the page"
    return main, raster
