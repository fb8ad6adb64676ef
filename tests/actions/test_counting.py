"""Counts that do not tell what is expected, discrepancies and who settles them, and stock held back."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from holdfast.actions import stores
from holdfast.actions.counting import count_place
from holdfast.actions.discrepancies import confirm_act, report_discrepancy, settle_discrepancy
from holdfast.actions.outcomes import Refusal
from holdfast.actions.second_person import Present
from holdfast.actions.stock_holds import hold_stock, lift_hold, read_temperature
from holdfast.domain.movements import Kind, Place
from holdfast.records.duty import DutyPage
from holdfast.records.keys import opened
from holdfast.records.supply import (
    ActConfirmed,
    CountTaken,
    CustodyAct,
    CustodyPlace,
    Discrepancy,
    DiscrepancySettled,
    DrugStore,
    StockHold,
)
from holdfast.records.supply_reads import open_discrepancies, reach_of, unconfirmed
from holdfast.records.verification_run import verify_here
from holdfast.watch.custody_pages import page_waiting
from tests.actions.clinic import enrolled, written
from tests.actions.custody import Pharmacy, in_session, last_movement


def present(pharmacy: Pharmacy, by, second=None) -> Present:
    clinic = pharmacy.clinic
    return Present(proof=clinic.proof(by), second=pharmacy.second(second or clinic.coordinator, by))


def count(pharmacy: Pharmacy, counted, place="safe", **given):
    by, now = pharmacy.clinic.pharmacist, pharmacy.clinic.later(seconds=1)
    told = {"present": present(pharmacy, by), "at": now, "entry_id": uuid4(), "by": by, "now": now}
    return count_place(place=pharmacy.places[place], counted=counted, **(told | given))


def settle(pharmacy: Pharmacy, row, by="site-lead", **given):
    who, now = pharmacy.clinic.accounts[by], pharmacy.clinic.later(seconds=1)
    told = {"outcome": "explained", "words": "A capsule lay under the tray.", "by": who}
    told |= {"present": present(pharmacy, who), "entry_id": uuid4(), "now": now}
    return settle_discrepancy(discrepancy=row, **(told | given))


def test_a_count_that_fits_opens_nothing_and_one_that_does_not_is_a_discrepancy(pharmacy):
    bottle, other = pharmacy.received("1-10"), pharmacy.received("1-5")
    receipt = written(count(pharmacy, {bottle.id: 10, other.id: 5}))
    assert not Discrepancy.objects.exists()
    short = written(count(pharmacy, {bottle.id: 9}))
    assert [table for table, *_ in receipt.facts] == [table for table, *_ in short.facts][:3]
    found = {row.container_id: (row.code, row.expected, row.found) for row in _all()}
    assert found == {bottle.id: ("count-short", 10, 9), other.id: ("count-short", 5, 0)}
    written(count(pharmacy, {bottle.id: 11}, is_whole=False))
    assert _all()[-1].code == "count-over"
    assert verify_here().fits


def _all() -> list[Discrepancy]:
    return list(Discrepancy.objects.order_by("position", "container__code"))


def test_a_count_is_compared_with_what_the_book_had_at_its_moment(pharmacy):
    bottle = pharmacy.received("1-10")
    at = pharmacy.clinic.now
    told = {"from_place": pharmacy.place("safe"), "to_place": pharmacy.place("quarantine")}
    written(pharmacy.move(Kind.STORE, bottle.id, "1-4", **told))
    written(count(pharmacy, {bottle.id: 10}, at=at))
    written(count(pharmacy, {bottle.id: 6}))
    assert not Discrepancy.objects.exists()


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"counted": {"bottle": -1}}, "count-negative"),
        ({"counted": {"none": 1}}, "container-unknown"),
        ({"counted": {"bottle": 10}, "days": 1}, "moment-in-the-future"),
        ({"counted": {"bottle": 10}, "present": Present()}, "second-missing"),
    ],
)
def test_a_count_that_cannot_be_is_refused(pharmacy, given, reason):
    bottle = pharmacy.received()
    known = {"bottle": bottle.id, "none": uuid4()}
    counted = {known[code]: number for code, number in given.pop("counted").items()}
    if days := given.pop("days", 0):
        given = given | {"at": pharmacy.clinic.now + timedelta(days=days)}
    assert count(pharmacy, counted, **given) == Refusal(reason)
    assert not CountTaken.objects.exists()


def test_a_discrepancy_is_settled_by_name_by_somebody_who_is_not_in_it(pharmacy):
    bottle = pharmacy.received("1-10")
    written(count(pharmacy, {bottle.id: 9}))
    row = Discrepancy.objects.get()
    clinic = pharmacy.clinic
    assert settle(pharmacy, row, "pharmacist") == Refusal("settles-their-own")
    assert settle(pharmacy, row, words=" ") == Refusal("words-missing")
    beside = present(pharmacy, clinic.accounts["site-lead"], clinic.pharmacist)
    assert settle(pharmacy, row, present=beside) == Refusal("witness-benefits")
    assert settle(pharmacy, row, outcome="lost") == Refusal("outcome-without-movement")
    beside = {"present": present(pharmacy, clinic.accounts["site-lead"], clinic.physician)}
    written(pharmacy.move(Kind.LOSE, bottle.id, "10", reason="not-found-at-count"))
    written(settle(pharmacy, row, outcome="lost", **beside))
    settled = DiscrepancySettled.objects.get()
    assert settled.settled_by == clinic.accounts["site-lead"]
    assert opened(settled, "words") == "A capsule lay under the tray."
    assert settle(pharmacy, row, **beside).reason in ("already-settled", "proof-used")
    assert not open_discrepancies(clinic.site).exists()
    assert verify_here().fits


def test_nobody_settles_what_they_may_have_caused(pharmacy):
    """Whoever moved it since it was last right, whoever reported it, and nobody alone."""
    clinic = pharmacy.clinic
    lead, place = clinic.accounts["site-lead"], pharmacy.place
    bottle = pharmacy.received("1-10")
    told = {"from_place": place("safe"), "reason": "damaged", "second": clinic.physician}
    written(pharmacy.move(Kind.DESTROY, bottle.id, "1", **told))
    written(count(pharmacy, {bottle.id: 8}))
    difference = Discrepancy.objects.get()
    second = present(pharmacy, lead, clinic.physician)
    assert settle(pharmacy, difference, present=second) == Refusal("witness-benefits")
    written(count(pharmacy, {bottle.id: 9}))
    written(count(pharmacy, {bottle.id: 8}))
    later = Discrepancy.objects.exclude(id=difference.id).get()
    alone = Present(proof=clinic.proof(lead), emergency="other")
    assert settle(pharmacy, later, present=alone) == Refusal("second-missing")
    written(settle(pharmacy, later, present=present(pharmacy, lead, clinic.physician)))
    told = {"store": pharmacy.store, "words": "It lay open.", "entry_id": uuid4()}
    written(report_discrepancy(code="other", by=lead, now=clinic.now, **told))
    reported = Discrepancy.objects.get(code="other")
    second = present(pharmacy, lead, clinic.physician)
    assert settle(pharmacy, reported, present=second) == Refusal("settles-their-own")


def test_anybody_who_sees_custody_reports_what_no_movement_says(pharmacy):
    told = {"store": pharmacy.store, "code": "kit-number-twice", "words": "Two boxes say 4711."}
    told |= {"entry_id": uuid4(), "now": pharmacy.clinic.now}
    assert report_discrepancy(by=pharmacy.clinic.rater, **told).reason == "not-permitted"
    written(report_discrepancy(by=pharmacy.clinic.therapist, **told))
    assert open_discrepancies(pharmacy.clinic.site).get().code == "kit-number-twice"


def test_what_one_did_alone_is_chased_until_a_second_confirms_it(pharmacy):
    clinic, bottle = pharmacy.clinic, pharmacy.received()
    told = {"from_place": pharmacy.place("safe"), "to_place": pharmacy.place("quarantine")}
    alone = {"second": None, "emergency": "evacuation"}
    written(pharmacy.move(Kind.STORE, bottle.id, "1-10", **told, **alone))
    act = unconfirmed(clinic.site).get()
    given = {"act": act, "outcome": "as-told", "entry_id": uuid4(), "now": clinic.now}

    def confirmed(by, **changed):
        return confirm_act(by=by, proof=clinic.proof(by), **(given | changed))

    assert confirmed(clinic.pharmacist) == Refusal("witness-is-actor")
    written(confirmed(clinic.therapist, outcome="not-as-told"))
    assert ActConfirmed.objects.get().confirmed_by == clinic.therapist
    assert not unconfirmed(clinic.site).exists()
    assert Discrepancy.objects.get().code == "not-as-told"
    assert confirmed(clinic.physician, entry_id=uuid4()) == Refusal("already-confirmed")


def test_what_two_signed_on_paper_is_confirmed_by_the_one_who_signed(pharmacy):
    clinic, bottle = pharmacy.clinic, pharmacy.received()
    told = {"from_place": pharmacy.place("safe"), "to_place": pharmacy.place("quarantine")}
    paper = {"second": None, "came": "paper", "signed_paper": clinic.physician.id}
    written(pharmacy.move(Kind.STORE, bottle.id, "1-10", **told, **paper))
    act = CustodyAct.objects.order_by("-position")[0]
    assert (act.policy, act.second, act.second_method) == ("paper", clinic.physician, "paper")
    given = {"act": act, "outcome": "as-told", "entry_id": uuid4(), "now": clinic.now}
    other = confirm_act(by=clinic.therapist, proof=clinic.proof(clinic.therapist), **given)
    assert other == Refusal("second-of-another")
    written(confirm_act(by=clinic.physician, proof=clinic.proof(clinic.physician), **given))
    assert not unconfirmed(clinic.site).exists()


def second_store(pharmacy: Pharmacy) -> tuple[DrugStore, CustodyPlace]:
    clinic = pharmacy.clinic
    told = {"by": clinic.pharmacist, "now": clinic.now}
    made = stores.open_store(site=clinic.site, code="ward", title="Ward", entry_id=uuid4(), **told)
    store = DrugStore.objects.get(id=written(made).stream_id)
    given = {"code": "cabinet", "title": "Cabinet", "kind": Place.SAFE, "entry_id": uuid4()}
    written(stores.add_place(store=store, **given, **told))
    return store, CustodyPlace.objects.get(store=store)


def test_a_transfer_is_in_transit_until_it_arrives_and_its_seal_is_read(pharmacy):
    store, cabinet = second_store(pharmacy)
    bottle = pharmacy.received("1-10")
    told = {"from_place": pharmacy.place("safe"), "to_place": cabinet.id, "seal": "T-1"}
    written(pharmacy.move(Kind.TRANSFER_OUT, bottle.id, "1-10", **told))
    transit = pharmacy.ledger().by_where[f"transit:place:{cabinet.id.hex}"]
    assert transit.on_hand == 10
    here = Pharmacy(pharmacy.clinic, store, {"cabinet": cabinet})
    arrived = {"to_place": cabinet.id, "seal": "T-2"}
    written(here.move(Kind.TRANSFER_IN, bottle.id, "1-10", **arrived))
    assert here.on_hand("cabinet", bottle) == [*range(1, 11)]
    assert Discrepancy.objects.get().code == "seal-differs"


def test_a_recall_reaches_the_person_and_what_was_given_in_spite_of_it_is_named(pharmacy):
    bottle, clinic = pharmacy.received("1-10"), pharmacy.clinic
    told = in_session(clinic)
    since = clinic.now
    written(pharmacy.move(Kind.SWALLOWED, bottle.id, "1", **told))
    Discrepancy.objects.get()  # it was never opened nor handed over
    given = {"store": pharmacy.store, "code": "recall", "reference": "R-2026-7", "since": since}
    given |= {"containers": [bottle], "entry_id": uuid4(), "now": clinic.later(seconds=1)}
    written(hold_stock(by=clinic.pharmacist, **given))
    assert "held-back" in Discrepancy.objects.values_list("code", flat=True)
    hold = StockHold.objects.get()
    reached = [(one.capsules, one.status.value, one.where) for one in reach_of(hold)]
    person = f"person:{told['enrollment'].hex}"
    assert reached[0] == ("1", "administered", person)
    assert reached[1][:2] == ("2-10", "stock")
    person = enrolled(clinic).id
    assign = {"from_place": pharmacy.place("safe"), "enrollment": person}
    refused = pharmacy.move(Kind.ASSIGN, bottle.id, "2", **assign)
    assert refused == Refusal("does-not-fit", {"problem": "held-back"})
    lift = {"hold": hold, "reason": "recall-withdrawn", "entry_id": uuid4(), "now": clinic.now}
    by = clinic.pharmacist
    written(lift_hold(by=by, present=present(pharmacy, by), **lift))
    written(pharmacy.move(Kind.ASSIGN, bottle.id, "2", **assign))


def test_a_temperature_out_of_range_holds_back_what_is_there(pharmacy):
    clinic, by = pharmacy.clinic, pharmacy.clinic.pharmacist
    told = {"store": pharmacy.store, "code": "fridge", "title": "Fridge", "kind": Place.SAFE}
    told |= {"celsius": (Decimal(2), Decimal(8)), "range_source": "label"}
    written(stores.add_place(**told, entry_id=uuid4(), by=by, now=clinic.now))
    pharmacy.places["fridge"] = CustodyPlace.objects.get(code="fridge")
    bottle = pharmacy.received("1-10")
    away = {"from_place": pharmacy.place("safe"), "to_place": pharmacy.place("fridge")}
    written(pharmacy.move(Kind.STORE, bottle.id, "1-10", **away))

    def read(celsius, place="fridge"):
        now = clinic.later(seconds=1)
        given = {"at": now, "entry_id": uuid4(), "by": by, "now": now}
        return read_temperature(place=pharmacy.places[place], celsius=Decimal(celsius), **given)

    assert read("400") == Refusal("temperature-does-not-fit")
    written(read("5.0"))
    written(read("25", "safe"))  # a place without a range: nothing can be said
    assert not StockHold.objects.exists()
    written(read("9.5"))
    written(read("9.7"))
    hold = StockHold.objects.get()
    assert [row.container for row in hold.held.all()] == [bottle]
    assert (hold.code, hold.reading.celsius) == ("excursion", Decimal("9.5"))
    assert last_movement().kind == "store"


def test_the_site_lead_is_paged_for_what_waits_once_it_is_late_and_then_every_day(pharmacy):
    clinic, bottle = pharmacy.clinic, pharmacy.received("1-10")
    told = {"from_place": pharmacy.place("safe"), "to_place": pharmacy.place("quarantine")}
    alone = {"second": None, "emergency": "evacuation"}
    written(pharmacy.move(Kind.STORE, bottle.id, "1-10", **told, **alone))
    written(count(pharmacy, {bottle.id: 1}, "quarantine"))
    assert page_waiting(clinic.site, clinic.later(hours=11)) == 0
    assert page_waiting(clinic.site, clinic.later(hours=2)) == 1
    assert page_waiting(clinic.site, clinic.now) == 0
    assert page_waiting(clinic.site, clinic.later(hours=12)) == 1
    assert page_waiting(clinic.site, clinic.later(hours=12)) == 1
    reasons = list(DutyPage.objects.order_by("position").values_list("reason", flat=True))
    assert reasons == ["custody-unconfirmed", "custody-unsettled", "custody-unconfirmed"]
    assert verify_here().fits
