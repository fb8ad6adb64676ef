"""Which dosing sessions tell the arm: somebody for whom the blind still stands is shown none of them."""

from collections.abc import Iterable
from uuid import UUID

from holdfast.domain.course import BLIND_OPENED, hidden_by_the_blind
from holdfast.domain.schedule import Schedule
from holdfast.records.allocation import KitDispensed
from holdfast.records.course import CourseStep
from holdfast.records.courses import standing
from holdfast.records.orders import DoseOrder
from holdfast.records.protocols import ProtocolChanged, protocol_of
from holdfast.records.session import DosingSession


def hidden_from_onlookers(
    sessions: Iterable[DosingSession | DoseOrder | KitDispensed],
) -> frozenset[UUID]:
    """Those of these sessions, or of the orders for them, that are kept from whoever only looks on.

    Of a visit that not every arm has, or of a stage that was entered once the blind was opened. Where
    it cannot be read which visit it is of, it is kept from them as well.
    """
    given = list(sessions)
    opened: dict[UUID, set[str]] = {}
    steps = standing(CourseStep, {each.enrollment_id for each in given})
    for step in steps.filter(reason=BLIND_OPENED):
        opened.setdefault(step.enrollment_id, set()).add(step.stage)
    return frozenset(
        each.id for each in given if _is_hidden(each, opened.get(each.enrollment_id, set()))
    )


def _is_hidden(session: DosingSession | DoseOrder | KitDispensed, opened: set[str]) -> bool:
    try:
        schedule = protocol_of(session.enrollment).schedule or Schedule(())
    except ProtocolChanged:
        return True
    is_known = schedule.visit(session.visit) is not None
    return not is_known or session.visit in hidden_by_the_blind(schedule, opened)
