"""A session's entries from the room's tablet: one signed text, the room's entry and the session's."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from holdfast.actions import rooms
from holdfast.actions.outcomes import Conflict, Receipt, Refusal
from holdfast.actions.room_entries import record_room_entry
from holdfast.actions.session_asking import session_gate
from holdfast.actions.session_entries import move_entry
from holdfast.definitions import session as entry_kinds
from holdfast.domain.room_entry import read_entry
from holdfast.domain.session_gates import SessionAct
from holdfast.records.consents import impairments_of
from holdfast.records.keys import opened as words_in
from holdfast.records.models import (
    AlarmRaised,
    RoomDevice,
    RoomEntry,
    RoomOpening,
    SessionFact,
)
from holdfast.records.session_now import entries_of, last_heard, waiting_in, words_of
from holdfast.records.verification_run import verify_here
from holdfast.web.session import following
from holdfast.web.session.shown import told as shown
from tests.actions import sessions
from tests.actions.clinic import enrolled, written
from tests.actions.room import Tablet, close, enroll, entry_text, opened, settle, switched
from tests.actions.sessions import Sitting, anew, nothing_kept, sitting, sitting_template
from tests.actions.test_rooms import OTHER

__all__ = ["nothing_kept", "sitting", "sitting_template"]

READING = {"systolic_mmhg": 124, "diastolic_mmhg": 78}
KINDS = entry_kinds.load().kinds


class Room:
    """The tablet of the room in which the session is."""

    def __init__(self, sitting: Sitting) -> None:
        self.sitting, self.clinic, self.tablet = sitting, sitting.clinic, Tablet()
        self.opening = opened(self.clinic, enroll(self.clinic, self.tablet), [sitting.enrollment])
        self.step: UUID | None = switched(self.clinic, self.opening, self.clinic.therapist)

    def text(self, kind: str, details: dict, **told) -> str:
        """The exact text of an entry of the session."""
        given = {"schema": 2, "kind": kind, "details": details, "words": "", "corrects": None}
        given |= {"session": str(self.sitting.session.id), "step": str(self.step)}
        if self.step is None:
            given["step"] = None
        return entry_text(self.opening, told.pop("now", self.clinic.now), **(given | told))

    def send(self, text: str, **given):
        told = {"has_session": True, "signature": self.tablet.signed(text), "now": self.clinic.now}
        device = RoomDevice.objects.select_related("account").get(id=self.opening.device_id)
        found = RoomOpening.objects.select_related("device", "site").get(id=self.opening.id)
        told |= {"device": device, "opening": found, "told": read_entry(text, KINDS), "text": text}
        return record_room_entry(**(told | given))


@pytest.fixture
def in_the_room(sitting) -> Room:
    return Room(sitting)


def test_one_text_is_the_rooms_entry_and_the_sessions_in_one_journal_entry(in_the_room, sitting):
    entry = uuid4()
    text = in_the_room.text("reading", READING, id=str(entry), words="left arm")
    receipt = written(in_the_room.send(text))
    told = {table for table, _, _ in receipt.facts}
    assert {"records_roomentry", "records_sessionfact"} <= told
    fact = SessionFact.objects.get(id=entry)
    assert (fact.kind, fact.came, fact.written_by) == ("reading", "open", sitting.clinic.therapist)
    assert words_in(fact.room_entry, "written") == text
    assert words_of(fact, sitting.enrollment) == "left arm"
    assert entries_of(sitting.session)[-1].number("systolic_mmhg") == 124
    assert in_the_room.send(text) == receipt
    other = in_the_room.text("reading", READING | {"systolic_mmhg": 190}, id=str(entry))
    assert isinstance(in_the_room.send(other), Conflict)
    assert last_heard(sitting.session) == {"tablet": sitting.clinic.now}
    assert verify_here().fits


def test_a_high_reading_from_the_queue_hours_later_is_judged_at_its_own_time(in_the_room, sitting):
    clinic = sitting.clinic
    at = clinic.later(minutes=5)
    text = in_the_room.text("reading", READING | {"systolic_mmhg": 193})
    clinic.later(minutes=90)
    written(in_the_room.send(text))
    alarm = AlarmRaised.objects.filter(code="systolic-observed").get()
    assert (alarm.since, alarm.known_at) == (at, clinic.now)


def test_what_is_nobodys_yet_counts_for_every_limit_and_ends_no_impairment(in_the_room, sitting):
    clinic, enrollment = sitting.clinic, sitting.enrollment
    written(sitting.write("dose-given", dose="initial", nominal_mg=80))
    in_the_room.step = None
    clinic.later(minutes=1)
    high = in_the_room.text("reading", READING | {"systolic_mmhg": 181})
    written(in_the_room.send(high))
    assert "systolic-observed" in sitting.codes()
    clinic.later(hours=8)
    written(in_the_room.send(in_the_room.text("impairment", {"is_impaired": False})))
    assert entries_of(sitting.session)[-1].by == ""
    assert waiting_in(sitting.session) == 2
    assert impairments_of(enrollment)[-1].until is None
    (row,) = RoomEntry.objects.filter(kind="impairment")
    found_at = clinic.now
    clinic.later(minutes=1)
    written(settle(clinic, row, clinic.physician))
    assert entries_of(sitting.session)[-1].by == str(clinic.physician.id)
    assert impairments_of(enrollment)[-1].until == found_at
    assert waiting_in(sitting.session) == 1
    assert verify_here().fits


def test_an_acknowledgement_counts_once_it_is_somebodys(in_the_room, sitting):
    from holdfast.domain.monitoring import alarms
    from holdfast.records.session_now import plan_of

    written(in_the_room.send(in_the_room.text("reading", READING | {"systolic_mmhg": 181})))
    alarm = AlarmRaised.objects.filter(code="systolic-observed").get()

    def is_open() -> bool:
        told = alarms(plan_of(sitting.session), entries_of(sitting.session), sitting.clinic.now)
        return next(one.is_open for one in told if one.condition.id == alarm.condition)

    in_the_room.step = None
    sitting.clinic.later(minutes=1)
    seen = {"condition": alarm.condition, "done": "seen"}
    written(in_the_room.send(in_the_room.text("acknowledgement", seen)))
    assert is_open()
    row = RoomEntry.objects.get(kind="acknowledgement")
    written(settle(sitting.clinic, row, sitting.clinic.therapist))
    assert not is_open()


@pytest.mark.parametrize("how", ["revoked", "unsigned"])
def test_what_is_kept_apart_is_an_alarm_and_judged_once_somebody_takes_it_over(
    in_the_room, sitting, how
):
    clinic = sitting.clinic
    text = in_the_room.text("reading", READING | {"systolic_mmhg": 193})
    given = {}
    if how == "revoked":
        device = RoomDevice.objects.get()
        told = {"reason": "lost", "entry_id": uuid4(), "by": clinic.administrator}
        written(rooms.revoke_device(device=device, now=clinic.now, **told))
    else:
        given = {"signature": Tablet().signed(text)}
    assert isinstance(in_the_room.send(text, **given), Receipt)
    assert sitting.codes() == ["entry-kept-apart"]
    assert len(entries_of(sitting.session)) == 1
    clinic.later(minutes=4)
    written(settle(clinic, RoomEntry.objects.get(), clinic.therapist))
    alarm = AlarmRaised.objects.get(code="systolic-observed")
    assert alarm.known_at == clinic.now
    assert entries_of(sitting.session)[-1].known_at == clinic.now
    assert verify_here().fits


@pytest.mark.parametrize("outcome", ["mine", "set-apart"])
def test_a_dose_that_is_kept_apart_may_have_been_taken_and_counts_from_the_first(
    in_the_room, sitting, outcome
):
    """The tablet was revoked, and told then that eighty were given: a second one is not permitted."""
    clinic, initial = sitting.clinic, SessionAct.GIVE_INITIAL_DOSE

    def found(code: str, act: SessionAct = initial) -> set[str]:
        answer = session_gate(anew(sitting.session), act, clinic.now)
        return {one.finding.reason for one in answer.judged if one.condition.code == code}

    assert found("no-dose-yet") == {"no-dose-taken"}
    assert found("entries-attributed") == {"entries-are-somebodys"}
    opened_ = entries_of(sitting.session)[0].id
    text = in_the_room.text("dose-given", {"dose": "initial", "nominal_mg": 80}, corrects=opened_)
    told = {"reason": "lost", "entry_id": uuid4(), "by": clinic.administrator}
    written(rooms.revoke_device(device=RoomDevice.objects.get(), now=clinic.now, **told))
    assert isinstance(in_the_room.send(text), Receipt)
    assert {"entry-kept-apart", "given-without-authorisation"} <= set(sitting.codes())
    assert impairments_of(sitting.enrollment)[-1].until is None
    assert found("no-dose-yet") == {"already-dosed"}
    assert found("session-open") == {"session-goes-on"}
    home = SessionAct.RELEASE_HOME
    assert found("hours", home) == {"too-early"}
    for act in (initial, home):
        assert found("entries-attributed", act) == {"entries-are-nobodys"}
    before = sitting.codes()
    clinic.later(minutes=4)
    written(settle(clinic, RoomEntry.objects.get(), clinic.therapist, outcome=outcome))
    assert found("no-dose-yet") == {"already-dosed"}
    assert sitting.codes() == before
    assert len(impairments_of(sitting.enrollment)) == 1
    assert verify_here().fits


def test_after_the_room_is_closed_an_entry_is_taken_and_nobodys(in_the_room, sitting):
    text = in_the_room.text("dose-given", {"dose": "initial", "nominal_mg": 80})
    sitting.clinic.later(minutes=5)
    written(close(sitting.clinic, in_the_room.opening, sitting.clinic.therapist))
    written(in_the_room.send(text))
    fact = sitting.fact("dose-given")
    assert (fact.came, fact.written_by) == ("closed", None)
    assert "given-without-authorisation" in sitting.codes()
    assert impairments_of(sitting.enrollment)[-1].until is None
    before = sitting.codes()
    written(settle(sitting.clinic, RoomEntry.objects.get(), sitting.clinic.therapist))
    assert len(impairments_of(sitting.enrollment)) == 1
    assert sitting.codes() == before
    assert verify_here().fits


def test_an_entry_of_a_session_of_somebody_else_stays_an_entry_of_the_room(in_the_room, sitting):
    text = in_the_room.text("reading", READING, session=str(uuid4()))
    written(in_the_room.send(text))
    assert RoomEntry.objects.get().kind == "reading"
    assert not SessionFact.objects.filter(kind="reading").exists()


def test_an_act_is_not_told_by_the_tablet(in_the_room, sitting):
    expires = (sitting.clinic.now + timedelta(hours=1)).isoformat()
    text = in_the_room.text("authorisation", {"gate": "give-initial-dose", "expires_at": expires})
    assert in_the_room.send(text).reason == "needs-its-own-act"
    text = in_the_room.text("order", {"dose": "initial", "nominal_mg": 80})
    assert in_the_room.send(text).reason == "needs-its-own-act"
    assert not RoomEntry.objects.exists()


def test_a_session_reads_again_what_another_process_attributed(in_the_room, sitting):
    """The memory of a process is read anew once somebody took an entry over elsewhere."""
    from holdfast.actions import session_judging

    in_the_room.step = None
    written(in_the_room.send(in_the_room.text("reading", READING)))
    mine = dict(session_judging._KEPT)
    session_judging._KEPT.clear()
    sitting.clinic.later(minutes=1)
    written(settle(sitting.clinic, RoomEntry.objects.get(), sitting.clinic.therapist))
    session_judging._KEPT.clear()
    session_judging._KEPT.update(mine)
    sitting.clinic.later(minutes=1)
    written(sitting.write("note"))
    kept = session_judging._KEPT[anew(sitting.session).id]
    assert kept is not next(iter(mine.values()))


@pytest.mark.parametrize("is_apart", [True, False])
def test_an_entry_that_was_nobodys_is_taken_over_and_then_moved_and_judged_where_it_belongs(
    in_the_room, sitting, is_apart
):
    """A high reading never ends up in neither of two records, nor waits where nobody can settle it."""
    clinic = sitting.clinic
    other = enrolled(clinic, identity=OTHER, bundle_sha256="cd" * 32)
    sessions.pass_gate(clinic, other)
    right = Sitting(clinic, sessions.opened(clinic, other))
    if not is_apart:
        in_the_room.step = None
    text = in_the_room.text("reading", READING | {"systolic_mmhg": 193})
    written(in_the_room.send(text, **({"signature": Tablet().signed(text)} if is_apart else {})))
    row, fact = RoomEntry.objects.get(), sitting.fact("reading")
    assert fact.came == ("unsigned" if is_apart else "open")

    def move():
        told = {"entry_id": uuid4(), "by": clinic.accounts["second"], "now": clinic.now}
        return move_entry(fact=SessionFact.objects.get(id=fact.id), to=right.session, **told)

    assert move() == Refusal("nobodys-yet")
    clinic.later(minutes=1)
    written(settle(clinic, row, clinic.therapist))
    assert waiting_in(sitting.session) == 0
    clinic.later(minutes=1)
    written(move())
    moved = entries_of(right.session)[-1]
    assert (moved.number("systolic_mmhg"), moved.by) == (193, str(clinic.therapist.id))
    assert (moved.at, moved.known_at) == (fact.at, clinic.now)
    assert "systolic-observed" in right.codes()
    assert waiting_in(right.session) == 0
    assert right.fact("reading").counterpart == fact.id
    assert verify_here().fits


def test_what_somebody_took_over_reaches_a_page_that_was_open_before(in_the_room, sitting):
    """It stays where it was written, behind what the page knows already."""
    following._KEPT.clear()
    clinic, session = sitting.clinic, sitting.session
    in_the_room.step = None
    written(in_the_room.send(in_the_room.text("reading", READING)))
    text = in_the_room.text("reading", READING | {"systolic_mmhg": 193})
    written(in_the_room.send(text, signature=Tablet().signed(text)))
    page = shown(session, clinic.now)
    entries = {one["id"]: one for one in page["entries"]}
    assert [one["by"] for one in entries.values() if one["kind"] == "reading"] == [""]
    clinic.later(minutes=4)
    for row in RoomEntry.objects.all():
        written(settle(clinic, row, clinic.therapist))
    news = shown(session, clinic.now, after=page["position"])
    assert len(news["entries"]) == 2
    entries |= {one["id"]: one for one in news["entries"]}
    following._KEPT.clear()
    assert list(entries.values()) == shown(session, clinic.now)["entries"]
    assert shown(session, clinic.now, after=news["position"])["entries"] == []


def test_what_a_page_asks_for_costs_the_same_however_long_the_session_is(sitting):
    following._KEPT.clear()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert shown(sitting.session, sitting.clinic.now, after=2)["entries"]
        return len(queries)

    written(sitting.reading())
    asked()
    before = asked()
    for _ in range(5):
        sitting.clinic.later(minutes=1)
        written(sitting.reading())
    asked()
    assert asked() == before
