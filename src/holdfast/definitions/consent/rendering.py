"""A consent document as one person reads it: for a protocol, in a language, with the site's words.

What comes out is what is shown, signed and printed: plain text in order, and nothing else.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from holdfast.definitions.consent.document import (
    RISK_GROUPS,
    ConsentDocument,
    Risk,
    Section,
    Words,
    groups,
)
from holdfast.definitions.consent.words import FIGURE
from holdfast.definitions.evidence import Figure
from holdfast.domain.findings import Standing
from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.schedule import Schedule, VisitKind

SCHEMA = 1
_FIELD = re.compile(r"\{(\w+)\}")


def shown(
    document: ConsentDocument,
    protocol: ProtocolVersion,
    language: str,
    local: Mapping[str, str],
    signed_figures: Iterable[str] = (),
) -> dict[str, Any]:
    """The whole document for one protocol.

    Parameters
    ----------
    local
        What the site itself says, by code; nothing is shown for one that it does not say.
    signed_figures
        The figures that a physician of the site checked against the paper.
    """
    words, signed = document.words[language], frozenset(signed_figures)
    return {
        "schema": SCHEMA,
        "document": document.code,
        "version": document.version,
        "document_sha256": document.sha256,
        "protocol": protocol.name,
        "protocol_version": protocol.version,
        "protocol_title": protocol.title,
        "language": language,
        "title": words.title,
        "intro": words.intro,
        "sections": [
            _section(document, protocol, words, section, local, signed)
            for section in document.sections_for(protocol)
        ],
    }


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with its fields; what stands in a field is never read as a template."""
    return _FIELD.sub(lambda found: values[found.group(1)], text)


def _section(
    document: ConsentDocument,
    protocol: ProtocolVersion,
    words: Words,
    section: Section,
    local: Mapping[str, str],
    signed: frozenset[str],
) -> dict[str, Any]:
    texts = words.paragraphs[section.code]
    cited = [document.cited[code] for text in texts for code, _ in FIGURE.findall(text)]
    tables = []
    if section.table == "risks":
        tables = _risks(document, words, signed)
        cited += [f for r in document.risks for f in r.figures if _may_tell(f, signed)]
    elif section.table and protocol.schedule is not None:
        draw = _visits if section.table == "visits" else _doses
        tables = draw(protocol.schedule, words.parts["table"])
    counted = {"groups": str(groups(protocol))}
    return {
        "code": section.code,
        "title": words.titles[section.code],
        "paragraphs": [fill(_with_figures(text, document.cited), counted) for text in texts],
        "local": [local[code] for code in section.local if local.get(code)],
        "tables": tables,
        "sources": _sources(cited, words.parts["table"], signed),
    }


def _with_figures(text: str, figures: Mapping[str, Figure]) -> str:
    return FIGURE.sub(lambda found: figures[found.group(1)].parts()[found.group(2)], text)


def _may_tell(figure: Figure, signed: frozenset[str]) -> bool:
    return figure.standing.runs_live or figure.code in signed


def _sources(
    cited: Iterable[Figure], table: Mapping[str, str], signed: frozenset[str]
) -> list[dict[str, str]]:
    """Each study once for each standing, in the order in which they are cited."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for figure in cited:
        standing = Standing.SIGNED if figure.code in signed else figure.standing
        reference = figure.study.reference
        found.setdefault(
            (figure.study.code, standing),
            {
                "study": reference.title,
                "href": reference.href,
                "standing": table[f"standing-{standing.value}"],
            },
        )
    return list(found.values())


def _risks(document: ConsentDocument, words: Words, signed: frozenset[str]) -> list[dict[str, Any]]:
    """One table for each group; within it the most frequent first, as far as it may be told."""
    tables = []
    for group in RISK_GROUPS:
        risks = [risk for risk in document.risks if risk.group == group]
        risks.sort(key=lambda risk: _rank(risk, signed), reverse=True)
        rows = [[words.parts["risk"][r.code], _often(r, words, signed)] for r in risks]
        tables.append({"title": words.parts["table"][group], "rows": rows})
    return tables


def _rank(risk: Risk, signed: frozenset[str]) -> Decimal:
    told = [figure.percent for figure in risk.figures[:1] if _may_tell(figure, signed)]
    return told[0] if told else Decimal(-1)


def _often(risk: Risk, words: Words, signed: frozenset[str]) -> str:
    table = words.parts["table"]
    if not risk.figures:
        return ""
    if not all(_may_tell(figure, signed) for figure in risk.figures):
        return table["unchecked"]
    said = [_counted(figure, table) for figure in risk.figures]
    whole = [said[0], *(fill(table["beside"], {"other": other}) for other in said[1:])]
    if any(figure.code in signed for figure in risk.figures):
        whole.append(table["checked"])
    return "; ".join(whole)


def _counted(figure: Figure, table: Mapping[str, str]) -> str:
    return fill(table["of-people" if figure.count is not None else "of-hundred"], figure.parts())


def _visits(schedule: Schedule, table: Mapping[str, str]) -> list[dict[str, Any]]:
    """How many visits of each kind, for each part of the course."""
    stages = [stage.code for stage in schedule.stages] or [""]
    several = len(stages) > 1
    return [
        {
            "title": f"{table['visits']} · {table['part']} {number}"
            if several
            else table["visits"],
            "rows": [
                [table[kind.value], said]
                for kind in VisitKind
                if (said := _how_many(schedule, stage, kind, table["to"]))
            ],
        }
        for number, stage in enumerate(stages, start=1)
    ]


def _how_many(schedule: Schedule, stage: str, kind: VisitKind, to: str) -> str:
    """A count, or from the fewest to the most where the groups differ; empty for none."""
    arms = [arm.code for arm in schedule.arms] or [""]
    counts = {sum(v.kind is kind for v in schedule.of(stage, arm)) for arm in arms}
    least, most = min(counts), max(counts)
    if most == 0:
        return ""
    return str(most) if least == most else f"{least} {to} {most}"


def _doses(schedule: Schedule, table: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every dose that the plan knows, the largest last; never who gets which."""
    pairs = {(c.initial_mg, c.supplemental_mg) for m in schedule.doses.values() for c in m.choices}
    rows = [[_dose(*pair, table)] for pair in sorted(pairs, key=lambda p: (p[0], p[1] or 0))]
    return [{"title": table["doses"], "rows": rows}] if rows else []


def _dose(initial: Decimal, supplement: Decimal | None, table: Mapping[str, str]) -> str:
    if not initial:
        return table["no-dose"]
    values = {"initial": format(initial.normalize(), "f")}
    if not supplement:
        return fill(table["dose"], values)
    return fill(
        table["dose-and-more"], values | {"supplement": format(supplement.normalize(), "f")}
    )
