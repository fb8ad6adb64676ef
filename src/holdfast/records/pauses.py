"""Whose assignments at a site are paused: read by access, by duty, and by every later gate."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from holdfast.domain.concerns import Pause, is_paused
from holdfast.records.concerns import AssignmentPause
from holdfast.records.people import Site
from holdfast.records.prepared import Prepared


def assignments_suspended(user: Any, site: Site | None, now: datetime) -> bool:
    """True while a person's assignments at a site are paused, for whatever reason."""
    return site is not None and bool(paused_people(site.id, now, [user.id]))


def paused_people(site_id: UUID, now: datetime, among: Iterable[UUID] | None = None) -> set[UUID]:
    """The accounts whose assignments at a site are paused at a moment."""
    rows = AssignmentPause.objects.filter(site_id=site_id, corrects=None)
    if among is not None:
        rows = rows.filter(user_id__in=list(among))
    pauses: dict[UUID, list[Pause]] = {}
    for row in rows.prefetch_related("corrected_by"):
        lifted = min((each.recorded_at for each in row.corrected_by.all()), default=None)
        pauses.setdefault(row.user_id, []).append(Pause(row.recorded_at, lifted))
    return {person for person, each in pauses.items() if is_paused(each, now)}


def paused_at(sites: Iterable[UUID]) -> set[tuple[UUID, UUID]]:
    """Site and account of every pause that nobody lifted: they are on duty nowhere there."""
    return {(row.site_id, row.user_id) for site in sites for row in _OPEN_AT.rows(site)}


_OPEN_AT = Prepared(
    lambda site: AssignmentPause.objects.filter(site=site, corrects=None, corrected_by=None)
)


def paused_anywhere(user: Any) -> bool:
    """True where a person's assignments are paused at any site."""
    rows = AssignmentPause.objects.filter(user_id=user.id, corrects=None, corrected_by=None)
    return rows.exists()


def open_pauses(site: Site) -> list[AssignmentPause]:
    """The pauses at a site that were not lifted, oldest first."""
    rows = AssignmentPause.objects.filter(site=site, corrects=None, corrected_by=None)
    return list(rows.select_related("user").order_by("recorded_at", "id"))
