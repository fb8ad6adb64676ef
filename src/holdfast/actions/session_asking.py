"""The gates of a dosing session: what they answer, and the authorisation that an open one issues.

The server alone judges them. What the session cannot judge by itself is handed in by the rules of the
gate before it (``actions.gates``); what no rule finds is stated by people in the session, or unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from holdfast.actions import gates as course_gates
from holdfast.actions.course_gates import Question
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.session_entries import EntryTold, session_fact, write_entries
from holdfast.actions.session_planning import past_doses, roles_at
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import (
    LockedStream,
    lock,
    one_transaction,
    refused_where_erased,
)
from holdfast.definitions.sentences.dosing import dosing_sentence
from holdfast.definitions.session import gates as definitions
from holdfast.domain import dosing
from holdfast.domain.asked import DOSE_ACTS, Asked
from holdfast.domain.dosing import ask, gate_answer
from holdfast.domain.findings import Finding, Outcome
from holdfast.domain.gates import Act, GateAnswer, Judged
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_gates import SessionAct
from holdfast.domain.session_handed import begun_finding, waiting_findings
from holdfast.records.canonical import document
from holdfast.records.care import Signature
from holdfast.records.concern_reads import recipients_tested
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.people import PersonKey, User
from holdfast.records.protocols import protocol_of
from holdfast.records.session import Authorisation, DosingSession, SessionFact
from holdfast.records.session_now import (
    course_around,
    entries_of,
    plan_of,
    planned_at,
    waiting_in,
)

# A condition of a session's gates, and those of the gate before it whose findings answer it.
HANDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "consent": ("consent",),
        "eligibility": ("verdict",),
        "course": ("course", "pauses", "one-course"),
        "washouts": ("taper",),
        "approvals": ("approvals",),
        "pregnancy-test": ("pregnancy-test",),
        "urine-drug-screen": ("urine-drug-screen",),
        "therapists-qualified": ("therapists-certified",),
        "session-box": ("medicine-released",),
    }
)
_HELD = ("therapist", "physician")  # roles that the record gives, not the room
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


def question(session: DosingSession, act: SessionAct, now: datetime) -> Asked:
    """What a gate of a session is asked now, with everything that the record knows of it."""
    plan, course = plan_of(session), course_around(session)
    past = tuple(past_doses(session.enrollment, session.id, now))
    course = replace(course, roles=roles_at(session.enrollment, now), past=past)
    local = now.astimezone(ZoneInfo(session.site.zone))
    known = handed(session, now)
    entries = [one for one in entries_of(session) if _is_who_they_are(one, course.roles)]
    return ask(definitions.load(), plan, course, entries, local, known, act)


def _is_who_they_are(entry: SessionEntry, roles: Mapping[str, Sequence[str]]) -> bool:
    """Nobody is a therapist or a physician at a gate because an entry of the room says so."""
    role = entry.code("role")
    if entry.kind != "identified" or role not in _HELD:
        return True
    return role in roles.get(entry.code("person"), ())


def session_gate(session: DosingSession, act: SessionAct, now: datetime) -> GateAnswer:
    """What a gate of a session answers now: every condition, met, unmet or unknown."""
    return gate_answer(question(session, act, now))


def handed(session: DosingSession, now: datetime) -> dict[str, list[Finding]]:
    """What the rest of the record finds on the conditions that the session does not judge itself.

    Where people may state a condition as well, what is not known here is left to them.
    """
    enrollment = session.enrollment
    before = Question(Act.BEGIN_DOSING, enrollment, protocol_of(enrollment), now, session.visit)
    found: dict[str, list[Finding]] = {}
    for one in course_gates.answer_to(before).judged:
        found.setdefault(one.condition.code, []).append(one.finding)
    answering = definitions.load().answering
    told = {
        code: [finding for source in sources for finding in found.get(source, ())]
        for code, sources in HANDED.items()
    }
    until = session.passed.expires_at if session.passed else None
    told["course"].append(begun_finding(until, now))
    told["complaint-recipients"] = [recipients_tested(session.site, now)]
    told["nothing-waits"] = waiting_findings(waiting_in(session))
    return {
        code: [
            one
            for one in findings
            if one.outcome is not Outcome.UNKNOWN or answering[code].stated is None
        ]
        for code, findings in told.items()
    }


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
    fields = {"gate": act.value, "expires_at": given.expires_at} | ({"dose": dose} if dose else {})
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
