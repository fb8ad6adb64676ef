"""What somebody does about each thing that keeps the gate of a dose shut, for walks whose gates open."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from holdfast.domain.dosing import authorise, gate_answer
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_gates import SessionAct
from holdfast.domain.session_log import Log
from holdfast.domain.session_plan import SessionPlan
from tests.told_session import STATED, Told

MG = {SessionAct.GIVE_INITIAL_DOSE: 80, SessionAct.GIVE_SUPPLEMENTAL_DOSE: 40}
DOSES = {SessionAct.GIVE_INITIAL_DOSE: "initial", SessionAct.GIVE_SUPPLEMENTAL_DOSE: "supplemental"}
READ = ("readings-recent", "readings-in-limits", "temperature-rise")
CALM = {"systolic_mmhg": 126, "diastolic_mmhg": 78, "heart_rate_per_min": 74}


def opened(told: Told, now: datetime, act: SessionAct) -> tuple[Told, datetime]:
    """The session once everything that may be put right was, and when: with an open gate, if it can be."""
    for _ in range(4):
        asked = told.asked(now, act)
        answer = gate_answer(asked)
        if authorise(asked, answer) is not None:
            break
        shut = {one.condition.code for one in answer.closed_by}
        if "supplement-window" in shut:
            now = max(now, _window_opens(told, now))
        now += timedelta(minutes=1)
        told = _put_right(told, now, act, shut)
    return told, now


def _window_opens(told: Told, now: datetime) -> datetime:
    given = [
        one.at for one in told.log(now).standing("dose-given") if one.code("dose") == "initial"
    ]
    return max(given, default=now) + timedelta(minutes=told.plan.supplement_after_minutes[0])


def _put_right(told: Told, now: datetime, act: SessionAct, shut: set[str]) -> Told:
    """An entry or two for each condition that is not met, by somebody who may."""

    def add(kind, by="t1", **fields):
        nonlocal told
        told = told.add(now, kind, by, id=f"r{len(told.entries)}", **fields)

    for code in sorted(shut & set(STATED)):
        add("statement", STATED[code] or "lead", code=code, answer="yes")
    if shut & set(READ):
        add("reading", temperature_celsius=36.7, **CALM)
    if shut & {"order", "dose-on-menu", "session-total", "course-total"}:
        add("order", "p1", dose=DOSES[act], nominal_mg=MG[act])
    if shut & {"physician-answered", "physician-rooms"}:
        add("physician-page", "p1", state="answered", person="p1", rooms=2)
    for stream in ("picture", "sound") if "recording" in shut else ():
        add("recording", stream=stream, state="running")
    for who in ("t1", "t2") if shut & {"therapists-in-room", "therapists-agree"} else ():
        add("identified", who, person=who, role="therapist", how="pin")
        add("came-in", who, person=who, role="therapist")
    if shut & {"person-agrees", "therapists-agree"}:
        for who, role in (("person", "person"), ("t1", "therapist"), ("t2", "therapist")):
            by = "t1" if who == "person" else who
            add("agreement", by, about="supplemental-dose", role=role, answer="yes", person=who)
    if "suicidality" in shut:
        add("suicidality", result="negative")
    if "escort-confirmed" in shut:
        add("escort", person="e1", has_telephone=True)
    if "symptoms" in shut:
        add("statement", "p1", code="no-new-symptom", answer="yes")
    for one in told.asked(now, act).alarms if "alarms" in shut else ():
        if (one.is_open and not one.condition.is_silent) or one.condition.holds:
            add("acknowledgement", condition=one.condition.id, done="seen")
    return told


def unmet(
    plan: SessionPlan,
    log: Log,
    now: datetime,
    act: SessionAct,
    pair: Sequence[str] = ("t1", "t2"),
    physician: str = "p1",
) -> set[str]:
    """What must shut the gate of a dose, read from the entries in another way than the rules read them.

    Not all of it: what can be told without them.
    """
    order = "initial" if act is SessionAct.GIVE_INITIAL_DOSE else "supplemental"
    found = _unmet_of_doses(plan, log, now, act) | _unmet_of_readings(log, now)
    for stream in ("picture", "sound"):
        last = _newest(log, now, "recording", stream=stream)
        if last is None or last.code("state") != "running":
            found.add(f"no {stream}")
    for who in pair:
        last = _newest(log, now, "came-in", "went-out", person=who)
        if last is None or last.kind != "came-in":
            found.add(f"{who} is not there")
    last = _newest(log, now, "order", dose=order)
    if last is None or last.by != physician or last.flag("is_spoken"):
        found.add("no order")
    if any(one.at <= now for one in log.standing("exit", "session-closed")):
        found.add("it is over")
    return found


def _newest(log: Log, now: datetime, *kinds: str, **about: str) -> SessionEntry | None:
    own = [
        one
        for one in log.standing(*kinds)
        if one.at <= now and all(one.code(name) == value for name, value in about.items())
    ]
    return max(own, key=lambda one: (one.at, one.known_at), default=None)


def _unmet_of_doses(plan: SessionPlan, log: Log, now: datetime, act: SessionAct) -> set[str]:
    given = [one for one in log.standing("dose-given") if one.at <= now]
    initial = [one for one in given if one.code("dose") == "initial"]
    if act is SessionAct.GIVE_INITIAL_DOSE:
        return {"a dose was given"} if given else set()
    after = [(now - one.at).total_seconds() / 60 for one in initial]
    assert plan.supplement_after_minutes is not None
    least, most = plan.supplement_after_minutes
    is_timely = len(after) == 1 and least <= after[0] <= most
    is_first = len(given) == len(initial)
    return (set() if is_timely else {"out of the window"}) | (
        set() if is_first else {"a supplement was given"}
    )


def _unmet_of_readings(log: Log, now: datetime) -> set[str]:
    found = set()
    for field, most in (("systolic_mmhg", 160), ("heart_rate_per_min", 100)):
        read = [one for one in log.standing("reading") if one.number(field) is not None]
        read = [one for one in read if one.at <= min(now, one.known_at)]
        last = max(read, key=lambda one: (one.at, one.known_at, one.id), default=None)
        if last is None or now - last.at > timedelta(minutes=30):
            found.add(f"{field} was not read")
        elif all((one.number(field) or 0) > most for one in read if one.at == last.at):
            found.add(f"{field} is high")
    return found
