"""Stratified permuted blocks with random block sizes: a list for each stratum.

Each block holds the arms in their ratio, in an order drawn anew; its size is drawn from those that the
design allows, so that the end of a block cannot be counted. Source: K. F. Schulz and D. A. Grimes,
Generation of allocation sequences in randomised trials, Lancet 359 (2002) 515.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from holdfast.analysis.randomization.chance import Chance


def permuted_blocks(
    ratio: Mapping[str, int], sizes: Sequence[int], slots: int, chance: Chance
) -> tuple[str, ...]:
    """The arms of one stratum's slots, in order.

    Parameters
    ----------
    ratio
        Whole shares of each arm, at least 1: ``{"mdma": 2, "control": 1}``.
    sizes
        Sizes of blocks, each a multiple of the shares' sum, each as likely. One that is named twice
        is twice as likely.
    slots
        How many people the stratum can take. The last block is cut where it does not end there.

    Raises
    ------
    ValueError
        Where a size holds the ratio by no whole number, or there is nothing to draw.
    """
    refuse_sizes(ratio, sizes)
    if slots < 1:
        raise ValueError(f"{slots} slots: a stratum has at least one.")
    drawn: list[str] = []
    while len(drawn) < slots:
        times = chance.one_of(sizes) // sum(ratio.values())
        block = [arm for arm, share in ratio.items() for _ in range(share * times)]
        drawn += chance.shuffled(block)
    return tuple(drawn[:slots])


def refuse_sizes(ratio: Mapping[str, int], sizes: Sequence[int]) -> None:
    """Raise ``ValueError`` where these arms cannot be put into blocks of these sizes."""
    if len(ratio) < 2:
        raise ValueError(f"{len(ratio)} arms: an allocation chooses among at least two.")
    for arm, share in ratio.items():
        if share < 1:
            raise ValueError(f"Arm {arm} has the share {share}: expected 1 or more.")
    if not sizes:
        raise ValueError("No block size: name at least one.")
    whole = sum(ratio.values())
    for size in sizes:
        if size < 1 or size % whole:
            raise ValueError(
                f"A block of {size} does not hold the ratio: use multiples of {whole}."
            )


def largest_imbalance(ratio: Mapping[str, int], sizes: Sequence[int]) -> Fraction:
    """How far two arms can be apart at any moment, each counted in its own shares.

    Only the open block can be out of balance, at most by all that it holds of an arm: its size over
    the sum of the shares. With 1:1 and blocks of up to 8 that is 4 people.
    """
    refuse_sizes(ratio, sizes)
    return Fraction(max(sizes), sum(ratio.values()))


def imbalance(ratio: Mapping[str, int], counts: Mapping[str, int]) -> Fraction:
    """How far the arms are apart, each counted in its own shares; 0 where they are in their ratio."""
    filled = [Fraction(counts.get(arm, 0), share) for arm, share in ratio.items()]
    return max(filled) - min(filled)
