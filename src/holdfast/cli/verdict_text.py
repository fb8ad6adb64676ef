"""A verdict as three lists to be read in a terminal."""

import textwrap
from collections.abc import Iterator
from typing import Any

WIDTH = 88
_LISTS = (
    ("failed", "What stops"),
    ("unknown", "What must still be asked"),
    ("passed", "What is met"),
)


def as_text(name: str, document: dict[str, Any]) -> str:
    """The verdict document of one bundle, in lines of a terminal's width."""
    return "\n".join(_lines(name, document)) + "\n"


def _lines(name: str, document: dict[str, Any]) -> Iterator[str]:
    protocol, patient = document["protocol"], document["patient"]
    yield "=" * WIDTH
    yield f"{name}"
    yield (
        f"{document['verdict'].upper()} for {protocol['name']} {protocol['version']}"
        f" on {document['as_of']}"
    )
    yield _person(patient)
    for outcome, title in _LISTS:
        found = [each for each in document["findings"] if each["outcome"] == outcome]
        yield ""
        yield f"{title} ({len(found)})"
        for finding in found:
            yield from _finding(finding)
    yield from _medicines(document["medications"])
    yield from _import(document.get("import"))
    yield ""


def _person(patient: dict[str, Any]) -> str:
    age = "age not known" if patient["age_years"] is None else f"{patient['age_years']} years"
    words = [age, patient["sex"] or "sex assigned at birth not known"]
    if patient["deceased"]:
        words.append("HAS DIED")
    return ", ".join(words)


def _finding(finding: dict[str, Any]) -> Iterator[str]:
    yield from _wrapped(finding["reason"], "  - ")
    question = finding["question"]
    if question is not None and finding["outcome"] == "unknown":
        by = ", ".join(question["answered_by"])
        yield from _wrapped(f"Ask ({by}): {question['sentence']}", "    > ")
    reference = f"{finding['reference']['title']} ({finding['standing']})"
    yield from _wrapped(f"{finding['code']}; {reference}", "      ")


def _medicines(medications: list[dict[str, Any]]) -> Iterator[str]:
    yield ""
    yield f"Medicines ({len(medications)})"
    for medicine in medications:
        yield from _wrapped(medicine["reason"], "  - ")
        if medicine["earliest_dosing_on"]:
            yield f"      earliest dosing {medicine['earliest_dosing_on']}"


def _import(report: dict[str, Any] | None) -> Iterator[str]:
    if report is None:
        return
    for key, title in (("left_out", "Left out of the bundle"), ("notes", "Worth a second look")):
        if report[key]:
            yield ""
            yield f"{title} ({len(report[key])})"
            for remark in report[key]:
                yield from _wrapped(f"{remark['place']}: {remark['reason']}", "  - ")


def _wrapped(text: str, lead: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_long_words=False,
        break_on_hyphens=False,
    )
