"""Session boxes: issued sealed, opened in the room, and every capsule of them followed to its end."""

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

import pytest

from holdfast.actions.boxes import BoxPart, issue_box, return_box
from holdfast.actions.custody_gates import at_hand, released
from holdfast.actions.outcomes import Refusal
from holdfast.actions.second_person import Present
from holdfast.domain.accountability import Status
from holdfast.domain.movements import Kind
from holdfast.domain.session_gates import SessionAct
from holdfast.records.boxes import box_of
from holdfast.records.care import Enrollment
from holdfast.records.supply import CustodyPlace, Discrepancy, DrugMovement
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import IDENTITY, written
from tests.actions.custody import Pharmacy, a_session, last_movement
from tests.actions.ordering import an_order, approved, cancelled, let_in, told_order

VISIT = "v5"

OTHER = replace(IDENTITY, given="Ada", identifiers=(("urn:hospital", "MRN-2"),))


class Box:
    """A kit that was assigned to somebody, and their session."""

    def __init__(self, pharmacy: Pharmacy) -> None:
        self.pharmacy, clinic = pharmacy, pharmacy.clinic
        self.session = a_session(clinic, VISIT)
        self.enrollment = Enrollment.objects.get(id=self.session.enrollment_id)
        self.kit, safe = pharmacy.kit(), pharmacy.place("safe")
        for part, capsules in (("initial", "1-2"), ("supplement", "1")):
            told = {"from_place": safe, "enrollment": self.enrollment.id}
            written(pharmacy.move(Kind.ASSIGN, self.kit[part].id, capsules, **told))

    def present(self) -> Present:
        clinic = self.pharmacy.clinic
        by = clinic.pharmacist
        return Present(proof=clinic.proof(by), second=self.pharmacy.second(clinic.therapist, by))

    def part(self, dose: str, **given) -> BoxPart:
        told = {"container": self.kit[dose].id, "seal": f"S-{dose}", "dose": dose}
        told |= {"capsules": "1-2" if dose == "initial" else "1"}
        return BoxPart(from_place=self.pharmacy.place("safe"), **(told | given))

    def issue(self, *parts: BoxPart, **given):
        clinic = self.pharmacy.clinic
        now = clinic.later(seconds=1)
        told = {"visit": VISIT, "to": self.pharmacy.places["room-lock"], "at": now}
        told["present"] = given.pop("present", None) or self.present()
        return issue_box(
            store=self.pharmacy.store,
            enrollment=self.enrollment,
            parts=parts or (self.part("initial"), self.part("supplement")),
            entry_id=uuid4(),
            by=clinic.pharmacist,
            now=now,
            **(told | given),
        )

    def room(self, kind: Kind, dose: str, capsules: str, **given):
        """What happens in the room, by the pair."""
        clinic = self.pharmacy.clinic
        told = {"by": clinic.therapist, "second": clinic.physician, "session": self.session.id}
        told |= {"enrollment": self.enrollment.id, "visit": VISIT}
        return self.pharmacy.move(kind, self.kit[dose].id, capsules, **(told | given))

    def back(self, **given):
        clinic = self.pharmacy.clinic
        now = clinic.later(seconds=1)
        return return_box(
            store=self.pharmacy.store,
            enrollment=self.enrollment,
            visit=VISIT,
            to=self.pharmacy.places["returns"],
            present=self.present(),
            at=now,
            entry_id=uuid4(),
            by=clinic.pharmacist,
            now=now,
            **given,
        )


@pytest.fixture
def box(pharmacy) -> Box:
    return Box(pharmacy)


