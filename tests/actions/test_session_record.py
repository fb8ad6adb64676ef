"""The record of a dosing session: what happened is always there, judged, and its alarms with it."""

import gc
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from holdfast.actions import session_judging
from holdfast.actions.outcomes import Conflict, Refusal
from holdfast.actions.session_entries import move_entry, record_entry
from holdfast.actions.session_opening import open_session
from holdfast.domain import monitoring, monitoring_fold
from holdfast.records.consents import impairments_of
from holdfast.records.keys import opened as opened_words
from holdfast.records.models import (
    AlarmRaised,
    Deviation,
    DosingSession,
    EventCandidate,
    SessionFact,
)
from holdfast.records.session_now import entries_of, plan_of, raised_with, worded, words_of
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import NOW, enrolled, written
from tests.actions.sessions import (
    VISIT,
    Sitting,
    anew,
    nothing_kept,
    opened,
    pass_gate,
    raised_ids,
    sitting,
    sitting_template,
)
from tests.actions.test_rooms import OTHER

__all__ = ["nothing_kept", "sitting", "sitting_template"]


def conditions(sitting: Sitting) -> set[str]:
    """What the plain function says of the entries on record."""
    plan, entries = plan_of(sitting.session), entries_of(sitting.session)
    return {one.id for one in monitoring.conditions(plan, entries, sitting.clinic.now)}


def test_a_session_is_opened_behind_its_gate_with_its_plan(sitting):
    session = sitting.session
    assert (session.came, session.visit, session.number) == ("open", VISIT, 1)
    assert session.passed is not None
    plan = plan_of(session)
    assert (plan.session, plan.visit) == (str(session.id), VISIT)
    assert session.plans.get().plan_sha256 == plan.sha256
    (first,) = entries_of(session)
    assert (first.kind, first.by) == ("session-opened", str(sitting.clinic.therapist.id))
    assert verify_here().fits


def test_without_the_gate_none_is_opened_and_one_from_paper_is(one_clinic):
    enrollment = enrolled(one_clinic)
    told = {"enrollment": enrollment, "visit": VISIT, "by": one_clinic.therapist}
    now = one_clinic.now
    refused = open_session(entry_id=uuid4(), now=now, **told)
    assert refused == Refusal("gate-not-passed", {"act": "begin-dosing"})
    ahead = open_session(entry_id=uuid4(), now=now, began_at=now + timedelta(minutes=1), **told)
    assert ahead == Refusal("time-to-come")
    began = now - timedelta(hours=5)
    written(open_session(entry_id=uuid4(), now=now, began_at=began, **told))
    session = DosingSession.objects.get()
    assert (session.came, session.opened_at, session.passed) == ("paper", began, None)
    assert Deviation.objects.get().kind == "session-without-gate"
    again = open_session(entry_id=uuid4(), now=now, began_at=began, **told)
    assert again == Refusal("session-is-open")
    by = one_clinic.coordinator
    refused = open_session(entry_id=uuid4(), now=now, **(told | {"by": by}))
    assert refused.reason == "not-permitted"
    unknown = open_session(entry_id=uuid4(), now=now, **(told | {"visit": "v1"}))
    assert unknown.reason == "visit-unknown"


def test_a_high_reading_raises_its_alarm_in_its_own_entry(sitting):
    clinic = sitting.clinic
    clinic.later(minutes=5)
    written(sitting.reading())
    assert sitting.codes() == []
    clinic.later(minutes=5)
    told = sitting.told("reading", systolic_mmhg=168, diastolic_mmhg=92)
    receipt = written(
        record_entry(
            session=sitting.session, told=told, came="page", by=clinic.therapist, now=clinic.now
        )
    )
    (alarm,) = raised_with(told.id, sitting.enrollment.id)
    assert (alarm.code, alarm.tier, alarm.value) == ("systolic-observed", "observe", Decimal(168))
    assert (alarm.position, alarm.recorded_at) == (receipt.position, receipt.recorded_at)
    assert ("records_alarmraised", alarm.id) in {(table, id_) for table, id_, _ in receipt.facts}
    assert raised_ids(sitting.session) == conditions(sitting)
    assert verify_here().fits


