"""When each visit of a course may be, from what the protocol says and what has happened.

Days are dates of the site's own calendar. A visit that has happened moves what counts from it; one
that has not lends its own window. What happened outside its window is a deviation with its cause.
"""

import itertools
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from graphlib import TopologicalSorter

from holdfast.domain.schedule import (
    ENROLLMENT,
    LAST_DOSING,
    PREVIOUS_DOSING,
    Visit,
    VisitKind,
)

# Why a visit stands where it stands
HAPPENED = "happened"
TOO_EARLY = "happened-before-its-window"
TOO_LATE = "happened-after-its-window"
OUT_OF_ORDER = "happened-out-of-order"
SKIPPED = "skipped"
FROM_ACTUAL = "counted-from-what-happened"
FROM_PLAN = "counted-from-what-is-planned"
MOVED = "moved-by-an-earlier-visit"
NO_ANCHOR = "its-anchor-did-not-happen"
NO_WINDOW = "no-source-gives-its-window"
OVERDUE = "overdue"


@dataclass(frozen=True)
class Span:
    """Three dates in order; any may be unknown."""

    earliest: date | None
    target: date | None
    latest: date | None


UNKNOWN = Span(None, None, None)


@dataclass(frozen=True)
class PlannedVisit:
    """One visit of a plan. ``cause`` is the visit that explains the reason, where one does.

    ``is_deviation`` is true of what happened outside its window or out of order, and of what can
    no longer be inside it.
    """

    visit: Visit
    earliest: date | None
    target: date | None
    latest: date | None
    actual: date | None
    anchor: str
    reason: str
    cause: str = ""
    is_deviation: bool = False

    @property
    def span(self) -> Span:
        """The dates that later visits count from."""
        if self.actual:
            return Span(self.actual, self.actual, self.actual)
        if self.reason == SKIPPED:
            return UNKNOWN
        return Span(self.earliest, self.target, self.latest)


def plan(
    visits: Sequence[Visit],
    *,
    enrolled_on: date,
    actual: Mapping[str, date] | None = None,
    skipped: Set[str] = frozenset(),
    as_of: date | None = None,
) -> tuple[PlannedVisit, ...]:
    """Every visit with its dates, in the order of the protocol.

    Pure: the same history gives the same plan. ``actual`` are the dates of visits that were, by
    code; ``skipped`` those that will not be. With ``as_of`` what should have been by then and was
    not is overdue.

    Raises
    ------
    ValueError
        If ``actual`` or ``skipped`` name a visit that the protocol does not have, or one both.
    """
    actual = actual or {}
    _refuse_strangers(visits, actual, skipped)
    by_code = {visit.code: visit for visit in visits}
    planned: dict[str, PlannedVisit] = {}
    for code in in_order(visits):
        visit = by_code[code]
        anchor = anchor_of(visit, visits, skipped)
        planned[code] = _placed(visit, anchor, planned, enrolled_on, actual, skipped, as_of)
    return tuple(planned[visit.code] for visit in visits)


def in_order(visits: Sequence[Visit]) -> tuple[str, ...]:
    """The codes of visits, each after those that its dates depend on.

    Raises
    ------
    graphlib.CycleError
        If visits depend on each other in a circle; a protocol file with one is refused.
    """
    needs = {}
    for visit in visits:
        if visit.anchor in (PREVIOUS_DOSING, LAST_DOSING):
            wanted = _dosing_before(visit, visits)
        else:
            wanted = [] if visit.anchor == ENROLLMENT else [visit.anchor]
        needs[visit.code] = [*wanted, *visit.after]
    return tuple(TopologicalSorter(needs).static_order())


def anchor_of(visit: Visit, visits: Sequence[Visit], skipped: Set[str]) -> str | None:
    """What a visit counts from: enrollment or the code of a visit; None where there is none.

    The previous dosing session, or the last of a treatment, is the nearest one that stands before
    the visit in the protocol. One that was skipped anchors nothing: the one before it does.
    """
    if visit.anchor not in (PREVIOUS_DOSING, LAST_DOSING):
        return visit.anchor
    dosing = [code for code in _dosing_before(visit, visits) if code not in skipped]
    return dosing[-1] if dosing else None


def _dosing_before(visit: Visit, visits: Sequence[Visit]) -> list[str]:
    before = itertools.takewhile(lambda other: other is not visit, visits)
    return [other.code for other in before if other.kind is VisitKind.DOSING]


