"""A measured value: a number that is nothing without its unit (UCUM)."""

from dataclasses import dataclass
from decimal import Decimal

# Each unit we read: the unit its kind is counted in, and how many of those it holds. A kind is
# counted exactly, so that a conversion forth and back gives the same number.
_UNITS: dict[str, tuple[str, Decimal]] = {
    "kg": ("g", Decimal(1000)),
    "g": ("g", Decimal(1)),
    "mg": ("g", Decimal("0.001")),
    "[lb_av]": ("g", Decimal("453.59237")),
    "cm": ("cm", Decimal(1)),
    "mm[Hg]": ("mm[Hg]", Decimal(1)),
    "Cel": ("Cel", Decimal(1)),
    "/min": ("/min", Decimal(1)),
    "ms": ("ms", Decimal(1)),
    "s": ("ms", Decimal(1000)),
    "min": ("min", Decimal(1)),
    "h": ("min", Decimal(60)),
    "d": ("d", Decimal(1)),
    "wk": ("d", Decimal(7)),
    # Calendar months and years are counted by the calendar, never turned into days.
    "mo": ("mo", Decimal(1)),
    "a": ("a", Decimal(1)),
    "U/L": ("U/L", Decimal(1)),
    "[IU]/L": ("U/L", Decimal(1)),  # the same unit of catalytic activity under two names
    "mmol/L": ("mmol/L", Decimal(1)),
    "meq/L": ("meq/L", Decimal(1)),
    "mg/dL": ("mg/dL", Decimal(1)),
    "mL/min/{1.73_m2}": ("mL/min/{1.73_m2}", Decimal(1)),
    "mL": ("mL", Decimal(1)),
    "%": ("%", Decimal(1)),
    "{score}": ("{score}", Decimal(1)),
    "{#}": ("{#}", Decimal(1)),
}


class UnknownUnit(ValueError):
    """A unit that is not on our list."""


class UnitMismatch(ValueError):
    """Two units that measure different things, or the same thing in ways we do not convert."""


def is_known_unit(unit: str) -> bool:
    """True for a UCUM unit that Holdfast reads."""
    return unit in _UNITS


def is_same_kind(unit: str, other: str) -> bool:
    """True if a number in the one unit can be written in the other."""
    return unit in _UNITS and other in _UNITS and _UNITS[unit][0] == _UNITS[other][0]


def known_units() -> tuple[str, ...]:
    """Every UCUM unit that Holdfast reads, in the order of the list."""
    return tuple(_UNITS)


@dataclass(frozen=True)
class Quantity:
    """A number with its UCUM unit. There is no default unit.

    Raises
    ------
    UnknownUnit
        If the unit is missing or not one we read.
    ValueError
        If the number is not finite.

    Examples
    --------
    >>> Quantity(Decimal("110"), "[lb_av]").in_unit("kg").value
    Decimal('49.8951607')
    """

    value: Decimal
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in _UNITS:
            raise UnknownUnit(
                f"Unit {self.unit!r} is not known. Write one of: {', '.join(_UNITS)}."
            )
        if not self.value.is_finite():
            raise ValueError(f"{self.value} {self.unit} is not a number that can be measured.")

    def in_unit(self, unit: str) -> "Quantity":
        """The same quantity in another unit of the same kind."""
        if unit == self.unit:
            return self
        if unit not in _UNITS:
            raise UnknownUnit(f"Unit {unit!r} is not known. Write one of: {', '.join(_UNITS)}.")
        (kind, factor), (wanted_kind, wanted_factor) = _UNITS[self.unit], _UNITS[unit]
        if kind != wanted_kind:
            raise UnitMismatch(f"{self.unit} cannot be turned into {unit}.")
        return Quantity(self.value * factor / wanted_factor, unit)
