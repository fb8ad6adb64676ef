"""A person's papers: scans that came in and letters that went out, sealed, with their hash."""

from base64 import b64encode
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid5

from holdfast.actions.calls import standing_permission
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, one_transaction, refused_where_erased
from holdfast.definitions.letters import ADDRESSEES, LetterTemplate
from holdfast.domain.scans import media_type_of, scan_problem
from holdfast.records.calls import Letter, Scan
from holdfast.records.care import Enrollment
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.people import PersonKey, User


@refused_where_erased
@one_transaction
def attach_scan(
    *, enrollment: Enrollment, data: bytes, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Keep a scanned paper; what it is, is told by its bytes and not by its name."""
    if refusal := refused(by, enrollment, "call.record", now):
        return refusal
    if problem := scan_problem(data):
        return Refusal(problem)
    stream = lock(enrollment.id, now)
    digest = sha256(data).hexdigest()
    sent = stream.sent("scan-attached", entry_id, {"sha256": digest})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    fact = Scan(
        id=uuid5(entry_id, "scan"),
        enrollment=enrollment,
        media_type=media_type_of(data) or "",
        size_bytes=len(data),
        content_sha256=digest,
    )
    key = data_key_of(enrollment.person_id, PersonKey.WORDS)
    fact.content = sealed(key, fact, "content", b64encode(data).decode())
    return stream.write(sent, [fact], by=by, values={"media_type": fact.media_type})


def letter_refused(enrollment: Enrollment, addressee: str, detail: str) -> Refusal | None:
    """A refusal where the person did not permit this letter, or what it would tell.

    A person is written to only if they permitted contact. A referrer learns
    what the template says, and more only if the person permitted it.
    """
    if addressee not in ADDRESSEES:
        return Refusal("addressee-unknown")
    permission = standing_permission(enrollment)
    if addressee == "person":
        is_permitted = permission is not None and permission.may_contact
        return None if is_permitted else Refusal("no-permission-to-contact")
    may_tell = permission is not None and permission.may_tell_referrer
    return Refusal("no-permission-to-tell") if detail.strip() and not may_tell else None


@refused_where_erased
@one_transaction
def record_letter(
    *,
    enrollment: Enrollment,
    template: LetterTemplate,
    detail: str,
    pdf: bytes,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Keep a letter as it goes out. ``detail`` is what was added to the template, if anything."""
    if refusal := refused(by, enrollment, "letter.write", now):
        return refusal
    if refusal := letter_refused(enrollment, template.addressee, detail):
        return refusal
    stream = lock(enrollment.id, now)
    what = {"kind": template.kind, "addressee": template.addressee, "detail": detail}
    sent = stream.sent("letter-written", entry_id, {**what, "template": template.sha256})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    fact = Letter(
        id=uuid5(entry_id, "letter"),
        enrollment=enrollment,
        kind=template.kind,
        addressee=template.addressee,
        language=template.language,
        template_sha256=template.sha256,
        content_sha256=sha256(pdf).hexdigest(),
    )
    key = data_key_of(enrollment.person_id, PersonKey.WORDS)
    fact.content = sealed(key, fact, "content", b64encode(pdf).decode())
    values = {"kind": template.kind, "addressee": template.addressee}
    return stream.write(sent, [fact], by=by, values=values)
