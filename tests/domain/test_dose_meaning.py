"""What a dose means once it is on record: it is never refused, alarms where it must, and counts whole."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from holdfast.definitions import protocols
from holdfast.definitions.session import gates as session_gates
from holdfast.definitions.session import limits
from holdfast.domain.course_so_far import CourseSoFar, course_most, course_so_far, most_of
from holdfast.domain.dose_meaning import TIERS, what_it_means
from holdfast.domain.dose_totals import (
    PastDose,
    Slot,
    doses_taken,
    highest_of,
    session_most,
    totals,
)
from holdfast.domain.dosing import session_conditions
from holdfast.domain.session_plan import Tier
from tests.told_session import (
    HOME,
    OVERNIGHT,
    SUPPLEMENT,
    before_the_dose,
    clock,
    dose_given,
    evening,
    morning,
    signed,
)


def meanings(told, at="23:59"):
    """What departs from the plan: each entry with its deviations, and what it counts."""
    found = what_it_means(session_gates.load(), told.plan, told.course, told.log(at))
    return {one.entry: (set(one.deviations), one.counted_mg) for one in found}


def deviations(told, entry, at="23:59"):
    return meanings(told, at)[entry][0]


def alarms(told, at="23:59"):
    """The conditions of doses, exits and the night, by id, with what they stand at."""
    found = session_conditions(
        session_gates.load(), told.plan, told.course, told.log(at), clock(at)
    )
    return {one.id: one for one in found if one.measure in ("dose", "exit", "night")}


def issued(told, at, gate, dose, until, name="au-2"):
    return told.add(
        at, "authorisation", id=name, gate=gate, dose=dose, expires_at=clock(until).isoformat()
    )


def given(told, at="11:35", dose="supplemental", mg=40, name="dose-2", **other):
    return told.add(at, "dose-given", id=name, dose=dose, nominal_mg=mg, **other)


def supplement(at="11:35", **other):
    told = issued(dose_given(), "11:31", SUPPLEMENT, "supplemental", "11:41")
    return given(told, at, authorisation="au-2", **other)


def test_a_dose_behind_an_authorisation_is_as_planned_and_counts():
    assert meanings(supplement()) == {
        "dose-1": (set(), Decimal(80)),
        "dose-2": (set(), Decimal(40)),
    }
    assert alarms(supplement()) == {}


@pytest.mark.parametrize(
    ("at", "is_planned"),
    [("11:31", True), ("11:41", True), ("11:41:01", False), ("11:30:59", False)],
)
def test_an_authorisation_holds_from_its_beginning_to_its_end(at, is_planned):
    found = deviations(supplement(at), "dose-2")
    assert found == (set() if is_planned else {"given-without-authorisation"})


@pytest.mark.parametrize(
    "told",
    [
        given(dose_given()),
        given(dose_given(), authorisation="au-1"),
        given(dose_given(), authorisation="nothing"),
        given(issued(dose_given(), "11:31", HOME, None, "11:41"), authorisation="au-2"),
        given(issued(dose_given(), "11:31", SUPPLEMENT, "supplemental", "11:41")),
    ],
    ids=["none", "of the other dose", "unknown", "of another act", "not named"],
)
def test_a_dose_without_an_authorisation_of_its_own_is_recorded_and_alarms(told):
    assert meanings(told)["dose-2"] == ({"given-without-authorisation"}, Decimal(40))
    alarm = alarms(told)["given-without-authorisation:dose-2"]
    assert (alarm.tier, alarm.because, alarm.holds) == (Tier.URGENT, ("dose-2",), True)
    assert alarm.measure == "dose"
    assert alarm.known_at == clock("11:35")


def test_an_authorisation_serves_one_dose():
    told = given(supplement(), "11:36", name="dose-3", authorisation="au-2")
    assert "given-without-authorisation" in deviations(told, "dose-3")
    assert deviations(told, "dose-2") == set()


def test_an_authorisation_that_was_taken_back_serves_none():
    told = supplement().add("11:32", "correction", corrects="au-2", reason="typing-slip")
    assert deviations(told, "dose-2") == {"given-without-authorisation"}


SPOKEN = {"dose": "supplemental", "nominal_mg": 40, "is_spoken": True, "was_read_back": True}


@pytest.mark.parametrize("at", ["11:33", "11:35"])
def test_a_spoken_order_read_back_is_an_override(at):
    told = dose_given().add(at, "order", "p1", id="order-3", **SPOKEN)
    told = given(told, order="order-3")
    assert deviations(told, "dose-2") == {"given-on-spoken-order"}
    assert alarms(told)["given-on-spoken-order:dose-2"].tier is Tier.NOTIFY


@pytest.mark.parametrize(
    ("by", "at", "differs", "named"),
    [
        ("t1", "11:33", {}, "order-3"),
        ("p1", "11:35:01", {}, "order-3"),
        ("p1", "11:33", {"was_read_back": False}, "order-3"),
        ("p1", "11:33", {"was_read_back": None}, "order-3"),
        ("p1", "11:33", {"is_spoken": False}, "order-3"),
        ("p1", "11:33", {"dose": "initial"}, "order-3"),
        ("p1", "11:33", {}, "order-2"),
    ],
)
def test_what_is_no_spoken_order_read_back_permits_nothing(by, at, differs, named):
    told = dose_given().add(at, "order", by, id="order-3", **(SPOKEN | differs))
    assert "given-without-authorisation" in deviations(given(told, order=named), "dose-2")


@pytest.mark.parametrize(
    ("person", "role", "how", "is_one"),
    [
        ("p9", "physician", "pin", True),
        ("p9", "physician", "known-by-sight", False),
        ("p8", "physician", "pin", False),
        ("p9", "therapist", "pin", False),
    ],
)
def test_a_physician_in_the_room_speaks_an_order_too(person, role, how, is_one):
    told = dose_given().add("11:00", "identified", person, person=person, role=role, how=how)
    told = told.add("11:33", "order", "p9", id="order-3", **SPOKEN)
    found = deviations(given(told, order="order-3"), "dose-2")
    assert found == ({"given-on-spoken-order"} if is_one else {"given-without-authorisation"})


@pytest.mark.parametrize(
    ("at", "is_inside"),
    [("11:29:59", False), ("11:30", True), ("12:00", True), ("12:00:01", False)],
)
def test_a_supplement_outside_its_window_says_so(at, is_inside):
    told = given(dose_given(), at)
    assert ("given-outside-window" not in deviations(told, "dose-2")) is is_inside


def test_a_supplement_without_an_initial_dose_says_so():
    told = given(before_the_dose())
    assert "given-before-initial-dose" in deviations(told, "dose-2")
    before = given(dose_given(), "09:59")
    assert "given-before-initial-dose" in deviations(before, "dose-2")
    assert "given-before-initial-dose" not in deviations(given(dose_given()), "dose-2")


def test_a_supplement_of_a_protocol_without_one_is_outside_every_window():
    told = before_the_dose(protocol="autism-social-anxiety-2018", mg=(100, None))
    told = given(given(told, "10:00", "initial", 100, "dose-1"))
    assert "given-outside-window" in deviations(told, "dose-2")


def test_a_dose_given_twice_is_recorded_twice():
    told = given(dose_given(), "10:30", "initial", 80, "again")
    assert deviations(told, "again") == {
        "given-without-authorisation",
        "dose-doubled",
        "over-session-most",
    }
    assert deviations(told, "dose-1") == set()
    assert totals(doses_taken(told.plan, told.log("12:00")), (), None).session_mg == 160


def test_a_dose_after_one_that_was_lost_is_a_second_one():
    told = before_the_dose().add(
        "09:50", "dose-dropped", id="drop", dose="initial", recovered="part"
    )
    assert "dose-doubled" in deviations(given(told, "10:00", "initial", 80), "dose-2")
    whole = before_the_dose().add("09:50", "dose-dropped", dose="initial", recovered="whole")
    assert "dose-doubled" not in deviations(given(whole, "10:00", "initial", 80), "dose-2")


@pytest.mark.parametrize(("mg", "is_over"), [(40, False), (Decimal("40.5"), True)])
def test_a_dose_over_the_sessions_most_says_so(mg, is_over):
    assert ("over-session-most" in deviations(given(dose_given(), mg=mg), "dose-2")) is is_over


@pytest.mark.parametrize(("mg", "is_on"), [(80, True), (79, False), (120, False)])
def test_a_dose_that_is_not_on_the_menu_says_so(mg, is_on):
    told = given(before_the_dose(), "10:00", "initial", mg)
    assert ("not-on-menu" not in deviations(told, "dose-2")) is is_on
    assert ("not-as-ordered" not in deviations(told, "dose-2")) is is_on


@pytest.mark.parametrize(("mg", "is_on"), [(40, True), (60, False)])
def test_a_supplement_goes_with_its_initial_dose(mg, is_on):
    assert ("not-on-menu" not in deviations(given(dose_given(), mg=mg), "dose-2")) is is_on


def test_what_was_ordered_last_before_the_dose_counts():
    later = dose_given().add("11:36", "order", "p1", dose="supplemental", nominal_mg=20)
    assert "not-as-ordered" not in deviations(given(later), "dose-2")
    same = dose_given().add("11:35", "order", "p1", dose="supplemental", nominal_mg=20)
    assert "not-as-ordered" in deviations(given(same), "dose-2")
    none = dose_given().without("order-2")
    assert "not-as-ordered" in deviations(given(none), "dose-2")


@pytest.mark.parametrize("kind", ["dose-refused", "dose-withheld"])
@pytest.mark.parametrize(
    ("dose", "at", "is_against"),
    [
        ("supplemental", "11:35", True),
        ("supplemental", "11:35:01", False),
        ("initial", "11:00", False),
    ],
)
def test_a_dose_that_was_decided_against_says_so(kind, dose, at, is_against):
    told = dose_given().add(at, kind, dose=dose, reason="other")
    found = deviations(given(told), "dose-2")
    assert ("given-after-it-was-decided-against" in found) is is_against


@pytest.mark.parametrize(("at", "is_after"), [("11:34:59", True), ("11:35", False)])
def test_a_dose_after_the_end_says_so(at, is_after):
    told = given(dose_given().add(at, "exit", exit="overnight"))
    assert ("given-after-the-end" in deviations(told, "dose-2")) is is_after


@pytest.mark.parametrize(("known", "is_late"), [("11:50", False), ("11:50:01", True)])
def test_a_dose_recorded_late_says_so(known, is_late):
    told = supplement(known=known)
    assert deviations(told, "dose-2") == ({"recorded-late"} if is_late else set())
    assert ("recorded-late:dose-2" in alarms(told)) is is_late


def test_a_lost_dose_is_a_deviation_and_an_alarm_and_counts_whole():
    for kind in ("dose-dropped", "dose-spat", "dose-vomited"):
        minutes = {"minutes_after": 20} if kind == "dose-vomited" else {}
        told = before_the_dose().add("10:20", kind, id="lost", dose="initial", **minutes)
        assert meanings(told)["lost"] == ({kind}, Decimal(80))
        assert alarms(told)[f"{kind}:lost"].tier is Tier.NOTIFY
        late = before_the_dose().add(
            "10:20", kind, id="lost", known="13:00", dose="initial", **minutes
        )
        assert deviations(late, "lost") == {kind, "recorded-late"}


def test_what_was_refused_or_withheld_counts_nothing_and_departs_from_nothing():
    told = dose_given().add("11:30", "dose-refused", id="no", dose="supplemental")
    told = told.add("11:31", "dose-withheld", id="held", dose="supplemental", reason="other")
    found = meanings(told)
    assert found["no"] == found["held"] == (set(), Decimal(0))


def test_what_was_set_aside_is_a_deviation():
    told = evening().add(
        "18:00", "override", "p1", id="ov", gate=OVERNIGHT, condition="distress", reason="known"
    )
    assert deviations(told, "ov") == {"set-aside"}


# Exits


@pytest.mark.parametrize(
    ("at", "is_permitted"), [("18:00", True), ("18:30", True), ("18:30:01", False)]
)
def test_a_release_needs_an_authorisation_that_held(at, is_permitted):
    told = issued(evening(), "18:00", OVERNIGHT, None, "18:30").add(
        at, "exit", id="out", exit="overnight"
    )
    found = meanings(told).get("out", (set(), 0))[0]
    assert found == (set() if is_permitted else {"released-without-authorisation"})
    assert ("released-without-authorisation:out" in alarms(told)) is not is_permitted


def test_an_authorisation_for_the_night_is_none_for_home():
    told = issued(evening(), "18:00", OVERNIGHT, None, "18:30")
    told = told.add("18:05", "exit", id="out", exit="home-with-escort")
    assert deviations(told, "out") == {"released-without-authorisation"}


@pytest.mark.parametrize(
    ("code", "tier", "departs"),
    [
        ("extended-stay", None, set()),
        ("transfer-to-hospital", Tier.URGENT, set()),
        ("left-against-advice", Tier.URGENT, {"left-against-advice"}),
        ("death", Tier.EMERGENCY, set()),
    ],
)
def test_the_other_exits_have_no_gate_and_some_alarm(code, tier, departs):
    told = dose_given().add("11:40", "exit", id="out", exit=code)
    assert meanings(told).get("out", (set(), 0))[0] == departs
    found = alarms(told).get(f"{code}:out")
    assert (None if found is None else (found.tier, found.measure)) == (tier and (tier, "exit"))


def test_an_exit_that_was_taken_back_before_anybody_knew_it_alarms_nobody():
    told = dose_given().add("11:40", "exit", id="out", known="12:00", exit="death")
    back = told.add("11:50", "correction", corrects="out", reason="wrong-person")
    assert alarms(told)["death:out"].holds
    assert alarms(back) == {}
    later = told.add("12:10", "correction", corrects="out", reason="wrong-person")
    assert alarms(later)["death:out"].holds


# What was raised stays


def test_what_alarmed_once_alarms_although_its_reason_comes_later():
    """The authorisation is known only after the dose: the alarm stays, the deviation does not."""
    told = given(dose_given(), authorisation="au-2")
    told = told.add(
        "11:31",
        "authorisation",
        id="au-2",
        known="11:50",
        gate=SUPPLEMENT,
        expires_at=clock("11:41").isoformat(),
    )
    assert deviations(told, "dose-2") == set()
    assert "given-without-authorisation:dose-2" in alarms(told)


def test_what_becomes_so_later_alarms_from_then_on():
    told = supplement().add("11:34", "dose-refused", known="12:30", dose="supplemental")
    found = alarms(told)["given-after-it-was-decided-against:dose-2"]
    assert found.known_at == clock("12:30")
    assert found.since == clock("11:35")


def test_a_dose_that_is_taken_back_stays_visible():
    told = supplement().add("11:36", "correction", corrects="dose-2", reason="did-not-happen")
    assert meanings(told)["dose-2"] == ({"dose-record-taken-back"}, Decimal(0))
    assert alarms(told)["dose-record-taken-back:dose-2"].tier is Tier.NOTIFY
    lost = dose_given().add("10:20", "dose-vomited", id="v", dose="initial", minutes_after=20)
    lost = lost.add("10:30", "correction", corrects="v", reason="did-not-happen")
    assert deviations(lost, "v") == {"dose-record-taken-back"}
    assert set(alarms(lost)) == {"dose-vomited:v", "dose-record-taken-back:v"}


def test_a_dose_entered_anew_counts_as_it_was_corrected():
    told = supplement().add(
        "11:35",
        "dose-given",
        id="right",
        known="11:40",
        corrects="dose-2",
        dose="supplemental",
        nominal_mg=60,
        authorisation="au-2",
    )
    found = meanings(told)
    departs = {"not-on-menu", "not-as-ordered", "over-session-most", "given-without-authorisation"}
    assert found["right"] == (departs, Decimal(60))
    assert found["dose-2"] == ({"dose-record-taken-back"}, Decimal(0))


def test_the_alarm_of_a_dose_is_over_when_somebody_says_what_was_done():
    told = given(dose_given())
    name = "given-without-authorisation:dose-2"
    seen = told.add("11:50", "acknowledgement", "p1", condition=name, done="seen")
    assert alarms(seen, "11:50")[name].until == clock("11:50")
    assert alarms(seen, "11:49")[name].holds
    for other in (
        told.add("11:50", "acknowledgement", "", condition=name, done="seen"),
        told.add("11:50", "acknowledgement", "p1", condition="another", done="seen"),
        seen.add("11:55", "correction", corrects=seen.entries[-1].id, reason="typing-slip"),
    ):
        assert alarms(other)[name].holds
    early = told.add("11:30", "acknowledgement", "p1", condition=name, done="seen")
    assert alarms(early)[name].holds
    twice = seen.add("12:10", "acknowledgement", "t1", condition=name, done="seen")
    assert alarms(twice)[name].until == clock("11:50")


def test_every_alarm_of_a_dose_tells_somebody():
    plan = dose_given().plan
    assert set(TIERS.values()) == {Tier.NOTIFY, Tier.URGENT}
    assert all(plan.tiers[tier].told for tier in TIERS.values())


# Totals


def test_what_was_spat_out_or_vomited_is_the_dose_that_was_given():
    told = dose_given().add("10:20", "dose-vomited", dose="initial", minutes_after=20)
    told = told.add("10:21", "dose-spat", dose="initial", given="dose-1")
    taken = doses_taken(told.plan, told.log("12:00"))
    assert [(one.entry.id, one.slot, one.highest_mg, one.is_given) for one in taken] == [
        ("dose-1", Slot.INITIAL, Decimal(80), True)
    ]


def test_what_was_lost_without_a_dose_on_record_counts_once_and_at_its_own_time():
    told = before_the_dose().add("10:20", "dose-vomited", id="v1", dose="initial", minutes_after=20)
    told = told.add("10:40", "dose-vomited", id="v2", dose="initial", minutes_after=40)
    told = told.add("11:40", "dose-spat", id="s1", dose="supplemental", nominal_mg=30)
    taken = doses_taken(told.plan, told.log("12:00"))
    assert [(one.entry.id, one.highest_mg, one.is_given, one.at) for one in taken] == [
        ("v1", Decimal(80), False, clock("10:20")),
        ("s1", Decimal(30), False, clock("11:40")),
    ]


def test_what_was_lost_before_a_dose_or_names_another_is_not_that_dose():
    early = dose_given().add("09:59", "dose-vomited", id="v", dose="initial", minutes_after=20)
    assert len(doses_taken(early.plan, early.log("12:00"))) == 2
    other = dose_given().add("10:30", "dose-spat", id="v", dose="initial", given="another")
    assert len(doses_taken(other.plan, other.log("12:00"))) == 2
    at_once = dose_given().add("10:00", "dose-spat", id="v", dose="initial")
    assert len(doses_taken(at_once.plan, at_once.log("12:00"))) == 1
    second = dose_given().add("11:40", "dose-spat", id="v", dose="supplemental")
    assert len(doses_taken(second.plan, second.log("12:00"))) == 2


@pytest.mark.parametrize(
    ("recovered", "mg", "counts"),
    [("whole", 80, None), ("part", 80, 80), ("none", 70, 70), (None, None, 80)],
)
def test_what_was_dropped_counts_unless_it_was_found_whole(recovered, mg, counts):
    told = before_the_dose().add(
        "09:50", "dose-dropped", dose="initial", recovered=recovered, nominal_mg=mg
    )
    taken = doses_taken(told.plan, told.log("12:00"))
    assert [one.highest_mg for one in taken] == ([] if counts is None else [Decimal(counts)])


def test_doses_come_in_the_order_of_their_own_times():
    told = given(before_the_dose(), "11:35", known="11:40")
    told = given(told, "10:00", "initial", 80, "dose-1", known="12:00")
    assert [one.entry.id for one in doses_taken(told.plan, told.log("12:00"))] == [
        "dose-1",
        "dose-2",
    ]
    assert [one.entry.id for one in doses_taken(told.plan, told.log("11:59"))] == ["dose-2"]


def test_totals_add_up_each_its_own():
    taken = doses_taken(supplement().plan, supplement().log("12:00"))
    past = (
        PastDose("a", date(2026, 4, 1), Decimal(100)),
        PastDose("b", date(2025, 4, 1), Decimal(30), is_of_course=False),
    )
    found = totals(taken, iter(past), Decimal(7))
    assert (found.session_mg, found.course_mg, found.lifetime_mg) == (120, 220, 257)
    assert totals(taken, past, None).lifetime_mg is None
    assert totals((), (), Decimal(0)).lifetime_mg == 0


def test_the_most_of_a_session_and_of_a_slot_are_the_menus():
    first, later = before_the_dose().plan, before_the_dose(number=2, visit="v10", mg=(120, 60)).plan
    assert (session_most(first), session_most(later)) == (120, 180)
    assert (highest_of(later, Slot.INITIAL), highest_of(later, Slot.SUPPLEMENTAL)) == (120, 60)
    bare = replace(first, choices=())
    assert (session_most(bare), highest_of(bare, Slot.INITIAL)) == (0, 0)
    single = before_the_dose(protocol="autism-social-anxiety-2018", mg=(100, None)).plan
    assert (session_most(single), highest_of(single, Slot.SUPPLEMENTAL)) == (100, 0)


# The course around it


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("mapp1", 480),
        ("mapp2", 480),
        ("group-veterans", 360),
        ("social-anxiety-2023", 280),
        ("autism-social-anxiety-2018", 225),
    ],
)
def test_the_most_of_a_course_is_that_of_its_way_with_the_highest_doses(name, most):

    assert course_most(protocols.load(name).schedule) == most


def test_of_a_course_of_which_nothing_is_known_no_menu_runs():
    bare = CourseSoFar()
    assert (bare.menu_may_run, bare.course_most_mg, bare.last_dosing_on()) == (False, None, None)


def test_a_course_without_a_menu_has_no_most():

    schedule = protocols.load("mapp2").schedule
    assert course_most(replace(schedule, doses={})) is None
    assert most_of(schedule.doses["later"]) == 180


def test_what_was_signed_later_does_not_run_yet():

    schedule = protocols.load("mapp2").schedule
    visit = schedule.visit("v10")
    day = date(2026, 1, 5)
    for as_of, runs in ((day, True), (day - timedelta(days=1), False)):
        course = course_so_far(schedule, visit, limits.load(), as_of=as_of, signed=signed())
        assert ("rooms-per-physician" in course.numbers) is runs
        assert course.interval is not None
        assert (course.interval.earliest_days == 21) is runs
        assert (course.interval.latest_days == 35) is runs
    first = course_so_far(schedule, schedule.visit("v5"), limits.load(), as_of=day, signed=signed())
    assert (first.interval.has_latest, first.menu_may_run) == (False, True)


def test_a_verified_window_of_the_protocol_needs_no_signature():

    schedule = protocols.load("mp12").schedule
    course = course_so_far(
        schedule, schedule.visit("dosing-2"), limits.load(), as_of=date(2026, 1, 5), signed={}
    )
    assert course.interval is not None
    assert (course.interval.earliest_days, course.interval.latest_days) == (21, 35)


# The night


def _night(*looks):
    told = evening().add("18:05", "exit", id="exit-night", exit="overnight")
    for at in looks:
        told = told.add(at, "night-check", "a1", id=f"look-{at}", state="asleep")
    return told


@pytest.mark.parametrize(
    ("at", "is_missing"), [("22:04:59", False), ("22:05", True), ("22:06", True)]
)
def test_a_look_that_is_late_alarms(at, is_missing):
    found = alarms(_night(), at).get("night-check-missing:exit-night")
    assert (found is not None) is is_missing
    if found is not None:
        assert (found.tier, found.since, found.holds) == (Tier.NOTIFY, clock("22:05"), True)


def test_a_look_in_time_calms_and_begins_the_next_four_hours():
    told = _night("22:05")
    assert "night-check-missing:exit-night" not in alarms(told, "23:59")
    assert "night-check-missing:look-22:05" in alarms(told, "+1 02:05")
    late = _night("22:06")
    found = alarms(late, "23:00")["night-check-missing:exit-night"]
    assert found.until == clock("22:06")


def test_a_look_that_becomes_known_late_was_missing_until_then():
    told = _night().add("22:00", "night-check", "a1", known="23:00", state="asleep")
    assert alarms(told, "23:30")["night-check-missing:exit-night"].until == clock("23:00")


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("morning-hand-over", {"to_person": "t1"}),
        ("session-closed", {}),
        ("exit", {"exit": "transfer-to-hospital"}),
    ],
)
def test_when_the_night_is_over_nobody_has_to_look(kind, fields):
    told = _night("22:00").add("+1 01:00", kind, "a1", **fields)
    assert not any("night-check" in name for name in alarms(told, "+1 09:00"))


def test_an_exit_before_the_night_does_not_end_it():
    told = evening().add("17:59", "exit", exit="extended-stay")
    told = told.add("18:05", "exit", id="exit-night", exit="overnight")
    assert "night-check-missing:exit-night" in alarms(told, "22:05")


def test_a_night_that_was_no_night_and_one_without_a_signed_number_ask_for_no_look():
    assert alarms(evening().add("18:05", "exit", exit="extended-stay"), "23:00") == {}
    unsigned = _night().unsigned("night-check-every")
    assert not any("night-check" in name for name in alarms(unsigned, "23:00"))
    taken_back = _night().add("18:10", "correction", corrects="exit-night", reason="typing-slip")
    assert not any("night-check" in name for name in alarms(taken_back, "23:00"))


def test_morning_is_quiet():
    assert list(alarms(morning(), "+1 09:00")) == []
