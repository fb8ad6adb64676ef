"""Breaking the blind: the codes, what a database lock leaves open, and who has yet to guess.

Pure. No arm is named here, and none is a value of anything here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

# Why a physician breaks the blind of one person in an emergency. Coded: free words can tell the arm.
EMERGENCY_REASONS = (
    "treatment-depends",
    "life-threatening",
    "overdose-suspected",
    "interaction-suspected",
    "another-was-exposed",
    "other",
)
# Why the sponsor's safety unit does, for one case.
SAFETY_REASONS = ("expedited-report", "signal-assessment", "authority-asked", "pregnancy-report")
# Who learned an arm without being meant to, and how.
LEARNERS = (
    *("participant", "therapist", "rater", "physician", "pharmacist", "coordinator"),
    *("monitor", "sponsor", "statistician", "relative", "other"),
)
WAYS = (
    *("effects", "said-by-participant", "said-by-staff", "kit-or-label", "document", "message"),
    *("screen", "laboratory", "stock", "other"),
)
PURPOSES = ("interim-analysis", "safety-board", "final-analysis", "authority-asked")
LOCK_REASONS = ("follow-up-complete", "person-complete", "interim-analysis", "study-ended")
LIFT_REASONS = ("error-found", "late-safety-data", "authority-asked", "locked-by-mistake")
PLANNED_REASONS = ("study-ended", "person-complete", "stage-ended")
# Who is told of every emergency unblinding, whether or not somebody was named for the seat.
SEATS = ("sponsor", "medical-monitor", "ethics-board")


class Outcome(StrEnum):
    """What became of opening one case."""

    SHOWN = "shown"
    NOT_RANDOMIZED = "not-randomized"
    NOT_READABLE = "not-readable"


class Verdict(StrEnum):
    """What a reviewer of an emergency unblinding signs."""

    NEEDED = "needed"
    NOT_NEEDED = "not-needed"


class Guesser(StrEnum):
    """Whose guess it is."""

    PARTICIPANT = "participant"
    THERAPIST = "therapist"
    RATER = "rater"


DONT_KNOW, NO_GUESS = "dont-know", "no-guess"
GUESS_REASONS = (
    *("effects-felt", "effects-seen", "no-effects", "change-in-symptoms", "something-said"),
    *("chance", "other"),
)
NO_GUESS_REASONS = ("declined", "not-reachable", "never-met", "was-told")
MOMENTS = ("after-first-session", "before-unblinding")
LAST_MOMENT = "before-unblinding"


def guess_refused(guess: str, confidence: int | None, reason: str, arms: Iterable[str]) -> str:
    """Why a guess cannot be kept, as a code; empty where it can.

    A guess and "I do not know" have a confidence from 0 to 100 and a reason. That there is no
    guess has its own reason and no confidence.
    """
    if guess == NO_GUESS:
        return "" if confidence is None and reason in NO_GUESS_REASONS else "guess-does-not-fit"
    if guess != DONT_KNOW and guess not in set(arms):
        return "guess-unknown"
    if confidence is None or not 0 <= confidence <= 100:
        return "confidence-does-not-fit"
    return "" if reason in GUESS_REASONS else "reason-unknown"


def still_to_guess(
    wanted: Iterable[tuple[str, UUID]], locked: Iterable[tuple[str, UUID]]
) -> tuple[tuple[str, UUID], ...]:
    """Whose guesses are not locked yet, of those who must guess before a planned unblinding."""
    have = set(locked)
    return tuple(sorted((each for each in set(wanted) if each not in have), key=str))


# What a locked database still takes, by permission or by family of permissions, and why. Everything
# else that writes is refused. A lock is a promise about the trial's data, never a reason to leave a
# person without help or without their rights.
STAYS_OPEN: Mapping[str, str] = MappingProxyType(
    {
        "unblind": "breaking the blind, reporting that it was broken, and reviewing it",
        "lock": "lifting the lock is itself an act under it",
        "export": "a closed export is what a lock is made for",
        "duty": "somebody who is needed is called",
        "glass": "an emergency is read, whatever is locked",
        "concern": "a complaint is nobody's data point",
        "own.consent": "a person takes their consent back, or narrows it, whatever is locked",
        "own.copy": "and asks for a copy of their record",
        "own.write": "and writes for themselves, which is nobody's data",
        "erasure": "erasing words is a right, and changes no hash",
        "record": "so is a copy of one's own record",
        "disclosures": "who looked is written down always",
        "patient": "a person reaches their own pages",
        "session.run": "what happens in a session that goes on is recorded, and rescue is given",
        "session.night": "so is what happens in its night",
        "session.order": "a physician in the room waits for no second signature",
        "custody": "a capsule moves whether or not a person's data are locked",
        "assignment": "who harms is paused at once",
        "room": "what was said in a room is kept, and nobody's entries are settled",
    }
)


def stays_open(permission: str) -> bool:
    """True where an act with this permission goes on in a locked database."""
    return permission in STAYS_OPEN or permission.partition(".")[0] in STAYS_OPEN


@dataclass(frozen=True)
class Break:
    """One emergency unblinding as the rules of its review read it."""

    by: UUID
    at: datetime
    is_reviewed: bool


def may_review(broken: Break, reviewer: UUID) -> bool:
    """Nobody reviews what they broke themselves, and nothing is reviewed twice."""
    return not broken.is_reviewed and reviewer != broken.by


def chase_number(broken: Break, within: timedelta, now: datetime) -> int:
    """How often a review is to have been chased: once when due after the break, then every day."""
    late = now - (broken.at + within)
    if broken.is_reviewed or late < timedelta(0):
        return 0
    return 1 + late // timedelta(days=1)
