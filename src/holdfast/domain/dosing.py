"""The five gates of a dosing session: what must hold before a dose, a release, the end.

Each answers every finding, never only the first, as a function of the plan, the course, the entries
known so far and ``now``. Unknown is never a yes. A passed gate issues an authorisation that expires;
what was done is another matter, and is recorded whatever a gate says (``dose_meaning``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID, uuid5

from holdfast.domain import (
    agreement_rules,
    closing_rules,
    dose_rules,
    reading_rules,
    release_rules,
)
from holdfast.domain.asked import Asked, Rule, SessionView, unknown
from holdfast.domain.conditions import Alarm, alarms_of, with_raised
from holdfast.domain.conditions import Condition as AlarmCondition
from holdfast.domain.course_so_far import CourseSoFar
from holdfast.domain.dose_meaning import dose_conditions
from holdfast.domain.findings import Finding, Outcome
from holdfast.domain.gates import Condition, GateAnswer, judge
from holdfast.domain.monitoring import conditions_of
from holdfast.domain.night import night_conditions
from holdfast.domain.overrides import SetAside
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_gates import SessionAct, SessionGates
from holdfast.domain.session_log import Log, log_of
from holdfast.domain.session_plan import SessionPlan
from holdfast.domain.statements import stated

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "session-open": dose_rules.session_open,
        "entries-attributed": dose_rules.entries_attributed,
        "no-dose-yet": dose_rules.no_dose_yet,
        "initial-dose-given": dose_rules.initial_dose_given,
        "supplement-open": dose_rules.supplement_open,
        "supplement-window": dose_rules.supplement_window,
        "order": dose_rules.order,
        "dose-on-menu": dose_rules.dose_on_menu,
        "session-total": dose_rules.session_total,
        "course-total": dose_rules.course_total,
        "lifetime-total": dose_rules.lifetime_total,
        "interval": dose_rules.interval,
        "therapists-in-room": dose_rules.therapists_in_room,
        "physician-answered": dose_rules.physician_answered,
        "physician-rooms": dose_rules.physician_rooms,
        "escort-confirmed": dose_rules.escort_confirmed,
        "overnight-arranged": dose_rules.overnight_arranged,
        "recording": dose_rules.recording,
        "readings-recent": reading_rules.readings_recent,
        "readings-in-limits": reading_rules.readings_in_limits,
        "temperature-rise": reading_rules.temperature_rise,
        "symptoms": reading_rules.symptoms,
        "alarms": reading_rules.no_alarm,
        "person-agrees": agreement_rules.person_agrees,
        "therapists-agree": agreement_rules.therapists_agree,
        "person-feels-safe": agreement_rules.person_agrees,
        "therapists-find-safe": agreement_rules.therapists_agree,
        "suicidality": release_rules.suicidality_today,
        "suicidality-after": release_rules.suicidality_after,
        "hours": release_rules.hours,
        "orientation": release_rules.orientation,
        "impairment": release_rules.impairment,
        "distress": release_rules.distress,
        "night-attendant": release_rules.night_attendant,
        "overnight-done": release_rules.overnight_done,
        "escort-here": release_rules.escort_here,
        "escort-briefed": release_rules.escort_briefed,
        "no-driving": release_rules.no_driving,
        "first-call": release_rules.first_call,
        "exit": closing_rules.has_exit,
        "exit-steps": closing_rules.exit_steps,
        "doses-accounted": closing_rules.doses_accounted,
        "anchor-readings": closing_rules.anchor_readings,
        "alarms-acknowledged": closing_rules.alarms_acknowledged,
    }
)
"""The rule that answers each condition which the session judges itself."""
_AUTHORISATIONS = UUID("5c2a6f0e-2f0c-4a8e-9b59-4d2f5a1f7c11")  # ours; names ids, decides nothing
NOTHING_KNOWN: Mapping[str, Sequence[Finding]] = MappingProxyType({})


@dataclass(frozen=True)
class Authorisation:
    """What a passed gate issues. It holds for the one act, up to ``expires_at`` and no longer.

    ``judged``: the entries that were known when it was judged, by id, so that it can be judged again.
    """

    id: UUID
    act: SessionAct
    dose_mg: Decimal | None
    issued_at: datetime
    expires_at: datetime
    judged: tuple[str, ...]

    def holds(self, now: datetime) -> bool:
        """From the moment of issue up to its end, both included."""
        return self.issued_at <= now <= self.expires_at


def may_give_initial_dose(asked: Asked) -> GateAnswer:
    """Every condition before the initial dose."""
    return gate_answer(replace(asked, act=SessionAct.GIVE_INITIAL_DOSE))


def may_give_supplemental_dose(asked: Asked) -> GateAnswer:
    """Every condition before the supplemental dose."""
    return gate_answer(replace(asked, act=SessionAct.GIVE_SUPPLEMENTAL_DOSE))


def may_release_to_overnight(asked: Asked) -> GateAnswer:
    """Every condition before the person is handed over for the night."""
    return gate_answer(replace(asked, act=SessionAct.RELEASE_TO_OVERNIGHT))


def may_release_home(asked: Asked) -> GateAnswer:
    """Every condition before the person goes home with an escort."""
    return gate_answer(replace(asked, act=SessionAct.RELEASE_HOME))


def may_close_session(asked: Asked) -> GateAnswer:
    """Every condition before the session is closed."""
    return gate_answer(replace(asked, act=SessionAct.CLOSE_SESSION))


def ask(
    gates: SessionGates,
    plan: SessionPlan,
    course: CourseSoFar,
    entries: Iterable[SessionEntry],
    now: datetime,
    known: Mapping[str, Sequence[Finding]] = NOTHING_KNOWN,
    act: SessionAct = SessionAct.GIVE_INITIAL_DOSE,
    raised: Iterable[AlarmCondition] = (),
) -> Asked:
    """The question to a gate at one moment; what became known later is left out.

    ``raised``: the conditions on record by then.
    """
    log = log_of(entries, now)
    alarms = alarms_at(gates, plan, course, log, now, raised)
    return Asked(gates, SessionView(plan, course, log, now), alarms, act, known)


def alarms_at(
    gates: SessionGates,
    plan: SessionPlan,
    course: CourseSoFar,
    log: Log,
    now: datetime,
    raised: Iterable[AlarmCondition] = (),
) -> tuple[Alarm, ...]:
    """Every alarm of a session: of its monitoring, its doses and its end, its night, its record."""
    found = session_conditions(gates, plan, course, log, now)
    known = [one for one in raised if one.known_at <= now]
    return alarms_of(with_raised(found, known, log), log)


def session_conditions(
    gates: SessionGates, plan: SessionPlan, course: CourseSoFar, log: Log, now: datetime
) -> tuple[AlarmCondition, ...]:
    """Every condition of a session up to ``now``: of its monitoring, its doses and end, its night."""
    return (
        *conditions_of(plan, log, now),
        *dose_conditions(gates, plan, course, log),
        *night_conditions(plan, course, log, now),
    )


def gate_answer(asked: Asked) -> GateAnswer:
    """Judge the gate of an act, with what stands set aside."""
    gate = asked.gates.gates[asked.act].gate
    known = {condition.code: findings_on(asked, condition) for condition in gate.conditions}
    return judge(gate, known, set_aside(asked, known))


def findings_on(asked: Asked, condition: Condition) -> tuple[Finding, ...]:
    """Everything found on one condition: by the session's rule, handed in, stated. None hides another."""
    rule = RULES.get(condition.code)
    if rule is not None:
        return rule(asked, condition)
    handed = tuple(asked.known.get(condition.code, ()))
    answering = asked.gates.answering[condition.code]
    if answering.stated is None:
        return handed
    told = stated(asked, condition, condition.code, answering.stated)
    if told is None:
        return handed or (unknown(condition, "not-stated"),)
    return (*handed, told)


