"""What is known outside the sealed room of broken blinds, guesses and locks: lists and counts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from holdfast.domain.unblinding import Guesser
from holdfast.records.access import covers
from holdfast.records.bookings import PairAssigned
from holdfast.records.care import Enrollment
from holdfast.records.courses import standing
from holdfast.records.people import Site, User
from holdfast.records.unblinding import (
    AccidentalUnblinding,
    BlindGuess,
    ClosedExportMade,
    CodeBreak,
    UnblindingSeat,
)

Studies = frozenset[str] | None  # None is every study


def seat_holders(site: Site) -> Mapping[str, User]:
    """Who is told at a site of every emergency unblinding, by seat."""
    rows = UnblindingSeat.objects.filter(site=site, corrected_by=None).select_related("user")
    return {row.seat: row.user for row in rows.order_by("position")}


def breaks_at(site: Site, studies: Studies) -> list[CodeBreak]:
    """The emergency unblindings of a site, newest first."""
    rows = CodeBreak.objects.filter(enrollment__site=site).select_related(
        "enrollment__site", "broken_by", "review__signature"
    )
    found = rows.order_by("-broken_at", "-id")
    return [row for row in found if covers(studies, row.enrollment.protocol_name)]


def unreviewed_breaks(site: Site) -> list[CodeBreak]:
    """The emergency unblindings of a site that nobody reviewed yet, oldest first."""
    rows = CodeBreak.objects.filter(enrollment__site=site, review=None)
    return list(rows.select_related("enrollment__site").order_by("broken_at", "id"))


def accidents_at(site: Site, studies: Studies) -> list[AccidentalUnblinding]:
    """What was reported of accidental unblinding at a site, newest first."""
    rows = AccidentalUnblinding.objects.filter(enrollment__site=site).select_related(
        "enrollment__site", "recorded_by"
    )
    found = rows.order_by("-recorded_at", "-id")
    return [row for row in found if covers(studies, row.enrollment.protocol_name)]


@dataclass(frozen=True)
class Counts:
    """How often a blind was broken at a site, and for how many people. Never for whom it was what."""

    emergencies: int
    people_in_emergencies: int
    unreviewed: int
    accidents: int
    people_in_accidents: int
    by_learner: Mapping[str, int]
    exports: int


def counts_at(site: Site, studies: Studies) -> Counts:
    """The numbers of a site, for some studies or for all."""
    breaks, accidents = breaks_at(site, studies), accidents_at(site, studies)
    made = ClosedExportMade.objects.filter(asked__site=site).select_related("asked")
    return Counts(
        emergencies=len(breaks),
        people_in_emergencies=len({row.enrollment_id for row in breaks}),
        unreviewed=sum(getattr(row, "review", None) is None for row in breaks),
        accidents=len(accidents),
        people_in_accidents=len({row.enrollment_id for row in accidents}),
        by_learner=dict(sorted(Counter(row.learner for row in accidents).items())),
        exports=sum(covers(studies, row.asked.study) for row in made),
    )


def locked_guesses(enrollments: Iterable[UUID], moment: str) -> dict[UUID, set[tuple[str, UUID]]]:
    """Whose guesses are locked for a moment, by enrollment; never what they guessed."""
    found: dict[UUID, set[tuple[str, UUID]]] = {}
    rows = BlindGuess.objects.filter(enrollment__in=list(enrollments), moment=moment)
    for enrollment, guesser, of in rows.values_list("enrollment_id", "guesser", "of"):
        found.setdefault(enrollment, set()).add((guesser, of))
    return found


def wanted_guesses(enrollment: Enrollment, raters: Iterable[User]) -> set[tuple[str, UUID]]:
    """Who must guess before a planned unblinding: the participant, each therapist, each rater."""
    pairs = standing(PairAssigned, [enrollment.id]).order_by("position")
    therapists = {each for row in pairs for each in (row.lead_id, row.second_id) if each}
    return {
        (Guesser.PARTICIPANT.value, enrollment.person_id),
        *((Guesser.THERAPIST.value, each) for each in therapists),
        *((Guesser.RATER.value, rater.id) for rater in raters),
    }
