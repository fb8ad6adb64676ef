"""What is said when a referral cannot be read: where, what is wrong, and how to mend it.

No message repeats a value that could be a name. Only a unit is repeated, and only one built from
the signs that units are made of.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

MOST_PROBLEMS = 50
"""The most problems listed for one bundle."""

_UNIT = re.compile(
    r"(?:[/.*^%()\d]|10\*|mm ?\[?Hg\]?|k?Pa|k?g|mg|[un]g|ng|lbs?|oz|stone|\[(?:lb|oz|stone)_av\]"
    r"|[mun]?mol|m[Ee]q|[mdu]?L|\[?IU\]?|U|[cmk]?m|in|ft|\[(?:in|ft)_i\]|min|h|d|m?s|Cel|[Dd]eg ?[CF]|°[CF]|F|C|K|cmHg|bpm"
    r"|\{[a-z0-9_.]{1,8}\}){1,8}"
)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a bundle."""

    place: str  # a path into the document, such as entry[12].resource.valueQuantity.unit
    problem: str
    mend: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem} {self.mend}"


class ReferralRefused(ValueError):
    """The referral was not read and nothing of it was kept. ``problems`` lists all that was found."""

    def __init__(self, place: str, problem: str, mend: str, *, problems: Iterable[Problem] = ()):
        self.problems = tuple(problems) or (Problem(place, problem, mend),)
        self.place = place
        self.problem = problem
        self.mend = mend
        super().__init__("\n".join(str(each) for each in self.problems))

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> Self:
        """One refusal for several problems; the first is its own place, problem and mend."""
        found = tuple(problems)
        return cls(found[0].place, found[0].problem, found[0].mend, problems=found)


class Problems:
    """Collects problems, so that whoever mends a bundle sees all of them at once."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, place: str, problem: str, mend: str) -> None:
        """Keep one more problem, up to the limit; the first said of a place is enough."""
        if len(self.found) < MOST_PROBLEMS and all(each.place != place for each in self.found):
            self.found.append(Problem(place, problem, mend))

    def add_under(self, prefix: str, refusal: ReferralRefused) -> None:
        """Keep the problems of a part, each at its place in the whole."""
        for each in refusal.problems:
            self.add(prefix + each.place, each.problem, each.mend)

    def refuse_if_any(self) -> None:
        """Raise ``ReferralRefused`` if anything was found."""
        if self.found:
            raise ReferralRefused.of(self.found)


def quoted(unit: object) -> str:
    """The unit in quotes if it can be nothing else; otherwise nothing of it.

    >>> quoted("mm[Hg]")
    "'mm[Hg]'"
    >>> quoted("Quillfeather")
    'one that is not known here'
    """
    if isinstance(unit, str) and len(unit) <= 24 and _UNIT.fullmatch(unit):
        return f"'{unit}'"
    return "one that is not known here"
