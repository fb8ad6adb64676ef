"""The invented site of a simulated session: what it signed, who works there, what the record around it finds."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from holdfast.definitions import monitoring, protocols
from holdfast.definitions.session import gates as session_gates
from holdfast.definitions.session import limits as session_limits
from holdfast.definitions.session_numbers import numbers_of_sessions
from holdfast.definitions.simulated_sessions import load
from holdfast.domain.course_so_far import MENU, CourseSoFar, course_so_far, most_of
from holdfast.domain.findings import Outcome
from holdfast.domain.limits import SignedLimit
from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.replay import Handed, Recorded
from holdfast.domain.session_compile import WIDEST, NoSuchSession, compile_plan, dosing_visit
from holdfast.domain.session_gates import How

DAY = date(2026, 5, 5)
SIGNED_ON = date(2026, 1, 5)
ZONE = ZoneInfo("Europe/Zurich")
DOSE_AT = datetime.combine(DAY, time(10), ZONE)
ROLES = {
    "t1": ("therapist", "lead"),
    "t2": ("therapist",),
    "p1": ("physician",),
    "a1": ("attendant",),
    "c1": ("coordinator",),
    "l1": ("site-lead",),
    "m1": ("pharmacist",),
}
WRITER_OF = {roles[0]: person for person, roles in reversed(ROLES.items())}


class SimulationRefused(ValueError):
    """Something that cannot be simulated; the message says what, and the mend."""


def recorded_of(protocol: str, session: str, title: str) -> Recorded:
    """The first dosing session of a protocol at the invented site, with nothing written yet.

    Raises
    ------
    SimulationRefused
        For a protocol that is not known, has no dosing session, or says no dose.
    """
    try:
        version = protocols.load(protocol)
        schedule = monitoring.schedule_of(version.name)
        signed = signed_numbers(version)
        plan = compile_plan(
            monitoring.load(),
            schedule,
            version,
            session=session,
            session_number=1,
            on=DAY,
            signed=signed,
        )
    except protocols.UnknownProtocol as error:
        raise SimulationRefused(f"{error} See holdfast protocol list.") from None
    except (NoSuchSession, LookupError) as error:
        raise SimulationRefused(f"{protocol}: {error.args[0]}") from None
    if not plan.choices:
        raise SimulationRefused(f"{protocol} says no dose for its first session. Name another.")
    return Recorded(
        session=session,
        title=title,
        zone=ZONE,
        plan=plan,
        course=_course(version, plan.visit, signed),
        entries=(),
        handed=_handed(),
        signed=tuple(signed.values()),
    )


def signed_numbers(version: ProtocolVersion) -> dict[str, SignedLimit]:
    """Every number that needs a signature: at its own value, or at the made-up one."""
    made_up, found = load().signed, {}
    for code, limit in numbers_of_sessions(version.name).items():
        if not limit.needs_signature or code.endswith(WIDEST):
            continue
        value = limit.value
        if code == MENU:
            value = _menu_most(version)
        elif value is None and code in made_up:
            value = made_up[code][0]
        if value is not None:
            found[code] = SignedLimit(code, Decimal(value), limit.unit, "p1", SIGNED_ON)
    return found


def _menu_most(version: ProtocolVersion) -> Decimal | None:
    """What the menu of the first session adds up to at most, to be signed as it stands."""
    schedule = version.schedule
    if schedule is None:
        return None
    menu = schedule.doses.get(dosing_visit(schedule, 1, "").doses)
    return most_of(menu) if menu is not None and menu.choices else None


def _course(version: ProtocolVersion, visit: str, signed: dict[str, SignedLimit]) -> CourseSoFar:
    assert version.schedule is not None  # a plan was compiled from it
    return course_so_far(
        version.schedule,
        dosing_visit(version.schedule, 1, visit),
        session_limits.load(),
        as_of=DAY,
        signed=signed,
        outside_mg=Decimal(0),
        roles=ROLES,
    )


def _handed() -> tuple[Handed, ...]:
    """The rest of the record finds everything well, all along."""
    answering = session_gates.load().answering
    return tuple(
        Handed(code, Outcome.PASSED, "found-so")
        for code, how in answering.items()
        if how.how is How.HANDED
    )


def statements_of(act: Any) -> list[tuple[str, str]]:
    """What people state before an act, as codes, and who writes each."""
    gates = session_gates.load()
    found = []
    for condition in gates.gates[act].gate.conditions:
        stated = gates.answering[condition.code].stated
        if stated is not None:
            found.append((condition.code, WRITER_OF[stated.roles[0]]))
    return found
