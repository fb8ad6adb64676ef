"""A session on paper: lines typed fast are read or refused, never guessed; the plan stands as offsets."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from holdfast.definitions import session as entry_kinds
from holdfast.domain.paper_lines import EXAMPLES, MOST_LINES, read_lines
from holdfast.domain.paper_plan import not_timed, paper_rows
from tests.session_kit import plan_of, usual_plan

ZONE = ZoneInfo("Europe/Zurich")
DAY = date(2026, 5, 5)
BEGAN = datetime(2026, 5, 5, 8, 30, tzinfo=ZONE)


def read(text: str):
    return read_lines(text, entry_kinds.load().kinds, DAY, ZONE, BEGAN)


def one(line: str):
    (found,), problems = read(line)
    assert problems == ()
    return found.kind, dict(found.fields), found.words


def test_a_reading_a_drink_a_dose_and_what_is_felt_are_read_as_they_stand():
    assert one("10:32 142/88 96 37.4") == (
        "reading",
        {
            "systolic_mmhg": 142,
            "diastolic_mmhg": 88,
            "heart_rate_per_min": 96,
            "temperature_celsius": Decimal("37.4"),
            "how": "paper",
        },
        "",
    )
    assert one("10:40 drank water 200")[:2] == ("fluid-taken", {"volume_ml": 200, "what": "water"})
    assert one("10:40 drank 200")[:2] == ("fluid-taken", {"volume_ml": 200})
    assert one("11:10 given initial 80")[:2] == (
        "dose-given",
        {"dose": "initial", "nominal_mg": 80, "how": "paper"},
    )
    assert one("10:45 nausea moderate")[:2] == ("event", {"term": "nausea", "severity": "moderate"})
    assert one("10:45 chest pain")[:2] == ("event", {"term": "chest-pain"})
    assert one("11:30 note They asked for the door to be open.")[2] == (
        "They asked for the door to be open."
    )


def test_every_example_that_is_shown_can_be_read():
    lines, problems = read("\n".join(sorted(EXAMPLES, key=lambda each: each < "08")))
    assert lines[-1].at.date() == date(2026, 5, 6)
    assert (len(lines), problems) == (len(EXAMPLES), ())


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("142/88 96 37.4", "no-time"),
        ("25:10 nausea", "no-time"),
        ("10:32 142/88 96 47.4", "reading-out-of-range"),
        ("10:32 88/142", "reading-swapped"),
        ("10:32 felt odd", "not-read"),
        ("10:32 drank much", "number-missing"),
        ("10:32 drank 9000", "does-not-fit"),
        ("10:32 given initial", "number-missing"),
        ("10:32 given something 80", "does-not-fit"),
        ("10:32 distress 11", "does-not-fit"),
        ("10:32 note", "nothing-written"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line_and_nothing_is_guessed(line, code):
    lines, problems = read(f"09:00 calm\n\n{line}")
    assert len(lines) == 1
    assert [(each.number, each.code) for each in problems] == [(3, code)]


def test_what_was_before_the_session_is_of_another_day():
    _, problems = read("07:00 nausea")
    assert [(each.number, each.code) for each in problems] == [(1, "before-the-session")]


def test_after_midnight_it_goes_on_and_a_line_out_of_order_stays_on_its_day():
    lines, _ = read("22:00 look asleep\n21:50 calm\n00:30 look asleep\n06:00 look awake-well")
    assert [each.at.isoformat()[:16] for each in lines] == [
        "2026-05-05T22:00",
        "2026-05-05T21:50",
        "2026-05-06T00:30",
        "2026-05-06T06:00",
    ]


def test_more_than_one_page_is_not_taken_at_once():
    lines, problems = read("\n".join(["10:00 calm"] * (MOST_LINES + 1)))
    assert (lines, [each.code for each in problems]) == ((), ["too-many-lines"])


def test_the_plan_on_paper_begins_before_the_dose_and_ends_with_the_session():
    plan = usual_plan()
    rows = paper_rows(plan)
    assert rows[0].minute is None
    assert "blood-pressure" in rows[0].measures
    minutes = [each.minute for each in rows[1:]]
    assert minutes == sorted(minutes)
    assert rows[-1].is_end == (rows[-1].minute == plan.minutes)
    every = int(plan.value("pressure-every"))
    of_pressure = [each.minute for each in rows[1:] if "heart-rate" in each.measures]
    assert {every, 2 * every} <= set(of_pressure)
    assert not_timed(plan) == ()


def test_what_nobody_signed_has_no_offset_and_is_named():
    plan = plan_of(nothing_signed=True)
    named = {measure for rule in not_timed(plan) for measure in rule.measures}
    assert {"blood-pressure", "temperature"} <= named
    known = {plan.minutes, *(plan.supplement_after_minutes or ()), None}
    assert {each.minute for each in paper_rows(plan)} <= known
