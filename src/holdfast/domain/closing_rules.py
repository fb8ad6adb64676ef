"""The rules that stand before a session is closed: its exit, its doses, its readings, its alarms."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import zip_longest

from holdfast.domain.asked import RECENT, Asked, failed, passed, unknown, unsigned
from holdfast.domain.dose_totals import Slot
from holdfast.domain.findings import Finding
from holdfast.domain.gates import Condition
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_plan import Tier

ANCHORED = ("blood-pressure", "heart-rate")  # FDA letter, additional comment 2
Findings = tuple[Finding, ...]


def has_exit(asked: Asked, condition: Condition) -> Findings:
    """One coded exit at least; the newest is the one that counts."""
    exits = asked.standing("exit")
    if not exits:
        return (failed(condition, "no-exit"),)
    return (passed(condition, "exit-recorded", exit=exits[-1].code("exit")),)


def exit_steps(asked: Asked, condition: Condition) -> Findings:
    """Every step of every exit that was recorded."""
    exits = {one.code("exit") for one in asked.standing("exit")}
    if not exits:
        return (unknown(condition, "no-exit"),)
    done = {one.code("step") for one in asked.standing("exit-step")}
    wanted = {step for code in exits if code in asked.gates.exits for step in _steps(asked, code)}
    missing = tuple(failed(condition, "step-missing", step=step) for step in sorted(wanted - done))
    return missing or (passed(condition, "steps-done"),)


def _steps(asked: Asked, code: str) -> tuple[str, ...]:
    return asked.gates.exits[code].steps


def doses_accounted(asked: Asked, condition: Condition) -> Findings:
    """Each slot: taken, or a coded reason why not. Without an initial dose there is no supplement."""
    slots = [Slot.INITIAL]
    if asked.of_slot(Slot.INITIAL) and any(c.supplemental_mg for c in asked.plan.choices):
        slots.append(Slot.SUPPLEMENTAL)
    return tuple(_accounted(asked, condition, slot) for slot in slots)


def _accounted(asked: Asked, condition: Condition, slot: Slot) -> Finding:
    if asked.of_slot(slot):
        return passed(condition, "dose-taken", dose=slot.value)
    for kind, reason in (("dose-refused", "dose-refused"), ("dose-withheld", "dose-withheld")):
        if any(one.code("dose") == slot for one in asked.standing(kind)):
            return passed(condition, reason, dose=slot.value)
    return failed(condition, "dose-not-accounted", dose=slot.value)


def anchor_readings(asked: Asked, condition: Condition) -> Findings:
    """Before the first dose, after each dose, at the end: each measure, or a coded reason there."""
    if not asked.taken:
        return (passed(condition, "no-dose-taken"),)
    return tuple(
        _anchored(asked, condition, measure, name, start, end)
        for name, start, end in _anchors(asked)
        for measure in ANCHORED
    ) + _end_unsigned(asked, condition)


def _anchors(asked: Asked) -> Iterator[tuple[str, datetime | None, datetime | None]]:
    """Each anchor with the time in which a reading counts for it; both ends included."""
    yield "before", None, asked.taken[0].at
    for dose, following in zip_longest(asked.taken, asked.taken[1:]):
        end = None if following is None else following.at
        yield "after-dose", dose.at + timedelta(microseconds=1), end
    exits, most = asked.standing("exit"), asked.plan.value(RECENT)
    if exits and most is not None:
        yield "end", exits[0].at - timedelta(minutes=float(most)), None


def _end_unsigned(asked: Asked, condition: Condition) -> Findings:
    if asked.plan.value(RECENT) is None:
        return (unsigned(condition, RECENT),)
    return ()


def _anchored(
    asked: Asked,
    condition: Condition,
    measure: str,
    anchor: str,
    start: datetime | None,
    end: datetime | None,
) -> Finding:
    field = "systolic_mmhg" if measure == "blood-pressure" else "heart_rate_per_min"
    if any(
        one.number(field) is not None and _is_between(one, start, end)
        for one in asked.standing("reading")
    ):
        return passed(condition, "anchor-read", anchor=anchor, measure=measure)
    if any(
        one.code("measure") in (measure, "all") and _is_between(one, start, end)
        for one in asked.standing("deferral")
    ):
        return passed(condition, "anchor-reason-given", anchor=anchor, measure=measure)
    return failed(condition, "anchor-not-read", anchor=anchor, measure=measure)


def _is_between(entry: SessionEntry, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or entry.at >= start) and (end is None or entry.at <= end)


def alarms_acknowledged(asked: Asked, condition: Condition) -> Findings:
    """Every alarm that is more than an observation: somebody said what was done."""
    open_ones = sorted(
        {
            one.condition.code
            for one in asked.alarms
            if one.is_open and one.condition.tier is not Tier.OBSERVE
        }
    )
    if open_ones:
        return tuple(failed(condition, "alarm-open", alarm=code) for code in open_ones)
    return (passed(condition, "alarms-seen"),)
