"""The plan of a session as it can stand on paper: what is due at which minute after the first dose.

The clock of the dose is not known when the paper is printed, so each row is an offset. What counts
from a number that nobody signed has no offset and is named.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from holdfast.domain.session_plan import Anchor, DueRule, SessionPlan
from holdfast.domain.vital_signs import MEASURES

BEFORE = -1  # sorts before the dose itself
_ORDER = tuple(MEASURES)
MOST_ROWS = 60  # of one pack; more are in the plan and not on the paper


@dataclass(frozen=True)
class PaperRow:
    """What is read together. ``minute`` is since the first dose; None: before it.

    ``is_window``: when the window of the supplement opens, ``is_end``: when the session has lasted.
    """

    minute: int | None
    measures: tuple[str, ...]
    is_window: bool = False
    is_end: bool = False


def paper_rows(plan: SessionPlan) -> tuple[PaperRow, ...]:
    """The rows in the order of time, up to the end of the protocol's session.

    Readings that count anew from the supplement are told as from the first dose: whoever writes by
    hand reads them again when it is given.
    """
    found: dict[int, set[str]] = {}
    marks: dict[int, str] = {}
    for rule in plan.due:
        for minute in _minutes(plan, rule):
            found.setdefault(minute, set()).update(rule.measures)
            if rule.anchor in (Anchor.WINDOW, Anchor.END):
                marks[minute] = rule.anchor
    rows = [
        PaperRow(
            None if minute == BEFORE else minute,
            tuple(sorted(measures, key=_ORDER.index)),
            is_window=marks.get(minute) == Anchor.WINDOW,
            is_end=marks.get(minute) == Anchor.END,
        )
        for minute, measures in sorted(found.items())
    ]
    return tuple(rows[:MOST_ROWS])


def not_timed(plan: SessionPlan) -> tuple[DueRule, ...]:
    """The rules of the plan that no signed number times; their rows are left blank."""
    return tuple(rule for rule in plan.due if rule.every and not plan.value(rule.every))


def _minutes(plan: SessionPlan, rule: DueRule) -> Iterator[int]:
    if rule.anchor is Anchor.BEFORE_INITIAL:
        yield BEFORE
    elif rule.anchor is Anchor.WINDOW:
        if plan.supplement_after_minutes is not None:
            yield plan.supplement_after_minutes[0]
    elif rule.anchor is Anchor.END:
        if plan.minutes is not None:
            yield plan.minutes
    elif rule.anchor is not Anchor.SUPPLEMENTAL and rule.every:
        every = plan.value(rule.every)
        if every and plan.minutes is not None:
            minute = every
            while minute <= plan.minutes:
                yield int(minute)
                minute += every
