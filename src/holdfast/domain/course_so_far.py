"""What a dosing session must know of the course around it, besides its own plan.

Compiled once with the plan: what was taken before, what the course may add up to, how long ago the
last session may lie, and who is what.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from holdfast.domain.dose_totals import PastDose
from holdfast.domain.findings import Reference, Standing
from holdfast.domain.limits import Limit, SignedLimit
from holdfast.domain.schedule import PREVIOUS_DOSING, DoseMenu, Schedule, Visit, VisitKind

EARLIEST = "interval-earliest-days"
LATEST = "interval-latest-days"
MENU = "dose-menu-most-mg"
NO_SOURCE = Reference("The protocol names none", "docs/session.md#gates")


@dataclass(frozen=True)
class Interval:
    """Days of the site's calendar since the last dose. None: no number that may decide.

    ``has_latest``: the visit counts from an earlier dosing session, which may lie too long back.
    """

    earliest_days: int | None
    latest_days: int | None
    reference: Reference
    standing: Standing
    has_latest: bool = True


@dataclass(frozen=True)
class CourseSoFar:
    """The course around one session.

    ``menu_may_run``: the menu is verified, or a physician signed what it adds up to at most.
    ``interval`` None: nothing is known that it may be judged by. ``numbers``: those that a physician
    signed, in the unit of their limit. ``roles``: what each person is.
    """

    past: tuple[PastDose, ...] = ()
    outside_mg: Decimal | None = None
    course_most_mg: Decimal | None = None
    menu_may_run: bool = False
    interval: Interval | None = None
    numbers: Mapping[str, Decimal] = field(default_factory=dict)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", MappingProxyType(dict(self.roles)))
        object.__setattr__(self, "numbers", MappingProxyType(dict(self.numbers)))

    def last_dosing_on(self) -> date | None:
        """The day of the newest dose before this session."""
        return max((one.on for one in self.past), default=None)

    def is_last_of_course(self) -> bool:
        """Whether a dose of that day was of this course, and not of another."""
        last_on = self.last_dosing_on()
        return any(one.on == last_on and one.is_of_course for one in self.past)


def course_so_far(
    schedule: Schedule,
    visit: Visit,
    limits: Mapping[str, Limit],
    *,
    as_of: date,
    signed: Mapping[str, SignedLimit],
    past: Sequence[PastDose] = (),
    outside_mg: Decimal | None = None,
    roles: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> CourseSoFar:
    """Compile what a session must know of its course.

    Parameters
    ----------
    visit
        The dosing visit that is about to be held.
    limits
        The numbers that a site signs for doses and the night, by code.
    signed
        What a physician signed for the site, by code; what was signed after ``as_of`` is left out.
    """
    menu = schedule.doses.get(visit.doses)
    running = {code: limit.in_force(signed, as_of) for code, limit in limits.items()}
    numbers = {code: one.value for code, one in running.items() if one is not None}
    return CourseSoFar(
        past=tuple(past),
        outside_mg=outside_mg,
        course_most_mg=course_most(schedule),
        menu_may_run=menu is not None and _may_run(menu, numbers.get(MENU)),
        interval=_interval(schedule, visit, numbers),
        numbers=numbers,
        roles=roles,
    )


def course_most(schedule: Schedule) -> Decimal | None:
    """The most that any way through the course adds up to; None where it has no menu.

    The highest of all groups: it says nothing of who is in which.
    """
    arms = [arm.code for arm in schedule.arms] or [""]
    return max(_sum_of(schedule, arm) for arm in arms) or None


def _sum_of(schedule: Schedule, arm: str) -> Decimal:
    return sum(
        (
            most_of(schedule.doses[visit.doses])
            for visit in schedule.of(arm=arm)
            if visit.kind is VisitKind.DOSING and visit.doses in schedule.doses
        ),
        Decimal(0),
    )


def most_of(menu: DoseMenu) -> Decimal:
    """The most that one session of a menu adds up to."""
    return max(c.initial_mg + (c.supplemental_mg or Decimal(0)) for c in menu.choices)


def _may_run(menu: DoseMenu, signed_mg: Decimal | None) -> bool:
    return menu.source.standing.runs_live or signed_mg == most_of(menu)


def _interval(schedule: Schedule, visit: Visit, numbers: Mapping[str, Decimal]) -> Interval:
    """The protocol's window from a dosing session where it may decide; else what a physician signed."""
    window, source = visit.window, visit.window.source
    counts = _counts_from_dosing(schedule, visit)
    if counts and source.standing.runs_live and not window.is_suggested:
        return Interval(window.earliest_days, window.latest_days, source.reference, source.standing)
    earliest, latest = (_days(numbers.get(code)) for code in (EARLIEST, LATEST))
    return Interval(earliest, latest, source.reference, Standing.SIGNED, counts)


def _counts_from_dosing(schedule: Schedule, visit: Visit) -> bool:
    """The visit's window is one since a dosing session: the previous one, or one by its name."""
    return visit.anchor == PREVIOUS_DOSING or any(
        one.code == visit.anchor and one.kind is VisitKind.DOSING for one in schedule.visits
    )


def _days(value: Decimal | None) -> int | None:
    return None if value is None else int(value)
