"""Blind counts: what somebody saw, against what the book says, compared only after they wrote it."""

from collections.abc import Mapping
from typing import NamedTuple


class Difference(NamedTuple):
    """A container of which another number was seen than the book has there."""

    container: str
    expected: int
    counted: int

    @property
    def code(self) -> str:
        """What it is called: too few, too many, or something that nobody knew was there."""
        if not self.expected:
            return "count-unexpected"
        return "count-short" if self.counted < self.expected else "count-over"


def differences(expected: Mapping[str, int], counted: Mapping[str, int]) -> list[Difference]:
    """Every container whose numbers differ; what was not seen at all was counted as none.

    Examples
    --------
    >>> differences({"a": 3, "b": 1}, {"a": 2, "b": 1})
    [Difference(container='a', expected=3, counted=2)]
    """
    both = sorted({*expected, *counted})
    found = [Difference(one, expected.get(one, 0), counted.get(one, 0)) for one in both]
    return [one for one in found if one.expected != one.counted]
