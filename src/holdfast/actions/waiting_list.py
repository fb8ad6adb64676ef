"""The waiting list: joined, moved, left, each with its day and a reason from a closed list."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid5

from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, one_transaction
from holdfast.domain.waiting_list import WaitingPlace, WaitingStep, in_order, standing, step_problem
from holdfast.records.calls import WaitingListStep
from holdfast.records.care import Enrollment
from holdfast.records.people import Site, User


@one_transaction
def record_waiting_step(
    *,
    enrollment: Enrollment,
    step: str,
    on_day: date,
    counts_from: date,
    reason: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Put somebody on the list, move them on it, or take them off."""
    if refusal := refused(by, enrollment, "waiting.manage", now):
        return refusal
    stream = lock(enrollment.id, now)
    taken = WaitingStep(step, on_day, counts_from, reason)
    sent = stream.sent("waiting-list-changed", entry_id, {"step": taken})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    today = local_date(enrollment.site, stream.now)
    if problem := step_problem(steps_of(enrollment), taken, today):
        return Refusal(problem)
    fact = WaitingListStep(
        id=uuid5(entry_id, "waiting-step"),
        enrollment=enrollment,
        site=enrollment.site,
        step=step,
        on_day=on_day,
        counts_from=counts_from,
        reason=reason,
    )
    return stream.write(sent, [fact], by=by, values={"step": step, "reason": reason})


def steps_of(enrollment: Enrollment) -> list[WaitingStep]:
    """The steps of one person, in the order in which they were recorded."""
    rows = WaitingListStep.objects.filter(enrollment=enrollment).order_by("position", "id")
    return _steps(list(rows))


def waiting_at(
    site: Site, studies: frozenset[str] | None = None
) -> list[tuple[Enrollment, WaitingPlace]]:
    """Who waits at a site, in the list's order; with ``studies`` only for those."""
    rows = WaitingListStep.objects.filter(site=site).select_related("enrollment__site")
    if studies is not None:
        rows = rows.filter(enrollment__protocol_name__in=studies)
    steps: dict[int, list[WaitingListStep]] = {}
    for row in rows.order_by("position", "id"):
        steps.setdefault(row.enrollment.number, []).append(row)
    places = (standing(number, _steps(mine)) for number, mine in steps.items())
    ordered = in_order(place for place in places if place is not None)
    return [(steps[place.number][0].enrollment, place) for place in ordered]


def _steps(rows: Sequence[WaitingListStep]) -> list[WaitingStep]:
    return [WaitingStep(row.step, row.on_day, row.counts_from, row.reason) for row in rows]
