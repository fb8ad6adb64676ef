"""Edges of what alarms that no page of the manual shows: corrections that come first, what is known late."""

from dataclasses import replace

from holdfast.domain import monitoring
from tests.session_kit import all_well, at, beginning, entry, pressure, temperature, usual_plan


def raised(entries, minute):
    """The conditions that were raised by a minute, by id."""
    return {one.id for one in monitoring.conditions(usual_plan(), entries, at(minute))}


def test_a_rise_that_was_taken_back_before_it_came_is_raised_all_the_same():
    """A correction may come before what it corrects; the reading was there, and somebody must look."""
    hot = temperature(60, 37.9, late=5)
    back = entry("correction", 61, reason="typing-slip", corrects=hot.id)
    assert f"temperature-rise:{hot.id}" in raised([*beginning(), hot, back], 70)


def test_what_no_longer_stood_when_a_rise_could_first_be_known_is_no_rise():
    """The dose is written down late; the reading was corrected before that, and was never a rise."""
    dose = [one for one in beginning() if one.kind == "dose-given"]
    before = [one for one in beginning() if one.kind != "dose-given"]
    late = [entry("dose-given", 0, late=70, id="dose", dose="initial", nominal_mg=125)]
    hot = temperature(60, 37.9)
    back = entry("correction", 62, reason="typing-slip", corrects=hot.id)
    assert f"temperature-rise:{hot.id}" in raised([*before, *dose, hot, back], 80)
    assert f"temperature-rise:{hot.id}" in raised([*before, *late, hot], 80)
    assert f"temperature-rise:{hot.id}" not in raised([*before, *late, hot, back], 80)


def test_a_rise_is_counted_from_the_dose_on():
    """What was warm before the dose, and cooled down before it, is no rise of the dose."""
    warm = temperature(-30, 38.0)
    later = temperature(61, 37.9)
    assert {f"temperature-rise:{later.id}"} == {
        one for one in raised([*beginning(), warm, later], 70) if one.startswith("temperature-rise")
    }


def test_of_two_readings_at_the_minute_of_the_dose_neither_is_a_rise_over_the_other():
    readings = [temperature(0, 38.5, id="t-a"), temperature(0, 36.8, id="t-b")]
    assert not {"temperature-rise:t-a", "temperature-rise:t-b"} & raised(
        [*beginning(), *readings], 10
    )


def test_a_rise_is_counted_anew_where_the_first_dose_was_taken_back():
    """Then the second dose was the first: a reading before it that is known late makes a rise known."""
    warm_at_first = [temperature(-10, 37.5, id="before")]
    start = [one for one in beginning() if one.id != "before"]
    doses = [
        entry("correction", 62, reason="typing-slip", corrects="dose"),
        entry("dose-given", 60, id="dose-b", dose="initial", nominal_mg=125),
    ]
    hot, cool = temperature(90, 38.0), temperature(50, 36.5, late=70)
    told = [*start, *warm_at_first, *doses, hot]
    assert f"temperature-rise:{hot.id}" not in raised(told, 119)
    assert f"temperature-rise:{hot.id}" not in raised([*told, cool], 119)
    assert f"temperature-rise:{hot.id}" in raised([*told, cool], 120)


def test_a_reading_at_the_minute_of_the_dose_is_what_a_rise_is_counted_from_however_late():
    cool, hot = temperature(0, 36.5, late=120), temperature(90, 37.6)
    told = [*beginning(), cool, hot]
    assert f"temperature-rise:{hot.id}" not in raised(told, 119)
    assert f"temperature-rise:{hot.id}" in raised(told, 120)


def test_a_silence_that_was_answered_is_silent_no_more():
    told = [one for one in beginning() if one.kind != "distress"]
    before = monitoring.silences(usual_plan(), told, at(40))
    after = monitoring.silences(usual_plan(), [*told, all_well(41)], at(42))
    assert {one.measure for one in before} > {one.measure for one in after}
    assert "blood-pressure" not in {one.measure for one in after}
    assert "silence:blood-pressure:2026-05-04T08:30:00Z" in raised([*told, all_well(41)], 42)


def test_a_session_without_minutes_of_its_own_never_lasts_longer_than_they_are():
    plan = replace(usual_plan(), minutes=None)
    assert monitoring.phase(plan, beginning(), at(3000)) is not monitoring.Phase.LONGER
    assert monitoring.phase(usual_plan(), beginning(), at(3000)) is monitoring.Phase.LONGER


def test_a_breach_is_over_when_the_first_calm_reading_was_known_and_not_when_the_last_was():
    readings = [pressure(5, 165), pressure(10, 120, late=20), pressure(12, 121)]
    (found,) = [
        one
        for one in monitoring.conditions(usual_plan(), [*beginning(), *readings], at(40))
        if one.id == "systolic-observed:bp-5"
    ]
    assert found.until == at(12)
