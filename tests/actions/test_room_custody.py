"""A movement that two people signed on a tablet: theirs by their own keys, once, with both times, or nobody's."""

import json
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from holdfast.actions import people
from holdfast.actions.outcomes import Refusal
from holdfast.actions.room_custody import record_room_movement, record_taken_over
from holdfast.actions.room_entries import settle_entry
from holdfast.actions.room_keys import keep_writer_key
from holdfast.domain.room_entry import read_entry
from holdfast.records.models import (
    CustodyAct,
    Discrepancy,
    DrugMovement,
    Enrollment,
    RoleAssignment,
    RoomEntry,
    RoomOpening,
    User,
)
from tests.actions import room
from tests.actions.clinic import written
from tests.actions.test_boxes import Box


@dataclass
class InTheRoom:
    """A box in the room, the tablet, and the keys that two people made there."""

    box: Box
    tablet: room.Tablet
    opening: RoomOpening
    keys: dict[str, tuple[UUID, room.Tablet]] = field(default_factory=dict)

    @property
    def clinic(self):
        return self.box.pharmacy.clinic

    def makes_a_key(self, login: str):
        user, key = User.objects.get(login=login), room.Tablet()
        receipt = written(self.kept(user, key.public_key))
        self.keys[login] = (receipt.fact_id("records_roomwriterkey"), key)

    def kept(self, user: User, public_key: str, **given):
        told = {"proof": self.clinic.proof(user), "entry_id": uuid4(), "now": self.clinic.now}
        return keep_writer_key(
            opening=self.opening, public_key=public_key, by=user, **(told | given)
        )

    def told(self, signers: dict[str, str] | None = None, **changed) -> str:
        """The text of an entry. ``signers``: by whose key each person's signature was made."""
        entry = str(uuid4())
        at = self.clinic.now.isoformat(timespec="milliseconds")
        movement = {
            "schema": 1,
            "entry": entry,
            "opening": str(self.opening.id),
            "session": str(self.box.session.id),
            "kind": "open",
            "container": self.box.kit["initial"].code,
            "capsules": "",
            "at": at,
            "seal": "S-initial",
            "minutes": None,
            "reason": "",
            "alone": "",
            "first": str(User.objects.get(login="therapist").id),
            "second": str(User.objects.get(login="physician").id),
        }
        text = json.dumps(movement | changed)
        signed = {}
        by = signers or {"therapist": "therapist", "physician": "physician"}
        for login, whose in by.items():
            key_id, key = self.keys[whose]
            person = str(User.objects.get(login=login).id)
            signed[person] = {"key": str(key_id), "signature": key.signed(text)}
        more = {"schema": 3, "id": entry, "kind": "custody", "words": "", "at": at}
        told = {"enrollment": str(self.box.enrollment.id), "movement": text, "signed": signed}
        return room.entry_text(self.opening, self.clinic.now, **more, **told)

    def arrives(self, text: str):
        """The entry and its movement, some minutes later."""
        room.sent(self.clinic, self.tablet, self.opening, text, now=self.clinic.later(minutes=7))
        return record_room_movement(
            opening=self.opening, told=read_entry(text), now=self.clinic.later(minutes=7)
        )


@pytest.fixture
def here(pharmacy) -> InTheRoom:
    box = Box(pharmacy)
    written(box.issue())
    tablet = room.Tablet()
    device = room.enroll(pharmacy.clinic, tablet)
    enrollment = Enrollment.objects.get(id=box.enrollment.id)
    found = InTheRoom(box, tablet, room.opened(pharmacy.clinic, device, [enrollment]))
    found.makes_a_key("therapist")
    found.makes_a_key("physician")
    return found


def test_two_signatures_are_two_people_and_both_times_stand(here):
    text = here.told()
    receipt = here.arrives(text)
    movement = DrugMovement.objects.get(kind="open")
    assert (movement.capsules, movement.came, movement.seal) == ("1-2", "tablet", "S-initial")
    assert (movement.recorded_at - movement.at).total_seconds() >= 7 * 60
    act = CustodyAct.objects.get(id=movement.act_id)
    assert (act.first.login, act.second.login, act.policy) == ("therapist", "physician", "two")
    assert here.arrives(text) == receipt  # sent twice, moved once
    assert DrugMovement.objects.filter(kind="open").count() == 1
    assert RoomEntry.objects.get(kind="custody").written_by.login == "therapist"


