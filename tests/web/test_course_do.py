"""The pages on which a course is run: who sees which sheet, what is recorded, and what is not."""

from uuid import uuid4

import pytest
from django.test import Client

from holdfast.records.courses import course_of
from holdfast.records.models import Booking, ChangeAsked, Course, CourseStep, User, VisitHeld
from tests.actions.running import Running, running, running_template

__all__ = ["running", "running_template"]


@pytest.fixture
def site_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key from outside; the prepared clinic brings its own."""
    monkeypatch.delenv("HOLDFAST_KEY_FILE", raising=False)


def client(login: str) -> Client:
    made = Client(headers={"host": "localhost"}, raise_request_exception=False)
    made.force_login(User.objects.get(login=login))
    return made


def address(running: Running, rest: str = "") -> str:
    return f"/NORTH/people/{running.enrollment.pk}/course/do/{rest}"


def sent(running: Running, login: str, where: str, sheet: str, **told):
    data = {"entry_id": str(uuid4()), "sheet": sheet, **told}
    return client(login).post(address(running, f"{where}/"), data)


def sheets(running: Running, login: str) -> set[str]:
    text = client(login).get(address(running)).content.decode()
    return {part.split('"')[0] for part in text.split('name="sheet" value="')[1:]}


def test_each_role_sees_the_sheets_that_it_may_do(running):
    assert sheets(running, "therapist") == {
        "hold",
        "miss",
        "skip",
        "book",
        "cancel",
        "pass",
        "state",
        "ask",
    }
    assert "aside" in sheets(running, "physician")
    assert {"pair", "cover", "turn", "close", "attempt"} <= sheets(running, "coordinator")
    assert "aside" not in sheets(running, "coordinator")
    assert sheets(running, "monitor") == set()
    assert client("rater").get(address(running)).status_code == 404


def test_a_pair_a_booking_and_a_visit_are_recorded(running):
    people = {"lead": str(running.lead.id), "second": str(running.second.id)}
    paired = sent(
        running, "coordinator", "pair", "pair", **people, from_on="2026-03-02", because="first-pair"
    )
    assert paired.status_code == 302
    when = {"on": "2030-03-18", "starts": "09:00", "minutes": "90", "place": "site"}
    told = people | when | {"visit": "v1", "room": str(running.room.id)}
    assert sent(running, "therapist", "book", "book", **told).status_code == 302
    assert Booking.objects.get().starts == "2030-03-18T09:00"
    visit = {"code": "v1", "on": "2026-03-09", "began": "09:00", "ended": "10:30", "place": "site"}
    assert sent(running, "therapist", "visit", "hold", **visit, **people).status_code == 302
    held = VisitHeld.objects.get()
    assert (held.kind, held.began_at.isoformat()) == ("preparation", "2026-03-08T22:00:00+00:00")
    assert course_of(running.enrollment).pair_on(held.on).lead == running.lead.id.hex


def test_what_is_taken_is_said_and_nothing_typed_is_lost(running):
    told = {"visit": "v1", "on": "2030-03-18", "starts": "09:00", "minutes": "90", "place": "site"}
    told |= {"lead": str(running.lead.id), "second": str(running.second.id)}
    whole = told | {"room": str(running.room.id)}
    assert sent(running, "therapist", "book", "book", **told).status_code == 422  # no room
    assert sent(running, "therapist", "book", "book", **whole).status_code == 302
    twice = sent(
        running, "therapist", "book", "book", **(whole | {"visit": "v2", "starts": "10:00"})
    )
    text = twice.content.decode()
    assert twice.status_code == 422
    assert "the lead therapist, the person, the room, the second therapist" in text
    assert 'value="2030-03-18"' in text
    assert Booking.objects.count() == 1


def test_bad_input_is_a_field_error(running):
    told = {"code": "v1", "on": "yesterday", "began": "25:00", "place": "moon"}
    answer = sent(running, "therapist", "visit", "hold", **told)
    assert answer.status_code == 422
    assert not VisitHeld.objects.exists()
    assert 'value="yesterday"' in answer.content.decode()


def test_a_gate_that_is_shut_lets_nobody_pass(running):
    answer = sent(running, "therapist", "pass", "pass", act="begin-dosing", visit="v5")
    assert answer.status_code == 422
    assert "The gate is shut" in answer.content.decode()


def test_asking_for_another_therapist_has_no_field_for_a_reason(running):
    assert sent(running, "therapist", "ask", "ask", side="patient").status_code == 302
    assert ChangeAsked.objects.get().side == "patient"
    text = client("therapist").get(address(running)).content.decode()
    form = text.split('value="ask"')[1].split("</form>")[0]
    assert "textarea" not in form
    assert "reason" not in form


def test_a_sheet_is_sent_to_its_own_address_alone(running):
    turn = {"kind": "paused", "on": "2026-03-02", "reason": "illness"}
    assert sent(running, "therapist", "step", "turn", **turn).status_code == 404
    assert sent(running, "coordinator", "visit", "turn", **turn).status_code == 404
    assert sent(running, "coordinator", "step", "turn", **turn).status_code == 302
    assert CourseStep.objects.get().kind == "paused"
    assert sent(running, "coordinator", "enroll", "enroll").status_code == 422
    assert Course.objects.count() == 1
