"""A person's own pages: theirs alone, in their language; private words that nobody else reads."""

import re
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import trans_real

from holdfast.actions.crisis_numbers import set_crisis_number
from holdfast.actions.private_keys import make_private_key
from holdfast.actions.writing import lock
from holdfast.definitions import protocols
from holdfast.definitions.patient_pages import advertising_rules
from holdfast.domain.course import CourseNow, Held
from holdfast.domain.patient_pages import Advertising, AdvertisingRule
from holdfast.records.models import Booking, Enrollment, PrivateEntry, SharedWords, User
from holdfast.records.own_calendar import appointments_of
from tests.actions.clinic import written
from tests.web.clinic import Places, account
from tests.web.routes import every_route
from tests.web.test_patients import code, fresh, patient

__all__ = ["code", "patient"]

PHRASE = "seven quiet herons"
WORDS = "Canarybird dreamt of the sea"
LANGUAGES = {"de": "Wo Sie sind", "fr": "Où vous en êtes", "es": "Dónde está"}


@pytest.fixture
def own(patient, clinic):
    """The person's browser, with a journal made under a phrase that opens quickly."""
    user = User.objects.get(login="maple-river-42")
    given = {"entry_id": uuid4(), "by": user, "now": timezone.now(), "cost": 10}
    written(make_private_key(enrollment=clinic, phrase=PHRASE, **given))
    return patient


def open_journal(browser, phrase=PHRASE):
    return browser.post("/me/words/open/", {"phrase": phrase}, follow=True)


def keep(browser, words=WORDS):
    told = {"entry_id": uuid4(), "words": words}
    return browser.post("/me/words/write/", told, follow=True)


def booked(enrollment: Enrollment, **given) -> Booking:
    """A booking in the site's stream, by the pen itself: how bookings are made is tried elsewhere."""
    day = timezone.localtime(timezone.now(), ZoneInfo(enrollment.site.zone)).date()
    told = {
        "visit": "V5",
        "starts": f"{day + timedelta(days=3)}T09:00",
        "zone": enrollment.site.zone,
        "minutes": 480,
        "place": "site",
    }
    row = Booking(site=enrollment.site, enrollment=enrollment, **(told | given))
    with transaction.atomic():
        stream = lock(enrollment.site_id, timezone.now())
        sent = stream.sent("test-booked", uuid4(), {})
        stream.write(sent, [row], by=User.objects.get(login="coordinator"))
    return row


def in_course(monkeypatch, enrollment: Enrollment, *held: tuple[str, date]) -> CourseNow:
    """The person is in a course under mapp2, with these visits held."""
    plan = protocols.load("mapp2")
    zone = ZoneInfo("UTC")
    visits = tuple(
        Held(
            visit,
            visit,
            plan.schedule.visit(visit).kind,
            on,
            datetime(*on.timetuple()[:3], 9, tzinfo=zone),
            None,
            "site",
        )
        for visit, on in held
    )
    course = CourseNow(date.today() - timedelta(days=30), plan, held=visits)
    for module in ("where", "plain"):
        name = f"holdfast.web.patient.{module}.courses_of"
        monkeypatch.setattr(name, lambda _rows: {enrollment.id: course})
    return course


def here(page: str) -> str:
    """The station at which the line says that the person is."""
    found = re.search(r'aria-current="step">.*?class="words">([^<]+)<', page)
    return found[1] if found else ""


def test_before_a_course_the_page_says_so(patient):
    page = patient.get("/me/").content.decode()
    assert "has not begun yet" in page
    assert "Whom to call at any hour" in page


def test_the_line_says_where_somebody_is(patient, clinic, monkeypatch):
    course = in_course(monkeypatch, clinic)
    assert here(patient.get("/me/").content.decode()) == "Preparation"
    visits = course.visits
    dosing = next(n for n, visit in enumerate(visits) if visit.kind == "dosing")
    day = date.today() - timedelta(days=2)
    in_course(monkeypatch, clinic, *((visit.code, day) for visit in visits[:dosing]))
    assert here(patient.get("/me/").content.decode()) == "Dosing"
    in_course(monkeypatch, clinic, *((visit.code, day) for visit in visits[: dosing + 1]))
    page = patient.get("/me/").content.decode()
    assert here(page) == "Integration"
    assert "Integration session" in page


def test_an_appointment_is_told_by_the_clinics_clock_and_its_zone_named(patient, clinic):
    booked(clinic)
    for path in ("/me/", "/me/appointments/"):
        page = patient.get(path).content.decode()
        assert f"09:00 ({clinic.site.zone.replace('_', ' ')})" in page, path


def test_another_persons_appointment_is_on_no_page_and_in_no_calendar(patient, clinic):
    booked(clinic)
    assert appointments_of(uuid4(), clinic.site, timezone.now()) == []
    assert len(appointments_of(clinic.person_id, clinic.site, timezone.now())) == 1


