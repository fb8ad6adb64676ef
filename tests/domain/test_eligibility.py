"""Each kind of criterion, one fact at a time, on the protocol's own rules."""

from datetime import date
from decimal import Decimal

import pytest

from holdfast.definitions import interactions, protocols
from holdfast.domain.answers import Person, Referral
from holdfast.domain.eligibility import screen
from holdfast.domain.findings import Outcome, Standing
from holdfast.domain.medications import assess
from tests.spec.person import AS_OF, Page, all_signed, everything_answered, read_page

MAPP2 = protocols.load("mapp2")
SIGNED = all_signed(MAPP2)


def _finding(code, table, *, as_of=AS_OF, signed=SIGNED, base=None, person=None):
    """The finding of one criterion for the person of a table."""
    start = everything_answered(MAPP2) if base is None else base
    referral = read_page(table).over(start).referral()
    if person is not None:
        referral = Referral(person, referral.answers, referral.medications, referral.history)
    medicines = assess(referral.medications, interactions.load(), as_of, signed, referral.answers)
    verdict = screen(MAPP2, referral, as_of, signed, medicines)
    assert [f.code for f in verdict.findings][: len(MAPP2.criteria)] == [
        c.code for c in MAPP2.criteria
    ], "every criterion is always assessed"
    return next(f for f in verdict.findings if f.code == code)


def _outcome(code, table, **options):
    finding = _finding(code, table, **options)
    return finding.outcome.value, finding.reason


NOBODY = Page()


def test_of_nobody_nothing_is_known_and_nothing_is_met():
    medicines = assess((), interactions.load(), AS_OF, {})
    referral = Referral(Person(None, None, None))
    verdict = screen(MAPP2, referral, AS_OF, {}, medicines)
    assert {f.outcome for f in verdict.findings} == {Outcome.UNKNOWN}
    assert all(f.question for f in verdict.findings), "each names what to ask"


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (Person(date(1980, 1, 1), "female", True), ("failed", "has-died")),
        (Person(date(1980, 1, 1), "female", False), ("passed", "is-living")),
        (Person(date(1980, 1, 1), "female", None), ("unknown", "not-asked")),
    ],
)
def test_no_record_of_a_death_is_no_record_of_life(person, expected):
    assert _outcome("living", "", base=NOBODY, person=person) == expected


@pytest.mark.parametrize(
    ("born_on", "as_of", "expected"),
    [
        ("2008-04-01", "2026-03-31", ("failed", "is-a-child")),
        ("2008-03-31", "2026-03-31", ("passed", "old-enough")),
        ("2008-02-29", "2026-02-28", ("failed", "is-a-child")),
        ("2008-02-29", "2026-03-01", ("passed", "old-enough")),
        ("2026-04-01", "2026-03-31", ("unknown", "date-in-the-future")),
    ],
)
def test_age_is_counted_in_completed_years(born_on, as_of, expected):
    day = date.fromisoformat(as_of)
    assert _outcome("age", f"born-on | {born_on}", base=NOBODY, as_of=day) == expected


def test_two_birth_dates_that_both_make_an_adult_are_no_conflict_for_the_age():
    table = "born-on | 1980-01-01\nborn-on | 1980-01-02"
    assert _outcome("age", table) == ("passed", "old-enough")
    table = "born-on | 1980-01-01\nborn-on | 2015-01-02"
    assert _outcome("age", table) == ("unknown", "answers-conflict")


def test_an_answer_dated_after_the_day_does_not_count():
    assert _outcome("psychosis", "psychotic-disorder-ever | no | told | 2026-04-01") == (
        "unknown",
        "answer-in-the-future",
    )


HISTORY = [
    (
        "no | told\npsychotic-disorder-ever | yes | record Condition/1",
        "unknown",
        "answers-conflict",
    ),
    (
        "no | letter L corrects Condition/1\npsychotic-disorder-ever | yes | record Condition/1",
        "passed",
        "answered-so",
    ),
    (
        "no | letter L corrects Condition/9\npsychotic-disorder-ever | yes | record Condition/1",
        "unknown",
        "answers-conflict",
    ),
    (
        "yes | told | 2020-01-01\npsychotic-disorder-ever | no | told | 2026-03-01",
        "unknown",
        "answers-conflict",
    ),
    ("yes | told A\npsychotic-disorder-ever | yes | record B", "failed", "answered-otherwise"),
    (
        "no | told A corrects B\npsychotic-disorder-ever | yes | record B corrects A",
        "unknown",
        "not-asked",
    ),
]


