"""Reads the design of an allocation: a TOML file that a statistician writes for one trial.

Arms and their shares are the protocol's and are not said again: a design names the method, the
factors, and what each arm is given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from itertools import product
from math import gcd, prod
from pathlib import Path
from tempfile import TemporaryDirectory

from holdfast.definitions import protocols
from holdfast.definitions.loading import Document, Table, nearest, refuse_duplicates
from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.schedule import Schedule, Stage, Visit, VisitKind

FORMAT = 1
METHODS = ("permuted-blocks", "minimization")
MEASURES = ("range", "variance")
MOST_SLOTS = 100_000  # of all strata together
MOST_KITS = 100_000


@dataclass(frozen=True)
class Factor:
    """What people are stratified or minimized on, with its levels."""

    code: str
    levels: tuple[str, ...]
    weight: Fraction


@dataclass(frozen=True)
class Design:
    """How people are allocated. ``kits`` counts the kits of each content, ``content_of`` is by arm.

    ``content_at`` is by arm and visit, where a content is for some visits alone: a crossover, a second
    stage. A dosing visit of a stage that is not blinded has a content only where it is named so.
    ``slots`` and ``block_sizes`` are of permuted blocks, ``coin`` and ``measure`` of minimization.
    """

    title: str
    protocol: ProtocolVersion
    method: str
    ratio: Mapping[str, int]
    factors: tuple[Factor, ...]
    content_of: Mapping[str, str]
    kits: Mapping[str, int]
    sha256: str
    content_at: Mapping[tuple[str, str], str] = field(default_factory=dict)
    slots: int = 0
    block_sizes: tuple[int, ...] = ()
    coin: Fraction = Fraction(0)
    measure: str = "range"

    @property
    def strata(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """Each combination of levels, as (factor, level) in the design's order; one where there is no factor."""
        return tuple(product(*([(f.code, level) for level in f.levels] for f in self.factors)))

    def content_for(self, arm: str, visit: Visit, stage: Stage | None) -> str | None:
        """What an arm is given at a dosing visit; None where it is given from open stock."""
        if (arm, visit.code) in self.content_at:
            return self.content_at[arm, visit.code]
        return self.content_of.get(arm) if stage is None or stage.is_blinded else None


