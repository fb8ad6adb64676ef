"""All interface text is in the catalogs, and every language that is offered is whole."""

import gettext

import pytest
from django.conf import settings
from django.utils.translation import gettext as translated
from django.utils.translation import override

from tests.catalogs import HEADER, LOCALE, compiled, messages, patient_messages, read, wanted_in

OFFERED = [code for code, _name in settings.PATIENT_LANGUAGES]


@pytest.mark.parametrize("language", OFFERED)
def test_a_catalog_holds_every_message_and_no_other(language):
    """Run ``python -m tests.catalogs`` after a change of words."""
    assert sorted(read(language)) == wanted_in(language)


@pytest.mark.parametrize("language", OFFERED)
def test_every_message_is_translated(language):
    assert [message for message, said in read(language).items() if not all(said)] == []


@pytest.mark.parametrize("language", OFFERED)
def test_a_translation_keeps_the_places_of_its_message(language):
    for message, said in read(language).items():
        for text in said:
            assert _places(text) == _places(message[-1]), message


@pytest.mark.parametrize("language", OFFERED)
def test_the_compiled_form_says_the_same(language):
    folder = LOCALE / language / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        catalog = gettext.GNUTranslations(file)
    for message, said in read(language).items():
        assert catalog.gettext(message[0]) == said[0] if len(message) == 1 else True
        if len(message) == 2:
            assert catalog.ngettext(*message, 5) == said[1]


def test_the_patients_pages_are_offered_in_four_languages_and_the_staffs_in_one():
    assert OFFERED == ["en", "de", "fr", "es"]
    assert [code for code, _name in settings.LANGUAGES] == ["en"]
    assert set(patient_messages()) < set(messages())
    assert ("Whom to call at any hour",) in patient_messages(), "a part of a page is found"


@pytest.mark.parametrize("language", OFFERED[1:])
def test_no_sentence_of_the_patients_pages_is_left_in_english(language):
    same = [m[0] for m, said in read(language).items() if said == m and m[0].count(" ") > 2]
    assert same == []


def test_compiling_needs_no_gettext_on_the_machine():
    header = HEADER.format(language="xx", plural="(n != 1)")
    made = compiled(header, [("one",), ("a", "b")], {("one",): ("eins",), ("a", "b"): ("A", "B")})
    assert made[:4] == b"\xde\x12\x04\x95"


def test_django_reads_them():
    with override("en"):
        assert translated("Worklist") == "Worklist"


def _places(text: str) -> set[str]:
    import re

    return set(re.findall(r"%\([a-z_]+\)[sd]", text))