@pytest.mark.parametrize(("rows", "outcome", "reason"), HISTORY)
def test_history_is_never_replaced_silently(rows, outcome, reason):
    rows = "\n".join(
        "psychotic-disorder-ever | " + part.removeprefix("psychotic-disorder-ever | ")
        for part in rows.splitlines()
    )
    assert _outcome("psychosis", rows) == (outcome, reason)


def test_a_record_contradicts_an_answer_by_hand():
    table = """
    stroke-or-tia-ever | no     | told               |
    condition: Stroke  | active | record Condition/7 |
    """
    assert _outcome("stroke", table) == ("unknown", "answers-conflict")
    assert _outcome("stroke", table.replace("told ", "letter corrects Condition/7")) == (
        "passed",
        "answered-so",
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("47.9 kg | seen | 2026-03-24", ("failed", "below-limit")),
        ("48 kg | seen | 2026-03-24", ("passed", "at-or-above-limit")),
        ("105.8 [lb_av] | seen | 2026-03-24", ("failed", "below-limit")),
        ("105.9 [lb_av] | seen | 2026-03-24", ("passed", "at-or-above-limit")),
        ("60 kg | seen |", ("unknown", "answer-undated")),
        ("60 kg | seen | 2025-03-24", ("unknown", "answer-stale")),
        ("60 kg | seen | 2026-01-30", ("passed", "at-or-above-limit")),
        ("60 kg | seen | 2026-01-29", ("unknown", "answer-stale")),
        ("nobody asked", ("unknown", "not-asked")),
        ("60 | seen | 2026-03-24", ("unknown", "answer-unreadable")),
        ("600 kg | seen | 2026-03-24", ("unknown", "answer-unreadable")),
        ("60 cm | seen | 2026-03-24", ("unknown", "answer-unreadable")),
    ],
)
def test_a_weight_needs_its_unit_and_its_day(rows, expected):
    assert _outcome("weight", f"weight | {rows}") == expected


def test_a_later_weight_replaces_an_earlier_one():
    table = "weight | 47 kg | seen | 2026-03-01\nweight | 49 kg | seen | 2026-03-20"
    assert _outcome("weight", table) == ("passed", "at-or-above-limit")


def test_two_weights_of_one_day_on_both_sides_of_the_limit_are_a_conflict():
    table = "weight | 47 kg | seen | 2026-03-20\nweight | 49 kg | letter | 2026-03-20"
    assert _outcome("weight", table) == ("unknown", "answers-conflict")


def test_an_unsigned_limit_is_named_and_its_question_still_asked():
    finding = _finding("weight", "weight | nobody asked", signed={})
    assert (finding.reason, finding.question) == ("limit-unsigned", "weight")
    assert finding.values["limits"] == "weight-floor-kg, weight-valid-days"
    assert finding.standing is Standing.FROM_MEMORY


def test_what_awaits_only_a_signature_asks_nothing():
    finding = _finding("weight", "", signed={})
    assert (finding.reason, finding.question) == ("limit-unsigned", None)


def test_a_signed_limit_says_that_it_was_signed():
    assert _finding("weight", "").standing is Standing.SIGNED
    assert _finding("weight", "").values["limit_value"] == Decimal(48)


def test_a_danger_told_without_a_day_stops_all_the_same():
    assert _outcome("suicide-risk", "serious-imminent-suicide-risk | yes | told") == (
        "failed",
        "answered-otherwise",
    )
    assert _outcome("suicide-risk", "serious-imminent-suicide-risk | no | told") == (
        "unknown",
        "answer-undated",
    )