def test_the_same_entry_again_gets_the_first_receipt_and_other_content_a_conflict(sitting):
    entry = uuid4()
    first = written(sitting.reading(id=entry))
    count = SessionFact.objects.count()
    sitting.clinic.later(minutes=3)
    assert sitting.reading(id=entry, after=0) == first
    assert isinstance(sitting.reading(190, id=entry, after=0), Conflict)
    assert SessionFact.objects.count() == count
    assert AlarmRaised.objects.filter(session=sitting.session, value=190).count() == 0


def test_a_late_high_reading_is_judged_at_its_own_time(sitting):
    clinic = sitting.clinic
    clinic.later(minutes=30)
    written(sitting.reading())
    clinic.later(minutes=1)
    written(sitting.reading(171, after=12, came="paper"))
    (alarm,) = AlarmRaised.objects.filter(code="systolic-observed")
    assert alarm.since == NOW + timedelta(minutes=12)
    assert alarm.known_at == clinic.now


def test_a_correction_stands_beside_what_it_corrects_and_the_alarm_stays(sitting):
    entry = uuid4()
    written(sitting.reading(196, id=entry))
    before = raised_ids(sitting.session)
    assert any(one.startswith("systolic-observed") for one in before)
    sitting.clinic.later(minutes=1)
    written(sitting.reading(126, corrects=entry))
    assert before <= raised_ids(sitting.session)
    told = {entry.id: entry.corrects for entry in entries_of(sitting.session)}
    assert str(entry) in told
    assert str(entry) in told.values()
    assert raised_ids(sitting.session) == conditions(sitting)


def test_a_correction_may_come_before_what_it_corrects(sitting):
    entry = uuid4()
    written(sitting.write("correction", reason="typing-slip", corrects=entry))
    sitting.clinic.later(minutes=1)
    written(sitting.reading(188, id=entry))
    assert raised_ids(sitting.session) == conditions(sitting)


def test_what_the_process_remembers_says_what_reading_everything_anew_says(sitting):
    clinic = sitting.clinic
    for minutes, systolic in ((2, 120), (4, 166), (3, 171), (9, 150), (9, 182)):
        clinic.later(minutes=2)
        written(sitting.reading(systolic, after=minutes))
    remembered = raised_ids(sitting.session)
    session_judging.forget(sitting.session.id)
    clinic.later(minutes=1)
    written(sitting.reading(121))
    assert remembered <= raised_ids(sitting.session)
    assert raised_ids(sitting.session) == conditions(sitting)


def test_what_was_judged_and_not_written_is_not_remembered(sitting, monkeypatch):
    """The transaction fails after the judging: the same reading sent again raises its alarm."""
    entry = uuid4()
    written(sitting.reading())

    def broken(*args, **kwargs):
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("holdfast.actions.writing.LockedStream._insert", broken)
        with pytest.raises(RuntimeError):
            sitting.reading(191, id=entry)
    assert not raised_with(entry, sitting.enrollment.id)
    written(sitting.reading(191, id=entry))
    assert raised_with(entry, sitting.enrollment.id)


def test_what_another_process_wrote_is_caught_up_with(sitting):
    """Two processes, each with a memory of its own, write in turns."""
    clinic, memories = sitting.clinic, [{}, {}]
    for turn, systolic in enumerate((120, 165, 140, 172, 168, 118)):
        session_judging._KEPT.clear()
        session_judging._KEPT.update(memories[turn % 2])
        clinic.later(minutes=3)
        written(sitting.reading(systolic))
        memories[turn % 2] = dict(session_judging._KEPT)
    assert raised_ids(sitting.session) == conditions(sitting)


