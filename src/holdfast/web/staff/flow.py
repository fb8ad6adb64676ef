"""The flow of participants (CONSORT), drawn from counts: boxes and lines for an SVG, rows for a table.

The way down is the way on; a box set in to the right is who left the way, with the reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from holdfast.records.prescreening import ConsortFlow
from holdfast.web.staff.words import PRESCREENING_OUTCOMES, reason_word

WIDTH = 420
INSET = 64  # px by which a side box is set in
HEAD = 56  # px of a box without lines
LINE = 22  # px of one line of reasons
GAP = 20


@dataclass(frozen=True)
class _Step:
    n: int
    words: str
    is_side: bool = False
    lines: Sequence[tuple[int, str]] = ()

    @property
    def height(self) -> int:
        return HEAD + LINE * len(self.lines) + (8 if self.lines else 0)


def steps(flow: ConsortFlow) -> list[_Step]:
    """The steps of the flow, in order; a side step is who left before the next one."""
    outcomes = dict(PRESCREENING_OUTCOMES)
    left = [(n, str(outcomes.get(code, code))) for code, n in flow.stopped_before_screening.items()]
    reasons = [
        (n, _("reason: %(words)s") % {"words": reason_word(code)})
        for code, n in flow.reasons.items()
    ]
    stopped = sum(flow.stopped_before_screening.values())
    waiting = [_Step(flow.waiting, _("Not decided yet"), is_side=True)] if flow.waiting else []
    screened = flow.screening + flow.eligible + flow.ineligible + flow.undetermined
    return [
        _Step(flow.assessed, _("Considered")),
        _Step(stopped, _("Stopped before screening"), True, [*left, *reasons]),
        *waiting,
        _Step(screened, _("Went on to screening")),
        _Step(flow.screening, _("In screening, not confirmed yet"), is_side=True),
        _Step(flow.ineligible, _("Confirmed ineligible"), is_side=True),
        _Step(flow.undetermined, _("Signed as undetermined"), is_side=True),
        _Step(flow.eligible, _("Eligible, confirmed by a physician")),
    ]


def drawing(all_steps: Sequence[_Step]) -> dict[str, Any]:
    """Boxes, lines and rows for the template; coordinates in px of the viewBox."""
    boxes, lines, rows = [], [], []
    y, last_main_bottom = 1, 0
    for step in all_steps:
        x = INSET if step.is_side else 1
        if step.is_side:
            lines.append(f"M32 {last_main_bottom}V{y + HEAD // 2}H{x}")
        elif last_main_bottom:
            lines.append(f"M32 {last_main_bottom}V{y}")
        boxes.append(_box(step, x, y))
        rows.append({"n": step.n, "words": step.words})
        rows += [{"n": n, "words": f"{step.words}: {words}"} for n, words in step.lines]
        if not step.is_side:
            last_main_bottom = y + step.height
        y += step.height + GAP
    return {"width": WIDTH, "height": y - GAP + 1, "boxes": boxes, "lines": lines, "rows": rows}


def _box(step: _Step, x: int, y: int) -> dict[str, Any]:
    text_x = x + 18
    digits = len(str(step.n))
    return {
        "x": x,
        "y": y,
        "width": WIDTH - x - 1,
        "height": step.height,
        "n": step.n,
        "words": step.words,
        "text_x": text_x,
        "number_y": y + 36,
        "words_x": text_x + 14 * digits + 12,
        "lines": [
            {"y": y + HEAD + 10 + LINE * i, "words": f"{n}  {words}"}
            for i, (n, words) in enumerate(step.lines)
        ],
    }
