"""The past: by position, by time, and the same bytes however often and whenever it is asked."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from holdfast.actions import answers
from holdfast.domain.answers import Answer, SourceKind
from holdfast.records.histories import (
    enrollment_as_of,
    journal_page,
    last_position,
    past_bytes,
    position_at,
)
from holdfast.records.models import PersonKey
from tests.actions.clinic import NOW, enrolled, source, written


def record(clinic, enrollment, kilograms: str) -> int:
    weight = Answer("weight", Decimal(kilograms), source(SourceKind.SEEN), date(2026, 3, 1), "kg")
    answer = answers.record_answer(
        enrollment=enrollment,
        answer=weight,
        entry_id=uuid4(),
        by=clinic.coordinator,
        now=clinic.later(minutes=10),
    )
    return written(answer).position


def test_the_same_past_gives_the_same_bytes(clinic, enrollment):
    first = last_position(enrollment.id)
    before = past_bytes(enrollment.id, first)
    record(clinic, enrollment, "62")
    record(clinic, enrollment, "63")
    assert past_bytes(enrollment.id, first) == before
    assert enrollment_as_of(enrollment, first).exact == before
    assert enrollment_as_of(enrollment).exact != before


def test_the_past_stays_the_same_when_its_words_are_erased(clinic, enrollment):
    position = last_position(enrollment.id)
    before = past_bytes(enrollment.id, position)
    PersonKey.objects.filter(owner=enrollment.person_id).update(
        wrapped=None, destroyed_at=clinic.now, destroyed_by=clinic.administrator
    )
    assert past_bytes(enrollment.id, position) == before


def test_a_position_shows_what_was_known_then(clinic, enrollment):
    first = record(clinic, enrollment, "62")
    record(clinic, enrollment, "63")
    then = enrollment_as_of(enrollment, first)
    assert [row.value for row in then.answers] == ["61.5", "62"]
    assert [row.value for row in enrollment_as_of(enrollment).answers] == ["61.5", "62", "63"]
    assert enrollment_as_of(enrollment, 0).answers == []
    assert enrollment_as_of(enrollment, 10**9).position == last_position(enrollment.id)


def test_a_time_means_the_last_position_at_or_before_it(clinic, enrollment):
    opened = last_position(enrollment.id)
    record(clinic, enrollment, "62")
    newest = last_position(enrollment.id)
    assert position_at(enrollment.id, NOW - timedelta(microseconds=1)) == 0
    assert position_at(enrollment.id, NOW) == opened
    assert position_at(enrollment.id, NOW + timedelta(minutes=9)) == opened
    assert position_at(enrollment.id, NOW + timedelta(minutes=10)) == newest
    assert position_at(enrollment.id, NOW + timedelta(days=900)) == newest
    assert enrollment_as_of(enrollment, moment=NOW).position == opened


def test_the_journal_is_read_by_pages_newest_first(clinic, enrollment):
    for kilograms in ("62", "63", "64"):
        record(clinic, enrollment, kilograms)
    newest = last_position(enrollment.id)
    page = journal_page(enrollment.id, newest, limit=3)
    assert [line.event.position for line in page] == [newest, newest - 1, newest - 2]
    rest = journal_page(enrollment.id, newest - 3, limit=100)
    assert [line.event.position for line in rest] == list(range(newest - 3, 0, -1))
    assert rest[-1].event.kind == "referral-opened"


def test_two_enrollments_do_not_mix(one_clinic):
    first = enrolled(one_clinic)
    second = enrolled(one_clinic, protocol="oehen-2013")
    assert {row.enrollment_id for row in enrollment_as_of(second).answers} == {second.id}
    assert first.id.hex.encode() not in enrollment_as_of(second).exact
