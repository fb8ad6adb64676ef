"""The pages of a first call: nothing kept without permission, duplicates offered, answers kept as given."""

from base64 import b64decode
from uuid import uuid4

import pytest

from holdfast.records.calls import ContactPermission, DuplicateDecision, FirstContact
from holdfast.records.keys import opened
from holdfast.records.models import (
    EligibilityAnswer,
    Enrollment,
    Letter,
    Person,
    PrescreeningEntry,
    User,
)

NEW = "/NORTH/calls/new/"
CALL = {
    "form": "call",
    "safety": "safe",
    "consent_to_hold": "yes",
    "source": "self",
    "given": "Ada",
    "family": "Newcomer",
    "born_on": "1990-05-06",
    "sex": "female",
    "protocol": "tga-authorised-prescriber",
    "may_contact": "true",
    "ways": ["telephone"],
    "when": "",
    "reach": "",
}


def entry(**told: object) -> dict:
    return {"entry_id": str(uuid4()), **told}


def call(client, **told):
    return client.post(NEW, entry(**(CALL | told)))


def newest() -> Enrollment:
    return Enrollment.objects.select_related("site").order_by("-number").first()


def person(enrollment: Enrollment, more: str = "") -> str:
    return f"/NORTH/people/{enrollment.id}/{more}"


def everything_stored(path) -> bytes:
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


def test_without_permission_to_hold_nothing_about_the_person_is_kept(as_role, clinic, tmp_path):
    people, lines = Person.objects.count(), PrescreeningEntry.objects.count()
    told = {"given": "Unheld", "family": "Unheldbird", "reach": "+49 unheldbird", "when": "unheld"}
    answer = call(as_role("coordinator"), consent_to_hold="no", **told)
    assert answer.status_code == 302
    assert answer["Location"] == "/NORTH/prescreening/"
    assert (Person.objects.count(), FirstContact.objects.count()) == (people, 0)
    line = PrescreeningEntry.objects.order_by("-position").first()
    assert PrescreeningEntry.objects.count() == lines + 1
    assert (line.outcome, line.enrollment_id) == ("declined", None)
    assert "no-consent-to-hold" in line.reason_codes
    assert b"unheld" not in everything_stored(tmp_path / "clinic.sqlite3").lower()


def test_without_permission_to_hold_a_slip_elsewhere_is_not_asked_about(as_role, clinic):
    told = {"family": "", "protocol": "", "ways": [], "may_leave_message": "true"}
    assert call(as_role("coordinator"), consent_to_hold="no", **told).status_code == 302


def test_a_possible_duplicate_is_offered_and_never_merged(as_role, clinic):
    client = as_role("coordinator")
    known = {"given": "Zebediah", "family": "Canarybird", "born_on": "1984-06-03"}
    answer = call(client, **known)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Is it one of these?" in page
    assert "Zebediah Canarybird" in page
    assert clinic.label in page
    assert 'value="Canarybird"' in page, "nothing typed is lost"
    assert Enrollment.objects.count() == 1
    field = f"decided-{clinic.person_id}"
    assert f'name="{field}"' in page
    assert call(client, **known, **{field: "another"}).status_code == 302
    assert newest().person_id != clinic.person_id
    assert DuplicateDecision.objects.get().decision == "another"


def test_who_is_said_to_be_the_same_keeps_one_record(as_role, clinic):
    known = {"given": "Zebediah", "family": "Canarybird", "born_on": "1984-06-03"}
    told = known | {f"decided-{clinic.person_id}": "same"}
    people = Person.objects.count()
    assert call(as_role("coordinator"), **told).status_code == 302
    assert Person.objects.count() == people
    assert newest().person_id == clinic.person_id


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        ({"safety": ""}, "This field is required"),
        ({"safety": "not-spoken-yet"}, "it comes before anything else"),
        ({"family": ""}, "Write the name they gave"),
        ({"ways": []}, "Say how they may be reached."),
        ({"may_contact": "", "may_leave_message": "true"}, "gets no message"),
        ({"born_on": "2999-01-01"}, "has not come yet"),
        ({"protocol": ""}, "Choose a protocol."),
    ],
)
def test_a_slip_is_said_and_nothing_typed_is_lost(as_role, clinic, slip, words):
    answer = call(as_role("coordinator"), **slip)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert 'value="Ada"' in page
    assert Enrollment.objects.count() == 1


