"""The texts of a consent document in one language, and what they may name."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from holdfast.definitions.consent.document import Words
from holdfast.definitions.evidence import Figure
from holdfast.definitions.loading import DefinitionRefused, Document, Problem, Table

FIGURE = re.compile(r"\{([a-z0-9-]+)\.(count|of|percent)\}")
_FIELD = re.compile(r"\{([a-z0-9-]+)\}")
_FIELDS = {
    "chance": {"groups"},
    "dose": {"initial"},
    "dose-and-more": {"initial", "supplement"},
    "of-hundred": {"percent"},
    "of-people": {"count", "of"},
    "beside": {"other"},
    "step": {"number", "total"},
    "talk-held": {"name", "day"},
    "wait": {"moment"},
    "signed": {"day"},
    "both-signed": {"day"},
    "withdrawn": {"day"},
}


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Words of the tables that a document draws, and of the pages on which it is read and signed.
TABLE_WORDS = _listed(
    "visits part preparation dosing integration assessment call follow-up doses dose dose-and-more "
    "no-dose to counted seen-more not-counted of-hundred of-people beside unchecked checked sources "
    "standing-verified standing-derived standing-signed"
)
PAGE_WORDS = _listed(
    "your-consent read go-on back step all none-given ask questions-head questions-why answer right "
    "wrong questions-done talk talk-held talk-missing wait sign-head sign-words sign not-now signed "
    "both-signed clinician-missing impaired items-head items-why keep allow-nothing kept stop-word "
    "stop-word-why undecided withdraw-head withdraw-why withdraw-else withdraw-sure withdraw "
    "withdrawn new-version shown-in"
)


def read_words(path: Path, language: str, parts: Mapping[str, Any]) -> tuple[Words, str]:
    """A language file, and its hash.

    Raises
    ------
    DefinitionRefused
        With every text that is missing, or is for nothing.
    """
    document = Document(path)
    root = document.root
    title, intro = root.text("title"), root.text("intro")
    found: dict[str, Mapping[str, str]] = {"own": {"language": root.text("language")}}
    titles, paragraphs = _sections(root, [s.code for s in parts["sections"]])
    found["table"] = _texts(root, "table", TABLE_WORDS)
    found["page"] = _texts(root, "page", PAGE_WORDS)
    found["risk"] = _texts(root, "risk", [r.code for r in parts["risks"]])
    found["question"] = _texts(root, "question", [q.code for q in parts["questions"]])
    answers, items = root.table("answer", required=True), root.table("item", required=True)
    for question in parts["questions"]:
        if answers is not None:
            found[f"answer.{question.code}"] = _texts(answers, question.code, question.answers)
    for item in parts["items"]:
        if items is not None:
            wanted = ("title", "hint", *item.choices)
            found[f"item.{item.code}"] = _texts(items, item.code, wanted)
    for table in (answers, items):
        if table is not None:
            table.finish()
    root.finish()
    document.finish()
    words = Words(language, title, intro, titles, paragraphs, MappingProxyType(found))
    return words, document.sha256


def _sections(
    root: Table, codes: Iterable[str]
) -> tuple[Mapping[str, str], Mapping[str, tuple[str, ...]]]:
    outer = root.table("section", required=True)
    titles, paragraphs = {}, {}
    if outer is not None:
        for code in codes:
            table = outer.table(code, required=True)
            if table is not None:
                titles[code] = table.text("title")
                paragraphs[code] = table.texts("paragraphs", required=True)
                table.finish()
        outer.finish()
    return MappingProxyType(titles), MappingProxyType(paragraphs)


def _texts(outer: Table, key: str, wanted: Iterable[str]) -> Mapping[str, str]:
    table = outer.table(key, required=True)
    if table is None:
        return {}
    found = {code: table.text(code) for code in wanted}
    table.finish()
    return MappingProxyType(found)


def check_words(
    folder: Path, said: Mapping[str, tuple[Words, str]], figures: Mapping[str, Figure]
) -> dict[str, Figure]:
    """The figures that the texts cite; ``DefinitionRefused`` for one that nobody may be told.

    A number in a text comes from the evidence or from nowhere: a digit that stands there by itself
    is refused, and so is a figure that was not checked, or whose paper was retracted.
    """
    problems: list[Problem] = []
    cited: dict[str, Figure] = {}
    for language, (words, _) in said.items():
        for where, text in _every_text(words):
            for told in _wrong(where, text, figures):
                mend = "Cite a checked figure of the evidence, or leave it out"
                problems.append(Problem(str(folder / f"{language}.toml"), 1, told, mend))
            named = [code for code, _ in FIGURE.findall(text)]
            cited |= {code: figures[code] for code in named if code in figures}
    if problems:
        raise DefinitionRefused(problems)
    return cited


def _every_text(words: Words) -> Iterable[tuple[str, str]]:
    yield "intro", words.intro
    for code, paragraphs in words.paragraphs.items():
        for text in paragraphs:
            yield code, text
    for texts in words.parts.values():
        yield from texts.items()


def _wrong(where: str, text: str, figures: Mapping[str, Figure]) -> Iterable[str]:
    for code, part in FIGURE.findall(text):
        figure = figures.get(code)
        if figure is None or part not in figure.parts():
            yield f"{where}: there is no figure {code}.{part}"
        elif figure.study.is_retracted or not figure.standing.runs_live:
            yield f"{where}: figure {code!r} is {figure.standing} and may not be told as a number"
    left = FIGURE.sub("", text)
    for name in _FIELD.findall(left):
        if name not in _FIELDS.get(where, ()):
            yield f"{where}: {{{name}}} means nothing here"
    if re.search(r"\d", _FIELD.sub("", left).replace("MAPP1", "").replace("MAPP2", "")):
        yield f"{where}: a number stands in the text"
