"""The board, one's own day and a course in time: on a phone and at a desk, and by keyboard alone."""

import os
import shutil
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from holdfast.records.models import Enrollment, Site, User
from holdfast.web.staff.clinical_sections import SECTIONS
from tests import databases
from tests.actions.clinic import Clinic, enrolled
from tests.actions.courses import booked, course, half_way
from tests.browser.conftest import serving
from tests.browser.sizes import every
from tests.browser.test_more_accessibility import wrong_at
from tests.web.clinic import SITE

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def courses_at(clinic_template, django_db_blocker, tmp_path_factory):
    """The clinic with a course half way through and one that has just begun."""
    path = tmp_path_factory.mktemp("courses") / "clinic.sqlite3"
    shutil.copyfile(clinic_template.path, path)
    before = os.environ.get("HOLDFAST_KEY")
    os.environ["HOLDFAST_KEY"] = clinic_template.key
    try:
        with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{path}"):
            _begin_courses()
    finally:
        os.environ.pop("HOLDFAST_KEY")
        os.environ.update({"HOLDFAST_KEY": before} if before is not None else {})
    with serving(path, clinic_template.key) as address:
        yield address


def _begin_courses() -> None:
    accounts = {user.login: user for user in User.objects.all()}
    site, now = Site.objects.get(code=SITE), timezone.now()
    clinic = Clinic(site, accounts["admin"], accounts, now)
    today = now.astimezone(ZoneInfo(site.zone)).date()
    canary = Enrollment.objects.select_related("site").get()
    course(clinic, canary, today - timedelta(days=45))
    half_way(clinic, canary, today - timedelta(days=45))
    booked(clinic, canary, "v10", f"{today}T23:00", 480, lead=clinic.therapist)
    begun = enrolled(clinic, protocol="oehen-2013")
    course(clinic, begun, today)


@pytest.mark.parametrize(("width", "scheme"), every())
def test_the_board_a_day_and_a_course(page_of, axe, courses_at, width, scheme):
    page = page_of("physician", width, scheme, at=courses_at)
    page.goto("/NORTH/board/")
    assert wrong_at(page, axe) == []
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/course/")
    assert wrong_at(page, axe) == []
    shown = page.locator("svg.line-in-time:visible")
    assert shown.count() == 1
    page = page_of("therapist", width, scheme, at=courses_at)
    page.goto("/NORTH/today/")
    assert "Dosing session 2" in page.inner_text("main")
    assert wrong_at(page, axe) == []


OF_A_COURSE = (
    "clinical/",
    "clinical/results/",
    "clinical/calls/",
    "consent/",
    "course/gate/",
    "course/do/",
)


@pytest.mark.parametrize(("width", "scheme"), every())
def test_the_pages_of_a_course_can_be_used_by_everybody(page_of, axe, courses_at, width, scheme):
    """Everything folded unfolded, the look menu too."""
    page = page_of("physician", width, scheme, at=courses_at)
    page.goto("/NORTH/board/")
    course_page = page.get_attribute("main a[href*='/course/']", "href")
    wrong = {}
    for part in OF_A_COURSE:
        page.goto(course_page.replace("course/", part))
        if found := wrong_at(page, axe):
            wrong[part] = found
    assert wrong == {}


@pytest.mark.nightly
@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_of_the_clinical_record_can_be_used_by_everybody(
    page_of, axe, courses_at, section
):
    page = page_of("physician", 390, "dark", at=courses_at)
    page.goto("/NORTH/board/")
    course_page = page.get_attribute("main a[href*='/course/']", "href")
    page.goto(course_page.replace("course/", f"clinical/{section}/"))
    assert wrong_at(page, axe) == []
