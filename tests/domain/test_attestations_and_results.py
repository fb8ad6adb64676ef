"""What somebody stated counts for as long as it was signed to count, and a result only once reviewed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from holdfast.domain.attestations import Asked, Attestation, attested
from holdfast.domain.findings import Outcome, Reference, Standing
from holdfast.domain.results import NeededResult, Result, result_finding

WHERE = Reference("A protocol, section 7", "docs/protocol.md")
NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
FASTING = Asked("fasting", timedelta(hours=4), WHERE, Standing.SIGNED)
TODAY = date(2026, 3, 1)
ECG = NeededResult("ecg", 14, WHERE, Standing.SIGNED)
GOOD = Result(
    "ecg",
    collected_on=date(2026, 2, 20),
    resulted_at=NOW - timedelta(days=8),
    reviewed_at=NOW - timedelta(days=7),
    reviewed_by="dr-a",
    is_critical=False,
    is_acceptable=True,
)


def said(is_so=True, hours_ago=1, code="fasting"):
    return Attestation(code, is_so, NOW - timedelta(hours=hours_ago), "therapist-a", "told")


@pytest.mark.parametrize(
    ("statements", "outcome", "reason"),
    [
        ([said()], Outcome.PASSED, "attested"),
        ([], Outcome.UNKNOWN, "not-attested"),
        ([said(code="escort")], Outcome.UNKNOWN, "not-attested"),
        ([said(None)], Outcome.UNKNOWN, "cannot-say"),
        ([said(is_so=False)], Outcome.FAILED, "attested-otherwise"),
        ([said(hours_ago=3), said(is_so=False, hours_ago=1)], Outcome.FAILED, "attested-otherwise"),
        ([said(is_so=False, hours_ago=1), said(hours_ago=3)], Outcome.FAILED, "attested-otherwise"),
        ([said(hours_ago=4)], Outcome.UNKNOWN, "attestation-expired"),
        ([said(hours_ago=-1)], Outcome.UNKNOWN, "not-attested"),
    ],
)
def test_the_latest_statement_counts_while_it_lasts(statements, outcome, reason):
    finding = attested(FASTING, statements, NOW)
    assert (finding.outcome, finding.reason) == (outcome, reason)


def test_a_statement_counts_just_before_it_ends():
    almost = NOW - timedelta(microseconds=1)
    assert attested(FASTING, [said(hours_ago=4)], almost).outcome is Outcome.PASSED


def test_something_must_not_be_so():
    ill = Asked("ill-since-last-visit", timedelta(hours=4), WHERE, Standing.SIGNED, must_be=False)
    assert attested(ill, [said(is_so=False, code=ill.code)], NOW).outcome is Outcome.PASSED
    assert attested(ill, [said(code=ill.code)], NOW).outcome is Outcome.FAILED


def test_without_a_signed_duration_no_statement_can_be_counted_on():
    open_ended = Asked("fasting", None, WHERE, Standing.NOT_FOUND)
    assert attested(open_ended, [said()], NOW).reason == "how-long-it-counts-not-signed"
    assert attested(open_ended, [said(is_so=False)], NOW).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("change", "outcome", "reason"),
    [
        ({}, Outcome.PASSED, "result-accepted"),
        ({"test": "urine"}, Outcome.UNKNOWN, "result-missing"),
        ({"collected_on": date(2026, 3, 2)}, Outcome.UNKNOWN, "result-missing"),
        ({"resulted_at": None}, Outcome.UNKNOWN, "result-awaited"),
        ({"reviewed_at": None}, Outcome.UNKNOWN, "result-not-reviewed"),
        ({"is_acceptable": None}, Outcome.UNKNOWN, "result-not-reviewed"),
        ({"is_acceptable": False}, Outcome.FAILED, "result-not-acceptable"),
        ({"is_critical": True}, Outcome.FAILED, "result-critical"),
        ({"is_critical": True, "is_resolved": True}, Outcome.PASSED, "result-accepted"),
        ({"collected_on": date(2026, 2, 15)}, Outcome.PASSED, "result-accepted"),
        ({"collected_on": date(2026, 2, 14)}, Outcome.UNKNOWN, "result-too-old"),
    ],
)
def test_a_result_counts_once_it_is_reviewed_and_while_it_is_recent(change, outcome, reason):
    result = Result(**({f: getattr(GOOD, f) for f in GOOD.__dataclass_fields__} | change))
    finding = result_finding(ECG, [result], TODAY)
    assert (finding.outcome, finding.reason) == (outcome, reason)


def test_a_later_good_result_does_not_hide_a_critical_one():
    bad = Result("ecg", date(2026, 2, 10), is_critical=True)
    assert result_finding(ECG, [bad, GOOD], TODAY).reason == "result-critical"


def test_the_newest_result_decides():
    awaited = Result("ecg", date(2026, 2, 28))
    assert result_finding(ECG, [awaited, GOOD], TODAY).reason == "result-awaited"


def test_how_long_a_result_is_good_must_be_signed():
    unsigned = NeededResult("ecg", None, WHERE, Standing.NOT_FOUND)
    assert result_finding(unsigned, [GOOD], TODAY).reason == "result-validity-not-signed"
