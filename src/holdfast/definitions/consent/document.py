"""A consent document: what it holds, in every language, as its files say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from holdfast.definitions.evidence import Figure
from holdfast.domain.protocol import ProtocolVersion

ONLY = ("trial", "treatment", "chance")
TABLES = ("visits", "doses", "risks")
LOCAL = ("people", "injury", "costs", "contact", "committee")  # words that each site writes
RISK_GROUPS = ("counted", "seen-more", "not-counted")


@dataclass(frozen=True)
class Element:
    """One element of informed consent, with the paragraphs that ask for it."""

    code: str
    cites: tuple[str, ...]
    wording: str
    only: str = ""


@dataclass(frozen=True)
class Section:
    """One section: whom it is for, which elements it fulfils, what a site adds to it."""

    code: str
    elements: tuple[str, ...]
    only: str = ""
    table: str = ""
    local: tuple[str, ...] = ()


@dataclass(frozen=True)
class Risk:
    """One risk; its figures are MDMA and, where there was one, the control beside it."""

    code: str
    group: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Question:
    """One question of the comprehension check."""

    code: str
    answers: tuple[str, ...]
    right: str
    section: str
    only: str = ""


@dataclass(frozen=True)
class Item:
    """Something that may happen under the drug, and what of it may be agreed to."""

    code: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """A document in one language. ``parts`` holds every other text by table and key."""

    language: str
    title: str
    intro: str
    titles: Mapping[str, str]
    paragraphs: Mapping[str, tuple[str, ...]]
    parts: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Grades:
    """How hard the English text is to read, by section, and what measured it."""

    library: str
    measure: str
    by_section: Mapping[str, Decimal]


@dataclass(frozen=True)
class ConsentDocument:
    """A released version of a consent document. ``sha256`` covers its texts and the figures it cites."""

    code: str
    version: int
    protocols: tuple[str, ...]
    treatments: tuple[str, ...]
    sections: tuple[Section, ...]
    risks: tuple[Risk, ...]
    questions: tuple[Question, ...]
    items: tuple[Item, ...]
    words: Mapping[str, Words]
    cited: Mapping[str, Figure]
    grades: Grades
    sha256: str

    def is_for(self, only: str, protocol: ProtocolVersion) -> bool:
        """Whether a part belongs to what is read under a protocol."""
        if only == "chance":
            return groups(protocol) > 1
        is_treatment = protocol.name in self.treatments
        return not only or is_treatment == (only == "treatment")

    def sections_for(self, protocol: ProtocolVersion) -> Sequence[Section]:
        """What somebody reads under a protocol."""
        return [s for s in self.sections if self.is_for(s.only, protocol)]

    def questions_for(self, protocol: ProtocolVersion) -> Sequence[Question]:
        """What somebody is asked under a protocol."""
        return [q for q in self.questions if self.is_for(q.only, protocol)]

    def local_for(self, protocol: ProtocolVersion) -> Sequence[str]:
        """What a site must write before the document can be read there."""
        return [code for section in self.sections_for(protocol) for code in section.local]

    def item(self, code: str) -> Item | None:
        """The item of that code, if there is one."""
        return next((item for item in self.items if item.code == code), None)

    def question(self, code: str) -> Question | None:
        """The question of that code, if there is one."""
        return next((q for q in self.questions if q.code == code), None)


def groups(protocol: ProtocolVersion) -> int:
    """Into how many groups chance puts people; 0 where there are none."""
    return len(protocol.schedule.arms) if protocol.schedule else 0
