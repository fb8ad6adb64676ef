"""The path of concerns by its pages: anybody raises, two outside read, the site learns nothing."""

import re
import sqlite3
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from holdfast.actions.tries import Limit
from holdfast.records.concerns import Concern, ConcernAcknowledgement, RecipientSeat
from holdfast.records.models import Site, User
from tests.actions.outside import BOX_PHRASE
from tests.web.clinic import account

NEW, BACK, BOX = "/NORTH/concern/", "/NORTH/concern-back/", "/NORTH/concerns/"
SAID = "He closed the door and sat too near."
READER = "complaint-recipient"


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, name
    return found[1]


def raised(client: Client, **told: str) -> tuple[str, str]:
    """A concern by the page; the answer and the seven words."""
    page = client.get(NEW).content.decode()
    phrase = hidden(page, "phrase")
    body = {"entry_id": hidden(page, "entry_id"), "phrase": phrase, "what": SAID, "answer": "here"}
    answer = client.post(NEW, body | told)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode(), phrase


def opened(client: Client, phrase: str = BOX_PHRASE) -> Client:
    """The recipient's box, open in this browser."""
    answer = client.post(BOX, {"do": "open", "phrase": phrase})
    assert answer.status_code == 302, answer.content.decode()
    return client


@pytest.fixture
def nobody(as_role) -> Client:
    return as_role("nobody")


def test_raised_without_a_name_read_outside_and_answered_two_ways(nobody, as_role):
    page, phrase = raised(nobody)
    for word in phrase.split():
        assert f"<li>{word}</li>" in page
    reader = opened(as_role(READER))
    concern = Concern.objects.latest("recorded_at")
    assert f"{BOX}{concern.id}/" in reader.get(BOX).content.decode()
    address = f"{BOX}{concern.id}/"
    assert SAID in reader.get(address).content.decode()
    assert reader.post(address, {"do": "acknowledge", "entry_id": uuid4()}).status_code == 302
    said = {"do": "answer", "entry_id": uuid4(), "text": "We will call the site."}
    assert reader.post(address, said).status_code == 302
    back = nobody.post(BACK, {"phrase": f"  {phrase.upper()}, "}).content.decode()
    assert SAID in back
    assert "We will call the site." in back
    assert "One of the two" in back
    more = {"phrase": phrase, "entry_id": uuid4(), "text": "It was in room two."}
    assert "It was in room two." in nobody.post(BACK, more).content.decode()
    assert "It was in room two." in reader.get(address).content.decode()
    assert ConcernAcknowledgement.objects.filter(concern=concern).count() == 1


def test_nothing_of_a_session_goes_along_unless_its_owner_chose(as_role):
    patient = as_role("patient")
    raised(patient)
    raised(patient, attach="on")
    reader = opened(as_role(READER))
    pages = [
        reader.get(f"{BOX}{each.id}/").content.decode()
        for each in Concern.objects.order_by("-recorded_at")[:2]
    ]
    assert ["<dd>patient</dd>" in page for page in pages] == [True, False]
    assert {each.recorded_by.login for each in Concern.objects.all()} == {"holdfast"}


def test_the_same_form_sent_twice_is_one_concern_with_the_same_words(nobody):
    before = Concern.objects.count()
    page = nobody.get(NEW).content.decode()
    body = {name: hidden(page, name) for name in ("entry_id", "phrase")}
    body |= {"what": SAID, "answer": "none"}
    first, second = (nobody.post(NEW, body).content.decode() for _ in range(2))
    assert Concern.objects.count() == before + 1
    word = body["phrase"].split()[0]
    assert f"<li>{word}</li>" in first
    assert f"<li>{word}</li>" in second


def test_a_field_that_is_wrong_loses_nothing(nobody):
    page = nobody.get(NEW).content.decode()
    body = {name: hidden(page, name) for name in ("entry_id", "phrase")}
    answer = nobody.post(NEW, body | {"what": SAID, "answer": "contact"})
    assert answer.status_code == 422
    assert SAID in answer.content.decode()
    assert body["phrase"] in answer.content.decode()
    empty = nobody.post(NEW, body | {"answer": "here", "when": "in June"})
    assert empty.status_code == 422
    assert "in June" in empty.content.decode()


def test_wrong_words_open_nothing_and_too_many_are_refused(nobody, monkeypatch):
    few = Limit("concern-phrase", 2, timedelta(minutes=15))
    monkeypatch.setattr("holdfast.web.concerns.public.PHRASES", few)
    for _ in range(2):
        answer = nobody.post(BACK, {"phrase": "acorn acorn acorn acorn acorn acorn acorn"})
        assert answer.status_code == 422
    assert nobody.post(BACK, {"phrase": BOX_PHRASE}).status_code == 429


def test_one_address_cannot_raise_without_end(nobody):
    for _ in range(10):
        nobody.post(NEW, {"what": ""})
    assert nobody.post(NEW, {"what": ""}).status_code == 429


def test_a_box_opens_with_its_own_words_alone_and_in_its_own_browser(as_role):
    reader = as_role(READER)
    assert "Open your box" in reader.get(BOX).content.decode()
    concern = Concern.objects.first()
    assert reader.get(f"{BOX}{concern.id}/").status_code == 302  # closed: nothing is shown
    wrong = {"do": "open", "phrase": "acorn acorn acorn acorn acorn acorn acorn"}
    assert reader.post(BOX, wrong).status_code == 422
    opened(reader)
    kept = reader.cookies["box"]
    assert kept["httponly"]
    assert kept["samesite"] == "Strict"
    assert kept["path"] == BOX
    other = as_role("site-lead")
    other.cookies["box"] = kept.value
    assert other.get(BOX).status_code == 404


