"""What people state for a gate, and conditions that somebody who may sets aside."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid5

from holdfast.actions.course_gates import Question
from holdfast.actions.gates import answer_to
from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import (
    LockedStream,
    Sent,
    lock,
    one_transaction,
    refused_where_erased,
)
from holdfast.definitions.gates import load as load_gates
from holdfast.domain.gates import Act, Judged
from holdfast.records import access
from holdfast.records.care import Enrollment
from holdfast.records.course import Deviation
from holdfast.records.facts import Fact
from holdfast.records.gates import Attestation, GateOverride
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.people import PersonKey, User
from holdfast.records.protocols import protocol_of

OVERRIDE_REASONS = (
    "risk-accepted-with-person",
    "protocol-allows-it",
    "no-other-day",
    "sponsor-agreed",
)


@refused_where_erased
@one_transaction
def state(
    *,
    enrollment: Enrollment,
    code: str,
    visit: str,
    is_so: bool | None,
    how: str,
    entry_id: UUID,
    by: User,
    now: datetime,
    value: str = "",
    unit: str = "",
    remark: str = "",
) -> Answered:
    """Somebody who may states a condition of a session: it is so, it is not, or they cannot say."""
    if refusal := refused(by, enrollment, "gate.state", now):
        return refusal
    asked = load_gates().stated.get(code)
    if asked is None:
        return Refusal("condition-unknown", {"condition": code})
    roles = access.roles_of(by, enrollment.site, now, enrollment.protocol_name)
    if not set(roles) & set(asked.by):
        return Refusal("another-role-states-it", {"condition": code, "role": asked.by[0]})
    if refusal := _statement_unfit(enrollment, visit, how, value, asked.value, is_so):
        return refusal
    stream = lock(enrollment.id, now)
    told = {"code": code, "visit": visit, "is_so": is_so, "how": how, "value": value, "unit": unit}
    sent = stream.sent("condition-stated", entry_id, told | {"remark": remark})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    fact = Attestation(
        id=uuid5(entry_id, "statement"),
        enrollment=enrollment,
        stated_at=stream.now,
        stated_by=by,
        **told,
    )
    if remark:
        key = data_key_of(enrollment.person_id, PersonKey.WORDS)
        fact.remark = sealed(key, fact, "remark", remark)
    return stream.write(sent, [fact], by=by, values={"code": code, "visit": visit})


def _statement_unfit(
    enrollment: Enrollment, visit: str, how: str, value: str, wants: str, is_so: bool | None
) -> Refusal | None:
    schedule = protocol_of(enrollment).schedule
    if schedule is None or schedule.visit(visit) is None:
        return Refusal("visit-unknown", {"visit": visit})
    if how not in Attestation.HOW:
        return Refusal("how-unknown")
    if wants == "date" and is_so:
        try:
            date.fromisoformat(value)
        except ValueError:
            return Refusal("value-does-not-fit", {"limit": "date"})
    if wants == "text" and is_so and not value:
        return Refusal("value-missing")
    return None


@refused_where_erased
@one_transaction
def override_condition(
    *,
    enrollment: Enrollment,
    act: Act,
    visit: str,
    condition: str,
    reason: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
    words: str = "",
) -> Answered:
    """Set one condition aside, as it stands now, by the role that may; it is a deviation on record."""
    if refusal := refused(by, enrollment, "gate.override", now):
        return refusal
    stream = lock(enrollment.id, now)
    told = {"act": act.value, "visit": visit, "condition": condition, "reason": reason}
    sent = stream.sent("gate-overridden", entry_id, told | {"words": words})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    question = Question(act, enrollment, protocol_of(enrollment), stream.now, visit)
    found = _to_set_aside(question, condition)
    if isinstance(found, Refusal):
        return found
    role = found[0].condition.override or ""
    if role not in access.roles_of(by, enrollment.site, now, enrollment.protocol_name):
        return Refusal("another-role-may", {"criterion": condition, "role": role})
    if reason not in OVERRIDE_REASONS:
        return Refusal("reason-unknown")
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    return _write_override(stream, sent, question, found, reason, words, proof, by)


def _write_override(
    stream: LockedStream,
    sent: Sent,
    question: Question,
    found: Sequence[Judged],
    reason: str,
    words: str,
    proof: ReauthenticationProof,
    by: User,
) -> Receipt:
    """Each finding of the condition set aside as it stands, one signature, and the deviation."""
    enrollment, condition = question.enrollment, found[0].condition
    key = data_key_of(enrollment.person_id, PersonKey.WORDS)
    visit = question.visit.code if question.visit else ""
    signature_id = uuid5(sent.entry_id, "signature")
    facts: list[Fact] = []
    for place, one in enumerate(found):
        fact = GateOverride(
            id=uuid5(sent.entry_id, f"override/{place}"),
            enrollment=enrollment,
            act=question.act.value,
            visit=visit,
            condition=condition.code,
            code=one.finding.code,
            outcome=one.finding.outcome.value,
            finding_reason=one.finding.reason,
            role=condition.override or "",
            reason_code=reason,
            signature_id=signature_id,
        )
        if words:
            fact.reason_words = sealed(key, fact, "reason_words", words)
        facts.append(fact)
    deviation = Deviation(
        id=uuid5(sent.entry_id, "deviation"),
        enrollment=enrollment,
        kind="condition-set-aside",
        visit=visit,
        on=question.today,
        cause=condition.code,
    )
    role = role_with(by, enrollment, "gate.override", stream.now)
    signature = sign(
        stream, signature_id, facts, meaning="overrides-finding", role=role, by=by, proof=proof
    )
    values = {"act": question.act.value, "visit": visit, "condition": condition.code}
    return stream.write(sent, [signature, *facts, deviation], by=by, values=values)


def _to_set_aside(question: Question, condition: str) -> list[Judged] | Refusal:
    """The findings of a condition that keep a gate shut and may be set aside; else why not."""
    answer = answer_to(question)
    own = [one for one in answer.judged if one.condition.code == condition]
    if not own or own[0].condition.is_hard:
        return Refusal("not-overridable", {"criterion": condition})
    closing = [one for one in own if not one.is_open]
    return closing or Refusal("nothing-to-override", {"criterion": condition})
