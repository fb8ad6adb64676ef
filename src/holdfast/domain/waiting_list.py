"""Who waits, since when, and in which order: from the steps on record, and from nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

JOINED, MOVED, LEFT = "joined", "moved", "left"
# Why, for each step: closed lists, so that no free word stands on the list.
REASONS = {
    JOINED: ("no-place-yet", "own-wish"),
    MOVED: ("own-wish", "clinical-urgency", "entered-late", "slip"),
    LEFT: ("place-offered", "own-wish", "not-eligible", "no-reply", "other-treatment"),
}


@dataclass(frozen=True)
class WaitingStep:
    """One step: what happened on which day, why, and from which day the wait counts since then."""

    step: str
    on: date
    counts_from: date
    reason: str


@dataclass(frozen=True)
class WaitingPlace:
    """Somebody who waits. ``number`` is the enrollment's own at the site; it breaks ties."""

    number: int
    joined_on: date
    counts_from: date


def standing(number: int, steps: Sequence[WaitingStep]) -> WaitingPlace | None:
    """Where the steps of one person, in the order in which they were recorded, leave them."""
    place: WaitingPlace | None = None
    for step in steps:
        if step.step == LEFT:
            place = None
        elif step.step == JOINED:
            place = WaitingPlace(number, step.on, step.counts_from)
        elif place is not None:
            place = WaitingPlace(number, place.joined_on, step.counts_from)
    return place


def step_problem(steps: Sequence[WaitingStep], step: WaitingStep, today: date) -> str | None:
    """The code of what stands against a further step; None where nothing does."""
    if step.step not in REASONS:
        return "step-unknown"
    if step.reason not in REASONS[step.step]:
        return "reason-unknown"
    if step.on > today or (step.step != MOVED and step.counts_from > today):
        return "in-the-future"
    if steps and step.on < steps[-1].on:
        return "before-the-last-step"
    is_waiting = standing(0, steps) is not None
    if step.step == JOINED and is_waiting:
        return "already-waiting"
    if step.step != JOINED and not is_waiting:
        return "not-waiting"
    return None


def in_order(places: Iterable[WaitingPlace]) -> list[WaitingPlace]:
    """The list as it is called up: whose wait counts longest comes first.

    Where two waits count from the same day, who joined earlier comes first, then the lower number.
    Nothing else orders the list.
    """
    return sorted(places, key=lambda place: (place.counts_from, place.joined_on, place.number))
