"""Possible adverse events: whatever tells of one writes the same candidate, for a physician to judge."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from holdfast.actions.clinical import Entry, Pen, clinical_record
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.writing import one_transaction, refused_where_erased
from holdfast.records.clinical_care import EventCandidate
from holdfast.records.facts import Fact
from holdfast.records.keys import sealed


@dataclass(frozen=True)
class Told:
    """What was told of something that may be an adverse event; nobody is asked what caused it.

    ``is_serious`` None is not known. ``known_at`` None: it became known as it is written down.
    """

    words: str = field(repr=False)
    source: str
    source_id: UUID | None = None
    onset_on: date | None = None
    intensity: str = "not-known"
    ended_on: date | None = None
    is_ongoing: bool | None = None
    is_serious: bool | None = None
    known_at: datetime | None = None

    def problem(self, now: datetime) -> str | None:
        """The code of what does not fit together; None where it can be kept."""
        if not self.words.strip():
            return "words-missing"
        if self.source not in EventCandidate.SOURCES:
            return "event-source-unknown"
        if self.intensity not in EventCandidate.INTENSITIES:
            return "intensity-unknown"
        if self.onset_on and self.ended_on and self.ended_on < self.onset_on:
            return "ends-before-it-begins"
        if self.ended_on is not None and self.is_ongoing:
            return "ended-and-ongoing"
        if self.known_at is not None and self.known_at > now:
            return "in-the-future"
        return None


def candidate(pen: Pen, told: Told, name: str = "candidate") -> EventCandidate:
    """The candidate of something told in this entry, to be written with it."""
    fact = EventCandidate(
        id=pen.id_of(name),
        enrollment=pen.entry.enrollment,
        source=told.source,
        source_id=told.source_id,
        onset_on=told.onset_on,
        intensity=told.intensity,
        ended_on=told.ended_on,
        is_ongoing=told.is_ongoing,
        is_serious=told.is_serious,
        known_at=told.known_at or pen.stream.now,
        known_by=pen.entry.by,
    )
    fact.words = sealed(pen.key, fact, "words", told.words.strip())
    return fact


@refused_where_erased
@one_transaction
def record_candidate(
    *, entry: Entry, told: Told, corrects: EventCandidate | None = None
) -> Answered:
    """Write down that something may be an adverse event, or say one anew as more became known."""

    def check() -> Refusal | None:
        if problem := told.problem(entry.now):
            return Refusal(problem)
        if corrects is None:
            return None
        is_there = corrects.enrollment_id == entry.enrollment.id
        is_old = EventCandidate.objects.filter(corrects=corrects).exists()
        return None if is_there and not is_old else Refusal("already-corrected")

    def made(pen: Pen) -> Sequence[Fact]:
        fact = candidate(pen, told)
        if corrects is not None:
            fact.corrects_id, fact.correction_reason = corrects.id, "more-became-known"
            fact.known_at, fact.known_by_id = corrects.known_at, corrects.known_by_id
        return [fact]

    what = {"told": told, "corrects": corrects.id if corrects else None}
    values = {"source": told.source, "serious": told.is_serious}
    return clinical_record("event-noted", entry, what, made, check=check, values=values)
