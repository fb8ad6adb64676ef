"""Reads one line of vital signs, as somebody types it in the room: ``142/88 96 37.4``.

Pressure with a slash, heart rate as a whole number, temperature in °C with a decimal, saturation with
a per cent sign; in any order, each at most once. What cannot be, or could be two things, is refused
with the place and the mend, and never guessed at or converted.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from holdfast.domain.session_entries import EntryKind, EntryRefused, read_fields

SYSTOLIC, DIASTOLIC = "systolic_mmhg", "diastolic_mmhg"
RATE, CELSIUS, SATURATION = (
    "heart_rate_per_min",
    "temperature_celsius",
    "oxygen_saturation_percent",
)
LONGEST = 80  # characters of a line
_PRESSURE = re.compile(r"([0-9]{1,3})/([0-9]{1,3})\Z")
_WHOLE = re.compile(r"[0-9]{1,3}\Z")
_DECIMAL = re.compile(r"([0-9]{1,3})[.,]([0-9]{1,2})(?:°?[cC])?\Z")
_WITH_UNIT = re.compile(r"([0-9]{1,3})°?[cC]\Z")
_PER_CENT = re.compile(r"([0-9]{1,3})%\Z")
_RUN_TOGETHER = re.compile(r"[0-9]{4,6}\Z")
_COULD_BE_CELSIUS = range(30, 46)  # a whole number here could be a temperature or a heart rate
_FAHRENHEIT = (Decimal(86), Decimal(113))  # 30 to 45 °C


class LineRefused(ValueError):
    """This line is not read. ``column`` is where the part begins, counted from 1.

    ``code`` names the reason, so that a page says it in its own language.
    """

    def __init__(self, code: str, column: int, part: str, problem: str, mend: str) -> None:
        super().__init__(f"At {column}, {part!r}: {problem}. {mend}.")
        self.code, self.column, self.part = code, column, part
        self.problem, self.mend = problem, mend


@dataclass(frozen=True)
class _Part:
    text: str
    column: int

    def refused(self, code: str, problem: str, mend: str) -> LineRefused:
        return LineRefused(code, self.column, self.text, problem, mend)


def read_line(line: str, reading: EntryKind) -> Mapping[str, Decimal]:
    """The fields of a reading from one line.

    Parameters
    ----------
    line
        As typed.
    reading
        The kind of entry, with the ranges of its fields (``definitions/session/entries.toml``).

    Raises
    ------
    LineRefused
        Naming the column, what is wrong there, and the mend.
    """
    if len(line) > LONGEST:
        raise LineRefused(
            "too-long",
            LONGEST + 1,
            line[LONGEST:][:10],
            "the line is too long",
            "Write one reading",
        )
    parts = [_Part(found.group(), found.start() + 1) for found in re.finditer(r"\S+", line)]
    if not parts:
        raise LineRefused("empty", 1, "", "nothing is written", "Write it like 142/88 96 37.4")
    _refuse_missing_slash(parts)
    told: dict[str, Decimal] = {}
    places: dict[str, _Part] = {}
    for part in parts:
        for name, value in _values(part, told).items():
            if name in told:
                raise part.refused("twice", f"a second {_WORDS[name]}", "Leave one of them")
            told[name], places[name] = value, part
    _refuse_swapped(told, places)
    for name in told:
        _refuse_out_of_range(name, told[name], reading, places[name])
    return told


def _refuse_out_of_range(name: str, value: Decimal, reading: EntryKind, part: _Part) -> None:
    one = EntryKind(reading.code, reading.title, {name: reading.fields[name]})
    try:
        read_fields({name: value}, one, name)
    except EntryRefused as refusal:
        raise part.refused(
            "out-of-range", f"{_WORDS[name]} {refusal.problem}", refusal.mend
        ) from None


def _values(part: _Part, told: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    """What one part says; the parts before it tell what a bare number may still be."""
    for shape, read in _SHAPES:
        if found := shape.match(part.text):
            return read(part, found, told)
    if _RUN_TOGETHER.match(part.text):
        raise _run_together(part)
    raise part.refused("unreadable", "this is no part of a reading", "Write it like 142/88 96 37.4")


def _pressure(
    part: _Part, found: re.Match[str], told: Mapping[str, Decimal]
) -> Mapping[str, Decimal]:
    return {SYSTOLIC: Decimal(found.group(1)), DIASTOLIC: Decimal(found.group(2))}


def _celsius(
    part: _Part, found: re.Match[str], told: Mapping[str, Decimal]
) -> Mapping[str, Decimal]:
    value = Decimal(".".join(found.groups()))
    if _FAHRENHEIT[0] <= value <= _FAHRENHEIT[1]:
        raise _fahrenheit(part, value)
    return {CELSIUS: value}


def _per_cent(
    part: _Part, found: re.Match[str], told: Mapping[str, Decimal]
) -> Mapping[str, Decimal]:
    return {SATURATION: Decimal(found.group(1))}


def _whole(part: _Part, found: re.Match[str], told: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    """A bare whole number: the heart rate, or after it the temperature."""
    value = Decimal(part.text)
    if RATE not in told:
        if int(value) in _COULD_BE_CELSIUS:
            mend = f"Write a temperature as {value}.0; a heart rate this low, on the large pad"
            raise part.refused("ambiguous", "a heart rate or a temperature", mend)
        return {RATE: value}
    if int(value) in _COULD_BE_CELSIUS:
        return {CELSIUS: value}
    if _FAHRENHEIT[0] <= value <= _FAHRENHEIT[1]:
        raise _fahrenheit(part, value)
    mend = f"Write a saturation as {value}%, a temperature in °C"
    raise part.refused("ambiguous", "a second whole number", mend)


_SHAPES: tuple[
    tuple[
        re.Pattern[str],
        Callable[[_Part, re.Match[str], Mapping[str, Decimal]], Mapping[str, Decimal]],
    ],
    ...,
] = (
    (_PRESSURE, _pressure),
    (_DECIMAL, _celsius),
    (_WITH_UNIT, _celsius),
    (_PER_CENT, _per_cent),
    (_WHOLE, _whole),
)
_WORDS = {
    SYSTOLIC: "systolic pressure",
    DIASTOLIC: "diastolic pressure",
    RATE: "heart rate",
    CELSIUS: "temperature",
    SATURATION: "saturation",
}


def _fahrenheit(part: _Part, value: Decimal) -> LineRefused:
    """By its range this is °F. What it would be in °C is said, and not written down by itself."""
    celsius = ((value - 32) * 5 / 9).quantize(Decimal("0.1"))
    mend = f"Measure in °C: {value} °F is {celsius} °C. A saturation is written as 98%"
    return part.refused("fahrenheit", f"{value} cannot be a temperature in °C", mend)


def _refuse_missing_slash(parts: list[_Part]) -> None:
    """Two whole numbers side by side, and no pressure with a slash: they may be one."""
    if any("/" in part.text for part in parts):
        return
    for first, second in pairwise(parts):
        if _WHOLE.match(first.text) and _WHOLE.match(second.text):
            mend = f"Write a pressure as {first.text}/{second.text}, a temperature as 37.0"
            raise second.refused("slash-missing", "two whole numbers without a slash", mend)


def _run_together(part: _Part) -> LineRefused:
    half = 3 if len(part.text) > 4 else 2
    mend = f"Write the pressure with a slash, like {part.text[:half]}/{part.text[half:]}"
    return part.refused("slash-missing", "a number that is too long", mend)


def _refuse_swapped(told: Mapping[str, Decimal], places: Mapping[str, _Part]) -> None:
    if SYSTOLIC in told and told[SYSTOLIC] <= told[DIASTOLIC]:
        high, low = told[DIASTOLIC], told[SYSTOLIC]
        problem = f"the upper pressure {low} is not above the lower {high}"
        mend = f"Write the higher first: {high}/{low}" if high != low else "Measure again"
        raise places[SYSTOLIC].refused("swapped", problem, mend)
