"""How many days a washout lasts, and whether its numbers may decide at this site."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from holdfast.domain.findings import Standing
from holdfast.domain.interactions import InteractionTable, WashoutRule
from holdfast.domain.limits import Limit, SignedLimit

HALF_LIVES_MULTIPLE = "washout-half-lives"
STABILISATION_DAYS = "washout-stabilisation-days"
HOURS_A_DAY = 24

# Weakest first: a length is as good as the weakest number it was made from.
_WEAKEST_FIRST = (
    Standing.NOT_FOUND,
    Standing.FROM_MEMORY,
    Standing.SECONDARY,
    Standing.DERIVED,
    Standing.SIGNED,
    Standing.VERIFIED,
)


@dataclass(frozen=True)
class WashoutLength:
    """Days from the last dose; None where a number is missing and nobody signed one.

    ``awaiting`` are the limits that must be signed before the length may decide; ``standing`` is
    that of its weakest number.
    """

    days: int | None
    standing: Standing
    awaiting: tuple[str, ...]

    @property
    def runs_live(self) -> bool:
        """True where every number is verified, derived or signed for the site."""
        return self.days is not None and not self.awaiting


def washout_length(
    rule: WashoutRule, table: InteractionTable, signed: Mapping[str, SignedLimit], as_of: date
) -> WashoutLength:
    """The days of a washout with the site's signed numbers in place of the table's.

    Kinetic days are the multiple of half-lives, rounded up to whole days; a fixed number of the
    class wins where it is longer; the stabilisation comes on top.
    """
    numbers = {code: number_of(table.limits[code], signed, as_of) for code in _codes(rule)}
    for code in rule.optional_limits:
        in_force = table.limits[code].in_force(signed, as_of)
        if in_force is not None:
            numbers[code] = in_force.value, in_force.standing
    awaiting = tuple(sorted(c for c, (_, standing) in numbers.items() if not standing.runs_live))
    standing = min((s for _, s in numbers.values()), key=_WEAKEST_FIRST.index)
    values = {code: value for code, (value, _) in numbers.items()}
    return WashoutLength(_days(rule, values), standing, awaiting)


def _codes(rule: WashoutRule) -> Iterator[str]:
    if rule.half_life_limit is not None:
        yield HALF_LIVES_MULTIPLE
        yield rule.half_life_limit
    yield from rule.fixed_limits
    if rule.is_stabilised:
        yield STABILISATION_DAYS


def _days(rule: WashoutRule, values: Mapping[str, Decimal | None]) -> int | None:
    lengths = [Decimal(0)]
    for code, value in values.items():
        if value is None:
            return None
        if code in rule.fixed_limits or code in rule.optional_limits:
            lengths.append(value)
    stabilisation = (values[STABILISATION_DAYS] or Decimal(0)) if rule.is_stabilised else Decimal(0)
    if rule.half_life_limit is not None:
        multiple, half_life_h = values[HALF_LIVES_MULTIPLE], values[rule.half_life_limit]
        assert multiple is not None
        assert half_life_h is not None
        lengths.append((multiple * half_life_h / HOURS_A_DAY).to_integral_value(ROUND_CEILING))
    return int((max(lengths) + stabilisation).to_integral_value(ROUND_CEILING))


def number_of(
    limit: Limit, signed: Mapping[str, SignedLimit], as_of: date
) -> tuple[Decimal | None, Standing]:
    """The number in force, else the one proposed, with a standing that says it may not decide."""
    in_force = limit.in_force(signed, as_of)
    if in_force is not None:
        return in_force.value, in_force.standing
    return limit.value, limit.standing if limit.value is not None else Standing.NOT_FOUND


def days_after(day: date, days: int) -> date:
    """The day so many days later; the last day there is where the calendar ends before it."""
    return day + timedelta(days=min(days, (date.max - day).days))