def read_text(text: str) -> Design:
    """The design that a sealed allocation holds, from its own words."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "design.toml"
        file.write_bytes(text.encode())
        return read(file)


def read(path: Path) -> Design:
    """The design in a file; ``DefinitionRefused`` names every line that does not fit, and its mend."""
    document = Document(path)
    root = document.root
    if root.integer("format") != FORMAT:
        root.problem("format", "this format is not read here", f"Write format = {FORMAT}")
    title = root.text("title")
    protocol = _protocol(root)
    method = root.one_of("method", METHODS)
    shares = _shares(protocol, root)
    factors = _factors(root, is_needed=method == "minimization")
    schedule = protocol.schedule if protocol else None
    content_of, content_at, kits = _contents(root, tuple(shares), schedule)
    slots, sizes = _blocks(root, shares, factors) if method == "permuted-blocks" else (0, ())
    coin, measure = _coin(root, shares) if method == "minimization" else (Fraction(0), "range")
    root.finish()
    document.finish()
    assert protocol is not None  # a protocol that is missing was noted above
    return Design(
        title=title,
        protocol=protocol,
        method=method,
        ratio=shares,
        factors=factors,
        content_of=content_of,
        content_at=content_at,
        kits=kits,
        sha256=document.sha256,
        slots=slots,
        block_sizes=sizes,
        coin=coin,
        measure=measure,
    )


def _protocol(root: Table) -> ProtocolVersion | None:
    name, version = root.text("protocol"), root.integer("version")
    if name and version not in protocols.versions(name):
        known = protocols.names() if name not in protocols.names() else ()
        mend = nearest(name, known) if known else f"It has {protocols.versions(name)}"
        root.problem("protocol", f"there is no protocol {name!r} of version {version}", mend)
        return None
    return protocols.load(name, version) if name else None


def _shares(protocol: ProtocolVersion | None, root: Table) -> dict[str, int]:
    """The shares of the protocol's arms in the smallest whole numbers."""
    if protocol is None:
        return {}
    arms = protocol.schedule.arms if protocol.schedule else ()
    if len(arms) < 2:
        root.problem("protocol", f"protocol {protocol.name} has no arms", "Name a randomized one")
        return {}
    whole = reduce(gcd, (arm.share for arm in arms))
    return {arm.code: arm.share // whole for arm in arms}


def _factors(root: Table, *, is_needed: bool) -> tuple[Factor, ...]:
    tables = root.tables("factor", required=is_needed)
    found = [_factor(table) for table in tables]
    refuse_duplicates(zip(tables, (each.code for each in found), strict=True), "factor")
    return tuple(found)


def _factor(table: Table) -> Factor:
    code, levels = table.code("code"), table.texts("levels", required=True)
    if len(levels) < 2:
        table.problem("levels", "a factor has at least two levels", "Name them, or leave it out")
    weight = table.decimal("weight", required=False)
    if weight is not None and weight <= 0:
        table.problem("weight", f"a weight of {weight} counts nothing", "Write one above 0")
    table.finish()
    return Factor(code, levels, Fraction(weight if weight is not None else 1))


def _contents(
    root: Table, arms: Sequence[str], schedule: Schedule | None
) -> tuple[dict[str, str], dict[tuple[str, str], str], dict[str, int]]:
    """What each arm of the protocol is given, each once, and how many kits of it are numbered."""
    tables = root.tables("content", required=True)
    dosing = [v for v in schedule.visits if v.kind is VisitKind.DOSING] if schedule else []
    given: dict[tuple[str, str], str] = {}  # arm and visit; every visit where none is named
    kits: dict[str, int] = {}
    for table in tables:
        code, count = table.code("code"), table.integer("kits")
        if not 0 <= count <= MOST_KITS:
            table.problem("kits", f"{count} kits cannot be", f"Write 0 to {MOST_KITS}")
        for arm, visit in product(_arms(table, arms), _visits(table, dosing)):
            if (arm, visit) in given:
                table.problem("arms", f"arm {arm!r} has its content twice", "Leave one of them")
            given[arm, visit] = code
        kits[code] = count
        table.finish()
    refuse_duplicates(((t, c) for t, c in zip(tables, kits, strict=False)), "content")
    for arm in sorted(arms):
        if (arm, "") not in given and not all((arm, visit.code) in given for visit in dosing):
            root.problem(
                "content", f"arm {arm!r} of the protocol has no content", "Say what it gets"
            )
    content_of = {arm: code for (arm, visit), code in given.items() if not visit}
    return content_of, {place: code for place, code in given.items() if place[1]}, kits


def _arms(table: Table, arms: Sequence[str]) -> tuple[str, ...]:
    named = table.texts("arms", required=True)
    for arm in named:
        if arms and arm not in arms:
            table.problem("arms", f"the protocol has no arm {arm!r}", nearest(arm, arms))
    return named


def _visits(table: Table, dosing: Sequence[Visit]) -> tuple[str, ...]:
    """The dosing visits that a content is for; one empty code where it is for all."""
    named, known = table.texts("visits"), [visit.code for visit in dosing]
    for visit in named:
        if known and visit not in known:
            mend = nearest(visit, known)
            table.problem("visits", f"the protocol has no dosing visit {visit!r}", mend)
    return named or ("",)


def _blocks(
    root: Table, shares: Mapping[str, int], factors: Sequence[Factor]
) -> tuple[int, tuple[int, ...]]:
    slots, whole = root.integer("slots"), sum(shares.values())
    strata = prod(len(factor.levels) for factor in factors)
    if slots < 1 or slots * strata > MOST_SLOTS:
        most = MOST_SLOTS // max(strata, 1)
        root.problem("slots", f"{slots} slots in each of {strata} strata", f"Write 1 to {most}")
    sizes = root.value("block_sizes")
    if not isinstance(sizes, list) or not sizes or not all(type(each) is int for each in sizes):
        root.problem("block_sizes", "these are no sizes of blocks", "Write them like [4, 6, 8]")
        return slots, ()
    for size in sizes:
        if size < 1 or (whole and size % whole):
            root.problem(
                "block_sizes",
                f"a block of {size} does not hold the shares of the arms",
                f"Use multiples of {whole}",
            )
    return slots, tuple(sizes)


def _coin(root: Table, shares: Mapping[str, int]) -> tuple[Fraction, str]:
    coin, measure = root.decimal("coin"), root.one_of("measure", MEASURES)
    fair = Fraction(min(shares.values()), sum(shares.values())) if shares else Fraction(0)
    if coin is not None and not fair < Fraction(coin) <= 1:
        root.problem(
            "coin", f"a coin of {coin} is none", f"Write above {float(fair):.2f}, at most 1"
        )
    return Fraction(coin or 1), measure
