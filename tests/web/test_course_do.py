"""The pages on which a course is run: who sees which sheet, what is recorded, and what is not."""

from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from holdfast.actions import people
from holdfast.domain import held, visits
from holdfast.records.courses import course_of, standing
from holdfast.records.models import (
    Amended,
    Booking,
    ChangeAsked,
    Course,
    CourseStep,
    Deviation,
    Enrollment,
    Site,
    User,
    VisitHeld,
)
from holdfast.web.staff.course_words import DEVIATIONS
from tests.actions.clinic import written
from tests.actions.running import Running, running, running_template
from tests.actions.test_course import third_version
from tests.web.clinic import PASSWORD

__all__ = ["running", "running_template", "third_version"]


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
        "deviation",
        "book",
        "cancel",
        "pass",
        "state",
        "ask",
    }
    assert "aside" in sheets(running, "physician")
    assert {"pair", "cover", "turn", "close", "attempt"} <= sheets(running, "coordinator")
    assert not {"aside", "amend", "transfer", "unask", "back"} & sheets(running, "coordinator")
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
    visit = VisitHeld.objects.get()
    assert (visit.kind, visit.began_at.isoformat()) == ("preparation", "2026-03-08T22:00:00+00:00")
    assert course_of(running.enrollment).pair_on(visit.on).lead == running.lead.id.hex


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


def chosen(running: Running, login: str, sheet: str, field: str) -> str:
    """The only thing that a list of a sheet offers."""
    text = client(login).get(address(running)).content.decode()
    form = text.split(f'name="sheet" value="{sheet}"')[1].split("</form>")[0]
    offered = form.split(f'name="{field}"')[1].split("</select>")[0].split('<option value="')[2:]
    assert len(offered) == 1
    return offered[0].split('"')[0]


def test_a_visit_that_was_not_as_recorded_is_taken_back_with_its_deviations(running):
    written(running.hold("v1"))
    assert standing(Deviation, [running.enrollment.id]).exists()
    told = chosen(running, "therapist", "back", "told")
    sent_to = ("therapist", "visit", "back")
    assert sent(running, *sent_to, told="held/x", reason="other-visit").status_code == 422
    done = sent(running, *sent_to, told=told, reason="entered-in-error")
    assert done.status_code == 302
    assert not standing(VisitHeld, [running.enrollment.id]).exists()
    assert not standing(Deviation, [running.enrollment.id]).exists()
    assert VisitHeld.objects.count() == 2, "what was recorded stays"
    assert "back" not in sheets(running, "therapist")


def test_a_deviation_that_somebody_noticed_is_recorded_and_said_in_words(running):
    told = {"kind": "document", "visit": "v1", "on": "2026-03-02", "remark": "page 3"}
    late = sent(running, "therapist", "visit", "deviation", **(told | {"on": "2999-01-01"}))
    assert late.status_code == 422
    assert 'value="2999-01-01"' in late.content.decode()
    assert sent(running, "therapist", "visit", "deviation", **told).status_code == 302
    assert Deviation.objects.get().kind == "document"
    page = client("therapist").get(f"/NORTH/people/{running.enrollment.pk}/course/")
    assert "A document is missing or wrong" in page.content.decode()


def test_every_deviation_that_the_record_finds_has_words(running):
    kinds = {held.NOT_IN_PLAN, held.HELD_AGAIN, held.NOT_THE_PAIR, held.NO_BOOKING}
    kinds |= {held.NO_GATE, held.NOT_RUNNING}
    kinds |= {visits.TOO_EARLY, visits.TOO_LATE, visits.OUT_OF_ORDER}
    assert kinds <= set(DEVIATIONS)
    written(running.hold("v1"))
    written(running.hold("v1", days=1))
    page = client("therapist").get(f"/NORTH/people/{running.enrollment.pk}/course/")
    text = page.content.decode()
    assert "Held once more" in text
    assert "Held without both therapists of the pair" in text
    assert "without-the-pair" not in text


