"""The topics by which questions are shown together. They order a page; no rule reads them."""

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
    refuse_duplicates,
)
from holdfast.definitions.questions import LANGUAGES
from holdfast.definitions.questions import load as load_questions

FORMAT = 1
FILE = FOLDER / "questions" / "topics.toml"


@dataclass(frozen=True)
class Topic:
    """One topic: its words by language (English is always there), and its questions in order."""

    code: str
    words: Mapping[str, str]
    questions: tuple[str, ...]

    def title(self, language: str) -> str:
        """What the topic is called."""
        return self.words.get(language, self.words["en"])


@cache
def load() -> tuple[Topic, ...]:
    """The topics that ship with this release."""
    return read(FILE)


def read(path: Path) -> tuple[Topic, ...]:
    """Topics from a file, in its order.

    Raises
    ------
    DefinitionRefused
        With every problem of the file: a question that no catalogue has, one that stands in two
        topics, and one that stands in none.
    """
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    tables = root.tables("topic", required=True)
    topics = tuple(_topic(table) for table in tables)
    refuse_duplicates(zip(tables, (topic.code for topic in topics), strict=True), "topic")
    _refuse_misplaced(root, tables, topics)
    root.finish()
    document.finish()
    return topics


@cache
def topic_by_question() -> Mapping[str, Topic]:
    """The topic of each question of the catalogue."""
    return MappingProxyType({code: topic for topic in load() for code in topic.questions})


def _topic(table: Table) -> Topic:
    words = {"en": table.text("en")}
    words |= {key: table.text(key) for key in LANGUAGES[1:] if key in table}
    topic = Topic(
        code=table.code("code"),
        words=MappingProxyType(words),
        questions=table.texts("questions", required=True),
    )
    table.finish()
    return topic


def _refuse_misplaced(root: Table, tables: list[Table], topics: tuple[Topic, ...]) -> None:
    known = load_questions().questions
    placed: dict[str, str] = {}
    for table, topic in zip(tables, topics, strict=True):
        for code in topic.questions:
            if code not in known:
                table.problem("questions", f"there is no question {code!r}", nearest(code, known))
            elif code in placed:
                mend = f"Leave it in {placed[code]!r}"
                table.problem("questions", f"question {code!r} stands in two topics", mend)
            placed[code] = topic.code
    for code in known:
        if code not in placed:
            root.problem(None, f"question {code!r} has no topic", "Put it into one")
