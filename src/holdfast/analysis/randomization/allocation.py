"""A whole allocation from a design and a seed, and what a design promises before any is made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

from holdfast.analysis.randomization.blocks import largest_imbalance, permuted_blocks
from holdfast.analysis.randomization.chance import Seed
from holdfast.analysis.randomization.kits import Kit, kit_list
from holdfast.analysis.randomization.minimization import (
    Margins,
    Measure,
    Rule,
    chances,
    imbalances,
    minimize,
)
from holdfast.analysis.randomization.predictability import Predictability, of_blocks
from holdfast.definitions.allocation_design import Design

SCHEMA = 1
PADDED_TO = 1 << 16  # bytes: the length of a sealed allocation tells only its size
INVENTED = 200  # lists of each stratum from which a design's predictability is told
_INVENTED_PEOPLE = 1000

Stratum = tuple[tuple[str, str], ...]


@dataclass(frozen=True, repr=False)
class Allocation:
    """What is sealed: the list of each stratum (none where people are minimized) and every kit."""

    lists: Mapping[Stratum, tuple[str, ...]]
    kits: tuple[Kit, ...]

    def __repr__(self) -> str:
        return "Allocation(sealed)"


def allocation(design: Design, seed: Seed) -> Allocation:
    """The allocation of a design that follows from a seed; the same each time."""
    lists = {}
    if design.method == "permuted-blocks":
        for stratum in design.strata:
            chance = seed.stream("blocks", *(word for pair in stratum for word in pair))
            lists[stratum] = permuted_blocks(design.ratio, design.block_sizes, design.slots, chance)
    kits = kit_list(design.kits, seed.stream("kits")) if any(design.kits.values()) else ()
    return Allocation(lists, kits)


def rule_of(design: Design) -> Rule:
    """How the design minimizes."""
    weights = {factor.code: factor.weight for factor in design.factors}
    measure: Measure = "variance" if design.measure == "variance" else "range"
    return Rule(design.ratio, weights, design.coin, measure)


def next_minimized(
    design: Design, seed: Seed, place: int, margins: Margins, levels: Mapping[str, str]
) -> str:
    """The arm of the person at this place of the sequence, counted from 1."""
    chance = seed.stream("minimization", str(place))
    return minimize(rule_of(design), margins, levels, chance)


def sealed_document(design: Design, text: bytes, seed: Seed, nonce: bytes) -> bytes:
    """What goes into the seal: the design's own bytes, the seed and all that follows from it.

    ``nonce`` (32 bytes drawn at random) is in front of what is committed to, so that nobody finds a
    short list from its published hash by trying. Padded with spaces to a multiple of 64 KiB.
    """
    made = allocation(design, seed)
    body = {
        "schema": SCHEMA,
        "design": text.decode(),
        "protocol_sha256": design.protocol.sha256,
        "seed": seed.secret.hex(),
        "nonce": nonce.hex(),
        "lists": [
            {"stratum": [list(pair) for pair in stratum], "arms": list(arms)}
            for stratum, arms in made.lists.items()
        ],
        "kits": [[kit.number, kit.content] for kit in made.kits],
    }
    written = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return written + b" " * (-len(written) % PADDED_TO)


def commitment(document: bytes) -> str:
    """The hash by which an allocation is known before it is opened. It covers the nonce."""
    return sha256(document).hexdigest()


@dataclass(frozen=True)
class Promise:
    """What can be told of a design without any seed of its own.

    ``largest_imbalance`` is None where no bound holds (minimization): there ``seen_imbalance`` is the
    largest of a simulated trial.
    """

    strata: int
    slots: int
    largest_imbalance: Fraction | None
    seen_imbalance: Fraction | None
    predictability: Predictability


def promise(design: Design, seed: Seed) -> Promise:
    """What the design promises, from invented lists. ``seed`` is for these alone, never a trial's."""
    if design.method == "minimization":
        return _minimized_promise(design, seed)
    lists = [
        permuted_blocks(design.ratio, design.block_sizes, design.slots, seed.stream("try", str(n)))
        for n in range(INVENTED)
    ]
    return Promise(
        strata=len(design.strata),
        slots=design.slots * len(design.strata),
        largest_imbalance=largest_imbalance(design.ratio, design.block_sizes),
        seen_imbalance=None,
        predictability=of_blocks(design.ratio, design.block_sizes, lists),
    )


def _minimized_promise(design: Design, seed: Seed) -> Promise:
    """A trial of a thousand people whose levels are drawn alike; the guesser knows every margin."""
    rule, margins, people = rule_of(design), Margins(), seed.stream("people")
    guessed, certain, worst = Fraction(0), 0, Fraction(0)
    for place in range(1, _INVENTED_PEOPLE + 1):
        levels = {factor.code: people.one_of(factor.levels) for factor in design.factors}
        best = _best_guess(rule, imbalances(rule, margins, levels))
        guessed, certain = guessed + best, certain + (best == 1)
        margins.add(next_minimized(design, seed, place, margins, levels), levels)
        worst = max(worst, *(_apart(design, margins, pair) for pair in levels.items()))
    by_chance = Fraction(max(design.ratio.values()), sum(design.ratio.values()))
    told = Predictability(_INVENTED_PEOPLE, guessed / _INVENTED_PEOPLE, certain, by_chance)
    return Promise(len(design.strata), 0, None, worst, told)


def _best_guess(rule: Rule, caused: Mapping[str, Fraction]) -> Fraction:
    """The chance of the likeliest arm, to somebody who knows every margin and these levels."""
    least = min(caused.values())
    tied = {arm: share for arm, share in rule.ratio.items() if caused[arm] == least}
    likely = dict.fromkeys(rule.ratio, Fraction(0))
    for preferred, share in tied.items():
        for arm, chance in chances(rule, preferred).items():
            likely[arm] += Fraction(share, sum(tied.values())) * chance
    return max(likely.values())


def _apart(design: Design, margins: Margins, pair: tuple[str, str]) -> Fraction:
    filled = [Fraction(margins.of(*pair, arm), share) for arm, share in design.ratio.items()]
    return max(filled) - min(filled)
