"""Gates: what stands before an act, and the authorisation that an open gate issues.

Every condition of ``definitions/gates.toml`` is answered by one of the *sources* below, or by a
statement of somebody. A source gets the enrollment, its protocol and the moment, and answers
findings by the code of the condition; what no source answers is unknown, and unknown is never a yes.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from django.db import Error as DatabaseError

from holdfast.actions import clinical_gates
from holdfast.actions.consent_gates import consent_answers
from holdfast.actions.course_gates import OWN, Question, midnight_after
from holdfast.actions.custody_gates import RELEASED, keeps_ledger, released
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import (
    LockedStream,
    lock,
    message,
    one_transaction,
    refused_where_erased,
)
from holdfast.definitions.gates import load as load_gates
from holdfast.definitions.sentences.gates import gate_sentence
from holdfast.domain.findings import Finding, Outcome
from holdfast.domain.gates import Act, GateAnswer, Judged, judge
from holdfast.domain.overrides import SetAside
from holdfast.domain.protocol import ProtocolVersion
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment
from holdfast.records.gates import GateOverride, GatePassed
from holdfast.records.keys import Erased, data_key_of, sealed
from holdfast.records.people import PersonKey, User
from holdfast.records.protocols import protocol_of
from holdfast.records.reading import read_once

log = logging.getLogger("holdfast.actions")

Known = Mapping[str, Sequence[Finding]]
Source = Callable[[Enrollment, ProtocolVersion, datetime], Known]

# What other parts of the record answer; each part brings its own.
SOURCES: tuple[Source, ...] = (*clinical_gates.SOURCES, consent_answers)
# Acts that somebody passes a gate for by itself; the others pass theirs within their own action.
PASSED_ALONE = (Act.BEGIN_PREPARATION, Act.BEGIN_DOSING)


def gate(act: Act, enrollment: Enrollment, now: datetime, visit: str = "") -> GateAnswer:
    """What a gate answers now: every condition, met, unmet or unknown.

    ``visit`` is the session that is meant; without it the next one of the plan.
    """
    return answer_to(Question(act, enrollment, protocol_of(enrollment), now, visit))


def may_enroll(enrollment: Enrollment, now: datetime) -> GateAnswer:
    """Whether a course may be opened."""
    return gate(Act.ENROLL, enrollment, now)


def may_begin_preparation(enrollment: Enrollment, now: datetime) -> GateAnswer:
    """Whether preparation may begin."""
    return gate(Act.BEGIN_PREPARATION, enrollment, now)


def may_schedule_dosing(enrollment: Enrollment, now: datetime, visit: str = "") -> GateAnswer:
    """Whether a dosing session may be put on the calendar."""
    return gate(Act.SCHEDULE_DOSING, enrollment, now, visit)


def may_begin_dosing(enrollment: Enrollment, now: datetime, visit: str = "") -> GateAnswer:
    """Whether a dosing session may begin."""
    return gate(Act.BEGIN_DOSING, enrollment, now, visit)


def answer_to(question: Question) -> GateAnswer:
    asked = load_gates().gates[question.act]
    codes = {condition.code for condition in asked.conditions}
    known: dict[str, list[Finding]] = {}
    with read_once():
        told = [_told(partial(own, question)) for own in OWN]
        given = question.enrollment, question.protocol, question.now
        told += [_told(partial(source, *given)) for source in SOURCES]
    for each in told:
        for code in codes & set(each):
            known.setdefault(code, []).extend(each[code])
    if RELEASED in codes and keeps_ledger(question.enrollment):
        # What the stores know needs nobody's word; one that speaks against it still counts. Where
        # they cannot be read, it is unknown: no word stands in for them.
        found = _told(partial(released, question)).get(RELEASED, ())
        said = known.get(RELEASED, ()) if found else ()
        known[RELEASED] = [*found, *_stated_at_all(said)]
    return judge(asked, known, _set_aside(question))


def _stated_at_all(findings: Sequence[Finding]) -> list[Finding]:
    return [one for one in findings if one.outcome is not Outcome.UNKNOWN]


def _told(source: Callable[[], Known]) -> Known:
    """What a source answers; nothing where a rule of it breaks: its conditions are then unknown."""
    try:
        return source()
    except (Erased, DatabaseError):
        raise
    except Exception as error:
        log.error("not-judged", exc_info=error)
        return {}


def _set_aside(question: Question) -> list[SetAside]:
    visit = question.visit.code if question.visit else ""
    rows = GateOverride.objects.filter(
        enrollment_id=question.enrollment.id, act=question.act.value, visit=visit
    )
    return [
        SetAside(
            row.code,
            Outcome(row.outcome),
            row.finding_reason,
            row.role,
            row.reason_code,
            row.id.hex,
        )
        for row in rows.order_by("-position")
    ]


def shown_gate(answer: GateAnswer, protocol: ProtocolVersion, language: str = "en") -> list[Any]:
    """A gate's answer as it is shown: wording, outcome, sentence and source of each condition."""
    return [_shown(one, protocol, language) for one in answer.judged]


