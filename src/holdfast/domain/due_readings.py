"""What is due when, what is silent, and what is put off.

A point is a moment by which a measure is to be read, counted from a dose as it is known. A reading
answers every point up to a little after it; silence is judged for each measure by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from holdfast.domain.breaches import judged, must_repeat
from holdfast.domain.conditions import Condition, condition
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_log import Log, at_latest, earliest, minutes
from holdfast.domain.session_plan import Anchor, DueRule, SessionPlan
from holdfast.domain.vital_signs import Series, has_wrong_clock

SILENCE = "silence"
BEFORE_DOSE = "before-dose-missing"
GRACE = "reading-grace"
DEFERRAL = "deferral-longest"
ALL = "all"
LONG_AGO = datetime.min.replace(tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Point:
    """A moment at which a measure is due. ``answers_from``: a reading from then on counts for it.

    ``overdue_at`` is ``NEVER`` where no signed number says when it would be late.
    """

    rule: str
    at: datetime
    answers_from: datetime
    overdue_at: datetime
    dose: SessionEntry
    ends_with_next_dose: bool = False


@dataclass(frozen=True)
class DueReading:
    """What is to be read next. ``at`` None: before the dose. ``rule`` says by which rule."""

    measure: str
    rule: str
    at: datetime | None
    overdue_at: datetime | None
    because: str = ""
    is_deferred: bool = False

    def is_overdue(self, now: datetime) -> bool:
        """Later than it may be."""
        return self.overdue_at is not None and now > self.overdue_at


def points(plan: SessionPlan, log: Log, measure: str) -> Iterator[Iterator[Point]]:
    """The points of a measure, by rule and dose, each in the order of time; some have no end."""
    for rule in plan.due:
        if measure not in rule.measures:
            continue
        for dose in log.doses:
            if rule.anchor is Anchor.SUPPLEMENTAL and dose.code("dose") != "supplemental":
                continue
            yield _of_dose(plan, rule, dose)


def _of_dose(plan: SessionPlan, rule: DueRule, dose: SessionEntry) -> Iterator[Point]:
    grace, within = minutes(plan.value(GRACE)), minutes(plan.value(rule.within))
    if rule.anchor is Anchor.WINDOW:
        if plan.supplement_after_minutes is not None:
            opens, closes = (
                at_latest(dose) + timedelta(minutes=m) for m in plan.supplement_after_minutes
            )
            yield Point(rule.code, opens, opens - within, closes, dose)
    elif rule.anchor is Anchor.END:
        if plan.minutes is not None:
            at = at_latest(dose) + timedelta(minutes=plan.minutes)
            is_timed = plan.value(rule.within) is not None or plan.value(GRACE) is not None
            yield Point(rule.code, at, at - within, at + grace if is_timed else NEVER, dose)
    elif rule.anchor is not Anchor.BEFORE_INITIAL and (plan.value(rule.every) or 0) > 0:
        every = minutes(plan.value(rule.every))
        is_each = rule.anchor is Anchor.EACH_DOSE
        for number in count(1):
            at = at_latest(dose) + number * every
            yield Point(rule.code, at, at - every / 2, at + grace, dose, is_each)


def is_in_plan(plan: SessionPlan, log: Log, point: Point, by: datetime) -> bool:
    """Whether a point was one of the plan's, as the doses and the end were known by a moment."""
    end = log.ended(by)
    if not log.stood(point.dose, by) or (end is not None and end <= point.at):
        return False
    rule = next(rule for rule in plan.due if rule.code == point.rule)
    if point.ends_with_next_dose:
        later = (d for d in log.doses if _is_between(point, d) and log.stood(d, by))
        return next(later, None) is None
    if rule.anchor is Anchor.SUPPLEMENTAL:
        return True
    if log.first_dose(by) is not point.dose:
        return False
    return rule.anchor is not Anchor.WINDOW or not _is_supplement_decided(log, point, by)


def _is_between(point: Point, dose: SessionEntry) -> bool:
    return at_latest(point.dose) < at_latest(dose) <= point.at


def _is_supplement_decided(log: Log, point: Point, by: datetime) -> bool:
    """The supplement is given, withheld or refused before its window closes, as known by a moment."""
    told = log.of("dose-given", "dose-spat", "dose-withheld", "dose-refused")
    return any(
        entry.code("dose") == "supplemental"
        and at_latest(entry) <= point.overdue_at
        and log.stood(entry, by)
        for entry in told
    )


def overdue_from(
    plan: SessionPlan, log: Log, series: Series, point: Point
) -> tuple[datetime, datetime]:
    """From when a point is overdue, and from when that can be known, with what was put off.

    What was put off first since the last reading counts, for the signed maximum; putting it off again
    moves nothing. Without a signed maximum nothing is put off.
    """
    known_at = max(point.overdue_at, point.dose.known_at)
    longest = plan.value(DEFERRAL)
    if longest is None:
        return point.overdue_at, known_at
    first = _first_deferral(log, series, known_at)
    until = point.overdue_at if first is None else first.at + minutes(longest)
    overdue_at = max(point.overdue_at, until)
    return overdue_at, max(overdue_at, known_at)


