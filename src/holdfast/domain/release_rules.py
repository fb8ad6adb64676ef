"""The rules that stand before a release: time, mind, distress, the night, and the way home.

By all of them, never by one: the hours, physiology, orientation, impairment, distress at or below what
it was before the dose, judgement, and everybody's agreement. Scores count from after the last dose.
"""

from datetime import timedelta

from holdfast.domain.asked import ATTENDANT, RECENT, Asked, failed, passed, unknown, unsigned
from holdfast.domain.dose_totals import Slot
from holdfast.domain.findings import Finding
from holdfast.domain.gates import Condition
from holdfast.domain.session_entries import SessionEntry

WHOLLY_ORIENTED = 4  # person, place, time and situation
Findings = tuple[Finding, ...]


def hours(asked: Asked, condition: Condition) -> Findings:
    """The protocol's minutes since the newest initial dose, between instants."""
    if not asked.taken:
        return (passed(condition, "no-dose-taken"),)
    if asked.plan.minutes is None:
        return (unknown(condition, "hours-not-known"),)
    first = asked.of_slot(Slot.INITIAL) or asked.taken
    if asked.now < first[-1].at + timedelta(minutes=asked.plan.minutes):
        return (failed(condition, "too-early", minutes=asked.plan.minutes),)
    return (passed(condition, "hours-over", minutes=asked.plan.minutes),)


def _score(asked: Asked, condition: Condition, kind: str) -> SessionEntry | Finding:
    """The newest score of a kind after the last dose, or why there is none that counts."""
    last = asked.newest(kind, asked.after_doses)
    if last is None:
        return unknown(condition, "not-asked-after-dose")
    if not last.by:
        return unknown(condition, "entry-is-nobodys")
    is_fresh = asked.is_fresh(last)
    if is_fresh is None:
        return unsigned(condition, RECENT)
    if not is_fresh:
        return unknown(condition, "asked-too-long-ago")
    return last


def orientation(asked: Asked, condition: Condition) -> Findings:
    """To person, place, time and situation: all four."""
    last = _score(asked, condition, "orientation")
    if isinstance(last, Finding):
        return (last,)
    correct = last.number("correct") or 0
    tell, reason = (passed, "oriented") if correct == WHOLLY_ORIENTED else (failed, "not-oriented")
    return (tell(condition, reason, correct=int(correct)),)


def impairment(asked: Asked, condition: Condition) -> Findings:
    """As somebody judged or tested it last."""
    last = _score(asked, condition, "impairment")
    if isinstance(last, Finding):
        return (last,)
    if last.flag("is_impaired") is False:
        return (passed(condition, "not-impaired"),)
    return (failed(condition, "impaired"),)


def distress(asked: Asked, condition: Condition) -> Findings:
    """At or below the last score before the first dose."""
    last = _score(asked, condition, "distress")
    before = asked.newest("distress", lambda one: not asked.taken or one.at <= asked.taken[0].at)
    if isinstance(last, Finding):
        return (last,)
    if before is None:
        return (unknown(condition, "no-distress-before"),)
    score, start = (one.number("score") or 0 for one in (last, before))
    tell, reason = (failed, "distress-above") if score > start else (passed, "distress-at-most")
    return (tell(condition, reason, score=int(score), before=int(start)),)


def suicidality_after(asked: Asked, condition: Condition) -> Findings:
    """The C-SSRS asked after the last dose."""
    last = _score(asked, condition, "suicidality")
    return (last if isinstance(last, Finding) else of_columbia(condition, last),)


def of_columbia(condition: Condition, entry: SessionEntry) -> Finding:
    """What one C-SSRS says: intent, a plan or behaviour is high."""
    result = entry.code("result")
    if result == "not-answered":
        return unknown(condition, "suicidality-not-answered")
    if result in ("negative", "ideation"):
        return passed(condition, "suicidality-not-high", result=result)
    return failed(condition, "suicidality-high", result=result)


def suicidality_today(asked: Asked, condition: Condition) -> Findings:
    """The C-SSRS of today, whatever day the session was opened."""
    last = asked.newest("suicidality")
    if last is None or asked.view.day_of(last.at) != asked.view.day_of(asked.now):
        return (unknown(condition, "not-asked-today"),)
    if not last.by:
        return (unknown(condition, "entry-is-nobodys"),)
    return (of_columbia(condition, last),)


def night_attendant(asked: Asked, condition: Condition) -> Findings:
    """Somebody whose task the night is, here, who showed who they are and was handed the person."""
    told = {one.code("to_person") for one in asked.standing("hand-over") if one.by}
    here = [one for one in asked.view.present if asked.view.is_a(one, ATTENDANT)]
    if not here:
        return (failed(condition, "no-attendant"),)
    if not told & set(here):
        return (unknown(condition, "attendant-not-told"),)
    return (passed(condition, "attendant-there"),)


def overnight_done(asked: Asked, condition: Condition) -> Findings:
    """A night that the protocol asks for ends with its hand-over, on a later day than the dose."""
    if not asked.plan.is_overnight or not asked.taken:
        return (passed(condition, "no-night-asked"),)
    day = asked.view.day_of(asked.taken[0].at)
    ends = [one for one in asked.standing("morning-hand-over") if one.by]
    if any(asked.view.day_of(one.at) > day for one in ends):
        return (passed(condition, "night-over"),)
    return (failed(condition, "night-not-over"),)


def _escort(asked: Asked, condition: Condition, flags: tuple[str, ...], reason: str) -> Finding:
    last = asked.newest("escort")
    if last is None:
        return failed(condition, "no-escort-named")
    if not last.by:
        return unknown(condition, "entry-is-nobodys")
    answers = [last.flag(name) for name in flags]
    if False in answers:
        return failed(condition, f"{reason}-not-so")
    if None in answers:
        return unknown(condition, f"{reason}-not-told")
    return passed(condition, reason)


def escort_here(asked: Asked, condition: Condition) -> Findings:
    """With a telephone, and somebody saw who they are."""
    return (_escort(asked, condition, ("has_telephone", "is_identity_seen"), "escort-here"),)


def escort_briefed(asked: Asked, condition: Condition) -> Findings:
    """Told, and acknowledged."""
    return (_escort(asked, condition, ("is_briefing_acknowledged",), "escort-briefed"),)


def no_driving(asked: Asked, condition: Condition) -> Findings:
    """The person does not drive."""
    return (_escort(asked, condition, ("is_not_driving_person",), "no-driving"),)


def first_call(asked: Asked, condition: Condition) -> Findings:
    """A call set for later, and no later than the next day."""
    later = [due for one in asked.standing("call-set") if one.by and (due := one.moment("due_at"))]
    ahead = [due for due in later if due > asked.now]
    if not ahead:
        return (failed(condition, "no-call-set"),)
    if (asked.view.day_of(min(ahead)) - asked.view.day_of(asked.now)).days > 1:
        return (failed(condition, "call-too-late"),)
    return (passed(condition, "call-set"),)
