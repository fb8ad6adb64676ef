"""From enrolment to the last integration, by four people at real pages, the clock moved between them.

The coordinator runs the course, the therapists and the physician treat, the person consents and
agrees on a phone. Nothing but pages is used once the verdict is signed.
"""

import os
import shutil

import pytest

from holdfast.definitions.gates import load as load_gates
from holdfast.domain.gates import Act
from tests import databases
from tests.browser.conftest import serving
from tests.browser.journey import (
    Clock,
    begin,
    clinical,
    consenting,
    later,
    navigated,
    put,
    sent,
    sheet,
)
from tests.browser.test_accessibility import violations
from tests.browser.test_consent import fits
from tests.web.clinic import PASSWORD

pytestmark = pytest.mark.browser

OWN_PASSWORD = "seven quiet herons over water"
LEAD, SECOND = "Therapist-1-A Invented", "Therapist-1-B Invented"
PHYSICIAN = "Physician-1 Invented"


@pytest.fixture
def served(request, migrated_file, django_db_blocker, tmp_path, monkeypatch):
    """A clinic with one person whose verdict is signed, served by a clock that can be moved."""
    path, key, file = tmp_path / "course.sqlite3", os.urandom(32).hex(), tmp_path / "clock"
    shutil.copyfile(migrated_file, path)
    monkeypatch.delenv("HOLDFAST_KEY_FILE", raising=False)
    monkeypatch.setenv("HOLDFAST_KEY", key)
    with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{path}"):
        begun = begin(request.param)
    clock = Clock(file, begun.zone)
    clock.to(begun.day, "17:00")
    moved = {"program": "tests.browser.moved_clock", "HOLDFAST_TEST_CLOCK": str(file)}
    with serving(path, key, **moved) as address:
        yield begun, clock, address


