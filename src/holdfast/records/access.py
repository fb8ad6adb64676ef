"""Who may do what, where and when: read from role assignments, and from nothing else."""

from datetime import datetime
from typing import Any

import rules

from holdfast.definitions.roles import roles
from holdfast.records.keys import opened
from holdfast.records.people import RoleAssignment, Site, StaffRecord, User


def assignments_of(user: Any, now: datetime) -> list[RoleAssignment]:
    """The role assignments that stand for a person now; none for nobody or a closed account."""
    if not isinstance(user, User) or not user.is_active:
        return []
    standing = RoleAssignment.objects.filter(user=user, corrected_by=None, valid_from__lte=now)
    return [row for row in standing if row.valid_until is None or now < row.valid_until]


def _reaches(row: RoleAssignment, site: Site | None) -> bool:
    return row.site_id is None or (site is not None and row.site_id == site.id)


def roles_of(user: Any, site: Site | None, now: datetime) -> tuple[str, ...]:
    """The roles a person holds at a site, or in the organisation where there is no site."""
    return tuple(sorted({row.role for row in assignments_of(user, now) if _reaches(row, site)}))


def permissions_of(user: Any, site: Site | None, now: datetime) -> frozenset[str]:
    """What a person may do at a site now. Nobody may do nothing; there is no superuser."""
    granted = roles().granted
    held = (granted.get(role, frozenset()) for role in roles_of(user, site, now))
    return frozenset().union(*held)


def sites_of(user: Any, now: datetime) -> list[Site]:
    """The sites at which a person holds any role now, by code."""
    rows = assignments_of(user, now)
    if any(row.site_id is None for row in rows):
        return list(Site.objects.order_by("code"))
    return list(Site.objects.filter(id__in={row.site_id for row in rows}).order_by("code"))


def printed_name(user: User) -> str:
    """The name that stands beside a person's signature; the log-in name where none is recorded."""
    record = StaffRecord.objects.filter(user=user, corrected_by=None).order_by("-position").first()
    return (opened(record, "printed_name") if record else None) or user.login


def has_permission(code: str) -> rules.Predicate:
    """A predicate over (user, (site, now)) for one permission."""

    @rules.predicate(f"has:{code}")
    def holds(user: Any, place: tuple[Site | None, datetime] | None) -> bool:
        return place is not None and code in permissions_of(user, *place)

    return holds
