"""What devices say by Bluetooth, byte by byte, and the line of vital signs as server and page read it."""

import json
from pathlib import Path

import pytest

import holdfast.web
from holdfast.definitions import session as entry_kinds
from holdfast.domain.reading_line import LineRefused, read_line
from holdfast.domain.session_entries import EntryKind
from holdfast.web.session.kinds import described

pytestmark = pytest.mark.browser
SCRIPTS = Path(holdfast.web.__file__).parent / "static" / "holdfast"


@pytest.fixture(scope="module")
def bare(browser):
    """A page with nothing in it but the two modules."""
    context = browser.new_context()
    page = context.new_page()
    for name in ("session-devices.js", "session-line.js"):
        page.add_script_tag(content=(SCRIPTS / name).read_text("utf-8"))
    yield page
    context.close()


def decoded(page, decode: str, *octets: int):
    """What a decoder makes of these octets."""
    call = (
        "([name, bytes]) => HoldfastDevices[name](new DataView(Uint8Array.from(bytes).buffer), 0)"
    )
    return page.evaluate(call, [decode, list(octets)])


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ((0x72, 0x00), 114),  # ISO/IEEE 11073-20601, the example of SFLOAT-Type
        ((0x8E, 0x0F), -114),
        ((0x6C, 0xF1), 36.4),  # mantissa 364, exponent -1
        ((0x01, 0x10), 10),
        ((0xFF, 0x07), None),  # not a number
        ((0x00, 0x08), None),  # not at this resolution
        ((0xFE, 0x07), None),  # plus infinity
        ((0x02, 0x08), None),  # minus infinity
        ((0xFD, 0x07), 2045),  # the highest mantissa that is a number
    ],
)
def test_a_short_number_of_11073(bare, octets, value):
    assert decoded(bare, "sfloat", *octets) == value


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ((0x6C, 0x01, 0x00, 0xFF), 36.4),  # Health Thermometer Service: 0xFF00016C
        ((0x72, 0x00, 0x00, 0x00), 114),
        ((0x8E, 0xFF, 0xFF, 0x00), -114),
        ((0xFF, 0xFF, 0x7F, 0x00), None),
        ((0x00, 0x00, 0x80, 0x00), None),
    ],
)
def test_a_long_number_of_11073(bare, octets, value):
    assert decoded(bare, "float", *octets) == value


@pytest.mark.parametrize(
    ("decode", "octets", "fields"),
    [
        (
            "bloodPressure",
            (0x04, 0x8E, 0x00, 0x58, 0x00, 0x6A, 0x00, 0x60, 0x00),
            {"systolic_mmhg": 142, "diastolic_mmhg": 88, "heart_rate_per_min": 96},
        ),
        (  # with a time stamp before the pulse rate
            "bloodPressure",
            (0x06, 0x8E, 0x00, 0x58, 0x00, 0x6A, 0x00, 0xEA, 0x07, 5, 4, 10, 12, 0, 0x60, 0x00),
            {"systolic_mmhg": 142, "diastolic_mmhg": 88, "heart_rate_per_min": 96},
        ),
        (  # 18.9 and 11.7 kPa
            "bloodPressure",
            (0x01, 0xBD, 0xF0, 0x75, 0xF0, 0x8D, 0xF0),
            {"systolic_mmhg": 142, "diastolic_mmhg": 88},
        ),
        ("bloodPressure", (0x00, 0xFF, 0x07, 0xFF, 0x07, 0xFF, 0x07), {}),  # the cuff gave none
        ("heartRate", (0x00, 0x60), {"heart_rate_per_min": 96}),
        ("heartRate", (0x01, 0x2C, 0x01), {"heart_rate_per_min": 300}),
        ("heartRate", (0x00, 0x00), {}),
        ("temperature", (0x00, 0x76, 0x01, 0x00, 0xFF), {"temperature_celsius": 37.4}),
        ("temperature", (0x01, 0xDA, 0x03, 0x00, 0xFF), {"temperature_celsius": 37}),  # 98.6 °F
        (
            "saturation",
            (0x00, 0x62, 0x00, 0x48, 0x00),
            {"oxygen_saturation_percent": 98, "heart_rate_per_min": 72},
        ),
        ("saturation", (0x00, 0xFF, 0x07, 0x48, 0x00), {"heart_rate_per_min": 72}),
    ],
)
def test_what_a_device_measured(bare, decode, octets, fields):
    assert decoded(bare, decode, *octets) == fields


STAMP = (0xEA, 0x07, 5, 4, 10, 12, 0)  # 4 May 2026, 10:12:00, by the device's own clock
CUFF = (0x02, 0x8E, 0x00, 0x58, 0x00, 0x6A, 0x00)
AT_NOW = """([characteristic, bytes, seconds]) => HoldfastDevices.heardAs(
  characteristic, new DataView(Uint8Array.from(bytes).buffer), new Date(2026, 4, 4, 10, 12, seconds).getTime())"""
OF_NOW, UNDATED, KEPT = True, False, None


