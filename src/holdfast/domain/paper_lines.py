"""Reads lines of a session as they stand on paper, typed fast: a time, and what was written beside it.

``10:32 142/88 96 37.4`` is a reading; ``10:40 drank 200``, ``10:45 nausea moderate``, ``11:00 distress 4``,
``11:05 given initial 80``, ``11:10 note ...`` are what they say. What cannot be read is refused with its line, and
nothing is guessed. Pure: the day, the zone and the kinds of entries are arguments.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from holdfast.domain.reading_line import LineRefused, read_line
from holdfast.domain.session_entries import EntryKind, EntryRefused, FieldValue, read_fields

MOST_LINES = 60  # of one page that is typed in at once
_TIME = re.compile(r"([01]?\d|2[0-3])[:.h]([0-5]\d)\s+(\S.*)\Z")
_WHOLE = re.compile(r"\d{1,4}\Z")
_NUMBER = re.compile(r"\d{1,4}(?:[.,]\d)?\Z")


@dataclass(frozen=True)
class PaperLine:
    """One line as it was read: what kind of entry, when it was true, and its words."""

    kind: str
    at: datetime
    fields: Mapping[str, FieldValue]
    words: str = field(default="", repr=False)


@dataclass(frozen=True)
class LineProblem:
    """Why a line was not read. ``number`` counts from 1."""

    number: int
    code: str


class _Unread(ValueError):
    """The reason, as a code."""


def read_lines(
    text: str, kinds: Mapping[str, EntryKind], on: date, zone: tzinfo, began_at: datetime
) -> tuple[tuple[PaperLine, ...], tuple[LineProblem, ...]]:
    """Every line that can be read, and every one that cannot, with why.

    Parameters
    ----------
    on
        The day on which the page begins, by the site's own calendar. A time that is more than half
        a day before the one on the line above it, or before the session, is of the next day.
    began_at
        When the session began: nothing of it was before.
    """
    found: list[PaperLine] = []
    problems: list[LineProblem] = []
    written = [(n, one.strip()) for n, one in enumerate(text.splitlines(), 1) if one.strip()]
    if len(written) > MOST_LINES:
        return (), (LineProblem(written[MOST_LINES][0], "too-many-lines"),)
    last: datetime | None = None
    for number, line in written:
        try:
            last, rest = _when(line, on, zone, last, began_at)
            kind, fields, words = _what(rest, kinds)
            if last < began_at:
                raise _Unread("before-the-session")
            found.append(PaperLine(kind, last, fields, words))
        except _Unread as unread:
            problems.append(LineProblem(number, str(unread)))
    return tuple(found), tuple(problems)


def _when(
    line: str, on: date, zone: tzinfo, last: datetime | None, began_at: datetime
) -> tuple[datetime, str]:
    """When a line was true; what follows another and would be long before it is of the next day."""
    told = _TIME.match(line)
    if told is None:
        raise _Unread("no-time")
    clock = time(int(told[1]), int(told[2]))
    day = last.date() if last is not None else on
    at = datetime.combine(day, clock, zone)
    if last is not None and (last - at > timedelta(hours=12) or at < began_at <= last):
        at = datetime.combine(day + timedelta(days=1), clock, zone)
    return at, told[3]


Told = tuple[str, Mapping[str, FieldValue], str]


def _what(rest: str, kinds: Mapping[str, EntryKind]) -> Told:
    """What a line says after its time; its first word says of which kind it is."""
    first, _, more = rest.partition(" ")
    word, more = first.casefold().rstrip(":"), more.strip()
    if word == "note":
        if not more:
            raise _Unread("nothing-written")
        return "note", {}, more
    if rest[0].isdigit():
        try:
            return "reading", {**read_line(rest, kinds["reading"]), "how": "paper"}, ""
        except LineRefused as refused:
            raise _Unread(f"reading-{refused.code}") from None
    reader = _WORDS.get(word)
    if reader is not None:
        kind, told = reader(more.split())
        return kind, _fields(kinds[kind], told), ""
    return "event", _fields(kinds["event"], _event(rest.split(), kinds["event"])), ""


def _fields(kind: EntryKind, told: Mapping[str, Any]) -> Mapping[str, FieldValue]:
    try:
        return read_fields(dict(told), kind, "line")
    except EntryRefused:
        raise _Unread("does-not-fit") from None


def _event(parts: Sequence[str], kind: EntryKind) -> Mapping[str, Any]:
    """A term of the list, of one or more words, and how strong it was."""
    severities = kind.fields["severity"].choices
    words = [one.casefold() for one in parts]
    told = {"severity": words.pop()} if len(words) > 1 and words[-1] in severities else {}
    term = "-".join(words)
    if term not in kind.fields["term"].choices:
        raise _Unread("not-read")
    return {"term": term, **told}


def _count(parts: Sequence[str], form: re.Pattern[str] = _WHOLE) -> Decimal:
    if len(parts) != 1 or not form.match(parts[0]):
        raise _Unread("number-missing")
    return Decimal(parts[0].replace(",", "."))


def _drank(parts: Sequence[str]) -> tuple[str, Mapping[str, Any]]:
    what = {"what": parts[0].casefold()} if parts and not parts[0][0].isdigit() else {}
    return "fluid-taken", {"volume_ml": _count(parts[len(what) :]), **what}


def _dose(parts: Sequence[str]) -> tuple[str, Mapping[str, Any]]:
    """``given initial 80`` or ``given supplemental 40``: what was given, whatever permitted it."""
    if not parts:
        raise _Unread("which-dose")
    mg = _count(parts[1:], _NUMBER)
    return "dose-given", {"dose": parts[0].casefold(), "nominal_mg": mg, "how": "paper"}


def _coded(kind: str, name: str) -> Callable[[Sequence[str]], tuple[str, Mapping[str, Any]]]:
    return lambda parts: (kind, {name: "-".join(parts).casefold()})


def _medicine(kind: str) -> Callable[[Sequence[str]], tuple[str, Mapping[str, Any]]]:
    def read(parts: Sequence[str]) -> tuple[str, Mapping[str, Any]]:
        if not parts:
            raise _Unread("nothing-written")
        amount = {"amount": _count(parts[1:], _NUMBER)} if len(parts) > 1 else {}
        return kind, {"medicine": parts[0].casefold(), **amount}

    return read


_WORDS: Mapping[str, Callable[[Sequence[str]], tuple[str, Mapping[str, Any]]]] = {
    "drank": _drank,
    "given": _dose,
    "distress": lambda parts: ("distress", {"score": _count(parts)}),
    "oriented": lambda parts: ("orientation", {"correct": _count(parts)}),
    "called": _coded("help-called", "whom"),
    "look": _coded("night-check", "state"),
    "exit": _coded("exit", "exit"),
    "rescue": _medicine("rescue-given"),
    "medicine": _medicine("medicine-taken"),
}
EXAMPLES = (
    "10:32 142/88 96 37.4",
    "10:40 drank water 200",
    "10:45 nausea moderate",
    "11:00 distress 4",
    "11:05 oriented 4",
    "11:10 given initial 80",
    "11:20 rescue labetalol 20",
    "11:25 called physician",
    "02:00 look asleep",
    "11:30 note ...",
)
