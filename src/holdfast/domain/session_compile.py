"""Compiles the plan of one session: the protocol, the site's signed limits, the person's own.

Pure and done once, before the dose. A number that is not verified, derived or signed has no value in
the plan. A person's own number runs if it is tighter than the site's, or wider and still within the
widest that was signed for the site; any other is named in the plan and does not run.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from holdfast.domain.findings import Standing
from holdfast.domain.limits import Limit, SignedLimit
from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.quantities import Quantity
from holdfast.domain.schedule import DoseMenu, Place, Schedule, Visit, VisitKind
from holdfast.domain.session_plan import (
    DueRule,
    LimitRule,
    NotTaken,
    PlannedChoice,
    PlanNumber,
    SessionPlan,
    SignalRule,
    SymptomRule,
    Tier,
    TierPlan,
)

STREAMS = ("picture", "sound")
WIDEST = "-widest"


@dataclass(frozen=True)
class MonitoringRules:
    """What is watched, for every protocol. ``bounds``: the numbers that may be one person's own."""

    limits: Mapping[str, Limit]
    bounds: frozenset[str]
    tiers: Mapping[Tier, TierPlan]
    rules: tuple[LimitRule, ...]
    symptoms: tuple[SymptomRule, ...]
    signals: Mapping[str, SignalRule]
    sha256: str

    def is_upper(self, code: str) -> bool:
        """Values must not exceed this number. One that no rule compares is a ceiling."""
        used = [rule.compare.is_upper for rule in self.rules if rule.number == code]
        return all(used)


@dataclass(frozen=True)
class DueSchedule:
    """When readings are due, for some protocols, with the numbers of their intervals."""

    code: str
    protocols: tuple[str, ...]
    limits: Mapping[str, Limit]
    due: tuple[DueRule, ...]
    sha256: str


@dataclass(frozen=True)
class PersonalLimit:
    """A number that a physician signed for one person, before the dose."""

    code: str
    value: Decimal
    unit: str
    signed_by: str
    signed_on: date


class NoSuchSession(LookupError):
    """The protocol has no dosing session of that number; the message says how many it has."""


def compile_plan(
    rules: MonitoringRules,
    schedule: DueSchedule,
    protocol: ProtocolVersion,
    *,
    session: str,
    session_number: int,
    on: date,
    signed: Mapping[str, SignedLimit],
    personal: Sequence[PersonalLimit] = (),
    visit: str = "",
    is_recorded: bool = True,
) -> SessionPlan:
    """The plan of one session, as it stands on a day.

    ``signed`` are the site's numbers and ``personal`` this person's; what may not run is in
    ``not_taken``, with the reason. The first dosing session of a course is number 1; where ``visit``
    names one, that decides. Raises ``NoSuchSession`` if the protocol has no such dosing session.
    """
    course = protocol.schedule
    if course is None:
        raise NoSuchSession(f"Protocol {protocol.name}, {protocol.version} has no schedule.")
    held = dosing_visit(course, session_number, visit)
    menu = course.doses.get(held.doses)
    numbers = site_numbers([*rules.limits.values(), *schedule.limits.values()], signed, on)
    taken, not_taken = own_numbers(rules, numbers, signed, personal, on)
    return SessionPlan(
        session=session,
        protocol=protocol.name,
        protocol_version=protocol.version,
        protocol_sha256=protocol.sha256,
        definitions_sha256=f"{rules.sha256}-{schedule.sha256}",
        session_number=session_number,
        visit=held.code,
        compiled_on=on,
        choices=nominal_choices(course, held, menu),
        supplement_after_minutes=menu.supplement_after_minutes if menu else None,
        minutes=held.minutes,
        is_overnight=held.place is Place.SITE_OVERNIGHT,
        numbers={**numbers, **taken},
        limits=rules.rules,
        symptoms=rules.symptoms,
        signals=rules.signals,
        due=schedule.due,
        tiers=rules.tiers,
        streams=STREAMS if is_recorded else (),
        not_taken=not_taken,
    )


def dosing_visit(course: Schedule, session_number: int, visit: str = "") -> Visit:
    """The dosing session of a course, by its code or by its number in the order of the file."""
    if visit:
        found = course.visit(visit)
        if found is None or found.kind is not VisitKind.DOSING:
            raise NoSuchSession(f"There is no dosing session {visit!r} in this protocol.")
        return found
    sessions = [one for one in course.visits if one.kind is VisitKind.DOSING]
    if not 1 <= session_number <= len(sessions):
        raise NoSuchSession(f"There is no dosing session {session_number}; it has {len(sessions)}.")
    return sessions[session_number - 1]


