"""A consent on paper: the text exactly as it was given, and who signed it when."""

from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from holdfast.definitions import consent as documents
from holdfast.records.care import Enrollment
from holdfast.records.consent import ConsentGiven, ConsentSignature
from holdfast.records.histories import enrollment_as_of, identity_of
from holdfast.records.keys import opened
from holdfast.web.paper import consent_pdf


def text_of(given: ConsentGiven) -> dict[str, Any]:
    """What the person was given, as it was given; ``Erased`` where their words are gone."""
    told: dict[str, Any] = orjson.loads(opened(given, "shown") or "{}")
    return told


def signed_pdf(given: ConsentGiven, enrollment: Enrollment) -> bytes:
    """The document with the signatures under it; without any where nobody signed it yet.

    The same text and signatures give the same bytes.
    """
    rows = list(given.signatures.select_related("signature").order_by("position", "id"))
    content = text_of(given) | {
        "label": enrollment.label,
        "site": enrollment.site.name,
        "hash": given.shown_sha256,
        "signatures": [_signature(row, given.language, enrollment) for row in rows],
        "statement": _statement(given),
    }
    return consent_pdf(content, max([given.given_at, *(row.signed_at for row in rows)]))


def _statement(given: ConsentGiven) -> str:
    document = documents.by_hash(given.document_sha256)
    return document.words[given.language].parts["page"]["sign-words"] if document else ""


def _signature(row: ConsentSignature, language: str, enrollment: Enrollment) -> dict[str, str]:
    at = timezone.localtime(row.signed_at, ZoneInfo(enrollment.site.zone))
    with override(language):
        day = f"{date_format(at, 'j F Y, H:i')} {at.tzname() or ''}"
    printed = opened(row.signature, "printed_name") or ""
    if row.party == "person":
        own = identity_of(enrollment_as_of(enrollment))
        name = f"{own.given} {own.family}" if own else enrollment.label
        seen = opened(row, "witness") if row.way == "paper" else ""
        return {"name": name, "day": day, "witness": seen or "", "kept_by": printed if seen else ""}
    return {"name": printed, "day": day, "witness": "", "kept_by": ""}
