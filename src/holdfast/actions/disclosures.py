"""Accounting of disclosures: who looked at a person's record, and what of it was handed out."""

from datetime import datetime
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.people import HOUSE
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, one_transaction
from holdfast.records.care import Enrollment
from holdfast.records.erasure import Disclosure, Look
from holdfast.records.people import User
from holdfast.records.prepared import Prepared

# What is handed out, and the permission it takes.
KINDS = {
    "own-copy": "record.copy",
    "verdict-pdf": "verdict.see",
    "session-report": "session.see",
}
RECIPIENTS = ("person", "staff")
PARTS = ("night", "morning", "afternoon", "evening")  # six hours each, from midnight


def note_look(*, enrollment: Enrollment, by: User, now: datetime) -> None:
    """Write that somebody looked, once for each day and part of the day at the site.

    It goes into the site's stream: a look is no entry about the person's care.
    """
    local = now.astimezone(ZoneInfo(enrollment.site.zone))
    look = Look(
        enrollment=enrollment,
        person_id=enrollment.person_id,
        viewer=by,
        day=local.date(),
        part=PARTS[local.hour // 6],
    )
    look.id = uuid5(look.person_id, f"{by.id}/{look.day}/{look.part}")
    if _LOOK.first(look.id) is None:
        _write_look(look=look, by=by, now=now)


_LOOK = Prepared(lambda look: Look.objects.filter(id=look))


@one_transaction
def _write_look(*, look: Look, by: User, now: datetime) -> None:
    stream = lock(look.enrollment.site_id, now)
    if Look.objects.filter(id=look.id).exists():
        return
    sent = stream.sent("record-looked-at", uuid5(look.id, "entry"), {"look": look.id})
    stream.write(sent, [look], by=by)


@one_transaction
def record_disclosure(
    *,
    enrollment: Enrollment,
    kind: str,
    recipient: str,
    content_sha256: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Write that something of a person's record was handed out, known by its hash.

    The house may hand out a copy from the command line.
    """
    if kind not in KINDS or recipient not in RECIPIENTS:
        return Refusal("kind-unknown")
    if by.id != HOUSE and (refusal := refused(by, enrollment, KINDS[kind], now)):
        return refusal
    stream = lock(enrollment.id, now)
    told = {"kind": kind, "recipient": recipient, "sha256": content_sha256}
    sent = stream.sent("record-handed-out", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    fact = Disclosure(
        id=uuid5(entry_id, "disclosure"),
        enrollment=enrollment,
        person_id=enrollment.person_id,
        kind=kind,
        recipient=recipient,
        content_sha256=content_sha256,
    )
    return stream.write(sent, [fact], by=by, values=told)
