"""What a gate of a session is asked: its plan, its entries, and what the rest of the record finds.

What the session cannot judge by itself is handed in by the rules of the gate before it
(``actions.gates``); what no rule finds is stated by people in the session, or unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from holdfast.actions import gates as course_gates
from holdfast.actions.course_gates import Question
from holdfast.actions.custody_gates import BOX, at_hand
from holdfast.actions.session_planning import past_doses, roles_at
from holdfast.definitions.session import gates as definitions
from holdfast.domain.asked import Asked
from holdfast.domain.dosing import ask
from holdfast.domain.findings import Finding, Outcome
from holdfast.domain.gates import Act
from holdfast.domain.judged_again import known_before
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_gates import SessionAct
from holdfast.domain.session_handed import (
    agreed_before_findings,
    begun_finding,
    waiting_findings,
)
from holdfast.records.concern_reads import recipients_tested
from holdfast.records.consents import agreements_of
from holdfast.records.orders import session_order_findings
from holdfast.records.protocols import protocol_of
from holdfast.records.session import DosingSession
from holdfast.records.session_alarms import raised_conditions
from holdfast.records.session_now import (
    course_around,
    entries_of,
    plan_of,
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


def question(
    session: DosingSession, act: SessionAct, now: datetime, done: SessionEntry | None = None
) -> Asked:
    """What a gate of a session is asked at a moment, with everything that the record knows of it.

    ``done``: what was done then; only what was known just before it counts.
    """
    plan, course = plan_of(session), course_around(session)
    past = tuple(past_doses(session.enrollment, session.id, now))
    course = replace(course, roles=roles_at(session.enrollment, now), past=past)
    local = now.astimezone(ZoneInfo(session.site.zone))
    known = handed(session, now, act)
    entries = [one for one in entries_of(session) if _is_who_they_are(one, course.roles)]
    if done is not None:
        entries = [*known_before(entries, done)]
    raised = raised_conditions(session)
    return ask(definitions.load(), plan, course, entries, local, known, act, raised)


def _is_who_they_are(entry: SessionEntry, roles: Mapping[str, Sequence[str]]) -> bool:
    """Nobody is a therapist or a physician at a gate because an entry of the room says so."""
    role = entry.code("role")
    if entry.kind != "identified" or role not in _HELD:
        return True
    return role in roles.get(entry.code("person"), ())


def handed(
    session: DosingSession, now: datetime, act: SessionAct | None = None
) -> dict[str, list[Finding]]:
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
    told["supplement-agreed-before"] = agreed_before_findings(agreements_of(enrollment))
    told["nothing-waits"] = waiting_findings(waiting_in(session))
    told["order"] = session_order_findings(session.id, enrollment, session.visit, now)
    if act is not None:
        box = at_hand(enrollment, session.visit, act, now)
        told[BOX] = told[BOX] if box is None else [*box]
    return {
        code: [
            one
            for one in findings
            if one.outcome is not Outcome.UNKNOWN or answering[code].stated is None
        ]
        for code, findings in told.items()
    }
