"""A person's own copy of their record as it is laid out on paper: titles and lines of words."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _


def own_copy_on_paper(told: dict[str, Any], made_at: datetime) -> dict[str, Any]:
    """The content of ``paper/copy.typ`` from the content of ``record.json``."""
    return {
        "title": _("Your record"),
        "language": "en",
        "number": told["number"],
        "under": f"{told['site']} \u00b7 {told['protocol']} \u00b7 {made_at:%Y-%m-%d %H:%M} UTC",
        "nothing": _("Nothing is kept here."),
        "sections": [
            _section(_("Who you are"), _identity(told["identity"])),
            _section(_("What was answered"), [_answer(row) for row in told["answers"]]),
            _section(_("Medications"), [row["name"] for row in told["medications"]]),
            _section(
                _("Conditions, procedures and allergies"), [row["name"] for row in told["history"]]
            ),
            _section(_("Verdicts as they were shown"), parts=_verdicts(told["verdicts"])),
            _section(_("What was written in the room"), [_room(row) for row in told["room"]]),
            *(_section(part["title"], parts=part["entries"]) for part in told["clinical"]),
            _section(_("Scans and letters, as files beside this one"), told["papers"]),
        ],
    }


def _section(
    title: str, lines: list[str] | None = None, parts: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    return {"title": title, "lines": lines or [], "parts": parts or []}


def _identity(who: dict[str, Any]) -> list[str]:
    name = " ".join(filter(None, (who["given"], who["family"])))
    known = [name, who["born_on"] or "", *who["contact"]]
    return [line for line in known if line] + [" ".join(pair) for pair in who["identifiers"]]


def _answer(row: dict[str, Any]) -> str:
    answer = row["answer"]
    value = answer["value"]
    if isinstance(value, bool):
        value = _("yes") if value else _("no")
    told = " ".join(str(part) for part in (value, answer["unit"] or "") if part != "")
    day = f" ({answer['observed_on']})" if answer["observed_on"] else ""
    return f"{row['asked']} {told}{day}"


def _verdicts(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "title": f"{row['shown_at'][:10]}: {row['verdict']['verdict']}",
            "lines": [finding["sentence"] for finding in row["verdict"]["findings"]],
        }
        for row in rows
    ]


def _room(row: dict[str, Any]) -> str:
    return f"{row['written_at'][:16].replace('T', ' ')} {row['kind']}: {row['words'] or ''}"
