"""Who may do what, where, for which study and when: read from role assignments, and from nothing else.

A *study* is a protocol's name at a site. A role held for a study opens only what belongs to that
study, and what is shared by everybody at the site; a role held for the site opens every study.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

import rules
from django.db.models import Exists, OuterRef, QuerySet

from holdfast.definitions.roles import roles
from holdfast.records.concerns import AssignmentPause
from holdfast.records.keys import opened
from holdfast.records.pauses import assignments_suspended
from holdfast.records.people import RoleAssignment, Site, StaffRecord, User
from holdfast.records.prepared import Prepared

# What was read of role assignments while one request is answered that only reads.
_REMEMBERED: ContextVar[dict[UUID, list[RoleAssignment]] | None] = ContextVar(
    "remembered", default=None
)


@contextmanager
def remembered() -> Iterator[None]:
    """Read each person's assignments once until the end: for a request that writes nothing of them.

    Inside another one, what that one read still stands.
    """
    outer = _REMEMBERED.get()
    token = _REMEMBERED.set({} if outer is None else outer)
    try:
        yield
    finally:
        _REMEMBERED.reset(token)


def assignments_of(user: Any, now: datetime) -> list[RoleAssignment]:
    """The role assignments that stand for a person now; none for nobody or a closed account."""
    if not isinstance(user, User) or not user.is_active:
        return []
    return [
        row
        for row in _standing(user)
        if row.valid_from <= now and (row.valid_until is None or now < row.valid_until)
    ]


def _standing(user: User) -> list[RoleAssignment]:
    """The assignments of a person that nobody corrected; and whether they were ever paused."""
    known = _REMEMBERED.get()
    if known is not None and user.pk in known:
        return known[user.pk]
    found = _UNCORRECTED.rows(user.pk)
    if known is not None:
        known[user.pk] = found
    return found


def _uncorrected(user: UUID) -> "QuerySet[RoleAssignment]":
    ever = AssignmentPause.objects.filter(user=OuterRef("user"))
    rows = RoleAssignment.objects.filter(user=user, corrected_by=None).select_related("site")
    return rows.annotate(was_ever_paused=Exists(ever))


_UNCORRECTED = Prepared(_uncorrected)


def assignments_at(user: Any, site: Site | None, now: datetime) -> list[RoleAssignment]:
    """The assignments of a person that reach a site: its own, and those of the organisation.

    None of those of the site's work while the person's assignments there are paused.
    """
    rows = [row for row in assignments_of(user, now) if _reaches(row, site)]
    paused = any(vars(row)["was_ever_paused"] for row in rows)
    if paused and assignments_suspended(user, site, now):
        # Who reads concerns from outside cannot be kept from it.
        complaints = roles().touching("complaint")
        return [row for row in rows if granted_by(row) & complaints]
    return rows


def _reaches(row: RoleAssignment, site: Site | None) -> bool:
    return row.site_id is None or (site is not None and row.site_id == site.id)


def granted_by(row: RoleAssignment, study: str | None = None) -> frozenset[str]:
    """The permissions of one assignment, at a site as a whole or for what belongs to a study.

    Without ``study``: what it opens at all. A role held for a study never opens what belongs to
    the site as a whole; asked for another study, it opens only what everybody shares.
    """
    held = roles().granted.get(row.role, frozenset())
    if row.study is None:
        return held
    if study is None or row.study == study:
        return held - roles().with_scope("site")
    return held & roles().with_scope("shared", "own")


def roles_of(
    user: Any, site: Site | None, now: datetime, study: str | None = None
) -> tuple[str, ...]:
    """The roles a person holds at a site, or in the organisation where there is no site.

    With ``study`` only those that are held for it, or for every study.
    """
    rows = assignments_at(user, site, now)
    return tuple(sorted({row.role for row in rows if study is None or _covers(row, study)}))


def _covers(row: RoleAssignment, study: str) -> bool:
    return row.study is None or row.study == study


def permissions_of(
    user: Any, site: Site | None, now: datetime, study: str | None = None
) -> frozenset[str]:
    """What a person may do at a site now. Nobody may do nothing; there is no superuser.

    With ``study``: for what belongs to that study. Without: for at least one study; what a page
    of the site then shows is limited by ``studies_of``.
    """
    return _together(granted_by(row, study) for row in assignments_at(user, site, now))


def _together(several: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*several)


def studies_of(
    user: Any, site: Site | None, permission: str, now: datetime
) -> frozenset[str] | None:
    """The studies of a site for which a person holds a permission; None for every study."""
    rows = [row for row in assignments_at(user, site, now) if permission in granted_by(row)]
    if any(row.study is None for row in rows):
        return None
    return frozenset(row.study for row in rows if row.study is not None)


def may(user: Any, site: Site | None, permission: str, now: datetime, study: str | None) -> bool:
    """True where a person may act: for a study; without one, for the site as a whole.

    What everybody at a site shares needs no role for the whole of it.
    """
    rows = assignments_at(user, site, now)
    if study is None and permission not in roles().with_scope("shared", "own"):
        rows = [row for row in rows if row.study is None]
    return any(permission in granted_by(row, study) for row in rows)


def covers(studies: frozenset[str] | None, study: str | None) -> bool:
    """True where what belongs to a study may be shown; what belongs to none, to who sees them all."""
    return studies is None or study in studies


def holds_anywhere(user: Any, permission: str, now: datetime) -> bool:
    """True where a person holds a permission at any site: for pages that are their own."""
    return any(permission in granted_by(row) for row in assignments_of(user, now))


def staff_at(site: Site, now: datetime) -> list[User]:
    """Everybody who holds a role of a site's staff now: neither patients nor recipients outside."""
    staff = [code for code, role in roles().roles.items() if not role.is_alone]
    ids = RoleAssignment.objects.filter(site=site, corrected_by=None, role__in=staff)
    users = User.objects.filter(id__in=ids.values("user_id"), is_active=True)
    return [user for user in users if roles_of(user, site, now)]


def sites_of(user: Any, now: datetime) -> list[Site]:
    """The sites at which a person holds any role now, by code."""
    rows = assignments_of(user, now)
    if any(row.site_id is None for row in rows):
        return list(Site.objects.order_by("code"))
    sites = {row.site.id: row.site for row in rows if row.site is not None}
    return sorted(sites.values(), key=lambda site: site.code)


def site_named(code: str, user: Any, now: datetime) -> Site | None:
    """The site of a code; found among those of somebody's own roles where it is one of them."""
    own = (row.site for row in assignments_of(user, now) if row.site is not None)
    found = next((site for site in own if site.code == code), None)
    return found or Site.objects.filter(code=code).first()


_STAFF_RECORD = Prepared(
    lambda user: StaffRecord.objects.filter(user=user, corrected_by=None).order_by("-position")[:1]
)


def printed_name(user: User) -> str:
    """The name that stands beside a person's signature; the log-in name where none is recorded."""
    record = _STAFF_RECORD.first(user.pk)
    return (opened(record, "printed_name") if record else None) or user.login


def has_permission(code: str) -> rules.Predicate:
    """A predicate over (user, (site, now)) for one permission."""

    @rules.predicate(f"has:{code}")
    def holds(user: Any, place: tuple[Site | None, datetime] | None) -> bool:
        return place is not None and code in permissions_of(user, *place)

    return holds
