"""What the room's page asks of monitoring: what is due, where the session stands, who is there, what was drunk."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from holdfast.domain import monitoring
from holdfast.domain.conditions import condition
from holdfast.domain.monitoring import Phase
from holdfast.domain.recording import coverage_percent
from holdfast.domain.session_log import log_of
from holdfast.domain.session_plan import Anchor, DueRule, Tier
from holdfast.domain.staffing import breaks
from tests.session_kit import (
    all_well,
    at,
    beginning,
    entry,
    plan_of,
    pressure,
    rate,
    through,
    usual_plan,
)

PLAN = usual_plan()
BARE = plan_of(nothing_signed=True)


def minute(moment):
    return None if moment is None else (moment - at(0)).total_seconds() / 60


def due(entries, now, plan=PLAN):
    """measure and rule: due at, overdue at."""
    return {
        f"{one.measure} {one.rule}": (minute(one.at), minute(one.overdue_at))
        for one in monitoring.due(plan, entries, at(now))
    }


def codes(entries, now, plan=PLAN):
    return [one.code for one in monitoring.conditions(plan, entries, at(now))]


def test_before_the_dose_what_was_not_read_is_due():
    opened = [entry("session-opened", -60), pressure(-20, 128)]
    assert due(opened, -10) == {
        "heart-rate before-the-dose": (None, None),
        "temperature before-the-dose": (None, None),
        "distress distress-before-the-dose": (None, None),
    }
    assert due(beginning()[:-1], -1) == {}


def test_after_the_dose_the_next_points_are_due():
    assert due(beginning(), 1) == {
        "blood-pressure pressure": (30, 35),
        "heart-rate pressure": (30, 35),
        "temperature temperature": (90, 95),
        "distress distress": (60, 65),
        "blood-pressure before-the-supplement": (90, 150),
        "heart-rate before-the-supplement": (90, 150),
        "temperature before-the-supplement": (90, 150),
        "blood-pressure end-of-session": (480, 485),
        "heart-rate end-of-session": (480, 485),
        "temperature end-of-session": (480, 485),
        "distress end-of-session": (480, 485),
    }


def test_what_is_soonest_is_first():
    found = monitoring.due(PLAN, beginning(), at(1))
    assert [minute(one.at) for one in found] == sorted(minute(one.at) for one in found)
    undated = [entry("session-opened", -60)]
    assert [one.at for one in monitoring.due(PLAN, undated, at(-1))] == [None] * 4


def test_a_point_that_nobody_read_stays_due_until_somebody_does():
    assert due(beginning(), 50)["blood-pressure pressure"] == (30, 35)
    assert due([*beginning(), pressure(44, 128)], 50)["blood-pressure pressure"] == (60, 65)
    assert due([*beginning(), pressure(45, 128)], 50)["blood-pressure pressure"] == (90, 95)


def test_a_due_reading_knows_whether_it_is_overdue():
    one = next(d for d in monitoring.due(PLAN, beginning(), at(35)) if d.rule == "pressure")
    assert not one.is_overdue(at(35))
    assert one.is_overdue(at(35.1))
    assert one.because == "dose"
    before = monitoring.due(PLAN, [entry("session-opened", -60)], at(-1))[0]
    assert not before.is_overdue(at(1000))


def test_what_is_put_off_says_so():
    entries = [*beginning(), entry("deferral", 32, measure="heart-rate", reason="processing")]
    found = {d.measure: d for d in monitoring.due(PLAN, entries, at(33)) if d.rule == "pressure"}
    assert minute(found["heart-rate"].overdue_at) == 72
    assert found["heart-rate"].is_deferred
    assert minute(found["blood-pressure"].overdue_at) == 35
    assert not found["blood-pressure"].is_deferred


def test_a_deferral_that_would_move_nothing_defers_nothing():
    """At the very minute it was overdue: in time. One that ends with the grace moves nothing."""
    late = [*beginning(), entry("deferral", 35, measure="heart-rate", reason="asleep")]
    assert "silence" not in [
        one.code for one in monitoring.conditions(PLAN, late, at(40)) if one.measure == "heart-rate"
    ]
    early = [*beginning(), entry("deferral", -5, measure="heart-rate", reason="asleep")]
    found = {d.measure: d for d in monitoring.due(PLAN, early, at(33)) if d.rule == "pressure"}
    assert not found["heart-rate"].is_deferred


def test_a_deferral_counts_since_the_last_reading_only():
    """The one at 32 was answered at 40; the next counts from 62."""
    entries = [
        *beginning(),
        entry("deferral", 32, measure="heart-rate", reason="asleep"),
        rate(40, 76),
        entry("deferral", 62, id="second", measure="heart-rate", reason="asleep"),
    ]
    found = {d.measure: d for d in monitoring.due(PLAN, entries, at(63)) if d.rule == "pressure"}
    assert minute(found["heart-rate"].overdue_at) == 102


def test_a_deferral_from_the_future_defers_nothing():
    entries = [
        *beginning(),
        entry("deferral", 90, late=-60, measure="heart-rate", reason="asleep"),
    ]
    silent = [c for c in monitoring.silences(PLAN, entries, at(35)) if c.measure == "heart-rate"]
    assert len(silent) == 1


def test_a_repeat_is_due():
    entries = [*beginning(), rate(20, 110)]
    found = due(entries, 21)
    assert found["heart-rate heart-rate-observed"] == (30, 30)
    assert found["heart-rate heart-rate-dense"] == (25, 25)
    assert "heart-rate heart-rate-dense" in due([*entries, rate(24, 90, late=2)], 25)
    answered = due([*entries, rate(24, 90)], 25)
    assert answered["heart-rate heart-rate-dense"] == (29, 29)
    assert "heart-rate heart-rate-observed" not in answered


def test_a_corrected_reading_need_not_be_repeated():
    wrong = [
        *beginning(),
        rate(20, 110),
        entry("correction", 21, reason="artefact", corrects="hr-20"),
    ]
    assert "heart-rate heart-rate-dense" not in due(wrong, 22)
    assert "repeat-missing" not in codes(wrong, 60)


def test_nothing_is_due_once_the_session_has_ended():
    entries = [*beginning(), entry("exit", 31, exit="overnight")]
    assert due(entries, 31) == {}
    assert due([*beginning(), entry("session-closed", 31)], 31) == {}


def test_where_the_interval_is_not_signed_nothing_is_due_in_between():
    assert set(due(beginning(), 1, BARE)) == {
        *(f"{m} before-the-supplement" for m in ("blood-pressure", "heart-rate", "temperature")),
        *(
            f"{m} end-of-session"
            for m in ("blood-pressure", "heart-rate", "temperature", "distress")
        ),
    }
    assert due(beginning(), 1, BARE)["distress end-of-session"] == (480, None)


@pytest.mark.parametrize("signed", [{"reading-grace": "5"}, {"reading-recent": "15"}])
def test_the_reading_at_the_end_is_overdue_once_one_of_its_numbers_is_signed(signed):
    unsigned = ["reading-grace", "reading-recent"]
    unsigned.remove(next(iter(signed)))
    late = plan_of(unsigned=unsigned)
    assert due(beginning(), 1, late)["distress end-of-session"][1] in (480, 485)


def test_an_interval_of_nothing_is_no_interval():
    assert "blood-pressure pressure" not in due(
        beginning(), 1, plan_of(also={"pressure-every": "0"})
    )


def test_a_protocol_without_a_supplement_has_no_window():
    plan = plan_of("single-dose-va")
    assert not any("supplement" in key for key in due(beginning(), 1, plan))
    assert monitoring.phase(plan, beginning(), at(1)) is Phase.SUPPORT


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        (-1, Phase.BEFORE),
        (0, Phase.AFTER_INITIAL),
        (89.9, Phase.AFTER_INITIAL),
        (90, Phase.WINDOW),
        (150, Phase.WINDOW),
        (150.1, Phase.SUPPORT),
        (480, Phase.SUPPORT),
        (480.1, Phase.LONGER),
    ],
)
def test_where_the_session_stands(now, phase):
    assert monitoring.phase(PLAN, beginning(), at(now)) is phase


def test_a_session_that_ended_has_ended():
    entries = [*beginning(), entry("exit", 300, exit="home-with-escort")]
    assert monitoring.phase(PLAN, entries, at(299)) is Phase.SUPPORT
    assert monitoring.phase(PLAN, entries, at(300)) is Phase.ENDED
    assert monitoring.phase(PLAN, [], at(0)) is Phase.BEFORE


def test_the_time_since_the_dose():
    assert monitoring.since_dose(beginning(), at(61)) == timedelta(minutes=61)
    assert monitoring.since_dose(beginning()[:-1], at(61)) is None


def test_a_dose_from_the_future_counts_from_when_it_was_known():
    """A clock an hour ahead does not silence the first hour."""
    entries = [
        *beginning()[:-1],
        entry("dose-given", 60, late=-60, id="dose", dose="initial", nominal_mg=125),
    ]
    assert due(entries, 1)["blood-pressure pressure"] == (30, 35)
    assert monitoring.phase(PLAN, entries, at(90)) is Phase.WINDOW


def test_a_dose_that_was_spat_out_is_a_dose_unless_it_names_one():
    spat = entry("dose-spat", 0, id="spat", dose="initial")
    assert monitoring.since_dose([spat], at(5)) == timedelta(minutes=5)
    named = entry("dose-spat", 2, id="spat", dose="initial", given="dose")
    assert monitoring.since_dose([*beginning(), named], at(5)) == timedelta(minutes=5)
    assert due([*beginning(), named], 5)["blood-pressure pressure"] == (30, 35)


def test_a_dose_that_is_corrected_moves_the_points():
    """It was given at 10, not at 0: due at 40."""
    right = entry(
        "dose-given", 10, late=5, id="right", corrects="dose", dose="initial", nominal_mg=125
    )
    entries = [*beginning(), right]
    assert due(entries, 14)["blood-pressure pressure"] == (30, 35)
    assert due(entries, 15)["blood-pressure pressure"] == (40, 45)
    assert [minute(c.known_at) for c in monitoring.silences(PLAN, entries, at(50))] == [45, 45]


def test_a_dose_from_paper_was_a_silence_that_nobody_knew():
    """Given at 0, entered at 120: what was due before is overdue from then on, and was so since."""
    entries = [
        *beginning()[:-1],
        entry("dose-given", 0, late=120, id="dose", dose="initial", nominal_mg=125),
    ]
    found = monitoring.silences(PLAN, entries, at(120))
    assert {(minute(c.since), minute(c.known_at)) for c in found if c.measure == "heart-rate"} == {
        (35, 120),
        (65, 120),
        (95, 120),
    }


def test_two_doses_count_from_each_of_them():
    """The last of them says when pressure is due; distress counts from the initial one."""
    second = entry("dose-given", 100, id="second", dose="supplemental", nominal_mg=62.5)
    entries = [*beginning(), all_well(85), second]
    assert due(entries, 101)["blood-pressure pressure"] == (130, 135)
    assert due(entries, 101)["distress distress"] == (60, 65)
    exactly = entry("dose-given", 30, id="second", dose="supplemental", nominal_mg=62.5)
    assert due([*beginning(), exactly], 31)["blood-pressure pressure"] == (60, 65)


def test_a_quiet_session_raises_nothing_above_what_is_not_signed():
    entries = through(480)
    assert codes(entries, 484) == []
    found = monitoring.conditions(BARE, entries, at(484))
    assert {(one.code, one.tier) for one in found} == {("limit-not-signed", Tier.OBSERVE)}


def test_the_readings_of_one_session_are_not_missed_by_a_minute():
    assert codes(through(480, without=[240]), 484) == ["silence"] * 2


def test_an_empty_session_has_nothing():
    assert monitoring.conditions(BARE, [], at(0)) == ()
    assert monitoring.due(PLAN, [], at(0)) != ()


def test_a_number_that_is_not_signed_is_named_since_the_first_entry():
    found = monitoring.conditions(BARE, beginning(), at(-30))
    assert {minute(one.known_at) for one in found} == {-60}
    assert {one.id for one in found} == {f"limit-not-signed:{code}" for code in BARE.unsigned}


def test_fluids_are_counted_by_their_own_times():
    entries = [
        entry("fluid-taken", 30, volume_ml=150, what="water"),
        entry("fluid-taken", 60, volume_ml=200, what="electrolytes"),
        entry("fluid-taken", 90, volume_ml=100, what="water"),
        entry("fluid-taken", 91, volume_ml=50),
        entry("fluid-lost", 95, volume_ml=300, what="urine"),
        entry("fluid-lost", 96, what="vomit"),
    ]
    found = monitoring.fluid_balance(PLAN, entries, at(96))
    assert (found.taken_ml, found.lost_ml, found.balance_ml) == (500, 300, 200)
    assert (found.unmeasured, found.left_ml, found.ceiling_ml) == (1, 1500, 2000)
    assert found.by_drink == {"water": 250, "electrolytes": 200, "other": 50}
    earlier = monitoring.fluid_balance(PLAN, entries, at(60))
    assert (earlier.taken_ml, earlier.unmeasured) == (350, 0)


def test_a_corrected_drink_is_not_counted():
    entries = [
        entry("fluid-taken", 30, id="slip", volume_ml=1500),
        entry("fluid-taken", 30, id="right", late=1, corrects="slip", volume_ml=150),
    ]
    assert monitoring.fluid_balance(PLAN, entries, at(40)).taken_ml == 150


def test_past_the_ceiling_nothing_is_left_and_without_one_nobody_knows():
    entries = [entry("fluid-taken", 30, volume_ml=2500)]
    assert monitoring.fluid_balance(PLAN, entries, at(40)).left_ml == 0
    assert monitoring.fluid_balance(BARE, entries, at(40)).left_ml is None


def test_what_is_over_the_ceiling_says_by_how_much_and_is_over_when_corrected():
    drinks = [
        entry("fluid-taken", 30, id="a", volume_ml=1500),
        entry("fluid-taken", 40, id="b", volume_ml=600),
        entry("correction", 50, reason="typing-slip", corrects="b"),
        entry("fluid-taken", 60, id="c", volume_ml=500),
    ]
    (found,) = [
        one
        for one in monitoring.conditions(PLAN, [*beginning(), *drinks], at(60))
        if one.code == "fluid-ceiling"
    ]
    assert (found.value, minute(found.until), found.because) == (2100, 50, ("b",))


def test_who_is_in_the_room_in_the_order_they_came():
    entries = [
        *beginning(),
        entry("came-in", 10, person="p", role="physician"),
        entry("went-out", 20, person="p"),
        entry("identified", 25, person="t1", role="physician", how="pin"),
        entry("identified", 26, person="x", role="attendant", how="pin"),
    ]
    room = monitoring.in_the_room(PLAN, entries, at(15))
    assert [(one.person, one.role) for one in room.present] == [
        ("t1", "therapist"),
        ("t2", "therapist"),
        ("p", "physician"),
    ]
    assert room.therapists == {"t1", "t2"}
    later = monitoring.in_the_room(PLAN, entries, at(30))
    assert [one.person for one in later.present] == ["t1", "t2", "x"]
    assert later.therapists == {"t1", "t2"}
    assert minute(later.present[0].since) == -58


def test_somebody_who_comes_again_has_been_there_since_they_first_came():
    entries = [*beginning(), entry("came-in", 10, person="t1", role="attendant")]
    (first, _) = monitoring.in_the_room(PLAN, entries, at(11)).present
    assert (minute(first.since), first.role) == (-58, "attendant")


def test_a_break_has_a_countdown_and_a_cover():
    entries = [
        *beginning(),
        entry("break-began", 60, id="b", person="t2", minutes=15, cover="t3"),
    ]
    log = log_of(entries, at(65))
    (pause,) = breaks(PLAN, log, at(65))
    assert (pause.person, pause.cover, pause.left(at(65))) == ("t2", "t3", timedelta(minutes=10))
    assert (pause.entry, minute(pause.began_at)) == ("b", 60)
    room = monitoring.in_the_room(PLAN, entries, at(65))
    assert (room.covering, room.therapists) == (("t3",), {"t1", "t3"})
    back = [*entries, entry("break-ended", 70, person="t2")]
    assert breaks(PLAN, log_of(back, at(70)), at(70)) == ()
    assert monitoring.in_the_room(PLAN, back, at(70)).therapists == {"t1", "t2"}


def test_two_on_a_break_do_not_cover_for_each_other():
    entries = [
        *beginning(),
        entry("came-in", 5, person="t3", role="therapist"),
        entry("break-began", 60, id="b1", person="t2", minutes=15, cover="t3"),
        entry("break-began", 61, id="b2", person="t3", minutes=15, cover="t2"),
    ]
    room = monitoring.in_the_room(PLAN, entries, at(62))
    assert (room.covering, room.therapists) == ((), {"t1"})
    assert codes(entries, 62).count("pair-alone") == 1


def test_a_break_of_somebody_who_is_not_there_changes_nothing():
    entries = [*beginning(), entry("break-began", 60, person="x", minutes=15, cover="t3")]
    assert monitoring.in_the_room(PLAN, entries, at(62)).therapists == {"t1", "t2"}


def test_a_break_is_over_when_they_are_back_in_any_way_and_in_time():
    began = [*beginning(), entry("break-began", 60, person="t2", minutes=15, cover="t3")]
    for kind in ("break-ended", "came-in", "identified"):
        more = {"role": "therapist"} if kind != "break-ended" else {}
        in_time = [*began, entry(kind, 75, id="back", person="t2", **more)]
        assert "break-over" not in codes(in_time, 100)
        late = [*began, entry(kind, 76, id="back", person="t2", **more)]
        (over,) = [c for c in monitoring.conditions(PLAN, late, at(100)) if c.code == "break-over"]
        assert (minute(over.since), minute(over.until)) == (75, 76)


def test_a_break_that_was_corrected_or_outlasts_the_session_is_not_over():
    began = [*beginning(), entry("break-began", 60, id="b", person="t2", minutes=15, cover="t3")]
    taken_back = [*began, entry("correction", 61, reason="typing-slip", corrects="b")]
    assert "break-over" not in codes(taken_back, 100)
    ended = [*began, entry("exit", 70, exit="overnight")]
    assert "break-over" not in codes(ended, 100)


def test_how_much_of_the_session_is_recorded():
    entries = [
        *beginning(),
        entry("recording", 25, id="lost", stream="sound", state="lost"),
        entry("recording", 75, id="again", stream="sound", state="running"),
    ]
    log = log_of(entries, at(100))
    assert coverage_percent(PLAN, log, "sound", at(100)) == Decimal("50.0")
    assert coverage_percent(PLAN, log, "picture", at(100)) == Decimal("100.0")
    assert coverage_percent(PLAN, log_of(entries, at(50)), "sound", at(50)) == Decimal("50.0")
    ended = log_of([*entries, entry("exit", 100, exit="overnight")], at(200))
    assert coverage_percent(PLAN, ended, "sound", at(200)) == Decimal("50.0")
    assert coverage_percent(PLAN, log_of([], at(0)), "sound", at(0)) is None
    assert coverage_percent(PLAN, log_of(beginning(), at(0)), "sound", at(0)) is None
    silent = [one for one in beginning() if one.kind != "recording"]
    assert coverage_percent(PLAN, log_of(silent, at(60)), "sound", at(60)) == 0


def test_a_session_that_is_not_recorded_has_no_gaps():
    entries = [one for one in beginning() if one.kind != "recording"]
    assert "recording-gap" not in codes(entries, 60, plan_of(is_recorded=False))
    found = [c for c in monitoring.conditions(PLAN, entries, at(60)) if c.code == "recording-gap"]
    assert [c.detail for c in found] == ["picture:dose", "sound:dose"]


def test_a_rise_is_counted_from_what_is_known_to_be_the_last_before_the_dose():
    """A reading before the dose that becomes known late changes what a rise is, from then on."""
    entries = [
        *beginning(),
        entry("reading", -5, late=100, id="late", temperature_celsius=36.0),
        entry("reading", 60, id="warm", temperature_celsius=37.2),
    ]
    early = [c for c in monitoring.conditions(PLAN, entries, at(94)) if "rise" in c.code]
    assert early == []
    (rise,) = [c for c in monitoring.conditions(PLAN, entries, at(95)) if "rise" in c.code]
    assert (rise.value, minute(rise.since), minute(rise.known_at)) == (Decimal("1.2"), 60, 95)


def test_without_a_reading_before_the_dose_there_is_no_rise():
    entries = [one for one in beginning() if one.kind != "reading"]
    entries.append(entry("reading", 60, temperature_celsius=37.9))
    assert "temperature-rise" not in codes(entries, 60)
    assert "before-dose-missing" in codes(entries, 60)


def test_a_reading_at_the_very_minute_of_the_dose_is_before_it():
    entries = [*beginning(), entry("reading", 0, id="at", temperature_celsius=36.0)]
    warm = [*entries, entry("reading", 60, id="warm", temperature_celsius=37.0)]
    assert "temperature-rise" in codes(warm, 60)


def test_a_breach_by_a_wrong_clock_cannot_be_calmed_by_one():
    ahead = rate(300, 80, late=-265, id="ahead")
    found = monitoring.conditions(PLAN, [*beginning(), rate(30, 101), ahead], at(36))
    (breach,) = [one for one in found if one.code == "heart-rate-observed"]
    assert breach.holds


def test_a_condition_nobody_planned_for_is_urgent():
    """A plan of another release that lacks a signal still tells somebody."""
    bare = condition(PLAN, "no-such-code", since=at(0), known_at=at(0), detail="x")
    assert (bare.tier, bare.do, bare.is_silent) == (Tier.URGENT, "look", False)


def silent(entries, now, plan=PLAN):
    """measure: (due at, known at) of every silence."""
    found = (c for c in monitoring.conditions(plan, entries, at(now)) if c.code == "silence")
    return [(c.measure, c.detail[-9:-4], minute(c.known_at)) for c in found]


def test_a_rule_that_asks_for_no_repeat_misses_none():
    """A rise of one and a half degrees has no repeat of its own; the cooling has, after 15 minutes."""
    warm = [*beginning(), entry("reading", 60, id="warm", temperature_celsius=38.3)]
    plan = plan_of(unsigned=["observe-repeat"])
    assert "temperature-rise-high" in codes(warm, 74, plan)
    assert "repeat-missing" not in codes(warm, 74, plan)
    assert "repeat-missing" in codes(warm, 75, plan)


def test_a_rule_on_what_lasts_has_its_own_answer_to_a_missing_repeat():
    plan = plan_of(unsigned=["observe-repeat", "dense-repeat"])
    high = [*beginning(), pressure(30, 185)]
    assert "systolic-urgent" in codes(high, 35, plan)
    assert "repeat-missing" not in codes(high, 100, plan)


def test_a_missing_repeat_is_as_grave_as_the_rule_that_asks_for_it():
    """Watched and not repeated pages the physician; a rule that is graver stays as grave."""
    found = monitoring.conditions(PLAN, [*beginning(), rate(20, 101)], at(30))
    assert [c.tier for c in found if c.code == "repeat-missing"] == [Tier.NOTIFY]


def test_a_repeat_that_came_in_time_and_was_known_late_was_missing_until_then():
    entries = [*beginning(), rate(20, 110), rate(24, 90, late=6)]
    found = monitoring.conditions(PLAN, entries, at(31))
    (missing,) = [c for c in found if c.id == "repeat-missing:heart-rate:hr-20"]
    assert (minute(missing.since), minute(missing.known_at), minute(missing.until)) == (25, 25, 30)


def test_a_high_reading_that_is_known_late_has_to_be_repeated_from_then_on():
    late = [*beginning(), rate(20, 110, late=20)]
    (missing,) = [
        c for c in monitoring.conditions(PLAN, late, at(40)) if c.code == "repeat-missing"
    ]
    assert (minute(missing.since), minute(missing.known_at)) == (25, 40)
    answered = [*late, rate(35, 90)]
    assert "repeat-missing" not in codes(answered, 39.9)
    assert [
        c.because
        for c in monitoring.conditions(PLAN, answered, at(44))
        if c.code == "repeat-missing"
    ] == [("hr-35",)]


def test_nobody_has_to_repeat_after_the_session_has_ended():
    entries = [*beginning(), rate(20, 110), entry("exit", 24, exit="left-against-advice")]
    assert "repeat-missing" not in codes(entries, 60)
    high = [*beginning(), pressure(30, 185), entry("exit", 34, exit="left-against-advice")]
    assert "systolic-urgent" not in codes(high, 60)


def test_a_session_that_ends_ends_what_was_missing():
    entries = [*beginning(), rate(20, 110), entry("exit", 26, exit="left-against-advice")]
    (missing,) = [
        c for c in monitoring.conditions(PLAN, entries, at(60)) if c.code == "repeat-missing"
    ]
    assert minute(missing.until) == 26
    over = [*beginning(), entry("exit", 40, exit="left-against-advice")]
    assert {minute(c.until) for c in monitoring.conditions(PLAN, over, at(60))} == {40}


def test_an_end_that_is_known_late_ends_the_points_from_its_own_time_on():
    """Nobody knew at 35 that it had ended at 29; what was due at 60 was never due."""
    entries = [*beginning(), entry("exit", 29, late=31, exit="left-against-advice")]
    assert silent(entries, 200) == [
        ("blood-pressure", "08:30", 35),
        ("heart-rate", "08:30", 35),
    ]


def test_at_the_very_minute_of_the_end_nothing_is_due():
    entries = [*beginning(), entry("exit", 30, exit="overnight")]
    assert silent(entries, 200) == []
    after = [*beginning(), entry("exit", 30.5, late=10, exit="overnight")]
    assert len(silent(after, 200)) == 2


def test_an_end_that_is_taken_back_ended_nothing():
    entries = [
        *beginning(),
        entry("exit", 20, id="slip", exit="overnight"),
        entry("correction", 21, reason="wrong-person", corrects="slip"),
    ]
    assert len(silent(entries, 35)) == 2


def test_after_a_supplement_the_session_still_ends_with_a_reading():
    """The points of an interval begin anew; what is due at the end of the session stays."""
    entries = [
        *through(450),
        entry("dose-given", 100, id="second", dose="supplemental", nominal_mg=62.5),
    ]
    late = [c for c in silent(entries, 500) if c[1] == "16:00"]
    assert {measure for measure, _, _ in late} == {
        "blood-pressure",
        "heart-rate",
        "temperature",
        "distress",
    }


def test_a_dose_that_was_taken_back_has_no_points():
    entries = [*beginning(), entry("correction", 10, reason="did-not-happen", corrects="dose")]
    assert silent(entries, 300) == []
    after = [*beginning(), entry("correction", 40, reason="did-not-happen", corrects="dose")]
    found = monitoring.conditions(PLAN, after, at(300))
    assert [(c.code, minute(c.until)) for c in found] == [("silence", 40), ("silence", 40)]


def test_what_is_asked_after_the_initial_dose_only_is_not_asked_after_the_supplement():
    """Distress counts from the first dose, whatever follows it."""
    second = entry("dose-given", 100, id="second", dose="supplemental", nominal_mg=62.5)
    points = {p[1] for p in silent([*beginning(), second], 300) if p[0] == "distress"}
    assert points == {"09:00", "10:00", "11:00", "12:00"}


def test_a_supplement_given_or_refused_before_its_window_closes_asks_for_no_reading_in_it():
    for kind, more in (
        ("dose-given", {"nominal_mg": 62.5}),
        ("dose-spat", {}),
        ("dose-refused", {}),
        ("dose-withheld", {"reason": "person-declined"}),
    ):
        for minutes, expected in ((150, 0), (151, 1)):
            decided = entry(kind, minutes, id="decided", dose="supplemental", **more)
            read = [*through(60), rate(80, 70), rate(110, 70), rate(140, 70), pressure(80, 120)]
            found = silent([*read, pressure(110, 120), pressure(140, 120), decided], 151)
            assert len([p for p in found if p[0] == "temperature" and p[2] == 150]) == expected
    initial = entry("dose-withheld", 20, id="other", dose="initial", reason="person-declined")
    assert [p for p in silent([*through(60), initial], 151) if p[2] == 150]


def test_readings_before_the_dose_are_missing_until_somebody_reads():
    entries = [one for one in beginning() if one.kind != "reading"]
    found = monitoring.conditions(PLAN, [*entries, pressure(3, 120)], at(5))
    missing = {c.measure: minute(c.until) for c in found if c.code == "before-dose-missing"}
    assert missing == {"blood-pressure": 3, "heart-rate": None, "temperature": None}
    assert {minute(c.since) for c in found} == {0}


def test_only_a_first_dose_has_to_be_read_before():
    second = entry("dose-given", 100, id="second", dose="supplemental", nominal_mg=62.5)
    assert "before-dose-missing" not in codes([*beginning(), second], 101)


def until(entries, now, code):
    found = monitoring.conditions(PLAN, entries, at(now))
    return [minute(one.until) for one in found if one.code == code]


def test_a_breach_is_over_with_the_first_reading_within_and_not_before():
    entries = [*beginning(), rate(30, 101), rate(35, 102), rate(40, 100)]
    assert until(entries, 35, "heart-rate-observed") == [None, None]
    assert until(entries, 40, "heart-rate-observed") == [40, 40]


def test_a_rise_is_over_with_the_first_reading_that_has_fallen_below_it():
    warm = [
        *beginning(),
        entry("reading", 60, id="warm", temperature_celsius=37.9),
        entry("reading", 70, id="still", temperature_celsius=37.8),
        entry("reading", 80, id="well", temperature_celsius=37.7),
    ]
    assert until(warm, 70, "temperature-rise") == [None, None]
    assert until(warm, 80, "temperature-rise") == [80, 80]


def test_a_reading_of_something_else_calms_nothing():
    entries = [*beginning(), rate(30, 101), pressure(35, 120)]
    assert until(entries, 40, "heart-rate-observed") == [None]


def test_a_calm_reading_that_is_corrected_calmed_nothing():
    entries = [
        *beginning(),
        rate(30, 101),
        rate(35, 90),
        entry("correction", 36, reason="artefact", corrects="hr-35"),
    ]
    assert until(entries, 35, "heart-rate-observed") == [35]
    assert until(entries, 36, "heart-rate-observed") == [None]


def test_a_silence_ends_when_a_reading_that_counts_for_it_is_known():
    """Exactly half an interval before the point, and known late."""
    entries = [*beginning(), rate(15, 76, late=25), pressure(14, 120, late=25)]
    found = monitoring.conditions(PLAN, entries, at(45))
    assert {c.measure: minute(c.until) for c in found if c.code == "silence"} == {
        "heart-rate": 40,
        "blood-pressure": None,
    }


def test_what_counts_from_the_supplement_counts_from_it_alone():
    after = DueRule("after", ("heart-rate",), Anchor.SUPPLEMENTAL, "pressure-every")
    plan = replace(PLAN, due=(after,))
    second = entry("dose-given", 100, id="second", dose="supplemental", nominal_mg=62.5)
    assert due(beginning(), 101, plan) == {}
    assert due([*beginning(), second], 101, plan) == {"heart-rate after": (130, 135)}
    assert [p[1] for p in silent([*beginning(), second], 170, plan)] == ["10:10", "10:40"]


def test_what_is_not_put_off_does_not_say_that_it_is():
    found = monitoring.due(PLAN, [*beginning(), rate(20, 110)], at(21))
    assert not any(one.is_deferred for one in found)
    before = monitoring.due(PLAN, [entry("session-opened", -60)], at(-1))
    assert not any(one.is_deferred for one in before)


def test_two_in_a_row_are_two_next_to_each_other_as_they_were_known():
    """A high one that becomes known between two others makes a pair with each that is high."""
    between = pressure(33, 181, late=10, id="between")
    entries = [*beginning(), pressure(30, 180), between, pressure(36, 150)]
    found = [c for c in monitoring.conditions(PLAN, entries, at(43)) if c.code == "systolic-urgent"]
    assert [(c.because, minute(c.known_at)) for c in found] == [
        (("bp-30",), 35),
        (("bp-30", "between"), 43),
    ]
    late_first = [*beginning(), pressure(30, 180, late=5), pressure(33, 181)]
    (pair,) = [
        c for c in monitoring.conditions(PLAN, late_first, at(37)) if c.code == "systolic-urgent"
    ]
    assert (pair.because, minute(pair.known_at), pair.value) == (("bp-30", "bp-33"), 35, 181)


def test_a_calm_one_between_two_high_ones_makes_no_pair():
    entries = [*beginning(), pressure(30, 180), pressure(33, 150), pressure(36, 181)]
    assert "systolic-urgent" not in codes(entries, 40)


def test_dense_measuring_looks_at_as_many_as_were_signed():
    one = plan_of(also={"dense-in-a-row": "1"})
    entries = [*beginning(), rate(30, 110), rate(35, 90)]
    assert "repeat-missing" not in codes(entries, 60, one)
    assert "repeat-missing" in codes(entries, 60, plan_of(also={"dense-in-a-row": "2"}))
    assert "repeat-missing" not in codes(entries, 60, plan_of(unsigned=["dense-in-a-row"]))


def test_an_alarm_is_resolved_once_it_was_seen_and_is_over():
    seen = entry("acknowledgement", 31, condition="heart-rate-observed:hr-30", done="seen")

    def resolved(entries, now):
        found = monitoring.alarms(PLAN, [*beginning(), *entries], at(now))
        return [a.is_resolved for a in found if a.condition.code == "heart-rate-observed"]

    high, low = rate(30, 101), rate(35, 90)
    assert resolved([high], 31) == [False]
    assert resolved([high, seen], 31) == [False]
    assert resolved([high, low], 35) == [False]
    assert resolved([high, seen, low], 35) == [True]


@pytest.mark.parametrize(("read_at", "silences"), [(20, 0), (15, 0), (14.9, 1), (5, 1)])
def test_a_reading_that_is_corrected_later_had_answered_what_it_could(read_at, silences):
    entries = [
        *beginning(),
        rate(read_at, 76, id="wrong"),
        entry("correction", 50, reason="artefact", corrects="wrong"),
    ]
    found = [c for c in monitoring.conditions(PLAN, entries, at(50)) if c.code == "silence"]
    assert len([c for c in found if c.measure == "heart-rate"]) == silences


@pytest.mark.parametrize(
    ("again", "is_missing"), [(20, True), (20.1, False), (24, False), (26, True)]
)
def test_only_what_is_later_repeats_a_reading(again, is_missing):
    """Also if that later one is corrected afterwards: nobody knew it at 25."""
    for more in ([], [entry("correction", 40, reason="artefact", corrects="again")]):
        entries = [*beginning(), rate(20, 110), rate(again, 90, id="again"), *more]
        found = [c.id for c in monitoring.conditions(PLAN, entries, at(41))]
        assert ("repeat-missing:heart-rate:hr-20" in found) is is_missing


def test_the_last_before_a_dose_is_the_last_sound_one_that_measures_it():
    """A pressure alone says nothing of the temperature; what is corrected says nothing at all."""
    entries = [
        *beginning(),
        pressure(-2, 120),
        entry("reading", -5, id="slip", temperature_celsius=35.0),
        entry("correction", -4, reason="typing-slip", corrects="slip"),
        entry("reading", 60, id="warm", temperature_celsius=37.8),
    ]
    found = [
        c for c in monitoring.conditions(PLAN, entries, at(60)) if c.code == "temperature-rise"
    ]
    assert [c.value for c in found] == [Decimal("1.0")]


def test_a_wrong_clock_that_is_corrected_later_had_answered_nothing():
    entries = [
        *beginning(),
        rate(90, 76, late=-60, id="ahead"),
        entry("correction", 50, reason="wrong-time", corrects="ahead"),
    ]
    found = [c.measure for c in monitoring.silences(PLAN, entries, at(36))]
    assert "heart-rate" in found


def test_without_a_tolerance_no_clock_may_be_ahead():
    plan = replace(PLAN, numbers={c: n for c, n in PLAN.numbers.items() if c != "clock-tolerance"})
    assert "clock-wrong" in codes([*beginning(), rate(30.5, 76, late=-0.5)], 31, plan)
    assert "clock-wrong" not in codes([*beginning(), rate(30, 76)], 31, plan)
