"""The first contact's own rules, the scripts that ship, and papers told apart by their bytes."""

import pytest

from holdfast.definitions import calls, letters, protocols
from holdfast.definitions.loading import DefinitionRefused
from holdfast.domain.calls import FirstContact
from holdfast.domain.findings import Standing
from holdfast.domain.scans import LARGEST_SCAN_BYTES, media_type_of, scan_problem

PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0 picture \xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR picture IEND\xaeB`\x82"


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"form": "call", "safety": "safe"}, None),
        ({"form": "letter", "safety": "not-spoken-yet"}, None),
        ({"form": "call", "safety": "not-spoken-yet"}, "safety-not-asked"),
        ({"form": "call", "safety": ""}, "safety-not-asked"),
        ({"form": "fax", "safety": "safe"}, "form-unknown"),
        ({"form": "web", "safety": "safe", "may_contact": True}, "way-missing"),
        ({"form": "web", "safety": "safe", "ways": ("pigeon",)}, "way-unknown"),
        ({"form": "web", "safety": "safe", "may_leave_message": True}, "message-without-contact"),
    ],
)
def test_what_keeps_a_first_contact_from_being_kept(told, problem):
    assert FirstContact(language="en", **told).problem() == problem


def test_no_permission_is_taken_from_silence():
    silent = FirstContact("call", "en", "safe")
    assert not (silent.may_contact)
    assert not (silent.may_leave_message)
    assert not (silent.may_tell_referrer)


def test_every_protocol_has_a_script_whose_crisis_path_has_source_and_standing():
    for name in protocols.names():
        script = calls.load(name)
        assert script.crisis
        assert all(step.reference.href and step.standing for step in script.crisis)
        assert all(says["en"] for says in script.says.values())
        assert {step.standing for step in script.crisis} == {Standing.NOT_FOUND}


def test_a_protocols_own_script_asks_only_what_the_protocol_asks():
    for name in set(calls.names()) - {calls.GENERAL}:
        asked = {code for part in calls.load(name).parts for code in part.questions}
        assert asked <= set(protocols.load(name).questions), name


def test_a_script_that_does_not_fit_is_refused_with_every_reason(tmp_path):
    text = (calls.CALLS / "general" / "1.toml").read_text("utf-8")
    text = text.replace('"nursing"', '"nursing-now"').replace("[hold]\nen", "[hold]\nes")
    path = tmp_path / "general" / "1.toml"
    path.parent.mkdir()
    path.write_text(text.replace('standing = "not-found"', 'standing = "sure"', 1), "utf-8")
    with pytest.raises(DefinitionRefused) as refused:
        calls.read(path)
    said = str(refused.value)
    assert "nursing-now" in said
    assert "sure" in said
    assert len(refused.value.problems) == 3


HEALTH = {
    "en": ("medicin", "ptsd", "diagnos", "eligib", "health", "treatment"),
    "de": ("medik", "ptbs", "diagnos", "eignung", "gesundheit", "behandl", "therap"),
    "fr": ("médic", "tspt", "diagnos", "santé", "traitement", "thérap"),
    "es": ("medic", "tept", "diagn", "salud", "tratamiento", "terap"),
}


@pytest.mark.parametrize("language", letters.languages())
def test_no_letter_to_a_referrer_says_anything_of_health(language):
    told = letters.load(language)
    for kind in letters.KINDS:
        letter = told[kind, "referrer"]
        words = " ".join((letter.subject, *letter.paragraphs)).casefold()
        for health in HEALTH[language]:
            assert health not in words, (kind, health)


@pytest.mark.parametrize("language", letters.languages())
def test_every_language_has_every_letter_with_what_the_english_one_names(language):
    """A letter that leaves a paragraph or a name out in one language is no letter in it."""
    english = letters.load("en")
    for key, letter in letters.load(language).items():
        assert len(letter.paragraphs) == len(english[key].paragraphs), key
        for field in ("{name}", "{person}"):
            words = letter.greeting + letter.subject + " ".join(letter.paragraphs)
            model = english[key]
            assert (field in words) == (
                field in model.greeting + model.subject + " ".join(model.paragraphs)
            ), key


def test_a_letter_that_names_more_of_the_record_is_refused(tmp_path):
    text = (letters.LETTERS / "en.toml").read_text("utf-8")
    path = tmp_path / "en.toml"
    path.write_text(text.replace("{site}", "{x}").replace("{person}", "{diagnosis}"), "utf-8")
    with pytest.raises(DefinitionRefused, match="diagnosis"):
        letters.read(path, "en")


def test_papers_are_told_apart_by_their_bytes():
    assert media_type_of(PDF) == "application/pdf"
    assert media_type_of(JPEG) == "image/jpeg"
    assert media_type_of(PNG) == "image/png"
    for cut_off in (PDF[:-8], JPEG[:-1], PNG[:-1], b"GIF89a", b"<html>", b"MZ%PDF-1.7 %%EOF"):
        assert media_type_of(cut_off) is None
    assert scan_problem(b"") == "scan-empty"
    assert scan_problem(b"<script>") == "scan-of-another-kind"
    assert scan_problem(PDF + b" " * LARGEST_SCAN_BYTES) == "scan-too-large"
    assert scan_problem(PDF) is None
