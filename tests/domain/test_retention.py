"""What may be erased, and when: the longest rule that applies governs, and unknown is never a yes."""

from datetime import date

import pytest

from holdfast.definitions import retention
from holdfast.domain.findings import Outcome
from holdfast.domain.retention import governing, is_permitted, may_be_erased

LAST = date(2020, 2, 29)
ALL_SIGNED = {code: 7 for code, rule in retention.rules().items() if rule.needs_signature}
BOTH = frozenset({"identity", "words"})


def judge(**changed):
    given = {
        "zone": "Australia/Melbourne",
        "classes": BOTH,
        "signed_years": ALL_SIGNED,
        "last_entry_on": LAST,
        "as_of": date(2027, 2, 28),
    }
    return may_be_erased(retention.load(), **(given | changed))


def test_all_periods_over_permits():
    assert is_permitted(judge())


def test_a_day_before_the_longest_period_ends_nothing_may_be_erased():
    findings = judge(as_of=date(2027, 2, 27))
    assert not is_permitted(findings)
    assert {f.outcome for f in findings} == {Outcome.PASSED, Outcome.FAILED}


def test_the_longest_rule_governs():
    longer = ALL_SIGNED | {"victoria/health-record": 10}
    found = governing(judge(signed_years=longer))
    assert found.code == "victoria/health-record"
    assert found.values["ends_on"] == date(2030, 2, 28)


def test_the_verified_three_years_of_victoria_need_no_signature():
    found = {f.code: f for f in judge(signed_years={})}
    assert found["victoria/schedule-8-records"].outcome is Outcome.PASSED
    assert found["victoria/schedule-8-records"].values["years"] == 3


@pytest.mark.parametrize(
    "changed",
    [
        {"signed_years": {}},
        {"zone": "Europe/Paris"},
        {"last_entry_on": None},
        {"classes": frozenset()},
        {"classes": frozenset({"identity", "journal"})},
        {"signed_years": {"everywhere/electronic-record": 7}},
    ],
)
def test_what_is_not_known_is_never_a_yes(changed):
    findings = judge(**changed)
    assert Outcome.UNKNOWN in {f.outcome for f in findings}
    assert not is_permitted(findings)


def test_a_number_from_memory_decides_nothing_until_signed():
    found = {f.code: f for f in judge(zone="America/New_York", signed_years={})}
    assert found["united-states/hipaa-documentation"].outcome is Outcome.UNKNOWN


def test_a_recorded_jurisdiction_adds_its_rules_and_takes_none_away():
    codes = {f.code for f in judge(recorded="switzerland")}
    assert {"switzerland/health-record", "victoria/health-record"} <= codes
    assert {f.code for f in judge(zone="Europe/Paris", recorded="victoria")} == {
        f.code for f in judge()
    }


def test_no_finding_is_no_permission():
    assert not is_permitted(())