def test_a_public_form_of_another_origin_is_refused(clinic):
    client = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    client.get(NEW)
    assert client.post(NEW, {"what": SAID, "answer": "here"}).status_code == 403


def test_the_public_pages_tell_nothing_and_are_kept_nowhere(nobody):
    for address in (NEW, BACK, "/NORTH/concern-card/"):
        answer = nobody.get(address)
        page = answer.content.decode()
        assert "<title>Holdfast</title>" in page
        assert "<script" not in page
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "Leave this page" in page
    page = nobody.get(NEW).content.decode()
    assert page.index("in danger") < page.index("What happened?")


def test_a_site_without_recipients_promises_nothing(nobody):
    page = nobody.get("/SOUTH/concern/").content.decode()
    assert "Nobody outside is named here yet" in page
    assert "<form" not in page
    assert nobody.get("/NOWHERE/concern/").status_code == 404


def test_the_card_is_a_pdf(nobody):
    answer = nobody.get("/NORTH/concern-paper/")
    assert answer.content.startswith(b"%PDF-1.7")
    assert User.objects.filter(login=READER).exists()


FULL = "Zebediah Canarybird"


def test_the_whole_database_holds_no_readable_word_of_it(nobody, as_role):
    """Concern, answer, addition, ground of a pause and closing, each with the canary in every field."""
    told = {"whom": "therapist", "whom_name": FULL, "when": FULL, "contact": FULL}
    _, phrase = raised(nobody, what=f"{SAID} {FULL}", **told)
    reader, concern = opened(as_role(READER)), Concern.objects.latest("recorded_at")
    address = f"{BOX}{concern.id}/"
    therapist = User.objects.get(login="therapist").id
    for act in (
        {"do": "answer", "text": FULL},
        {"do": "pause", "text": FULL, "person": therapist},
        {"do": "lift", "person": therapist},
        {"do": "close", "text": FULL, "outcome": "advice-given"},
    ):
        assert reader.post(address, act | {"entry_id": uuid4()}).status_code == 302, act
    nobody.post(BACK, {"phrase": phrase, "entry_id": uuid4(), "text": FULL})
    assert reader.get(address).content.decode().count(FULL) >= 6
    database = sqlite3.connect(connection.settings_dict["NAME"])
    dump = "".join(database.iterdump())
    database.close()
    for word in ("Canarybird", SAID, phrase, phrase.split()[0] + " " + phrase.split()[1]):
        assert word not in dump
        assert word.encode().hex().upper() not in dump


def test_a_site_lead_names_and_tests_and_sees_no_concern(as_role):
    lead, admin = as_role("site-lead"), User.objects.get(login="admin")
    other = account("outside-two", READER, Site.objects.get(code="NORTH"), admin)
    page = lead.get("/NORTH/concern-set-up/").content.decode()
    assert "Two recipients are not named" in page
    told = {"do": "name", "entry_id": uuid4(), "seat": "second", "person": other.id}
    told |= {"name": "Jan de Vries, ombudsman", "email": "jan@outside.example", "phone": ""}
    wrong = lead.post("/NORTH/concern-set-up/", told | {"email": "nowhere"})
    assert wrong.status_code == 422
    assert "Jan de Vries, ombudsman" in wrong.content.decode()
    assert lead.post("/NORTH/concern-set-up/", told).status_code == 302
    page = lead.get("/NORTH/concern-set-up/").content.decode()
    assert "jan@outside.example" in page
    assert "Not tested." in page
    row = RecipientSeat.objects.get(user=other)
    test = {"do": "test", "entry_id": uuid4(), "seat_row": row.id}
    assert lead.post("/NORTH/concern-set-up/", test).status_code == 302
    # The new one logs in, makes a box, acknowledges: from then on both count.
    fresh = as_role("outside-two")
    shown = fresh.get(BOX).content.decode()
    made = {"do": "make", "entry_id": hidden(shown, "entry_id"), "phrase": hidden(shown, "phrase")}
    assert fresh.post(BOX, made).status_code == 422  # not before the words are written down
    assert fresh.post(BOX, made | {"kept": "on"}).status_code == 302
    listed = fresh.get(BOX).content.decode()
    assert "This was a test" in listed
    answered = {"do": "test", "entry_id": uuid4(), "test": hidden(listed, "test")}
    assert fresh.post(BOX, answered).status_code == 302
    page = lead.get("/NORTH/concern-set-up/").content.decode()
    assert "Both have acknowledged a test." in page


def test_a_site_lead_pauses_and_lifts_and_no_author_or_reason_is_shown(as_role):
    lead = as_role("site-lead")
    therapist = User.objects.get(login="therapist")
    told = {"do": "pause", "entry_id": uuid4(), "person": therapist.id, "reason": "licence"}
    page = lead.post("/NORTH/pauses/", told).content.decode()
    assert "Therapist" in page
    assert as_role("therapist").get("/NORTH/worklist/").status_code == 404
    assert (
        "Your assignments at this site are paused."
        in as_role("therapist").get("/my-access/").content.decode()
    )
    mine = as_role("administrator").get("/NORTH/pauses/").content.decode()
    shown = mine[: mine.index("<form class=")]
    assert "Site-Lead" not in shown
    assert "licence" not in shown
    lift = {"do": "lift", "entry_id": uuid4(), "person": therapist.id}
    assert "stay paused as long as" in lead.post("/NORTH/pauses/", lift).content.decode()
    assert as_role("therapist").get("/NORTH/worklist/").status_code == 200
