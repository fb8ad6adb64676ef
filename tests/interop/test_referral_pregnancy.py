"""A pregnancy test or status in a record: read where it says which, left out and said where it does not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from holdfast.definitions import protocols
from holdfast.definitions.sentences import sentence
from holdfast.domain.answers import Answer, Source, SourceKind
from holdfast.domain.eligibility import screen
from holdfast.domain.findings import Decision, Outcome
from holdfast.domain.limits import SignedLimit
from holdfast.interop.fhir.referral import ReferralRefused, read_import
from tests.interop.made import AS_OF, ME, concept, data, patient, read, weight

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
URINE, SERUM, STATUS = "2106-3", "2118-8", "82810-3"


def observed(code=URINE, **changes):
    """A result without a value, unless a change gives it one."""
    return weight(**{"code": concept("hCG", (LOINC, code)), "valueQuantity": None} | changes)


def answers(resource):
    return [(a.question, a.value) for a in read(resource).answers]


def report(resource):
    return read_import(data(patient(), resource), as_of=AS_OF).report


def left_out(resource):
    return [(r.place, r.reason) for r in report(resource).left_out]


def coded(*codings, text=None):
    value = {"coding": [dict(zip(("system", "code", "display"), c, strict=False)) for c in codings]}
    return value if text is None else value | {"text": text}


@pytest.mark.parametrize("code", [URINE, SERUM])
@pytest.mark.parametrize(
    ("value", "result"),
    [
        ({"valueCodeableConcept": coded((LOINC, "LA6576-8"))}, "positive"),
        ({"valueCodeableConcept": coded((LOINC, "LA6577-6"))}, "negative"),
        ({"valueCodeableConcept": coded((LOINC, "LA6576-8"), text="POS")}, "positive"),
        ({"valueCodeableConcept": {"text": "Positive"}}, "positive"),
        ({"valueCodeableConcept": {"text": " Not  Detected "}}, "negative"),
        ({"valueCodeableConcept": coded((SNOMED, "10828004", "Positive"))}, "positive"),
        (
            {"valueCodeableConcept": coded((SNOMED, "260385009", "Negative (qualifier value)"))},
            "negative",
        ),
        ({"valueString": "DETECTED"}, "positive"),
        ({"valueString": "negative"}, "negative"),
        ({"valueString": "Not pregnant"}, "negative"),
        ({"valueBoolean": True}, "positive"),
        ({"valueBoolean": False}, "negative"),
    ],
)
def test_a_test_is_read(code, value, result):
    assert answers(observed(code, **value)) == [("pregnancy-test", result)]


@pytest.mark.parametrize(
    ("value", "is_pregnant"),
    [
        ({"valueCodeableConcept": coded((LOINC, "LA15173-0"))}, True),
        ({"valueCodeableConcept": coded((LOINC, "LA26683-5"))}, False),
        ({"valueCodeableConcept": coded((SNOMED, "77386006", "Pregnant"))}, True),
        ({"valueString": "not pregnant"}, False),
        ({"valueBoolean": True}, True),
        ({"valueBoolean": False}, False),
    ],
)
def test_a_status_is_read(value, is_pregnant):
    assert answers(observed(STATUS, **value)) == [("pregnant", is_pregnant)]


@pytest.mark.parametrize("code", [URINE, SERUM, STATUS])
@pytest.mark.parametrize(
    "value",
    [
        {"valueString": "indeterminate"},
        {"valueString": "not positive"},
        {"valueString": "positive?"},
        {"valueCodeableConcept": {"text": "Indeterminate"}},
        {"valueCodeableConcept": coded((LOINC, "LA4489-6", "Unknown"))},
        {"valueCodeableConcept": coded((SNOMED, "10828004"))},
        {"valueCodeableConcept": coded(("http://elsewhere.example", "LA6576-8"))},
        {"valueCodeableConcept": coded((LOINC, "LA6576-8"), (LOINC, "LA6577-6"))},
        {"valueCodeableConcept": coded((LOINC, "LA6576-8"), text="negative")},
        {"valueCodeableConcept": coded((LOINC, "LA6577-6", "Positive"))},
        {"valueCodeableConcept": coded((SNOMED, "1", "Negative"), text="indeterminate")},
        {"valueInteger": 1},
        {"valueQuantity": {"value": 25, "unit": "m[IU]/mL"}},
    ],
)
def test_what_says_neither_or_both_is_left_out_and_said(code, value):
    """A doubtful result is never a yes and never a no: the question stays open."""
    resource = observed(code, **value)
    assert answers(resource) == []
    assert left_out(resource) == [("Observation/o1", "not-a-result")]
    assert all(remark.sentence for remark in report(resource).left_out)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"valueString": " "},
        {"valueCodeableConcept": {}},
        {"dataAbsentReason": concept("not performed")},
        {"dataAbsentReason": concept("error"), "valueString": "negative"},
    ],
)
def test_no_value_is_nothing(value):
    assert answers(observed(**value)) == []
    assert left_out(observed(**value)) == [("Observation/o1", "no-value")]


@pytest.mark.parametrize(
    ("value", "place", "said"),
    [
        ({"valueCodeableConcept": "positive"}, "valueCodeableConcept", "an object"),
        ({"valueCodeableConcept": {"coding": {}}}, "valueCodeableConcept.coding", "a list"),
        (
            {"valueCodeableConcept": {"coding": [{"system": LOINC, "code": 7}]}},
            "valueCodeableConcept.coding[0].code",
            "a code",
        ),
        (
            {"valueCodeableConcept": {"text": "x", "coding": [{"display": ["x"]}]}},
            "valueCodeableConcept.coding[0].display",
            "a text",
        ),
        ({"valueString": True}, "valueString", "a text"),
        ({"valueBoolean": "true"}, "valueBoolean", "true or false"),
        ({"valueQuantity": "25"}, "valueQuantity", "an object"),
        ({"valueString": "negative", "valueBoolean": True}, "value[x]", "both"),
    ],
)
def test_a_wrong_shape_is_refused_with_place_and_mend(value, place, said):
    with pytest.raises(ReferralRefused) as caught:
        read(observed(**value))
    assert caught.value.place == f"entry[1].resource.{place}"
    assert said in caught.value.problem
    assert caught.value.mend


def test_its_day_and_place_are_kept():
    (answer,) = read(observed(valueString="negative")).answers
    assert (answer.observed_on, answer.source.place) == (date(2026, 10, 1), "Observation/o1")
    (undated,) = read(observed(valueString="negative", effectiveDateTime="2026-10")).answers
    assert undated.observed_on is None


def test_its_status_counts_as_for_any_observation():
    assert left_out(observed(valueString="negative", status="cancelled")) == [
        ("Observation/o1", "not-finished")
    ]
    preliminary = observed(valueString="positive", status="preliminary")
    assert answers(preliminary) == [("pregnancy-test", "positive")]
    assert [note.reason for note in report(preliminary).notes] == ["preliminary"]


def test_a_result_in_a_panel_is_read():
    panel = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": concept("Urine panel"),
        "subject": ME,
        "component": [
            {"code": concept("hCG", (LOINC, URINE)), "valueCodeableConcept": {"text": "negative"}}
        ],
    }
    assert answers(panel) == [("pregnancy-test", "negative")]


def _finding(referral, signed):
    verdict = screen(protocols.load("mapp2"), referral, AS_OF, signed, ())
    (finding,) = (f for f in verdict.findings if f.code == "pregnancy")
    return verdict, finding


def test_a_positive_test_stops_and_says_its_day():
    """No number has to be signed for it, for no number is needed to see it."""
    positive = read(observed(valueCodeableConcept=coded((LOINC, "LA6576-8"))))
    verdict, finding = _finding(positive, {})
    assert verdict.decision is Decision.INELIGIBLE
    assert (finding.outcome, finding.reason) == (Outcome.FAILED, "test-positive")
    assert finding.values["place"] == "Observation/o1"
    assert "1 October 2026" in sentence(finding, protocols.load("mapp2"))


def test_a_pregnancy_on_record_stops():
    pregnant = read(observed(STATUS, valueCodeableConcept=coded((LOINC, "LA15173-0"))))
    verdict, finding = _finding(pregnant, {})
    assert verdict.decision is Decision.INELIGIBLE
    assert (finding.outcome, finding.reason) == (Outcome.FAILED, "is-pregnant")


@pytest.mark.parametrize(
    ("days", "outcome", "reason"),
    [
        (60, Outcome.PASSED, "test-negative"),
        (30, Outcome.UNKNOWN, "answer-stale"),
        (None, Outcome.UNKNOWN, "limit-unsigned"),
    ],
)
def test_a_negative_test_counts_as_the_same_answer_from_a_record_does(days, outcome, reason):
    code = "pregnancy-test-valid-days"
    signed = {}
    if days is not None:
        signed[code] = SignedLimit(code, Decimal(days), "d", "Dr Invented", date(2026, 11, 1))
    able = Answer("childbearing-potential", "possible", Source(SourceKind.TOLD))
    imported = read(observed(valueString="negative"))
    record = Source(SourceKind.RECORD, "Observation/o1")
    by_hand = Answer("pregnancy-test", "negative", record, date(2026, 10, 1))
    _, found = _finding(replace(imported, answers=(able, *imported.answers)), signed)
    _, expected = _finding(replace(imported, answers=(able, by_hand)), signed)
    assert found == expected
    assert (found.outcome, found.reason) == (outcome, reason)
