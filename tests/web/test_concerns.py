"""The path of concerns by its pages: anybody raises, two outside read, the site learns nothing."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from holdfast.actions.tries import Limit
from holdfast.records.concerns import Concern, ConcernAcknowledgement
from holdfast.records.models import User
from tests.actions.outside import BOX_PHRASE

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