FEMALE = "sex-assigned-at-birth | female\n"
MALE = "sex-assigned-at-birth | male\n"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (MALE + "pregnancy-test | nobody asked", ("passed", "not-applicable-by-sex")),
        (FEMALE + "pregnancy-test | nobody asked", ("unknown", "not-asked")),
        (
            "childbearing-potential | post-menopausal\npregnancy-test | nobody asked",
            ("passed", "not-of-childbearing-potential"),
        ),
        (
            "born-on | 1941-01-01\nchildbearing-potential | nobody asked",
            ("unknown", "childbearing-unknown"),
        ),
        (
            "sex-assigned-at-birth | nobody asked\nchildbearing-potential | nobody asked",
            ("unknown", "childbearing-unknown"),
        ),
        ("pregnancy-test | positive | seen | 2026-03-24", ("failed", "test-positive")),
        ("pregnancy-test | negative | seen | 2025-12-24", ("unknown", "answer-stale")),
        ("pregnancy-test | negative | seen |", ("unknown", "answer-undated")),
        ("pregnant | yes | told |\npregnancy-test | nobody asked", ("failed", "is-pregnant")),
        (
            MALE + "pregnant | yes | told |\npregnancy-test | nobody asked",
            ("failed", "is-pregnant"),
        ),
        ("pregnant | yes | told |", ("unknown", "answers-conflict")),
        (
            "condition: Normal pregnancy | active since 2026-01-02 | record Condition/3\n"
            "pregnancy-test | nobody asked",
            ("failed", "is-pregnant"),
        ),
        (
            "condition: Normal pregnancy | 2012-01-02 to 2012-10-01 | record Condition/3",
            ("passed", "test-negative"),
        ),
        (
            "pregnancy-test | positive | seen | 2026-03-20\n"
            "pregnancy-test | negative | seen | 2026-03-28",
            ("passed", "test-negative"),
        ),
    ],
)
def test_pregnancy_is_asked_wherever_it_is_possible(table, expected):
    assert _outcome("pregnancy", table) == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("contraception-method | oral-hormone-alone", ("failed", "choice-excludes")),
        (
            "contraception-method | intravaginal-or-transdermal-hormone",
            ("failed", "choice-excludes"),
        ),
        ("contraception-method | oral-hormone-with-barrier", ("passed", "choice-accepted")),
        ("contraception-method | none\n" + MALE, ("passed", "not-applicable-by-sex")),
        (
            "contraception-method | none\nchildbearing-potential | permanently-sterilised",
            ("passed", "not-of-childbearing-potential"),
        ),
        (
            "contraception-method | none\nchildbearing-potential | nobody asked",
            ("unknown", "childbearing-unknown"),
        ),
        (
            "contraception-method | abstinence\nchildbearing-potential | nobody asked",
            ("passed", "choice-accepted"),
        ),
    ],
)
def test_contraception_is_for_whom_it_is_meant(table, expected):
    assert _outcome("contraception-method", table) == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("nursing | yes", ("failed", "answered-otherwise")),
        ("nursing | yes\n" + MALE, ("failed", "answered-otherwise")),
        ("nursing | nobody asked\n" + MALE, ("passed", "not-applicable-by-sex")),
        ("nursing | nobody asked", ("unknown", "not-asked")),
        (
            "nursing | yes\nchildbearing-potential | permanently-sterilised",
            ("failed", "answered-otherwise"),
        ),
    ],
)
def test_nursing_stops_whoever_it_is(table, expected):
    assert _outcome("nursing", table) == expected


@pytest.mark.parametrize(
    ("onset", "as_of", "expected"),
    [
        ("2025-09-30", "2026-03-30", ("passed", "long-enough")),
        ("2025-10-01", "2026-03-31", ("failed", "too-short-so-far")),
        ("2025-08-31", "2026-02-27", ("failed", "too-short-so-far")),
        ("2025-08-31", "2026-02-28", ("passed", "long-enough")),
        ("2027-01-01", "2026-03-31", ("unknown", "date-in-the-future")),
    ],
)
def test_six_months_are_counted_by_the_calendar(onset, as_of, expected):
    day = date.fromisoformat(as_of)
    assert _outcome("ptsd-duration", f"ptsd-onset | {onset}", as_of=day) == expected


