"""The check inside every action: the second after the page's, and the one that holds."""

from datetime import datetime

from holdfast.actions.outcomes import Refusal
from holdfast.definitions.roles import roles
from holdfast.domain.unblinding import stays_open
from holdfast.records import access
from holdfast.records.care import Enrollment
from holdfast.records.closing import lock_on, note_asked, reach_of
from holdfast.records.glass_access import by_glass
from holdfast.records.people import Site, User

# Where somebody may: in one enrollment, at a site, or in the organisation.
Place = Enrollment | Site | None


def refused(
    by: User,
    place: Place,
    permission: str,
    now: datetime,
    study: str | None = None,
    *,
    even_locked: bool = False,
) -> Refusal | None:
    """A refusal where somebody may not; None where they may. Nobody may by default.

    An enrollment belongs to the study of its protocol; ``study`` names it for a site. An act at
    a site that names no study needs a role for all of them. A locked database refuses every act
    that writes to it but those of ``domain.unblinding.STAYS_OPEN``; and but the few acts that ask
    ``even_locked``, which make somebody safer or are their right, under a permission whose other
    acts a lock does stop.
    """
    site, of = _where(place, study)
    may = access.may(by, site, permission, now, of)
    if may or (isinstance(place, Enrollment) and permission in by_glass(by, place.id, now)):
        return None if even_locked else _locked(place, permission, study)
    return Refusal("not-permitted", {"permission": permission})


def _locked(place: Place, permission: str, study: str | None) -> Refusal | None:
    """A refusal where two people locked what would be written to. What helps a person goes on."""
    told = roles().classes.get(permission)
    if (told is not None and not told.writes) or stays_open(permission):
        return None
    return refused_where_locked(place, study)


def refused_where_locked(place: Place, study: str | None = None) -> Refusal | None:
    """A refusal in locked data, whatever the permission; asked again before the act is committed."""
    reach = reach_of(place, study)
    if reach is None:
        return None
    if lock_on(reach) is not None:
        return Refusal("database-locked")
    note_asked(reach)
    return None


def refused_for_all(
    by: User, enrollment: Enrollment, permission: str, now: datetime
) -> Refusal | None:
    """A refusal where an act reaches a person's whole record, and somebody may not in all of it."""
    same = Enrollment.objects.filter(person_id=enrollment.person_id).select_related("site")
    refusals = (refused(by, each, permission, now) for each in same.order_by("id"))
    return next((refusal for refusal in refusals if refusal), None)


def role_with(
    by: User, place: Place, permission: str, now: datetime, study: str | None = None
) -> str:
    """The role by which somebody may; named beside their signature."""
    site, study = _where(place, study)
    rows = access.assignments_at(by, site, now)
    held = sorted({row.role for row in rows if permission in access.granted_by(row, study)})
    return held[0] if held else ""


def _where(place: Place, study: str | None) -> tuple[Site | None, str | None]:
    if isinstance(place, Enrollment):
        return place.site, place.protocol_name
    return place, study