def _first_deferral(log: Log, series: Series, by: datetime) -> SessionEntry | None:
    """The first deferral of a measure since its last reading, as known by a moment."""
    last = next(series.before(len(series.readings), by), None)
    found = [
        entry
        for entry in log.of("deferral")
        if entry.code("measure") in (series.measure, ALL)
        and log.stood(entry, by)
        and entry.at <= by
        and not has_wrong_clock(entry, series.allowed)
        and (last is None or entry.at > last.at)
    ]
    return min(found, key=lambda entry: (entry.at, entry.id), default=None)


def silences_of(
    plan: SessionPlan,
    log: Log,
    series: Series,
    now: datetime,
    settled_until: datetime | None = None,
) -> Iterator[Condition]:
    """Every point of a measure that was overdue at its time, up to ``now``.

    ``settled_until``: points that a reading of that time answers were judged before; leave them out.
    """
    last = _last_possible(log, now)
    for line in points(plan, log, series.measure):
        for point in line:
            if point.at > last:
                break
            if settled_until is not None and point.answers_from <= settled_until:
                continue
            since, known_at = overdue_from(plan, log, series, point)
            if known_at > now or not is_in_plan(plan, log, point, known_at):
                continue
            if series.answered_by(point.answers_from, known_at, at_that=True):
                continue
            yield _silence(plan, log, series, point, since, known_at)


def _last_possible(log: Log, now: datetime) -> datetime:
    """No point after this one can be overdue: it is not yet, or the session is known to have ended."""
    return min(now, *log.ends_known, now)


def _silence(
    plan: SessionPlan,
    log: Log,
    series: Series,
    point: Point,
    since: datetime,
    known_at: datetime,
) -> Condition:
    over = earliest(
        series.answered_at(point.answers_from, at_that=True),
        log.corrected_at(point.dose),
        log.end_known_after(known_at),
    )
    return condition(
        plan,
        SILENCE,
        since=since,
        known_at=known_at,
        because=(point.dose.id,),
        measure=series.measure,
        detail=f"{series.measure}:{_written(point.at)}",
        until=None if over is None else max(over, known_at),
    )


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def before_dose_missing(plan: SessionPlan, log: Log, series: Series) -> Iterator[Condition]:
    """A first dose before which this measure was to be read, and was not."""
    for rule in plan.due:
        if rule.anchor is not Anchor.BEFORE_INITIAL or series.measure not in rule.measures:
            continue
        for dose in log.doses:
            if log.first_dose(dose.known_at) is not dose:
                continue
            oldest = _oldest_before(plan, rule, dose)
            if _was_read(series, oldest, dose):
                continue
            read = series.answered_at(oldest, at_that=True)
            over = earliest(read, log.corrected_at(dose))
            yield condition(
                plan,
                BEFORE_DOSE,
                since=at_latest(dose),
                known_at=dose.known_at,
                because=(dose.id,),
                measure=series.measure,
                detail=f"{series.measure}:{dose.id}",
                until=None if over is None else max(over, dose.known_at),
            )


def _oldest_before(plan: SessionPlan, rule: DueRule, dose: SessionEntry) -> datetime:
    """From when on a reading before the dose counts; any of the session where nobody signed it."""
    within = plan.value(rule.within)
    return LONG_AGO if within is None else at_latest(dose) - minutes(within)


def _was_read(series: Series, oldest: datetime, dose: SessionEntry) -> bool:
    index = len(series.readings)
    return any(
        oldest <= entry.at <= at_latest(dose) for entry in series.before(index, dose.known_at)
    )


def due_of(plan: SessionPlan, log: Log, series: Series, now: datetime) -> Iterator[DueReading]:
    """What is due next of a measure: a repeat, the next point of each rule, or before the dose."""
    if log.ended(now) is not None:
        return
    yield from _repeats_due(plan, log, series, now)
    if log.first_dose(now) is None:
        for rule in plan.due:
            is_asked = rule.anchor is Anchor.BEFORE_INITIAL and series.measure in rule.measures
            if is_asked and next(series.before(len(series.readings), now), None) is None:
                yield DueReading(series.measure, rule.code, None, None)
        return
    for line in points(plan, log, series.measure):
        point = next(
            (p for p in line if not series.answered_by(p.answers_from, now, at_that=True)), None
        )
        if point is not None and is_in_plan(plan, log, point, now):
            overdue_at, _ = overdue_from(plan, log, series, point)
            yield DueReading(
                series.measure,
                point.rule,
                point.at,
                None if overdue_at == NEVER else overdue_at,
                point.dose.id,
                overdue_at > point.overdue_at,
            )


def _repeats_due(
    plan: SessionPlan, log: Log, series: Series, now: datetime
) -> Iterator[DueReading]:
    for one in judged(plan, log, series, now):
        repeat = plan.value(one.rule.repeat)
        if repeat is None:
            continue
        for index, entry in enumerate(series.readings):
            if series.answered_by(at_latest(entry), now) or not log.stood(entry, now):
                continue
            if must_repeat(one, index, now):
                at = at_latest(entry) + minutes(repeat)
                yield DueReading(series.measure, one.rule.code, at, at, entry.id)