def _refuse_strangers(
    visits: Sequence[Visit], actual: Mapping[str, date], skipped: Set[str]
) -> None:
    known = {visit.code for visit in visits}
    for code in [*actual, *sorted(skipped)]:
        if code not in known:
            raise ValueError(f"There is no visit {code!r}. Known here: {', '.join(sorted(known))}.")
    if both := sorted(set(actual) & skipped):
        raise ValueError(f"Visit {both[0]!r} cannot both have happened and be skipped.")


def _placed(
    visit: Visit,
    anchor: str | None,
    planned: Mapping[str, PlannedVisit],
    enrolled_on: date,
    actual: Mapping[str, date],
    skipped: Set[str],
    as_of: date | None,
) -> PlannedVisit:
    """One visit with its dates; those it counts from stand already in ``planned``."""
    happened = actual.get(visit.code)
    start = _start(anchor, planned, enrolled_on)
    window = _window(visit, start)
    if happened is not None:
        return _what_happened(visit, anchor, window, happened, planned)
    if visit.code in skipped:
        return _as(visit, anchor, UNKNOWN, SKIPPED)
    if anchor is None:
        return _as(visit, None, UNKNOWN, NO_ANCHOR, cause=visit.anchor)
    if start == UNKNOWN:
        return _as(visit, anchor, UNKNOWN, NO_ANCHOR, cause=anchor)
    if window == UNKNOWN:
        return _as(visit, anchor, UNKNOWN, NO_WINDOW)
    moved, cause, is_late = _not_before(window, visit, planned)
    is_certain = anchor == ENROLLMENT or planned[anchor].actual is not None
    reason = MOVED if cause else FROM_ACTUAL if is_certain else FROM_PLAN
    if as_of and moved.latest and as_of > moved.latest:
        return _as(visit, anchor, moved, OVERDUE, cause=cause, is_deviation=True)
    return _as(visit, anchor, moved, reason, cause=cause, is_deviation=is_late)


def _start(anchor: str | None, planned: Mapping[str, PlannedVisit], enrolled_on: date) -> Span:
    if anchor == ENROLLMENT:
        return Span(enrolled_on, enrolled_on, enrolled_on)
    return planned[anchor].span if anchor is not None and anchor in planned else UNKNOWN


def _window(visit: Visit, start: Span) -> Span:
    window = visit.window
    return Span(
        _after(start.earliest, window.earliest_days),
        _after(start.target, window.target_days),
        _after(start.latest, window.latest_days),
    )


def _after(day: date | None, days: int | None) -> date | None:
    return None if day is None or days is None else day + timedelta(days=days)


def _not_before(
    window: Span, visit: Visit, planned: Mapping[str, PlannedVisit]
) -> tuple[Span, str, bool]:
    """The window, not before the visits it must follow; which one moved it, and whether out of it."""
    span, cause = window, ""
    for code in visit.after:
        before = planned[code].span
        earliest = _later(span.earliest, before.earliest)
        target = _later(_later(span.target, before.target), earliest)
        pushed = Span(earliest, target, span.latest)
        if pushed != span:
            span, cause = pushed, code
    known = [day for day in (span.earliest, span.target) if day is not None]
    if span.latest is not None and known and max(known) > span.latest:
        return Span(span.earliest, max(known), max(known)), cause, True
    return span, cause, False


def _later(day: date | None, other: date | None) -> date | None:
    return day if day is None or other is None else max(day, other)


def _what_happened(
    visit: Visit,
    anchor: str | None,
    window: Span,
    happened: date,
    planned: Mapping[str, PlannedVisit],
) -> PlannedVisit:
    """A visit that was: inside its window, or a deviation with its cause."""
    for code in visit.after:
        before = planned[code]
        if before.reason != SKIPPED and (before.actual is None or before.actual > happened):
            return _as(visit, anchor, window, OUT_OF_ORDER, happened, code, is_deviation=True)
    if window.earliest and happened < window.earliest:
        return _as(visit, anchor, window, TOO_EARLY, happened, anchor or "", is_deviation=True)
    if window.latest and happened > window.latest:
        late = [c for c in visit.after if (day := planned[c].actual) and day > window.latest]
        cause = late[-1] if late else ""
        return _as(visit, anchor, window, TOO_LATE, happened, cause, is_deviation=True)
    return _as(visit, anchor, window, HAPPENED, happened)


def _as(
    visit: Visit,
    anchor: str | None,
    span: Span,
    reason: str,
    actual: date | None = None,
    cause: str = "",
    *,
    is_deviation: bool = False,
) -> PlannedVisit:
    return PlannedVisit(
        visit,
        span.earliest,
        span.target,
        span.latest,
        actual,
        anchor or visit.anchor,
        reason,
        cause,
        is_deviation,
    )
