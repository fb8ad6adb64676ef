"""What stands now of a course's clinical records: results as the rules read them, plans, open alarms."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models

from holdfast.domain.results import Result
from holdfast.records.care import Enrollment
from holdfast.records.clinical import (
    ClinicalAlarm,
    ResultReview,
    TestCancelled,
    TestCollected,
    TestOrder,
    TestResult,
)
from holdfast.records.clinical_care import CallHeld, CallPlanned
from holdfast.records.course import VisitHeld
from holdfast.records.duty import PageAnswer
from holdfast.records.people import Site
from holdfast.records.prepared import Prepared

# How far back a session is looked for whose calls are not planned yet: technical, no window.
CALLS_ARE_DUE_FOR = timedelta(days=14)
Of = TypeVar("Of", bound=models.Model)


def standing(model: type[Of], enrollment: Enrollment) -> list[Of]:
    """The rows of one kind that stand in a course, the newest first."""
    return _standing_of(model).rows(enrollment.id)


@cache
def _standing_of(model: type[Of]) -> Prepared[Of]:
    def stands(enrollment: UUID) -> "models.QuerySet[Of]":
        found: models.QuerySet[Of] = model._default_manager.filter(
            enrollment=enrollment, corrected_by=None, is_withdrawn=False
        )
        return found.select_related("recorded_by").order_by("-position", "id")

    return Prepared(stands)


# By the order whose report, collection and review they are.
_RESULTS = Prepared(
    lambda order: TestResult.objects.filter(order=order, corrected_by=None).order_by(
        "position", "loinc"
    )
)
_REVIEW = Prepared(
    lambda order: (
        ResultReview.objects.filter(order=order)
        .select_related("reviewed_by")
        .order_by("-position")[:1]
    )
)
_COLLECTED = Prepared(lambda order: TestCollected.objects.filter(order=order).order_by("id")[:1])
_CANCELLED = Prepared(
    lambda order: (
        TestCancelled.objects.filter(order=order).select_related("cancelled_by").order_by("id")[:1]
    )
)
# By the enrollment.
_ORDERS = Prepared(
    lambda enrollment: (
        TestOrder.objects.filter(enrollment=enrollment)
        .select_related("ordered_by")
        .order_by("-position")
    )
)


def standing_results(order: TestOrder) -> list[TestResult]:
    """The lines of an order's report that stand, in the order in which they were written."""
    return _RESULTS.rows(order.id)


def standing_review(order: TestOrder, results: Iterable[TestResult]) -> ResultReview | None:
    """The review that covers every line that stands; None where one came after it."""
    last = _REVIEW.first(order.id)
    newest = max((row.position for row in results), default=0)
    return last if last is not None and last.position > newest else None


def cancelled(order: TestOrder) -> TestCancelled | None:
    """That an order was cancelled; None where it was not."""
    return _CANCELLED.first(order.id)


def is_off(order: TestOrder, results: Iterable[TestResult]) -> bool:
    """Whether nothing is awaited of an order: cancelled, and not reported all the same."""
    return not any(True for _ in results) and cancelled(order) is not None


def results_of(enrollment: Enrollment) -> list[tuple[Result, ResultReview | None]]:
    """Each order of a course as the rules read it, with the review that stands for it.

    One that was reported and not said to be taken counts from the day of its report.
    """
    found = []
    for order in orders_of(enrollment):
        rows = standing_results(order)
        if is_off(order, rows):
            continue
        taken = taken_at(order)
        moment = taken or (rows[0].resulted_at if rows else order.ordered_at)
        review = standing_review(order, rows)
        found.append(
            (
                Result(
                    test=order.test,
                    collected_on=moment.astimezone(ZoneInfo(enrollment.site.zone)).date(),
                    resulted_at=rows[0].resulted_at if rows else None,
                    reviewed_at=review.reviewed_at if review else None,
                    reviewed_by=review.reviewed_by.login if review else None,
                    is_critical=_critical(rows),
                    is_acceptable=review.is_acceptable if review else None,
                    is_resolved=bool(review and review.resolves_critical),
                ),
                review,
            )
        )
    return found


def orders_of(enrollment: Enrollment) -> list[TestOrder]:
    """Every order of a course, the newest first."""
    return _ORDERS.rows(enrollment.id)


def taken_at(order: TestOrder) -> datetime | None:
    """When what was ordered was taken; None where nobody said so."""
    row = _COLLECTED.first(order.id)
    return row.collected_at if row else None