def test_a_diagnosis_on_file_gives_the_duration_and_must_still_be_confirmed():
    table = """
    ptsd-dsm5-confirmed      | nobody asked            |
    ptsd-onset               | nobody asked            |
    condition: F43.10 PTSD   | active since 2021-05-01 | record Condition/4
    """
    finding = _finding("ptsd", table)
    assert (finding.outcome, finding.reason) == (Outcome.UNKNOWN, "recorded-not-confirmed")
    assert (finding.values["source"], finding.values["place"]) == ("record", "Condition/4")
    duration = _finding("ptsd-duration", table)
    assert duration.outcome is Outcome.PASSED
    assert duration.values["place"] == "Condition/4"


RECORDED = "condition: Alcoholism | active since 2015-01-01 | record Condition/5\n"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("alcohol-use-disorder | severe", ("failed", "severe")),
        ("alcohol-use-disorder | mild", ("passed", "not-severe")),
        ("alcohol-use-disorder | moderate", ("unknown", "not-asked")),
        (
            "alcohol-use-disorder | moderate\nalcohol-early-remission | yes",
            ("passed", "moderate-in-remission"),
        ),
        (
            "alcohol-use-disorder | moderate\nalcohol-early-remission | no",
            ("failed", "moderate-not-in-remission"),
        ),
        ("alcohol-use-disorder | nobody asked", ("unknown", "not-asked")),
        (
            RECORDED + "alcohol-use-disorder | nobody asked",
            ("unknown", "recorded-severity-unknown"),
        ),
        (RECORDED + "alcohol-use-disorder | none | seen", ("unknown", "answers-conflict")),
        (RECORDED + "alcohol-use-disorder | mild | seen", ("passed", "not-severe")),
        (
            RECORDED + "alcohol-use-disorder | none | seen corrects Condition/5",
            ("passed", "not-severe"),
        ),
    ],
)
def test_an_alcohol_use_disorder_by_severity(table, expected):
    assert _outcome("alcohol", table) == expected


EVER = "other-substance-use-disorder-ever | yes\n"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (EVER, ("unknown", "not-asked")),
        (
            EVER + "other-substance-use-disorder-last-met | 2025-04-01",
            ("failed", "too-recent"),
        ),
        (
            EVER + "other-substance-use-disorder-last-met | 2025-03-31",
            ("passed", "long-enough-ago"),
        ),
        (EVER + "other-substance-use-disorder-now | yes", ("failed", "still-so")),
        ("other-substance-use-disorder-last-met | 2020-03-31", ("unknown", "answers-conflict")),
        (
            "other-substance-use-disorder-ever | nobody asked\n"
            "condition: Opioid abuse | active since 2012-01-01 | record Condition/6",
            ("failed", "still-so"),
        ),
    ],
)
def test_another_substance_use_disorder_by_when_it_ended(table, expected):
    assert _outcome("other-substances", table) == expected


def test_a_disorder_that_goes_on_needs_no_number_to_stop():
    table = EVER + "other-substance-use-disorder-now | yes"
    assert _outcome("other-substances", table, signed={}) == ("failed", "still-so")
    assert _outcome("other-substances", EVER, signed={}) == ("unknown", "limit-unsigned")


