"""Movements of a controlled drug: what is refused, what is recorded, and what becomes a discrepancy."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from holdfast.actions import stores
from holdfast.actions.movements import MovementTold, record_movement
from holdfast.actions.outcomes import Conflict, Refusal
from holdfast.domain.movements import Kind
from holdfast.records.journal import OutboxEntry
from holdfast.records.supply import (
    Container,
    CustodyAct,
    Discrepancy,
    DrugMovement,
    DrugStore,
)
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import enrolled, written
from tests.actions.custody import BOTTLE, in_session, last_movement


def nothing_written(pharmacy) -> tuple[int, int]:
    return DrugMovement.objects.count(), Container.objects.count()


def test_a_store_is_a_stream_of_its_own_that_its_site_names(pharmacy):
    again = stores.open_store(
        site=pharmacy.clinic.site,
        code="main",
        title="Main",
        entry_id=uuid4(),
        by=pharmacy.clinic.pharmacist,
        now=pharmacy.clinic.now,
    )
    assert again == Refusal("store-code-taken")
    assert DrugStore.objects.get().stream.kind == "drug-store"
    assert verify_here().fits


def test_what_was_received_is_on_hand_and_what_is_destroyed_is_not(pharmacy):
    bottle = pharmacy.received("1-10")
    assert pharmacy.on_hand("safe", bottle) == [*range(1, 11)]
    safe = pharmacy.place("safe")
    written(pharmacy.move(Kind.DESTROY, bottle.id, "9-10", from_place=safe, reason="damaged"))
    balance = pharmacy.ledger().by_lot()["L-77"]
    assert (balance.received, balance.on_hand) == (10, 8)
    assert not Discrepancy.objects.exists()
    assert verify_here().fits


def test_the_same_movement_again_gets_the_first_receipt_and_another_is_a_conflict(pharmacy):
    bottle, entry = pharmacy.received(), uuid4()
    told = {"from_place": pharmacy.place("safe"), "to_place": pharmacy.place("quarantine")}
    at = pharmacy.clinic.now
    first = written(pharmacy.move(Kind.STORE, bottle.id, "1", at=at, entry_id=entry, **told))
    assert pharmacy.move(Kind.STORE, bottle.id, "1", at=at, entry_id=entry, **told) == first
    other = pharmacy.move(Kind.STORE, bottle.id, "2", at=at, entry_id=entry, **told)
    assert isinstance(other, Conflict)


REFUSED = {
    "a negative count": ({"capsules": "-3"}, "count-negative"),
    "no capsule": ({"capsules": ""}, "capsules-missing"),
    "a capsule named twice": ({"capsules": "2,1-3"}, "capsule-repeated"),
    "a capsule that is not in it": ({"capsules": "11"}, "capsule-unknown"),
    "a container that nobody received": ({"container": uuid4()}, "container-unknown"),
    "a place that is not there": ({"to_place": uuid4()}, "place-unknown"),
    "no place to come from": ({"from_place": None}, "place-missing"),
    "a moment to come": ({"days": 1}, "moment-in-the-future"),
    "a date before receipt": ({"days": -1}, "does-not-fit"),
    "the actor as witness": ({"second": "pharmacist"}, "witness-is-actor"),
    "a witness who may not": ({"second": "rater"}, "witness-may-not"),
    "nobody beside": ({"second": None}, "second-missing"),
    "somebody who may not": ({"by": "monitor"}, "not-permitted"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_with_its_reason_and_nothing_is_written(pharmacy, case):
    changed, reason = REFUSED[case]
    bottle = pharmacy.received()
    given = {"container": bottle.id, "capsules": "1-3", "from_place": pharmacy.place("safe")}
    given |= {"to_place": pharmacy.place("quarantine")} | changed
    for who in ("second", "by"):
        if isinstance(given.get(who), str):
            given[who] = pharmacy.clinic.accounts[given[who]]
    if days := given.pop("days", 0):
        given["at"] = pharmacy.clinic.now + timedelta(days=days)
    before = nothing_written(pharmacy)
    assert pharmacy.move(Kind.STORE, **given).reason == reason
    assert nothing_written(pharmacy) == before
    assert not Discrepancy.objects.exists()


def test_a_kit_received_twice_and_an_expired_lot_are_refused(pharmacy):
    pharmacy.kit("4711")
    again = replace(BOTTLE, code="other", part="initial", kit_number="4711", lot="")
    told = {"capsules": "1", "to_place": pharmacy.place("safe")}
    before = nothing_written(pharmacy)
    assert pharmacy.move(Kind.RECEIVE, again, **told) == Refusal("kit-received-already")
    past = replace(BOTTLE, use_by=pharmacy.clinic.now.date() - timedelta(days=2))
    assert pharmacy.move(Kind.RECEIVE, past, **told) == Refusal("lot-expired")
    labelled = replace(BOTTLE, part="initial", kit_number="4712")
    assert pharmacy.move(Kind.RECEIVE, labelled, **told) == Refusal("kit-names-no-lot")
    assert nothing_written(pharmacy) == before
    written(pharmacy.move(Kind.RECEIVE, past, happened=True, **told))
    assert Discrepancy.objects.get().code == "expired"


def test_what_is_moved_from_where_it_is_not_is_recorded_and_is_a_discrepancy_at_once(pharmacy):
    bottle, quarantine = pharmacy.received(), pharmacy.place("quarantine")
    told = {"from_place": quarantine, "to_place": pharmacy.place("returns")}
    written(pharmacy.move(Kind.STORE, bottle.id, "4-5", **told))
    row = Discrepancy.objects.get()
    assert (row.code, row.capsules, row.movement) == ("not-there", "4-5", last_movement())
    assert pharmacy.on_hand("returns", bottle) == [4, 5]
    assert OutboxEntry.objects.filter(kind="custody-discrepancy", about=row.id).exists()


def test_what_was_swallowed_twice_is_recorded_and_counts_once(pharmacy):
    bottle = pharmacy.received()
    told = in_session(pharmacy.clinic)
    for _ in range(2):
        written(pharmacy.move(Kind.SWALLOWED, bottle.id, "1", **told))
    codes = sorted(Discrepancy.objects.values_list("code", flat=True))
    assert codes == ["out-of-order", "swallowed-twice"]
    balance = pharmacy.ledger().by_lot()["L-77"]
    assert (balance.received, balance.on_hand, balance.now["administered"]) == (10, 9, 1)
    assert verify_here().fits


def test_an_expired_lot_that_was_swallowed_is_a_discrepancy_and_never_refused(pharmacy):
    bottle = pharmacy.received(use_by=pharmacy.clinic.now.date())
    told = in_session(pharmacy.clinic)
    pharmacy.clinic.later(days=2)
    written(pharmacy.move(Kind.SWALLOWED, bottle.id, "1", **told))
    assert "expired" in Discrepancy.objects.values_list("code", flat=True)
    told = {"from_place": pharmacy.place("safe"), "enrollment": told["enrollment"]}
    refused = pharmacy.move(Kind.ASSIGN, bottle.id, "2", **told)
    assert refused == Refusal("does-not-fit", {"problem": "expired"})


def test_neither_acts_for_the_other_and_each_proof_is_good_once(pharmacy):
    bottle, clinic = pharmacy.received(), pharmacy.clinic
    told = {"from_place": pharmacy.place("safe"), "to_place": pharmacy.place("quarantine")}
    by, now = clinic.pharmacist, clinic.later(seconds=1)
    beside_another = pharmacy.second(clinic.therapist, clinic.physician)
    own, second = clinic.proof(by), pharmacy.second(clinic.therapist, by)
    move = {"told": None, "entry_id": None, "store": pharmacy.store, "by": by, "now": now}

    def moved(proof, second, capsules="1"):
        one = MovementTold(kind=Kind.STORE, container=bottle.id, capsules=capsules, at=now, **told)
        given = move | {"told": one, "entry_id": uuid4()}
        return record_movement(proof=proof, second=second, **given)

    assert moved(own, beside_another) == Refusal("second-of-another")
    assert moved(clinic.proof(clinic.therapist), second) == Refusal("proof-of-another")
    assert moved(None, second) == Refusal("proof-missing")
    late = pharmacy.second(clinic.therapist, by, now - timedelta(minutes=3))
    assert moved(own, late) == Refusal("second-expired")
    written(moved(own, second))
    assert moved(clinic.proof(by), second, "2") == Refusal("proof-used")
    assert moved(own, pharmacy.second(clinic.therapist, by), "2") == Refusal("proof-used")


def test_who_gets_the_capsules_witnesses_nothing_of_it(pharmacy):
    bottle, therapist = pharmacy.received(), pharmacy.clinic.therapist
    told = in_session(pharmacy.clinic) | {"by": pharmacy.clinic.physician, "second": therapist}
    told |= {"from_place": pharmacy.place("safe"), "to_holder": therapist.id}
    refused = pharmacy.move(Kind.HAND_OVER, bottle.id, "1", **told)
    assert refused == Refusal("witness-benefits")


def test_what_one_does_alone_in_an_emergency_is_recorded_and_told(pharmacy):
    bottle = pharmacy.received()
    told = {"from_place": pharmacy.place("safe"), "to_place": pharmacy.place("quarantine")}
    alone = {"second": None, "emergency": "evacuation"}
    written(pharmacy.move(Kind.STORE, bottle.id, "1-10", **told, **alone))
    act = CustodyAct.objects.order_by("-position")[0]
    assert (act.policy, act.second_id, act.emergency) == ("emergency", None, "evacuation")
    assert OutboxEntry.objects.filter(kind="custody-unconfirmed", about=act.id).exists()
    unclear = pharmacy.move(Kind.STORE, bottle.id, "1", **told, emergency="evacuation")
    assert unclear == Refusal("emergency-unclear")


def test_a_site_signs_that_one_is_enough_for_a_kind(pharmacy):
    clinic, bottle = pharmacy.clinic, pharmacy.received()
    told = {"from_place": pharmacy.place("safe"), "to_place": pharmacy.place("quarantine")}
    given = {"site": clinic.site, "kind": "store", "needs_two": False, "by": clinic.pharmacist}
    given |= {"reason": "site-procedure", "entry_id": uuid4(), "now": clinic.now}
    assert stores.set_policy(proof=None, **given) == Refusal("proof-missing")
    written(stores.set_policy(proof=clinic.proof(clinic.pharmacist), **given))
    written(pharmacy.move(Kind.STORE, bottle.id, "1", second=None, **told))
    act = CustodyAct.objects.order_by("-position")[0]
    assert act.policy == "one"
    assert act.policy_fact is not None
    refused = pharmacy.move(Kind.DESTROY, bottle.id, "1", second=None, reason="damaged")
    assert refused == Refusal("second-missing")


def test_a_correction_takes_the_place_of_what_was_told(pharmacy):
    bottle, safe = pharmacy.received(), pharmacy.place("safe")
    written(pharmacy.move(Kind.DESTROY, bottle.id, "1-3", from_place=safe, reason="damaged"))
    first = last_movement()
    told = {"from_place": safe, "reason": "damaged", "corrects": first.id}
    told |= {"correction_reason": "typing-error"}
    written(pharmacy.move(Kind.DESTROY, bottle.id, "1-2", **told))
    assert pharmacy.ledger().by_lot()["L-77"].now["destroyed"] == 2
    again = pharmacy.move(Kind.DESTROY, bottle.id, "1", **told)
    assert again == Refusal("already-corrected")
    told = {"corrects": last_movement().id, "correction_reason": "never-happened"}
    written(pharmacy.move(Kind.CORRECT, bottle.id, "1-2", **told))
    assert pharmacy.on_hand("safe", bottle) == [*range(1, 11)]


def test_a_lost_capsule_that_is_found_is_on_hand_again_and_goes_to_nobody(pharmacy):
    bottle, safe = pharmacy.received(), pharmacy.place("safe")
    written(pharmacy.move(Kind.LOSE, bottle.id, "7", reason="not-found-at-count"))
    written(pharmacy.move(Kind.FIND, bottle.id, "7", to_place=safe))
    balance = pharmacy.ledger().by_lot()["L-77"]
    assert (balance.on_hand, balance.lost, balance.found) == (10, 1, 1)
    person = enrolled(pharmacy.clinic)
    written(pharmacy.move(Kind.ASSIGN, bottle.id, "7", from_place=safe, enrollment=person.id))
    assert Discrepancy.objects.get().code == "out-of-order"
