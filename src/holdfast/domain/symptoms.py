"""What is felt or seen and must be acted on, by itself, beside a reading, or beside what was drunk."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from holdfast.domain.breaches import Judged, judged
from holdfast.domain.conditions import Condition, condition
from holdfast.domain.fluids import beside_fluids
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_log import Log, at_latest, earliest
from holdfast.domain.session_plan import SessionPlan, SymptomRule
from holdfast.domain.vital_signs import Series

OFFSET = "offset"


def symptoms(plan: SessionPlan, log: Log, all_series: Mapping[str, Series]) -> Iterator[Condition]:
    """Every symptom that a rule of the plan names."""
    for entry in log.of("event"):
        if entry.code("course") == OFFSET:
            continue
        for rule in plan.symptoms:
            if entry.code("term") not in rule.terms:
                continue
            if rule.over:
                yield from _beside_fluids(plan, log, rule, entry)
            elif rule.beside:
                yield from _beside_readings(plan, log, rule, entry, all_series)
            else:
                yield _alone(plan, log, rule, entry)


def _alone(plan: SessionPlan, log: Log, rule: SymptomRule, entry: SessionEntry) -> Condition:
    return condition(
        plan,
        rule.code,
        since=entry.at,
        known_at=entry.known_at,
        because=(entry.id,),
        tier=rule.tier,
        do=rule.do,
        until=_passed(log, entry),
    )


def _beside_fluids(
    plan: SessionPlan, log: Log, rule: SymptomRule, entry: SessionEntry
) -> Iterator[Condition]:
    if found := beside_fluids(plan, log, rule, entry):
        tier, known_at, taken = found
        passed = _passed(log, entry)
        yield condition(
            plan,
            rule.code,
            since=entry.at,
            known_at=known_at,
            because=(entry.id,),
            tier=tier,
            do=rule.do,
            number=rule.over,
            value=taken,
            until=None if passed is None else max(passed, known_at),
        )


def _beside_readings(
    plan: SessionPlan,
    log: Log,
    rule: SymptomRule,
    entry: SessionEntry,
    all_series: Mapping[str, Series],
) -> Iterator[Condition]:
    """A symptom with the last reading before it, and with each after it until it has passed."""
    for series in all_series.values():
        for one in judged(plan, log, series, entry.known_at):
            if one.rule.code not in rule.beside:
                continue
            for reading in series.readings:
                if found := beside_reading(plan, log, rule, entry, one, reading):
                    yield found


def beside_reading(
    plan: SessionPlan,
    log: Log,
    rule: SymptomRule,
    entry: SessionEntry,
    one: Judged,
    reading: SessionEntry,
) -> Condition | None:
    """A symptom beside one reading, where that breaches and is the last before it or comes after."""
    breach = one.breach(reading)
    if breach is None:
        return None
    known_at = max(entry.known_at, breach.known_at)
    if reading.at <= at_latest(entry):
        last = one.series.last_until(at_latest(entry), known_at, one.rule.field)
        if last is not reading:
            return None
    elif _has_passed(log, entry, reading):
        return None
    passed = _passed(log, entry)
    over = earliest(passed, log.corrected_at(reading))
    return condition(
        plan,
        rule.code,
        since=max(entry.at, reading.at),
        known_at=known_at,
        because=(entry.id, reading.id),
        tier=rule.tier,
        do=rule.do,
        measure=one.rule.measure,
        detail=f"{entry.id}:{reading.id}",
        number=one.rule.number,
        value=breach.value,
        until=None if over is None else max(over, known_at),
    )


def _offsets(log: Log, entry: SessionEntry) -> Iterator[SessionEntry]:
    """What says that this symptom has passed."""
    for other in log.of("event"):
        is_same = other.code("term") == entry.code("term") and other.code("course") == OFFSET
        if is_same and at_latest(other) >= at_latest(entry):
            yield other


def _passed(log: Log, entry: SessionEntry) -> datetime | None:
    """When it was known that a symptom has passed, or was not there."""
    known = (
        max(other.known_at, entry.known_at)
        for other in _offsets(log, entry)
        if log.corrected_at(other) is None
    )
    return earliest(*known, log.corrected_at(entry))


def _has_passed(log: Log, entry: SessionEntry, reading: SessionEntry) -> bool:
    """Whether, when a reading became known, the symptom was known to have passed before it."""
    return any(
        at_latest(other) <= reading.at and log.stood(other, reading.known_at)
        for other in _offsets(log, entry)
    )
