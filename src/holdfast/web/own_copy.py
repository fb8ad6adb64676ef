"""A person's own copy of their record: one ZIP, in open formats.

A page to read (HTML), the same to print (PDF/UA), a file for machines (JSON), and beside them every
scan and every letter as the exact bytes that were kept.
"""

import io
import zipfile
from base64 import b64decode
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from django.template.loader import render_to_string

from holdfast.actions.disclosures import record_disclosure
from holdfast.actions.outcomes import Receipt
from holdfast.actions.verdicts import shown
from holdfast.definitions.sentences import question_sentence
from holdfast.records.calls import Letter, Scan
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment
from holdfast.records.histories import (
    answers_of,
    enrollment_as_of,
    history_of,
    identity_of,
    medications_of,
)
from holdfast.records.keys import opened
from holdfast.records.people import User
from holdfast.records.room_state import entries_about, words_of
from holdfast.records.session_now import moved_away
from holdfast.web.clinical.own_copy import clinical_copy
from holdfast.web.own_copy_paper import own_copy_on_paper
from holdfast.web.paper import copy_pdf

SCHEMA = 1
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


class CopyRefused(RuntimeError):
    """No copy was handed out; the message is the code of the reason."""


def hand_out(enrollment: Enrollment, *, entry_id: UUID, by: User, now: datetime) -> bytes:
    """The ZIP, once its disclosure is on record.

    Raises
    ------
    CopyRefused
        If somebody may not hand it out.
    holdfast.records.keys.Erased
        If the person's words were erased.
    """
    made = zipped(enrollment, now)
    answered = record_disclosure(
        enrollment=enrollment,
        kind="own-copy",
        recipient="person",
        content_sha256=sha256(made).hexdigest(),
        entry_id=entry_id,
        by=by,
        now=now,
    )
    if not isinstance(answered, Receipt):
        raise CopyRefused(getattr(answered, "reason", "conflict"))
    return made


def zipped(enrollment: Enrollment, now: datetime) -> bytes:
    """``record.html`` and ``record.pdf`` to read, ``record.json`` for machines, and the papers."""
    papers = papers_of(enrollment)
    told = orjson.loads(document(content(enrollment) | {"papers": sorted(papers)}))
    page = render_to_string("own_copy.html", {"told": told, "made_at": now})
    files = {
        "record.html": page.encode(),
        "record.pdf": copy_pdf(own_copy_on_paper(told, now), now),
        "record.json": orjson.dumps(told, option=orjson.OPT_INDENT_2),
        **papers,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), data)
    return buffer.getvalue()


def papers_of(enrollment: Enrollment) -> dict[str, bytes]:
    """Every scan and letter of an enrollment, by its name in the ZIP: the bytes as they were kept."""
    found: dict[str, bytes] = {}
    for row in Scan.objects.filter(enrollment=enrollment).order_by("recorded_at", "id"):
        name = f"scans/{row.recorded_at:%Y-%m-%d}-{row.content_sha256[:8]}"
        found[f"{name}.{ENDINGS[row.media_type]}"] = b64decode(opened(row, "content") or "")
    for sent in Letter.objects.filter(enrollment=enrollment).order_by("recorded_at", "id"):
        name = f"letters/{sent.recorded_at:%Y-%m-%d}-{sent.kind}-{sent.addressee}"
        name = f"{name}-{sent.content_sha256[:8]}.pdf"
        found[name] = b64decode(opened(sent, "content") or "")
    return found


def content(enrollment: Enrollment) -> dict[str, Any]:
    """Everything held of a person in one enrollment, in their own words."""
    past, gone = enrollment_as_of(enrollment), moved_away(enrollment)
    return {
        "schema": SCHEMA,
        "number": enrollment.label,
        "site": enrollment.site.name,
        "protocol": f"{enrollment.protocol_name} {enrollment.protocol_version}",
        "position": past.position,
        "identity": identity_of(past),
        "answers": [
            {"asked": question_sentence(answer.question, "en"), "answer": answer}
            for answer in answers_of(past)
        ],
        "medications": medications_of(past),
        "history": history_of(past),
        "verdicts": [
            {"shown_at": verdict.recorded_at, "verdict": shown(verdict)}
            for verdict in past.verdicts
        ],
        "room": [
            {"written_at": row.written_at, "kind": row.kind, "words": words_of(row)}
            for row in reversed(entries_about(enrollment))
            if row.id not in gone  # it was about somebody else
        ],
        "clinical": clinical_copy(enrollment),
    }
