"""Which roles one person may hold beside which: a blind stays a blind, an outsider stays outside."""

from dataclasses import dataclass
from datetime import datetime

from holdfast.actions.outcomes import Refusal
from holdfast.definitions import protocols
from holdfast.definitions.roles import roles
from holdfast.records.people import RoleAssignment, Site, User


@dataclass(frozen=True, kw_only=True)
class Given:
    """A role as it is to be held: by whom, where, for which study, from when until when."""

    user: User
    site: Site | None
    study: str | None
    role: str
    valid_from: datetime
    valid_until: datetime | None


def role_refused(given: Given, by: User) -> Refusal | None:
    """A refusal where a role cannot be held as it is to be given.

    One person never holds a blinded and an unblinded role for the same study at the same time,
    nor any role beside one that stands alone. Nobody unblinds themselves.
    """
    if given.role not in roles().granted:
        return Refusal("role-unknown")
    if given.study is not None and given.study not in protocols.names():
        return Refusal("study-unknown")
    if given.valid_until is not None and given.valid_until <= given.valid_from:
        return Refusal("ends-before-it-begins")
    if given.user.id == by.id and roles().roles[given.role].sees == "unblinded":
        return Refusal("own-unblinding")
    held = RoleAssignment.objects.filter(user=given.user, corrected_by=None).order_by("position")
    return next((found for row in held if (found := _beside(given, row))), None)


def _beside(given: Given, row: RoleAssignment) -> Refusal | None:
    """A refusal where a role cannot be held beside one that is held already."""
    new, old = roles().roles[given.role], roles().roles.get(row.role)
    if old is None or not _same_time(given, row):
        return None
    # Who reads complaints is outside the whole organisation, not of another of its sites.
    reads_complaints = (new.permissions | old.permissions) & roles().touching("complaint")
    if not (_same_place(given, row) or reads_complaints):
        return None
    if given.role != row.role and (new.is_alone or old.is_alone):
        return Refusal("role-stands-alone", {"role": row.role})
    if _same_study(given, row) and {new.sees, old.sees} == {"blinded", "unblinded"}:
        return Refusal("blinded-and-unblinded", {"role": row.role})
    return None


def _same_place(given: Given, row: RoleAssignment) -> bool:
    """The organisation's roles reach every site."""
    return given.site is None or row.site_id in (None, given.site.id)


def _same_study(given: Given, row: RoleAssignment) -> bool:
    return given.study is None or row.study in (None, given.study)


def _same_time(given: Given, row: RoleAssignment) -> bool:
    begins_before_it_ends = row.valid_until is None or given.valid_from < row.valid_until
    ends_after_it_begins = given.valid_until is None or row.valid_from < given.valid_until
    return begins_before_it_ends and ends_after_it_begins
