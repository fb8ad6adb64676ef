"""One step of the demonstration: something that somebody did at a moment, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from holdfast.actions.outcomes import Answered, Receipt


class Refused(RuntimeError):
    """An action refused a step of the demonstration."""


@dataclass(frozen=True, order=True)
class Step:
    """Something that somebody did at a moment; ``turn`` keeps steps of one moment in order."""

    at: datetime
    turn: int
    do: Callable[[datetime], Any] = field(compare=False)


def done(answered: Answered) -> Receipt:
    """The receipt; a refusal stops the building."""
    if not isinstance(answered, Receipt):
        raise Refused(f"The demonstration was refused: {answered}")
    return answered
