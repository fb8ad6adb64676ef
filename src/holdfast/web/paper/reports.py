"""A periodic report as JSON, CSV or PDF: the same counts, made from the bytes that were kept."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

import orjson
import typst

from holdfast.definitions import reports
from holdfast.records.periodic import PeriodicReport
from holdfast.web.paper import FOLDER, _fonts

FORMATS: Mapping[str, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}


def report_bytes(report: PeriodicReport, form: str) -> bytes:
    """A report in one of ``FORMATS``; the JSON is the very bytes that were kept."""
    if form == "json":
        return report.content.encode()
    told: dict[str, Any] = orjson.loads(report.content)
    return _csv(told) if form == "csv" else _pdf(told, report)


def _csv(told: Mapping[str, Any]) -> bytes:
    page = io.StringIO()
    rows = csv.writer(page, lineterminator="\r\n")
    rows.writerow(["report", "site", "from", "to", "due_on", "line", "count", "meaning"])
    for line in reports.tga().lines:
        head = [told[name] for name in ("report", "site", "from", "to", "due_on")]
        rows.writerow([*head, line.code, told["counts"][line.code], line.words])
    return page.getvalue().encode()


def _pdf(told: Mapping[str, Any], report: PeriodicReport) -> bytes:
    content = {
        "title": told["title"],
        "site": report.site.name,
        "facts": [
            ["Site", f"{report.site.name} ({told['site']})"],
            ["Period", f"{told['from']} to {told['to']}"],
            ["Due", told["due_on"] or "not one of the two reporting periods"],
            ["Made", f"{report.recorded_at:%Y-%m-%d %H:%M} UTC"],
        ],
        "lines": [
            {
                "words": line.words,
                "source": line.reference.title,
                "number": str(told["counts"][line.code]),
            }
            for line in reports.tga().lines
        ],
        "note": f"Counted from the record; nobody is named. SHA-256 {report.content_sha256}",
    }
    return typst.compile(
        (FOLDER / "report.typ").read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=report.recorded_at.replace(microsecond=0),
    )
