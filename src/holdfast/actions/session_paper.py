"""A session on paper: a pack is made, its lines are typed in and signed, and each pack is accounted for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.session_entries import EntryTold, session_fact, write_entries
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import (
    LockedStream,
    Sent,
    lock,
    one_transaction,
    refused_where_erased,
)
from holdfast.records.facts import Fact
from holdfast.records.people import User
from holdfast.records.session import DosingSession
from holdfast.records.session_now import planned_at
from holdfast.records.session_paper import PackSettled, PaperLine, PaperLineSigned, SessionPack

TYPED, WROTE = "typed-from-paper", "wrote-on-paper"
MAY = "session.run"


def serial_of(session: DosingSession, entry_id: UUID) -> str:
    """The serial of a pack: whose and which session, and eight characters of its own."""
    return f"{session.enrollment.label}-{session.number}-{uuid5(entry_id, 'pack').hex[:8]}".upper()


@one_transaction
def make_pack(
    *, session: DosingSession, content_sha256: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Record that a pack was made. Each print has a serial of its own, so that none is taken for another."""
    if refusal := refused(by, session.enrollment, MAY, now):
        return refusal
    stream = lock(session.enrollment_id, now)
    sent = stream.sent("session-pack-made", entry_id, {"session": session.id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    pack = SessionPack(
        id=uuid5(entry_id, "pack"),
        session=session,
        serial=serial_of(session, entry_id),
        content_sha256=content_sha256,
        plan_sha256=planned_at(session).plan_sha256,
    )
    values = {"session": session.id.hex, "serial": pack.serial}
    return stream.write(sent, [pack], by=by, values=values)


@one_transaction
def settle_pack(
    *, pack: SessionPack, outcome: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Say what became of a pack; lost is an answer too, and stays on record."""
    enrollment = pack.session.enrollment
    if refusal := refused(by, enrollment, MAY, now):
        return refusal
    stream = lock(enrollment.id, now)
    sent = stream.sent("session-pack-settled", entry_id, {"pack": pack.id, "outcome": outcome})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if outcome not in PackSettled.OUTCOMES:
        return Refusal("kind-unknown")
    if PackSettled.objects.filter(pack=pack).exists():
        return Refusal("pack-is-settled")
    fact = PackSettled(id=uuid5(entry_id, "settled"), pack=pack, outcome=outcome)
    values = {"serial": pack.serial, "outcome": outcome}
    return stream.write(sent, [fact], by=by, values=values)


@dataclass(frozen=True)
class Typed:
    """What somebody types in from one page: its entries, who wrote them, and where they stood."""

    entries: tuple[EntryTold, ...]
    wrote: UUID
    pack: SessionPack | None = None
    page: int | None = None


@refused_where_erased
@one_transaction
def type_in(
    *,
    session: DosingSession,
    typed: Typed,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Type in what was written on paper: all lines of a page at once, signed by who types.

    Each is judged at its own time, as if it had come late: nothing of it is refused for what it means.
    The entry is the typist's own; that somebody else wrote the line counts for nothing that needs
    their hand, until they signed it themselves.
    """
    if refusal := refused(by, session.enrollment, MAY, now):
        return refusal
    stream = lock(session.enrollment_id, now)
    content = {
        "session": session.id,
        "pack": typed.pack and typed.pack.id,
        "page": typed.page,
        "wrote": typed.wrote,
        "entries": [[e.id, e.kind, e.at, dict(e.fields), e.words] for e in typed.entries],
    }
    sent = stream.sent("session-paper-typed", entry_id, content)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := _unfit(session, typed, stream.now):
        return refusal
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    return _write(stream, sent, session, typed, proof, by)


def _unfit(session: DosingSession, typed: Typed, now: datetime) -> Refusal | None:
    if not typed.entries:
        return Refusal("nothing-to-record")
    if any(one.needs_its_own_act for one in typed.entries):
        return Refusal("needs-its-own-act")
    if any(one.at > now for one in typed.entries):
        return Refusal("time-to-come")
    if typed.pack is not None and typed.pack.session_id != session.id:
        return Refusal("pack-of-another")
    if not User.objects.filter(id=typed.wrote).exists():
        return Refusal("writer-unknown")
    return None


def _write(
    stream: LockedStream,
    sent: Sent,
    session: DosingSession,
    typed: Typed,
    proof: ReauthenticationProof,
    by: User,
) -> Receipt:
    """The entries with their lines, under one signature of who typed; own lines are signed with it."""
    facts = [session_fact(session, one, came="paper", written_by=by) for one in typed.entries]
    signature_id = uuid5(sent.entry_id, "signature")
    lines = [
        PaperLine(
            id=uuid5(fact.id, "line"),
            session=session,
            pack=typed.pack,
            entry=fact,
            page=typed.page,
            wrote_id=typed.wrote,
            signature_id=signature_id,
        )
        for fact in facts
    ]
    own: list[Fact] = []
    if typed.wrote == by.id:
        own = [
            PaperLineSigned(id=uuid5(line.id, "signed"), line=line, signature_id=signature_id)
            for line in lines
        ]
    role = role_with(by, session.enrollment, MAY, stream.now)
    signature = sign(
        stream,
        signature_id,
        [*facts, *lines, *own],
        meaning=TYPED,
        role=role,
        by=by,
        proof=proof,
    )
    values = {"session": session.id.hex, "lines": len(lines)}
    beside = [signature, *lines, *own]
    return write_entries(stream, sent, session, facts, by=by, values=values, beside=beside)


@one_transaction
def sign_lines(
    *,
    session: DosingSession,
    lines: Sequence[PaperLine],
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Who wrote on paper signs that what was typed in is what they wrote."""
    if refusal := refused(by, session.enrollment, MAY, now):
        return refusal
    stream = lock(session.enrollment_id, now)
    sent = stream.sent("session-paper-signed", entry_id, {"lines": [one.id for one in lines]})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if not lines:
        return Refusal("nothing-to-record")
    if any(one.wrote_id != by.id or one.session_id != session.id for one in lines):
        return Refusal("line-of-another")
    if PaperLineSigned.objects.filter(line__in=lines).exists():
        return Refusal("line-is-signed")
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    signature_id = uuid5(entry_id, "signature")
    signed = [
        PaperLineSigned(id=uuid5(one.id, "signed"), line=one, signature_id=signature_id)
        for one in lines
    ]
    role = role_with(by, session.enrollment, MAY, stream.now)
    entries = [one.entry for one in lines]
    signature = sign(
        stream, signature_id, [*entries, *signed], meaning=WROTE, role=role, by=by, proof=proof
    )
    values = {"session": session.id.hex, "lines": len(lines)}
    return stream.write(sent, [signature, *signed], by=by, values=values)
