"""Where acts are done: each has an id that follows from the seed, and is counted by the role that did it."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from holdfast.actions.clinical import Entry
from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.cli.demonstration.steps import done
from holdfast.records.care import Enrollment
from holdfast.records.people import User

_ENTRIES = UUID("5d3c3c50-6f0a-5b0e-9d5b-0a8f2b7c4e11")


class Desk:
    """Does acts through the actions of the product, and counts them by role and action."""

    def __init__(self, seed: int, password_hash: str) -> None:
        self.seed = seed
        self.password_hash = password_hash  # of every account, as nobody is to log in by guessing
        self.counts: Counter[tuple[str, str]] = Counter()

    def entry(self, *names: str) -> UUID:
        """The id of one entry: the same seed and names give the same."""
        return uuid5(_ENTRIES, "/".join((str(self.seed), *names)))

    def act(self, role: str, action: Callable[..., Answered], /, **told: Any) -> Receipt:
        """Do one act; a refusal stops everything, as nothing here is done by another way.

        Raises
        ------
        Refused
            If the action refuses.
        """
        receipt = done(action(**told))
        self.counts[role, action.__name__] += 1
        return receipt

    def try_(self, role: str, action: Callable[..., Answered], /, **told: Any) -> Refusal | None:
        """Do one act that may rightly be refused; the refusal, or None where it is done."""
        answered = action(**told)
        if isinstance(answered, Refusal):
            return answered
        self.counts[role, action.__name__] += 1
        done(answered)
        return None


def proof(by: User, now: datetime) -> ReauthenticationProof:
    """That somebody showed who they are at a moment."""
    return ReauthenticationProof.made(user=by, now=now)


def entry_of(enrollment: Enrollment, entry_id: UUID, by: User, now: datetime) -> Entry:
    """An entry of a clinical record."""
    return Entry(enrollment=enrollment, entry_id=entry_id, by=by, now=now)


def made_id(receipt: Receipt, table: str) -> UUID:
    """The id of the one fact of a table that an act wrote."""
    found = receipt.fact_id(table)
    assert found is not None  # the act that is asked writes one
    return found