def test_a_long_session_is_not_searched_for_rubbish_again_and_again(sitting, monkeypatch):
    """Each full search of thousands of readings would hold up everybody who writes."""
    monkeypatch.setattr(session_judging, "LONG", 5)
    for _ in range(4):
        sitting.reading()
    session_judging.forget(sitting.session.id)  # as another process, that reads it all
    gc.unfreeze()
    try:
        sitting.reading()
        apart = gc.get_freeze_count()
        assert apart > 1000  # all that is alive now
        sitting.reading()
        assert gc.get_freeze_count() <= apart  # and not at each reading
    finally:
        gc.unfreeze()


def test_a_rule_that_breaks_refuses_no_entry_and_is_itself_an_alarm(sitting, monkeypatch):
    def broken(*args, **kwargs):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("holdfast.domain.monitoring_fold.Fold.conditions", broken)
        written(sitting.reading(190))
    assert sitting.codes() == ["not-judged"]
    assert AlarmRaised.objects.get(code="not-judged").tier == "urgent"
    sitting.clinic.later(minutes=1)
    written(sitting.reading(121))
    assert conditions(sitting) < raised_ids(sitting.session)
    assert verify_here().fits


def test_a_dose_is_recorded_whatever_stands_and_is_a_deviation_and_an_alarm(sitting):
    clinic = sitting.clinic
    clinic.later(minutes=30)
    written(sitting.write("dose-given", dose="initial", nominal_mg=80))
    assert "given-without-authorisation" in sitting.codes()
    kinds = set(Deviation.objects.values_list("kind", flat=True))
    assert "given-without-authorisation" in kinds
    before = Deviation.objects.count()
    clinic.later(minutes=1)
    written(sitting.write("dose-vomited", dose="initial", minutes_after=1))
    assert "dose-vomited" in sitting.codes()
    assert Deviation.objects.count() == before + 1
    assert verify_here().fits


def test_from_the_dose_on_the_person_is_impaired_until_found_not_to_be(sitting):
    clinic, enrollment = sitting.clinic, sitting.enrollment
    clinic.later(minutes=30)
    dosed = clinic.now
    written(sitting.write("dose-given", dose="initial", nominal_mg=80))
    (spell,) = impairments_of(enrollment)
    assert (spell.since, spell.until) == (dosed, None)
    clinic.later(hours=8)
    found = uuid4()
    written(sitting.write("impairment", is_impaired=False, id=found))
    (spell,) = impairments_of(enrollment)
    assert spell.until == clinic.now
    clinic.later(minutes=1)
    written(sitting.write("correction", reason="typing-slip", corrects=found))
    assert impairments_of(enrollment)[-1].until is None
    assert any(spell.covers(clinic.now) for spell in impairments_of(enrollment))


@pytest.mark.parametrize("kind", ["authorisation", "session-opened", "session-closed", "override"])
def test_what_stands_for_an_act_is_not_simply_told(sitting, kind):
    assert sitting.write(kind).reason == "needs-its-own-act"
    assert sitting.write("order", dose="initial", nominal_mg=80).reason == "needs-its-own-act"
    spoken = {"is_spoken": True, "was_read_back": True}
    written(sitting.write("order", dose="initial", nominal_mg=80, **spoken))


def test_who_may_not_write_does_not(sitting):
    clinic = sitting.clinic
    assert sitting.reading(by=clinic.coordinator).reason == "not-permitted"
    assert sitting.reading(by=clinic.monitor).reason == "not-permitted"
    assert sitting.reading(came="elsewhere") == Refusal("came-unknown")


def test_words_are_sealed_and_read_again(sitting):
    written(sitting.write("note", words="asks for the window to be opened"))
    note = sitting.fact("note")
    assert "window" not in repr(vars(note))
    assert words_of(note, sitting.enrollment) == "asks for the window to be opened"


