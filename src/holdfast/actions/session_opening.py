"""Opens a dosing session, and closes it: the only two acts on a session as a whole."""

from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.judging import local_date
from holdfast.actions.orders import order_entries
from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.permission import refused, refused_where_locked
from holdfast.actions.session_asking import issued
from holdfast.actions.session_entries import EntryTold, session_fact, write_entries
from holdfast.actions.session_judging import begin
from holdfast.actions.session_planning import Planned, dosing_visit, planned
from holdfast.actions.session_visit import visit_of
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.actions.writing import (
    LockedStream,
    Sent,
    lock,
    one_transaction,
    refused_where_erased,
)
from holdfast.domain.gates import Act
from holdfast.domain.session_gates import SessionAct
from holdfast.records.bookings import Booking
from holdfast.records.care import Enrollment
from holdfast.records.course import Deviation
from holdfast.records.courses import standing
from holdfast.records.facts import Fact
from holdfast.records.gates import GatePassed
from holdfast.records.orders import standing_order
from holdfast.records.people import User
from holdfast.records.protocols import protocol_of
from holdfast.records.rooms import Room
from holdfast.records.session import DosingSession, SessionClosed, SessionFact
from holdfast.records.session_now import open_session_of, session_log

WITHOUT_GATE = "session-without-gate"


@refused_where_erased
@one_transaction
def open_session(
    *,
    enrollment: Enrollment,
    visit: str,
    entry_id: UUID,
    by: User,
    now: datetime,
    began_at: datetime | None = None,
    room: Room | None = None,
    group_key: UUID | None = None,
) -> Answered:
    """Open a dosing session, with its plan and its first entry.

    It needs the authorisation of the gate before it, and data that nobody locked: in locked data a
    finding that stands against a dose could not be written down. ``began_at``: the session was, and is
    written down afterwards from paper; then it is recorded all the same, and without its gate that is
    a deviation.
    """
    if refusal := refused(by, enrollment, "session.run", now):
        return refusal
    stream = lock(enrollment.id, now)
    told = {"visit": visit, "began_at": began_at, "room": room and room.id, "group": group_key}
    sent = stream.sent("session-opened", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    found = dosing_visit(protocol_of(enrollment), visit)
    if found is None:
        return Refusal("visit-unknown", {"visit": visit})
    if open_session_of(enrollment) is not None:
        return Refusal("session-is-open")
    opened_at = began_at or stream.now
    if opened_at > stream.now:
        return Refusal("time-to-come")
    passed = _passed(enrollment, visit, opened_at)
    if began_at is None and (refusal := refused_where_locked(enrollment)):
        return refusal
    if passed is None and began_at is None:
        return Refusal("gate-not-passed", {"act": Act.BEGIN_DOSING.value})
    session = DosingSession(
        id=uuid5(entry_id, "session"),
        site=enrollment.site,
        enrollment=enrollment,
        visit=visit,
        number=found[1],
        booking=standing(Booking, [enrollment.id]).filter(visit=visit).last(),
        room=room,
        group_key=group_key,
        passed=passed,
        came="open" if began_at is None else "paper",
        opened_at=opened_at,
        opened_by=by,
    )
    return _write_opening(stream, sent, session, planned(enrollment, *found, session.id, now), by)


def _write_opening(
    stream: LockedStream, sent: Sent, session: DosingSession, plan: Planned, by: User
) -> Receipt:
    """The session with its plan and its first entry; without its gate, with the deviation."""
    session.protocol_name = plan.plan.protocol
    session.protocol_version = plan.plan.protocol_version
    session.protocol_sha256 = plan.plan.protocol_sha256
    if session.room is None and session.booking is not None:
        session.room = session.booking.room
    begin(session, plan.plan, plan.course, stream)
    told = EntryTold(uuid5(sent.entry_id, "opened"), "session-opened", session.opened_at)
    came = "page" if session.came == "open" else "paper"
    first = session_fact(session, told, came=came, written_by=by)
    beside: list[Fact] = [session, plan.fact(uuid5(sent.entry_id, "plan"), session.id)]
    if session.passed is None:
        beside.append(_without_gate(session, uuid5(sent.entry_id, "deviation")))
    values = {"session": session.id.hex, "visit": session.visit, "came": session.came}
    entries = [first, *_ordered(session, sent.entry_id, came)]
    return write_entries(stream, sent, session, entries, by=by, values=values, beside=beside)


def _ordered(session: DosingSession, entry_id: UUID, came: str) -> list[SessionFact]:
    """The doses of the order that stands for this session, as its first entries."""
    order = standing_order(session.enrollment, session.visit, session.opened_at)
    at = session.opened_at
    return order_entries(session, order, entry_id, at, came=came) if order else []


def _passed(enrollment: Enrollment, visit: str, at: datetime) -> GatePassed | None:
    """The authorisation to begin that held when the session was opened."""
    rows = GatePassed.objects.filter(
        enrollment=enrollment,
        act=Act.BEGIN_DOSING.value,
        visit=visit,
        recorded_at__lte=at,
        expires_at__gt=at,
    )
    return rows.order_by("-position").first()


def _without_gate(session: DosingSession, fact_id: UUID) -> Deviation:
    return Deviation(
        id=fact_id,
        enrollment_id=session.enrollment_id,
        kind=WITHOUT_GATE,
        visit=session.visit,
        on=local_date(session.site, session.opened_at),
    )


@refused_where_erased
@one_transaction
def close_session(
    *,
    session: DosingSession,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Close a session, by the exit that its entries name, where the gate of closing is open.

    A session that a shut gate keeps open goes on being watched; what happens is recorded in it.
    """
    if refusal := refused(by, session.enrollment, "session.run", now):
        return refusal
    stream = lock(session.enrollment_id, now)
    sent = stream.sent("session-closed", entry_id, {"session": session.id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if SessionClosed.objects.filter(session=session).exists():
        return Refusal("session-is-closed")
    made = issued(stream, session, SessionAct.CLOSE_SESSION, proof, entry_id, by)
    if isinstance(made, Refusal):
        return made
    log = session_log(session, stream.now)
    exits = log.standing("exit")
    closing = SessionClosed(
        id=uuid5(entry_id, "closing"),
        session=session,
        exit=exits[-1].code("exit"),
        authorisation=made.authorisation,
        came="page",
        closed_at=stream.now,
        closed_by=by,
    )
    last = session_fact(
        session,
        EntryTold(uuid5(entry_id, "closed"), "session-closed", stream.now),
        came="page",
        written_by=by,
    )
    values = {"session": session.id.hex, "exit": closing.exit}
    entries = [made.entry, last]
    visit = visit_of(stream, session, log, entry_id)
    beside = [made.signature, made.authorisation, closing, *visit]
    return write_entries(stream, sent, session, entries, by=by, values=values, beside=beside)
