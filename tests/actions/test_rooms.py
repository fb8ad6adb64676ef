"""The shared device of a room: who opens it, whose an entry is, and that none is ever lost."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from holdfast.actions import room_entries, rooms
from holdfast.actions.outcomes import Conflict, Receipt, Refusal
from holdfast.domain.room import Came
from holdfast.records.keys import opened as words_of
from holdfast.records.models import (
    Conflict as ConflictKept,
)
from holdfast.records.models import (
    JournalEntry,
    Room,
    RoomAttribution,
    RoomClosing,
    RoomDevice,
    RoomEntry,
    RoomOpening,
    RoomStep,
    User,
)
from holdfast.records.room_state import entries_about, to_settle, waiting_in, writer_of
from holdfast.records.room_state import words_of as said
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import IDENTITY, Clinic, enrolled, written
from tests.actions.room import (
    Tablet,
    close,
    enroll,
    entry_text,
    open_by,
    opened,
    sent,
    settle,
    step,
    switched,
)
from tests.actions.test_erasure import erased

OTHER = replace(IDENTITY, family="Other", given="Person", identifiers=(("urn:hospital", "MRN-2"),))


@pytest.fixture
def tablet() -> Tablet:
    return Tablet()


@pytest.fixture
def device(clinic: Clinic, tablet: Tablet) -> RoomDevice:
    return enroll(clinic, tablet)


@pytest.fixture
def opening(clinic, device, enrollment) -> RoomOpening:
    return opened(clinic, device, [enrollment])


def test_two_open_one_switches_and_writes_and_the_record_fits(clinic, tablet, opening, enrollment):
    mine = switched(clinic, opening, clinic.therapist)
    text = entry_text(opening, clinic.later(seconds=20), step=str(mine))
    receipt = written(sent(clinic, tablet, opening, text))
    entry = RoomEntry.objects.get()
    assert (entry.written_by, entry.reason, entry.came) == (clinic.therapist, "switched", "open")
    assert entry.recorded_by == clinic.therapist
    assert entry.stream_id == enrollment.id == receipt.stream_id
    assert words_of(entry, "written") == text
    written(close(clinic, opening, clinic.physician))
    assert verify_here().fits
    events = b"".join(bytes(row.event) for row in JournalEntry.objects.all())
    assert b"calm" not in events


def test_the_device_has_an_account_of_its_own_by_which_nobody_logs_in(clinic, device):
    account = device.account
    assert not account.is_active
    assert not account.has_usable_password()
    assert verify_here().fits


def test_two_different_people_are_needed_and_both_must_be_permitted(clinic, device, enrollment):
    therapist, physician, monitor = clinic.therapist, clinic.physician, clinic.monitor
    assert open_by(clinic, device, [enrollment], therapist) == Refusal("two-people-needed")
    twice = open_by(clinic, device, [enrollment], therapist, therapist)
    assert twice == Refusal("two-people-needed")
    assert open_by(clinic, device, [enrollment]) == Refusal("two-people-needed")
    other = open_by(clinic, device, [enrollment], therapist, monitor)
    assert other == Refusal("not-all-permitted")
    assert open_by(clinic, device, [], therapist, physician) == Refusal("nobody-named")
    assert not RoomOpening.objects.exists()
    opened(clinic, device, [enrollment])
    again = open_by(clinic, device, [enrollment], therapist, physician)
    assert again == Refusal("already-open")


def test_a_proof_opens_once_and_only_for_its_own_person(clinic, device, enrollment):
    from holdfast.actions.room_openings import open_room

    therapist, physician = clinic.therapist, clinic.physician
    told = {"device": device, "enrollments": [enrollment], "now": clinic.now}
    told |= {"session_sha256": "ab" * 32}
    borrowed = [(therapist, clinic.proof(physician)), (physician, clinic.proof(physician))]
    assert open_room(proofs=borrowed, entry_id=uuid4(), **told) == Refusal("proof-of-another")
    mine = clinic.proof(therapist)
    proofs = [(therapist, mine), (physician, clinic.proof(physician))]
    written(open_room(proofs=proofs, entry_id=uuid4(), **told))
    opening = RoomOpening.objects.get()
    assert step(clinic, opening, therapist, proof=mine) == Refusal("proof-used")


def test_the_same_opening_sent_again_gets_the_first_receipt(clinic, device, enrollment):
    entry = uuid4()
    people = (clinic.therapist, clinic.physician)
    first = written(open_by(clinic, device, [enrollment], *people, entry_id=entry))
    assert open_by(clinic, device, [enrollment], *people, entry_id=entry) == first
    assert RoomStep.objects.count() == 2


def test_only_who_is_in_the_room_writes(clinic, opening):
    assert step(clinic, opening, clinic.coordinator) == Refusal("not-in-the-room")
    refused = step(clinic, opening, clinic.coordinator, "in")
    assert refused == Refusal("not-all-permitted")
    assert step(clinic, opening, clinic.therapist, "in") == Refusal("in-the-room-already")
    written(step(clinic, opening, clinic.therapist, "out"))
    assert step(clinic, opening, clinic.therapist) == Refusal("not-in-the-room")
    written(step(clinic, opening, clinic.therapist, "in"))
    written(step(clinic, opening, clinic.therapist))


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"step": None}, "nobody-had-switched"),
        ({"step": str(uuid4())}, "switch-unknown"),
        ({"idle_ms": 3_600_000}, "idle"),
    ],
)
def test_what_cannot_be_attributed_is_recorded_as_the_devices(
    clinic, tablet, opening, told, reason
):
    mine = switched(clinic, opening, clinic.therapist)
    text = entry_text(opening, clinic.later(seconds=5), **({"step": str(mine)} | told))
    written(sent(clinic, tablet, opening, text))
    entry = RoomEntry.objects.get()
    assert (entry.written_by, entry.reason) == (None, reason)
    assert entry.recorded_by == opening.device.account


def test_somebody_elses_switch_ends_mine(clinic, tablet, opening):
    mine = switched(clinic, opening, clinic.therapist)
    clinic.later(seconds=10)
    switched(clinic, opening, clinic.physician)
    late = entry_text(opening, clinic.now - timedelta(seconds=3), step=str(mine))
    after = entry_text(opening, clinic.later(seconds=10), step=str(mine))
    written(sent(clinic, tablet, opening, late))
    written(sent(clinic, tablet, opening, after))
    first, second = RoomEntry.objects.order_by("written_at")
    assert first.written_by == clinic.therapist  # it was written before the other switched
    assert (second.written_by, second.reason) == (None, "somebody-else-switched")


def test_the_clock_of_the_device_is_set_right_by_its_offset(clinic, tablet, opening):
    mine = switched(clinic, opening, clinic.therapist)
    ahead = clinic.later(seconds=30) + timedelta(hours=1)
    text = entry_text(opening, ahead, step=str(mine), offset_ms=3_600_000)
    written(sent(clinic, tablet, opening, text))
    entry = RoomEntry.objects.get()
    assert entry.written_at == clinic.now
    assert entry.device_clock == ahead
    assert entry.written_by == clinic.therapist


def test_an_urgent_entry_needs_no_proof_and_must_be_somebodys_before_the_room_closes(
    clinic, tablet, opening
):
    text = entry_text(opening, clinic.now, kind="help-called", words="")
    written(sent(clinic, tablet, opening, text))
    (waiting,) = waiting_in(opening)
    assert close(clinic, opening, clinic.therapist) == Refusal("entry-is-nobodys")
    assert settle(clinic, waiting, clinic.coordinator).reason == "not-permitted"
    written(settle(clinic, waiting, clinic.therapist))
    again = settle(clinic, RoomEntry.objects.get(), clinic.physician)
    assert again == Refusal("somebodys-already")
    assert writer_of(RoomEntry.objects.get()) == clinic.therapist.id
    written(close(clinic, opening, clinic.therapist))
    assert RoomAttribution.objects.get().proof_method == "password"
    assert verify_here().fits


@pytest.mark.parametrize("unsent", [None, 2])
def test_a_room_does_not_close_while_the_device_keeps_entries(clinic, opening, unsent):
    refused = close(clinic, opening, clinic.therapist, unsent=unsent)
    assert refused == Refusal("entries-kept-on-the-device")
    assert not RoomClosing.objects.exists()


def test_who_was_not_in_the_room_does_not_close_it(clinic, opening):
    assert close(clinic, opening, clinic.coordinator) == Refusal("not-of-this-room")
    written(step(clinic, opening, clinic.therapist, "out"))
    written(close(clinic, opening, clinic.therapist))
    assert close(clinic, opening, clinic.physician) == Refusal("opening-over")


@pytest.mark.parametrize("how", ["expired", "no-session", "closed", "revoked", "unsigned"])
def test_nothing_that_a_device_sends_is_dropped(clinic, tablet, device, opening, how):
    mine = switched(clinic, opening, clinic.therapist)
    text = entry_text(opening, clinic.later(seconds=5), step=str(mine))
    given = {}
    if how == "expired":
        clinic.later(hours=17)
    elif how == "no-session":
        given = {"has_session": False}
    elif how == "closed":
        written(close(clinic, opening, clinic.therapist))
    elif how == "revoked":
        told = {"reason": "lost", "entry_id": uuid4(), "by": clinic.administrator}
        written(rooms.revoke_device(device=device, now=clinic.now, **told))
    else:
        given = {"signature": Tablet().signed(text)}
    assert isinstance(sent(clinic, tablet, opening, text, **given), Receipt)
    entry = RoomEntry.objects.get()
    came = "expired" if how == "no-session" else how
    assert (entry.came, entry.written_by, entry.recorded_by) == (came, None, device.account)
    assert to_settle(clinic.site) == [entry]
    assert (entry in entries_about(entry.enrollment)) is (came in ("expired", "closed"))
    assert verify_here().fits


def test_what_is_kept_apart_is_taken_over_or_set_apart_by_a_person(
    clinic, tablet, device, opening, enrollment
):
    told = {"reason": "lost", "entry_id": uuid4(), "by": clinic.administrator}
    written(rooms.revoke_device(device=device, now=clinic.now, **told))
    for _ in range(2):
        written(sent(clinic, tablet, opening, entry_text(opening, clinic.now)))
    mine, forged = to_settle(clinic.site)
    written(settle(clinic, mine, clinic.therapist))
    written(settle(clinic, forged, clinic.physician, "set-apart"))
    assert entries_about(enrollment) == [mine]
    assert to_settle(clinic.site) == []


def test_an_ordinary_entry_cannot_be_set_apart(clinic, tablet, opening):
    written(sent(clinic, tablet, opening, entry_text(opening, clinic.now)))
    (entry,) = waiting_in(opening)
    assert settle(clinic, entry, clinic.therapist, "set-apart") == Refusal("outcome-unknown")


def test_the_same_entry_gets_the_first_receipt_and_other_content_a_conflict(
    clinic, tablet, opening
):
    entry = str(uuid4())
    text = entry_text(opening, clinic.now, id=entry)
    first = written(sent(clinic, tablet, opening, text))
    clinic.later(seconds=9)
    assert sent(clinic, tablet, opening, text) == first
    other = entry_text(opening, clinic.now, id=entry, words="other words")
    assert isinstance(sent(clinic, tablet, opening, other), Conflict)
    assert isinstance(sent(clinic, tablet, opening, other), Conflict)
    assert RoomEntry.objects.count() == ConflictKept.objects.count() == 1


def test_a_group_shares_a_room_and_each_keeps_their_own_record(clinic, tablet, device, enrollment):
    other = enrolled(clinic, identity=OTHER, bundle_sha256="cd" * 32)
    opening = opened(clinic, device, [enrollment, other])
    mine = str(switched(clinic, opening, clinic.therapist))
    for each in (enrollment, other):
        text = entry_text(opening, clinic.now, enrollment=str(each.id), step=mine)
        written(sent(clinic, tablet, opening, text))
    whole = entry_text(opening, clinic.now, kind="help-called", words="", step=mine)
    written(sent(clinic, tablet, opening, whole))
    streams = {row.stream_id for row in RoomEntry.objects.all()}
    assert streams == {enrollment.id, other.id, clinic.site.id}
    assert len(entries_about(enrollment)) == len(entries_about(other)) == 2
    assert verify_here().fits


def test_words_always_belong_to_one_person_so_that_they_can_be_erased(
    clinic, tablet, device, enrollment
):
    other = enrolled(clinic, identity=OTHER, bundle_sha256="cd" * 32)
    opening = opened(clinic, device, [enrollment, other])
    text = entry_text(opening, clinic.now, kind="urgent", words="both are pale")
    written(sent(clinic, tablet, opening, text))
    assert RoomEntry.objects.get().enrollment == enrollment


def test_paper_is_typed_in_after_the_close_with_both_times(clinic, opening, enrollment):
    written(close(clinic, opening, clinic.therapist))
    then = clinic.now
    told = {"kind": "note", "words": "from the pack", "written_at": then, "entry_id": uuid4()}
    told |= {"enrollment": enrollment, "now": clinic.later(hours=3)}
    refused = room_entries.record_from_paper(by=clinic.coordinator, **told)
    assert refused.reason == "not-permitted"
    written(room_entries.record_from_paper(by=clinic.therapist, **told))
    entry = RoomEntry.objects.get()
    assert (entry.written_at, entry.device_clock, entry.came) == (then, clinic.now, Came.PAPER)
    assert entry.written_by == clinic.therapist


def test_a_revoked_device_opens_nothing(clinic, device, enrollment):
    told = {"reason": "replaced", "by": clinic.administrator, "now": clinic.now}
    written(rooms.revoke_device(device=device, entry_id=uuid4(), **told))
    again = rooms.revoke_device(device=device, entry_id=uuid4(), **told)
    assert again == Refusal("already-revoked")
    device = RoomDevice.objects.get()
    answer = open_by(clinic, device, [enrollment], clinic.therapist, clinic.physician)
    assert answer == Refusal("device-revoked")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"public_key": "bm8ga2V5"}, "device-key-does-not-fit"),
        ({"public_key": "%"}, "device-key-does-not-fit"),
        ({"secret_sha256": "short"}, "device-key-does-not-fit"),
        ({"label": "Not A Code"}, "room-does-not-fit"),
    ],
)
def test_a_device_that_does_not_fit_is_refused(clinic, tablet, device, given, reason):
    told = {
        "room": Room.objects.get(),
        "label": "second",
        "secret_sha256": tablet.secret_sha256,
        "public_key": tablet.public_key,
        "entry_id": uuid4(),
        "by": clinic.administrator,
        "now": clinic.now,
    }
    before = User.objects.count()
    assert rooms.enroll_device(**(told | given)) == Refusal(reason)
    assert rooms.enroll_device(**(told | {"by": clinic.therapist})).reason == "not-permitted"
    assert User.objects.count() == before


def test_rooms_have_codes_of_their_own(clinic, device):
    told = {"site": clinic.site, "by": clinic.administrator, "now": clinic.now}
    again = rooms.add_room(code="room-2", title="Again", entry_id=uuid4(), **told)
    assert again == Refusal("room-code-taken")
    wrong = rooms.add_room(code="Room 3", title="Three", entry_id=uuid4(), **told)
    assert wrong == Refusal("room-does-not-fit")


def test_the_words_of_a_room_are_erased_with_their_person(clinic, tablet, opening, enrollment):
    written(sent(clinic, tablet, opening, entry_text(opening, clinic.now)))
    assert said(entries_about(enrollment)[0]) == "calm, eyes closed"
    late = entry_text(opening, clinic.now)
    erased(clinic, enrollment)
    assert [said(row) for row in entries_about(enrollment)] == [None]
    assert sent(clinic, tablet, opening, late) == Refusal("words-erased")
    assert verify_here().fits
