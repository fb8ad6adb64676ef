"""Every reason has a sentence, and no sentence has a gap."""

import ast
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import holdfast.domain
from holdfast.definitions import protocols, sentences
from holdfast.definitions.loading import DefinitionRefused
from holdfast.definitions.questions import load as load_questions
from holdfast.domain.findings import Finding, Outcome, Reference, Standing
from holdfast.domain.reasons import REASONS

INTERNAL = {"has-happened", "childbearing-possible"}  # never leave the rule that makes them


def _finding(code, reason, **values):
    source = Reference("an example", "https://example.org")
    return Finding(code, Outcome.FAILED, reason, source, Standing.VERIFIED, values)


def _reasons_in_the_rules() -> set[str]:
    """Every text that a rule hands to passed, failed or unknown, or to a Ruling, as its reason."""
    folder = Path(holdfast.domain.__file__).parent
    found = set()
    for name in ("case.py", "criteria.py", "measured_criteria.py"):
        for node in ast.walk(ast.parse((folder / name).read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            place = {"passed": 0, "failed": 0, "unknown": 0, "Ruling": 1, "Settled": 2}
            at = place.get(node.func.id)
            if at is None or len(node.args) <= at:
                continue
            constants = [n.value for n in ast.walk(node.args[at]) if isinstance(n, ast.Constant)]
            found |= {value for value in constants if isinstance(value, str)}
    return found


def test_every_reason_a_rule_gives_has_a_sentence():
    given = _reasons_in_the_rules() - INTERNAL
    assert "pressure-uncontrolled" in given, "the search itself works"
    assert given <= set(REASONS)
    assert set(REASONS) == set(sentences.load().templates)


def test_a_reason_without_a_sentence_is_refused_at_load():
    with pytest.raises(DefinitionRefused, match="reason 'brand-new' has no sentence"):
        sentences.read(sentences.FILE, {**REASONS, "brand-new": ()})


def test_a_sentence_of_no_reason_is_refused_at_load():
    fewer = {reason: values for reason, values in REASONS.items() if reason != "severe"}
    with pytest.raises(DefinitionRefused, match="no criterion gives the reason 'severe'"):
        sentences.read(sentences.FILE, fewer)


def test_a_place_that_may_be_empty_is_refused_at_load():
    with pytest.raises(DefinitionRefused, match=r"\{age_years\} may be empty"):
        sentences.read(sentences.FILE, {**REASONS, "is-a-child": ("at_least",)})


def test_a_finding_without_a_sentence_is_never_shown_as_a_blank():
    with pytest.raises(sentences.NoSentence):
        sentences.sentence(_finding("age", "brand-new"), protocols.load("mapp2"))


def test_a_sentence_says_what_where_from_and_when():
    finding = _finding(
        "weight",
        "below-limit",
        value=Decimal("47.90"),
        unit="kg",
        limit="weight-floor-kg",
        limit_value=Decimal("48"),
        source="seen",
        observed_on=date(2026, 3, 4),
    )
    assert sentences.sentence(finding, protocols.load("mapp2")) == (
        "47.9 kg (seen here, 4 March 2026) is below 48. The protocol asks: Weighs enough."
    )


@pytest.mark.parametrize(
    ("number", "ending"),
    [
        ("50", "Weighs enough. The number signed for this site is 50 kg."),
        ("48", "The protocol asks: Weighs enough."),
    ],
)
def test_a_number_that_the_site_signed_otherwise_is_said(number, ending):
    finding = replace(
        _finding(
            "weight",
            "below-limit",
            value=Decimal("47"),
            unit="kg",
            limit="weight-floor-kg",
            limit_value=Decimal(number),
        ),
        standing=Standing.SIGNED,
    )
    assert sentences.sentence(finding, protocols.load("mapp2")).endswith(ending)


def test_one_day_is_not_one_days():
    finding = _finding("weight", "answer-stale", valid_days=Decimal("1"))
    said = sentences.sentence(finding, protocols.load("mapp2"))
    assert said.startswith("The answer is older than 1 day. ")
    finding = _finding("weight", "answer-stale", valid_days=Decimal("11"))
    said = sentences.sentence(finding, protocols.load("mapp2"))
    assert said.startswith("The answer is older than 11 days. ")


def test_one_time_is_not_one_times():
    finding = _finding(
        "mdma-lifetime-use",
        "at-or-below-limit",
        value=Decimal("1"),
        unit="{#}",
        limit="mdma-lifetime-uses-at-most",
        limit_value=Decimal("10"),
    )
    said = sentences.sentence(finding, protocols.load("mapp2"))
    assert said.startswith("1 time, at most 10. ")


@pytest.mark.parametrize(
    ("medicine", "start"),
    [("Sertraline", "Sertraline is still taken, "), ("Zoloft", "Zoloft: sertraline is still ")],
)
def test_a_medicine_is_named_once(medicine, start):
    finding = _finding(
        "medication-ssri",
        "still-taken-no-washout-known",
        medicine=medicine,
        ingredient="sertraline",
        drug_class="ssri",
    )
    assert sentences.sentence(finding, protocols.load("mapp2")).startswith(start)


def test_an_unsigned_limit_is_named_in_words():
    finding = _finding(
        "weight", "limit-unsigned", limit="weight-floor-kg", limits="weight-floor-kg"
    )
    said = sentences.sentence(finding, protocols.load("mapp2"))
    assert said.endswith("for this site: Body weight is at least this.")


def test_a_language_that_is_not_there_falls_back_to_english():
    finding = _finding("weight", "not-asked")
    protocol = protocols.load("mapp2")
    assert sentences.sentence(finding, protocol, "fi") == sentences.sentence(finding, protocol)
    assert sentences.question_sentence("weight", "fi") == "What is the body weight?"
    assert sentences.question_sentence("born-on", "de") == "Wann sind Sie geboren?"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1E+3"), "1000"),
        (Decimal("0.50"), "0.5"),
        (Decimal("100"), "100"),
        (True, "yes"),
        ("early-remission", "early remission"),
    ],
)
def test_values_are_written_plainly(value, text):
    assert sentences.plain(value) == text


def test_every_question_is_a_sentence():
    for code, question in load_questions().questions.items():
        for language, text in question.sentences.items():
            assert text.endswith(("?", "?.", "medicine.")), (code, language)
