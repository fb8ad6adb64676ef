"""Kit numbers that tell nothing: neither what is inside, nor in which order they were made.

A number is drawn from a thousand times as many as are needed, and has two check digits, so that a
slip of the pen is no other kit. The numbers are put in order first and the contents shuffled over
them after, so that two neighbours tell of each other what any two do.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from holdfast.analysis.randomization.chance import Chance

SPARE = 1000
_MODULUS = 97


@dataclass(frozen=True)
class Kit:
    """A kit's number as it is printed, and what is inside: for the sealed room alone."""

    number: str
    content: str


def kit_list(contents: Mapping[str, int], chance: Chance) -> tuple[Kit, ...]:
    """So many kits of each content, in the order of their numbers.

    Raises ``ValueError`` where a count is negative or there is nothing to number.
    """
    for content, count in contents.items():
        if count < 0:
            raise ValueError(f"{count} kits of {content}: a count is 0 or more.")
    kits = [content for content, count in contents.items() for _ in range(count)]
    if not kits:
        raise ValueError("No kit to number.")
    digits = len(str(len(kits) * SPARE))
    lowest = 10 ** (digits - 1)
    drawn = chance.distinct(len(kits), below=9 * lowest)  # no number begins with 0
    numbers = [with_check_digits(str(lowest + each)) for each in drawn]
    return tuple(map(Kit, numbers, chance.shuffled(kits)))


def with_check_digits(digits: str) -> str:
    """These digits and two more (ISO/IEC 7064, MOD 97-10)."""
    return f"{digits}{_MODULUS + 1 - int(digits) * 100 % _MODULUS:02d}"


def is_kit_number(number: str) -> bool:
    """Whether the check digits fit: every single slip and every exchange of neighbours is found."""
    return number.isascii() and number.isdigit() and int(number) % _MODULUS == 1
