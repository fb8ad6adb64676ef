"""What a physician signs for one person: an order, a finding set aside, a limit of their own."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.session_asking import session_gate
from holdfast.actions.session_entries import EntryTold, session_fact, write_entries
from holdfast.actions.session_judging import forget
from holdfast.actions.session_planning import dosing_visit, planned, site_limits
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import (
    LockedStream,
    Sent,
    lock,
    one_transaction,
    refused_where_erased,
)
from holdfast.definitions import monitoring
from holdfast.definitions.session import gates as definitions
from holdfast.domain.dose_totals import Slot
from holdfast.domain.gates import GateAnswer
from holdfast.domain.orders import missing_approvals
from holdfast.domain.session_compile import PersonalLimit as ToCompile
from holdfast.domain.session_compile import site_numbers, why_not
from holdfast.domain.session_gates import SessionAct
from holdfast.records import access
from holdfast.records.approvals import jurisdiction_fact
from holdfast.records.care import Enrollment
from holdfast.records.gates import GateOverride
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.orders import prescribing_findings
from holdfast.records.people import PersonKey, User
from holdfast.records.protocols import protocol_of
from holdfast.records.session import DosingSession, PersonalLimit
from holdfast.records.session_now import open_session_of, session_log

OVERRIDE_REASONS = ("benefit-outweighs", "finding-explained", "no-alternative", "other")
PLANS = ("stays-with-attendant", "called-within-hours", "physician-returns", "other")


@refused_where_erased
@one_transaction
def sign_order(
    *,
    session: DosingSession,
    dose: Slot,
    nominal_mg: Decimal,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """A physician orders a dose, with a signature. Whether it may be given is asked of the gate.

    Whoever signs needs what the jurisdiction of the site asks of a prescriber, as for an order signed
    ahead of the session; a site with no jurisdiction on record asks for none.
    """
    if refusal := refused(by, session.enrollment, "session.order", now):
        return refusal
    stream = lock(session.enrollment_id, now)
    told = {"session": session.id, "dose": dose.value, "nominal_mg": nominal_mg}
    sent = stream.sent("session-ordered", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if not nominal_mg.is_finite() or not 0 < nominal_mg <= 1000:
        return Refusal("value-does-not-fit", {"limit": "nominal_mg"})
    if refusal := _not_a_prescriber(session.enrollment, by, stream.now):
        return refusal
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    fields = {"dose": dose.value, "nominal_mg": nominal_mg, "is_spoken": False}
    order = session_fact(
        session,
        EntryTold(uuid5(entry_id, "order"), "order", stream.now, fields),
        came="page",
        written_by=by,
    )
    order.signature_id = uuid5(entry_id, "signature")
    role = role_with(by, session.enrollment, "session.order", stream.now)
    signature = sign(
        stream, order.signature_id, [order], meaning="orders-dose", role=role, by=by, proof=proof
    )
    values = {"session": session.id.hex, "dose": dose.value}
    return write_entries(stream, sent, session, [order], by=by, values=values, beside=[signature])


def _not_a_prescriber(enrollment: Enrollment, by: User, now: datetime) -> Refusal | None:
    """That what the law of the site asks of a prescriber does not stand, each by its code."""
    if jurisdiction_fact(enrollment.site) is None:
        return None
    missing = missing_approvals(prescribing_findings(enrollment, by.id, None, now))
    return Refusal("prescriber-not-approved", {"by": ", ".join(missing)}) if missing else None


@refused_where_erased
@one_transaction
def set_aside(
    *,
    session: DosingSession,
    act: SessionAct,
    condition: str,
    reason: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
    plan: str = "",
    words: str = "",
) -> Answered:
    """Set what one condition of a gate finds aside, as it stands now, by the role that may.

    It is a deviation. Distress and disagreement are set aside only together with a plan.
    """
    if refusal := refused(by, session.enrollment, "session.order", now):
        return refusal
    stream = lock(session.enrollment_id, now)
    told = {"session": session.id, "act": act.value, "condition": condition, "reason": reason}
    sent = stream.sent("session-set-aside", entry_id, told | {"plan": plan, "words": words})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    answer = session_gate(session, act, stream.now)
    if refusal := _not_to_set_aside(session, answer, condition, by, now):
        return refusal
    if reason not in OVERRIDE_REASONS or (plan and plan not in PLANS):
        return Refusal("reason-unknown")
    if definitions.load().answering[condition].needs_plan and not plan:
        return Refusal("plan-missing")
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    fields = {"gate": act.value, "condition": condition, "reason": reason}
    fields |= {"plan": plan} if plan else {}
    told_entry = EntryTold(uuid5(entry_id, "override"), "override", stream.now, fields, words=words)
    return _write_set_aside(stream, sent, session, answer, told_entry, proof, by)


def _not_to_set_aside(
    session: DosingSession, answer: GateAnswer, condition: str, by: User, now: datetime
) -> Refusal | None:
    own = [one for one in answer.judged if one.condition.code == condition]
    if not own or own[0].condition.is_hard:
        return Refusal("not-overridable", {"criterion": condition})
    if all(one.is_open for one in own):
        return Refusal("nothing-to-override", {"criterion": condition})
    role = own[0].condition.override or ""
    study = session.enrollment.protocol_name
    if role not in access.roles_of(by, session.site, now, study):
        return Refusal("another-role-may", {"criterion": condition, "role": role})
    return None


def _write_set_aside(
    stream: LockedStream,
    sent: Sent,
    session: DosingSession,
    answer: GateAnswer,
    told: EntryTold,
    proof: ReauthenticationProof,
    by: User,
) -> Receipt:
    """The entry with each finding that it sets aside, signed as they stood."""
    entry = session_fact(session, told, came="page", written_by=by)
    entry.signature_id = uuid5(sent.entry_id, "signature")
    condition = str(told.fields["condition"])
    findings = [
        GateOverride(
            id=uuid5(sent.entry_id, f"finding/{place}"),
            enrollment_id=session.enrollment_id,
            act=answer.act.value,
            visit=session.visit,
            condition=condition,
            code=one.finding.code,
            outcome=one.finding.outcome.value,
            finding_reason=one.finding.reason,
            role=one.condition.override or "",
            reason_code=str(told.fields["reason"]),
            signature_id=entry.signature_id,
        )
        for place, one in enumerate(answer.judged)
        if one.condition.code == condition and not one.is_open
    ]
    signature = sign(
        stream,
        entry.signature_id,
        [entry, *findings],
        meaning="overrides-finding",
        role=role_with(by, session.enrollment, "session.order", stream.now),
        by=by,
        proof=proof,
    )
    values = {"session": session.id.hex, "act": answer.act.value, "condition": condition}
    beside = [signature, *findings]
    return write_entries(stream, sent, session, [entry], by=by, values=values, beside=beside)


@refused_where_erased
@one_transaction
def sign_personal_limit(
    *,
    enrollment: Enrollment,
    visit: str,
    code: str,
    value: Decimal,
    unit: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
    words: str = "",
) -> Answered:
    """Sign a tighter or wider number for one person and one session, inside what the site signed.

    Before the first dose. A session that is open already goes on by the plan with this number.
    """
    if refusal := refused(by, enrollment, "session.order", now):
        return refusal
    stream = lock(enrollment.id, now)
    told = {"visit": visit, "code": code, "value": value, "unit": unit, "words": words}
    sent = stream.sent("session-limit-signed", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if dosing_visit(protocol_of(enrollment), visit) is None:
        return Refusal("visit-unknown", {"visit": visit})
    if refusal := _not_their_own(enrollment, code, value, unit, by, stream.now):
        return refusal
    session = _before_the_dose(enrollment, visit, stream.now)
    if isinstance(session, Refusal):
        return session
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    limit = PersonalLimit(
        id=uuid5(entry_id, "limit"),
        enrollment=enrollment,
        visit=visit,
        code=code,
        value=value,
        unit=unit,
        signed_at=stream.now,
        signed_by=by,
        signature_id=uuid5(entry_id, "signature"),
    )
    if words:
        key = data_key_of(enrollment.person_id, PersonKey.WORDS)
        limit.remark = sealed(key, limit, "remark", words)
    receipt = _write_limit(stream, sent, limit, proof, by)
    if session is not None:
        _plan_anew(stream, session, entry_id, by)
    return receipt


def _before_the_dose(
    enrollment: Enrollment, visit: str, now: datetime
) -> DosingSession | Refusal | None:
    """The session of this visit where it is open; a refusal once its first dose was given."""
    session = open_session_of(enrollment)
    if session is None or session.visit != visit:
        return None
    return Refusal("after-the-dose") if session_log(session, now).doses else session


def _write_limit(
    stream: LockedStream, sent: Sent, limit: PersonalLimit, proof: ReauthenticationProof, by: User
) -> Receipt:
    """The limit with its signature; a second one for the same takes the place of the first."""
    before = PersonalLimit.objects.filter(
        enrollment_id=limit.enrollment_id, visit=limit.visit, code=limit.code, corrected_by=None
    )
    if (last := before.order_by("-position").first()) is not None:
        limit.corrects_id, limit.correction_reason = last.id, "signed-anew"
    signature = sign(
        stream,
        limit.signature_id,
        [limit],
        meaning="signs-personal-limit",
        role=role_with(by, limit.enrollment, "session.order", stream.now),
        by=by,
        proof=proof,
    )
    values = {"visit": limit.visit, "code": limit.code}
    return stream.write(sent, [signature, limit], by=by, values=values)


def _not_their_own(
    enrollment: Enrollment, code: str, value: Decimal, unit: str, by: User, now: datetime
) -> Refusal | None:
    """Why a number may not be this person's own: not one of these, or beyond what was signed."""
    protocol = protocol_of(enrollment)
    rules, schedule = monitoring.load(), monitoring.schedule_of(protocol.name)
    signed = site_limits(enrollment.site, protocol)
    on = local_date(enrollment.site, now)
    numbers = site_numbers([*rules.limits.values(), *schedule.limits.values()], signed, on)
    wanted = ToCompile(code, value, unit, by.login, on)
    reason = why_not(rules, numbers, signed, wanted, on) if value.is_finite() else "other-unit"
    return Refusal(reason, {"limit": code}) if reason else None


def _plan_anew(stream: LockedStream, session: DosingSession, entry_id: UUID, by: User) -> None:
    """The plan of an open session with what was signed since, before its first dose."""
    found = dosing_visit(protocol_of(session.enrollment), session.visit)
    assert found is not None
    plan = planned(session.enrollment, *found, session.id, stream.now)
    sent = stream.sent("session-planned", uuid5(entry_id, "plan"), {"session": session.id})
    fact = plan.fact(uuid5(entry_id, "planned"), session.id)
    stream.write(sent, [fact], by=by, values={"session": session.id.hex})
    forget(session.id)
