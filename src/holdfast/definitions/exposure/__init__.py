"""The numbers of the expected course: two models of concentration, the link to pulse, pressure and warmth.

Each file is read whole and every number in it has a unit, a source and a standing. A number that no
source gave us has no value; who needs it says what it does instead. The artefacts of simulated
readings are choices of ours and are named so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from holdfast.definitions.loading import (
    FOLDER,
    Document,
    Table,
    nearest,
    read_format,
    read_references,
    read_source,
    refuse_duplicates,
)
from holdfast.domain.findings import Reference, Standing

FORMAT = 1
FILES = FOLDER / "exposure"
ARTEFACTS = FOLDER / "exposure_artefacts.toml"
MODELS = ("three-state", "one-compartment")
"""The models of concentration; the first is the one used where none is named."""

_WEIGHT = {
    "reference-weight": "kg",
    "clearance-weight-exponent": "1",
    "volume-weight-exponent": "1",
}
_SPREAD = {
    "clearance-spread": "{ln SD}",
    "volume-spread": "{ln SD}",
    "clearance-volume-correlation": "1",
    "absorption-spread": "{ln SD}",
}
_INPUT = {
    "volume": "L",
    "absorption-rate": "/h",
    "lag": "h",
    "fed-absorption-factor": "1",
}
_MEASURES = {
    "systolic": "mm[Hg]",
    "diastolic": "mm[Hg]",
    "heart-rate": "/min",
    "temperature": "Cel",
}
_PARTS = ("rise", "rise-spread", "baseline", "baseline-spread", "reading-error")

UNITS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "three-state": _WEIGHT
        | _INPUT
        | _SPREAD
        | {
            "clearance-other": "L/h",
            "clearance-cyp2d6": "L/h",
            "inactivation": "L/(mg.h)",
            "enzyme-half-life": "h",
        },
        "one-compartment": _WEIGHT
        | _INPUT
        | _SPREAD
        | {
            "clearance": "L/h",
            "even-duration": "h",
            "even-share": "1",
            "nida-clearance-factor": "1",
            "nida-volume-factor": "1",
        },
        "effects": {
            "effect-site-rate": "/h",
            "tolerance-rate": "/h",
            "half-effect-concentration": "ng/mL",
            "tolerance-concentration": "ng/mL",
            "steepness": "1",
            "drive-at-reference": "1",
            "warmth-rate": "/h",
            "warmth-at-reference": "1",
        }
        | {
            f"{measure}-{part}": "{ln SD}" if part == "rise-spread" else unit
            for measure, unit in _MEASURES.items()
            for part in _PARTS
        },
        "artefacts": {
            "cuff-failed-share": "1",
            "cuff-moved-share": "1",
            "cuff-moved-systolic": "mm[Hg]",
            "cuff-moved-diastolic": "mm[Hg]",
            "pulse-doubled-share": "1",
            "mouth-open-share": "1",
            "mouth-open-temperature": "Cel",
        },
    }
)
"""The numbers that each file must hold, no more and no fewer, each in this unit and no other."""


class NumberMissing(LookupError):
    """A number was asked for that no source gave."""


@dataclass(frozen=True)
class Number:
    """One number of a model. ``value`` is None where it was looked for and not found."""

    code: str
    value: float | None
    unit: str
    reference: Reference
    standing: Standing
    wording: str


@dataclass(frozen=True)
class Numbers:
    """All numbers of one file, and the hash of the file."""

    name: str
    title: str
    sha256: str
    by_code: Mapping[str, Number]

    def __getitem__(self, code: str) -> float:
        """The value of a number, in the unit that ``UNITS`` says.

        Raises
        ------
        NumberMissing
            If no source gave it.
        """
        if (value := self.by_code[code].value) is None:
            raise NumberMissing(f"{self.name}: {code} was not found in any source.")
        return value

    def is_known(self, code: str) -> bool:
        """Whether a source gave this number."""
        return self.by_code[code].value is not None


@cache
def load(name: str) -> Numbers:
    """The numbers of a file that ships with this release, by its name in ``UNITS``."""
    return read(ARTEFACTS if name == "artefacts" else FILES / f"{name}.toml", name)


def read(path: Path, name: str) -> Numbers:
    """Numbers from a file.

    Raises
    ------
    DefinitionRefused
        With every problem: an unknown key or code, a number that is missing or in another unit, a
        value with the standing of what was not found.
    """
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    title = root.text("title")
    if name == "artefacts":
        tables = root.tables("choice", required=True)
        numbers = [_choice(table) for table in tables]
    else:
        references = read_references(root)
        tables = root.tables("number", required=True)
        numbers = [_number(table, references) for table in tables]
    for table, number in zip(tables, numbers, strict=True):
        _check(table, number, UNITS[name])
    refuse_duplicates(zip(tables, (n.code for n in numbers), strict=True), "number")
    for code in sorted(set(UNITS[name]) - {n.code for n in numbers}):
        root.problem(None, f"the number {code!r} is missing", f"Add code = {code!r}")
    root.finish()
    document.finish()
    by_code = {number.code: number for number in numbers}
    return Numbers(name, title, document.sha256, MappingProxyType(by_code))


def _number(table: Table, references: Mapping[str, Reference]) -> Number:
    reference, standing = read_source(table, references)
    is_found = standing is not Standing.NOT_FOUND
    value = table.decimal("value", required=is_found)
    if not is_found and value is not None:
        mend = "Leave the value out, or say how far it was checked"
        table.problem("value", "what was not found has a value", mend)
    return Number(
        code=table.code("code"),
        value=None if value is None else float(value),
        unit=table.text("unit"),
        reference=reference,
        standing=standing,
        wording=table.text("wording"),
    )


def _choice(table: Table) -> Number:
    value = table.decimal("value")
    return Number(
        code=table.code("code"),
        value=None if value is None else float(value),
        unit=table.text("unit"),
        reference=Reference("Our own choice for demonstrations", "docs/exposure.md#one-course"),
        standing=Standing.NOT_FOUND,
        wording=table.text("wording"),
    )


def _check(table: Table, number: Number, units: Mapping[str, str]) -> None:
    if number.code and number.code not in units:
        table.problem("code", f"number {number.code!r} is not known", nearest(number.code, units))
    elif number.unit and number.unit != units.get(number.code, number.unit):
        mend = f"Write {units[number.code]!r}, and the value in it"
        table.problem("unit", f"{number.code} is not in {number.unit!r}", mend)
    if number.value is not None and number.value <= 0 and number.code != "mouth-open-temperature":
        table.problem("value", f"{number.code} is not above zero", "Correct the value")
    table.finish()
