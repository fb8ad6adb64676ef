"""What a letter says, from its template: the fields filled in, the day as its language has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from django.utils.formats import date_format
from django.utils.translation import override

from holdfast.definitions.letters import LetterTemplate, filled


@dataclass(frozen=True)
class LetterDetails:
    """What somebody adds to a template. ``person`` is who it is about, ``name`` who reads it."""

    person: str
    site: str
    name: str
    signed: str
    day: date
    address: Sequence[str] = ()
    detail: str = ""


def letter_content(template: LetterTemplate, details: LetterDetails) -> dict[str, Any]:
    """The words of a letter for ``letter_pdf``; its random number stands nowhere else."""
    values = {"person": details.person, "site": details.site, "name": details.name}
    return {
        "title": filled(template.subject, values),
        "language": template.language,
        "site": details.site,
        "day": day_of_letter(details.day, template.language),
        "address": [line.strip() for line in details.address if line.strip()],
        "greeting": filled(template.greeting, values),
        "paragraphs": [
            *(filled(text, values) for text in template.paragraphs),
            *filter(None, details.detail.splitlines()),
        ],
        "closing": template.closing,
        "signed": details.signed,
        "salt": uuid4().hex,
    }


def day_of_letter(day: date, language: str) -> str:
    """A day as letters of that language have it."""
    with override(language):
        return date_format(day, "j F Y" if language == "en" else "DATE_FORMAT")