def test_a_box_is_issued_opened_given_and_the_rest_comes_back(box):
    written(box.issue())
    lock = box.pharmacy.place("room-lock")
    assert [part.left for part in box_of(box.enrollment, VISIT)] == ["1-2", "1"]
    written(box.room(Kind.OPEN, "initial", "1-2", from_place=lock, seal="S-initial"))
    written(box.room(Kind.HAND_OVER, "initial", "1-2", from_place=lock))
    written(box.room(Kind.SWALLOWED, "initial", "1-2"))
    written(box.back(seals={box.kit["supplement"].id: "S-supplement"}))
    assert not Discrepancy.objects.exists()
    ledger = box.pharmacy.ledger()
    balance = ledger.by_kit()["4711"]
    assert (balance.received, balance.on_hand, balance.now["administered"]) == (3, 1, 2)
    person = ledger.by_where[f"person:{box.enrollment.id.hex}"]
    assert person.now["administered"] == 2
    assert box.pharmacy.on_hand("returns", box.kit["supplement"]) == [1]
    assert box.back() == Refusal("box-back-already")
    assert verify_here().fits


def test_what_befalls_a_capsule_in_the_room_is_followed_to_its_end(box):
    """Refused, dropped, spat out, taken in part, vomited: none is lost by it."""
    written(box.issue())
    lock = box.pharmacy.place("room-lock")
    written(box.room(Kind.OPEN, "initial", "1-2", from_place=lock, seal="S-initial"))
    written(box.room(Kind.DROPPED, "initial", "1"))
    written(box.room(Kind.WASTE, "initial", "1", reason="dropped"))
    written(box.room(Kind.PART_TAKEN, "initial", "2"))
    written(box.room(Kind.WASTE, "initial", "2", reason="part-taken"))
    written(box.room(Kind.VOMITED, "initial", "2", minutes=12))
    written(box.room(Kind.OPEN, "supplement", "1", from_place=lock, seal="S-supplement"))
    written(box.room(Kind.REFUSED, "supplement", "1"))
    written(box.back())
    assert list(Discrepancy.objects.values_list("code", flat=True)) == []
    balance = box.pharmacy.ledger().by_kit()["4711"]
    assert (balance.on_hand, balance.now["wasted"], balance.now["administered"]) == (1, 1, 1)
    supplement = box.pharmacy.ledger().capsules[box.kit["supplement"].id.hex][1]
    assert supplement.status is Status.BACK


def test_a_seal_that_is_broken_or_another_is_a_discrepancy_at_once(box):
    written(box.issue())
    told = {"from_place": box.pharmacy.place("room-lock")}
    written(box.room(Kind.OPEN, "initial", "1-2", seal="S-other", **told))
    written(
        box.room(Kind.OPEN, "supplement", "1", seal="S-supplement", reason="seal-broken", **told)
    )
    codes = set(Discrepancy.objects.values_list("code", flat=True))
    assert codes == {"seal-differs", "seal-broken"}


