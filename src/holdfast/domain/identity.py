"""Who a person is: kept apart from everything rules may see, and never shown by accident."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class PersonIdentity:
    """A person's names, identifiers and contact. Rules never see it; it prints nothing.

    ``identifiers`` are (system, value) pairs; ``contact`` are lines such as a telephone number.
    """

    family: str = field(default="", repr=False)
    given: str = field(default="", repr=False)
    born_on: date | None = field(default=None, repr=False)
    identifiers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    contact: tuple[str, ...] = field(default=(), repr=False)
