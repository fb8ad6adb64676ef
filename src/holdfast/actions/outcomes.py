"""What an action answers: a receipt, a conflict kept for a person, or a refusal with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from holdfast.records.journal import Conflict


@dataclass(frozen=True)
class Receipt:
    """The entry was written and is on the disk. The same entry sent again gets the same receipt."""

    entry_id: UUID
    stream_id: UUID
    position: int
    recorded_at: datetime
    entry_hash: str
    facts: tuple[tuple[str, UUID, str], ...]  # table, id and hash of each fact written

    def fact_id(self, table: str) -> UUID | None:
        """The id of the first fact written to a table."""
        return next((fact for name, fact, _ in self.facts if name == table), None)


@dataclass(frozen=True)
class Refusal:
    """Nothing was written, and why: a code, and values for its sentence."""

    reason: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))


Answered = Receipt | Conflict | Refusal

__all__ = ["Answered", "Conflict", "Receipt", "Refusal"]
