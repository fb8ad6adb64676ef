"""Chance that can be repeated: numbers from a seed of 32 bytes, by HMAC-SHA-256.

The words of a stream are HMAC-SHA-256(seed, purpose, counter), read as four numbers of 64 bits each,
the first byte the highest. Each purpose has a stream of its own, so that another stratum, added
later, changes none that is there. No library's generator is used: what they draw from one seed may
change with their version, and an allocation is checked decades after it was made.

Source: M. Bellare, New proofs for NMAC and HMAC, CRYPTO 2006 (HMAC as a pseudorandom function).
"""

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from itertools import count
from math import lcm
from typing import TypeVar

T = TypeVar("T")

SEED_BYTES = 32
_WORD_BYTES = 8
_WORDS = 1 << 64


@dataclass(frozen=True, repr=False)
class Seed:
    """What an allocation follows from. It is in no ``repr``, so that no log and no error shows it.

    Raises ``ValueError`` unless it has 32 bytes.
    """

    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) != SEED_BYTES:
            raise ValueError(f"A seed has {SEED_BYTES} bytes, this one {len(self.secret)}.")

    def __repr__(self) -> str:
        return "Seed(sealed)"

    def stream(self, *purpose: str) -> "Chance":
        """The numbers for one purpose: the words that name it, in order."""
        return Chance(_words(self.secret, purpose))


def _words(secret: bytes, purpose: Sequence[str]) -> Iterator[int]:
    # Each word of the purpose is led by its length, so that no two purposes run together.
    named = b"".join(len(w.encode()).to_bytes(4) + w.encode() for w in purpose)
    for number in count():
        drawn = hmac.digest(secret, named + number.to_bytes(8), sha256)
        for start in range(0, len(drawn), _WORD_BYTES):
            yield int.from_bytes(drawn[start : start + _WORD_BYTES])


class Chance:
    """Draws from one stream of numbers, each of 64 bits."""

    def __init__(self, words: Iterator[int]) -> None:
        self._words = words

    def below(self, n: int) -> int:
        """A whole number from 0 to ``n`` - 1, each as likely; ``n`` is 1 to 2**64."""
        if not 1 <= n <= _WORDS:
            raise ValueError(f"Below {n}: expected 1 to 2**64.")
        fair = _WORDS - _WORDS % n  # what lies above would favour the lower numbers
        return next(word for word in self._words if word < fair) % n

    def happens(self, probability: Fraction) -> bool:
        """True with this probability, exactly."""
        return self.below(probability.denominator) < probability.numerator

    def one_of(self, several: Sequence[T]) -> T:
        """One of several, each as likely."""
        return several[self.below(len(several))]

    def weighted(self, several: Sequence[tuple[T, Fraction]]) -> T:
        """One of several by their weights, which are exact and need not add up to one."""
        total, parts = sum((weight for _, weight in several), Fraction(0)), _equal_parts(several)
        drawn = Fraction(self.below(parts), parts) * total
        for each, weight in several:
            drawn -= weight
            if drawn < 0:
                return each
        raise ValueError("Nothing to draw from: every weight is zero.")

    def shuffled(self, several: Sequence[T]) -> tuple[T, ...]:
        """All of them, every order as likely (Fisher and Yates)."""
        left = list(several)
        for last in range(len(left) - 1, 0, -1):
            other = self.below(last + 1)
            left[last], left[other] = left[other], left[last]
        return tuple(left)

    def distinct(self, n: int, below: int) -> tuple[int, ...]:
        """``n`` different whole numbers below ``below``, every set of them as likely, ascending.

        By R. W. Floyd (J. Bentley, Programming pearls, CACM 30, 1987): as many draws as numbers.
        """
        if not 0 <= n <= below:
            raise ValueError(f"{n} different numbers below {below}: there are not so many.")
        drawn: set[int] = set()
        for top in range(below - n, below):
            candidate = self.below(top + 1)
            drawn.add(top if candidate in drawn else candidate)
        return tuple(sorted(drawn))


def _equal_parts(several: Sequence[tuple[object, Fraction]]) -> int:
    """In how many equal parts the weights can be cut."""
    total = sum((weight for _, weight in several), Fraction(0))
    if total <= 0:
        raise ValueError("Nothing to draw from: every weight is zero.")
    return lcm(*((weight / total).denominator for _, weight in several))