WRONG = {
    "without the initial dose": (lambda box: [box.part("supplement")], {}, "box-incomplete"),
    "two seals of one number": (
        lambda box: [box.part("initial"), box.part("supplement", seal="S-initial")],
        {},
        "seals-repeated",
    ),
    "the containers changed over": (
        lambda box: [box.part("initial", container=box.kit["supplement"].id, capsules="1")],
        {},
        "box-part-wrong",
    ),
    "to the safe": (None, {"to": "safe"}, "not-a-room-lock"),
    "for a visit that is none": (None, {"visit": "NO-SUCH"}, "visit-unknown"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_box_that_is_none_is_refused_and_nothing_is_written(box, case):
    parts, given, reason = WRONG[case]
    if "to" in given:
        given = {"to": CustodyPlace.objects.get(code=given["to"])}
    before = DrugMovement.objects.count()
    assert box.issue(*(parts(box) if parts else ()), **given).reason == reason
    assert DrugMovement.objects.count() == before


def test_the_kit_of_somebody_else_is_not_issued(box):
    other = a_session(box.pharmacy.clinic, VISIT, identity=OTHER, bundle_sha256="cd" * 32)
    box.enrollment = Enrollment.objects.get(id=other.enrollment_id)
    assert box.issue() == Refusal("kit-of-another")


def asked(box, now=None):
    """What a gate of the course asks: the person, the visit, the moment."""
    visit = SimpleNamespace(code=VISIT)
    now = now or box.pharmacy.clinic.later(seconds=1)
    return SimpleNamespace(enrollment=box.enrollment, visit=visit, now=now)


def reasons(findings) -> list[str]:
    return [one.reason for one in findings]


def test_the_gate_is_answered_by_the_movements_of_the_box(box):
    lock = box.pharmacy.place("room-lock")

    def at_gate():
        now = box.pharmacy.clinic.later(seconds=1)
        found = at_hand(box.enrollment, VISIT, SessionAct.GIVE_INITIAL_DOSE, now)
        return reasons(released(asked(box))["medicine-released"]), reasons(found)

    assert at_gate() == (["box-not-issued"], ["box-not-issued"])
    written(box.issue())
    issued = box.pharmacy.clinic.later(seconds=1)
    assert at_gate() == (["box-ready"], ["box-ready"])
    written(box.room(Kind.OPEN, "initial", "1-2", from_place=lock, seal="S-initial"))
    assert at_gate() == (["box-not-in-the-room"], ["box-ready"])
    written(box.room(Kind.SWALLOWED, "initial", "1-2"))
    assert at_gate()[1] == ["box-not-in-the-room"]
    # Judged again, it is as it was then.
    assert reasons(released(asked(box, issued))["medicine-released"]) == ["box-ready"]


def test_a_box_that_one_issued_alone_waits_for_a_second_person(box):
    by = box.pharmacy.clinic.pharmacist
    alone = Present(proof=box.pharmacy.clinic.proof(by), emergency="nobody-else-there")
    written(box.issue(present=alone))
    found = reasons(released(asked(box))["medicine-released"])
    assert found == ["box-not-confirmed"] * 2


def test_where_a_site_keeps_no_ledger_people_state_it_as_before(one_clinic):
    session = a_session(one_clinic, VISIT)
    enrollment = Enrollment.objects.get(id=session.enrollment_id)
    given = enrollment, VISIT, SessionAct.GIVE_INITIAL_DOSE, one_clinic.now
    assert at_hand(*given) is None
    question = SimpleNamespace(
        enrollment=enrollment, visit=SimpleNamespace(code=VISIT), now=one_clinic.now
    )
    assert released(question) == {}


def test_a_store_into_which_nothing_came_answers_for_nothing(pharmacy):
    """Whoever opens an empty store does not end all dosing of a study by it."""
    session = a_session(pharmacy.clinic, VISIT)
    enrollment = Enrollment.objects.get(id=session.enrollment_id)
    now = pharmacy.clinic.now
    assert at_hand(enrollment, VISIT, SessionAct.GIVE_INITIAL_DOSE, now) is None
    pharmacy.received()
    assert at_hand(enrollment, VISIT, SessionAct.GIVE_INITIAL_DOSE, now)


@pytest.fixture
def bottle(pharmacy):
    """A bottle of 40 mg capsules at a site under a law, for somebody who may be ordered a dose."""
    session = a_session(pharmacy.clinic, VISIT)
    enrollment = Enrollment.objects.get(id=session.enrollment_id)
    approved(pharmacy.clinic, enrollment, "united-states")
    let_in(pharmacy.clinic, enrollment)
    container = pharmacy.received(nominal_mg=Decimal(40))

    def issue(capsules: str = "1-2", **given):
        told = {"from_place": pharmacy.place("safe"), "to_place": pharmacy.place("room-lock")}
        told |= {"enrollment": enrollment.id, "visit": VISIT, "dose": "initial", "seal": "S-1"}
        return pharmacy.move(Kind.ISSUE_BOX, container.id, capsules, **(told | given))

    return SimpleNamespace(enrollment=enrollment, pharmacy=pharmacy, issue=issue)


def ordered_for(bottle):
    clinic = bottle.pharmacy.clinic
    return an_order(clinic, bottle.enrollment, told_order(clinic, visit=VISIT, product=""))


def test_a_bottle_is_issued_for_a_dose_that_an_order_names_and_the_gate_finds_it(bottle):
    order = ordered_for(bottle)
    assert bottle.issue(dose="") == Refusal("dose-missing")
    written(bottle.issue())
    assert last_movement().order == order.id
    assert reasons(released(asked(bottle))["medicine-released"]) == ["box-ready"]
    repeated = Refusal("does-not-fit", {"problem": "seal-repeated"})
    assert bottle.issue("3", dose="supplement") == repeated
    written(bottle.issue("3", dose="supplement", seal="S-2"))
    assert not Discrepancy.objects.exists()


def test_a_second_issue_of_a_bottle_hides_nothing_of_the_first(bottle):
    """What of the first is in the room still counts; what came back does not."""
    ordered_for(bottle)
    for capsules in ("1", "2"):
        written(bottle.issue(capsules, seal=f"S-{capsules}"))
    (part,) = box_of(bottle.enrollment, VISIT)
    assert (part.left, part.seal) == ("1-2", "S-2")
    too_much = Refusal("does-not-fit", {"problem": "more-than-ordered"})
    assert bottle.issue("3", seal="S-3") == too_much
    lock, safe = bottle.pharmacy.place("room-lock"), bottle.pharmacy.place("safe")
    told = {"from_place": lock, "to_place": safe, "enrollment": bottle.enrollment.id}
    container = part.container.id
    written(bottle.pharmacy.move(Kind.RETURN_BOX, container, "1", **told))
    (part,) = box_of(bottle.enrollment, VISIT)
    assert [n for n, _now in part.capsules] == [2]


NOT_ISSUED = {
    "more than was ordered": ({"capsules": "1-3"}, "more-than-ordered"),
    "to no lock of a room": ({"to_place": "quarantine"}, "box-not-in-a-lock"),
    "for a visit without an order": ({"visit": "v8"}, "box-not-ordered"),
}


@pytest.mark.parametrize("case", NOT_ISSUED)
def test_what_may_not_be_issued_is_a_discrepancy_once_it_happened(bottle, case):
    changed, problem = NOT_ISSUED[case]
    if "to_place" in changed:
        changed = {"to_place": bottle.pharmacy.place(changed["to_place"])}
    ordered_for(bottle)
    before = DrugMovement.objects.count()
    assert bottle.issue(**changed) == Refusal("does-not-fit", {"problem": problem})
    assert DrugMovement.objects.count() == before
    written(bottle.issue(happened=True, **changed))
    assert problem in set(Discrepancy.objects.values_list("code", flat=True))


def test_an_order_that_was_taken_back_issues_nothing(bottle):
    written(cancelled(bottle.pharmacy.clinic, ordered_for(bottle)))
    assert bottle.issue() == Refusal("does-not-fit", {"problem": "box-not-ordered"})


def test_a_kit_of_somebody_else_that_was_given_is_a_discrepancy_at_once(box):
    """Nobody assigns it on; what was swallowed is recorded, under the name of who swallowed it."""
    other = a_session(box.pharmacy.clinic, VISIT, identity=OTHER, bundle_sha256="cd" * 32)
    told = {"from_place": box.pharmacy.place("safe"), "enrollment": other.enrollment_id}
    refused = box.pharmacy.move(Kind.ASSIGN, box.kit["initial"].id, "1", **told)
    assert refused == Refusal("does-not-fit", {"problem": "kit-of-another"})
    box.session, box.enrollment = other, Enrollment.objects.get(id=other.enrollment_id)
    written(box.room(Kind.SWALLOWED, "initial", "1"))
    codes = set(Discrepancy.objects.values_list("code", flat=True))
    assert codes == {"kit-of-another", "out-of-order"}
    person = box.pharmacy.ledger().by_where[f"person:{box.enrollment.id.hex}"]
    assert person.now["administered"] == 1
