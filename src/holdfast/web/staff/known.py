"""What is recorded of a person, as lines of words beside the finding it bears on."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from holdfast.domain.answers import Answer, HistoryEntry, MedicationEntry
from holdfast.records.histories import EnrollmentPast, answers_of, history_of, medications_of
from holdfast.web.admitted import Admitted
from holdfast.web.staff.words import SOURCE_KINDS, choice_word, unit_words


def value_words(answer: Answer) -> str:
    """An answer's value as people write it."""
    value = answer.value
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        number = f"{value:f}"
        return f"{number} {unit_words(answer.unit)}" if answer.unit else number
    return day_words(value) if isinstance(value, date) else choice_word(value)


def day_words(day: date) -> str:
    """A day in the reader's language."""
    return date_format(day, "j F Y")


def source_words(answer: Answer | MedicationEntry | HistoryEntry, observed_on: date | None) -> str:
    """Where something came from, and the day on which it was true."""
    words = str(SOURCE_KINDS[answer.source.kind.value])
    return f"{words}, {day_words(observed_on)}" if observed_on else words


def answers_by_question(
    request: Admitted, past: EnrollmentPast
) -> Mapping[str, list[dict[str, str]]]:
    """Each recorded answer by its question, with the address where it is corrected."""
    found: dict[str, list[dict[str, str]]] = {}
    for row, answer in zip(past.answers, answers_of(past), strict=True):
        line = {
            "words": f"{value_words(answer)} ({source_words(answer, answer.observed_on)})",
            "correct_href": _correct_href(request, past, "answer", row.id),
        }
        found.setdefault(answer.question, []).append(line)
    return found


def medications_with_address(
    request: Admitted, past: EnrollmentPast
) -> list[tuple[MedicationEntry, str]]:
    """Each recorded medicine with the address where it is corrected."""
    pairs = zip(past.medications, medications_of(past), strict=True)
    return [(entry, _correct_href(request, past, "medication", row.id)) for row, entry in pairs]


def history_rows(request: Admitted, past: EnrollmentPast) -> list[dict[str, Any]]:
    """Each condition, procedure or allergy as it was recorded."""
    kinds = {"condition": _("condition"), "procedure": _("procedure"), "allergy": _("allergy")}
    active = {True: _("present"), False: _("past"), None: ""}
    rows = []
    for row, entry in zip(past.history, history_of(past), strict=True):
        parts = [kinds.get(entry.kind, entry.kind), active[entry.is_active]]
        parts.append(
            _("since %(day)s") % {"day": day_words(entry.onset_on)} if entry.onset_on else ""
        )
        parts.append(str(SOURCE_KINDS[entry.source.kind.value]))
        rows.append(
            {
                "name": entry.name,
                "words": ", ".join(part for part in parts if part),
                "correct_href": _correct_href(request, past, "history", row.id),
            }
        )
    return rows


def _correct_href(request: Admitted, past: EnrollmentPast, kind: str, fact: Any) -> str:
    if "answer.record" not in request.permissions:
        return ""
    site = request.here.code
    return reverse("staff:correct", args=[site, past.enrollment.id, kind, fact])
