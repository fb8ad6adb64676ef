"""The clinical record in a person's own copy: every section but the therapists' notes kept apart."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from holdfast.definitions import clinical
from holdfast.records.care import Enrollment
from holdfast.records.clinical import TestOrder, TestResult
from holdfast.records.clinical_now import orders_of, standing_results
from holdfast.web.clinical.lines import PARTS, Line, words_of
from holdfast.web.clinical.words import ANALYTES, FINDINGS, TESTS

LANGUAGE = "en"  # that of the rest of the copy


def clinical_copy(enrollment: Enrollment) -> list[dict[str, Any]]:
    """Title and entries of each section that holds anything."""
    with override(LANGUAGE):
        parts = [{"title": _("Laboratory and ECG"), "entries": _results(enrollment)}]
        for title, lines in PARTS.values():
            entries = [_entry(one) for one in lines(enrollment)]
            parts.append({"title": str(title), "entries": entries})
        return [part for part in parts if part["entries"]]


def _entry(line: Line) -> dict[str, Any]:
    told = [f"{label}: {value}" if label else str(value) for label, value in line.told]
    return {
        "at": line.at,
        "title": str(line.title),
        "lines": [*told, *(str(words) for words in line.under)],
    }


def _results(enrollment: Enrollment) -> list[dict[str, Any]]:
    return [_order(order) for order in orders_of(enrollment)]


def _order(order: TestOrder) -> dict[str, Any]:
    title = f"{TESTS.get(order.test, order.test)}, {date_format(order.ordered_at, 'j F Y')}"
    lines = [_line(row) for row in standing_results(order)]
    reviews = order.reviews.order_by("position")
    return {
        "at": order.ordered_at,
        "title": title,
        "lines": [*lines, *(words for row in reviews if (words := words_of(row, "words")))],
    }


def _line(row: TestResult) -> str:
    known = clinical.analyte_of(row.loinc)
    title = ANALYTES[known.code] if known else row.loinc
    finding = FINDINGS.get(row.finding, row.finding)
    value = finding if row.value is None else f"{row.value} {row.unit}"
    written = words_of(row, "range_words")
    return f"{title}: {value}" + (f" ({_('range')} {written})" if written else "")
