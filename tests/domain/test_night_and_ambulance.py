"""What an attendant sees at night, and what whoever takes over in an emergency must know."""

import json
from decimal import Decimal

from holdfast.definitions.session import ambulance
from holdfast.domain.ambulance import ambulance_sheet
from holdfast.domain.night import Look, night_sheet
from tests.told_session import before_the_dose, clock, dose_given, evening, morning


def night(told, at):
    return night_sheet(told.course, told.log(at), clock(at))


def _night():
    told = evening().add("18:05", "exit", id="exit-night", exit="overnight")
    told = told.add("21:00", "event", term="headache").add("17:00", "event", term="warmth")
    told = told.add("21:05", "fluid-taken", volume_ml=200).add(
        "21:35", "fluid-taken", volume_ml=150
    )
    told = told.add("17:05", "fluid-taken", volume_ml=999).add("18:05", "fluid-taken", volume_ml=50)
    told = told.add("21:10", "medicine-taken", "a1", medicine="paracetamol", amount=1000)
    told = told.add("21:20", "rescue-given", "p1", medicine="ondansetron", amount=4)
    told = told.add("21:15", "help-called", "a1", whom="physician")
    return told.add("22:00", "night-check", "a1", state="awake-well")


def test_there_is_no_night_before_it_began():
    assert night(evening(), "18:05") is None
    assert night(_night(), "18:04") is None
    assert night(_night(), "18:05") is not None


def test_the_sheet_of_the_night_holds_what_happened_in_it_and_nothing_from_before():
    sheet = night(_night(), "23:00")
    assert sheet.began_at == clock("18:05")
    assert sheet.attendants == ("a1",)
    assert sheet.looks == (Look(clock("22:00"), "a1", "awake-well"),)
    assert sheet.symptoms == ((clock("21:00"), "headache"),)
    assert sheet.fluids_ml == Decimal(400)
    assert sheet.medicines == ((clock("21:10"), "paracetamol"), (clock("21:20"), "ondansetron"))
    assert sheet.called == ((clock("21:15"), "physician"),)
    assert (sheet.handed_over_at, sheet.handed_over_to) == (None, "")


def test_it_says_by_when_somebody_has_to_look_next():
    assert night(_night(), "23:00").next_by == clock("+1 02:00")
    assert night(_night().without("night-check"), "23:00").next_by == clock("22:05")
    assert night(_night().unsigned("night-check-every"), "23:00").next_by is None


def test_the_morning_ends_it():
    sheet = night(morning(), "+1 08:30")
    assert sheet.next_by is None
    assert (sheet.handed_over_at, sheet.handed_over_to) == (clock("+1 08:00"), "t1")


def test_the_persons_preference_of_attendant_is_kept_or_not_or_was_not_asked():
    code = "attendant-preference-kept"
    assert night(_night(), "23:00").is_preference_kept is None
    assert night(_night().state("18:00", code), "23:00").is_preference_kept is True
    assert night(_night().state("18:00", code, answer="no"), "23:00").is_preference_kept is False


def sheet_of(told, at):
    return ambulance_sheet(told.plan, told.log(at), clock(at), ambulance.load()).to_json()


def test_the_sheet_says_treat_as_active_and_the_highest_possible_dose():
    told = dose_given().add("11:35", "dose-given", dose="supplemental", nominal_mg=40)
    told = told.add("11:40", "dose-vomited", dose="supplemental", minutes_after=5)
    sheet = sheet_of(told, "12:00")
    assert (sheet["schema"], sheet["treat_as_active"]) == (1, True)
    assert sheet["highest_possible_mg"] == 120
    assert sheet["doses"] == [
        {"at": "2026-05-05T08:00:00Z", "minutes_ago": 120, "dose": "initial", "highest_mg": 80},
        {"at": "2026-05-05T09:35:00Z", "minutes_ago": 25, "dose": "supplemental", "highest_mg": 40},
    ]


def test_the_sheet_holds_newest_and_extreme_readings_medicines_fluids_and_calls():
    told = dose_given().reading("11:50", "181/99", None, None)
    told = told.add(
        "11:51",
        "rescue-given",
        "p1",
        medicine="labetalol",
        route="intravenous",
        amount=Decimal("12.5"),
    )
    told = told.add("11:52", "medicine-taken", medicine="own-tablet")
    told = told.add("11:53", "help-called", whom="emergency-service")
    told = told.add("11:54", "event", term="chest-pain", serious="yes")
    told = told.add("11:00", "fluid-taken", volume_ml=250)
    told = told.reading("13:00", "300/100", known="11:55")
    sheet = sheet_of(told, "12:00:59")
    newest = {one["field"]: (one["value"], one["minutes_ago"]) for one in sheet["newest"]}
    assert newest["systolic_mmhg"] == (181, 10)
    assert newest["temperature_celsius"] == (37.3, 35)
    assert newest["score"] == (5, 60)
    extremes = {one["field"]: (one["lowest"], one["highest"]) for one in sheet["extremes"]}
    assert extremes["systolic_mmhg"] == (126, 181)
    assert "sodium_mmol_per_l" not in newest
    assert "sodium_mmol_per_l" not in extremes
    assert [(m["medicine"], m["route"], m["amount_mg"]) for m in sheet["medicines"]] == [
        ("labetalol", "intravenous", 12.5),
        ("own-tablet", "", None),
    ]
    assert [(one["whom"], one["minutes_ago"]) for one in sheet["called"]] == [
        ("emergency-service", 7)
    ]
    assert [(one["term"], one["serious"]) for one in sheet["events"]] == [("chest-pain", "yes")]
    assert sheet["fluids_ml"] == 250
    assert json.loads(json.dumps(sheet)) == sheet


def test_the_sheet_says_what_to_avoid_and_how_far_that_was_verified():
    avoid = {one["code"]: one for one in sheet_of(before_the_dose(), "09:56")["avoid"]}
    assert {"maoi", "pure-beta-blocker", "free-water"} <= set(avoid)
    assert avoid["pure-beta-blocker"]["standing"] == "from-memory"
    assert all(one["source"] for one in avoid.values())


def test_the_sheet_knows_no_group():
    text = json.dumps(sheet_of(dose_given(), "12:00"))
    assert "placebo" not in text
    assert "arm" not in json.loads(text)
