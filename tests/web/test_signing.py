"""Signing: all components first, the PIN after, one part on every form; and the way back in with a witness."""

import time
from uuid import uuid4

import pytest
from django import forms
from django.utils import timezone

from holdfast.actions.judging import latest_verdict
from holdfast.actions.pins import set_pin
from holdfast.actions.tries import PER_NAME
from holdfast.definitions import protocols
from holdfast.records.keys import opened
from holdfast.records.models import (
    AccountRecovery,
    OutboxEntry,
    Pin,
    Signature,
    StaffRecord,
    User,
    VerdictShown,
)
from holdfast.records.verification_run import verify_here
from holdfast.web.fields import ProofField
from holdfast.web.staff.decisions import _paper_signature as paper_signature
from holdfast.web.words import MEANINGS
from tests.web.clinic import PASSWORD
from tests.web.test_sign_in import client, journalled, log_in
from tests.web.test_sign_in_second import with_app

PIN = "493817"
LIMITS = ("caps-5-total-at-least", "qtc-ceiling-male-ms")


@pytest.fixture
def browser(clinic):
    """A physician who logged in and has a PIN."""
    who = User.objects.get(login="physician")
    set_pin(who, PIN, entry_id=uuid4(), by=who, now=timezone.now())
    made = client()
    log_in(made)
    return made


def codes() -> list[str]:
    return [limit.code for limit in protocols.load("mapp2").limits_to_sign()]


def sign(browser, code: str, **shown: str):
    told = {"entry_id": str(uuid4()), "value": "28", **shown}
    return browser.post(f"/NORTH/limits/mapp2/{code}/", told)


def test_the_first_signature_asks_for_all_and_the_next_for_the_pin(browser):
    """21 CFR 11.200(a)(1)(i): the PIN alone begins no series of signatures."""
    first, second, third = codes()[:3]
    page = sign(browser, first, pin=PIN)
    assert page.status_code == 422
    assert b"The first signature after you log in" in page.content
    assert sign(browser, first, password=PASSWORD).status_code == 302
    began = time.monotonic()
    assert sign(browser, second, pin=PIN).status_code == 302
    assert time.monotonic() - began < 3  # about one second, on a machine that does other things
    assert sign(browser, third, pin="493818").status_code == 422
    methods = list(Signature.objects.order_by("recorded_at").values_list("proof_method", flat=True))
    assert methods[-2:] == ["password", "pin"]


def test_after_logging_out_the_first_signature_asks_for_all_again(browser):
    first, second = codes()[:2]
    sign(browser, first, password=PASSWORD)
    browser.post("/log-out/")
    log_in(browser)
    assert sign(browser, second, pin=PIN).status_code == 422
    assert sign(browser, second, password=PASSWORD).status_code == 302


def test_wrong_pins_lock_as_wrong_passwords_do_and_in_the_same_count(browser):
    first, second = codes()[:2]
    sign(browser, first, password=PASSWORD)
    for _try in range(PER_NAME.tries):
        assert sign(browser, second, pin="620948").status_code == 422
    page = sign(browser, second, pin=PIN)
    assert page.status_code == 422
    assert b"Too many wrong tries" in page.content
    assert log_in(client()).status_code == 429
    assert journalled()[-1] == "sign-in-locked"


def test_a_made_up_passkey_signs_nothing(browser):
    browser.post("/passkey/options/", {"purpose": "sign"})
    page = sign(browser, codes()[0], passkey='{"id": "AAAA", "response": {}}')
    assert page.status_code == 422
    assert b"This passkey was not accepted" in page.content
    assert b'value="28"' in page.content  # what was typed is not lost


def test_a_pin_is_chosen_on_its_page_and_a_trivial_one_is_said(clinic):
    made = client()
    log_in(made)
    page = made.post("/sign-in/pin/", {"pin": "345678", "again": "345678"})
    assert b"among the first that anybody tries" in page.content
    assert made.post("/sign-in/pin/", {"pin": PIN, "again": "493818"}).status_code == 422
    assert made.post("/sign-in/pin/", {"pin": PIN, "again": PIN}).status_code == 302
    assert Pin.objects.filter(user__login="physician").exists()
    made.post("/sign-in/pin/remove/")
    assert not Pin.objects.filter(user__login="physician").exists()


def every_form(base: type = forms.Form) -> list[type]:
    return [each for one in base.__subclasses__() for each in (one, *every_form(one))]


def test_every_form_that_is_signed_uses_the_one_part(clinic):
    """A field for a password of its own is log-in, a new password, a PIN, or another person's."""
    import holdfast.urls  # noqa: F401  # every page's forms are loaded

    mine = {form for form in every_form() if form.__module__.startswith("holdfast.")}
    bare = {
        f"{form.__name__}.{name}"
        for form in mine
        for name, field in form.base_fields.items()
        if isinstance(field.widget, forms.PasswordInput) and not isinstance(field, ProofField)
    }
    assert {each for each in bare if each.endswith(".password")} == {"LogInForm.password"}
    signed = {form.__name__ for form in mine if _is_signed(form)}
    assert signed >= {
        "ConfirmForm",
        "OverrideForm",
        "LimitForm",
        "SignForm",
        "YearsForm",
        "TimeForm",
    }


