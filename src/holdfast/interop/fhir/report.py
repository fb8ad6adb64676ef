"""What an import read, what it left out and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class LeftOutReason(StrEnum):
    """Why a resource, or a part of one, gave no answer."""

    REFUTED = "refuted"
    ENTERED_IN_ERROR = "entered-in-error"
    UNCONFIRMED = "unconfirmed"
    NOT_YET = "not-yet"
    CANCELLED = "cancelled"
    NOT_TAKEN = "not-taken"
    NOT_DONE = "not-done"
    NOT_FINISHED = "not-finished"
    NOT_AN_ORDER = "not-an-order"
    NOT_THIS_PERSON = "not-this-person"
    NOTHING_SAID = "nothing-said"
    NO_VALUE = "no-value"
    NOT_EXACT = "not-exact"
    OUT_OF_RANGE = "out-of-range"
    NOT_A_RESULT = "not-a-result"
    DELETED = "deleted"


class NoteReason(StrEnum):
    """What was read, but deserves a second look."""

    PRELIMINARY = "preliminary"
    CONTRADICTORY = "contradictory"
    PARTIAL_BIRTH_DATE = "partial-birth-date"
    SEX_NOT_RECORDED = "sex-not-recorded"


SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        LeftOutReason.REFUTED: "The record says that this was refuted.",
        LeftOutReason.ENTERED_IN_ERROR: "The record says that this was entered in error.",
        LeftOutReason.NOT_YET: "This is a draft or an intention, not something that happened.",
        LeftOutReason.CANCELLED: "This was withdrawn before anything was taken.",
        LeftOutReason.NOT_TAKEN: "The record says that this is not taken, or must not be.",
        LeftOutReason.NOT_DONE: "This was not done, or not completed.",
        LeftOutReason.NOT_FINISHED: "This result was registered, cancelled or has no known state.",
        LeftOutReason.NOT_AN_ORDER: "This is a proposal or a plan: it does not say it is taken.",
        LeftOutReason.NOT_THIS_PERSON: "This is not about the person referred, or does not say so.",
        LeftOutReason.NOTHING_SAID: "It has neither words nor a code.",
        LeftOutReason.NO_VALUE: "It has no value.",
        LeftOutReason.NOT_EXACT: "It is less or more than a number, not a number.",
        LeftOutReason.OUT_OF_RANGE: "The value is outside what an adult's can be.",
        LeftOutReason.NOT_A_RESULT: "Its result is none of those that answer, or says two of them.",
        LeftOutReason.DELETED: "The bundle deletes this, or only asks for it.",
        NoteReason.PRELIMINARY: "This result is preliminary.",
        LeftOutReason.UNCONFIRMED: "This is unconfirmed, provisional or one of several possibilities.",
        NoteReason.CONTRADICTORY: "The record contradicts itself here: it is both over and not.",
        NoteReason.PARTIAL_BIRTH_DATE: "Only the year or the month of birth is recorded.",
        NoteReason.SEX_NOT_RECORDED: "The sex assigned at birth is not recorded, or contradicted.",
    }
)
"""One English sentence for each reason."""


@dataclass(frozen=True, order=True)
class Remark:
    """One thing left out or worth a look, by its place (``Condition/<id>``)."""

    place: str
    reason: str

    @property
    def sentence(self) -> str:
        """The reason in words."""
        return SENTENCES[self.reason]


@dataclass(frozen=True)
class ImportReport:
    """Counts per resource type and every remark, in an order that the entries do not change."""

    read: Mapping[str, int]
    not_read: Mapping[str, int]  # types that carry no answer to our questions
    left_out: tuple[Remark, ...]
    notes: tuple[Remark, ...]


@dataclass
class Tally:
    """Gathers the report while the entries are read."""

    read: Counter[str] = field(default_factory=Counter)
    not_read: Counter[str] = field(default_factory=Counter)
    left_out: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)

    def leave_out(self, place: str, reason: LeftOutReason) -> None:
        """Say that something gave no answer, and why."""
        self.left_out.append(Remark(place, reason))

    def note(self, place: str, reason: NoteReason) -> None:
        """Say that something was read but deserves a second look."""
        self.notes.append(Remark(place, reason))

    def report(self) -> ImportReport:
        """The finished report."""
        return ImportReport(
            read=MappingProxyType(dict(sorted(self.read.items()))),
            not_read=MappingProxyType(dict(sorted(self.not_read.items()))),
            left_out=tuple(sorted(self.left_out)),
            notes=tuple(sorted(self.notes)),
        )
