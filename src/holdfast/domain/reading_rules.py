"""What the readings, the symptoms and the alarms say to a gate.

The newest sound reading of each measure counts, and all of its limits, the milder ones too: an
unresolved value of the observe tier withholds a dose. A limit that nobody signed is unknown.
"""

from datetime import datetime
from decimal import Decimal

from holdfast.domain.asked import PHYSICIAN, RECENT, Asked, failed, passed, unknown, unsigned
from holdfast.domain.dose_totals import Slot
from holdfast.domain.findings import Finding
from holdfast.domain.gates import Condition
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_gates import Lasts, StatedBy
from holdfast.domain.session_plan import Basis, LimitRule, Tier
from holdfast.domain.statements import may
from holdfast.domain.vital_signs import MEASURES, has_wrong_clock, tolerance

NEEDED = ("blood-pressure", "heart-rate", "temperature")  # phase 3, pre-dose: BP, HR, temperature
NO_SYMPTOM = "no-new-symptom"
COOLING = "rise-cooling"  # degrees Celsius
SEEN_BY = StatedBy(("therapist", "physician", "attendant"), Lasts.SESSION)
Findings = tuple[Finding, ...]


def newest_of(asked: Asked, field: str, until: datetime | None = None) -> SessionEntry | None:
    """The newest sound reading of a field that is somebody's, or the newest up to a moment."""
    allowed = tolerance(asked.plan)
    return asked.newest(
        "reading",
        lambda one: (
            bool(one.by)
            and one.number(field) is not None
            and not has_wrong_clock(one, allowed)
            and (until is None or one.at <= until)
        ),
    )


def _since(asked: Asked, field: str, entry: SessionEntry | None) -> tuple[SessionEntry, ...]:
    """The newest reading, and every later one that is nobody's yet: it may shut, and never open."""
    allowed = tolerance(asked.plan)
    later = (
        one
        for one in asked.standing("reading")
        if not one.by
        and one.number(field) is not None
        and not has_wrong_clock(one, allowed)
        and (entry is None or one.at >= entry.at)
    )
    return (*([] if entry is None else [entry]), *later)


def readings_recent(asked: Asked, condition: Condition) -> Findings:
    """Each of the three, by itself. For release they must be of after the last dose as well."""
    return tuple(_recent(asked, condition, measure) for measure in NEEDED)


def _recent(asked: Asked, condition: Condition, measure: str) -> Finding:
    entry = newest_of(asked, MEASURES[measure].fields[0])
    if entry is None or not asked.after_doses(entry):
        return unknown(condition, "not-read", measure=measure)
    is_fresh = asked.is_fresh(entry)
    if is_fresh is None:
        return unsigned(condition, RECENT)
    if not is_fresh:
        return unknown(condition, "read-too-long-ago", measure=measure)
    return passed(condition, "read-recently", measure=measure)


def readings_in_limits(asked: Asked, condition: Condition) -> Findings:
    """Every limit on a value, against the newest reading of its field."""
    rules = [rule for rule in asked.plan.limits if rule.basis is Basis.VALUE and _is_read(rule)]
    told = tuple(each for rule in rules for each in _against(asked, condition, rule))
    lacking = sorted(set(NEEDED) - {rule.measure for rule in rules})
    none = tuple(unknown(condition, "no-limit-in-plan", measure=measure) for measure in lacking)
    return (*told, *none)


def _is_read(rule: LimitRule) -> bool:
    return MEASURES[rule.measure].kind == "reading"


def _against(asked: Asked, condition: Condition, rule: LimitRule) -> Findings:
    entry = newest_of(asked, rule.field)
    limit = asked.plan.value(rule.number)
    if entry is None and rule.measure not in NEEDED:
        return ()  # what nobody has to read has no reading to judge
    if limit is None:
        return (unsigned(condition, rule.number),)
    for one in _since(asked, rule.field, entry):
        value = one.number(rule.field)
        assert value is not None
        if rule.compare.is_breached(value, limit):
            return (failed(condition, "limit-breached", limit=rule.code, value=value, bound=limit),)
    if entry is None:
        return (unknown(condition, "not-read", measure=rule.measure),)
    value = entry.number(rule.field)
    assert value is not None
    return (passed(condition, "within-limit", limit=rule.code, value=value, bound=limit),)