def test_a_calendar_learns_the_hour_and_the_words_that_were_chosen_and_nothing_else(
    patient, clinic
):
    booked(clinic)
    told = {"entry_id": uuid4(), "title": "Tea with Ruth"}
    page = patient.post("/me/appointments/address/", told).content.decode()
    address = re.search(r"http://[^<]+(/me/calendar/[\w-]+\.ics)", page)
    assert address
    nobody = fresh()
    answer = nobody.get(address[1])
    assert answer.headers["Content-Type"].startswith("text/calendar")
    said = answer.content.decode()
    assert "SUMMARY:Tea with Ruth" in said
    assert "T090000" in said
    for word in ("osing", "MDMA", clinic.site.name, "LOCATION", "DESCRIPTION", "anarybird"):
        assert word not in said, word
    assert address[1] not in patient.get("/me/appointments/").content.decode(), "shown once"
    patient.post("/me/appointments/address/end/", {"entry_id": uuid4()})
    assert nobody.get(address[1]).status_code == 404
    assert nobody.get("/me/calendar/guessed.ics").status_code == 404


def test_what_losing_the_phrase_means_is_said_before_anything_is_written(patient):
    page = patient.get("/me/words/").content.decode()
    assert "If you lose the phrase, your words are lost" in page
    assert 'name="words"' not in page
    told = {"entry_id": uuid4(), "phrase": PHRASE, "again": PHRASE}
    assert patient.post("/me/words/make/", told).status_code == 422, "it must be understood first"
    short = told | {"phrase": "short", "again": "short", "knows": "on"}
    assert "at least twelve letters" in patient.post("/me/words/make/", short).content.decode()
    made = patient.post("/me/words/make/", told | {"knows": "on"}, follow=True).content.decode()
    assert "Your journal is ready" in made
    assert 'name="words"' in made


def test_words_are_kept_read_by_their_writer_and_closed_again(own):
    assert "does not open it" in open_journal(own, "another phrase").content.decode()
    assert not own.cookies.get("words")
    open_journal(own)
    assert WORDS in keep(own).content.decode()
    own.post("/me/words/close/")
    assert WORDS not in own.get("/me/words/").content.decode()


def test_a_key_kept_in_the_browser_opens_nothing_in_another_session(own):
    open_journal(own)
    keep(own)
    again = fresh()
    again.force_login(User.objects.get(login="maple-river-42"))
    again.cookies["words"] = own.cookies["words"].value
    assert WORDS not in again.get("/me/words/").content.decode()


def test_what_was_typed_is_not_lost_when_the_journal_closed_meanwhile(own):
    answer = keep(own)
    assert answer.status_code == 422
    assert WORDS in answer.content.decode()
    assert not PrivateEntry.objects.exists()


def test_no_page_of_staff_shows_private_words_and_none_is_readable_by_another_person(
    own, as_role, clinic
):
    """The canary: every address of the person, for those who may read the most of them."""
    open_journal(own)
    keep(own)
    places = Places.of(clinic)
    routes = [route for route in every_route() if "enrollment_id" in route.arguments]
    for role in ("therapist", "physician", "auditor"):
        browser = as_role(role)
        for route in routes:
            address = reverse(route.name, kwargs=places.arguments(set(route.arguments)))
            body = browser.get(address).getvalue()
            assert b"dreamt of the sea" not in body, (role, route.name)
    stranger = account("willow-stone-11", "patient", clinic.site, User.objects.get(login="admin"))
    other = fresh()
    other.force_login(stranger)
    assert WORDS not in other.get("/me/words/").content.decode()


def share(browser, entry, roles=("therapist",), password="seven quiet herons over water"):
    told = {"entry_id": uuid4(), "entry": entry, "roles": list(roles), "password": password}
    return browser.post("/me/words/share/", told, follow=True)


def test_one_entry_is_shared_by_a_signature_with_the_role_named_until_it_is_taken_back(
    own, as_role, clinic
):
    user = User.objects.get(login="maple-river-42")
    user.set_password("seven quiet herons over water")
    user.save()
    own.force_login(user)
    open_journal(own)
    keep(own, "kept for myself")
    keep(own)
    entry = PrivateEntry.objects.order_by("-recorded_at").first().id
    assert share(own, entry, password="wrong").status_code == 422
    assert not SharedWords.objects.exists()
    assert "Signed. Those you named" in share(own, entry).content.decode()
    address = f"/NORTH/people/{clinic.id}/shared-words/"
    seen = as_role("therapist").get(address).content.decode()
    assert WORDS in seen
    assert "kept for myself" not in seen
    assert WORDS not in as_role("physician").get(address).content.decode()
    for role in ("coordinator", "auditor", "administrator", "monitor"):
        assert as_role(role).get(address).status_code == 404
    assert "Therapist" in own.get("/me/looked/").content.decode(), "the person sees the look"
    own.post("/me/words/take-back/", {"entry_id": uuid4(), "shared": SharedWords.objects.get().id})
    assert WORDS not in as_role("therapist").get(address).content.decode()


def test_a_journal_that_is_not_mine_cannot_be_shared_from(own, clinic):
    open_journal(own)
    assert own.get(f"/me/words/share/?entry={uuid4()}").status_code == 302


