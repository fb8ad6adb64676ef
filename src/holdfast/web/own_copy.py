"""A person's own copy of their record: one ZIP with a page to read and a file for machines."""

import io
import zipfile
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
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment
from holdfast.records.histories import (
    answers_of,
    enrollment_as_of,
    history_of,
    identity_of,
    medications_of,
)
from holdfast.records.people import User
from holdfast.records.room_state import entries_about, words_of

SCHEMA = 1


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
    """``record.html`` to read and ``record.json`` for machines."""
    told = orjson.loads(document(content(enrollment)))
    page = render_to_string("own_copy.html", {"told": told, "made_at": now})
    files = {
        "record.html": page.encode(),
        "record.json": orjson.dumps(told, option=orjson.OPT_INDENT_2),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), data)
    return buffer.getvalue()


def content(enrollment: Enrollment) -> dict[str, Any]:
    """Everything held of a person in one enrollment, in their own words."""
    past = enrollment_as_of(enrollment)
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
        ],
    }
