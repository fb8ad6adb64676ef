"""How well the next allocation could be guessed by somebody who knows all that went before.

The guesser is the worst there is: knows the design, the arms given so far in the stratum, and reckons
perfectly. With permuted blocks what they believe is carried exactly, over every size that the open
block may have. Source of the question: D. Blackwell and J. L. Hodges, Design for the control of
selection bias, Annals of Mathematical Statistics 28 (1957) 449.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from holdfast.analysis.randomization.blocks import refuse_sizes

Block = tuple[int, ...]  # what is left of each arm in the open block


@dataclass(frozen=True)
class Predictability:
    """Of so many slots: the mean chance of a right guess, and how many could be known for certain.

    ``by_chance`` is what somebody reaches who knows only the ratio.
    """

    slots: int
    guessed: Fraction
    certain: int
    by_chance: Fraction


def of_blocks(
    ratio: Mapping[str, int], sizes: Sequence[int], lists: Iterable[Sequence[str]]
) -> Predictability:
    """Of lists of permuted blocks, each of its own stratum. Exact."""
    refuse_sizes(ratio, sizes)
    best = [each for arms in lists for each in _best_guesses(ratio, sizes, arms)]
    if not best:
        raise ValueError("No slot to guess.")
    return Predictability(
        slots=len(best),
        guessed=sum(best, Fraction(0)) / len(best),
        certain=sum(each == 1 for each in best),
        by_chance=Fraction(max(ratio.values()), sum(ratio.values())),
    )


def _best_guesses(
    ratio: Mapping[str, int], sizes: Sequence[int], arms: Sequence[str]
) -> Iterable[Fraction]:
    """For each slot the chance of the likeliest arm, to somebody who saw those before it."""
    places = {arm: place for place, arm in enumerate(ratio)}
    whole = sum(ratio.values())
    fresh: dict[Block, Fraction] = {}
    for size in sizes:
        full = tuple(share * size // whole for share in ratio.values())
        fresh[full] = fresh.get(full, Fraction(0)) + Fraction(1, len(sizes))
    believed = dict(fresh)
    for arm in arms:
        yield max(_chances(believed, len(ratio)))
        believed = _having_seen(places[arm], believed, fresh)


def _chances(believed: Mapping[Block, Fraction], arms: int) -> list[Fraction]:
    return [
        sum((held * Fraction(left[a], sum(left)) for left, held in believed.items()), Fraction(0))
        for a in range(arms)
    ]


def _having_seen(
    arm: int, believed: Mapping[Block, Fraction], fresh: Mapping[Block, Fraction]
) -> dict[Block, Fraction]:
    """What is believed after this arm was given: Bayes, over what is left of the open block."""
    after: dict[Block, Fraction] = {}
    for left, held in believed.items():
        likely = held * Fraction(left[arm], sum(left))
        if not likely:
            continue
        now = (*left[:arm], left[arm] - 1, *left[arm + 1 :])
        if sum(now):
            after[now] = after.get(now, Fraction(0)) + likely
            continue
        for full, drawn in fresh.items():
            after[full] = after.get(full, Fraction(0)) + likely * drawn
    total = sum(after.values(), Fraction(0))
    if not total:
        raise ValueError("This list holds an arm that no block of these sizes could give here.")
    return {left: held / total for left, held in after.items()}
