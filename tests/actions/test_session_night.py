"""The night: judged where it is written as by the plain rules, who may write in it, what its end opens."""

from datetime import timedelta
from uuid import uuid4

import pytest

from holdfast.actions.outcomes import Refusal
from holdfast.actions.session_judging import Followed
from holdfast.actions.visits import Visit, hold_visit
from holdfast.definitions.session import gates
from holdfast.domain.dosing import session_conditions
from holdfast.domain.session_log import log_of
from holdfast.records.courses import standing
from holdfast.records.models import CallPlanned, Deviation, VisitHeld
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import written
from tests.actions.courses import course, paired
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


def test_a_visit_that_a_hand_over_began_deviates_from_the_pair_by_who_took_over_and_who_was_there(
    sitting,
):
    """Nobody of the pair took over: it began without it. At its end, who was there decides."""
    clinic, enrollment = sitting.clinic, sitting.enrollment
    lead, second = clinic.therapist, clinic.accounts["second"]
    course(clinic, enrollment, clinic.now.date())
    paired(clinic, enrollment, lead, second, clinic.now.date())
    written(sitting.write("morning-hand-over", to_person=str(clinic.physician.id)))
    begun = VisitHeld.objects.get(kind="integration")
    pair = [row.held_id for row in standing(Deviation, [enrollment.id]) if _of_the_pair(row)]
    assert pair == [begun.id]
    began, ended = begun.began_at, clinic.later(hours=1)
    told = {"code": begun.visit, "kind": begun.kind, "place": begun.place, "began_at": began}
    there = ((lead.id, "lead"), (second.id, "second"))
    visit = Visit(ended_at=ended, attended=there, **told)
    by = {"enrollment": enrollment, "by": lead, "now": ended}
    written(hold_visit(visit=visit, entry_id=uuid4(), **by))
    (held,) = standing(VisitHeld, [enrollment.id]).filter(kind="integration")
    assert (held.corrects_id, held.ended_at) == (begun.id, ended)
    assert {row.kind for row in standing(Deviation, [enrollment.id])}.isdisjoint(
        {"held-again", "without-the-pair"}
    )
    assert verify_here().fits


@pytest.mark.parametrize(("is_there", "deviates"), [(True, False), (False, True)])
def test_a_visit_that_one_of_the_pair_took_over_deviates_where_the_other_never_came(
    sitting, is_there, deviates
):
    clinic, enrollment = sitting.clinic, sitting.enrollment
    lead, second = clinic.therapist, clinic.accounts["second"]
    course(clinic, enrollment, clinic.now.date())
    paired(clinic, enrollment, lead, second, clinic.now.date())
    written(sitting.write("morning-hand-over", to_person=str(lead.id)))
    begun = VisitHeld.objects.get(kind="integration")
    assert not any(map(_of_the_pair, standing(Deviation, [enrollment.id])))
    ended = clinic.later(hours=1)
    there = ((lead.id, "lead"), *(((second.id, "second"),) if is_there else ()))
    told = {"code": begun.visit, "kind": begun.kind, "place": begun.place}
    visit = Visit(began_at=begun.began_at, ended_at=ended, attended=there, **told)
    told = {"enrollment": enrollment, "by": lead, "now": ended, "entry_id": uuid4()}
    written(hold_visit(visit=visit, **told))
    assert any(map(_of_the_pair, standing(Deviation, [enrollment.id]))) is deviates


def _of_the_pair(row: Deviation) -> bool:
    return row.kind == "without-the-pair"


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