def keep(client, enrollment, value, question="is-living", **headers):
    told = entry(value=value, source="told", observed_on="2026-01-05")
    return client.post(person(enrollment, f"call/answers/{question}/"), told, headers=headers)


def test_an_answer_is_kept_by_the_script_and_without_it(as_role, clinic):
    client = as_role("coordinator")
    call(client)
    enrollment = newest()
    answer = keep(client, enrollment, "true", **{"x-keep": "yes"})
    assert (answer.status_code, answer["X-Kept"]) == (200, "yes")
    assert "Kept: yes" in answer.content.decode()
    plain = keep(client, enrollment, "false", "psychotic-disorder-ever")
    assert (plain.status_code, "X-Kept" in plain) == (302, False)
    assert plain["Location"].endswith("call/?source=told#asked-psychotic-disorder-ever")


def test_an_answer_changed_while_the_call_goes_on_corrects_itself(as_role, clinic):
    client = as_role("coordinator")
    call(client)
    enrollment = newest()
    for value in ("true", "true", "false"):
        assert keep(client, enrollment, value, **{"x-keep": "yes"}).status_code == 200
    rows = EligibilityAnswer.objects.filter(enrollment=enrollment, question="is-living")
    first, second = rows.order_by("position")
    assert (second.corrects_id, second.correction_reason) == (first.id, "changed-in-call")
    page = client.get(person(enrollment, "call/")).content.decode()
    assert "Kept: no" in page


def test_what_somebody_else_wrote_down_is_not_changed_in_passing(as_role, clinic):
    coordinator, physician = as_role("coordinator"), as_role("physician")
    call(coordinator)
    enrollment = newest()
    keep(coordinator, enrollment, "true", **{"x-keep": "yes"})
    answer = keep(physician, enrollment, "false", **{"x-keep": "yes"})
    assert (answer.status_code, answer["X-Kept"]) == (422, "no")
    assert "Something else is recorded already." in answer.content.decode()
    assert "Kept: yes" in answer.content.decode()


def test_an_answer_that_is_none_is_refused_on_a_page_of_its_own(as_role, clinic):
    client = as_role("coordinator")
    call(client)
    answer = keep(client, newest(), "perhaps")
    assert answer.status_code == 422
    assert "Not kept yet." in answer.content.decode()
    assert "Back to the question" in answer.content.decode()


CONTACT = {"may_contact": "false", "when": "", "reason": "said-anew"}


def test_contact_is_changed_later_and_everything_said_before_stays(as_role, clinic):
    client = as_role("coordinator")
    call(client)
    enrollment = newest()
    address = person(enrollment, "contact/")
    assert client.post(address, entry(**CONTACT)).status_code == 302
    page = client.get(address).content.decode()
    assert "We may not get in touch" in page
    assert "We may get in touch: by telephone" in page
    assert "They said it anew" in page
    assert ContactPermission.objects.filter(enrollment=enrollment).count() == 2
    told = entry(kind="accept", addressee="person", name="Ada", language="en")
    refused = client.post(person(enrollment, "letters/write/"), told)
    assert refused.status_code == 422
    assert "did not permit us to contact them" in refused.content.decode()


def test_a_contact_that_does_not_fit_together_is_said(as_role, clinic):
    told = entry(**CONTACT | {"may_contact": "true"})
    answer = as_role("coordinator").post(person(clinic, "contact/"), told)
    assert answer.status_code == 422
    assert "Say how they may be reached." in answer.content.decode()


def test_who_was_never_asked_is_not_contacted(as_role, clinic):
    assert (
        "They were never asked."
        in as_role("coordinator").get(person(clinic, "contact/")).content.decode()
    )


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
@pytest.mark.parametrize("addressee", ["person", "referrer"])
def test_a_letter_is_written_in_their_language(as_role, clinic, language, addressee):
    client = as_role("coordinator")
    call(client)
    enrollment = newest()
    told = entry(
        kind="decline", addressee=addressee, name="Ada", language=language, address="1 Lane\nTown"
    )
    assert client.post(person(enrollment, "letters/write/"), told).status_code == 302
    letter = Letter.objects.get(enrollment=enrollment)
    assert (letter.language, letter.addressee) == (language, addressee)
    assert b64decode(opened(letter, "content") or "").startswith(b"%PDF-1.7")


def test_who_wrote_is_named_and_a_stranger_finds_nothing(as_role, clinic):
    assert User.objects.filter(login="stranger").exists()
    assert as_role("stranger").get(person(clinic, "contact/")).status_code == 404