def test_nobody_signs_for_the_second_with_their_own_key(here):
    here.arrives(here.told({"therapist": "therapist", "physician": "therapist"}))
    act = CustodyAct.objects.get(kind="open")
    assert (act.second, act.policy, act.emergency) == (None, "emergency", "nobody-else-there")


def test_what_the_first_did_not_sign_is_nobodys(here):
    assert here.arrives(here.told({"therapist": "physician", "physician": "physician"})) is None
    assert not DrugMovement.objects.filter(kind="open").exists()
    entry = RoomEntry.objects.get(kind="custody")
    assert entry.written_by is None
    clinic, now = here.clinic, here.clinic.later(minutes=9)
    told = {"entry": entry, "by": clinic.physician, "now": now}
    proof = clinic.proof(clinic.physician)
    written(settle_entry(outcome="mine", proof=proof, entry_id=uuid4(), **told))
    written(record_taken_over(proof=clinic.proof(clinic.physician), **told))
    act = CustodyAct.objects.get(kind="open")
    assert (act.first.login, act.second, act.policy) == ("physician", None, "emergency")


def test_what_the_register_cannot_take_is_a_discrepancy(here):
    outcome = here.arrives(here.told(capsules="9"))
    assert outcome.reason == "capsule-unknown"
    found = Discrepancy.objects.get(code="other")
    assert (found.container, found.opened_by.login) == (here.box.kit["initial"], "holdfast")


def test_what_happened_to_an_unknown_label_is_a_discrepancy_by_the_house(here):
    assert here.arrives(here.told(container="no-such-label")).reason == "container-unknown"
    found = Discrepancy.objects.get(code="other")
    assert (found.container, found.opened_by.login) == (None, "holdfast")


def test_what_is_taken_over_and_does_not_fit_is_a_discrepancy_as_well(here):
    signers = {"therapist": "physician", "physician": "physician"}
    here.arrives(here.told(signers, capsules="9"))
    entry = RoomEntry.objects.get(kind="custody")
    told = {"entry": entry, "by": here.clinic.physician, "now": here.clinic.later(minutes=9)}
    answer = record_taken_over(proof=here.clinic.proof(here.clinic.physician), **told)
    assert answer == Refusal("capsule-unknown", {"size": 2})
    assert Discrepancy.objects.get(code="other").container == here.box.kit["initial"]


def test_a_second_who_may_not_stand_beside_leaves_the_act_of_one_that_is_chased(here):
    leaves(here, "physician")
    here.arrives(here.told())
    act = CustodyAct.objects.get(kind="open")
    assert (act.second, act.policy, act.emergency) == (None, "emergency", "nobody-else-there")


def test_whoever_might_at_the_moment_of_signing_did(here):
    """Their roles ended before the tablet had the server again: it happened all the same."""
    signed = here.told()
    for login in ("therapist", "physician"):
        leaves(here, login)
    here.arrives(signed)
    act = CustodyAct.objects.get(kind="open")
    assert (act.first.login, act.second.login, act.policy) == ("therapist", "physician", "two")


def leaves(here, login: str) -> None:
    """Somebody's role here ends in a second from now, and then it is later."""
    clinic = here.clinic
    role = RoleAssignment.objects.get(user__login=login)
    told = {"valid_until": clinic.later(seconds=1), "reason": "left", "entry_id": uuid4()}
    by = clinic.administrator
    written(people.end_role(assignment=role, by=by, now=clinic.later(seconds=1), **told))


def test_a_signature_is_good_for_its_own_words_alone(here):
    told = json.loads(here.told())
    told["movement"] = told["movement"].replace("S-initial", "S-another")
    assert here.arrives(json.dumps(told)) is None


def test_one_alone_says_why_and_is_chased(here):
    here.arrives(here.told({"therapist": "therapist"}, second=None, alone="person-in-danger"))
    act = CustodyAct.objects.get(kind="open")
    assert (act.policy, act.emergency) == ("emergency", "person-in-danger")


def test_a_key_is_kept_only_with_ones_own_proof_in_the_room_and_while_it_is_open(here):
    clinic = here.clinic
    key = room.Tablet().public_key
    of_another = here.kept(clinic.therapist, key, proof=clinic.proof(clinic.physician))
    assert of_another == Refusal("proof-of-another")
    assert here.kept(clinic.pharmacist, key) == Refusal("not-in-the-room")
    assert here.kept(clinic.therapist, "no key") == Refusal("device-key-does-not-fit")
    assert here.kept(clinic.therapist, key, now=clinic.later(days=2)) == Refusal("opening-over")
