"""The pages of rooms: enrolling, opening by two, writing by a switch, and whom the device lets see what."""

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from holdfast.actions import rooms
from holdfast.records.models import (
    Enrollment,
    JournalEntry,
    RoomAttribution,
    RoomClosing,
    RoomDevice,
    RoomEntry,
    RoomOpening,
    User,
)
from holdfast.web import own_copy
from tests.actions.clinic import written
from tests.actions.room import Tablet, entry_text
from tests.web.clinic import NOBODY, PASSWORD
from tests.web.room import DOOR, Room, enrolled_tablet

ROOMS = "/NORTH/rooms/"
WORDS = "tears, then a long breath"


@pytest.fixture
def room(clinic, as_role) -> Room:
    return enrolled_tablet(clinic, lambda: as_role(NOBODY))


@pytest.fixture
def open_room(room) -> Room:
    assert room.open().status_code == 302
    return room


def test_a_room_is_named_and_a_device_enrolled_there_and_then(as_role, clinic):
    client = as_role("site-lead")
    told = {"entry_id": str(uuid4()), "code": "room-2", "title": "Room two"}
    assert client.post(f"{ROOMS}add/", told).status_code == 302
    page = client.get(ROOMS).content.decode()
    assert "Room two" in page
    room = page.split('value="', 1)
    assert room
    form = {
        "entry_id": str(uuid4()),
        "room": str(rooms.Room.objects.get(code="room-2").id),
        "label": "tablet-1",
        "secret": "s" * 43,
        "public_key": Tablet().public_key,
    }
    answer = client.post(f"{ROOMS}enroll/", form)
    assert (answer.status_code, answer["Location"]) == (302, DOOR)
    cookie = answer.cookies["room-device"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert int(cookie["max-age"]) > 300 * 24 * 3600
    device = RoomDevice.objects.get()
    assert "s" * 43 not in device.secret_sha256
    assert "_auth_user_id" not in client.session  # whoever enrolled it is logged out there
    assert client.get(DOOR).status_code == 200
    assert client.get(ROOMS).status_code == 302


def test_a_device_without_its_key_is_not_enrolled(as_role, clinic, room):
    form = {
        "entry_id": str(uuid4()),
        "room": str(rooms.Room.objects.get(code="room-2").id),
        "label": "tablet-2",
        "secret": "s" * 43,
    }
    answer = as_role("site-lead").post(f"{ROOMS}enroll/", form)
    assert answer.status_code == 422
    assert "made no key" in answer.content.decode()
    assert RoomDevice.objects.count() == 1


def test_only_an_enrolled_device_of_the_site_finds_the_door(as_role, room):
    for who in ("therapist", "administrator", NOBODY):
        assert as_role(who).get(DOOR).status_code == 404
    assert room.client.get(DOOR).status_code == 200
    assert room.client.get("/SOUTH/room/").status_code == 404
    for forged in (
        f"{room.device.id.hex}.another-secret",
        f"{room.device.id.hex}.",
        f"{uuid4().hex}.{room.tablet.secret}",
        "nonsense",
    ):
        client = as_role(NOBODY)
        client.cookies["room-device"] = forged
        assert client.get(DOOR).status_code == 404


def test_who_is_logged_in_on_the_browser_means_nothing(open_room):
    """A physician logged in beside the room: the room still has nobody writing."""
    open_room.client.force_login(User.objects.get(login="physician"))
    assert open_room.state()["writer"] is None
    open_room.send()
    entry = RoomEntry.objects.get()
    assert entry.written_by is None
    assert entry.recorded_by == open_room.device.account


def test_the_opening_lets_nobody_into_any_other_page(open_room):
    for path in ("/", "/NORTH/worklist/", ROOMS, "/my-access/"):
        assert open_room.client.get(path)["Location"].startswith("/log-in/")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"second_login": "therapist"}, "Two different people are needed."),
        ({"second_login": "monitor"}, "Not everybody named may write"),
        ({"second_login": "nobody-here"}, "do not belong together"),
        ({"first_secret": "wrong"}, "do not belong together"),
        ({"numbers": "4711"}, "nobody here by one of these numbers"),
        ({"numbers": "x"}, "nobody here by one of these numbers"),
        ({"numbers": ""}, "This field is required"),
    ],
)
def test_a_room_is_opened_by_two_who_may(room, given, words):
    answer = room.open(**given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not RoomOpening.objects.exists()


def test_whether_a_number_is_somebody_is_told_to_nobody_without_a_proof(room):
    answer = room.open(numbers="4711", first_secret="wrong")
    assert "numbers" not in answer.context["form"].errors


def test_opening_again_goes_on_to_the_open_room(open_room):
    answer = open_room.client.get(DOOR)
    assert answer["Location"] == open_room.at("")
    assert open_room.open().status_code == 422


def test_the_room_shows_no_name_of_a_person_and_words_only_to_who_writes(open_room):
    switch = open_room.switch("therapist")
    sent = open_room.send(step=switch, words=WORDS)
    receipt = sent.json()
    assert receipt["journal"] == JournalEntry.objects.get(entry_id=receipt["id"]).entry_hash
    mine, dimmed = open_room.state(switch), open_room.state()
    assert mine["entries"][0]["words"] == WORDS
    assert mine["entries"][0]["by"] == "Therapist Zebediah Canarybird"
    assert dimmed["entries"][0]["words"] is None
    assert open_room.state(str(uuid4()))["entries"][0]["words"] is None
    assert switch not in str(mine) + str(dimmed)  # only the page that switched knows it
    page = open_room.client.get(open_room.at(""))
    assert page.status_code == 200
    assert "Canarybird" not in page.content.decode()


def test_the_next_switch_ends_the_first(open_room):
    first = open_room.switch("therapist")
    second = open_room.switch("physician")
    assert open_room.state(first)["writer"] is None
    assert open_room.state(second)["writer"] == str(User.objects.get(login="physician").id)


def test_a_wrong_proof_switches_nobody(open_room):
    answer = open_room.step("therapist", secret="wrong")
    assert answer.status_code == 422
    assert "not theirs" in answer.json()["problem"]
    assert open_room.state()["last_writer"] is None


def test_wrong_proofs_are_counted_like_those_of_log_in(open_room):
    for _ in range(6):
        open_room.step("therapist", secret="wrong")
    assert open_room.step("therapist").status_code == 422


def test_somebody_comes_in_by_name_and_password_and_leaves(open_room, clinic):
    told = {"person": "", "login": "coordinator"}
    assert open_room.step("coordinator", "in", **told).status_code == 422  # may not write in rooms
    assert open_room.step("therapist", "out").status_code == 200
    assert open_room.step("therapist").status_code == 422
    told = {"person": "", "login": "therapist"}
    assert open_room.step("therapist", "in", **told).status_code == 200
    assert open_room.step("therapist", "in").status_code == 422  # a tile is not enough to come in


def test_help_was_called_is_recorded_without_proof_and_named_when_the_room_closes(open_room):
    open_room.send(kind="help-called", words="")
    assert open_room.state()["waiting"] == 1
    physician = str(User.objects.get(login="physician").id)
    told = {"id": str(uuid4()), "person": physician, "secret": PASSWORD, "unsent": 0}
    refused = open_room.post("close", **told)
    assert refused.status_code == 422
    (missing,) = refused.json()["missing"]
    assert "Help was called" in missing["words"]
    assert "say whose it is" in missing["words"]
    whose = told | {"id": str(uuid4()), "entries": [missing["entry"]]}
    assert open_room.post("attribute", **(whose | {"secret": "wrong"})).status_code == 422
    assert open_room.post("attribute", **whose).status_code == 200
    closed = open_room.post("close", **(told | {"id": str(uuid4())}))
    assert closed.status_code == 200
    assert closed.cookies["room-opening"].value.endswith(".")
    assert RoomClosing.objects.get().closed_by.login == "physician"
    assert open_room.state()["status"] == "closed"
    assert open_room.open().status_code == 302


def test_a_room_whose_device_keeps_entries_does_not_close(open_room):
    told = {"id": str(uuid4()), "secret": PASSWORD, "unsent": 2}
    person = str(User.objects.get(login="therapist").id)
    answer = open_room.post("close", person=person, **told)
    assert "still keeps entries" in answer.json()["missing"][0]["words"]
    assert not RoomClosing.objects.exists()


def test_the_same_entry_gets_the_first_receipt_and_other_content_a_conflict(open_room):
    entry = str(uuid4())
    text = entry_text(open_room.opening, timezone.now(), id=entry)
    told = {"entry": text, "signature": open_room.tablet.signed(text)}
    first = open_room.post("entries", **told)
    again = open_room.post("entries", **told)
    assert first.json() == again.json()
    other = open_room.send(id=entry, words="other")
    assert other.status_code == 409
    assert other.json()["id"] == entry
    assert RoomEntry.objects.count() == 1


@pytest.mark.parametrize(
    "told",
    [
        {"entry": "no json", "signature": ""},
        {"entry": "{}", "signature": ""},
        {"entry": 7},
        {},
    ],
)
def test_what_is_no_entry_is_said_to_be_none(open_room, told):
    answer = open_room.post("entries", **told)
    assert answer.status_code == 422
    assert answer.json()["refused"]
    assert not RoomEntry.objects.exists()


def test_without_its_session_the_opening_shows_no_words_and_keeps_what_comes(open_room):
    switch = open_room.switch("therapist")
    del open_room.client.cookies["room-opening"]
    state = open_room.state(switch)
    assert (state["status"], state["writer"]) == ("expired", None)
    assert open_room.step("therapist").status_code == 404
    answer = open_room.send(step=switch)
    assert answer.status_code == 200
    assert answer.json()["is_nobodys"]
    assert RoomEntry.objects.get().came == "expired"


def test_a_revoked_device_sees_nothing_and_what_it_sends_is_kept_apart(open_room, as_role):
    device = {"entry_id": str(uuid4()), "device": str(open_room.device.id), "reason": "lost"}
    assert as_role("therapist").post(f"{ROOMS}revoke/", device).status_code == 404
    assert as_role("site-lead").post(f"{ROOMS}revoke/", device).status_code == 302
    assert set(open_room.state()) == {"status", "csrf"}
    assert open_room.client.get(open_room.at("")).status_code == 404
    assert open_room.step("therapist").status_code == 404
    assert "was revoked" in open_room.client.get(DOOR).content.decode()
    assert open_room.open().status_code == 422
    assert open_room.send().status_code == 200
    assert RoomEntry.objects.get().came == "revoked"


def test_a_device_reaches_no_opening_of_another(open_room, as_role, clinic):
    other = enrolled_tablet_twice(open_room, as_role)
    for act in ("", "state/"):
        assert other.get(open_room.at(act)).status_code == 404
    for act in ("step/", "entries/", "attribute/", "close/"):
        sent = other.post(open_room.at(act), "{}", content_type="application/json")
        assert sent.status_code == 404


def enrolled_tablet_twice(room: Room, as_role) -> Client:
    """A second tablet of the same room."""
    tablet = Tablet(secret="another secret")
    told = {"label": "tablet-2", "entry_id": uuid4(), "by": User.objects.get(login="admin")}
    written(
        rooms.enroll_device(
            room=room.device.room,
            secret_sha256=tablet.secret_sha256,
            public_key=tablet.public_key,
            now=timezone.now(),
            **told,
        )
    )
    device = RoomDevice.objects.get(label="tablet-2")
    client = as_role(NOBODY)
    client.cookies["room-device"] = f"{device.id.hex}.{tablet.secret}"
    return client


def test_what_was_written_is_read_back_by_who_may(open_room, as_role, clinic):
    open_room.send(step=open_room.switch("therapist"), words=WORDS)
    address = f"/NORTH/people/{clinic.id}/room/"
    assert WORDS in as_role("physician").get(address).content.decode()
    assert as_role("monitor").get(address).status_code == 404
    assert as_role("rater").get(address).status_code == 404


def test_paper_is_typed_in_afterwards_and_no_moment_that_has_not_come(as_role, clinic):
    address = f"/NORTH/people/{clinic.id}/room/"
    told = {"entry_id": str(uuid4()), "kind": "note", "words": WORDS}
    client = as_role("therapist")
    ahead = client.post(f"{address}paper/", told | {"written_at": "2099-01-01T10:00"})
    assert ahead.status_code == 422
    assert WORDS in ahead.content.decode()  # nothing typed is lost
    sent = client.post(f"{address}paper/", told | {"written_at": "2026-01-05T10:00"})
    assert sent.status_code == 302
    page = client.get(address).content.decode()
    assert WORDS in page
    assert "from paper" in page
    assert as_role("coordinator").post(f"{address}paper/", told).status_code == 404


def test_what_is_nobodys_is_settled_later_from_a_log_in(open_room, as_role):
    del open_room.client.cookies["room-opening"]
    open_room.send(words=WORDS)
    entry = RoomEntry.objects.get()
    client = as_role("therapist")
    assert WORDS in client.get(ROOMS).content.decode()
    assert WORDS not in as_role("site-lead").get(ROOMS).content.decode()
    told = {"entry_id": str(uuid4()), "entry": str(entry.id), "outcome": "mine"}
    assert client.post(f"{ROOMS}settle/", told | {"password": "wrong"}).status_code == 422
    assert client.post(f"{ROOMS}settle/", told | {"password": PASSWORD}).status_code == 302
    assert RoomAttribution.objects.get().settled_by.login == "therapist"
    stranger = {**told, "entry": str(uuid4()), "password": PASSWORD}
    assert client.post(f"{ROOMS}settle/", stranger).status_code == 404


def test_logging_out_beside_a_room_does_not_empty_its_queue(open_room):
    """The browser is told to forget at log-out; a room's device still keeps what was not received."""
    open_room.client.force_login(User.objects.get(login="physician"))
    assert open_room.client.post("/log-out/")["Clear-Site-Data"] == '"cache"'


def test_a_passkey_is_asked_for_of_nobody_but_who_was_in_the_room(open_room):
    other = str(User.objects.get(login="coordinator").id)
    assert open_room.post("passkey", person=other).status_code == 404
    mine = str(User.objects.get(login="therapist").id)
    without = open_room.post("passkey", person=mine)
    assert without.status_code == 422
    assert "no passkey" in without.json()["problem"]
    forged = open_room.step("therapist", secret="", passkey='{"id": "x"}')
    assert forged.status_code == 422
    assert open_room.state()["last_writer"] is None


def test_no_word_of_a_room_is_in_log_or_journal(open_room, caplog):
    """The formatter of the log is tried in test_canary; here nothing is even handed to it."""
    switch = open_room.switch("therapist")
    open_room.send(step=switch, words="Canarybird wept")
    open_room.post("entries", entry="Canarybird", signature="Canarybird")
    open_room.step("therapist", secret="Canarybird")
    assert "Canarybird" not in caplog.text
    events = b"".join(bytes(row.event) for row in JournalEntry.objects.all())
    assert b"Canarybird" not in events
    assert switch not in caplog.text


def test_a_persons_copy_holds_what_was_written_in_the_room(open_room, as_role, clinic):
    open_room.send(step=open_room.switch("therapist"), words=WORDS)
    told = own_copy.content(Enrollment.objects.select_related("site").get())
    assert [row["words"] for row in told["room"]] == [WORDS]