def test_whom_to_call_is_on_the_first_page(patient, as_role, clinic):
    page = patient.get("/me/").content.decode()
    assert "has not said by which number" in page
    admin = User.objects.get(login="administrator")
    told = {"country": "AU", "number": "13 11 14", "title": "Crisis line", "by": admin}
    written(set_crisis_number(site=clinic.site, entry_id=uuid4(), now=timezone.now(), **told))
    sent = {"entry_id": uuid4(), "number": "+61 3 5550 100"}
    as_role("administrator").post("/NORTH/calls/on-call/", sent)
    page = patient.get("/me/").content.decode()
    assert 'href="tel:+61 3 5550 100"' in page
    assert "13 11 14" in page
    bad = as_role("administrator").post("/NORTH/calls/on-call/", sent | {"number": "ring us"})
    assert bad.status_code == 422
    assert "digits and spaces" in bad.content.decode()


def test_how_to_prepare_tells_the_persons_own_protocol_and_invents_nothing(patient, clinic):
    page = patient.get("/me/prepare/").content.decode()
    for said in ("without having eaten", "MAO inhibitors", "do not drive yourself", "NCT06189027"):
        assert said in page
    assert "We found no public rule" not in page


def test_a_protocol_that_says_nothing_is_not_filled_in(patient, monkeypatch):
    monkeypatch.setattr("holdfast.web.patient.plain._protocol", lambda _own: "oehen-2013")
    page = patient.get("/me/prepare/").content.decode()
    assert page.count("We found no public rule") >= 3
    assert "without having eaten" not in page


@pytest.mark.parametrize("page", ["how-it-works", "questions"])
def test_the_plain_pages_are_for_people_logged_in(page, patient, as_role, monkeypatch):
    """Victoria forbids advertising; a place of which nobody knows is treated alike."""
    assert "10.1" in patient.get(f"/me/learn/{page}/").content.decode(), "a study is named"
    assert as_role("therapist").get(f"/NORTH/learn/{page}/").status_code == 200
    for site in ("NORTH", "SOUTH"):
        answer = fresh().get(f"/{site}/learn/{page}/")
        assert answer.status_code == 302
        assert "/log-in/" in answer.url
    law = advertising_rules()[0]
    rule = AdvertisingRule("victoria", Advertising.PERMITTED, law.reference, law.standing)
    monkeypatch.setattr("holdfast.web.patient.plain.advertising_rules", lambda: (rule,))
    assert fresh().get(f"/NORTH/learn/{page}/").status_code == 200
    assert fresh().get(f"/SOUTH/learn/{page}/").status_code == 302, "no law is known there"


def test_there_is_no_other_plain_page(patient):
    assert patient.get("/me/learn/preparing-bombs/").status_code == 404


class _Asked:
    """In the place of the English catalog: notes each message that a language did not have."""

    def __init__(self, real) -> None:
        self.real, self.messages = real, set()

    def gettext(self, message):
        self.messages.add(message)
        return self.real.gettext(message)

    def __getattr__(self, name):
        return getattr(self.real, name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_own_page_is_whole_in_each_language(own, clinic, monkeypatch, language):
    in_course(monkeypatch, clinic)
    booked(clinic)
    open_journal(own)
    keep(own)
    own.post("/me/language/", {"language": language, "back": "/me/"})
    catalog = trans_real.translation(language)
    asked = _Asked(catalog._fallback)
    monkeypatch.setattr(catalog, "_fallback", asked)
    seen = []
    places = Places.of(clinic)
    for route in every_route():
        is_own = route.name in ("join", "me") or route.name.startswith("me-")
        if not is_own or route.name in ("me-calendar", "me-appointments-file"):
            continue
        if route.name.startswith("me-consent"):
            continue  # it speaks the language of the document that was given
        address = reverse(route.name, kwargs=places.arguments(set(route.arguments)))
        for answer in (own.get(address), own.post(address, {"code": ""})):
            if answer.headers["Content-Type"].startswith("text/html") and answer.status_code in (
                200,
                422,
            ):
                assert f'<html lang="{language}"' in answer.content.decode(), route.name
                assert answer.headers["Content-Language"] == language
                seen.append(route.name)
    assert LANGUAGES[language] in own.get("/me/").content.decode()
    assert asked.messages == set()
    assert {"me", "me-words", "me-appointments", "me-prepare", "me-learn", "me-looked"} <= set(seen)


def test_the_browsers_language_is_spoken_until_one_is_chosen_and_staff_stay_as_they_are(
    patient, as_role
):
    asks = {"Accept-Language": "fr-CH,fr;q=0.9"}
    assert "Où vous en êtes" in patient.get("/me/", headers=asks).content.decode()
    assert "Introuvable" in patient.get("/me/learn/nothing/", headers=asks).content.decode()
    patient.post("/me/language/", {"language": "es", "back": "/me/"})
    assert "Dónde está" in patient.get("/me/", headers=asks).content.decode()
    patient.post("/me/language/", {"language": "xx", "back": "/me/"})
    assert "Dónde está" in patient.get("/me/", headers=asks).content.decode()
    staff = as_role("coordinator").get("/NORTH/worklist/", headers=asks)
    assert "Worklist" in staff.content.decode()
    assert staff.headers["Content-Language"] == "en"
