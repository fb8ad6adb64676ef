"""Minimization with a biased coin: each person goes, likely, where the margins then differ least.

The imbalance that each arm would cause is summed over the levels that the person has. With unequal
shares a fixed coin would pull the allocation away from its ratio, so the arm's own chance is scaled;
then each arm is given in its share whatever the margins (the sum is worked out in ``chances``).

Sources: S. J. Pocock and R. Simon, Biometrics 31 (1975) 103; unequal shares: B. Han, N. H. Enas and
D. McEntegart, Statistics in Medicine 28 (2009) 3329 (biased-coin minimization).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from holdfast.analysis.randomization.chance import Chance

Measure = Literal["range", "variance"]
Levels = Mapping[str, str]  # the person's level of each factor


@dataclass(frozen=True)
class Rule:
    """How people are minimized.

    ``ratio`` has whole shares of each arm; ``weights`` the factors that count, each above 0;
    ``coin`` the chance of the preferred arm among those with the smallest share, above that of drawing
    by the ratio alone and at most 1, where nothing is left to chance but ties.
    """

    ratio: Mapping[str, int]
    weights: Mapping[str, Fraction]
    coin: Fraction
    measure: Measure = "range"

    def __post_init__(self) -> None:
        if len(self.ratio) < 2:
            raise ValueError(f"{len(self.ratio)} arms: an allocation chooses among at least two.")
        if any(share < 1 for share in self.ratio.values()):
            raise ValueError("Each arm has a share of 1 or more.")
        if not self.weights or any(weight <= 0 for weight in self.weights.values()):
            raise ValueError("Each factor has a weight above 0, and there is at least one.")
        fair = Fraction(min(self.ratio.values()), sum(self.ratio.values()))
        if not fair < self.coin <= 1:
            raise ValueError(f"A coin of {self.coin}: expected above {fair} and at most 1.")


@dataclass
class Margins:
    """How many of each arm have each level: what was given so far."""

    counts: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def add(self, arm: str, levels: Levels) -> None:
        """One more of this arm with these levels."""
        for factor, level in levels.items():
            key = factor, level, arm
            self.counts[key] = self.counts.get(key, 0) + 1

    def of(self, factor: str, level: str, arm: str) -> int:
        """How many of this arm have this level."""
        return self.counts.get((factor, level, arm), 0)


def imbalances(rule: Rule, margins: Margins, levels: Levels) -> dict[str, Fraction]:
    """For each arm the imbalance of the person's own margins, were they to get it. Exact.

    Raises ``ValueError`` where a factor of the rule has no level: unknown is no level.
    """
    missing = sorted(set(rule.weights) - {name for name, level in levels.items() if level})
    if missing:
        raise ValueError(f"No level of {', '.join(missing)}: a person is minimized on all of them.")
    return {arm: _imbalance_with(arm, rule, margins, levels) for arm in rule.ratio}


def _imbalance_with(given: str, rule: Rule, margins: Margins, levels: Levels) -> Fraction:
    total = Fraction(0)
    for factor, weight in rule.weights.items():
        filled = [
            Fraction(margins.of(factor, levels[factor], arm) + (arm == given), share)
            for arm, share in rule.ratio.items()
        ]
        total += weight * _spread(filled, rule.measure)
    return total


def _spread(filled: Sequence[Fraction], measure: Measure) -> Fraction:
    if measure == "range":
        return max(filled) - min(filled)
    mean = sum(filled, Fraction(0)) / len(filled)
    return sum(((each - mean) ** 2 for each in filled), Fraction(0)) / (len(filled) - 1)


def chances(rule: Rule, preferred: str) -> dict[str, Fraction]:
    """The chance of each arm once one is preferred.

    The preferred arm of share r gets 1 - (1 - coin) (R - r) / (R - s), where R is the sum of the
    shares and s the smallest; the others divide what is left by their shares. If each arm is preferred
    as often as its share, each is then given as often as its share: what arm j loses when preferred,
    c r_j (R - r_j), it gains from the others.
    """
    whole, share = sum(rule.ratio.values()), rule.ratio[preferred]
    lost = (1 - rule.coin) * Fraction(whole - share, whole - min(rule.ratio.values()))
    return {
        arm: 1 - lost if arm == preferred else lost * Fraction(other, whole - share)
        for arm, other in rule.ratio.items()
    }


def minimize(rule: Rule, margins: Margins, levels: Levels, chance: Chance) -> str:
    """The arm of the next person. Ties are drawn by the shares of those that tie."""
    caused = imbalances(rule, margins, levels)
    least = min(caused.values())
    tied = [(arm, Fraction(share)) for arm, share in rule.ratio.items() if caused[arm] == least]
    preferred = chance.weighted(tied)
    return chance.weighted(list(chances(rule, preferred).items()))