def set_aside(asked: Asked, known: Mapping[str, Sequence[Finding]]) -> tuple[SetAside, ...]:
    """What somebody set aside who may, for the findings as they stood when they did.

    Where a plan is needed, one without it stands for nothing. When the finding changes, in its outcome,
    its reason or its values, it no longer applies.
    """
    found: list[SetAside] = []
    for entry in asked.standing("override"):
        condition = asked.gates.conditions.get(entry.code("condition"))
        if condition is None or entry.code("gate") != asked.act or condition.override is None:
            continue
        answering = asked.gates.answering[condition.code]
        if answering.needs_plan and not entry.code("plan"):
            continue
        if not asked.view.is_a(entry.by, condition.override):
            continue
        then = _as_it_stood(asked, condition, entry)
        found.extend(
            SetAside(
                condition.code,
                one.outcome,
                one.reason,
                condition.override,
                entry.code("reason"),
                entry.id,
            )
            for one in known.get(condition.code, ())
            if one.outcome is not Outcome.PASSED and one in then
        )
    return tuple(found)


def _as_it_stood(asked: Asked, condition: Condition, entry: SessionEntry) -> tuple[Finding, ...]:
    """What was found on a condition when it was set aside."""
    then = entry.known_at.astimezone(asked.now.tzinfo)
    log = log_of(asked.log.entries, then)
    view = SessionView(asked.plan, asked.course, log, then)
    return findings_on(replace(asked, view=view), condition)


def authorise(asked: Asked, answer: GateAnswer) -> Authorisation | None:
    """What a passed gate issues; None where it is shut, or where it is not this question's.

    It ends with the gate's own minutes, and never after the supplement's window.
    """
    gate = asked.gates.gates[asked.act]
    if not answer.is_open or answer.act != asked.act:
        return None
    expires_at = asked.now + gate.lasts
    if asked.act is SessionAct.GIVE_SUPPLEMENTAL_DOSE:
        expires_at = min(expires_at, dose_rules.window_closes(asked) or asked.now)
    judged = tuple(entry.id for entry in asked.log.entries)
    last = dose_rules.ordered(asked) if asked.act in dose_rules.DOSE_ACTS else None
    name = "|".join((asked.plan.sha256, asked.act, asked.now.isoformat(), *judged))
    return Authorisation(
        uuid5(_AUTHORISATIONS, name),
        asked.act,
        None if last is None else last.number("nominal_mg"),
        asked.now,
        expires_at,
        judged,
    )