class Walk:
    """The people of one course, each at a page of their own, and the day it is."""

    def __init__(self, begun, clock, page_of, address, axe) -> None:
        self.begun, self.clock, self.axe = begun, clock, axe
        self.person, self.day = begun.person, begun.day
        self.open = lambda who, *size: page_of(who, *size, at=address)
        self.desk = self.open("coordinator-alone")
        self.lead = self.open("therapist-1-a-alone")
        self.second = self.open("therapist-1-b-alone")
        self.doctor = self.open("physician-1-alone")
        self.phone = self.open(None, 390)

    def on(self, days: int, hour: str) -> None:
        """So many days later, at an hour of the site."""
        self.day = later(self.day, days)
        self.clock.to(self.day, hour)

    # The person, on a phone.

    def joins(self) -> None:
        self.desk.goto(f"{self.person}own-account/")
        with navigated(self.desk):
            self.desk.click("main form button")
        code = self.desk.inner_text("code.secret")
        where = self.desk.inner_text("main p strong:has-text('/join/')")
        phone = self.phone
        phone.goto(f"{where}#{code}")
        with navigated(phone):
            phone.press("#id_code", "Enter")
        login = phone.input_value("#id_login_name")
        phone.fill("#id_new_password", OWN_PASSWORD)
        phone.fill("#id_again", OWN_PASSWORD)
        with navigated(phone):
            phone.press("#id_again", "Enter")
        phone.goto("/log-in/")
        phone.fill("[name=login_name]", login)
        phone.fill("[name=password]", OWN_PASSWORD)
        phone.press("[name=password]", "Enter")
        phone.wait_for_url("**/me/")

    def goes_on(self) -> None:
        with navigated(self.phone):
            self.phone.click("main .button.primary")

    def reads_and_understands(self) -> None:
        phone = self.phone
        phone.goto("/me/consent/")
        self.goes_on()
        while "/read/" in phone.url:
            assert fits(phone), phone.url
            self.goes_on()
        while "/question/" in phone.url:
            code = phone.url.rstrip("/").rsplit("/", 1)[-1]
            phone.check(f"[name=answer][value={self.begun.right[code]}]")
            self.goes_on()

    def signs(self) -> None:
        phone = self.phone
        phone.goto("/me/consent/sign/")
        assert violations(phone, self.axe) == []
        phone.fill("[name=password]", OWN_PASSWORD)
        self.goes_on()
        assert "You signed on" in phone.inner_text("main")

    def agrees(self) -> None:
        """Item by item to what may happen, and the stop-word."""
        phone = self.phone
        phone.goto(f"/me/consent/day/{self.begun.items[0]}/")
        for item in self.begun.items:
            assert phone.url.endswith(f"/day/{item}/")
            assert fits(phone)
            phone.check("[name=allowed] >> nth=0")
            self.goes_on()
        phone.fill("#stop-word", "river stone")
        self.goes_on()

    def sees(self, path: str, *words: str) -> None:
        self.phone.goto(path)
        said = self.phone.inner_text("main")
        assert [each for each in words if each not in said] == [], said
        assert fits(self.phone)

    # The clinic.

    def consented(self) -> None:
        """Given, talked over, understood, considered, and signed by both."""
        clinical(
            self.desk,
            self.person,
            "contacts",
            "contact",
            name="Nobody Invented",
            number="555 0100",
            relation="partner",
            may_call="true",
            asked_on=str(self.day),
        )
        self.joins()
        consenting(self.desk, self.person, "give", language="en", way="own-account")
        consenting(self.lead, self.person, "talk", place="site", identity_check="photo-document")
        self.reads_and_understands()
        self.on(2, "10:00")
        self.signs()
        consenting(self.lead, self.person, "countersign", password=PASSWORD)

    def enrolled(self) -> None:
        self.doctor.goto(self.person)
        again = self.doctor.locator("#confirm form")
        if again.count():  # the verdict is of another day, and is signed anew
            put(again, {"password": PASSWORD})
            sent(self.doctor, again, "Signed")
        sheet(self.desk, self.person, "enroll", "The course is open.")
        pair = {"lead": LEAD, "second": SECOND, "because": "first-pair"}
        sheet(
            self.desk, self.person, "pair", "The pair is assigned.", from_on=str(self.day), **pair
        )
        plan = dict.fromkeys(
            ("warning_signs", "own_steps", "people", "places", "means"), "As said."
        )
        clinical(self.lead, self.person, "safety", "plan", agreed_on=str(self.day), **plan)

    def booked(self, visit: str, hour: str, minutes: int, place: str = "site", **more: str) -> None:
        told = {"visit": visit, "on": str(self.day), "starts": hour, "minutes": str(minutes)}
        told |= {"place": place, "lead": LEAD, "second": SECOND, "room": "Room 1"}
        sheet(self.desk, self.person, "book", "Everything is booked together.", **told, **more)

    def held(
        self, visit: str, hours: tuple[str, str], by=None, place: str = "site", **seats
    ) -> None:
        self.clock.to(self.day, hours[1])
        who = seats or {"lead": LEAD, "second": SECOND}
        told = {"code": visit, "on": str(self.day), "began": hours[0], "ended": hours[1]}
        says = "The visit is recorded."
        sheet(by or self.lead, self.person, "hold", says, **told, place=place, **who)

    def judged_ready(self, visit: str) -> None:
        said = {"is_ready": "true", "has_trust": "true", "visit": visit}
        for by, judge in (
            (self.lead, "person"),
            (self.lead, "therapist"),
            (self.second, "therapist"),
        ):
            clinical(by, self.person, "readiness", "judgement", judge=judge, **said)

    def physician_answers(self) -> None:
        desk, doctor = self.desk, self.doctor
        desk.goto(f"/{self.person.split('/')[1]}/duty/")
        form = desk.locator("form[action$='/duty/page/']")
        put(form, {"post": "physician-on-call", "reason": "are-you-reachable"})
        sent(desk, form, "Paged.")
        doctor.goto(f"/{self.person.split('/')[1]}/duty/")
        with navigated(doctor):
            doctor.click("button[name=done][value=reachable]")

    def stated(self, visit: str, place: str) -> None:
        """Everything that somebody has to say on the day, each by who may."""
        gates = load_gates()
        asked = [c.code for c in gates.gates[Act.BEGIN_DOSING].conditions if c.code in gates.stated]
        for code in asked:
            how = gates.stated[code]
            if how.since or how.place not in ("", place):
                continue
            found = {"date": str(later(self.day, 90)), "text": "118/76, 64/min"}.get(how.value, "")
            by = self.lead if "therapist" in how.by else self.doctor
            told = {"visit": visit, "code": code, "is_so": "true", "how": "seen", "value": found}
            sheet(by, self.person, "state", "Stated.", **told)

    def finds_the_gate_shut(self, visit: str) -> None:
        """Nothing of the day was said yet."""
        told = {"act": "begin-dosing", "visit": visit}
        sheet(self.lead, self.person, "pass", "shut", **told)

    def dosed(self, visit: str, place: str) -> None:
        """A dosing session with its gates: shut until everything of the day is said."""
        lead = self.lead
        self.on(0, "07:30")
        self.physician_answers()
        self.finds_the_gate_shut(visit)
        self.stated(visit, place)
        aside = {"reason": "protocol-allows-it", "password": PASSWORD}
        self.doctor.goto(f"{self.person}course/gate/")
        if "window" in self.doctor.inner_text("main").split("is met")[0]:
            told = {"visit": visit, "condition": "window", **aside}
            sheet(self.doctor, self.person, "aside", "Signed.", **told)
        self.clock.to(self.day, "08:55")
        told = {"act": "begin-dosing", "visit": visit}
        sheet(lead, self.person, "pass", "The gate was open.", **told)
        self.clock.to(self.day, "09:10")
        consenting(lead, self.person, "impairment", basis="dose-given")
        self.phone.goto("/me/consent/")
        assert self.phone.locator("main a[href$='/sign/']").count() == 0
        self.clock.to(self.day, "17:30")
        consenting(self.doctor, self.person, "impairment", basis="criteria-met")
        self.held(visit, ("09:00", "17:45"), place=place)


