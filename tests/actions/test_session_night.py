"""The night: judged where it is written as by the plain rules, who may write in it, what its end opens."""

from datetime import timedelta
from uuid import uuid4

from holdfast.actions.outcomes import Refusal
from holdfast.actions.session_judging import Followed
from holdfast.definitions.session import gates
from holdfast.domain.dosing import session_conditions
from holdfast.domain.session_log import log_of
from holdfast.records.models import CallPlanned, VisitHeld
from tests.actions.clinic import written
from tests.actions.courses import course
from tests.actions.running import add_person
from tests.actions.sessions import nothing_kept, sitting, sitting_template
from tests.told_session import clock, evening

__all__ = ["nothing_kept", "sitting", "sitting_template"]


def judged(told, at):
    """The conditions as the record and the watch judge them, entry by entry."""
    kept = Followed(uuid4(), told.plan, told.course, 0, "")
    kept.take_in(told.log(at).entries)
    return kept.conditions(clock(at))


def test_a_night_check_that_was_missed_is_raised_by_the_record():
    told = evening().add("18:05", "exit", id="exit-night", exit="overnight")
    missing = "night-check-missing:exit-night"
    assert missing not in {one.id for one in judged(told, "22:04")}
    found = {one.id: one for one in judged(told, "22:05")}
    assert found[missing].holds
    seen = told.add("22:30", "night-check", "a1", state="asleep")
    assert not {one.id: one for one in judged(seen, "22:31")}[missing].holds


def test_the_record_judges_what_the_plain_rules_judge_through_the_night():
    told = evening().add("18:05", "exit", id="exit-night", exit="overnight")
    told = told.add("20:00", "night-check", "a1", id="look", state="awake-well")
    for at in ("18:30", "22:30", "+1 00:00", "+1 06:00"):
        plain = session_conditions(
            gates.load(), told.plan, told.course, log_of(told.log(at).entries, clock(at)), clock(at)
        )
        assert {one.id: one.until for one in judged(told, at)} == {
            one.id: one.until for one in plain
        }


def test_the_hand_over_of_the_morning_opens_the_integration_visit(sitting):
    """It begins with the hand-over, with whoever took over, and nobody has ended it yet."""
    clinic = sitting.clinic
    course(clinic, sitting.enrollment, clinic.now.date())
    written(sitting.write("morning-hand-over", to_person=str(clinic.therapist.id)))
    visit = VisitHeld.objects.get(kind="integration")
    assert (visit.visit, visit.began_at, visit.ended_at) == ("v6", clinic.now, None)
    assert visit.attendance.get().user == clinic.therapist
    written(sitting.write("morning-hand-over", to_person=str(clinic.therapist.id)))
    assert VisitHeld.objects.filter(kind="integration").count() == 1


def test_the_first_call_that_is_set_is_a_call_of_the_course_that_is_due(sitting):
    due_at = sitting.clinic.now + timedelta(days=1)
    written(sitting.write("call-set", due_at=due_at))
    call = CallPlanned.objects.get()
    assert (call.due_at, call.after_dosing, call.purpose) == (due_at, True, "after-dosing")


def test_an_attendant_writes_what_belongs_to_the_night_and_nothing_else(sitting):
    add_person(sitting.clinic, "attends", "attendant")
    by = sitting.clinic.accounts["attends"]
    written(sitting.write("night-check", by=by, state="asleep"))
    assert sitting.fact("night-check").written_by == by
    refusal = sitting.write("dose-given", by=by, dose="initial", nominal_mg=80)
    assert isinstance(refusal, Refusal)
    stranger = sitting.write("night-check", by=sitting.clinic.accounts["admin"], state="asleep")
    assert isinstance(stranger, Refusal)