def _is_signed(form: type) -> bool:
    return isinstance(form.base_fields.get("password"), ProofField)


def test_a_signature_in_every_readable_form_names_signer_moment_meaning_and_way(browser, clinic):
    """21 CFR 11.50, on the page and on paper."""
    verdict = latest_verdict(clinic.id)
    where = f"/NORTH/people/{clinic.id}/"
    told = {"entry_id": str(uuid4()), "verdict": str(verdict.id), "password": PASSWORD}
    assert browser.post(f"{where}confirm/", told).status_code in (200, 302)
    page = browser.get(where).content.decode()
    name = opened(StaffRecord.objects.get(user__login="physician"), "printed_name")
    meaning = str(MEANINGS[Signature.objects.latest("recorded_at").meaning])
    words = (name, meaning, "shown by login name and password")
    for said in words:
        assert said in page, said
    assert f"{timezone.now():%Y}" in page
    paper = paper_signature(VerdictShown.objects.get(id=verdict.id))
    assert paper is not None
    assert paper["name"] == name
    assert paper["method"] == "shown by login name and password"
    assert paper["meaning"] == meaning
    assert paper["at"].startswith(f"{timezone.now():%Y}")


def issue(admin, **given: str):
    told = {
        "entry_id": str(uuid4()),
        "login_name": "physician",
        "purpose": "recovery",
        "checked_how": "in-person-document",
        "witness": "coordinator",
        "witness_password": PASSWORD,
        "password": PASSWORD,
    }
    return admin.post("/NORTH/recovery/", told | given)


def code_on(page) -> str:
    return page.content.decode().split('<code class="secret">')[1].split("<")[0]


@pytest.fixture
def admin(clinic):
    made = client()
    log_in(made, "admin")
    return made


def recover(code: str, name: str = "physician", new: str = "gravel tulip ferry outline"):
    told = {"login_name": name, "code": code, "new_password": new, "again": new}
    return client().post("/recover/", told)


def test_two_people_let_somebody_back_in_and_nothing_old_opens_any_more(admin, browser):
    with_app()
    page = issue(admin)
    assert page.status_code == 200
    code = code_on(page)
    fact = AccountRecovery.objects.get()
    assert {fact.signature.signed_by.login, fact.witness_signature.signed_by.login} == {
        "admin",
        "coordinator",
    }
    assert OutboxEntry.objects.filter(kind="account-recovery-issued").exists()
    assert code.replace("-", "") not in repr(
        list(OutboxEntry.objects.values_list("body", flat=True))
    )
    assert recover(code, name="coordinator").status_code == 422
    assert recover(code.lower()).status_code == 200
    assert recover(code).status_code == 422  # good once
    assert browser.get("/NORTH/worklist/").status_code == 302  # sessions ended
    assert not Pin.objects.filter(user__login="physician").exists()
    assert log_in(client()).status_code == 422
    again = client()
    assert log_in(again, password="gravel tulip ferry outline")["Location"] == "/"  # no old factor
    assert verify_here().fits


@pytest.mark.parametrize(
    "given",
    [
        {"witness": "", "witness_password": ""},
        {"witness": "admin"},  # the administrator themselves
        {"witness": "physician"},  # whose account it is
        {"witness_password": "wrong"},
        {"password": "wrong"},
        {"login_name": "admin"},  # one's own
        {"login_name": "nobody-here"},
        {"login_name": "holdfast"},
        {"purpose": "first-password"},  # an account in use
        {"checked_how": ""},
    ],
)
def test_nobody_alone_lets_somebody_in(admin, given):
    assert issue(admin, **given).status_code == 422
    assert not AccountRecovery.objects.exists()


def test_a_code_ends_and_a_later_one_voids_it(admin, monkeypatch):
    first = code_on(issue(admin))
    second = code_on(issue(admin))
    assert recover(first).status_code == 422
    later = AccountRecovery.objects.order_by("-position").first().valid_until
    from holdfast.web.account import recovering

    monkeypatch.setattr(recovering.timezone, "now", lambda: later)
    assert recover(second).status_code == 422


def test_what_is_wrong_with_a_code_is_never_told_apart(admin):
    issue(admin)
    pages = {recover("AAAAA-AAAAA-AAAAA-AAAAA", name=name).content for name in ("physician", "x")}
    assert all(b"do not belong together, or the code is over" in page for page in pages)


def test_a_new_account_sets_its_own_password_by_a_code_that_needs_no_witness(admin):
    User.objects.filter(login="rater").update(password="!")
    page = issue(admin, login_name="rater", purpose="first-password", witness="")
    assert recover(code_on(page), name="rater").status_code == 200
    assert log_in(client(), "rater", "gravel tulip ferry outline").status_code == 302
