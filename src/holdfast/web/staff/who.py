"""Who somebody is, opened for those who may see it; the number for everybody else."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import orjson
from django.http import Http404
from django.utils import timezone

from holdfast.actions.disclosures import note_look
from holdfast.records.access import covers
from holdfast.records.care import Enrollment
from holdfast.records.keys import Erased, opened
from holdfast.records.people import Identity
from holdfast.records.prepared import Prepared
from holdfast.web.admitted import Admitted, studies
from holdfast.web.staff.erased_words import erased_words


def enrollment_at(request: Admitted, enrollment_id: UUID) -> Enrollment:
    """An enrollment of the request's site, and that somebody looked; not found for any other."""
    found = _ENROLLMENT.first(enrollment_id, request.here.id)
    if found is None:
        raise Http404
    note_look(enrollment=found, by=request.user, now=timezone.now())
    return found


_ENROLLMENT = Prepared(
    lambda enrollment, site: Enrollment.objects.filter(id=enrollment, site=site).select_related(
        "site", "person"
    )
)


def may_see_names(request: Admitted) -> bool:
    """True where this person may see who a referred person is, in the study of this address."""
    return "referral.see" in request.permissions


def name_of(request: Admitted, enrollment: Enrollment) -> str:
    """Given and family name; the number for who may not see names, or where they were erased."""
    return names_of(request, [enrollment])[enrollment.id] or enrollment.label


def names_of(request: Admitted, enrollments: Sequence[Enrollment]) -> dict[UUID, str]:
    """The name of each enrollment, empty where it may not or cannot be read."""
    seen = _seen_by_name(request, enrollments)
    by_person = _identities(enrollment.person_id for enrollment in seen)
    return {enrollment.id: "" for enrollment in enrollments} | {
        enrollment.id: _name(by_person[enrollment.person_id])
        for enrollment in seen
        if enrollment.person_id in by_person
    }


def _seen_by_name(request: Admitted, enrollments: Sequence[Enrollment]) -> list[Enrollment]:
    """Those whose names this person may see: the one of this address, and the others by study."""
    match = request.resolver_match
    here = match.kwargs.get("enrollment_id") if match else None
    if [each.id for each in enrollments] == [here]:
        return list(enrollments) if may_see_names(request) else []
    named = studies(request, "referral.see")
    return [each for each in enrollments if covers(named, each.protocol_name)]


def _identities(people: Iterable[UUID]) -> dict[UUID, Identity]:
    rows = Identity.objects.filter(person_id__in=set(people), corrected_by=None)
    return {row.person_id: row for row in rows}


def _name(identity: Identity) -> str:
    try:
        words: dict[str, Any] = orjson.loads(opened(identity, "words") or "{}")
    except Erased:
        return erased_words(identity.person_id)
    return " ".join(part for part in (words.get("given"), words.get("family")) if part)
