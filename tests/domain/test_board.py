"""What the board says of a course: the visit that comes next, and the gate that stands before it."""

from datetime import date, datetime, timedelta

from holdfast.definitions import protocols
from holdfast.domain.board import Ahead, ahead, blocked, next_act, overdue_visits
from holdfast.domain.course import Booked, CourseNow, Held, Step
from holdfast.domain.findings import Finding, Outcome, Reference, Standing
from holdfast.domain.gates import Act, Condition, Gate, judge
from holdfast.domain.reservations import Slot
from holdfast.domain.schedule import VisitKind

FIRST = date(2026, 3, 2)
MAPP2 = protocols.load("mapp2")
HERE = Reference("A rule", "docs/course.md")


def course(*held: str, enrolled_on: date = FIRST, **told: object) -> CourseNow:
    """A course of the phase-3 protocol in which these visits were, a day apart."""
    rows = tuple(
        Held(
            code,
            code,
            MAPP2.schedule.visit(code).kind.value,
            enrolled_on + timedelta(days=n),
            datetime(2026, 3, 2 + n, 9),
            None,
            "site",
        )
        for n, code in enumerate(held)
    )
    return CourseNow(enrolled_on, MAPP2, held=rows, **told)


def first(kind: VisitKind) -> str:
    return next(visit.code for visit in course().visits if visit.kind is kind)


def booking(visit: str, starts: datetime) -> Booked:
    return Booked("b", visit, Slot(starts, "Australia/Melbourne", 480), "site")


def test_before_a_course_the_way_in_is_next():
    assert next_act(None).act is Act.ENROLL


def test_the_gate_that_is_next_follows_the_course():
    preparation, dosing = first(VisitKind.PREPARATION), first(VisitKind.DOSING)
    assert next_act(course()).act is Act.BEGIN_PREPARATION
    begun = next_act(course(preparation))
    assert (begun.act, begun.visit, begun.at) == (Act.SCHEDULE_DOSING, dosing, None)
    booked = booking(dosing, datetime(2026, 4, 1, 9))
    planned = next_act(course(preparation, bookings=(booked,)))
    assert (planned.act, planned.at) == (Act.BEGIN_DOSING, booked.slot.begins_at())


def test_where_no_dose_is_left_no_gate_is_next():
    assert next_act(course(steps=(Step("treatment-stopped", FIRST),))) is None
    assert next_act(course(steps=(Step("closed", FIRST),))) is None


def test_the_visit_that_is_due_first_and_waits_for_no_other_is_next():
    """What cannot be yet is not what somebody does next, however early its window opens."""
    assert ahead(course(), FIRST).planned.visit.code == "v0"
    assert ahead(course("v0"), FIRST).planned.visit.code == "v1"
    later = booking("v1", datetime(2026, 6, 1, 9))
    assert ahead(course("v0", bookings=(later,)), FIRST).planned.visit.code == "v1"


def test_what_is_booked_is_due_on_its_day_and_late_after_it():
    v1 = next(one for one in course().planned(FIRST) if one.visit.code == "v1")
    day = v1.target - timedelta(days=1)
    found = Ahead(v1, booking("v1", datetime(day.year, day.month, day.day, 9)))
    assert (found.due_on, found.overdue_after) == (day, day)
    assert (Ahead(v1, None).due_on, Ahead(v1, None).overdue_after) == (v1.target, None)
    v0 = course().planned(FIRST)[0]
    assert Ahead(v0, None).overdue_after == FIRST


def test_visits_that_can_no_longer_be_in_time_are_counted_until_the_course_is_over():
    late = FIRST + timedelta(days=900)
    assert overdue_visits(course(), FIRST) == 0
    assert overdue_visits(course(), late) == 1  # of the others no source says a last day
    over = course(steps=(Step("completed", FIRST),))
    assert overdue_visits(over, late) == 0
    assert ahead(over, late) is None


def test_a_condition_of_the_day_itself_does_not_block_before_it():
    """Nobody has fasted three weeks ahead; on the day itself, unknown blocks as ever."""
    conditions = tuple(
        Condition(code, code, HERE, Standing.DERIVED) for code in ("consent", "fasting", "taper")
    )
    failed = Finding("taper", Outcome.FAILED, "still-taking", HERE, Standing.DERIVED)
    answer = judge(Gate(Act.BEGIN_DOSING, conditions), {"taper": [failed]})
    before = blocked(answer, {"fasting": True}, is_today=False)
    assert before.conditions == (("taper", "failed"), ("consent", "unknown"))
    assert before.on_the_day == 1
    today = blocked(answer, {"fasting": True}, is_today=True)
    assert [code for code, _ in today.conditions] == ["taper", "consent", "fasting"]
    assert today.on_the_day == 0