def _critical(rows: Iterable[TestResult]) -> bool | None:
    """True where any line is critical; None where of one nobody said and of none yes."""
    marks = [row.is_critical for row in rows if not row.formula]
    if any(marks):
        return True
    return None if None in marks or not marks else False


def open_alarms(enrollment: Enrollment) -> list[ClinicalAlarm]:
    """The alarms of a course whose page nobody took yet, the newest first."""
    rows = ClinicalAlarm.objects.filter(enrollment=enrollment).select_related("page")
    taken = PageAnswer.objects.filter(page__clinical_alarms__enrollment=enrollment).exclude(
        done=PageAnswer.CANNOT
    )
    done = set(taken.values_list("page_id", flat=True))
    return [row for row in rows.order_by("-position") if row.page_id not in done]


@dataclass(frozen=True)
class Awaited:
    """Something besides a visit that somebody has to do by a moment; ``since`` when it came up.

    ``visit`` is the visit of the plan that a call stands for, if it does.
    """

    kind: str
    by: datetime
    since: datetime | None = None
    visit: str = ""


PLANNED_CALL, RESULT_REVIEW = "planned-call", "result-review"


def awaited(enrollment: Enrollment) -> list[Awaited]:
    """The planned calls in which nobody was spoken to, and the orders that nobody reviewed."""
    found = [Awaited(PLANNED_CALL, row.due_at, visit=row.visit) for row in _open_calls(enrollment)]
    for order in orders_of(enrollment):
        rows = standing_results(order)
        if standing_review(order, rows) is None and not is_off(order, rows):
            since = min((row.resulted_at for row in rows), default=None)
            found.append(Awaited(RESULT_REVIEW, order.review_due_at, since))
    return found


def _open_calls(enrollment: Enrollment) -> list[CallPlanned]:
    return _OPEN_CALLS.rows(enrollment.id)


# Of a call that stands for a visit of the plan, the visit held is the call held.
_OPEN_CALLS = Prepared(
    lambda enrollment: CallPlanned.objects.filter(
        ~models.Exists(CallHeld.objects.filter(planned=models.OuterRef("pk"), outcome="spoke")),
        ~models.Exists(_held_for(models.OuterRef("visit"))),
        enrollment=enrollment,
        corrected_by=None,
        is_withdrawn=False,
    ).order_by("due_at", "id")
)


def _held_for(visit: models.OuterRef) -> "models.QuerySet[VisitHeld]":
    rows = VisitHeld.objects.filter(
        enrollment=models.OuterRef("enrollment"), visit=visit, corrected_by=None, is_withdrawn=False
    )
    return rows.exclude(visit="")


def overdue_reviews(site: Site, now: datetime) -> list[TestOrder]:
    """Orders whose results nobody reviewed by their time, and for which no alarm was raised."""
    due = TestOrder.objects.filter(enrollment__site=site, review_due_at__lte=now)
    told = ClinicalAlarm.objects.filter(kind="review-overdue").values("about")
    rows = due.exclude(id__in=told).select_related("enrollment__site").order_by("review_due_at")
    reported = [(row, standing_results(row)) for row in rows]
    return [
        row
        for row, found in reported
        if standing_review(row, found) is None and not is_off(row, found)
    ]


def overdue_calls(site: Site, now: datetime) -> list[CallPlanned]:
    """Calls after dosing in which nobody was spoken to by their time, and no alarm was raised."""
    due = CallPlanned.objects.filter(
        enrollment__site=site,
        due_at__lte=now,
        after_dosing=True,
        corrected_by=None,
        is_withdrawn=False,
    )
    told = ClinicalAlarm.objects.filter(kind="call-missed").values("about")
    spoke = CallHeld.objects.filter(outcome="spoke", planned__isnull=False).values("planned")
    held = VisitHeld.objects.filter(
        enrollment=models.OuterRef("enrollment"),
        visit=models.OuterRef("visit"),
        corrected_by=None,
        is_withdrawn=False,
    ).exclude(visit="")
    rows = due.exclude(id__in=told).exclude(id__in=spoke).exclude(models.Exists(held))
    return list(rows.select_related("enrollment__site").order_by("due_at", "id"))


def dosed_lately(site: Site, now: datetime) -> list[Enrollment]:
    """Everybody who had a dosing session in the last days, in which calls are still due."""
    since = (now - CALLS_ARE_DUE_FOR).date()
    held = VisitHeld.objects.filter(
        enrollment__site=site, kind="dosing", on__gte=since, corrected_by=None, is_withdrawn=False
    )
    rows = Enrollment.objects.filter(id__in=held.values("enrollment"))
    return list(rows.select_related("site").order_by("id"))