def test_an_entry_against_the_wrong_person_is_moved_and_both_records_say_so(sitting):
    clinic = sitting.clinic
    other = enrolled(clinic, identity=OTHER, bundle_sha256="cd" * 32)
    pass_gate(clinic, other)
    right = Sitting(clinic, opened(clinic, other))
    entry = uuid4()
    clinic.later(minutes=2)
    at = clinic.now
    written(sitting.reading(192, id=entry, words="cuff on the left arm"))
    fact = sitting.fact("reading")
    clinic.later(minutes=2)
    told = {"fact": fact, "to": right.session, "now": clinic.now}
    refused = move_entry(entry_id=uuid4(), by=clinic.coordinator, **told)
    assert refused.reason == "not-permitted"
    moving = uuid4()
    receipt = written(move_entry(entry_id=moving, by=clinic.therapist, **told))
    assert move_entry(entry_id=moving, by=clinic.therapist, **told) == receipt
    gone, moved = sitting.fact("correction"), right.fact("reading")
    assert (gone.corrects, gone.counterpart, moved.counterpart) == (entry, moved.id, entry)
    assert (moved.at, moved.written_by) == (at, clinic.therapist)
    assert words_of(moved, other) == "cuff on the left arm"
    assert worded(right.session) == {str(moved.id): "cuff on the left arm"}
    assert worded(sitting.session) == {}  # that something was moved stays, its words are another's
    for each in (sitting, right):
        assert "systolic-observed" in each.codes()
        assert raised_ids(each.session) == conditions(each)
    again = move_entry(entry_id=uuid4(), by=clinic.therapist, **told)
    assert again == Refusal("already-corrected")
    assert verify_here().fits


def test_the_entries_are_as_they_were_known_at_any_position(sitting):
    positions = []
    for systolic in (120, 150, 170):
        sitting.clinic.later(minutes=2)
        positions.append(written(sitting.reading(systolic)).position)
    known = [len(entries_of(anew(sitting.session), at)) for at in positions]
    assert known == [2, 3, 4]
    assert entries_of(sitting.session, positions[1]) == entries_of(sitting.session)[:3]


def test_what_is_felt_is_one_possible_event_and_what_may_be_serious_alarms_each_time(sitting):
    clinic = sitting.clinic
    told = {"term": "nausea", "severity": "mild", "serious": "no"}
    written(sitting.write("event", course="onset", **told))
    clinic.later(minutes=9)
    written(sitting.write("event", course="peak", **(told | {"severity": "moderate"})))
    (candidate,) = EventCandidate.objects.all()
    assert (candidate.source, candidate.intensity, candidate.is_serious) == (
        "session",
        "mild",
        False,
    )
    assert opened_words(candidate, "words") == "nausea"
    assert "event-may-be-serious" not in sitting.codes()
    for serious in ("unknown", "yes"):
        clinic.later(minutes=1)
        written(sitting.write("event", term="fall", serious=serious, valence="neutral"))
    assert sitting.codes().count("event-may-be-serious") == 2
    alarm = AlarmRaised.objects.filter(code="event-may-be-serious").first()
    assert (alarm.tier, "physician-page" in alarm.told) == ("urgent", True)
    standing = EventCandidate.objects.filter(corrected_by=None)
    assert sorted((opened_words(one, "words"), one.is_serious) for one in standing) == [
        ("fall", True),
        ("nausea", False),
    ]
    written(sitting.write("event", term="euphoria", valence="good"))
    assert EventCandidate.objects.filter(corrected_by=None).count() == 3
    assert verify_here().fits


def test_a_turn_of_the_watch_that_began_before_the_last_reading_judges_no_more_for_it(
    sitting, monkeypatch
):
    """Its moment is older than what it reads: it judges on from there, and not everything anew."""
    began = sitting.clinic.now
    written(sitting.reading())
    session_judging.is_anything_new(sitting.session, began)
    sitting.clinic.later(minutes=1)
    written(sitting.reading())
    anew = []
    plainly = monitoring_fold.conditions_of
    monkeypatch.setattr(
        monitoring_fold, "conditions_of", lambda *told: anew.append(told) or plainly(*told)
    )
    assert not session_judging.is_anything_new(sitting.session, began)
    assert not anew
