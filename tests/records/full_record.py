"""A small record with rows in every table of facts, written with the product's own pen.

Clinical rules are no part of it: what is tested is whether rows fit, not what they say.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import models, transaction

from holdfast.actions.people import name_stream
from holdfast.actions.sealed_room import first_or_open_room
from holdfast.actions.signatures import ReauthenticationProof, sign
from holdfast.actions.writing import lock, make_key, open_stream
from holdfast.records.facts import Fact, fact_models
from holdfast.records.journal import OutboxEntry, Stream
from holdfast.records.keys import DataKey, sealed
from holdfast.records.models import (
    Enrollment,
    KitKnown,
    ListActivated,
    Person,
    PersonKey,
    Signature,
    SlotTaken,
)
from holdfast.records.seals import make_seal
from tests.actions.clinic import Clinic, found

Maker = Callable[[models.Field], Any]


@dataclass
class FullRecord:
    """What was written, and the clock of it."""

    clinic: Clinic
    enrollments: list[UUID]
    key: DataKey

    def now(self) -> datetime:
        return self.clinic.later(seconds=7)

    def seal(self) -> Any:
        """One seal, now."""
        return make_seal(by=self.clinic.administrator, now=self.now())

    def append(
        self, stream_id: UUID, facts: list[Fact], kind: str = "test-entry", **given: Any
    ) -> Any:
        """One entry with these facts."""
        with transaction.atomic():
            stream = lock(stream_id, self.now())
            sent = stream.sent(kind, uuid4(), {"number": str(uuid4())})
            return stream.write(sent, facts, by=self.clinic.administrator, **given)

    def filled(self, model: type[Fact], **given: Any) -> Fact:
        """A fact with something in every column, nothing null that may hold a value."""
        fact = model(**given)
        for field in model._meta.concrete_fields[6:]:
            if field.name not in given and field.attname not in given:
                self._fill(fact, field)
        return fact

    def _fill(self, fact: Fact, field: models.Field) -> None:
        if isinstance(field, models.ForeignKey):
            setattr(fact, field.attname, self._row_of(field))
        elif field.name == "keys":
            setattr(fact, field.name, "[]")  # a list of ids that the watch reads
        elif field.get_internal_type() == "SealedText":
            setattr(fact, field.name, sealed(self.key, fact, field.name, f"words of {fact.pk}"))
        else:
            setattr(fact, field.name, _FILLING[field.get_internal_type()](field))

    def _row_of(self, field: models.ForeignKey) -> Any:
        """An id of the other table; none for a row that would be corrected or followed twice."""
        if field.related_model is field.model:
            return None
        rows = field.related_model._default_manager.order_by("pk")
        return rows.values_list("pk", flat=True).first()


_FILLING: dict[str, Maker] = {
    "UUIDField": lambda field: uuid4(),
    "Instant": lambda field: datetime.fromisoformat("2026-03-02T10:11:12.131415+00:00"),
    "DateField": lambda field: date(2026, 2, 1),
    "BooleanField": lambda field: True,
    "ExactDecimal": lambda field: Decimal("12.50"),
    "CharField": lambda field: (
        ("ab" * 32)[: field.max_length]
        if field.max_length == 64
        else f"c{uuid4().hex}"[: min(field.max_length or 20, 20)]
    ),
    "TextField": lambda field: '{"schema":1}',
    "IntegerField": lambda field: 4217,
    "BigIntegerField": lambda field: 42,
    "SmallIntegerField": lambda field: 1,
}
# What must say something, because what lies elsewhere is compared with it.
_TOLD: dict[str, dict[str, Any]] = {"ListActivated": {"factors": "[]", "slots": 0, "kits": 1}}
_WRITTEN_OTHERWISE = {"Site", "Person", "Enrollment", "Signature", "OutboxEntry"}


def full_record() -> FullRecord:
    """Two enrollments, a row of every kind in the first, a seal between and one at the end."""
    clinic = found()
    key = _words_key(clinic)
    record = FullRecord(clinic, [], key)
    for _ in range(2):
        record.enrollments.append(_enroll(record))
    first, second = record.enrollments
    outbox = OutboxEntry(kind="test-message", about=first, body='{"schema":1}')
    record.append(first, [outbox])
    _sign(record, first)
    record.seal()
    for model in fact_models():
        if model.__name__ not in _WRITTEN_OTHERWISE:
            record.append(first, [record.filled(model, **_TOLD.get(model.__name__, {}))])
    _fill_room()
    record.append(second, [OutboxEntry(kind="test-message", about=second, body='{"schema":1}')])
    record.append(second, [OutboxEntry(kind="test-message", about=second, body='{"schema":2}')])
    record.seal()
    return record


def _fill_room() -> None:
    """What the facts of an allocation name lies in the sealed room."""
    activated, slot, kit = (m.objects.get() for m in (ListActivated, SlotTaken, KitKnown))
    with transaction.atomic():
        room = first_or_open_room()
        room.put_document(activated.id.hex, b"a list")
        room.put("given", slot.enrollment_id.hex, {"arm": "an arm"})
        for kind in ("kit", "stock"):
            room.put(kind, kit.number, {"content": "a content"})


def _words_key(clinic: Clinic) -> DataKey:
    with transaction.atomic():
        stream = lock(clinic.site.id, clinic.later(seconds=7))
        key = make_key(
            owner=clinic.site.id,
            word_class=PersonKey.WORDS,
            by=clinic.administrator,
            now=clinic.now,
        )
        sent = stream.sent("test-key", uuid4(), {})
        stream.write(sent, [], by=clinic.administrator, keys=[key.id])
    return key


def _enroll(record: FullRecord) -> UUID:
    clinic, enrollment_id = record.clinic, uuid4()
    person = Person(site=clinic.site)
    with transaction.atomic():
        above = lock(clinic.site.id, record.now())
        open_stream("enrollment", enrollment_id)
        name_stream(above, enrollment_id, "enrollment", uuid4(), clinic.administrator)
    enrollment = record.filled(
        Enrollment, id=enrollment_id, person=person, number=Stream.objects.count()
    )
    record.append(enrollment_id, [person, enrollment])
    return enrollment_id


def _sign(record: FullRecord, stream_id: UUID) -> None:
    by = record.clinic.administrator
    signed = Enrollment.objects.get(id=stream_id)
    with transaction.atomic():
        stream = lock(stream_id, record.now())
        proof = ReauthenticationProof.made(user=by, now=record.clinic.now)
        signature: Signature = sign(
            stream, uuid4(), [signed], meaning="tests", role="physician", by=by, proof=proof
        )
        stream.write(stream.sent("test-signed", uuid4(), {}), [signature], by=by)


def later(record: FullRecord) -> None:
    """Let some time pass on the record's clock."""
    record.clinic.now += timedelta(minutes=5)
