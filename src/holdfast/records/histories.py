"""What was known at a position of a stream. The same past asked twice gives the same bytes.

A time means the last position at or before it. What is opened here (words, names) is for the
one who asked; the bytes of a past are of stored values only, so they stay the same when a key
is destroyed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.db import connection, models

from holdfast.domain.answers import (
    Answer,
    HistoryEntry,
    MedicationEntry,
    Person,
    Referral,
    Source,
    SourceKind,
)
from holdfast.domain.identity import PersonIdentity
from holdfast.records.canonical import row_plan, stored_columns
from holdfast.records.care import (
    Confirmation,
    EligibilityAnswer,
    Enrollment,
    HistoryRecord,
    MedicationRecord,
    Override,
    Signature,
    VerdictShown,
)
from holdfast.records.events import Event, read_event
from holdfast.records.facts import Correctable, Fact, fact_models
from holdfast.records.journal import Conflict, JournalEntry, Stream
from holdfast.records.keys import opened, opened_all
from holdfast.records.people import Identity
from holdfast.records.prepared import Prepared

F = TypeVar("F", bound=Fact)
C = TypeVar("C", bound=Correctable)


@dataclass(frozen=True)
class JournalLine:
    """One entry of a journal: its event, its hash and its exact bytes."""

    event: Event
    entry_hash: str
    exact: bytes


def last_position(stream_id: UUID) -> int:
    """The newest position of a stream; 0 where nothing was written."""
    return Stream.objects.values_list("position", flat=True).get(id=stream_id)


def position_at(stream_id: UUID, moment: datetime) -> int:
    """The last position at or before a moment; 0 where there is none."""
    entries = JournalEntry.objects.filter(stream_id=stream_id, recorded_at__lte=moment)
    found = entries.order_by("-position").values_list("position", flat=True).first()
    return found or 0


def journal_page(stream_id: UUID, position: int, limit: int = 50) -> list[JournalLine]:
    """Up to ``limit`` entries at or before a position, newest first."""
    rows = JournalEntry.objects.filter(stream_id=stream_id, position__lte=position)
    return [
        JournalLine(read_event(bytes(row.event)), row.entry_hash, bytes(row.event))
        for row in rows.order_by("-position")[:limit]
    ]


def past_bytes(stream_id: UUID, position: int) -> bytes:
    """Every fact of a stream up to a position, as stored, in canonical form."""
    tables = {
        model._meta.db_table: _stored_rows(model, stream_id, position) for model in fact_models()
    }
    told = {"schema": 1, "stream": stream_id.hex, "position": position, "facts": tables}
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)


def _stored_rows(model: type[Fact], stream_id: UUID, position: int) -> list[Sequence[Any]]:
    plan = row_plan(model)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {stored_columns(plan, connection.vendor)} "  # noqa: S608 - our own names
            f'FROM "{plan.table}" WHERE stream_id = %s AND position <= %s ORDER BY position, id',
            [stream_id.hex, position],
        )
        return cursor.fetchall()


@dataclass(frozen=True)
class EnrollmentPast:
    """An enrollment as it was known at one position of its stream."""

    enrollment: Enrollment
    position: int

    @cached_property
    def exact(self) -> bytes:
        """The facts as stored; the same past gives the same bytes."""
        return past_bytes(self.enrollment.id, self.position)

    @cached_property
    def answers(self) -> list[EligibilityAnswer]:
        """The answers that stood: neither corrected nor withdrawn."""
        return [row for row in self._standing(EligibilityAnswer) if not row.is_withdrawn]

    @cached_property
    def medications(self) -> list[MedicationRecord]:
        """The medicines that stood."""
        return [row for row in self._standing(MedicationRecord) if not row.is_withdrawn]

    @cached_property
    def history(self) -> list[HistoryRecord]:
        """The conditions, procedures and allergies that stood."""
        return [row for row in self._standing(HistoryRecord) if not row.is_withdrawn]

    @cached_property
    def identity(self) -> Identity | None:
        """Who the person was known to be."""
        rows = _IDENTITIES.rows(self.enrollment.id, self.position, self.enrollment.person_id)
        standing = _uncorrected(rows)
        return standing[-1] if standing else None

    @cached_property
    def verdicts(self) -> list[VerdictShown]:
        """Every verdict shown, oldest first."""
        return self._rows(VerdictShown)

    @cached_property
    def confirmations(self) -> list[Confirmation]:
        """Every confirmation, oldest first."""
        return self._rows(Confirmation)

    @cached_property
    def overrides(self) -> list[Override]:
        """Every override, oldest first."""
        return self._rows(Override)

    @cached_property
    def signatures(self) -> list[Signature]:
        """Every signature, oldest first."""
        return self._rows(Signature)

    @cached_property
    def conflicts(self) -> list[Conflict]:
        """Entries that came twice with different content."""
        return self._rows(Conflict)

    def _rows(self, model: type[F]) -> list[F]:
        return _up_to(model).rows(self.enrollment.id, self.position)

    def _standing(self, model: type[C]) -> list[C]:
        return _uncorrected(self._rows(model))


def _uncorrected(rows: list[C]) -> list[C]:
    corrected = {row.corrects_id for row in rows}  # type: ignore[attr-defined]
    return [row for row in rows if row.id not in corrected]


@cache
def _up_to(model: type[F]) -> Prepared[F]:
    """The rows of a stream up to a position, oldest first."""

    def known(stream: UUID, position: int) -> "models.QuerySet[F]":
        found = model.objects.filter(stream_id=stream, position__lte=position)
        if model in _BY_ENROLLMENT:
            found = found.filter(enrollment=stream)
        return found.order_by("position", "id")

    return Prepared(known)


# Found by their enrollment, whose stream has its id: there is no index of theirs over streams.
_BY_ENROLLMENT = (VerdictShown, Confirmation, Override)
_IDENTITIES = Prepared(
    lambda stream, position, person: Identity.objects.filter(
        stream_id=stream, position__lte=position, person=person
    ).order_by("position", "id")
)


def enrollment_as_of(
    enrollment: Enrollment, position: int | None = None, moment: datetime | None = None
) -> EnrollmentPast:
    """An enrollment at a position, or at a moment, or as it is known now."""
    if moment is not None:
        return EnrollmentPast(enrollment, position_at(enrollment.id, moment))
    newest = last_position(enrollment.id)
    return EnrollmentPast(enrollment, newest if position is None else min(position, newest))


def referral_of(past: EnrollmentPast) -> Referral:
    """What was known, as the rules read it. Opens sealed words; ``keys.Erased`` once destroyed."""
    return Referral(
        person=person_of(past),
        answers=tuple(answers_of(past)),
        medications=tuple(medications_of(past)),
        history=tuple(history_of(past)),
    )


def person_of(past: EnrollmentPast) -> Person:
    """The little that rules need to know of who it is."""
    if past.identity is None:
        return Person(born_on=None, sex=None, is_deceased=None)
    words = _words(opened(past.identity, "words"))
    return Person(
        born_on=_day(words["born_on"]),
        sex=past.identity.sex,
        is_deceased=past.identity.is_deceased,
        died_on=_day(words["died_on"]),
    )


def identity_of(past: EnrollmentPast) -> PersonIdentity:
    """Names, identifiers and contact, opened for somebody who may see them."""
    if past.identity is None:
        return PersonIdentity()
    words = _words(opened(past.identity, "words"))
    return PersonIdentity(
        family=words["family"],
        given=words["given"],
        born_on=_day(words["born_on"]),
        identifiers=tuple((system, value) for system, value in words["identifiers"]),
        contact=tuple(words["contact"]),
    )


def answers_of(past: EnrollmentPast) -> list[Answer]:
    """The answers that stood, as the rules read them."""
    found = []
    for row, text in zip(past.answers, opened_all(past.answers, "written"), strict=True):
        words = _words(text)
        told = words["value"] if row.value is None else row.value
        found.append(
            Answer(
                question=row.question,
                value=_value(row.value_kind, told),
                source=_source(row, words),
                observed_on=row.observed_on,
                unit=row.unit or words["unit"],
                corrects=words["corrects"],
            )
        )
    return found


def medications_of(past: EnrollmentPast) -> list[MedicationEntry]:
    """The medicines that stood, as the rules read them."""
    return [
        MedicationEntry(
            name=words["name"],
            rxcuis=tuple(words["rxcuis"]),
            is_current=row.is_current,
            last_taken_on=row.last_taken_on,
            source=_source(row, words),
        )
        for row, words in _with_words(past.medications)
    ]


def history_of(past: EnrollmentPast) -> list[HistoryEntry]:
    """The conditions, procedures and allergies that stood, as the rules read them."""
    return [
        HistoryEntry(
            kind=row.kind,
            name=words["name"],
            codes=tuple((system, code) for system, code in words["codes"]),
            is_active=row.is_active,
            onset_on=row.onset_on,
            abated_on=row.abated_on,
            source=_source(row, words),
        )
        for row, words in _with_words(past.history)
    ]


def _with_words(rows: Sequence[Any]) -> list[tuple[Any, dict[str, Any]]]:
    texts = opened_all(rows, "written")
    return [(row, _words(text)) for row, text in zip(rows, texts, strict=True)]


def _words(text: str | None) -> dict[str, Any]:
    words: dict[str, Any] = orjson.loads(text or "{}")
    return words


def _source(row: Any, words: dict[str, Any]) -> Source:
    # A hand-made entry is known by its own identifier.
    place = words["place"] or f"{type(row).__name__}/{row.id}"
    return Source(SourceKind(row.source_kind), place)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _value(kind: str, told: str) -> bool | Decimal | date | str:
    if kind == "yes-no":
        return told == "true"
    if kind == "number":
        return Decimal(told)
    return date.fromisoformat(told) if kind == "date" else told
