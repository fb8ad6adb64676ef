"""The expected course behind the readings of an open session: context for eyes, read by no rule.

In a blinded session it is neither computed nor shown: it follows from the dose, and so tells the arm.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from holdfast.analysis.exposure.bands import envelope
from holdfast.analysis.exposure.people import SEXES, Baseline, Dose, ExposureRefused, Person
from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.schedule import Schedule
from holdfast.domain.session_entries import SessionEntry, standing
from holdfast.records.histories import answers_of, enrollment_as_of
from holdfast.records.keys import Erased
from holdfast.records.people import Identity
from holdfast.records.protocols import protocol_of
from holdfast.records.session import DosingSession

WEIGHT = "weight"
FIELDS = {
    "systolic": "systolic_mmhg",
    "diastolic": "diastolic_mmhg",
    "heart_rate": "heart_rate_per_min",
    "temperature": "temperature_celsius",
}
_A_MINUTE = timedelta(minutes=1)


def is_blinded(protocol: ProtocolVersion, visit: str) -> bool:
    """True unless the protocol says of this visit that everybody knows what is given."""
    schedule = protocol.schedule
    if schedule is None:
        return True
    found = next((each for each in schedule.visits if each.code == visit), None)
    return found is None or bool(found.arms) or _is_blinded_stage(schedule, found.stage)


def _is_blinded_stage(schedule: Schedule, stage: str) -> bool:
    """A stage that is not told of is blinded where there is more than one arm."""
    known = [each.is_blinded for each in schedule.stages if each.code == stage]
    return any(known) if known else len(schedule.arms) > 1


def expected(
    session: DosingSession, entries: Sequence[SessionEntry]
) -> dict[str, list[list[float]]] | None:
    """By field: minute since the first dose, low, median, high. None where there is nothing to show.

    Nothing where the session is blinded, no dose was given, or weight or sex are not known.
    """
    if is_blinded(protocol_of(session.enrollment), session.visit):
        return None
    known = standing(entries)
    doses = sorted((one for one in known if one.kind == "dose-given"), key=lambda one: one.at)
    amounts = [(one.at, one.number("nominal_mg")) for one in doses]
    if not amounts or any(mg is None for _, mg in amounts):
        return None
    body = _body(session)
    if body is None:
        return None
    first = amounts[0][0]
    taken = tuple(((at - first) / _A_MINUTE, float(mg or 0)) for at, mg in amounts)
    return _bands(body, _before(known, doses[0]), taken)


def _body(session: DosingSession) -> tuple[float, str] | None:
    """Weight in kg and sex; None where one of them is not in the record."""
    rows = Identity.objects.filter(person_id=session.enrollment.person_id, corrected_by=None)
    sex = rows.values_list("sex", flat=True).first()
    try:
        told = answers_of(enrollment_as_of(session.enrollment))
    except Erased:
        return None
    weights = [one for one in told if one.question == WEIGHT and one.unit == "kg"]
    if sex not in SEXES or not weights or not isinstance(weights[-1].value, int | Decimal):
        return None
    return float(weights[-1].value), str(sex)


def _before(known: Sequence[SessionEntry], dose: SessionEntry) -> tuple[float, ...] | None:
    """The last values before the dose; None where one of the four was not read."""
    found: dict[str, float] = {}
    for one in sorted(known, key=lambda each: each.at):
        if one.kind == "reading" and one.at <= dose.at:
            values = {name: one.number(name) for name in FIELDS.values()}
            found |= {name: float(value) for name, value in values.items() if value is not None}
    return tuple(found[name] for name in FIELDS.values()) if len(found) == len(FIELDS) else None


@lru_cache(maxsize=64)
def _bands(
    body: tuple[float, str],
    before: tuple[float, ...] | None,
    taken: tuple[tuple[float, float], ...],
) -> dict[str, list[list[float]]] | None:
    try:
        baseline = None if before is None else Baseline(**dict(zip(_NAMES, before, strict=True)))
        person = Person(weight_kg=body[0], sex=body[1], baseline=baseline)
        found = envelope(person, [Dose(minute, mg) for minute, mg in taken])
    except ExposureRefused:
        return None
    told: dict[str, Any] = {name: [] for name in FIELDS.values()}
    for row in found.rows():
        if row.measure in FIELDS:
            line = [float(row.minute), round(row.low, 2), round(row.median, 2), round(row.high, 2)]
            told[FIELDS[row.measure]].append(line)
    return told


_NAMES = ("systolic_mmhg", "diastolic_mmhg", "heart_rate_per_min", "temperature_celsius")
