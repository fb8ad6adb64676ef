"""The five gates of a dosing session: what is taken away shuts them, and nothing hides anything else."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from holdfast.definitions.session import gates as session_gates
from holdfast.domain.dose_rules import window_closes
from holdfast.domain.dose_totals import PastDose
from holdfast.domain.dosing import (
    RULES,
    authorise,
    gate_answer,
    may_close_session,
    may_give_initial_dose,
    may_give_supplemental_dose,
    may_release_home,
    may_release_to_overnight,
)
from holdfast.domain.findings import Outcome
from holdfast.domain.session_gates import How, SessionAct
from tests.told_session import (
    CLOSE,
    HOME,
    INITIAL,
    OVERNIGHT,
    SUPPLEMENT,
    Told,
    before_the_dose,
    clock,
    dose_given,
    evening,
    morning,
    over,
)

OPEN = {
    INITIAL: (before_the_dose, "09:56"),
    SUPPLEMENT: (dose_given, "11:31"),
    OVERNIGHT: (evening, "18:01"),
    HOME: (morning, "+1 09:00"),
    CLOSE: (over, "+1 10:00"),
}
UNREAD = {
    "readings-recent": {"not-read"},
    "readings-in-limits": {"not-read"},
}


@pytest.mark.parametrize("act", OPEN)
def test_a_gate_opens_when_everything_is_met(act):
    told, at = OPEN[act][0](), OPEN[act][1]
    answer = told.answer(act, at)
    assert answer.is_open
    assert {one.condition.code for one in answer.judged} == {
        c.code for c in session_gates.load().gates[SessionAct(act)].gate.conditions
    }


def values_of(told, act, at, code):
    """What the findings that keep a condition shut say beside their reason."""
    closed = told.answer(act, at).closed_by
    return [dict(one.finding.values) for one in closed if one.condition.code == code]


def test_what_is_shut_says_its_numbers():
    """A line of the panel says what is missing; a wrong number there is a wrong sentence."""
    window = {"from_minutes": 90, "to_minutes": 120}
    for at in ("11:29", "12:01"):
        assert values_of(dose_given(), SUPPLEMENT, at, "supplement-window") == [window]
    assert values_of(evening(), OVERNIGHT, "17:59", "hours") == [{"minutes": 480}]
    distressed = evening().add("17:59", "distress", score=6)
    assert values_of(distressed, OVERNIGHT, "18:01", "distress") == [{"score": 6, "before": 4}]
    lost = evening().add("17:59", "orientation", correct=2)
    assert values_of(lost, OVERNIGHT, "18:01", "orientation") == [{"correct": 2}]
    warm = dose_given().reading("11:29", None, None, 38.2)
    assert values_of(warm, SUPPLEMENT, "11:31", "temperature-rise") == [
        {"rise": Decimal("1.5"), "bound": Decimal(1)}
    ]
    fast = before_the_dose().reading("09:52", "120/80", 104, 36.7)
    assert values_of(fast, INITIAL, "09:56", "readings-in-limits") == [
        {"limit": "heart-rate-observed", "value": Decimal(104), "bound": Decimal(100)}
    ]
    many = before_the_dose().add("09:50", "physician-page", "p1", state="answered", rooms=5)
    assert values_of(many, INITIAL, "09:56", "physician-rooms") == [{"rooms": 5, "most": 4}]
    alone = before_the_dose().add("09:52", "went-out", "t2", person="t2")
    assert values_of(alone, INITIAL, "09:56", "therapists-in-room") == [{"therapists": 1}]
    for days in (20, 36):
        early = before_the_dose(number=2, visit="v10", mg=(120, 60))
        early = replace(early, past=(_past(120, on=date(2026, 5, 5) - timedelta(days=days)),))
        assert values_of(early, INITIAL, "09:56", "interval") == [
            {"days": days, "earliest_days": 21, "latest_days": 35}
        ]


def test_each_act_has_its_own_name():
    asked = before_the_dose().asked("09:56")
    for may, act in (
        (may_give_initial_dose, INITIAL),
        (may_give_supplemental_dose, SUPPLEMENT),
        (may_release_to_overnight, OVERNIGHT),
        (may_release_home, HOME),
        (may_close_session, CLOSE),
    ):
        assert may(asked).act == act
    assert [may_give_initial_dose(asked).is_open, may_release_home(asked).is_open] == [True, False]


@pytest.mark.parametrize("act", OPEN)
def test_of_a_session_of_which_nothing_is_known_nothing_is_permitted(act):
    answer = Told(handed=frozenset(), findings=()).unsigned().answer(act, "09:56")
    assert not answer.is_open
    gate = session_gates.load().gates[SessionAct(act)].gate
    assert {one.condition.code for one in answer.judged} == {c.code for c in gate.conditions}


TAKEN_AWAY = [
    # gate, what is not there, what then shuts it and why
    (INITIAL, ["session-opened"], {"session-open": {"session-not-opened"}}),
    *(
        (INITIAL, [f"stated-{code}"], {code: {"not-stated"}})
        for code in (
            "consent-affirmed",
            "medicines-today",
            "health-today",
            "fasting",
            "abstinence",
            "physician-clearance",
            "pregnancy-test",
            "urine-drug-screen",
            "therapists-qualified",
            "session-box",
            "rescue-medicines",
            "oxygen",
            "standing-orders",
            "monitor-checked",
            "thermometer-checked",
            "camera-and-sound",
            "complaint-recipients",
            "escort-confirmed",
            "overnight-arranged",
        )
    ),
    (INITIAL, ["escort"], {"escort-confirmed": {"no-escort-named"}}),
    (
        INITIAL,
        ["order-1"],
        {
            "order": {"not-ordered"},
            "dose-on-menu": {"not-ordered"},
            "session-total": {"not-ordered"},
            "course-total": {"not-ordered"},
            "lifetime-total": {"not-ordered"},
        },
    ),
    (INITIAL, ["c-ssrs"], {"suicidality": {"not-asked-today"}}),
    (INITIAL, ["before"], UNREAD),
    (INITIAL, ["picture"], {"recording": {"recording-not-known"}}),
    (INITIAL, ["sound"], {"recording": {"recording-not-known"}}),
    (
        INITIAL,
        ["page-asked", "page-answered"],
        {"physician-answered": {"physician-not-paged"}, "physician-rooms": {"physician-not-paged"}},
    ),
    (
        INITIAL,
        ["page-answered"],
        {"physician-answered": {"page-not-answered"}, "physician-rooms": {"page-not-answered"}},
    ),
    (INITIAL, ["shown-t1"], {"therapists-in-room": {"too-few-therapists"}}),
    (
        INITIAL,
        ["shown-t2", "in-t2"],
        {"therapists-in-room": {"too-few-therapists"}},
    ),
    (SUPPLEMENT, ["stated-supplement-agreed-before"], {"supplement-agreed-before": {"not-stated"}}),
    (SUPPLEMENT, ["looked"], {"symptoms": {"symptoms-not-asked"}}),
    (OVERNIGHT, ["judged"], {"effects-over": {"not-stated"}}),
    (OVERNIGHT, ["oriented"], {"orientation": {"not-asked-after-dose"}}),
    (OVERNIGHT, ["not-impaired"], {"impairment": {"not-asked-after-dose"}}),
    (
        OVERNIGHT,
        ["distress-before"],
        {"distress": {"no-distress-before"}, "alarms": {"alarm-unresolved"}},
    ),
    (OVERNIGHT, ["c-ssrs-after"], {"suicidality-after": {"not-asked-after-dose"}}),
    (OVERNIGHT, ["shown-a1", "in-a1"], {"night-attendant": {"no-attendant"}}),
    (OVERNIGHT, ["told-a1"], {"night-attendant": {"attendant-not-told"}}),
    (OVERNIGHT, ["looked", "looked-2"], {"symptoms": {"symptoms-not-asked"}}),
    (
        HOME,
        ["escort", "escort-here"],
        {
            "escort-here": {"no-escort-named"},
            "escort-briefed": {"no-escort-named"},
            "no-driving": {"no-escort-named"},
        },
    ),
    (
        HOME,
        ["escort-here"],
        {
            "escort-here": {"escort-here-not-told"},
            "escort-briefed": {"escort-briefed-not-told"},
            "no-driving": {"no-driving-not-told"},
        },
    ),
    (HOME, ["call"], {"first-call": {"no-call-set"}}),
    (HOME, ["morning-reading"], {"readings-recent": {"read-too-long-ago"}}),
    (HOME, ["judged-3"], {"effects-over": {"statement-too-old"}}),
    (HOME, ["oriented-3"], {"orientation": {"asked-too-long-ago"}}),
    (HOME, ["looked-3"], {"symptoms": {"symptoms-asked-too-long-ago"}}),
    (CLOSE, ["stated-events-settled"], {"events-settled": {"not-stated"}}),
    (CLOSE, ["stated-nothing-waits"], {"nothing-waits": {"not-stated"}}),
    (CLOSE, ["stated-box-returned"], {"box-returned": {"not-stated"}}),
    (CLOSE, ["stated-recording-kept"], {"recording-kept": {"not-stated"}}),
    (CLOSE, ["refused"], {"doses-accounted": {"dose-not-accounted"}}),
    (
        CLOSE,
        ["before"],
        {"anchor-readings": {"anchor-not-read"}, "alarms-acknowledged": {"alarm-open"}},
    ),
]


@pytest.mark.parametrize(("act", "away", "shut"), TAKEN_AWAY, ids=lambda v: str(v)[:60])
def test_what_is_not_there_shuts_its_gate(act, away, shut):
    told, at = OPEN[act][0](), OPEN[act][1]
    assert told.without(*away).shut_by(act, at) == shut


@pytest.mark.parametrize("code", ["consent", "eligibility", "course", "approvals", "washouts"])
def test_what_another_part_of_the_record_finds_or_does_not_shuts_the_dose(code):
    told = before_the_dose()
    assert told.finding(code, None).shut_by(INITIAL, "09:56") == {code: {"nobody-judged"}}
    for outcome in (Outcome.FAILED, Outcome.UNKNOWN):
        assert told.finding(code, outcome).shut_by(INITIAL, "09:56") == {code: {"handed-in"}}


def test_what_was_handed_in_and_what_was_stated_are_both_judged():
    """A yes of the one does not hide a no of the other."""
    told = before_the_dose()
    assert told.finding("pregnancy-test", Outcome.FAILED).shut_by(INITIAL, "09:56") == {
        "pregnancy-test": {"handed-in"}
    }
    said_no = told.finding("pregnancy-test", Outcome.PASSED).state(
        "09:50", "pregnancy-test", answer="no"
    )
    assert said_no.shut_by(INITIAL, "09:56") == {"pregnancy-test": {"stated-otherwise"}}
    handed_only = told.without("stated-pregnancy-test").finding("pregnancy-test", Outcome.PASSED)
    assert handed_only.shut_by(INITIAL, "09:56") == {}


# Statements


@pytest.mark.parametrize(
    ("answer", "reason"), [("no", "stated-otherwise"), ("unknown", "cannot-say")]
)
def test_a_statement_that_it_is_not_so_shuts_whoever_says_it(answer, reason):
    told = before_the_dose().state("09:50", "oxygen", "a1", answer)
    assert told.shut_by(INITIAL, "09:56") == {"oxygen": {reason}}


def test_a_yes_counts_only_from_somebody_who_may_say_it():
    told = before_the_dose().without("stated-physician-clearance")
    by_therapist = told.state("08:45", "physician-clearance", "t1")
    assert by_therapist.shut_by(INITIAL, "09:56") == {
        "physician-clearance": {"stated-by-somebody-who-may-not"}
    }
    assert by_therapist.state("08:46", "physician-clearance", "p1").shut_by(INITIAL, "09:56") == {}


def test_a_yes_after_a_no_counts_and_a_no_of_the_same_moment_wins():
    told = before_the_dose().state("09:40", "fasting", "t2", "no")
    assert told.shut_by(INITIAL, "09:56") == {"fasting": {"stated-otherwise"}}
    assert told.state("09:41", "fasting").shut_by(INITIAL, "09:56") == {}
    assert told.state("09:40", "fasting").shut_by(INITIAL, "09:56") == {
        "fasting": {"stated-otherwise"}
    }


def test_a_yes_of_yesterday_does_not_count_today():
    told = before_the_dose().without("stated-fasting").state("-1 23:59", "fasting", known="08:35")
    assert told.shut_by(INITIAL, "09:56") == {"fasting": {"statement-too-old"}}
    today = before_the_dose().without("stated-fasting").state("00:00", "fasting", known="08:35")
    assert today.shut_by(INITIAL, "09:56") == {}


def test_a_statement_ends_when_it_says_so():
    told = before_the_dose().state("09:40", "oxygen", "t2", holds_until=clock("09:56").isoformat())
    assert told.shut_by(INITIAL, "09:56") == {}
    assert told.shut_by(INITIAL, "09:56:01") == {"oxygen": {"statement-too-old"}}


def test_what_was_agreed_in_preparation_counts_for_the_whole_session():
    told = dose_given().without("stated-supplement-agreed-before")
    told = told.state("-9 12:00", "supplement-agreed-before", known="08:30")
    assert told.shut_by(SUPPLEMENT, "11:31") == {}


def test_a_statement_from_the_future_and_one_not_known_yet_do_not_count():
    told = before_the_dose().without("stated-fasting")
    ahead = told.state("10:30", "fasting", known="09:40")
    assert ahead.shut_by(INITIAL, "09:56")["fasting"] == {"not-stated"}
    assert told.state("08:45", "fasting", known="09:57").shut_by(INITIAL, "09:56") == {
        "fasting": {"not-stated"}
    }


def test_a_statement_that_was_corrected_does_not_count():
    told = before_the_dose().add(
        "09:50", "correction", corrects="stated-oxygen", reason="did-not-happen"
    )
    assert told.shut_by(INITIAL, "09:56") == {"oxygen": {"not-stated"}}


# The session, the order, the menu, the totals


@pytest.mark.parametrize("code", ["overnight", "extended-stay", "transfer-to-hospital", "death"])
def test_after_any_exit_no_dose_is_permitted(code):
    told = dose_given().add("11:29", "exit", exit=code)
    assert "session-ended" in told.shut_by(SUPPLEMENT, "11:31")["session-open"]
    assert "session-ended" not in dose_given().shut_by(SUPPLEMENT, "11:31").get(
        "session-open", set()
    )


@pytest.mark.parametrize(
    ("code", "is_shut"),
    [
        ("overnight", False),
        ("extended-stay", False),
        ("home-with-escort", True),
        ("transfer-to-hospital", True),
        ("left-against-advice", True),
        ("death", True),
    ],
)
def test_nobody_who_has_gone_is_released(code, is_shut):
    told = morning().add("+1 08:59", "exit", exit=code)
    assert (told.shut_by(HOME, "+1 09:00").get("session-open") == {"session-ended"}) is is_shut


def test_a_closed_session_permits_nothing():
    told = before_the_dose().add("09:52", "session-closed")
    assert told.shut_by(INITIAL, "09:56")["session-open"] == {"session-closed"}


@pytest.mark.parametrize("by", ["t1", "a1", "somebody"])
def test_an_order_is_a_physicians(by):
    told = before_the_dose().add("09:00", "order", by, dose="initial", nominal_mg=80)
    assert told.shut_by(INITIAL, "09:56") == {"order": {"ordered-by-no-physician"}}


def test_a_physician_who_shows_who_they_are_in_the_room_is_one():
    told = before_the_dose().add("09:00", "order", "p9", dose="initial", nominal_mg=80)
    by_sight = {"person": "p9", "role": "physician", "how": "known-by-sight"}
    seen = told.add("08:40", "identified", "t1", **by_sight)
    assert seen.shut_by(INITIAL, "09:56") == {"order": {"ordered-by-no-physician"}}
    shown = told.add("08:40", "identified", "p9", **(by_sight | {"how": "pin"}))
    assert shown.shut_by(INITIAL, "09:56") == {}


def test_a_spoken_order_opens_no_gate():
    told = before_the_dose().add(
        "09:00", "order", "p1", dose="initial", nominal_mg=80, is_spoken=True, was_read_back=True
    )
    assert told.shut_by(INITIAL, "09:56") == {"order": {"order-only-spoken"}}


def test_the_newest_order_counts_and_two_of_one_moment_contradict():
    told = before_the_dose().add("09:00", "order", "p1", dose="initial", nominal_mg=120)
    assert told.shut_by(INITIAL, "09:56") == {
        "dose-on-menu": {"not-on-menu"},
    }
    both = before_the_dose().add("08:55", "order", "p1", dose="initial", nominal_mg=120)
    assert both.shut_by(INITIAL, "09:56")["order"] == {"orders-contradict"}
    twice = before_the_dose().add("08:55", "order", "p1", dose="initial", nominal_mg=80)
    assert twice.shut_by(INITIAL, "09:56") == {}


@pytest.mark.parametrize(("mg", "is_on"), [(79.5, False), (80, True), (80.5, False), (40, False)])
def test_a_dose_is_on_the_menu_or_it_is_not(mg, is_on):
    told = before_the_dose().add("09:00", "order", "p1", dose="initial", nominal_mg=mg)
    assert ("dose-on-menu" not in told.shut_by(INITIAL, "09:56")) is is_on


@pytest.mark.parametrize(
    ("first", "second", "is_on"),
    [(80, 40, True), (120, 60, True), (80, 60, False), (120, 40, False)],
)
def test_the_supplement_is_the_one_that_goes_with_the_initial_dose(first, second, is_on):
    told = before_the_dose(number=2, visit="v10", mg=(first, second))
    told = told.add("10:00", "dose-given", dose="initial", nominal_mg=first)
    assert ("dose-on-menu" not in told.shut_by(SUPPLEMENT, "11:31")) is is_on


def test_a_menu_that_nobody_verified_needs_a_signature_for_exactly_what_it_says():
    told = before_the_dose(protocol="oehen-2013", mg=(125, Decimal("62.5")))
    assert told.shut_by(INITIAL, "09:56")["dose-on-menu"] == {"number-not-signed"}
    most = replace(told.limits[0], code="dose-menu-most-mg", value=Decimal("187.5"), unit="mg")
    with_it = replace(told, limits=(*told.limits, most))
    assert "dose-on-menu" not in with_it.shut_by(INITIAL, "09:56")
    other = replace(told, limits=(*told.limits, replace(most, value=Decimal("187"))))
    assert other.shut_by(INITIAL, "09:56")["dose-on-menu"] == {"number-not-signed"}


def _past(mg, *, on=date(2026, 4, 7), of_course=True):
    return PastDose("earlier", on, Decimal(mg), of_course)


@pytest.mark.parametrize(("before", "is_within"), [(400, True), (401, False)])
def test_the_course_adds_up_to_480_mg_at_most(before, is_within):
    told = replace(before_the_dose(), past=(_past(before),))
    assert ("course-total" not in told.shut_by(INITIAL, "09:56")) is is_within


@pytest.mark.parametrize(("before", "is_within"), [(920, True), (921, False)])
@pytest.mark.parametrize("where", ["course", "another course", "outside"])
def test_a_lifetime_adds_up_to_what_the_site_signed_whatever_it_came_from(before, is_within, where):
    told = before_the_dose()
    if where == "outside":
        told = replace(told, outside_mg=Decimal(before))
    else:
        told = replace(told, past=(_past(before, of_course=where == "course"),))
    assert ("lifetime-total" not in told.shut_by(INITIAL, "09:56")) is is_within


def test_what_a_total_says_is_what_it_judged():
    for mg, reason in ((40, "within-most"), (Decimal("40.5"), "over-most")):
        told = dose_given().add("11:29", "order", "p1", dose="supplemental", nominal_mg=mg)
        total = next(
            one.finding
            for one in told.answer(SUPPLEMENT, "11:31").judged
            if one.condition.code == "session-total"
        )
        assert (total.reason, total.values["after_mg"], total.values["most_mg"]) == (
            reason,
            80 + mg,
            120,
        )


def test_a_lifetime_that_nobody_asked_about_is_unknown():
    told = replace(before_the_dose(), outside_mg=None)
    assert told.shut_by(INITIAL, "09:56") == {"lifetime-total": {"outside-use-not-known"}}


@pytest.mark.parametrize(
    ("code", "shut"),
    [
        ("lifetime-most-mg", {"lifetime-total"}),
        ("rooms-per-physician", {"physician-rooms"}),
        ("reading-recent", {"readings-recent"}),
        ("observe-diastolic", {"readings-in-limits"}),
        ("dense-heart-rate", {"readings-in-limits", "alarms"}),
        ("urgent-sodium", {"alarms"}),
        ("fluid-ceiling", set()),
    ],
)
def test_a_number_that_nobody_signed_shuts_what_needs_it_and_is_named(code, shut):
    told = before_the_dose().unsigned(code)
    answer = told.answer(INITIAL, "09:56")
    assert {one.condition.code for one in answer.closed_by} == shut
    for one in answer.closed_by:
        assert one.finding.outcome is Outcome.UNKNOWN
        assert code in str(one.finding.values["limits"])


# The interval


@pytest.mark.parametrize(
    ("days", "reason"),
    [(20, "too-soon"), (21, None), (35, None), (36, "too-late")],
)
def test_the_interval_counts_days_of_the_calendar_and_both_ends_are_in(days, reason):
    told = before_the_dose(number=2, visit="v10", mg=(120, 60))
    told = replace(told, past=(_past(120, on=date(2026, 5, 5) - timedelta(days=days)),))
    assert told.shut_by(INITIAL, "09:56").get("interval") == ({reason} if reason else None)


def test_of_several_earlier_doses_the_newest_counts():
    told = before_the_dose(number=2, visit="v10", mg=(120, 60))
    days = [_past(120, on=date(2026, 4, 7)), _past(40, on=date(2026, 5, 1), of_course=False)]
    assert replace(told, past=tuple(days)).shut_by(INITIAL, "09:56")["interval"] == {
        "dosed-too-soon"
    }


def test_a_second_session_without_a_first_is_unknown_and_an_unsigned_interval_too():
    told = before_the_dose(number=2, visit="v10", mg=(120, 60))
    assert told.shut_by(INITIAL, "09:56")["interval"] == {"earlier-session-not-known"}
    late = replace(told, past=(_past(120),))
    for code in ("interval-earliest-days", "interval-latest-days"):
        assert late.unsigned(code).shut_by(INITIAL, "09:56")["interval"] == {"number-not-signed"}


def test_a_first_session_has_no_interval():
    assert "interval" not in before_the_dose().shut_by(INITIAL, "09:56")


# The doses


def test_once_a_dose_may_be_in_the_person_there_is_no_initial_dose():
    assert dose_given().shut_by(INITIAL, "10:01")["no-dose-yet"] == {"already-dosed"}
    lost = before_the_dose().add("09:52", "dose-dropped", dose="initial", recovered="part")
    assert lost.shut_by(INITIAL, "09:56")["no-dose-yet"] == {"already-dosed"}


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ("11:29:59", "window-not-open"),
        ("11:30", None),
        ("11:45", None),
        ("12:00", None),
        ("12:00:01", "window-over"),
    ],
)
def test_the_supplement_has_its_window_and_both_ends_are_in(at, reason):
    assert dose_given().shut_by(SUPPLEMENT, at).get("supplement-window") == (
        {reason} if reason else None
    )


def test_after_two_initial_doses_there_is_no_supplement_and_each_has_its_window():
    told = dose_given().add("10:10", "dose-given", dose="initial", nominal_mg=80)
    shut = told.shut_by(SUPPLEMENT, "11:31")
    assert shut["initial-dose-given"] == {"initial-dose-more-than-once"}
    assert shut["supplement-window"] == {"window-not-open"}


def test_without_an_initial_dose_there_is_no_supplement():
    shut = dose_given().without("dose-1").shut_by(SUPPLEMENT, "11:31")
    assert shut["initial-dose-given"] == {"no-initial-dose"}
    assert shut["supplement-window"] == {"no-initial-dose"}
    assert shut["temperature-rise"] == {"rise-not-known"}
    lost = (
        dose_given().without("dose-1").add("10:00", "dose-vomited", dose="initial", minutes_after=5)
    )
    assert lost.shut_by(SUPPLEMENT, "11:31")["initial-dose-given"] == {"initial-dose-only-lost"}


def test_a_protocol_without_a_supplement_permits_none():
    told = before_the_dose(protocol="autism-social-anxiety-2018", mg=(100, None))
    told = told.add("10:00", "dose-given", dose="initial", nominal_mg=100)
    assert told.shut_by(SUPPLEMENT, "11:31")["supplement-window"] == {"no-supplement-in-protocol"}


@pytest.mark.parametrize(
    ("kind", "fields", "reason"),
    [
        ("dose-given", {"nominal_mg": 40}, "supplement-taken"),
        ("dose-dropped", {}, "supplement-taken"),
        ("dose-refused", {}, "supplement-refused"),
        ("dose-withheld", {"reason": "other"}, "supplement-withheld"),
    ],
)
def test_once_the_supplement_is_decided_there_is_no_other(kind, fields, reason):
    told = dose_given().add("11:29", kind, dose="supplemental", **fields)
    assert told.shut_by(SUPPLEMENT, "11:31")["supplement-open"] == {reason}
    other = dose_given().add("09:59", "dose-withheld", dose="initial", reason="other")
    assert "supplement-open" not in other.shut_by(SUPPLEMENT, "11:31")


# People


def test_a_therapist_on_a_break_or_out_of_the_room_is_not_there():
    gone = before_the_dose().add("09:52", "went-out", "t2", person="t2")
    assert gone.shut_by(INITIAL, "09:56") == {"therapists-in-room": {"too-few-therapists"}}
    away = before_the_dose().add("09:52", "break-began", "t2", person="t2", minutes=10)
    assert away.shut_by(INITIAL, "09:56") == {"therapists-in-room": {"too-few-therapists"}}
    back = away.add("09:54", "break-ended", "t2", person="t2")
    assert back.shut_by(INITIAL, "09:56") == {}


def test_a_therapist_who_is_only_known_by_sight_has_not_shown_who_they_are():
    told = before_the_dose().without("shown-t2")
    told = told.add("08:31", "identified", person="t2", role="therapist", how="known-by-sight")
    assert told.shut_by(INITIAL, "09:56") == {"therapists-in-room": {"too-few-therapists"}}
    told = told.add("08:32", "identified", person="t2", role="therapist", how="document")
    assert told.shut_by(INITIAL, "09:56") == {"therapists-in-room": {"too-few-therapists"}}
    shown = told.add("08:33", "identified", "t2", person="t2", role="therapist", how="pin")
    assert shown.shut_by(INITIAL, "09:56") == {}


@pytest.mark.parametrize(
    ("state", "person", "rooms", "answered", "covers"),
    [
        ("answered", "p1", 4, None, None),
        ("answered", "p1", 5, None, "too-many-rooms"),
        ("answered", "p1", None, None, "rooms-not-told"),
        ("answered", "t1", 1, "answered-by-no-physician", "answered-by-no-physician"),
        ("answered", None, 1, "answered-by-no-physician", "answered-by-no-physician"),
        ("cannot", "p1", 1, "physician-cannot", "physician-cannot"),
        ("asked", None, None, "page-not-answered", "page-not-answered"),
    ],
)
def test_the_newest_word_of_the_physician_on_call_counts(state, person, rooms, answered, covers):
    told = before_the_dose().add(
        "09:50", "physician-page", person or "t1", state=state, person=person, rooms=rooms
    )
    shut = told.shut_by(INITIAL, "09:56")
    assert shut.get("physician-answered") == ({answered} if answered else None)
    assert shut.get("physician-rooms") == ({covers} if covers else None)


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ("negative", None),
        ("ideation", None),
        ("ideation-with-intent", "suicidality-high"),
        ("behaviour", "suicidality-high"),
        ("not-answered", "suicidality-not-answered"),
    ],
)
def test_intent_and_behaviour_stop_a_dose_and_a_release(result, reason):
    wanted = {reason} if reason else None
    told = before_the_dose().add("09:50", "suicidality", result=result)
    assert told.shut_by(INITIAL, "09:56").get("suicidality") == wanted
    late = evening().add("17:59", "suicidality", result=result)
    assert late.shut_by(OVERNIGHT, "18:01").get("suicidality-after") == wanted


def test_the_c_ssrs_of_yesterday_is_not_todays():
    told = (
        before_the_dose()
        .without("c-ssrs")
        .add("-1 23:59", "suicidality", known="08:31", result="negative")
    )
    assert told.shut_by(INITIAL, "09:56") == {"suicidality": {"not-asked-today"}}


@pytest.mark.parametrize("state", ["stopped", "lost"])
@pytest.mark.parametrize("stream", ["picture", "sound"])
def test_a_recording_that_does_not_run_stops_a_dose(stream, state):
    told = before_the_dose().add("09:54", "recording", state=state, stream=stream)
    assert told.shut_by(INITIAL, "09:56")["recording"] == {"recording-stopped"}
    (shut,) = values_of(told, INITIAL, "09:56", "recording")
    assert shut == {"stream": stream}


def test_where_no_night_is_asked_none_is_arranged_or_waited_for():
    told = before_the_dose()
    asked = told.without("stated-overnight-arranged").asked("09:56")
    plan = replace(asked.plan, is_overnight=False)
    asked = replace(asked, view=replace(asked.view, plan=plan))
    assert gate_answer(asked).is_open


@pytest.mark.parametrize("code", ["escort-confirmed", "overnight-arranged"])
@pytest.mark.parametrize(
    ("answer", "outcome"), [("no", Outcome.FAILED), ("unknown", Outcome.UNKNOWN)]
)
def test_an_escort_or_a_night_that_is_not_arranged_stops_a_dose(code, answer, outcome):
    closed = (
        before_the_dose().state("09:00", code, answer=answer).answer(INITIAL, "09:56").closed_by
    )
    assert [(one.condition.code, one.finding.outcome) for one in closed] == [(code, outcome)]


# Agreement


@pytest.mark.parametrize(
    ("who", "code"),
    [("person", "person-agrees"), ("t1", "therapists-agree"), ("t2", "therapists-agree")],
)
@pytest.mark.parametrize(
    ("answer", "reason"), [("no", "does-not-agree"), ("unknown", "agreement-not-clear")]
)
def test_whoever_does_not_agree_shuts_the_supplement(who, code, answer, reason):
    told = dose_given().agree(
        "11:29", "supplemental-dose", **{"person": None, "t1": None, "t2": None, who: answer}
    )
    assert told.shut_by(SUPPLEMENT, "11:31") == {code: {reason}}


def test_a_therapist_agrees_by_their_own_hand():
    told = dose_given().without("agreement").agree("11:28", "supplemental-dose", t2=None)
    for_another = told.add(
        "11:28",
        "agreement",
        "t1",
        about="supplemental-dose",
        role="therapist",
        answer="yes",
        person="t2",
    )
    assert for_another.shut_by(SUPPLEMENT, "11:31") == {"therapists-agree": {"agreement-not-asked"}}


def test_agreement_counts_from_after_the_dose_and_for_as_long_as_a_reading():
    early = dose_given().without("agreement").agree("09:59", "supplemental-dose")
    assert early.shut_by(SUPPLEMENT, "11:31") == {
        "person-agrees": {"agreement-not-asked"},
        "therapists-agree": {"agreement-not-asked"},
    }
    fresh = dose_given().reading("11:50", "140/88", 90, 37.2).state("11:50", "no-new-symptom")
    assert fresh.shut_by(SUPPLEMENT, "11:58") == {}
    assert fresh.shut_by(SUPPLEMENT, "11:58:01") == {
        "person-agrees": {"agreement-too-old"},
        "therapists-agree": {"agreement-too-old"},
    }
    unsigned = dose_given().unsigned("reading-recent").shut_by(SUPPLEMENT, "11:31")
    assert unsigned["person-agrees"] == unsigned["therapists-agree"] == {"number-not-signed"}


def test_to_agree_to_one_act_is_not_to_agree_to_another():
    told = dose_given().without("agreement").agree("11:28", "release")
    assert set(told.shut_by(SUPPLEMENT, "11:31")) == {"person-agrees", "therapists-agree"}


def test_every_therapist_in_the_room_is_asked():
    """A third therapist who is there and says no shuts it as well."""
    told = replace(dose_given(), roles=(*dose_given().roles, ("t3", ("therapist",))))
    told = told.add("11:20", "identified", "t3", person="t3", role="therapist", how="pin")
    told = told.add("11:20", "came-in", "t3", person="t3", role="therapist")
    assert told.shut_by(SUPPLEMENT, "11:31") == {"therapists-agree": {"agreement-not-asked"}}


def test_for_release_two_therapists_have_to_agree():
    told = evening().without("agreement").agree("17:58", "release", t2=None)
    assert told.shut_by(OVERNIGHT, "18:01") == {
        "therapists-find-safe": {"too-few-therapists-asked"}
    }


# What is nobody's yet


@pytest.mark.parametrize(
    ("make", "act", "at", "entry", "shut"),
    [
        (before_the_dose, INITIAL, "09:56", "c-ssrs", ["suicidality"]),
        (
            before_the_dose,
            INITIAL,
            "09:56",
            "page-answered",
            ["physician-answered", "physician-rooms"],
        ),
        (evening, OVERNIGHT, "18:01", "oriented", ["orientation"]),
        (evening, OVERNIGHT, "18:01", "not-impaired", ["impairment"]),
        (evening, OVERNIGHT, "18:01", "distress-after", ["distress"]),
        (evening, OVERNIGHT, "18:01", "c-ssrs-after", ["suicidality-after"]),
        (morning, HOME, "+1 09:00", "escort-here", ["escort-briefed", "escort-here", "no-driving"]),
    ],
)
def test_an_entry_that_is_nobodys_opens_nothing(make, act, at, entry, shut):
    """It is recorded all the same; until somebody says whose it is, it is no yes."""
    told = make()
    entries = tuple(replace(e, by="") if e.id == entry else e for e in told.entries)
    found = replace(told, entries=entries).shut_by(act, at)
    assert found == {code: {"entry-is-nobodys"} for code in shut}


def test_an_agreement_that_is_nobodys_is_none_and_a_no_that_is_nobodys_is_a_no():
    told = dose_given()
    for answer, reason in (("yes", "entry-is-nobodys"), ("no", "does-not-agree")):
        said = told.add(
            "11:29",
            "agreement",
            "",
            about="supplemental-dose",
            role="person",
            answer=answer,
            person="person",
        )
        assert said.shut_by(SUPPLEMENT, "11:31") == {"person-agrees": {reason}}


# Readings, symptoms, alarms


@pytest.mark.parametrize(
    ("pressure", "pulse", "warmth", "is_within"),
    [
        ("160/100", 100, 37.6, True),
        ("161/90", 80, 37, False),
        ("140/101", 80, 37, False),
        ("140/90", 101, 37, False),
        ("140/90", 80, 37.61, True),
    ],
)
def test_a_value_of_the_observe_tier_withholds_the_supplement(pressure, pulse, warmth, is_within):
    told = dose_given().unsigned("dense-systolic").reading("11:29", pressure, pulse, warmth)
    assert (
        "limit-breached" not in told.shut_by(SUPPLEMENT, "11:31").get("readings-in-limits", ())
    ) is (is_within)


@pytest.mark.parametrize(("warmth", "is_within"), [(38.0, True), (38.01, False)])
def test_thirty_eight_degrees_is_still_within(warmth, is_within):
    told = before_the_dose().reading("09:52", None, None, warmth)
    assert ("readings-in-limits" not in told.shut_by(INITIAL, "09:56")) is is_within


@pytest.mark.parametrize(("warmth", "is_within"), [(37.69, True), (37.7, False), (38.5, False)])
def test_a_rise_of_one_degree_withholds_the_supplement(warmth, is_within):
    told = dose_given().reading("11:29", None, None, warmth)
    assert ("temperature-rise" not in told.shut_by(SUPPLEMENT, "11:31")) is is_within


def test_the_rise_counts_from_the_last_reading_up_to_the_dose():
    told = dose_given().reading("10:00", None, None, 37.2).reading("11:29", None, None, 38.0)
    assert "temperature-rise" not in told.shut_by(SUPPLEMENT, "11:31")
    after = dose_given().reading("10:00:01", None, None, 37.2).reading("11:29", None, None, 38.0)
    assert "temperature-rise" in after.shut_by(SUPPLEMENT, "11:31")


def test_a_rise_needs_a_temperature_before_and_after_and_a_signed_number():
    none_before = dose_given().without("before").reading("09:50", "126/78", 74)
    assert none_before.shut_by(SUPPLEMENT, "11:31")["temperature-rise"] == {"rise-not-known"}
    unsigned = dose_given().unsigned("rise-cooling")
    assert unsigned.shut_by(SUPPLEMENT, "11:31")["temperature-rise"] == {"number-not-signed"}


@pytest.mark.parametrize(("at", "is_recent"), [("10:20", True), ("10:20:01", False)])
def test_a_reading_counts_for_thirty_minutes_where_that_is_signed(at, is_recent):
    shut = before_the_dose().shut_by(INITIAL, at)
    assert shut == ({} if is_recent else {"readings-recent": {"read-too-long-ago"}})


def test_each_measure_is_asked_for_by_itself():
    told = before_the_dose().without("before").reading("09:50", "126/78", 74)
    answer = told.answer(INITIAL, "09:56")
    lacking = [one.finding.values.get("measure") for one in answer.closed_by]
    assert lacking == ["temperature", "temperature", "temperature"]


def test_a_reading_before_the_dose_is_none_after_it():
    told = dose_given().without("reading").reading("10:00", "126/78", 74, 36.7)
    shut = told.shut_by(SUPPLEMENT, "10:05")
    assert shut["readings-recent"] == {"not-read"}
    assert shut["temperature-rise"] == {"rise-not-known"}


def test_a_reading_from_the_future_calms_nobody():
    told = before_the_dose().reading("09:52", "170/90", 80, 36.7)
    told = told.reading("10:30", "120/80", 70, 36.6, known="09:53")
    assert "limit-breached" in told.shut_by(INITIAL, "09:56")["readings-in-limits"]
    assert "limit-breached" in told.shut_by(INITIAL, "10:31")["readings-in-limits"]


def test_a_low_sodium_shuts_and_a_sodium_that_nobody_took_does_not():
    assert "readings-in-limits" not in dose_given().shut_by(SUPPLEMENT, "11:31")
    for value, is_within in ((130, True), (129.9, False)):
        told = dose_given().add("11:29", "reading", sodium_mmol_per_l=value)
        assert ("readings-in-limits" not in told.shut_by(SUPPLEMENT, "11:31")) is is_within


@pytest.mark.parametrize("term", ["chest-pain", "confusion", "severe-headache", "arrhythmia"])
def test_a_symptom_stays_open_until_a_physician_finds_nothing_left(term):
    told = dose_given().add("11:27", "event", term=term).state("11:29", "no-new-symptom", "t2")
    assert told.shut_by(SUPPLEMENT, "11:31")["symptoms"] == {"symptom-open"}
    same_time = told.state("11:27", "no-new-symptom", "p1")
    assert same_time.shut_by(SUPPLEMENT, "11:31")["symptoms"] == {"symptom-open"}
    seen = told.state("11:30", "no-new-symptom", "p1")
    assert "symptoms" not in seen.shut_by(SUPPLEMENT, "11:31")
    unsure = told.state("11:30", "no-new-symptom", "p1", "no")
    assert unsure.shut_by(SUPPLEMENT, "11:31")["symptoms"] == {"symptom-open"}


def test_what_is_no_symptom_of_these_shuts_nothing_unless_it_may_be_serious():
    mild = dose_given().add("11:27", "event", term="jaw-tight", serious="no")
    assert mild.shut_by(SUPPLEMENT, "11:31") == {}
    for serious in ("yes", "unknown"):
        told = dose_given().add("11:27", "event", term="jaw-tight", serious=serious)
        assert told.shut_by(SUPPLEMENT, "11:31") == {
            "symptoms": {"symptom-open"},
            "alarms": {"alarm-unresolved"},
        }


def test_a_symptom_from_before_the_dose_is_not_new():
    told = dose_given().add("09:59", "event", term="jaw-tight", serious="unknown")
    assert "symptoms" not in told.shut_by(SUPPLEMENT, "11:31")
    at_the_dose = dose_given().add("10:00", "event", term="jaw-tight", serious="unknown")
    assert at_the_dose.shut_by(SUPPLEMENT, "11:31")["symptoms"] == {"symptom-open"}


def test_somebody_looked_lately_and_said_that_nothing_is_new():
    said = dose_given().state("11:29", "no-new-symptom", answer="no")
    assert said.shut_by(SUPPLEMENT, "11:31") == {"symptoms": {"symptom-stated"}}
    fresh = dose_given().reading("11:50", "140/88", 90, 37.2).agree("11:50", "supplemental-dose")
    assert fresh.shut_by(SUPPLEMENT, "11:56") == {}
    assert fresh.shut_by(SUPPLEMENT, "11:56:01") == {"symptoms": {"symptoms-asked-too-long-ago"}}
    early = dose_given().without("looked").state("10:00", "no-new-symptom")
    assert early.shut_by(SUPPLEMENT, "11:31") == {"symptoms": {"symptoms-not-asked"}}


def test_an_alarm_shuts_until_it_is_over_and_somebody_said_what_was_done():
    told = (
        before_the_dose().reading("09:51", "130/80", 112, 36.7).reading("09:52", "130/80", 80, 36.7)
    )
    told = told.reading("09:53", "130/80", 80, 36.7).reading("09:54", "130/80", 80, 36.7)
    assert told.shut_by(INITIAL, "09:56") == {"alarms": {"alarm-unresolved"}}
    alarm = next(
        one.condition.id
        for one in told.asked("09:56").alarms
        if one.condition.code == "heart-rate-dense"
    )
    seen = told.add("09:55", "acknowledgement", "p1", condition=alarm, done="seen")
    assert seen.shut_by(INITIAL, "09:56") == {}
    unseen = told.add("09:55", "acknowledgement", "", condition=alarm, done="seen")
    assert unseen.shut_by(INITIAL, "09:56") == {"alarms": {"alarm-unresolved"}}


def test_an_observation_is_no_alarm_here():
    told = (
        before_the_dose().reading("09:52", "130/101", 80, 36.7).reading("09:54", "130/90", 80, 36.7)
    )
    assert any(one.condition.code == "diastolic-observed" for one in told.asked("09:56").alarms)
    assert told.shut_by(INITIAL, "09:56") == {}


# Release


@pytest.mark.parametrize(("at", "is_over"), [("17:59:59", False), ("18:00", True)])
def test_release_waits_for_the_protocols_480_minutes(at, is_over):
    assert evening().shut_by(OVERNIGHT, at) == ({} if is_over else {"hours": {"too-early"}})


def test_the_hours_count_from_the_newest_initial_dose():
    told = evening().add("10:30", "dose-given", dose="initial", nominal_mg=80)
    assert told.shut_by(OVERNIGHT, "18:01")["hours"] == {"too-early"}
    assert "hours" not in told.shut_by(OVERNIGHT, "18:30")


def test_a_supplement_does_not_begin_the_hours_anew_unless_it_is_all_there_was():
    told = evening().add("11:35", "dose-given", id="second", dose="supplemental", nominal_mg=40)
    assert "hours" not in told.shut_by(OVERNIGHT, "18:00")
    alone = told.without("dose-1")
    assert alone.shut_by(OVERNIGHT, "19:34")["hours"] == {"too-early"}
    assert "hours" not in alone.shut_by(OVERNIGHT, "19:35")


def test_who_took_nothing_waits_for_no_hours_and_no_night():
    told = before_the_dose().add("09:58", "dose-withheld", dose="initial", reason="person-declined")
    shut = told.shut_by(HOME, "10:00")
    assert "hours" not in shut
    assert "overnight-done" not in shut


@pytest.mark.parametrize(("correct", "is_met"), [(4, True), (3, False), (0, False)])
def test_orientation_is_whole_or_it_is_not(correct, is_met):
    told = evening().add("17:59", "orientation", correct=correct)
    assert told.shut_by(OVERNIGHT, "18:01") == ({} if is_met else {"orientation": {"not-oriented"}})


def test_impaired_is_impaired():
    told = evening().add("17:59", "impairment", is_impaired=True)
    assert told.shut_by(OVERNIGHT, "18:01") == {"impairment": {"impaired"}}


@pytest.mark.parametrize(("score", "is_met"), [(0, True), (4, True), (5, False), (10, False)])
def test_distress_is_at_or_below_what_it_was_before_the_dose(score, is_met):
    told = evening().add("17:59", "distress", score=score)
    assert told.shut_by(OVERNIGHT, "18:01") == ({} if is_met else {"distress": {"distress-above"}})


def test_nought_is_a_score():
    calm = evening().add("09:55", "distress", score=0)
    assert calm.add("17:59", "distress", score=0).shut_by(OVERNIGHT, "18:01") == {}
    one = calm.add("17:59", "distress", score=1)
    assert values_of(one, OVERNIGHT, "18:01", "distress") == [{"score": 1, "before": 0}]
    lost = evening().add("17:59", "orientation", correct=0)
    assert values_of(lost, OVERNIGHT, "18:01", "orientation") == [{"correct": 0}]


def test_the_last_score_before_the_dose_is_the_one_to_come_back_to():
    told = evening().add("09:55", "distress", score=3)
    assert told.shut_by(OVERNIGHT, "18:01") == {"distress": {"distress-above"}}
    at_the_dose = evening().add("10:00", "distress", score=6).add("17:59", "distress", score=6)
    assert at_the_dose.shut_by(OVERNIGHT, "18:01") == {}


@pytest.mark.parametrize("kind", ["orientation", "impairment", "distress", "suicidality"])
def test_a_score_counts_for_thirty_minutes_where_that_is_signed(kind):
    code = "suicidality-after" if kind == "suicidality" else kind
    assert code not in evening().shut_by(OVERNIGHT, "18:27")
    assert evening().shut_by(OVERNIGHT, "18:27:01")[code] == {"asked-too-long-ago"}
    assert evening().unsigned("reading-recent").shut_by(OVERNIGHT, "18:01")[code] == {
        "number-not-signed"
    }


def test_judgement_counts_from_after_the_newest_dose_and_while_it_is_fresh():
    assert "effects-over" not in evening().shut_by(OVERNIGHT, "18:26")
    assert evening().shut_by(OVERNIGHT, "18:26:01")["effects-over"] == {"statement-too-old"}
    dosed = evening().add("17:57", "dose-given", dose="supplemental", nominal_mg=40)
    assert dosed.shut_by(OVERNIGHT, "18:01")["effects-over"] == {"statement-too-old"}


def test_the_night_is_over_when_it_was_handed_over_on_another_day():
    same_day = evening().add("23:59", "morning-hand-over", "a1", to_person="t1")
    assert same_day.shut_by(HOME, "23:59")["overnight-done"] == {"night-not-over"}
    next_day = evening().add("+1 00:00", "morning-hand-over", "a1", to_person="t1")
    assert "overnight-done" not in next_day.shut_by(HOME, "+1 00:00")


@pytest.mark.parametrize(
    ("flag", "code"),
    [
        ("has_telephone", "escort-here"),
        ("is_identity_seen", "escort-here"),
        ("is_briefing_acknowledged", "escort-briefed"),
        ("is_not_driving_person", "no-driving"),
    ],
)
def test_each_thing_about_the_escort_counts_by_itself(flag, code):
    flags = {
        "has_telephone": True,
        "is_identity_seen": True,
        "is_briefing_acknowledged": True,
        "is_not_driving_person": True,
    }
    told = morning().add("+1 08:59", "escort", person="e2", **(flags | {flag: False}))
    assert told.shut_by(HOME, "+1 09:00") == {code: {f"{code}-not-so"}}
    unsaid = morning().add("+1 08:59", "escort", person="e2", **(flags | {flag: None}))
    assert unsaid.shut_by(HOME, "+1 09:00") == {code: {f"{code}-not-told"}}


@pytest.mark.parametrize(
    ("due", "reason"),
    [
        ("+1 09:00", "no-call-set"),
        ("+1 09:00:01", None),
        ("+2 23:59", None),
        ("+3 00:00", "call-too-late"),
    ],
)
def test_the_first_call_is_ahead_and_no_later_than_the_next_day(due, reason):
    told = morning().without("call").add("+1 08:55", "call-set", due_at=clock(due).isoformat())
    assert told.shut_by(HOME, "+1 09:00") == ({"first-call": {reason}} if reason else {})


def test_the_attendant_is_one_and_is_here():
    gone = evening().add("17:59", "went-out", "a1", person="a1")
    assert gone.shut_by(OVERNIGHT, "18:01") == {"night-attendant": {"no-attendant"}}
    other = evening().without("told-a1").add("17:51", "hand-over", from_person="t1", to_person="t2")
    assert other.shut_by(OVERNIGHT, "18:01") == {"night-attendant": {"attendant-not-told"}}


# Setting aside


def _distressed():
    return evening().add("17:59", "distress", score=6)


def _set_aside(told, condition, *, by="p1", gate=OVERNIGHT, plan="watched-hourly", at="18:00"):
    return told.add(at, "override", by, gate=gate, condition=condition, reason="known", plan=plan)


def test_a_physician_sets_distress_aside_with_a_plan():
    assert _set_aside(_distressed(), "distress").shut_by(OVERNIGHT, "18:01") == {}


@pytest.mark.parametrize("how", [{"plan": None}, {"by": "t1"}, {"gate": HOME}, {"by": ""}])
def test_nobody_else_and_not_without_a_plan_and_only_for_the_gate_it_names(how):
    told = _set_aside(_distressed(), "distress", **how)
    assert told.shut_by(OVERNIGHT, "18:01") == {"distress": {"distress-above"}}


def test_disagreement_is_set_aside_for_the_person_and_for_the_therapists():
    told = evening().agree("17:59", "release", person="no", t1="no", t2="yes")
    assert set(told.shut_by(OVERNIGHT, "18:01")) == {"person-feels-safe", "therapists-find-safe"}
    told = _set_aside(_set_aside(told, "person-feels-safe"), "therapists-find-safe")
    assert told.shut_by(OVERNIGHT, "18:01") == {}


@pytest.mark.parametrize("code", ["orientation", "impairment", "hours"])
def test_what_is_hard_is_set_aside_by_nobody(code):
    told = (
        evening()
        .add("17:59", "orientation", correct=2)
        .add("17:59", "impairment", is_impaired=True)
    )
    told = _set_aside(told, code, at="17:59")
    assert code in told.shut_by(OVERNIGHT, "17:59:30")


def test_what_was_set_aside_is_set_aside_as_it_stood():
    """It gets worse afterwards: a physician looks again."""
    told = _set_aside(_distressed(), "distress")
    worse = told.add("18:01", "distress", score=9)
    assert worse.shut_by(OVERNIGHT, "18:02") == {"distress": {"distress-above"}}
    before = _set_aside(evening(), "distress").add("18:01", "distress", score=6)
    assert before.shut_by(OVERNIGHT, "18:02") == {"distress": {"distress-above"}}


def test_an_override_that_was_taken_back_stands_for_nothing():
    told = _set_aside(_distressed(), "distress")
    told = told.add("18:01", "correction", "p1", corrects=told.entries[-1].id, reason="typing-slip")
    assert told.shut_by(OVERNIGHT, "18:02") == {"distress": {"distress-above"}}


def test_interval_and_lifetime_are_set_aside_without_a_plan():
    told = replace(
        before_the_dose(number=2, visit="v10", mg=(120, 60)),
        past=(_past(120, on=date(2026, 4, 28)),),
        outside_mg=Decimal(5000),
    )
    assert set(told.shut_by(INITIAL, "09:56")) == {"interval", "lifetime-total"}
    for code in ("interval", "lifetime-total"):
        told = _set_aside(told, code, gate=INITIAL, plan=None, at="09:55")
    assert told.shut_by(INITIAL, "09:56") == {}


def test_the_only_conditions_that_can_be_set_aside_are_these():
    conditions = session_gates.load().conditions.values()
    assert {c.code: c.override for c in conditions if not c.is_hard} == {
        "interval": "physician",
        "lifetime-total": "physician",
        "distress": "physician",
        "person-feels-safe": "physician",
        "therapists-find-safe": "physician",
    }


# Closing


def test_a_session_is_not_closed_without_an_exit():
    told = evening()
    shut = told.shut_by(CLOSE, "18:01")
    assert shut["exit"] == {"no-exit"}
    assert shut["exit-steps"] == {"no-exit"}


def test_leaving_against_advice_has_its_own_steps():
    told = evening().add("17:59", "exit", id="left", exit="left-against-advice")
    steps = session_gates.load().exits["left-against-advice"].steps
    assert len(steps) == 7
    for done in range(len(steps)):
        missing = told.answer(CLOSE, "18:30").closed_by
        told_missing = {
            one.finding.values["step"] for one in missing if one.finding.reason == "step-missing"
        }
        assert told_missing == set(steps[done:])
        told = told.add("18:00", "exit-step", step=steps[done])
    assert "exit-steps" not in told.shut_by(CLOSE, "18:30")


@pytest.mark.parametrize(
    ("kind", "fields", "is_accounted"),
    [
        ("dose-refused", {}, True),
        ("dose-withheld", {"reason": "blood-pressure"}, True),
        ("dose-dropped", {"recovered": "part"}, True),
        ("dose-dropped", {"recovered": "whole"}, False),
    ],
)
def test_a_dose_that_was_not_taken_has_its_reason(kind, fields, is_accounted):
    told = over().without("refused").add("11:40", kind, dose="supplemental", **fields)
    assert ("doses-accounted" not in told.shut_by(CLOSE, "+1 10:00")) is is_accounted


def test_a_supplement_is_accounted_for_where_the_menu_has_one():
    single = before_the_dose(protocol="autism-social-anxiety-2018", mg=(100, None))
    single = single.add("10:00", "dose-given", dose="initial", nominal_mg=100)
    assert "doses-accounted" not in single.shut_by(CLOSE, "10:30")
    answer = dose_given().answer(CLOSE, "12:00")
    accounted = [
        (one.finding.values["dose"], one.finding.outcome)
        for one in answer.judged
        if one.condition.code == "doses-accounted"
    ]
    assert accounted == [("initial", Outcome.PASSED), ("supplemental", Outcome.FAILED)]


def test_without_an_initial_dose_no_supplement_is_accounted_for():
    told = before_the_dose()
    assert told.shut_by(CLOSE, "10:00")["doses-accounted"] == {"dose-not-accounted"}
    withheld = told.add("09:58", "dose-withheld", dose="initial", reason="other")
    assert "doses-accounted" not in withheld.shut_by(CLOSE, "10:00")
    assert "anchor-readings" not in withheld.shut_by(CLOSE, "10:00")


def _bare_session():
    """One dose at ten, out at noon."""
    told = Told().add("10:00", "dose-given", dose="initial", nominal_mg=80)
    return told.add("12:00", "exit", exit="transfer-to-hospital")


def _anchors(told):
    return [
        (one.finding.values.get("anchor"), one.finding.values.get("measure"))
        for one in told.answer(CLOSE, "13:00").closed_by
        if one.condition.code == "anchor-readings"
    ]


def test_readings_are_anchored_before_the_dose_after_it_and_at_the_end():
    told = _bare_session()
    every = [
        (a, m) for a in ("before", "after-dose", "end") for m in ("blood-pressure", "heart-rate")
    ]
    assert _anchors(told) == every
    told = told.reading("10:00", "120/80")
    assert _anchors(told) == [every[1], *every[2:]]
    told = told.reading("10:00", None, 70)
    assert _anchors(told) == every[2:]
    assert _anchors(told.reading("11:29:59", "120/80", 70)) == every[4:]
    assert _anchors(told.reading("11:30", "120/80", 70)) == []
    assert _anchors(told.unsigned("reading-recent").reading("11:30", "120/80", 70)) == [
        (None, None)
    ]


def test_a_coded_reason_stands_for_a_reading_that_was_not_taken():
    told = _bare_session().reading("09:50", "120/80", 70)
    told = told.add("11:45", "deferral", measure="all", reason="refused")
    assert _anchors(told) == []
    one = _bare_session().reading("09:50", "120/80", 70)
    one = one.add("11:45", "deferral", measure="heart-rate", reason="refused")
    assert _anchors(one) == [("after-dose", "blood-pressure"), ("end", "blood-pressure")]


def test_each_dose_has_its_own_reading_after_it():
    told = _bare_session().reading("09:50", "120/80", 70).reading("11:50", "120/80", 70)
    assert _anchors(told) == []
    told = told.add("11:35", "dose-given", dose="supplemental", nominal_mg=40)
    assert _anchors(told) == [("after-dose", "blood-pressure"), ("after-dose", "heart-rate")]


def test_an_alarm_that_nobody_acknowledged_keeps_the_session_open():
    told = over().add("11:00", "event", id="pain", term="chest-pain")
    assert told.shut_by(CLOSE, "+1 10:00") == {"alarms-acknowledged": {"alarm-open"}}


def test_an_observation_or_an_alarm_that_was_answered_keeps_no_session_open():
    told = over().reading("12:02", None, 104, None).reading("12:04", None, 80, None)
    told = told.add("11:00", "event", id="pain", term="chest-pain")
    told = told.add("11:05", "acknowledgement", "p1", condition="angina:pain", done="seen")
    alarms = {one.condition.id: one.is_open for one in told.asked("+1 10:00").alarms}
    assert alarms["angina:pain"] is False
    assert any(
        name.startswith("heart-rate-observed") for name, is_open in alarms.items() if is_open
    )
    assert told.shut_by(CLOSE, "+1 10:00") == {}


# Authorisations


def test_an_open_gate_issues_an_authorisation_that_ends():
    asked = before_the_dose().asked("09:56")
    issued = authorise(asked, gate_answer(asked))
    assert issued is not None
    assert (issued.act, issued.dose_mg) == (SessionAct.GIVE_INITIAL_DOSE, Decimal(80))
    assert issued.expires_at == clock("10:11")
    assert issued.judged == tuple(entry.id for entry in asked.log.entries)
    assert [issued.holds(clock(at)) for at in ("09:55:59", "09:56", "10:11", "10:11:01")] == [
        False,
        True,
        True,
        False,
    ]
    assert authorise(asked, gate_answer(asked)) == issued
    later = before_the_dose().asked("09:57")
    again = authorise(later, gate_answer(later))
    assert again is not None
    assert again.id != issued.id


def test_a_shut_gate_issues_nothing_and_no_gate_issues_for_another():
    asked = before_the_dose().without("order-1").asked("09:56")
    assert authorise(asked, gate_answer(asked)) is None
    initial = before_the_dose().asked("09:56")
    other = replace(initial, act=SessionAct.RELEASE_HOME)
    assert authorise(other, gate_answer(initial)) is None


@pytest.mark.parametrize(("at", "ends"), [("11:31", "11:41"), ("11:55", "12:00")])
def test_the_supplements_authorisation_ends_with_its_window(at, ends):
    told = dose_given().reading("11:50", "140/88", 90, 37.2)
    told = told.state("11:50", "no-new-symptom").agree("11:50", "supplemental-dose")
    asked = told.asked(at, SUPPLEMENT)
    issued = authorise(asked, gate_answer(asked)) if at != "11:31" else None
    if issued is None:
        asked = dose_given().asked(at, SUPPLEMENT)
        issued = authorise(asked, gate_answer(asked))
    assert issued is not None
    assert (issued.expires_at, issued.dose_mg) == (clock(ends), Decimal(40))


def test_where_there_is_no_window_none_closes():
    assert window_closes(dose_given().asked("11:31")) == clock("12:00")
    assert window_closes(before_the_dose().asked("09:56")) is None
    single = before_the_dose(protocol="autism-social-anxiety-2018", mg=(100, None))
    single = single.add("10:00", "dose-given", dose="initial", nominal_mg=100)
    assert window_closes(single.asked("11:31")) is None


def test_a_release_is_authorised_without_a_dose():
    asked = evening().asked("18:01", OVERNIGHT)
    issued = authorise(asked, gate_answer(asked))
    assert issued is not None
    assert issued.dose_mg is None
    assert issued.expires_at - issued.issued_at == timedelta(minutes=30)


def test_every_condition_that_the_session_judges_has_its_rule():
    gates = session_gates.load()
    judged = {code for code, how in gates.answering.items() if how.how is How.RULE}
    assert judged == set(RULES)
