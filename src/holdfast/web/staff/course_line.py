"""A course as one line in time, drawn for an SVG: what happened above it, what is planned below.

Coordinates are px of the viewBox. The same in words is a list beside it; the drawing adds nothing
that is not said there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

WIDTH, MARGIN = 960, 14
STRIP = 360  # a phone has room for the marks, and not for their names
LEVEL = 21  # px from one row of names to the next
LETTER = 6.7  # px that a letter of a name takes, about
FIRST = 26  # px from the line to the first row of names
SMALL, LARGE = 5, 8


@dataclass(frozen=True)
class Mark:
    """One visit on the line. ``on`` is the day it was, is booked for, or is aimed at."""

    title: str
    kind: str
    on: date
    has_happened: bool
    is_booked: bool = False
    is_deviation: bool = False
    is_next: bool = False
    window: tuple[date, date] | None = None

    @property
    def form(self) -> str:
        """How it is drawn; each form is a shape, so that colour never stands alone."""
        if self.is_deviation:
            return "deviation"
        if self.has_happened:
            return "was"
        return "booked" if self.is_booked else "planned"

    @property
    def has_name(self) -> bool:
        """Calls are too many to be named on the line; the list beside it names them."""
        return self.kind != "call" or self.is_next


def drawing(marks: Sequence[Mark], today: date, begun: date) -> dict[str, Any]:
    """The line for a desk, with names, and as a strip for a phone."""
    ordered = sorted(marks, key=lambda mark: (mark.on, mark.has_name))
    last = max([today, begun + timedelta(days=28), *(mark.on for mark in marks)])
    spans = [mark.window[1] for mark in marks if mark.window]
    last = max([last, *spans]) + timedelta(days=3)
    return {
        "desk": _drawn(ordered, today, begun, last, WIDTH, is_named=True),
        "strip": _drawn(ordered, today, begun, last, STRIP, is_named=False),
    }


def _drawn(
    marks: Sequence[Mark], today: date, begun: date, last: date, width: int, *, is_named: bool
) -> dict[str, Any]:
    days = max(1, (last - begun).days)

    def across(day: date) -> float:
        return round(MARGIN + (day - begun).days * (width - 2 * MARGIN) / days, 1)

    above = [m for m in marks if m.has_happened and m.has_name] if is_named else []
    below = [m for m in marks if not m.has_happened and m.has_name] if is_named else []
    up, down = _levels(above, across, width), _levels(below, across, width)
    line = (18 if up else 32) + FIRST * bool(up) + LEVEL * len({level for level, _x in up.values()})
    rows = max((level for level, _x in down.values()), default=-1) + 1
    under = line + (FIRST + LEVEL * rows if rows else 16)
    return {
        "width": width,
        "height": under + 26,
        "line": line,
        "today": across(today),
        "today_words": _today_words(across(today), width),
        "left": MARGIN,
        "right": width - MARGIN,
        "been": across(today),
        "months": _months(begun, last, across, width, under + 16),
        "marks": [_mark(mark, across, line) for mark in marks],
        "windows": [
            {"x": across(m.window[0]), "width": round(across(m.window[1]) - across(m.window[0]), 1)}
            for m in marks
            if m.window and m.window[0] < m.window[1] and not m.has_happened
        ],
        "names": [_name(m, up[id(m)], across, line, -1) for m in above]
        + [_name(m, down[id(m)], across, line, 1) for m in below],
    }


def _today_words(x: float, width: int) -> dict[str, Any]:
    is_late = x > width - 60
    return {"x": x - 5 if is_late else x + 5, "anchor": "end" if is_late else "start"}


def _mark(mark: Mark, across: Callable[[date], float], line: int) -> dict[str, Any]:
    size = LARGE if mark.kind == "dosing" else SMALL if mark.kind != "call" else 2.5
    x = across(mark.on)
    points = (
        f"{x},{line - size - 2} {x + size + 2},{line} {x},{line + size + 2} {x - size - 2},{line}"
    )
    return {"x": x, "y": line, "r": size, "form": mark.form, "points": points, "next": mark.is_next}


def _words(mark: Mark) -> tuple[str, str]:
    return mark.title, date_format(mark.on, "j M")


def _levels(
    marks: Sequence[Mark], across: Callable[[date], float], width: int
) -> dict[int, tuple[int, float]]:
    """The row of each name and where it begins: the nearest row in which it touches no other."""
    ends: list[float] = []
    found: dict[int, tuple[int, float]] = {}
    for mark in marks:
        length = LETTER * (sum(map(len, _words(mark))) + 1)
        begins = max(2.0, min(across(mark.on) - 4, width - length - 2))
        level = next((n for n, end in enumerate(ends) if end + 12 <= begins), len(ends))
        if level == len(ends):
            ends.append(0.0)
        ends[level] = begins + length
        found[id(mark)] = (level, begins)
    return found


def _name(
    mark: Mark,
    place: tuple[int, float],
    across: Callable[[date], float],
    line: int,
    side: int,
) -> dict[str, Any]:
    level, begins = place
    words, day = _words(mark)
    baseline = line + side * (FIRST + LEVEL * level) + (4 if side > 0 else 0)
    return {
        "words": words,
        "day": day,
        "x": begins,
        "y": baseline,
        "from_x": across(mark.on),
        "from_y": line + side * 11,
        "to_y": baseline - 13 if side > 0 else baseline + 5,
        "strong": mark.kind == "dosing" or mark.is_next,
    }


def _months(
    begun: date, last: date, across: Callable[[date], float], width: int, y: int
) -> list[dict[str, Any]]:
    """The first of each month, as many as have room; the year beside each January and the first."""
    months = []
    day = date(begun.year, begun.month, 1)
    while day <= last:
        if day >= begun:
            months.append(day)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    room = max(1, int(width // 62))
    step = next(n for n in (1, 2, 3, 6, 12, 24, 60, 600) if len(months) / n <= room)
    shown = [month for month in months if (month.year * 12 + month.month - 1) % step == 0]
    return [
        {
            "x": across(month),
            "y": y,
            "words": date_format(month, "M Y" if n == 0 or month.month == 1 else "M"),
            "anchor": "end" if across(month) > width - 50 else "start",
        }
        for n, month in enumerate(shown)
    ]


def title_words(number: str, begun: date) -> str:
    """What the drawing is called for those who do not see it."""
    return _("The course of %(number)s in time, since %(day)s; the list below says the same") % {
        "number": number,
        "day": date_format(begun, "j F Y"),
    }
