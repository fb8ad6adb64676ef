"""Where a person stands in their course, in the four words that they are told, and what comes next."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from holdfast.domain.schedule import VisitKind
from holdfast.domain.visits import SKIPPED, PlannedVisit


class Station(StrEnum):
    """The four stretches of a course, in order. Between two doses a person is at integration."""

    PREPARATION = "preparation"
    DOSING = "dosing"
    INTEGRATION = "integration"
    FOLLOW_UP = "follow-up"


_STATIONS = {
    VisitKind.PREPARATION: Station.PREPARATION,
    VisitKind.DOSING: Station.DOSING,
    VisitKind.INTEGRATION: Station.INTEGRATION,
}


def to_come(planned: Sequence[PlannedVisit]) -> tuple[PlannedVisit, ...]:
    """The visits that neither were nor are skipped, by the day that each is aimed at.

    One that stands before the last visit that was is no longer told as the next. Calls are told
    apart: a file may list them after the visits between which they are.
    """
    calls = [each for each in planned if each.visit.kind is VisitKind.CALL]
    visits = [each for each in planned if each.visit.kind is not VisitKind.CALL]
    return tuple(sorted(_left(visits) + _left(calls), key=_day))


def _left(planned: Sequence[PlannedVisit]) -> list[PlannedVisit]:
    last = max((n for n, each in enumerate(planned) if each.actual), default=-1)
    return [each for each in planned[last + 1 :] if not each.actual and each.reason != SKIPPED]


def _day(planned: PlannedVisit) -> date:
    return planned.target or planned.earliest or date.max


def station(planned: Sequence[PlannedVisit]) -> Station | None:
    """Where somebody stands: at the stretch of the next visit of theirs; None without a plan.

    Before the first dose it is preparation until every preparation was; when no dose and no
    integration is left it is follow-up.
    """
    if not planned:
        return None
    kinds = [each.visit.kind for each in to_come(planned)]
    return next((_STATIONS[kind] for kind in kinds if kind in _STATIONS), Station.FOLLOW_UP)
