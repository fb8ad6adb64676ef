"""The pages of a consent: the site's documents, a person's steps, and the person's own phone."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from holdfast.records.consents import consent_now
from holdfast.records.models import (
    AgreementItem,
    ComprehensionAttempt,
    ConsentConversation,
    ConsentInForce,
    ConsentSignature,
    ConsentWithdrawn,
    User,
)
from holdfast.records.protocols import protocol_of
from tests.actions.clinic import Clinic
from tests.actions.consents import LOCAL, newest, patient
from tests.web.clinic import PASSWORD


@pytest.fixture
def person(clinic) -> Client:
    """The canary person in their own account, logged in on a phone."""
    accounts = {role: User.objects.get(login=role) for role in ("coordinator", "therapist")}
    here = Clinic(clinic.site, User.objects.get(login="admin"), accounts, timezone.now())
    user = patient(here, clinic)
    User.objects.filter(id=user.id).update(password=make_password(PASSWORD))
    made = Client(headers={"host": "localhost"}, raise_request_exception=False)
    made.force_login(User.objects.get(id=user.id))
    return made


def said(answer) -> str:
    return " ".join(answer.content.decode().split())


def consent_of(clinic):
    return consent_now(clinic, protocol_of(clinic))


def post(client, clinic, act, **told):
    return client.post(
        f"/NORTH/people/{clinic.id}/consent/{act}/", {"entry_id": uuid4()} | told, follow=True
    )


def answer_all(person, clinic) -> None:
    for question in newest().questions_for(protocol_of(clinic)):
        told = {"entry_id": uuid4(), "answer": question.right}
        assert person.post(f"/me/consent/question/{question.code}/", told).status_code == 302


def test_from_the_phone_to_both_signatures_and_the_paper_of_it(as_role, clinic, person):
    therapist = as_role("therapist")
    talk = {"place": "site", "identity_check": "photo-document", "talked": "About sleep."}
    assert "About sleep." in said(post(therapist, clinic, "talk", **talk))
    assert 'href="/me/consent/read/1/"' in said(person.get("/me/consent/"))
    part = person.get("/me/consent/read/3/")
    assert part.cookies["read"].value.endswith(":3")
    assert 'href="/me/consent/read/3/"' in said(person.get("/me/consent/")), "where they were"
    wrong = person.post(
        "/me/consent/question/stop/", {"entry_id": uuid4(), "answer": "only-before"}
    )
    assert wrong.status_code == 422
    assert "Not quite" in said(wrong)
    answer_all(person, clinic)
    sign = said(person.get("/me/consent/sign/"))
    assert "I agree of my own free will" in sign
    refused = person.post("/me/consent/sign/", {"entry_id": uuid4(), "password": "not mine"})
    assert refused.status_code == 422
    signed = person.post(
        "/me/consent/sign/", {"entry_id": uuid4(), "password": PASSWORD}, follow=True
    )
    assert "You signed on" in said(signed)
    done = said(post(therapist, clinic, "countersign", password=PASSWORD))
    assert "Your signature stands beside" in done
    assert "Your consent stands" in said(person.get("/me/consent/"))
    paper = PdfReader(BytesIO(person.get("/me/consent/consent.pdf").content))
    text = " ".join(" ".join(page.extract_text() for page in paper.pages).split())
    assert "28 of the 42 people who had MDMA and stayed to the end" in text
    assert LOCAL["costs"] in text
    assert "I agree of my own free will" in text
    assert "Zebediah Canarybird" in text
    given = consent_of(clinic).last_given
    theirs = therapist.get(f"/NORTH/people/{clinic.id}/consent/{given.id}.pdf")
    assert theirs.content == person.get("/me/consent/consent.pdf").content


def test_what_comes_first_is_said_in_the_words_of_the_document(person, clinic):
    page = said(person.get("/me/consent/sign/"))
    assert "you speak with a clinician who answers your questions" in page
    assert "password" not in page


def test_a_paper_with_its_scan_and_witness(as_role, clinic, person):
    scan = SimpleUploadedFile("paper.pdf", b"%PDF-1.7\n%%EOF\n", "application/pdf")
    told = {"scan": scan, "witness": "Ann Witness", "password": PASSWORD}
    page = said(post(as_role("coordinator"), clinic, "paper", **told))
    assert "Ann Witness" in page
    assert ConsentSignature.objects.get().way == "paper"
    no_scan = post(as_role("coordinator"), clinic, "paper", witness="Ann", password=PASSWORD)
    assert no_scan.status_code == 422
    assert 'value="Ann"' in said(no_scan), "nothing that was typed is lost"


def test_who_only_records_signs_and_explains_nothing(as_role, clinic, person):
    for act in ("talk", "answer", "explain", "countersign", "impairment", "unheard-of"):
        assert post(as_role("coordinator"), clinic, act).status_code == 404
    assert not ConsentConversation.objects.exists()


def test_the_day_is_agreed_one_by_one_and_under_the_drug_only_less(as_role, clinic, person):
    def choose(item, *allowed):
        return person.post(
            f"/me/consent/day/{item}/", {"entry_id": uuid4(), "allowed": list(allowed)}
        )

    on = choose("touch", "hand")
    assert on.status_code == 302
    assert on.url == "/me/consent/day/supplement/", "the next one that is not decided"
    word = {"entry_id": uuid4(), "words": "red light"}
    assert person.post("/me/consent/day/stop-word/", word).status_code == 302
    assert "red light" in said(person.get("/me/consent/day/stop-word/"))
    assert "There was a dose" in said(
        post(as_role("therapist"), clinic, "impairment", basis="dose-given")
    )
    more = choose("touch", "hand", "hug")
    assert more.status_code == 422
    assert "nobody has noted yet that it has worn off" in said(more)
    assert choose("touch").status_code == 302
    assert AgreementItem.objects.filter(item="touch").order_by("position").last().allowed == "[]"
    assert "nobody has noted yet" in said(person.get("/me/consent/sign/"))


def test_a_person_takes_it_back_on_their_own_pages(clinic, person):
    page = said(person.get("/me/consent/withdraw/"))
    assert "If you only want to stop the drug, tell your clinician" in page
    assert person.post("/me/consent/withdraw/", {"entry_id": uuid4()}).status_code == 422
    done = person.post("/me/consent/withdraw/", {"entry_id": uuid4(), "sure": "yes"}, follow=True)
    assert "You took back your consent on" in said(done)
    assert ConsentWithdrawn.objects.get().way == "own-account"


def test_it_is_read_in_the_language_in_which_it_was_given(as_role, clinic, person):
    told = {"language": "de", "way": "both"}
    assert "Deutsch" in said(post(as_role("coordinator"), clinic, "give", **told))
    page = person.get("/me/consent/read/7/")
    assert 'lang="de"' in said(page)
    assert "von hundert derer, die blieben" in said(page)
    assert "Ihre Einwilligung" in said(person.get("/me/consent/"))


def test_the_documents_say_how_hard_they_are_and_a_physician_puts_one_in_force(as_role, clinic):
    address = "/NORTH/consents/mapp2/"
    assert as_role("monitor").get(address).status_code == 404
    assert "45 CFR 46.116(b)(1)" in said(as_role("auditor").get(address))
    physician = as_role("physician")
    page = said(physician.get(address))
    assert re.search(r"hardest section asks for school grade \d+\.\d; the aim is 8", page)
    assert "from memory" in page
    local = {f"local_{code}": words for code, words in LOCAL.items()}
    told = {"entry_id": uuid4(), "consider_hours": 48, "password": PASSWORD} | local
    missing = physician.post(address, told | {"local_costs": " "})
    assert missing.status_code == 422
    assert LOCAL["injury"] in said(missing)
    done = physician.post(address, told | {"figures": ["mapp1-nausea-mdma"]}, follow=True)
    assert "with 48 h to consider" in said(done)
    assert ConsentInForce.objects.latest("recorded_at").signed_figures == '["mapp1-nausea-mdma"]'
    assert as_role("coordinator").post(address, told).status_code == 404


def test_a_person_with_nothing_in_hand_is_told_whom_to_ask(as_role):
    own = as_role("patient")
    assert "Please ask the clinic" in said(own.get("/me/consent/"))
    for path in ("read/1/", "question/stop/", "sign/", "day/touch/", "withdraw/", "consent.pdf"):
        assert own.get(f"/me/consent/{path}").status_code == 302
    assert not ComprehensionAttempt.objects.exists()
