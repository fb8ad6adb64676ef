"""What reconciliation names: a clean record has no difference, and each planted one has its own name."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from holdfast.domain.accountability import Contained
from holdfast.domain.movements import Movement
from holdfast.domain.reconciled import (
    DIFFERENCES,
    Box,
    Counted,
    Dispensed,
    Dosed,
    Given,
    Ordered,
    Record,
    Sat,
)
from holdfast.domain.reconciliation import reconcile

START = datetime(2026, 5, 4, 8, tzinfo=UTC)
SAFE, ROOM = "place:safe", "place:room"
PERSON = "person:e1"


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def moved(id_: str, container: str, turn: int, kind: str, minutes: float, **ends: str) -> Movement:
    corrects = ends.pop("corrects", None)
    capsules = ends.pop("capsules", "1")
    told = {"source": "", "target": "", "site": "north"} | ends
    return Movement(id_, container, turn, kind, capsules, at(minutes), corrects=corrects, **told)


def a_kit(name: str, began: float) -> list[Movement]:
    """A container of a kit from its receipt to the person's mouth."""
    told = [
        ("receive", -600, {"target": SAFE}),
        ("assign", began - 60, {"source": SAFE}),
        ("issue-box", began - 40, {"source": SAFE, "target": ROOM}),
        ("open", began - 5, {"source": ROOM}),
        ("hand-over", began - 1, {"source": ROOM, "target": PERSON}),
        ("swallowed", began, {"target": PERSON}),
    ]
    return [
        moved(f"{name}-{kind}", name, turn, kind, minutes, **ends)
        for turn, (kind, minutes, ends) in enumerate(told, start=1)
    ]


def clean() -> Record:
    """One session of one person: both doses ordered, dispensed, moved, given and counted."""
    movements = [*a_kit("k1", 0), *a_kit("k2", 100)]
    of_person = [one for one in movements if one.kind != "receive"]
    kit = "KIT-7"
    return Record(
        boxes=[
            Box(Contained("k1", kit=kit), "KIT-7-I", "initial", Decimal(80)),
            Box(Contained("k2", kit=kit), "KIT-7-S", "supplement", Decimal(40)),
        ],
        movements=movements,
        given={
            one.id: Given(one.id, "" if one.kind == "assign" else "s1", "e1", "o1")
            for one in of_person
        },
        orders=[
            Ordered("o1", "e1", "v5", Decimal(80), Decimal(40), at(-2000), at(1000)),
        ],
        sessions=[Sat("s1", "e1", "v5", at(500))],
        doses=[
            Dosed("d1", "s1", "initial", Decimal(80), at(0)),
            Dosed("d2", "s1", "supplemental", Decimal(40), at(100)),
        ],
        counts=[
            Counted("c1", "k1", SAFE, 1, at(-500)),
            Counted("c2", "k1", ROOM, 0, at(200)),
        ],
        dispensed=[Dispensed(kit, "e1", "v5")],
    )


def without(record: Record, *ids: str) -> Record:
    return replace(record, movements=[one for one in record.movements if one.id not in ids])


def given_as(record: Record, id_: str, **changed: str) -> Record:
    return replace(record, given={**record.given, id_: record.given[id_]._replace(**changed)})


def dosed(record: Record, **changed: object) -> Record:
    first, *rest = record.doses
    return replace(record, doses=[first._replace(**changed), *rest])


def ordered(record: Record, **changed: object) -> Record:
    return replace(record, orders=[replace(record.orders[0], **changed)])


PLANTED = {
    "movement-does-not-fit": lambda r: without(r, "k1-open", "k1-hand-over"),
    "count-differs": lambda r: replace(r, counts=[r.counts[0]._replace(counted=2)]),
    "dose-without-movement": lambda r: without(r, "k1-swallowed"),
    "movement-without-dose": lambda r: replace(r, doses=r.doses[1:]),
    "dose-of-another-amount": lambda r: dosed(r, nominal_mg=Decimal(120)),
    "movement-of-another-person": lambda r: given_as(r, "k1-swallowed", enrollment="e2"),
    "given-without-order": lambda r: replace(r, orders=[]),
    "order-unknown": lambda r: given_as(r, "k1-swallowed", order="o9"),
    "order-of-another": lambda r: ordered(r, enrollment="e2"),
    "order-over": lambda r: ordered(r, until_at=at(50)),
    "dose-not-as-ordered": lambda r: ordered(r, initial_mg=Decimal(120)),
    "kit-not-dispensed": lambda r: replace(r, dispensed=[]),
    "kit-of-another": lambda r: replace(r, dispensed=[Dispensed("KIT-7", "e2", "v5")]),
    "kit-used-twice": lambda r: given_as(r, "k2-swallowed", enrollment="e2"),
    "kit-dispensed-without-stock": lambda r: replace(
        r, dispensed=[*r.dispensed, Dispensed("KIT-8", "e1", "v9")]
    ),
    "left-in-the-room": lambda r: without(r, "k2-swallowed"),
}


def codes(record: Record) -> set[str]:
    return {one.code for one in reconcile(record).differences}


def test_where_everything_agrees_nothing_is_named():
    found = reconcile(clean())
    assert found.differences == ()
    assert (found.movements, found.containers, found.capsules) == (12, 2, 2)


@pytest.mark.parametrize("code", sorted(PLANTED))
def test_each_planted_difference_is_named(code):
    found = reconcile(PLANTED[code](clean()))
    assert code in {one.code for one in found.differences}
    assert not found.fits


def test_every_difference_that_can_be_named_was_planted_but_the_one_that_cannot_be():
    """The law of the ledger holds whatever is told: it is there for a fold that went wrong."""
    assert set(DIFFERENCES) - set(PLANTED) == {"law-broken"}


def test_a_count_whose_difference_was_settled_is_no_difference():
    record = clean()
    settled = record.counts[0]._replace(counted=3, is_settled=True)
    assert codes(replace(record, counts=[settled])) == set()


def test_a_dose_ordered_within_the_session_needs_no_other_order():
    record = replace(clean(), orders=[])
    sat = record.sessions[0]._replace(ordered_slots=frozenset({"initial", "supplemental"}))
    given = {id_: one._replace(order="") for id_, one in record.given.items()}
    assert codes(replace(record, sessions=[sat], given=given)) == set()


def test_a_movement_that_was_taken_back_counts_for_nothing():
    record = clean()
    slip = moved("slip", "k2", 7, "swallowed", 120, target=PERSON)
    back = moved("back", "k2", 8, "correct", 121, corrects="slip")
    given = record.given | {"slip": Given("slip", "s1", "e9", "o9")}
    wrong = replace(record, movements=[*record.movements, slip], given=given)
    assert {"order-unknown", "movement-of-another-person"} <= codes(wrong)
    assert codes(replace(wrong, movements=[*wrong.movements, back])) == set()


def test_what_differs_is_told_in_one_order_whatever_the_record_was_read_in():
    record = PLANTED["left-in-the-room"](clean())
    shuffled = replace(record, movements=list(reversed(record.movements)))
    assert reconcile(shuffled).differences == reconcile(record).differences
