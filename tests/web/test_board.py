"""The board of all courses, one's own day, and a course as one line in time."""

import shutil
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from holdfast.actions.board import put_off, rebuild
from holdfast.definitions.gates import load as load_gates
from holdfast.domain.course import Status
from holdfast.domain.gates import Act
from holdfast.records.board import CourseMoment
from holdfast.records.models import Enrollment, PersonKey, Site, User
from holdfast.web.staff.board_words import ACTS, CONDITIONS, STATUSES
from tests import databases
from tests.actions.clinic import Clinic, enrolled
from tests.actions.courses import booked, course, half_way
from tests.web.clinic import SITE

BOARD, TODAY = "/NORTH/board/", "/NORTH/today/"


def _staff() -> Clinic:
    """The clinic of the pages, as the actions know it."""
    accounts = {user.login: user for user in User.objects.all()}
    return Clinic(Site.objects.get(code=SITE), accounts["admin"], accounts, timezone.now())


@pytest.fixture(scope="module")
def courses_file(clinic_template, django_db_blocker, tmp_path_factory) -> Path:
    """The clinic with the canary through the first session, the second booked: made once."""
    path = tmp_path_factory.mktemp("courses") / "clinic.sqlite3"
    shutil.copyfile(clinic_template.path, path)
    with pytest.MonkeyPatch.context() as patched, django_db_blocker.unblock():
        patched.delenv("HOLDFAST_KEY_FILE", raising=False)
        patched.setenv("HOLDFAST_KEY", clinic_template.key)
        with databases.pointed_at(f"sqlite:///{path}"), put_off():
            staff = _staff()
            began = staff.now.astimezone(ZoneInfo(staff.site.zone)).date() - timedelta(days=45)
            canary = Enrollment.objects.select_related("site").get()
            course(staff, canary, began)
            half_way(staff, canary, began)
            rebuild(timezone.now())
    return path


@pytest.fixture
def clinic(courses_file, clinic_template, tmp_path, django_db_blocker, monkeypatch):
    """This test's own copy; gives the canary's enrollment."""
    path = tmp_path / "clinic.sqlite3"
    shutil.copyfile(courses_file, path)
    monkeypatch.delenv("HOLDFAST_KEY_FILE", raising=False)
    monkeypatch.setenv("HOLDFAST_KEY", clinic_template.key)
    with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{path}"):
        yield Enrollment.objects.select_related("site").get()


@pytest.fixture
def on_course(clinic) -> Enrollment:
    return clinic


@pytest.fixture
def staff(clinic) -> Clinic:
    return _staff()


def test_every_condition_act_and_state_has_its_words():
    assert set(load_gates().conditions) <= set(CONDITIONS)
    assert {act.value for act in Act} == set(ACTS)
    assert {status.value for status in Status} <= set(STATUSES)


def test_the_board_says_what_is_next_late_and_in_the_way(as_role, on_course):
    page = as_role("coordinator").get(BOARD).content.decode()
    assert "Zebediah Canarybird" in page
    assert "Not met:" in page
    assert "Not known:" in page
    assert "1 of 1 course" in page
    assert f"/people/{on_course.id}/course/" in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"show": "blocked"}, True),
        ({"show": "overdue"}, True),
        ({"show": "due"}, False),
        ({"status": "paused"}, False),
        ({"status": "running", "study": "mapp2"}, True),
        ({"study": "oehen-2013"}, False),
        ({"sort": "number", "shown": "200"}, True),
        ({"sort": "nonsense", "shown": "²", "show": "?"}, True),
    ],
)
def test_the_board_is_filtered(as_role, on_course, asked, found):
    answer = as_role("coordinator").get(BOARD, asked)
    assert (f"/people/{on_course.id}/course/" in answer.content.decode()) is found


def test_the_board_is_filtered_by_therapist_and_searched_by_name(as_role, on_course):
    client = as_role("coordinator")
    own, other = (User.objects.get(login=login) for login in ("therapist", "monitor"))
    assert "1 of 1" in client.get(BOARD, {"pair": own.id.hex}).content.decode()
    assert "No course here" in client.get(BOARD, {"pair": other.id.hex}).content.decode()
    assert "1 of 1" in client.post(BOARD, {"q": "Canarybird"}).content.decode()
    assert "No course here" in client.post(BOARD, {"q": "Nobody"}).content.decode()
    assert "1 of 1" in client.post(BOARD, {"q": on_course.label}).content.decode()


def test_who_may_not_see_names_sees_numbers(as_role, on_course):
    page = as_role("monitor").get(BOARD).content.decode()
    who = page.split('<span class="who">')[1]
    assert who.startswith(on_course.label)


def test_whose_words_were_erased_is_a_number(as_role, on_course):
    PersonKey.objects.filter(owner=on_course.person_id).update(wrapped=None)
    assert rebuild(timezone.now()) == 1
    answer = as_role("coordinator").get(BOARD)
    assert answer.status_code == 200
    assert on_course.label in answer.content.decode()


def test_the_board_asks_the_record_ten_times_at_most_for_any_number(as_role, on_course, staff):
    client = as_role("coordinator")
    client.get(BOARD)
    with CaptureQueriesContext(connection) as one:
        client.get(BOARD)
    second = enrolled(staff, protocol="oehen-2013")
    course(staff, second, staff.now.date())
    with CaptureQueriesContext(connection) as two:
        page = client.get(BOARD).content.decode()
    assert "2 of 2 courses" in page
    assert len(two.captured_queries) == len(one.captured_queries) <= 10


def test_a_course_tells_what_was_and_what_is_to_come(as_role, on_course):
    page = as_role("coordinator").get(f"/NORTH/people/{on_course.id}/course/").content.decode()
    for words in (
        "Dosing session 1",
        "Booked",
        "Before a visit that comes first",
        "Held before a visit that comes first",
        "Begin the dosing session",
        "What happened",
        "<svg",
        "today",
    ):
        assert words in page, words
    reasons = as_role("coordinator").get(f"/NORTH/people/{on_course.id}/course/gate/")
    assert "The verdict that stands is eligible" in reasons.content.decode()
    assert "The signed verdict says" in reasons.content.decode()
    nothing = as_role("rater").get(f"/NORTH/people/{on_course.id}/course/")
    assert nothing.status_code == 404


def test_before_a_course_its_page_says_what_stands_before_enrolling(as_role, staff):
    referred = enrolled(staff, protocol="oehen-2013")
    page = as_role("coordinator").get(f"/NORTH/people/{referred.id}/course/").content.decode()
    assert "No course yet" in page
    reasons = as_role("coordinator").get(f"/NORTH/people/{referred.id}/course/gate/")
    assert "Enroll" in reasons.content.decode()


def test_my_day_holds_my_visits_by_the_sites_own_clock(as_role, on_course, staff):
    therapist, physician = staff.therapist, staff.physician
    local = staff.now.astimezone(ZoneInfo(staff.site.zone))
    booked(staff, on_course, "v10", f"{local:%Y-%m-%d}T23:30", 480, lead=therapist)
    page = as_role("therapist").get(TODAY).content.decode()
    assert "23:30" in page
    assert "Dosing session 2" in page
    assert "The person fasted as the protocol asks." in page
    assert "My courses" in page
    assert "No visit of yours today" in as_role("physician").get(TODAY).content.decode()
    assert physician.id  # who is booked for another day
    assert as_role("coordinator").get(TODAY).status_code == 404


def test_the_rows_of_the_board_hold_no_name(on_course):
    row = CourseMoment.objects.get()
    assert "anary" not in repr(vars(row))