def _pressures(*readings: str) -> str:
    return "\n".join(f"blood-pressure | {reading}" for reading in readings)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            _pressures(*["150/80 | seen | 2026-03-20"] * 3),
            ("failed", "pressure-uncontrolled"),
        ),
        (
            _pressures(*["140/80 | seen | 2026-03-20"] * 3),
            ("failed", "pressure-uncontrolled"),
        ),
        (
            _pressures(*["130/90 | seen | 2026-03-20"] * 3),
            ("failed", "pressure-uncontrolled"),
        ),
        (
            _pressures(*["139/89 | seen | 2026-03-20"] * 3),
            ("passed", "pressure-controlled"),
        ),
        (
            _pressures(*["150/80 | seen | 2026-03-20"] * 2, "120/80 | seen | 2026-03-21"),
            ("passed", "pressure-controlled"),
        ),
        (_pressures(*["150/80 | seen | 2026-03-20"] * 2), ("unknown", "too-few-readings")),
        (_pressures(*["150/80 | seen R1 | 2026-03-20"] * 3), ("unknown", "too-few-readings")),
        (_pressures(*["120/80 | seen | 2019-03-20"] * 3), ("unknown", "too-few-readings")),
        (_pressures(*["120/80 | seen |"] * 3), ("unknown", "too-few-readings")),
        (_pressures("nobody asked"), ("unknown", "too-few-readings")),
    ],
)
def test_three_separate_high_readings_are_uncontrolled(table, expected):
    """Three answers under one source place and day are one reading."""
    assert _outcome("blood-pressure", table) == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (MALE + "qtcb | 450 ms | seen | 2026-03-24", ("passed", "qtc-in-range")),
        (MALE + "qtcb | 451 ms | seen | 2026-03-24", ("unknown", "qtc-to-repeat")),
        (MALE + "qtcb | 0.44 s | seen | 2026-03-24", ("passed", "qtc-in-range")),
        (
            MALE + "qtcb | 455 ms | seen | 2026-03-23\nqtcb | 456 ms | seen | 2026-03-24",
            ("failed", "qtc-prolonged"),
        ),
        (
            FEMALE + "qtcb | 455 ms | seen | 2026-03-23\nqtcb | 456 ms | seen | 2026-03-24",
            ("passed", "qtc-in-range"),
        ),
        (
            "sex-assigned-at-birth | nobody asked\nqtcb | 440 ms | seen | 2026-03-24",
            ("passed", "qtc-in-range"),
        ),
        (
            "sex-assigned-at-birth | nobody asked\nqtcb | 455 ms | seen | 2026-03-24",
            ("unknown", "ceiling-unknown"),
        ),
        (
            MALE + "long-term-hormone-therapy | yes\nqtcb | 455 ms | seen | 2026-03-24",
            ("unknown", "ceiling-unknown"),
        ),
        (
            MALE + "long-term-hormone-therapy | yes\nqtc-ceiling-to-apply | female\n"
            "qtcb | 455 ms | seen | 2026-03-24",
            ("passed", "qtc-in-range"),
        ),
        ("qtcb | nobody asked", ("unknown", "answer-stale-or-missing")),
    ],
)
def test_the_qtc_ceiling_is_that_of_the_sex_assigned_at_birth(table, expected):
    assert _outcome("qtc", table) == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("hypertension | yes", ("unknown", "not-asked")),
        (
            "hypertension | yes\nhypertension-well-controlled | no",
            ("failed", "condition-not-managed"),
        ),
        ("hypertension | yes\nhypertension-well-controlled | yes", ("unknown", "not-asked")),
        (
            "hypertension | yes\nhypertension-well-controlled | yes\ncardiovascular-clearance | yes",
            ("passed", "condition-managed"),
        ),
    ],
)
def test_a_condition_that_is_allowed_while_it_is_managed(table, expected):
    assert _outcome("hypertension", table) == expected


def test_the_history_of_mdma_must_be_whole_whatever_it_says():
    """FDA letter, point 3a: agent, count, last use, context."""
    used = "mdma-used-ever | yes\nmdma-lifetime-uses | 3 {#}\nmdma-last-used-on | 2020-01-01\n"
    assert _outcome("mdma-history", used) == ("unknown", "not-asked")
    assert _outcome("mdma-history", used + "mdma-use-context | recreational") == (
        "passed",
        "history-recorded",
    )
    assert _outcome("mdma-lifetime-use", used) == ("passed", "at-or-below-limit")
    assert _outcome("mdma-lifetime-use", used.replace("3 {#}", "10 {#}")) == (
        "passed",
        "at-or-below-limit",
    )
    assert _outcome("mdma-lifetime-use", used.replace("3 {#}", "11 {#}")) == (
        "failed",
        "above-limit",
    )
    assert _outcome("mdma-lifetime-use", "") == ("passed", "not-applicable")


def test_a_physician_is_named_the_weighty_conditions_on_record():
    table = """
    other-condition-makes-unsafe | nobody asked            |
    condition: Epilepsy          | active since 2001-01-01 | record Condition/8
    condition: G30.9 Alzheimer   | active since 2020-01-01 | record Condition/9
    """
    finding = _finding("other-conditions", table)
    assert (finding.outcome, finding.reason) == (Outcome.UNKNOWN, "physician-to-weigh")
    assert finding.values["conditions"] == "dementia, epilepsy-or-seizures"
