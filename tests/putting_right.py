"""What somebody does about each thing that keeps the gate of a dose shut, for walks whose gates open."""

from datetime import datetime, timedelta

from holdfast.domain.dose_totals import Slot
from holdfast.domain.dosing import authorise, gate_answer
from holdfast.domain.session_gates import SessionAct
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


def unmet(told: Told, now: datetime, act: SessionAct) -> set[str]:
    """What must shut the gate of a dose, read from the entries in another way than the rules read them.

    Not all of it: what can be told without the rules. Nothing here imports one.
    """
    log = told.log(now)
    newest = {}
    for one in sorted(log.entries, key=lambda entry: (entry.at, entry.known_at)):
        if one.at <= now and one in log.standing(one.kind):
            about = one.code("stream") or one.code("code") or one.code("dose")
            newest[(one.kind, about)] = one
            if one.kind in ("came-in", "went-out"):
                newest[("where", one.code("person"))] = one
    given = [one for one in log.standing("dose-given") if one.at <= now]
    initial = [one for one in given if one.code("dose") == "initial"]
    found = set()
    if act is SessionAct.GIVE_INITIAL_DOSE and given:
        found.add("a dose was given")
    if act is SessionAct.GIVE_SUPPLEMENTAL_DOSE:
        after = [(now - one.at).total_seconds() / 60 for one in initial]
        least, most = told.plan.supplement_after_minutes
        if len(initial) != 1 or not least <= after[0] <= most:
            found.add("out of the window")
        if len(given) != len(initial):
            found.add("a supplement was given")
    for stream in ("picture", "sound"):
        last = newest.get(("recording", stream))
        if last is None or last.code("state") != "running":
            found.add(f"no {stream}")
    for who in ("t1", "t2"):
        last = newest.get(("where", who))
        if last is None or last.kind != "came-in":
            found.add(f"{who} is not there")
    order = newest.get(("order", Slot.INITIAL if not initial else Slot.SUPPLEMENTAL))
    if order is None or order.by != "p1" or order.flag("is_spoken"):
        found.add("no order")
    if any(one.at <= now for one in log.standing("exit", "session-closed")):
        found.add("it is over")
    for field, most in (("systolic_mmhg", 160), ("heart_rate_per_min", 100)):
        read = [one for one in log.standing("reading") if one.number(field) is not None]
        read = [one for one in read if one.at <= min(now, one.known_at)]
        top = max((one.at for one in read), default=None)
        if top is None or now - top > timedelta(minutes=30):
            found.add(f"{field} was not read")
        elif any(one.number(field) > most for one in read if one.at == top):
            # Two of one moment may disagree: the rules take the one that became known last.
            last = [one for one in read if one.at == top][-1]
            if last.number(field) > most:
                found.add(f"{field} is high")
    return found
