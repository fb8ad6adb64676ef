"""Who waits for what: one moment for each enrollment, made from facts, never a flag.

A projection: updated in the transaction of the fact it follows from, made again by ``rebuild``,
compared by ``compare``, and read by no gate. Due times come from the site's own targets; where
none is set, none is shown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models, transaction

from holdfast.records.care import (
    Confirmation,
    Enrollment,
    SiteTarget,
    VerdictShown,
    WorklistMoment,
)
from holdfast.records.people import Site
from holdfast.records.prepared import Prepared

# What each decision waits for: questions to ask, or a physician.
_WAITS_FOR = {"undetermined": "ask", "eligible": "confirm", "ineligible": "confirm"}


@dataclass(frozen=True)
class WorklistLine:
    """One line of a site's worklist: the moments as facts, and what they mean now."""

    moment: WorklistMoment
    enrollment: Enrollment
    is_due: bool
    is_overdue: bool


def worklist(
    site: Site, now: datetime, studies: frozenset[str] | None = None
) -> list[WorklistLine]:
    """A site's worklist: what is overdue first, then what is due, then the longest waiting.

    With ``studies`` only who is enrolled for one of them.
    """
    rows = WorklistMoment.objects.filter(site=site).select_related("enrollment__site")
    if studies is not None:
        rows = rows.filter(enrollment__protocol_name__in=studies)
    lines = [
        WorklistLine(
            moment=row,
            enrollment=row.enrollment,
            is_due=row.due_at is not None and row.due_at <= now,
            is_overdue=row.overdue_at is not None and row.overdue_at <= now,
        )
        for row in rows
    ]
    return sorted(
        lines,
        key=lambda line: (
            line.moment.kind == "done",
            not line.is_overdue,
            not line.is_due,
            line.moment.since,
            line.enrollment.number,
        ),
    )


def follow(enrollment: Enrollment) -> None:
    """Make the moment of one enrollment again from its facts, in the fact's transaction."""
    moment = moment_of(enrollment, _targets(enrollment.site_id))
    if moment is not None:
        WorklistMoment.objects.bulk_create(
            [moment],
            update_conflicts=True,
            unique_fields=["enrollment"],
            update_fields=_FIELDS,
        )


def follow_site(site: Site) -> None:
    """Make every moment of a site again: its targets have changed."""
    for enrollment in Enrollment.objects.filter(site=site).order_by("id"):
        follow(enrollment)


_FIELDS = ["site", "kind", "since", "due_at", "overdue_at", "decision", "questions", "position"]


def moment_of(enrollment: Enrollment, targets: dict[str, SiteTarget]) -> WorklistMoment | None:
    """What an enrollment waits for, from its facts alone; None before its first verdict."""
    newest = NEWEST_VERDICT.first(enrollment.id)
    if newest is None:
        return None
    confirmed = _CONFIRMED.first(newest.id)
    if newest.decision == "undetermined":
        confirmed = None  # who signs that it cannot be decided has answered no question
    kind = "done" if confirmed else _WAITS_FOR[newest.decision]
    since = confirmed.recorded_at if confirmed else _waiting_since(newest)
    target = targets.get(kind)
    return WorklistMoment(
        enrollment=enrollment,
        site_id=enrollment.site_id,
        kind=kind,
        since=since,
        due_at=_after(since, target.due_hours if target else None),
        overdue_at=_after(since, target.overdue_hours if target else None),
        decision=newest.decision,
        questions=newest.outcomes.count('"unknown"'),
        position=newest.position,
    )


def _verdicts(enrollment: UUID) -> "models.QuerySet[VerdictShown]":
    return VerdictShown.objects.filter(enrollment=enrollment).order_by("-position", "-id")


_VERDICTS = Prepared(_verdicts)
NEWEST_VERDICT = Prepared(lambda enrollment: _verdicts(enrollment)[:1])
_CONFIRMED = Prepared(
    lambda verdict: Confirmation.objects.filter(verdict=verdict).order_by("-position")[:1]
)
_TARGETS = Prepared(lambda site: SiteTarget.objects.filter(site=site, corrected_by=None))


def _waiting_since(newest: VerdictShown) -> datetime:
    """When this wait began: the first of the latest run of verdicts that wait for the same."""
    since = newest.recorded_at
    for verdict in _VERDICTS.rows(newest.enrollment_id):
        if _WAITS_FOR[verdict.decision] != _WAITS_FOR[newest.decision]:
            break
        since = verdict.recorded_at
    return since


def _after(since: datetime, hours: int | None) -> datetime | None:
    return None if hours is None else since + timedelta(hours=hours)


def _targets(site_id: UUID) -> dict[str, SiteTarget]:
    return {target.moment: target for target in _TARGETS.rows(site_id)}


def _all_moments() -> list[WorklistMoment]:
    targets = {site.id: _targets(site.id) for site in Site.objects.all()}
    found = (moment_of(e, targets[e.site_id]) for e in Enrollment.objects.order_by("id"))
    return [moment for moment in found if moment is not None]


@transaction.atomic
def rebuild() -> int:
    """Make the whole projection again from facts; how many moments there are."""
    moments = _all_moments()
    WorklistMoment.objects.all().delete()
    WorklistMoment.objects.bulk_create(moments)
    return len(moments)


def compare() -> list[UUID]:
    """The enrollments whose stored moment is not what the facts say; empty when all is well."""
    stored = {row.enrollment_id: _values(row) for row in WorklistMoment.objects.all()}
    wanted = {row.enrollment_id: _values(row) for row in _all_moments()}
    return sorted(
        key for key in stored.keys() | wanted.keys() if stored.get(key) != wanted.get(key)
    )


def _values(row: WorklistMoment) -> tuple[object, ...]:
    fields = [field for field in row._meta.concrete_fields if field.name in _FIELDS]
    return tuple(getattr(row, field.attname) for field in fields)
