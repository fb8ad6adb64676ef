"""What a verification found: what does not fit, what was counted, and what was not checked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

MOST_NAMED = 20  # problems that are named one by one; the rest is only said to be there


@dataclass(frozen=True)
class Problem:
    """One row that does not fit, and what is wrong with it in plain words."""

    table: str
    what: str
    row: str | None = None  # id or number of the row
    stream: str | None = None
    position: int | None = None

    def __str__(self) -> str:
        place = [self.table]
        if self.row is not None:
            place.append(f"row {dashed(self.row)}")
        if self.stream is not None:
            place.append(f"stream {dashed(self.stream)}")
        if self.position is not None:
            place.append(f"position {self.position}")
        return f"{', '.join(place)}: {self.what}"


def dashed(identifier: object) -> str:
    """An identifier as people know it; anything else as it stands, shortened and harmless."""
    text = str(identifier)
    try:
        return str(UUID(hex=text))
    except ValueError:
        return ascii(text)[1:61]


@dataclass
class Report:
    """The whole answer of ``verify``."""

    problems: list[Problem] = field(default_factory=list)
    too_many: bool = False  # there were more problems than are named
    protection: list[str] = field(default_factory=list)  # triggers missing or foreign
    streams: int = 0
    entries: int = 0
    facts: int = 0
    seals: int = 0
    exported_seals: int | None = None  # None: no folder of exported seals was given
    signatures: int = 0
    keys: int = 0
    erased: list[str] = field(default_factory=list)
    unsealed_entries: int = 0
    unsealed_facts: int = 0
    unsealed_since: str | None = None  # when the last seal was made; None: there is no seal
    last_seal: int | None = None
    notes: list[str] = field(default_factory=list)  # what differs and is no tampering
    not_checked: list[str] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        """True if every row fits and the database protects its facts."""
        return not self.problems and not self.protection

    def add(self, problem: Problem) -> bool:
        """Keep a problem; False once there are enough of them."""
        if len(self.problems) >= MOST_NAMED:
            self.too_many = True
            return False
        if problem not in self.problems:
            self.problems.append(problem)
        return True

    def lines(self) -> Iterator[str]:
        """The report in plain words, the first row that does not fit first."""
        yield from self._verdict()
        yield (
            f"{self.entries} journal rows and {self.facts} facts in {self.streams} streams; "
            f"{self.seals} seals; {self.signatures} signatures; {self.keys} keys."
        )
        yield from self._sealed()
        yield from (f"Erased: {words}" for words in self.erased)
        yield from (f"Note: {words}" for words in self.notes)
        yield from (f"Not checked: {words}" for words in self.not_checked)

    def _verdict(self) -> Iterator[str]:
        if self.fits:
            yield "The record fits."
            return
        said = [str(problem) for problem in self.problems] + self.protection
        yield f"THE RECORD DOES NOT FIT. First: {said[0]}"
        yield from (f"  also: {words}" for words in said[1:])
        if self.too_many:
            yield f"  and more: only the first {MOST_NAMED} are named."

    def _sealed(self) -> Iterator[str]:
        which = "seal" if self.exported_seals is None else "exported seal"
        rows = f"{self.unsealed_entries} journal rows, {self.unsealed_facts} facts"
        if self.unsealed_since is None:
            yield f"Unsealed: all of it ({rows}); there is no {which}."
        elif self.unsealed_entries:
            yield f"Unsealed since {self.unsealed_since} ({which} {self.last_seal}): {rows}."
        else:
            yield f"Sealed to the last row by {which} {self.last_seal} of {self.unsealed_since}."
