"""Finds people by whole names and record numbers, through keyed marks: names are not readable."""

from uuid import UUID

from holdfast.records.access import covers
from holdfast.records.care import Enrollment
from holdfast.records.search import people_named
from holdfast.web.admitted import Admitted, studies


def found_enrollments(request: Admitted, words: str) -> set[UUID]:
    """The enrollments of the request's site that a name or a record number finds."""
    here = Enrollment.objects.filter(site=request.here)
    named = studies(request, "referral.see")
    digits = words.rpartition("-")[2].lstrip("0")
    found: set[UUID] = set()
    if digits.isascii() and digits.isdigit() and len(digits) < 9:
        found.update(here.filter(number=int(digits)).values_list("id", flat=True))
    if named is None or named:
        people = here.filter(person__in=people_named(request.here, words))
        rows = people.values_list("id", "protocol_name")
        found.update(enrollment for enrollment, study in rows if covers(named, study))
    return found
