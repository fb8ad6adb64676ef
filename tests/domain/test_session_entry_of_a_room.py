"""An entry of a dosing session as a room's device sends it: read strictly, refused with its place."""

import json
from decimal import Decimal
from uuid import UUID

import pytest

from holdfast.domain.room_entry import EntryUnreadable, read_entry
from holdfast.domain.session_entries import EntryKind, Field, FieldType

ID = "11111111-2222-4333-8444-555555555555"
SYSTOLIC = Field("systolic_mmhg", FieldType.NUMBER, unit="mm[Hg]", most=Decimal(300))
DIASTOLIC = Field("diastolic_mmhg", FieldType.NUMBER, unit="mm[Hg]", below="systolic_mmhg")
PAIR = ("systolic_mmhg", "diastolic_mmhg")
KINDS = {
    "reading": EntryKind(
        "reading", "A reading", {each.name: each for each in (SYSTOLIC, DIASTOLIC)}, together=PAIR
    ),
    "note": EntryKind("note", "A note"),
}


def text(**told) -> str:
    entry = {
        "schema": 2,
        "id": ID,
        "opening": ID,
        "enrollment": None,
        "kind": "reading",
        "words": "left arm",
        "details": {"systolic_mmhg": 124, "diastolic_mmhg": 78},
        "at": "2026-03-02T09:30:00.000+00:00",
        "offset_ms": 2000,
        "step": None,
        "idle_ms": 0,
        "session": ID,
        "corrects": ID,
    }
    return json.dumps(entry | told)


def test_an_entry_of_a_session_has_its_fields_as_numbers_and_its_words():
    told = read_entry(text(), KINDS)
    assert told.is_of_session
    assert (told.session, told.corrects, told.words) == (UUID(ID), UUID(ID), "left arm")
    assert told.fields == {"systolic_mmhg": Decimal(124), "diastolic_mmhg": Decimal(78)}
    assert told.details == {}
    assert told.at.isoformat() == "2026-03-02T09:29:58+00:00"


def test_what_waited_for_a_proof_keeps_its_time_and_is_judged_by_the_moment_of_the_proof():
    told = read_entry(text(waited_ms=40_000), KINDS)
    assert told.at.isoformat() == "2026-03-02T09:29:58+00:00"
    assert told.written.at.isoformat() == "2026-03-02T09:30:38+00:00"
    assert read_entry(text(), KINDS).written.at == told.at
    with pytest.raises(EntryUnreadable, match="waited_ms"):
        read_entry(text(waited_ms=-1), KINDS)


def test_an_entry_of_the_room_alone_is_of_no_session():
    told = json.loads(text(schema=1, kind="note", details={}))
    del told["session"], told["corrects"]
    told = read_entry(json.dumps(told), KINDS)
    assert not told.is_of_session
    assert (told.session, told.corrects, dict(told.fields)) == (None, None, {})


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ({"details": {"systolic_mmhg": 124}}, "details.diastolic_mmhg"),
        ({"details": {"systolic_mmhg": 301, "diastolic_mmhg": 78}}, "details.systolic_mmhg"),
        ({"details": {"pulse": 70}}, "details.pulse"),
        ({"details": [1]}, "details"),
        ({"kind": "observation"}, "kind"),
        ({"kind": 7}, "kind"),
        ({"session": "somewhere"}, "session"),
        ({"session": None}, "session"),
        ({"corrects": "it"}, "corrects"),
        ({"schema": 1}, "schema"),
        ({"words": None}, "words"),
        ({"more": 1}, "keys"),
    ],
)
def test_what_is_no_entry_of_a_session_is_refused_with_its_place(told, place):
    with pytest.raises(EntryUnreadable) as caught:
        read_entry(text(**told), KINDS)
    assert caught.value.place == place


def test_without_the_kinds_of_a_session_none_is_read():
    with pytest.raises(EntryUnreadable) as caught:
        read_entry(text())
    assert caught.value.place == "kind"