def test_asking_for_another_therapist_is_taken_back(running):
    assert sent(running, "therapist", "ask", "ask", side="therapist").status_code == 302
    asked = chosen(running, "therapist", "unask", "asked")
    assert course_of(running.enrollment).changes_open == 1
    assert sent(running, "therapist", "ask", "unask", asked=asked).status_code == 302
    assert course_of(running.enrollment).changes_open == 0
    assert "unask" not in sheets(running, "therapist")


def test_an_amendment_says_what_changes_who_consents_and_what_moves(running, third_version):
    text = client("coordinator").get(address(running)).content.decode()
    shown = text.split('data-version="3"')[1].split("</section>")[0]
    assert "The person must consent again" in shown
    assert "because of: Visit." in shown
    v2 = course_of(running.enrollment).schedule.visit("v2").title
    moves = shown.split("Planned visits that move")[1]
    assert f"<li>{v2}<br><span" in moves
    assert "until now Mon 16 Mar 2026, then Tue 17 Mar 2026" in moves
    assert "visits after these" in moves
    assert "Visit, changed" in moves
    assert "amend" not in sheets(running, "therapist")
    assert sent(running, "coordinator", "enroll", "amend", version="9").status_code == 422
    assert sent(running, "coordinator", "enroll", "amend", version="3").status_code == 302
    assert Amended.objects.get().protocol_version == 3
    assert "amend" not in sheets(running, "coordinator"), "there is no later version"


def other_site(running: Running, *roles: tuple[str, str]) -> Site:
    """Another site, where these accounts hold these roles."""
    clinic = running.clinic
    told = {"entry_id": uuid4(), "by": clinic.administrator, "now": clinic.now}
    made = written(people.create_site(code="SOUTH", name="South", zone="Europe/Zurich", **told))
    south = Site.objects.get(id=made.stream_id)
    for login, role in roles:
        given = {"site": south, "role": role, "valid_from": clinic.now, "entry_id": uuid4()}
        by = {"by": clinic.administrator, "now": clinic.now}
        written(people.assign_role(user=clinic.accounts[login], **given, **by))
    return south


def test_a_transferred_person_is_received_by_the_other_site_once(running):
    south = other_site(running, ("physician", "coordinator"))
    told = {"to_site": str(south.id), "on": "2026-03-02", "reason": "moved-away"}
    there = client("physician")
    assert "NORTH-0001" not in there.get("/SOUTH/people/received/").content.decode()
    early = {"enrollment": str(running.enrollment.id), "entry_id": str(uuid4())}
    assert there.post("/SOUTH/people/received/", early).status_code == 404
    assert sent(running, "coordinator", "step", "transfer", **told).status_code == 302
    assert CourseStep.objects.get().to_site == south
    page = there.get("/SOUTH/people/received/").content.decode()
    assert "NORTH-0001" in page
    assert "Canary" not in page, "who it is, is seen once they are received"
    assert client("therapist").get("/SOUTH/people/received/").status_code == 404
    answer = there.post("/SOUTH/people/received/", early)
    assert answer.status_code == 302
    own = Enrollment.objects.get(site=south)
    assert answer["Location"].endswith(f"/SOUTH/people/{own.id}/course/")
    assert own.person_id == running.enrollment.person_id
    assert there.get(answer["Location"]).status_code == 200
    assert "NORTH-0001" not in there.get("/SOUTH/people/received/").content.decode()


def test_a_condition_is_set_aside_by_who_shows_who_they_are_at_that_moment(running):
    """The window has not begun: the record says who let the session be outside it."""
    User.objects.filter(login="physician").update(password=make_password(PASSWORD))
    told = {"visit": "v10", "condition": "window", "reason": "protocol-allows-it"}
    wrong = sent(running, "physician", "aside", "aside", password="not mine", **told)
    assert wrong.status_code == 422
    assert not Deviation.objects.exists()
    done = sent(running, "physician", "aside", "aside", password=PASSWORD, **told)
    assert done.status_code == 302, done.content.decode()
    assert Deviation.objects.get().kind == "condition-set-aside"
