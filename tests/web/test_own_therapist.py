"""The person asks for another therapist in their own account: no reason, and it is theirs alone."""

from uuid import uuid4

import pytest
from django.test import Client

from holdfast.actions.pairs import ask_change
from holdfast.actions.patients import accept_invitation, invite_patient
from holdfast.actions.recovery import hash_of, new_code
from holdfast.records.access import printed_name
from holdfast.records.courses import course_of
from holdfast.records.models import ChangeAsked
from tests.actions.clinic import written
from tests.actions.running import running, running_template
from tests.web.test_course_do import client

__all__ = ["running", "running_template"]

LANGUAGES = {
    "en": ("Your therapists", "Nobody asks you why"),
    "de": ("Wer Sie begleitet", "Niemand fragt Sie, warum"),
    "fr": ("Vos thérapeutes", "Personne ne vous demande pourquoi"),
    "es": ("Sus terapeutas", "Nadie le pregunta por qué"),
}


@pytest.fixture
def site_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key from outside; the prepared clinic brings its own."""
    monkeypatch.delenv("HOLDFAST_KEY_FILE", raising=False)


@pytest.fixture
def own(running) -> Client:
    """The person's own browser."""
    made = new_code()
    given = {"code_sha256": hash_of(made), **running.told()}
    written(invite_patient(enrollment=running.enrollment, **given))
    told = {"code": made, "login": "maple-river-42", "password_hash": "!", "entry_id": uuid4()}
    written(accept_invitation(**told, now=running.clinic.now))
    return client("maple-river-42")


def asked(browser: Client, **told: str):
    return browser.post("/me/therapists/", {"entry_id": str(uuid4()), **told})


def test_another_therapist_is_asked_for_without_a_reason_and_it_is_taken_back(running, own):
    written(running.pair())
    page = own.get("/me/therapists/").content.decode()
    assert f"<p>{printed_name(running.lead)}, {printed_name(running.second)}</p>" in page
    form = page.split('action="/me/therapists/"')[1].split("</form>")[0]
    assert "textarea" not in form
    assert "reason" not in form
    assert asked(own, user=str(running.clinic.physician.id)).status_code == 422, "not of the pair"
    assert asked(own, user=str(running.second.id)).status_code == 302
    row = ChangeAsked.objects.get()
    assert (row.side, row.user, row.asked_by.login) == ("patient", running.second, "maple-river-42")
    assert course_of(running.enrollment).changes_open == 1
    page = own.get("/me/therapists/").content.decode()
    assert "instead of second" in page
    assert 'action="/me/therapists/"' not in page, "it was asked already"
    told = {"entry_id": str(uuid4()), "asked": str(row.id)}
    assert own.post("/me/therapists/take-back/", told).status_code == 302
    assert course_of(running.enrollment).changes_open == 0


def test_what_a_therapist_asked_is_neither_shown_to_them_nor_theirs_to_take_back(running, own):
    therapist = {"side": "therapist", "user": None, **running.told("therapist")}
    written(ask_change(enrollment=running.enrollment, **therapist))
    row = ChangeAsked.objects.get()
    assert "You asked for" not in own.get("/me/therapists/").content.decode()
    own.post("/me/therapists/take-back/", {"entry_id": str(uuid4()), "asked": str(row.id)})
    assert course_of(running.enrollment).changes_open == 1


def test_the_page_speaks_four_languages(running, own):
    for code, words in LANGUAGES.items():
        own.post("/me/language/", {"language": code, "back": "/me/therapists/"})
        page = own.get("/me/therapists/").content.decode()
        assert all(each in page for each in words), code


def test_staff_find_no_such_page_and_taking_back_nothing_leads_back(running, own):
    assert client("therapist").get("/me/therapists/").status_code == 404
    told = {"entry_id": str(uuid4()), "asked": str(uuid4())}
    assert own.post("/me/therapists/take-back/", told)["Location"] == "/me/therapists/"
    assert own.get("/me/therapists/take-back/")["Location"] == "/me/therapists/"
    assert not ChangeAsked.objects.exists()
