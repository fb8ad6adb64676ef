"""The schedule of a protocol: its visits, when each may be, and what is done there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from holdfast.domain.findings import Reference, Standing


class VisitKind(StrEnum):
    """What a visit is for."""

    PREPARATION = "preparation"
    DOSING = "dosing"
    INTEGRATION = "integration"
    ASSESSMENT = "assessment"
    CALL = "call"
    FOLLOW_UP = "follow-up"


class Place(StrEnum):
    """Where a visit may be."""

    SITE = "site"
    TELEHEALTH = "telehealth"
    TELEPHONE = "telephone"
    SITE_OVERNIGHT = "site-overnight"


# What a window may count from, besides the code of a visit.
ENROLLMENT = "enrollment"
PREVIOUS_DOSING = "previous-dosing"
LAST_DOSING = "last-dosing"


@dataclass(frozen=True)
class Sourced:
    """Where a part of a protocol was read, and how far it was verified."""

    reference: Reference
    standing: Standing


@dataclass(frozen=True)
class Window:
    """When a visit may be, in days of the site's calendar after its anchor; none is negative.

    ``None`` where no source gives the number: then a site physician signs one, and until then
    nobody can say that a visit is inside its window. ``is_suggested`` says that the target is ours,
    so that a course can be planned at all; it makes no deviation.
    """

    code: str
    earliest_days: int | None
    target_days: int | None
    latest_days: int | None
    source: Sourced
    wording: str
    is_suggested: bool = False

    def __post_init__(self) -> None:
        known = [
            n for n in (self.earliest_days, self.target_days, self.latest_days) if n is not None
        ]
        if known != sorted(known):
            raise ValueError(
                f"Window {self.code}: expected earliest, target and latest in this order; got {known}."
            )


@dataclass(frozen=True)
class Done:
    """Activities of one visit that share a source."""

    activities: tuple[str, ...]
    source: Sourced


@dataclass(frozen=True)
class Visit:
    """One visit of a course.

    ``after`` are visits that must have been before it. ``arms`` and ``stage`` say for whom it is;
    empty ``arms`` is everybody of the stage. ``minutes`` is how long it lasts, None where unknown.
    """

    code: str
    kind: VisitKind
    title: str
    anchor: str
    window: Window
    source: Sourced
    after: tuple[str, ...] = ()
    stage: str = ""
    arms: tuple[str, ...] = ()
    attended_by: tuple[str, ...] = ()
    place: Place = Place.SITE
    minutes: int | None = None
    done: tuple[Done, ...] = ()
    doses: str = ""

    @property
    def activities(self) -> tuple[str, ...]:
        """Everything that is done there, in the order of the file."""
        return tuple(code for group in self.done for code in group.activities)


@dataclass(frozen=True)
class DoseChoice:
    """One lawful choice of a dosing session, in milligrams of MDMA hydrochloride."""

    initial_mg: Decimal
    supplemental_mg: Decimal | None
    arms: tuple[str, ...] = ()


@dataclass(frozen=True)
class DoseMenu:
    """What may be given in a dosing session, and when the supplement may follow the initial dose."""

    code: str
    choices: tuple[DoseChoice, ...]
    supplement_after_minutes: tuple[int, int] | None
    rule: str
    source: Sourced


@dataclass(frozen=True)
class Stage:
    """A part of a course. ``entered_by`` says who goes on to it, and by what."""

    code: str
    title: str
    is_blinded: bool
    entered_by: str
    source: Sourced


@dataclass(frozen=True)
class Arm:
    """One arm of a trial, with its share in the allocation."""

    code: str
    title: str
    share: int
    source: Sourced


@dataclass(frozen=True)
class Provision:
    """A rule of the protocol about a whole course, in words: recurrence, retreatment, reports."""

    code: str
    topic: str
    wording: str
    source: Sourced
    days: int | None = None


@dataclass(frozen=True)
class Activity:
    """Something that is done at visits: its kind and what people call it."""

    code: str
    kind: str
    title: str


@dataclass(frozen=True)
class Randomization:
    """What must hold before a person is randomized: conditions of the gate of that act, by code."""

    prerequisites: tuple[str, ...]
    source: Sourced


@dataclass(frozen=True)
class Schedule:
    """All that a protocol file says of a course."""

    visits: tuple[Visit, ...]
    stages: tuple[Stage, ...] = ()
    arms: tuple[Arm, ...] = ()
    doses: Mapping[str, DoseMenu] = field(default_factory=dict)
    provisions: tuple[Provision, ...] = ()
    activities: Mapping[str, Activity] = field(default_factory=dict)
    randomization: Randomization | None = None

    def of(self, stage: str = "", arm: str = "") -> Sequence[Visit]:
        """The visits of one stage, or of all; of one arm, or of all."""
        return [
            visit
            for visit in self.visits
            if (not stage or visit.stage in ("", stage))
            and (not arm or not visit.arms or arm in visit.arms)
        ]

    def visit(self, code: str) -> Visit | None:
        """The visit of that code, if there is one."""
        return self._by_code.get(code)

    @cached_property
    def _by_code(self) -> Mapping[str, Visit]:
        return {visit.code: visit for visit in self.visits}
