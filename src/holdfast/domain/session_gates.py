"""The five gates of a dosing session as values: acts, conditions, and how each one is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from holdfast.domain.findings import Reference, Standing
from holdfast.domain.gates import Condition, Gate
from holdfast.domain.session_plan import Tier


class SessionAct(StrEnum):
    """What stands behind a gate in a dosing session."""

    GIVE_INITIAL_DOSE = "give-initial-dose"
    GIVE_SUPPLEMENTAL_DOSE = "give-supplemental-dose"
    RELEASE_TO_OVERNIGHT = "release-to-overnight"
    RELEASE_HOME = "release-home"
    CLOSE_SESSION = "close-session"


class How(StrEnum):
    """Who answers a condition."""

    RULE = "rule"  # the session judges it from its plan and its entries
    HANDED = "handed"  # a rule that reads another part of the record hands its finding in
    STATED = "stated"  # somebody states it in the session


class Lasts(StrEnum):
    """For how long a statement counts."""

    SAME_DAY = "same-day"  # until midnight of the day it was made, by the clock it was made with
    SESSION = "session"  # as long as the session
    DOSE = "dose"  # only if it was made after the newest dose


@dataclass(frozen=True)
class StatedBy:
    """Which roles may state a condition, and for how long a statement counts."""

    roles: tuple[str, ...]
    lasts: Lasts


@dataclass(frozen=True)
class Answering:
    """How a condition is answered. ``needs_plan``: set aside only together with a written plan."""

    how: How
    stated: StatedBy | None = None
    needs_plan: bool = False


@dataclass(frozen=True)
class SessionGate:
    """One gate; what it issues holds for ``lasts``."""

    gate: Gate
    title: str
    lasts: timedelta


@dataclass(frozen=True)
class Exit:
    """One way in which a session ends.

    ``act``: whose gate governs it; None: it is recorded, and nothing stands before it. ``tier``: the
    alarm that it raises; None: none. ``is_final``: the person is not here any more.
    """

    code: str
    title: str
    act: SessionAct | None
    tier: Tier | None
    is_final: bool
    steps: tuple[str, ...]
    reference: Reference
    standing: Standing


@dataclass(frozen=True)
class SessionGates:
    """Every gate of a dosing session, and every way in which one ends."""

    gates: Mapping[SessionAct, SessionGate]
    conditions: Mapping[str, Condition]
    answering: Mapping[str, Answering]
    exits: Mapping[str, Exit]
    sha256: str
