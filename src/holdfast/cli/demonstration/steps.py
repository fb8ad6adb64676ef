"""One step of the demonstration: something that somebody did at a moment, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from holdfast.actions.outcomes import Answered, Receipt
from holdfast.records.people import Site, User


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


class Stage(Protocol):
    """What a part of the building may use of the clinic: its moment, people, sites, and steps."""

    now: datetime
    users: dict[str, User]
    sites: dict[str, Site]

    def entry(self, *names: str) -> UUID:
        """The id of one entry."""

    def user(self, role: str, site: str) -> User:
        """Who holds a role at a site."""

    def step(self, at: datetime, do: Callable[[datetime], Any]) -> Step:
        """Something to be done at a moment."""

    def date_at(self, site: str, at: datetime) -> date:
        """The site's own date at a moment."""

    def office_hour(self, site: str, days_ago: int, *names: str) -> datetime:
        """A moment of a working day."""
