"""The course in a protocol file: what it says, and that nothing in it may be wrong quietly."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from holdfast.definitions import protocols
from holdfast.definitions.loading import DefinitionRefused
from holdfast.domain.schedule import VisitKind
from holdfast.domain.visits import plan

MAPP2 = Path(protocols.__file__).parent / "mapp2" / "2.toml"
WITH_COURSE = [name for name in protocols.names() if protocols.load(name).schedule is not None]


@pytest.mark.parametrize("name", WITH_COURSE)
def test_every_part_of_a_course_says_where_it_is_from(name):
    schedule = protocols.load(name).schedule
    parts = [
        *schedule.visits,
        *schedule.stages,
        *schedule.arms,
        *schedule.doses.values(),
        *schedule.provisions,
        *(done for visit in schedule.visits for done in visit.done),
        *(visit.window for visit in schedule.visits),
    ]
    for part in parts:
        assert part.source.reference.href.startswith("https://"), part


@pytest.mark.parametrize("name", WITH_COURSE)
def test_a_course_can_be_planned_before_anything_happened(name):
    """A coordinator sees a day for every visit on the day of enrollment, from a source or ours."""
    found = plan(protocols.load(name).schedule.visits, enrolled_on=date(2026, 1, 5))
    assert [one.visit.code for one in found if one.target is None] == []


def test_mapp2_has_three_sessions_a_month_apart_and_nine_integrations():
    schedule = protocols.load("mapp2").schedule
    kinds = [visit.kind for visit in schedule.visits]
    assert kinds.count(VisitKind.PREPARATION) == 3
    assert kinds.count(VisitKind.DOSING) == 3
    assert kinds.count(VisitKind.INTEGRATION) == 9
    first, second = schedule.doses["first"], schedule.doses["later"]
    assert (first.choices[0].initial_mg, first.choices[0].supplemental_mg) == (80, 40)
    assert Decimal(120) in [choice.initial_mg for choice in second.choices]
    assert first.supplement_after_minutes == (90, 120)


def test_who_may_enter_is_taken_over_from_the_first_version():
    first, second = protocols.load("mapp2", 1), protocols.load("mapp2", 2)
    assert second.criteria == first.criteria
    assert dict(second.limits) == dict(first.limits)


# What is written in place of what, the problem named, and the mend.
CASES = [
    ('anchor = "v3"\nwindow = "same-week"', 'anchor = "v5"\nwindow = "same-week"', "in a circle", "outside the circle"),
    ('after = ["v2"]', 'after = ["v77"]', "no other visit is called 'v77'", "Did you mean"),
    ('after = ["v2"]', 'after = ["v3"]', "no other visit is called 'v3'", ""),
    ('anchor = "v1"', 'anchor = "enrolment"', "anchor 'enrolment' is not known", "Did you mean 'enrollment'"),
    ("earliest_days = 1\ntarget_days = 1\nlatest_days = 1", "earliest_days = 2\ntarget_days = 1\nlatest_days = 1", "runs backwards", "in this order"),
    ('doses = "first"', 'doses = "frist"', "doses 'frist' is not known", "Did you mean 'first'"),
    ('doses = "first"\n', "", "a dosing session has no doses", "Add doses"),
    ("supplement_after_minutes = [90, 120]", "supplement_after_minutes = [120, 90]", "not a span of minutes", "[90, 120]"),
    ("supplement_after_minutes = [90, 120]\n", "", "no time for it", "Add supplement_after_minutes"),
    ("initial_mg = 80", "initial_mg = -80", "initial_mg is negative", "Correct"),
    ('arms = ["mdma"]', 'arms = ["mdma-125"]', "no arm is called 'mdma-125'", ""),
    ('stage = "main"', 'stage = "second"', "stage 'second' is not known", ""),
    ('"caps-5", "sds"', '"caps-6", "sds"', "no activity is called 'caps-6'", "Did you mean"),
    ('attended_by = ["independent-rater"]', 'attended_by = ["rater"]', "no attendance is called 'rater'", ""),
    ('code = "v2"', 'code = "v1"', "visit 'v1' is here twice", "another code"),
    ("suggested_days = 2\n", "suggested_days = 2\ntarget_days = 3\n", "has a target too", "Leave one"),
    ('eligibility = "mapp2/1"', 'eligibility = "mapp2/9"', "no version is called 'mapp2/9'", "Did you mean"),
    ('topic = "recurrence"', 'topic = "relapse"', "topic 'relapse' is not known", ""),
    ("earliest_days = 1\ntarget_days = 1\nlatest_days = 1", "earliest_days = -1\ntarget_days = 1\nlatest_days = 1", "before its anchor", "Count from an earlier visit"),
    ("minutes = 480", "minute = 480", "unknown key 'minute'", "Did you mean"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "problem", "mend"), CASES)
def test_a_course_that_does_not_fit_is_refused_with_line_and_mend(
    tmp_path, old, new, problem, mend
):
    text = MAPP2.read_text("utf-8")
    assert old in text
    changed = text.replace(old, new, 1)
    file = tmp_path / "2.toml"
    file.write_text(changed, "utf-8")
    with pytest.raises(DefinitionRefused) as refused:
        protocols.read(file)
    found = [p for p in refused.value.problems if problem in p.problem]
    assert found, refused.value
    assert mend in found[0].mend
    assert 1 < found[0].line <= changed.count("\n")


def test_a_visit_may_repeat(tmp_path):
    """Monthly follow-up for a year is one table; each month has its own code and days."""
    text = MAPP2.read_text("utf-8")
    old = 'code = "long-term"\nkind = "follow-up"'
    new = 'code = "month"\nkind = "follow-up"\nrepeat = { times = 12, every_days = 30 }'
    file = tmp_path / "2.toml"
    file.write_text(text.replace(old, new), "utf-8")
    months = [v for v in protocols.read(file).schedule.visits if v.code.startswith("month-")]
    assert [v.code for v in months] == [f"month-{n}" for n in range(1, 13)]
    assert [v.window.target_days for v in months] == [183 + 30 * n for n in range(12)]
