"""The plain pages: four languages, a source for each claim, and no public page without leave."""

from pathlib import Path

import pytest

from holdfast.definitions import protocols
from holdfast.definitions.jurisdictions import names as jurisdictions
from holdfast.definitions.loading import DefinitionRefused
from holdfast.definitions.patient_pages import NAMES, PAGES, advertising_rules, load, read
from holdfast.domain.findings import Reference, Standing
from holdfast.domain.patient_pages import (
    EVERY,
    LANGUAGES,
    Advertising,
    AdvertisingRule,
    may_be_public,
)

WHOLE = (PAGES / "how-it-works.toml").read_text("utf-8")


def texts(name: str):
    page = load(name)
    yield from (page.title, page.lead)
    for section in page.sections:
        yield section.heading
        yield from (claim.words for claim in section.claims)


@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_there_in_four_languages_and_none_is_another_ones_copy(name):
    for words in texts(name):
        assert set(words) == set(LANGUAGES)
        sentences = [text for text in words.values() if " " in text and len(text) > 30]
        assert len(set(sentences)) == len(sentences), words


@pytest.mark.parametrize("name", NAMES)
def test_every_claim_has_a_source_that_was_read(name):
    for section in load(name).sections:
        assert section.claims
        for claim in section.claims:
            assert claim.reference.href.startswith("https://")
            assert claim.standing.runs_live


def test_what_the_issue_asks_to_be_told_is_there():
    assert {s.code for s in load("how-it-works").sections} >= {
        "serotonin",
        "oxytocin",
        "amygdala",
        "prefrontal-cortex",
    }
    assert {s.code for s in load("preparing").sections} >= {"fasting", "medicines", "going-home"}


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('reference = "liechti-2000"\n', "", "reference is missing"),
        ('reference = "liechti-2000"', 'reference = "nobody"', "not in this file"),
        ('standing = "verified"', 'standing = "from-memory"', "nobody read this"),
        ('sure = "seen-again"', 'sure = "certain"', "not known"),
        ("heading.fr", "heading.it", "fr is missing"),
    ],
)
def test_a_claim_without_its_source_or_a_text_without_a_language_does_not_ship(
    tmp_path: Path, was: str, becomes: str, said: str
):
    assert was in WHOLE
    path = tmp_path / "page.toml"
    path.write_text(WHOLE.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(DefinitionRefused, match=said):
        read(path)


def test_no_retracted_paper_is_a_source_of_what_helps():
    retracted = {"10.1007/s00213-019-05249-5", "10.1007/s00213-020-05548-2"}
    retracted |= {"10.1007/s00213-020-05710-w"}
    for name in NAMES:
        for section in load(name).sections:
            cited = {c.reference.href.removeprefix("https://doi.org/") for c in section.claims}
            assert section.code == "went-wrong" or not cited & retracted, section.code


def test_the_rules_of_preparing_name_protocols_that_there_are():
    named = {name for s in load("preparing").sections for c in s.claims for name in c.protocols} - {
        EVERY
    }
    assert named <= set(protocols.names())
    fasting = load("preparing").sections[0]
    assert fasting.claims_for("mapp2")
    assert not fasting.claims_for("oehen-2013"), "what a protocol does not say is not invented"


def test_every_jurisdiction_was_looked_at_and_none_lets_the_pages_be_public():
    assert {rule.jurisdiction for rule in advertising_rules()} == set(jurisdictions())
    assert not any(may_be_public(advertising_rules(), [each]) for each in jurisdictions())


def rule(code: str, said: Advertising, standing: Standing = Standing.VERIFIED) -> AdvertisingRule:
    return AdvertisingRule(code, said, Reference("law", "https://law.example"), standing)


@pytest.mark.parametrize(
    ("rules", "here", "public"),
    [
        ([rule("a", Advertising.PERMITTED)], ["a"], True),
        ([rule("a", Advertising.PERMITTED)], [], False),
        ([rule("a", Advertising.PERMITTED)], ["a", "b"], False),
        ([rule("a", Advertising.PERMITTED, Standing.FROM_MEMORY)], ["a"], False),
        ([rule("a", Advertising.FORBIDDEN)], ["a"], False),
        ([rule("a", Advertising.UNKNOWN)], ["a"], False),
    ],
)
def test_only_a_verified_permission_under_every_law_here_makes_them_public(rules, here, public):
    assert may_be_public(rules, here) is public