def has_what_the_record_says(walk: Walk, *titles: str) -> None:
    """The course as one line, without anything to come that treats."""
    walk.lead.goto(f"{walk.person}course/")
    said = walk.lead.inner_text("main")
    assert [each for each in titles if each not in said] == []
    assert violations(walk.lead, walk.axe) == []


PROTOCOL = ["swiss-limited-medical-use"]


def prepared(walk: Walk) -> None:
    """From the signed verdict to the eve of the first session: consent, pair, preparation."""
    walk.consented()
    walk.enrolled()
    walk.held("enrollment-visit", ("11:00", "12:00"), by=walk.doctor, other=PHYSICIAN)
    sheet(walk.lead, walk.person, "pass", "The gate was open.", act="begin-preparation")
    for visit in ("preparation-1", "preparation-2"):
        walk.on(7, "08:00")
        walk.booked(visit, "10:00", 60)
        walk.held(visit, ("10:00", "11:00"))
    walk.agrees()


def integrated(walk: Walk, dosing: str) -> None:
    for number in (1, 2):
        walk.on(number, "08:00")
        walk.booked(f"{dosing}-integration-{number}", "10:00", 60)
        walk.held(f"{dosing}-integration-{number}", ("10:00", "11:00"))


@pytest.mark.parametrize("served", PROTOCOL, indirect=True)
def test_from_enrolment_to_the_last_integration_in_short(page_of, served, axe):
    """One session, whose gate was shut: it was held all the same, and the record says so."""
    begun, clock, address = served
    walk = Walk(begun, clock, page_of, address, axe)
    prepared(walk)
    walk.on(7, "06:00")
    walk.booked("dosing-1", "09:00", 480, physician=PHYSICIAN)
    walk.sees("/me/appointments/", "09:00")
    walk.finds_the_gate_shut("dosing-1")
    walk.held("dosing-1", ("09:00", "17:45"))
    told = {"kind": "treatment-stopped", "reason": "person-asked"}
    sheet(walk.doctor, walk.person, "turn", "Recorded.", on=str(walk.day), **told)
    integrated(walk, "dosing-1")
    has_what_the_record_says(
        walk, "Held although no gate was passed", "Treatment stopped", "Integration"
    )


@pytest.mark.nightly
@pytest.mark.parametrize("served", PROTOCOL, indirect=True)
def test_from_enrolment_to_the_last_integration_through_every_gate(page_of, served, axe):
    """One session behind its gate until everything of the day was said; then the person wants no more."""
    begun, clock, address = served
    walk = Walk(begun, clock, page_of, address, axe)
    prepared(walk)
    walk.judged_ready("dosing-1")
    walk.on(7, "06:00")
    walk.booked("dosing-1", "09:00", 480, physician=PHYSICIAN)
    walk.sees("/me/appointments/", "09:00")
    walk.dosed("dosing-1", "site")
    told = {"kind": "treatment-stopped", "reason": "person-asked"}
    sheet(walk.doctor, walk.person, "turn", "Recorded.", on=str(walk.day), **told)
    integrated(walk, "dosing-1")
    has_what_the_record_says(walk, "Treatment stopped", "Integration")
    assert "Held although" not in walk.lead.inner_text("main")
