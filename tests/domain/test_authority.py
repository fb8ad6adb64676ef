"""Which approvals stand on a day, which an act needs, and when their end is chased."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.definitions import jurisdictions
from holdfast.definitions.loading import DefinitionRefused
from holdfast.definitions.sentences.authority import authority_sentence
from holdfast.domain.authority import (
    Act,
    Change,
    ChangeKind,
    HeldApproval,
    Intent,
    State,
    authority_findings,
    chase_due,
    site_findings,
    state_on,
)
from holdfast.domain.findings import Outcome, Standing

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
LICENCE = HeldApproval(
    id="a", kind="foph-licence", starts_on=FIRST, ends_on=LAST, product="mdma", patient="p"
)
DOSING = Intent(act=Act.DOSING, product="mdma", patient="p")
SWISS = jurisdictions.load("switzerland")
days = st.dates(date(2025, 1, 1), date(2028, 1, 1))


@given(days, days, st.integers(0, 400))
def test_an_approval_stands_on_its_first_and_last_day_and_on_no_other_side(on, first, length):
    last = first + timedelta(days=length)
    held = replace(LICENCE, starts_on=first, ends_on=last)
    assert (state_on(held, on) is State.STANDS) == (first <= on <= last)


@given(days, days)
def test_nothing_stands_from_the_day_of_its_withdrawal(on, from_on):
    held = replace(LICENCE, changes=(Change(ChangeKind.WITHDRAWN, from_on),))
    if on >= from_on:
        assert state_on(held, on) is State.WITHDRAWN


def test_an_end_that_nobody_recorded_is_unknown_and_never_a_yes():
    held = replace(LICENCE, ends_on=None)
    (finding,) = authority_findings(SWISS, DOSING, [held], FIRST)
    assert finding.outcome is Outcome.UNKNOWN
    (finding,) = authority_findings(SWISS, DOSING, [replace(held, is_open_ended=True)], FIRST)
    assert finding.outcome is Outcome.PASSED


def test_what_the_facts_lack_is_unknown_until_the_site_records_what_it_relies_on():
    lead = Intent(act=Act.LEADING_SESSION, person="t")
    (finding,) = authority_findings(SWISS, lead, [], FIRST)
    assert (finding.outcome, finding.reason) == (Outcome.UNKNOWN, "kind-silent")
    permits = frozenset({Act.LEADING_SESSION})
    rule = replace(
        LICENCE, kind="therapist-rule", product=None, patient=None, person="t", permits=permits
    )
    (finding,) = authority_findings(SWISS, lead, [rule], FIRST)
    assert (finding.outcome, finding.standing) == (Outcome.PASSED, Standing.SIGNED)
    supervise = replace(lead, act=Act.SUPERVISING)
    (finding,) = authority_findings(SWISS, supervise, [rule], FIRST)
    assert finding.reason == "approval-for-another"


def test_a_registration_of_another_schedule_stands_for_the_first():
    states = jurisdictions.load("united-states")
    held = HeldApproval(
        id="r",
        kind="schedule-2-registration-and-notice",
        starts_on=FIRST,
        ends_on=LAST,
        person="d",
        protocol="mapp2/1",
    )
    intent = Intent(act=Act.HOLDING_STOCK, person="d", protocol="mapp2/1")
    found = {f.code: f.outcome for f in authority_findings(states, intent, [held], FIRST)}
    assert found == {"schedule-1-registration": Outcome.PASSED, "state-permit": Outcome.UNKNOWN}


@pytest.mark.parametrize("name", jurisdictions.names())
@pytest.mark.parametrize("act", list(Act))
def test_no_act_is_free_anywhere_and_every_finding_has_its_sentence(name, act):
    """With nothing on record no jurisdiction lets anything be done, and each says why."""
    where = jurisdictions.load(name)
    found = authority_findings(where, Intent(act=act), [], FIRST)
    assert found
    assert all(finding.outcome is not Outcome.PASSED for finding in found)
    assert all(authority_sentence(finding) for finding in (*found, *site_findings(None, [], FIRST)))


def test_the_four_jurisdictions_ship():
    assert jurisdictions.names() == ("south-australia", "switzerland", "united-states", "victoria")


@given(st.integers(-10, 100))
def test_the_end_is_chased_at_90_30_and_7_days(left):
    expected = next((days for days in (7, 30, 90) if left <= days), None)
    due = chase_due(LICENCE, [LICENCE], LAST - timedelta(days=left))
    assert due == ((expected, LAST) if expected else None)


def test_a_renewal_that_leaves_a_gap_is_none():
    later = replace(LICENCE, id="b", ends_on=date(2027, 12, 31))
    on = LAST - timedelta(days=5)
    in_time = replace(later, starts_on=date(2027, 1, 1))
    with_a_gap = replace(later, starts_on=date(2027, 1, 2))
    assert chase_due(LICENCE, [LICENCE, in_time], on) is None
    assert chase_due(LICENCE, [LICENCE, with_a_gap], on) is not None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('acts = ["dosing"', 'acts = ["dossing"', "acts 'dossing' is not known"),
        ('reference = "foph"', 'reference = "fop"', "is not in this file"),
        ('name = "switzerland"', 'name = "switzerland"\ncolour = "red"', "unknown key 'colour'"),
        ('code = "drug-handling-rule"', 'code = "therapist-rule"', "is here twice"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path, old, new, said):
    text = (jurisdictions.JURISDICTIONS / "switzerland.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "switzerland.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionRefused) as refused:
        jurisdictions.read(path, "switzerland")
    assert said in str(refused.value)
