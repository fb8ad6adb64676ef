"""Whom a movement is for, by number: an enrollment of this site, and the dosing sessions of its protocol."""

import re
from uuid import UUID

from django.http import Http404
from django.utils import timezone

from holdfast.actions.disclosures import note_look
from holdfast.domain.schedule import VisitKind
from holdfast.records.access import covers
from holdfast.records.care import Enrollment
from holdfast.records.protocols import protocol_of
from holdfast.web.admitted import Admitted, studies

_NUMBER = re.compile(r"(?:[A-Z0-9-]+-)?0*([1-9][0-9]{0,8})")


def enrollment_at(request: Admitted, enrollment_id: UUID) -> Enrollment:
    """An enrollment of the request's site, and that somebody looked; not found for any other."""
    rows = Enrollment.objects.filter(id=enrollment_id, site=request.here)
    found = rows.select_related("site", "person").first()
    if found is None:
        raise Http404
    note_look(enrollment=found, by=request.user, now=timezone.now())
    return found


def person_named(request: Admitted, told: str) -> Enrollment | None:
    """The enrollment of this site by its number, in a study that somebody may move for."""
    matched = _NUMBER.fullmatch(told.strip().upper())
    if matched is None:
        return None
    rows = Enrollment.objects.filter(site=request.here, number=int(matched[1]))
    found = rows.select_related("site").first()
    mine = studies(request, "custody.move")
    return found if found and covers(mine, found.protocol_name) else None


def dosing_visits(request: Admitted) -> list[tuple[str, str]]:
    """The dosing sessions of every protocol that somebody is enrolled in here, for a form."""
    found: dict[str, str] = {}
    rows = Enrollment.objects.filter(site=request.here).order_by(
        "protocol_name", "protocol_version", "number"
    )
    seen: set[tuple[str, int]] = set()
    for row in rows:
        if (key := (row.protocol_name, row.protocol_version)) in seen:
            continue
        seen.add(key)
        schedule = protocol_of(row).schedule
        visits = schedule.visits if schedule else ()
        found |= {each.code: each.title for each in visits if each.kind is VisitKind.DOSING}
    return sorted(found.items())