def temperature_rise(asked: Asked, condition: Condition) -> Findings:
    """Newest temperature against the last before the initial dose; at the signed rise it holds."""
    most = asked.plan.value(COOLING)
    if most is None:
        return (unsigned(condition, COOLING),)
    rise = _rise(asked)
    if rise is None:
        return (unknown(condition, "rise-not-known"),)
    tell, reason = (failed, "rise-too-high") if rise >= most else (passed, "rise-within")
    return (tell(condition, reason, rise=rise, bound=most),)


def _rise(asked: Asked) -> Decimal | None:
    """Degrees since the last reading before the initial dose; None where either is missing."""
    field, doses = "temperature_celsius", asked.of_slot(Slot.INITIAL)
    if not doses:
        return None
    before, newest = newest_of(asked, field, doses[0].at), newest_of(asked, field)
    if before is None or newest is None or newest.at <= doses[0].at:
        return None
    start = before.number(field)
    ends = [value for one in _since(asked, field, newest) if (value := one.number(field))]
    assert start is not None
    return max(ends) - start


def symptoms(asked: Asked, condition: Condition) -> Findings:
    """Nothing new of nerves, heart or salt since the dose, and somebody looked after it.

    What was seen stays open until a physician states afterwards that nothing of it is left.
    """
    terms = {t for rule in asked.plan.symptoms for t in rule.terms if rule.tier is not Tier.OBSERVE}
    since = asked.taken[0].at if asked.taken else None
    seen = [
        one
        for one in asked.standing("event")
        if (one.code("term") in terms or one.code("serious") in ("yes", "unknown"))
        and (since is None or one.at >= since)
    ]
    open_ones = [one for one in seen if not _is_cleared(asked, one)]
    if open_ones:
        return tuple(failed(condition, "symptom-open", term=one.code("term")) for one in open_ones)
    last = asked.newest(
        "statement",
        lambda one: (
            one.code("code") == NO_SYMPTOM
            and (one.code("answer") != "yes" or may(asked, one, SEEN_BY))
        ),
    )
    if last is None or not asked.after_doses(last):
        return (unknown(condition, "symptoms-not-asked"),)
    if last.code("answer") != "yes":
        return (failed(condition, "symptom-stated"),)
    is_fresh = asked.is_fresh(last)
    if is_fresh is None:
        return (unsigned(condition, RECENT),)
    if not is_fresh:
        return (unknown(condition, "symptoms-asked-too-long-ago"),)
    return (passed(condition, "no-symptom"),)


def _is_cleared(asked: Asked, event: SessionEntry) -> bool:
    return any(
        one.code("code") == NO_SYMPTOM
        and one.code("answer") == "yes"
        and one.at > event.at
        and asked.view.is_a(one.by, PHYSICIAN)
        for one in asked.standing("statement")
    )


def no_alarm(asked: Asked, condition: Condition) -> Findings:
    """Nothing above observe holds or waits to be seen; and every limit that could raise one runs."""
    loud = [one for one in asked.alarms if one.condition.tier is not Tier.OBSERVE]
    open_ones = [one for one in loud if not one.is_resolved]
    unsigned_codes = tuple(code for code in limit_codes(asked) if asked.plan.value(code) is None)
    told = tuple(
        failed(condition, "alarm-unresolved", alarm=code)
        for code in sorted({one.condition.code for one in open_ones})
    )
    if unsigned_codes:
        return (*told, unsigned(condition, *unsigned_codes))
    return told or (passed(condition, "no-alarm"),)


def limit_codes(asked: Asked) -> tuple[str, ...]:
    """The numbers of the limits that raise an alarm above observe."""
    loud = (rule.number for rule in asked.plan.limits if rule.tier is not Tier.OBSERVE)
    return tuple(sorted(set(loud)))