def nominal_choices(
    course: Schedule, visit: Visit, menu: DoseMenu | None
) -> tuple[PlannedChoice, ...]:
    """The doses of a session as everybody in the room may know them.

    Where arms have menus of their own, those of the arm with the highest dose: nobody in the room knows
    the arm, and what is not known counts as the highest that is possible.
    """
    if menu is None:
        return ()
    highest = max(menu.choices, key=lambda choice: choice.initial_mg)
    shared = [c for c in menu.choices if not c.arms or set(c.arms) & set(highest.arms)]
    stage = next((s for s in course.stages if s.code == visit.stage), None)
    is_blinded = stage is None or stage.is_blinded
    choices = shared if is_blinded and highest.arms else menu.choices
    nominal = (PlannedChoice(c.initial_mg, c.supplemental_mg) for c in choices if c.initial_mg > 0)
    return tuple(dict.fromkeys(nominal))


def site_numbers(
    limits: Iterable[Limit], signed: Mapping[str, SignedLimit], on: date
) -> dict[str, PlanNumber]:
    """Each number as it runs at the site on a day; without a value where nothing fit is signed."""
    found = {}
    for limit in limits:
        running = limit.in_force(signed, on)
        is_signed = running is not None and running.standing is Standing.SIGNED
        found[limit.code] = PlanNumber(
            code=limit.code,
            value=None if running is None else running.value,
            unit=limit.unit,
            standing=limit.standing if running is None else running.standing,
            reference=limit.reference,
            signed_by=signed[limit.code].signed_by if is_signed else "",
        )
    return found


def own_numbers(
    rules: MonitoringRules,
    numbers: Mapping[str, PlanNumber],
    signed: Mapping[str, SignedLimit],
    personal: Sequence[PersonalLimit],
    on: date,
) -> tuple[dict[str, PlanNumber], tuple[NotTaken, ...]]:
    """The numbers that are this person's own, and those that may not be, with the reason.

    Of several for one code the last signed runs; of those of one day the tightest.
    """
    taken: dict[str, PlanNumber] = {}
    refused: list[NotTaken] = []
    for one in sorted(personal, key=lambda each: _by_day_then_tightest(rules, each)):
        reason = why_not(rules, numbers, signed, one, on)
        if reason:
            refused.append(NotTaken(one.code, one.value, reason))
            continue
        number = numbers[one.code]
        taken[one.code] = PlanNumber(
            code=one.code,
            value=Quantity(one.value, one.unit).in_unit(number.unit).value,
            unit=number.unit,
            standing=Standing.SIGNED,
            reference=number.reference,
            is_personal=True,
            signed_by=one.signed_by,
        )
    return taken, tuple(refused)


def _by_day_then_tightest(rules: MonitoringRules, one: PersonalLimit) -> tuple[date, Decimal]:
    """What comes last in this order runs."""
    return (one.signed_on, -one.value if rules.is_upper(one.code) else one.value)


def why_not(
    rules: MonitoringRules,
    numbers: Mapping[str, PlanNumber],
    signed: Mapping[str, SignedLimit],
    one: PersonalLimit,
    on: date,
) -> str:
    """Why a person's own number may not run, as a code; "" where it may."""
    number = numbers.get(one.code)
    if number is None or one.code not in rules.bounds:
        return "not-a-personal-limit"
    if one.signed_on > on:
        return "signed-later"
    try:
        value = Quantity(one.value, one.unit).in_unit(number.unit).value
    except ValueError:
        return "other-unit"
    if value <= 0:
        return "not-above-zero"
    if number.value is None:
        return "site-limit-not-signed"
    is_upper = rules.is_upper(one.code)
    if _is_within(value, number.value, is_upper):
        return ""
    widest = _widest(signed, one.code, number.unit, on)
    if widest is None:
        return "widest-not-signed"
    return "" if _is_within(value, widest, is_upper) else "beyond-the-widest"


def _is_within(value: Decimal, limit: Decimal, is_upper: bool) -> bool:
    return value <= limit if is_upper else value >= limit


def _widest(signed: Mapping[str, SignedLimit], code: str, unit: str, on: date) -> Decimal | None:
    """The widest that a physician signed for the site; None where nobody did, or not in this unit."""
    widest = signed.get(code + WIDEST)
    if widest is None or widest.signed_on > on:
        return None
    try:
        return Quantity(widest.value, widest.unit).in_unit(unit).value
    except ValueError:
        return None
