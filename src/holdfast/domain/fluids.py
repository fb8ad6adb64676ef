"""Fluids: what was taken and lost, and what that means beside what is felt.

Low sodium under MDMA comes with free drinking, and water is what people offer. So intake is counted,
a signed ceiling alarms and blocks nothing, and what may be a sign of low sodium is judged beside it.
No public number for the ceiling was found; until one is signed it is not known to be kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from holdfast.domain.conditions import Condition, condition
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_log import Log, at_latest
from holdfast.domain.session_plan import SessionPlan, SymptomRule, Tier

CEILING = "fluid-ceiling"


@dataclass(frozen=True)
class FluidBalance:
    """Millilitres taken and lost so far. ``unmeasured``: losses that nobody measured.

    ``balance_ml`` is taken less what was measured as lost: with unmeasured losses it is too high.
    """

    taken_ml: Decimal
    lost_ml: Decimal
    unmeasured: int
    by_drink: Mapping[str, Decimal]
    ceiling_ml: Decimal | None

    @property
    def balance_ml(self) -> Decimal:
        """Taken less lost."""
        return self.taken_ml - self.lost_ml

    @property
    def left_ml(self) -> Decimal | None:
        """What may still be drunk below the signed ceiling; None where none is signed."""
        return None if self.ceiling_ml is None else max(self.ceiling_ml - self.taken_ml, Decimal(0))


def balance(plan: SessionPlan, log: Log, now: datetime) -> FluidBalance:
    """The fluids of a session up to ``now``, by their own times."""
    taken = [entry for entry in log.standing("fluid-taken") if at_latest(entry) <= now]
    lost = [entry for entry in log.standing("fluid-lost") if at_latest(entry) <= now]
    by_drink: dict[str, Decimal] = {}
    for entry in taken:
        drink = entry.code("what") or "other"
        by_drink[drink] = by_drink.get(drink, Decimal(0)) + _volume(entry)
    return FluidBalance(
        taken_ml=sum((_volume(entry) for entry in taken), Decimal(0)),
        lost_ml=sum((_volume(entry) for entry in lost), Decimal(0)),
        unmeasured=sum(entry.number("volume_ml") is None for entry in lost),
        by_drink=by_drink,
        ceiling_ml=plan.value(CEILING),
    )


def over_ceiling(plan: SessionPlan, log: Log) -> Iterator[Condition]:
    """Each drink that brings the total over the signed ceiling, or comes on top of it."""
    ceiling = plan.value(CEILING)
    if ceiling is None:
        return
    drinks = log.of("fluid-taken")
    for entry in drinks:
        total = sum((_volume(d) for d in drinks if _counts(log, d, entry)), Decimal(0))
        if total <= ceiling:
            continue
        gone = log.corrected_at(entry)
        yield condition(
            plan,
            CEILING,
            since=entry.at,
            known_at=entry.known_at,
            because=(entry.id,),
            number=CEILING,
            value=total,
            until=gone,
        )


def _counts(log: Log, drink: SessionEntry, entry: SessionEntry) -> bool:
    """Whether a drink was known, and stood, when another became known; a drink counts for itself."""
    return drink is entry or (
        (drink.known_at, drink.id) <= (entry.known_at, entry.id)
        and log.stood(drink, entry.known_at)
    )


def taken_by(log: Log, moment: datetime, by: datetime) -> Decimal:
    """Millilitres taken up to one moment, as known by another."""
    drinks = (d for d in log.of("fluid-taken") if at_latest(d) <= moment and log.stood(d, by))
    return sum((_volume(drink) for drink in drinks), Decimal(0))


def beside_fluids(
    plan: SessionPlan, log: Log, rule: SymptomRule, symptom: SessionEntry
) -> tuple[Tier, datetime, Decimal] | None:
    """How grave a symptom is beside what was drunk before it: tier, since when known, and how much.

    Over the ceiling it is as grave as the rule says. Without a signed ceiling nobody can tell, and it
    is shown. None while no more than the ceiling was taken, or nothing at all.
    """
    ceiling = plan.value(rule.over)
    limit = Decimal(0) if ceiling is None else ceiling
    tier = Tier.OBSERVE if ceiling is None else rule.tier
    later = {d.known_at for d in log.of("fluid-taken") if d.known_at > symptom.known_at}
    for moment in (symptom.known_at, *sorted(later)):
        taken = taken_by(log, at_latest(symptom), moment)
        is_first = moment == symptom.known_at
        if taken > limit and (is_first or log.stood(symptom, moment)):
            return tier, moment, taken
    return None


def _volume(entry: SessionEntry) -> Decimal:
    return entry.number("volume_ml") or Decimal(0)
