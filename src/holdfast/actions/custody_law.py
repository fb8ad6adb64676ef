"""Notices, forms and inventories that the law of custody asks for: recorded, told when due, looked into."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import lock, message, one_transaction
from holdfast.domain.custody_deadlines import Duty, State
from holdfast.domain.reconciled import Reconciled
from holdfast.records.canonical import document
from holdfast.records.columns import instant_text
from holdfast.records.custody_law import CustodyNotice, CustodyPattern, CustodyPatternSettled
from holdfast.records.custody_now import duties_of
from holdfast.records.journal import JournalEntry
from holdfast.records.keys import sealed
from holdfast.records.people import Site, User

LONGEST_WORDS = 2000


@one_transaction
def record_notice(
    *,
    site: Site,
    duty: str,
    how: str,
    fields: Mapping[str, str],
    made_at: datetime,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
    document_sha256: str | None = None,
) -> Answered:
    """Record that a notice, form or inventory was made, with a signature; it closes its duty.

    ``fields`` are those of its form, every one of them; they are sealed, for they name people.
    """
    if refusal := refused(by, site, "custody.settle", now):
        return refusal
    stream = lock(site.id, now)
    told = {"duty": duty, "how": how, "fields": dict(fields), "made_at": made_at}
    sent = stream.sent("custody-notice-made", entry_id, told | {"document": document_sha256})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    found = next((one for one in duties_of(site, stream.now) if one.key == duty), None)
    if refusal := _unfit(found, how, fields, made_at, stream.now):
        return refusal
    assert found is not None
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    notice = CustodyNotice(
        id=uuid5(entry_id, "notice"),
        site=site,
        duty=duty,
        rule=found.rule.code,
        form=found.rule.form,
        made_at=made_at,
        made_by=by,
        how=how,
        document_sha256=document_sha256,
        signature_id=uuid5(entry_id, "signature"),
    )
    notice.content = sealed(stream.receipts, notice, "content", document(dict(fields)).decode())
    signature = sign(
        stream,
        notice.signature_id,
        [notice],
        meaning="makes-custody-notice",
        role=role_with(by, site, "custody.settle", stream.now),
        by=by,
        proof=proof,
    )
    values = {"rule": found.rule.code, "how": how}
    return stream.write(sent, [signature, notice], by=by, values=values)


def _unfit(
    found: Duty | None, how: str, fields: Mapping[str, str], made_at: datetime, now: datetime
) -> Refusal | None:
    """Why a notice cannot be: nothing asks for it, or its form is not whole."""
    if found is None:
        return Refusal("custody-duty-unknown")
    if found.state is State.DONE:
        return Refusal("custody-duty-done")
    if how not in CustodyNotice.HOW:
        return Refusal("custody-how-unknown")
    # Pages tell a moment to the minute.
    if not found.since.replace(second=0, microsecond=0) <= made_at <= now:
        return Refusal("custody-notice-time")
    asked = {one.code: one.title for one in found.rule.fields}
    if set(fields) - set(asked):
        return Refusal("custody-field-unknown")
    missing = [title for code, title in asked.items() if not fields.get(code, "").strip()]
    if missing:
        return Refusal("custody-fields-missing", {"fields": ", ".join(missing)})
    if any(len(value) > LONGEST_WORDS for value in fields.values()):
        return Refusal("words-too-long")
    return None


@one_transaction
def tell_duty(*, site: Site, duty: Duty, by: User, now: datetime) -> Receipt | None:
    """Write the message that a duty is open, or overdue; None where it was written before."""
    entry_id = uuid5(site.id, f"custody-duty/{duty.key}/{duty.state.value}")
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    stream = lock(site.id, now)
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    due = instant_text(duty.due_at) if duty.due_at else None
    body = {"site": site.id.hex, "rule": duty.rule.code, "state": duty.state.value, "due_at": due}
    told = message("custody-duty", site.id, **body)
    values = {"rule": duty.rule.code, "state": duty.state.value}
    return stream.write(
        stream.sent("custody-duty-told", entry_id, values), [told], by=by, values=values
    )


@one_transaction
def tell_differences(*, site: Site, found: Reconciled, by: User, now: datetime) -> Receipt | None:
    """Write the message that what is on record of the drug differs; the same again is not told again."""
    sign_of = sha256(document([[one.code, one.about] for one in found.differences])).hexdigest()
    entry_id = uuid5(site.id, f"custody-differs/{sign_of}")
    if found.fits or JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    stream = lock(site.id, now)
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    codes = sorted({one.code for one in found.differences})
    count, named = len(found.differences), ", ".join(codes)
    told = message("custody-differs", site.id, site=site.id.hex, count=count, codes=named)
    values = {"count": count, "codes": named}
    return stream.write(
        stream.sent("custody-reconciled", entry_id, values), [told], by=by, values=values
    )


@one_transaction
def note_pattern(
    *,
    site: Site,
    pattern: str,
    sign_of: str,
    people: tuple[str, ...],
    numbers: Mapping[str, str],
    chance: Decimal | None,
    told: User | None,
    by: User,
    now: datetime,
) -> Receipt | None:
    """Keep a pattern with its numbers, and send it to somebody who is not in it; once for its sign."""
    entry_id = uuid5(site.id, f"custody-pattern/{sign_of}")
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    stream = lock(site.id, now)
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    row = CustodyPattern(
        id=uuid5(entry_id, "pattern"),
        site=site,
        pattern=pattern,
        sign=sign_of,
        found_at=stream.now,
        people=document(list(people)).decode(),
        numbers=document(dict(numbers)).decode(),
        chance=chance,
        told=told,
    )
    to = {"to": told.id.hex} if told is not None else {}
    sending = message("custody-pattern", row.id, site=site.id.hex, pattern=pattern, **to)
    sent = stream.sent("custody-pattern-found", entry_id, {"pattern": pattern, "sign": sign_of})
    return stream.write(sent, [row, sending], by=by, values={"pattern": pattern})


@one_transaction
def settle_pattern(
    *,
    pattern: CustodyPattern,
    outcome: str,
    words: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Somebody who is not in a pattern says what came of looking into it."""
    if refusal := refused(by, pattern.site, "custody.watch", now):
        return refusal
    if by.id.hex in pattern.people:
        return Refusal("custody-pattern-own")
    stream = lock(pattern.site_id, now)
    told = {"pattern": pattern.id, "outcome": outcome, "words": words}
    sent = stream.sent("custody-pattern-settled", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if outcome not in CustodyPatternSettled.OUTCOMES:
        return Refusal("reason-unknown")
    if not 0 < len(words.strip()) <= LONGEST_WORDS:
        return Refusal("custody-words-missing")
    if CustodyPatternSettled.objects.filter(pattern=pattern).exists():
        return Refusal("custody-pattern-settled")
    row = CustodyPatternSettled(
        id=uuid5(entry_id, "settled"),
        pattern=pattern,
        outcome=outcome,
        settled_at=stream.now,
        settled_by=by,
    )
    row.words = sealed(stream.receipts, row, "words", words.strip())
    values = {"pattern": pattern.pattern, "outcome": outcome}
    return stream.write(sent, [row], by=by, values=values)