def _shown(one: Judged, protocol: ProtocolVersion, language: str) -> dict[str, Any]:
    finding, aside = one.finding, one.set_aside
    source = finding.reference if finding.reference.title else one.condition.reference
    return {
        "condition": one.condition.code,
        "wording": one.condition.wording,
        "code": finding.code,
        "outcome": finding.outcome.value,
        "reason": finding.reason,
        "values": dict(finding.values),
        "sentence": gate_sentence(finding, language, _titles(protocol)),
        "reference": {"title": source.title, "href": source.href},
        "standing": finding.standing.value,
        "may_override": one.condition.override,
        "set_aside": None if aside is None else {"role": aside.role, "reason": aside.reason_code},
    }


def _titles(protocol: ProtocolVersion) -> Mapping[str, str]:
    visits = protocol.schedule.visits if protocol.schedule else ()
    return {visit.code: visit.title for visit in visits}


def passed_fact(
    stream: LockedStream, question: Question, answer: GateAnswer, fact_id: UUID
) -> GatePassed:
    """The authorisation that an open gate issues, with what it answered as shown.

    It holds until the site's own day ends: what stood today is asked again tomorrow.
    """
    enrollment, protocol = question.enrollment, question.protocol
    fact = GatePassed(
        id=fact_id,
        enrollment=enrollment,
        protocol_name=protocol.name,
        protocol_version=protocol.version,
        protocol_sha256=protocol.sha256,
        act=question.act.value,
        visit=question.visit.code if question.visit else "",
        outcomes=document(outcomes_of(answer)).decode(),
        gates_sha256=load_gates().sha256,
        expires_at=midnight_after(question),
        judged_at_position=stream.position,
    )
    key = data_key_of(enrollment.person_id, PersonKey.WORDS)
    shown = {"schema": 1, "act": question.act.value, "conditions": shown_gate(answer, protocol)}
    fact.shown = sealed(key, fact, "shown", document(shown).decode())
    return fact


def outcomes_of(answer: GateAnswer) -> list[list[str | None]]:
    """Condition, code, outcome, reason, and the role that set it aside: no value, no word."""
    return [
        [
            one.condition.code,
            one.finding.code,
            one.finding.outcome.value,
            one.finding.reason,
            one.set_aside.role if one.set_aside else None,
        ]
        for one in answer.judged
    ]


def shut(answer: GateAnswer) -> Refusal | None:
    """The refusal of a shut gate, with what keeps it shut by code; None where it is open."""
    if answer.is_open:
        return None
    codes = dict.fromkeys(one.condition.code for one in answer.closed_by)
    return Refusal("gate-shut", {"act": answer.act.value, "by": ", ".join(codes)})


@refused_where_erased
@one_transaction
def pass_gate(
    *, enrollment: Enrollment, act: Act, visit: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Ask the gate of an act, and store its answer as the authorisation of it where it is open."""
    if refusal := refused(by, enrollment, "gate.pass", now):
        return refusal
    if act not in PASSED_ALONE:
        return Refusal("act-passes-its-own-gate", {"act": act.value})
    stream = lock(enrollment.id, now)
    sent = stream.sent("gate-passed", entry_id, {"act": act.value, "visit": visit})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    question = Question(act, enrollment, protocol_of(enrollment), stream.now, visit)
    answer = answer_to(question)
    if refusal := shut(answer):
        return refusal
    fact = passed_fact(stream, question, answer, uuid5(entry_id, "passed"))
    told = message("gate-passed", fact.id, site=enrollment.site_id.hex, act=act.value)
    values = {"act": act.value, "visit": fact.visit}
    return stream.write(sent, [fact, told], by=by, values=values)
