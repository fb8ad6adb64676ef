"""What two people sign on a room's device: read strictly, good for one entry and never for another."""

import json
from uuid import UUID

import pytest

from holdfast.domain.room import CUSTODY, KINDS
from holdfast.domain.room_custody import CustodyUnreadable, read_custody
from holdfast.domain.room_entry import EntryUnreadable, read_entry

ENTRY, OPENING, SESSION, FIRST, SECOND, KEY = (str(UUID(int=n)) for n in range(1, 7))
AT = "2026-05-04T10:00:00+00:00"
SIGNED = {FIRST: {"key": KEY, "signature": "c2lnbmVk"}}


def movement(**changed: object) -> str:
    told = {
        "schema": 1,
        "entry": ENTRY,
        "opening": OPENING,
        "session": SESSION,
        "kind": "open",
        "container": "4711-I",
        "capsules": "2,1",
        "at": AT,
        "seal": "S-1",
        "minutes": None,
        "reason": "",
        "alone": "",
        "first": FIRST,
        "second": SECOND,
    }
    return json.dumps(told | changed)


def entry(**changed: object) -> str:
    told = {
        "schema": 3,
        "id": ENTRY,
        "opening": OPENING,
        "enrollment": None,
        "kind": "custody",
        "words": "",
        "details": {},
        "at": AT,
        "offset_ms": 0,
        "step": None,
        "idle_ms": 0,
        "movement": movement(),
        "signed": SIGNED,
    }
    return json.dumps(told | changed)


def test_a_movement_is_read_with_what_each_signed():
    told = read_custody(movement(), SIGNED)
    assert (told.kind, told.container, told.capsules) == ("open", "4711-I", "1-2")
    assert (told.first, told.second) == (UUID(FIRST), UUID(SECOND))
    assert told.signed[UUID(FIRST)].key == UUID(KEY)
    assert told.text == movement()


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"kind": "receive"}, "movement.kind"),
        ({"kind": 3}, "movement.kind"),
        ({"schema": True}, "movement.schema"),
        ({"capsules": "3-1"}, "movement.capsules"),
        ({"minutes": -1}, "movement.minutes"),
        ({"second": None}, "movement.second"),
        ({"alone": "evacuation"}, "movement.second"),
        ({"alone": "because"}, "movement.alone"),
        ({"first": "nobody"}, "movement.first"),
        ({"container": ""}, "movement.container"),
        ({"seal": "a\nb"}, "movement.seal"),
        ({"more": 1}, "movement.keys"),
    ],
)
def test_anything_else_is_unreadable_and_says_where(changed, place):
    with pytest.raises(CustodyUnreadable) as error:
        read_custody(movement(**changed), SIGNED)
    assert error.value.place == place


@pytest.mark.parametrize(
    "signed",
    [
        None,
        {FIRST: "x"},
        {"nobody": SIGNED[FIRST]},
        {FIRST: {"key": KEY}},
        {str(n): {} for n in range(3)},
    ],
)
def test_signatures_that_are_none_are_unreadable(signed):
    with pytest.raises(CustodyUnreadable):
        read_custody(movement(), signed)


def test_an_entry_carries_its_own_movement_and_no_other():
    assert read_entry(entry()).custody is not None
    for changed in (
        {"movement": movement(entry=SESSION)},
        {"movement": movement(opening=SESSION)},
        {"at": "2026-05-04T10:00:01+00:00"},
        {"kind": "note"},
        {"schema": 1},
    ):
        with pytest.raises(EntryUnreadable):
            read_entry(entry(**changed))


def test_no_page_and_no_paper_offers_the_kind():
    assert CUSTODY.code not in KINDS
    without = {k: v for k, v in json.loads(entry()).items() if k not in ("movement", "signed")}
    with pytest.raises(EntryUnreadable):
        read_entry(json.dumps(without | {"schema": 1}))
