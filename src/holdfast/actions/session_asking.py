"""The gates of a dosing session: what they answer, and the authorisation that an open one issues.

The server alone judges them, by what it is asked (``actions.session_question``).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from holdfast.actions import gates as course_gates
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.session_entries import EntryTold, session_fact, write_entries
from holdfast.actions.session_question import handed as handed
from holdfast.actions.session_question import question as question
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import (
    LockedStream,
    lock,
    one_transaction,
    refused_where_erased,
)
from holdfast.definitions.sentences.dosing import dosing_sentence
from holdfast.domain import dosing
from holdfast.domain.asked import DOSE_ACTS
from holdfast.domain.dosing import gate_answer
from holdfast.domain.gates import GateAnswer, Judged
from holdfast.domain.session_entries import FieldValue
from holdfast.domain.session_gates import SessionAct
from holdfast.records.canonical import document
from holdfast.records.care import Signature
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.people import PersonKey, User
from holdfast.records.session import Authorisation, DosingSession, SessionFact
from holdfast.records.session_now import (
    planned_at,
)

_MEANINGS = {
    SessionAct.GIVE_INITIAL_DOSE: "authorises-dose",
    SessionAct.GIVE_SUPPLEMENTAL_DOSE: "authorises-dose",
    SessionAct.RELEASE_TO_OVERNIGHT: "authorises-release",
    SessionAct.RELEASE_HOME: "authorises-release",
    SessionAct.CLOSE_SESSION: "closes-session",
}


@dataclass(frozen=True)
class Issued:
    """An authorisation with its entry in the session and its signature, to be written together."""

    authorisation: Authorisation
    entry: SessionFact
    signature: Signature


def session_gate(session: DosingSession, act: SessionAct, now: datetime) -> GateAnswer:
    """What a gate of a session answers now: every condition, met, unmet or unknown."""
    return gate_answer(question(session, act, now))


def refused_by(answer: GateAnswer) -> Refusal:
    """The refusal of a shut gate, with what keeps it shut by code."""
    codes = tuple(dict.fromkeys(one.condition.code for one in answer.closed_by))
    return Refusal("gate-shut", {"act": answer.act.value, "by": ", ".join(codes)})


@refused_where_erased
@one_transaction
def authorise(
    *,
    session: DosingSession,
    act: SessionAct,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Ask a gate, and store its answer as an authorisation of the act where it is open.

    It expires. What is done with it, or without it, is recorded by another act.
    """
    if refusal := refused(by, session.enrollment, "session.run", now):
        return refusal
    if act is SessionAct.CLOSE_SESSION:
        return Refusal("act-passes-its-own-gate", {"act": act.value})
    stream = lock(session.enrollment_id, now)
    told = {"session": session.id, "act": act.value}
    sent = stream.sent("session-authorised", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    made = issued(stream, session, act, proof, entry_id, by)
    if isinstance(made, Refusal):
        return made
    values = {"session": session.id.hex, "act": act.value}
    beside = [made.signature, made.authorisation]
    return write_entries(stream, sent, session, [made.entry], by=by, values=values, beside=beside)


def issued(
    stream: LockedStream,
    session: DosingSession,
    act: SessionAct,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
) -> Issued | Refusal:
    """The authorisation of an open gate, signed by who asked; the refusal of a shut one."""
    asked = question(session, act, stream.now)
    answer = gate_answer(asked)
    given = dosing.authorise(asked, answer)
    if given is None:
        return refused_by(answer)
    if refusal := proof_refused(proof, by, stream.now):
        return refusal
    assert proof is not None
    dose = asked.slot.value if act in DOSE_ACTS else ""
    fact = Authorisation(
        id=given.id,
        session=session,
        gate=act.value,
        dose=dose,
        nominal_mg=given.dose_mg,
        outcomes=document(course_gates.outcomes_of(answer)).decode(),
        gates_sha256=asked.gates.sha256,
        plan_sha256=planned_at(session).plan_sha256,
        issued_at=stream.now,
        issued_by=by,
        expires_at=given.expires_at,
        judged_at_position=stream.position,
        signature_id=uuid5(entry_id, "signature"),
    )
    key = data_key_of(session.enrollment.person_id, PersonKey.WORDS)
    shown = {"schema": 1, "act": act.value, "conditions": shown_gate(answer)}
    fact.shown = sealed(key, fact, "shown", document(shown).decode())
    role = role_with(by, session.enrollment, "session.run", stream.now)
    signature = sign(
        stream,
        fact.signature_id,
        [fact],
        meaning=_MEANINGS[act],
        role=role,
        by=by,
        proof=proof,
    )
    fields: dict[str, FieldValue] = {"gate": act.value, "expires_at": given.expires_at}
    fields |= {"dose": dose} if dose else {}
    fields |= {} if given.dose_mg is None else {"nominal_mg": given.dose_mg}
    told = EntryTold(given.id, "authorisation", stream.now, fields)
    return Issued(fact, session_fact(session, told, came="page", written_by=by), signature)


def shown_gate(answer: GateAnswer, language: str = "en") -> list[dict[str, Any]]:
    """A gate's answer as it is shown: wording, outcome, sentence and source of each condition."""
    return [_shown(one, language) for one in answer.judged]


def _shown(one: Judged, language: str) -> dict[str, Any]:
    finding, aside = one.finding, one.set_aside
    source = finding.reference if finding.reference.title else one.condition.reference
    return {
        "condition": one.condition.code,
        "wording": one.condition.wording,
        "code": finding.code,
        "outcome": finding.outcome.value,
        "reason": finding.reason,
        "values": dict(finding.values),
        "sentence": dosing_sentence(finding, language),
        "reference": {"title": source.title, "href": source.href},
        "standing": finding.standing.value,
        "may_override": one.condition.override,
        "set_aside": None if aside is None else {"role": aside.role, "reason": aside.reason_code},
    }
