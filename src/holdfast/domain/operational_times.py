"""Operational times: how long a door stays open, how often a list is looked through.

No clinical number: each has a default of our own, said to be ours, and a site may sign another
within the bounds. A value outside its bounds never runs.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True)
class OperationalTime:
    """One time in whole units of UCUM ``min``, ``h`` or ``d``; our default and its bounds.

    ``ValueError`` for another unit, or a default outside the bounds.
    """

    code: str
    default: int
    unit: str
    least: int
    most: int
    wording: str
    reason: str

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"{self.code}: {self.unit!r} is not one of {', '.join(UNITS)}.")
        if not 0 < self.least <= self.default <= self.most:
            raise ValueError(f"{self.code}: {self.default} is not within its own bounds.")

    def fits(self, value: Decimal) -> bool:
        """True for a whole number within the bounds."""
        is_whole = value.is_finite() and value == value.to_integral_value()
        return is_whole and self.least <= value <= self.most

    def in_force(self, signed: Decimal | None) -> timedelta:
        """The span that runs: what the site signed where it fits, else our own default."""
        value = int(signed) if signed is not None and self.fits(signed) else self.default
        return value * UNITS[self.unit]