@pytest.mark.parametrize(
    ("characteristic", "octets", "seconds_since", "heard"),
    [
        (0x2A35, CUFF + STAMP, 119, OF_NOW),
        (0x2A35, CUFF + STAMP, 121, KEPT),  # this morning's, handed over on connecting
        (0x2A35, CUFF + STAMP, -121, KEPT),  # a clock that is wrong
        (0x2A35, (0x00, *CUFF[1:]), 0, UNDATED),
        (0x2A35, (*CUFF, 0, 0, 0, 0, 0, 0, 0), 0, UNDATED),  # its clock was never set
        (0x2A1C, (0x02, 0x76, 0x01, 0x00, 0xFF, *STAMP), 0, OF_NOW),
        (0x2A1C, (0x02, 0x76, 0x01, 0x00, 0xFF, *STAMP), 3600, KEPT),
        (0x2A1C, (0x00, 0x76, 0x01, 0x00, 0xFF), 0, UNDATED),
        (0x2A5E, (0x01, 0x62, 0x00, 0x48, 0x00, *STAMP), 3600, KEPT),
        (0x2A5F, (0x01, 0x62, 0x00, 0x48, 0x00), 3600, OF_NOW),  # it speaks of now alone
        (0x2A37, (0x00, 0x60), 0, OF_NOW),
    ],
)
def test_what_a_device_had_kept_is_never_a_reading_of_now(
    bare, characteristic, octets, seconds_since, heard
):
    told = bare.evaluate(AT_NOW, [characteristic, list(octets), seconds_since])
    assert (told and told["isOfNow"]) is heard


@pytest.mark.parametrize(
    "line", ["142/88 96 37.4°C 98%", "142/88", "37°C", "98%", "96", "142/88 96", "96 98%"]
)
def test_a_line_is_written_as_it_is_read(bare, line):
    fields = described()["reading"]["fields"]
    call = "([line, fields]) => HoldfastLine.written(HoldfastLine.read(line, fields))"
    assert bare.evaluate(call, [line, fields]) == line


LINES = (
    *("142/88 96 37.4", "37,4 142/88", "96 142/88 98%", "142/88 37°C", "60 37", "128/82", "96"),
    *("", "  ", "88/142", "142/142", "142 88", "14288 96", "142/88 98.6", "36", "96 100", "96 72"),
    *("142/88 142/88", "abc", "142/88 37.4 36.9", "301/88", "142/19", "142/88 96 29.9", "35"),
    *("142/88 45.1", "142/88 96 45,0", "5%", "101%", "x" * 81, "142/88\u00a096", "96 37 98%"),
    *("142 / 88", "19%", "142/88 400", "120/80 36.66", "1/2", "0/0", "96 30", "96 113", "96 86"),
)


def test_the_page_reads_a_line_as_the_server_does(bare):
    """The same fields of each line, or the same reason at the same column."""
    reading = entry_kinds.load().kinds["reading"]
    fields = described()["reading"]["fields"]
    call = """([lines, fields]) => lines.map((line) => {
      try { return { told: HoldfastLine.read(line, fields) }; }
      catch (error) { return { code: error.code, column: error.column }; } })"""
    assert bare.evaluate(call, [list(LINES), fields]) == [_read(line, reading) for line in LINES]


def _read(line: str, reading: EntryKind) -> dict[str, object]:
    try:
        told = read_line(line, reading)
    except LineRefused as refusal:
        return {"code": refusal.code, "column": refusal.column}
    return {"told": {name: float(value) for name, value in told.items()}}


@pytest.fixture
def chart(browser):
    """A bare page with the chart, its words and a session of so many readings."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    words = json.dumps({"panel": {}, "units": {}, "measures": {}, "kinds": {}, "choices": {}})
    page.set_content(
        f"<body data-zone='UTC'><script type='application/json' id='session-words'>{words}</script>"
        "<div id='chart'></div></body>"
    )
    vendor = SCRIPTS.parent / "vendor" / "uplot-1.6.32.iife.min.js"
    for path in (vendor, SCRIPTS / "session-say.js", SCRIPTS / "session-chart.js"):
        page.add_script_tag(content=path.read_text("utf-8"))
    yield page
    context.close()


APPEND = """async ([points, times]) => {
  const at = Array.from({ length: points }, (_, place) => place * 5);
  const data = [at, ...[130, 80, 90, 37].map((from) => at.map((each) => from + Math.sin(each / 900) * 8))];
  const told = { zero: 0, data, marks: [], alarms: [], doses: [], expected: {}, hasDose: true, isNarrow: false,
    plan: { supplement_after_minutes: [90, 120], numbers: [{ code: "observe-systolic", value: "160", unit: "mm[Hg]" }] } };
  const chart = HoldfastChart.make(document.getElementById("chart"));
  chart.show(told);
  const took = [];
  for (let turn = 0; turn < times; turn += 1) {
    await new Promise(requestAnimationFrame);
    const began = performance.now();
    data[0].push(data[0].length * 5);
    for (const series of data.slice(1)) series.push(series[series.length - 1]);
    chart.show({ ...told, data });
    await Promise.resolve(); /* the chart draws in a microtask */
    took.push(performance.now() - began);
  }
  return took.sort((a, b) => a - b)[Math.floor(times / 2)];
}"""


@pytest.mark.nightly
def test_one_more_reading_among_five_thousand_is_drawn_in_a_frame(chart):
    assert chart.evaluate(APPEND, [5000, 200]) <= 16


def test_a_chart_of_many_readings_draws_them(chart):
    assert chart.evaluate(APPEND, [500, 3]) < 200
    assert chart.locator("canvas").count() == 1
