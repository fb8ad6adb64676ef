"""Concerns: raised by anybody, read and answered outside the site, acknowledged and closed.

Each has a stream of its own that no page of the site reads, named in the site's register. Nothing
here writes to the site's stream, to the organisation's or to the outbox.
"""

import hmac
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.people import house, name_stream
from holdfast.actions.writing import LockedStream, Sent, lock, one_transaction, open_stream
from holdfast.domain.concerns import BOTH
from holdfast.records.concern_keys import ConcernKey, ReporterKey
from holdfast.records.concern_reads import (
    box_of,
    may_read,
    seat_of,
    seats_in_effect,
    unread_by,
)
from holdfast.records.concerns import (
    CONCERN,
    Concern,
    ConcernAcknowledgement,
    ConcernClosing,
    ConcernMessage,
    ConcernShare,
    RecipientSeat,
    register_of,
)
from holdfast.records.facts import Fact
from holdfast.records.people import Site, User


@one_transaction
def raise_concern(
    *, site: Site, words: str, reporter: ReporterKey, entry_id: UUID, now: datetime
) -> Answered:
    """Keep a concern, readable to the recipients outside and to whoever has the phrase.

    Nobody is named as its author, not even an account that happens to be signed in: the house
    records it. Refused only where nobody outside could read it.
    """
    by, holders = house(), seats_in_effect(site, now)
    if not any(seat in holders for seat in BOTH):
        return Refusal("nobody-outside")
    register = lock(register_of(site.id), now)
    content = hmac.digest(reporter.secret, b"content/" + words.encode(), sha256).hex()
    sent = register.sent("concern-raised", entry_id, {"content": content})
    if earlier := register.earlier(sent, by=by):
        return earlier
    concern = Concern(id=uuid5(entry_id, "concern"), site=site, lookup=reporter.lookup)
    if Concern.objects.filter(lookup=reporter.lookup).exists():
        return Refusal("phrase-in-use")
    key = ConcernKey.new(concern.id)
    concern.words = key.enclose(words, place="concern", row=concern.id)
    mine = ConcernShare(id=uuid5(entry_id, "mine"), concern=concern, sealed_key=reporter.close(key))
    shares = [_share(key, concern, row, entry_id) for row in holders.values()]
    open_stream(CONCERN, concern.id)
    receipt = lock(concern.id, now).write(sent, [concern, mine, *shares], by=by)
    name_stream(register, concern.id, CONCERN, entry_id, by)
    return receipt


def _share(
    key: ConcernKey, concern: Concern, holder: RecipientSeat, entry_id: UUID
) -> ConcernShare:
    box = box_of(holder.user, holder.site)
    assert box is not None  # a seat without a box does not count
    return ConcernShare(
        id=uuid5(entry_id, f"share/{holder.user_id.hex}"),
        concern=concern,
        user_id=holder.user_id,
        public_key=box.public_key,
        sealed_key=key.for_recipient(box.public_key),
    )


@one_transaction
def add_to_concern(
    *, concern: Concern, key: ConcernKey, text: str, entry_id: UUID, now: datetime
) -> Answered:
    """The reporter adds something; it is news to the recipients, and opens a closed concern."""
    return _message(concern, key, text, entry_id, house(), now, by_reporter=True)


@one_transaction
def answer_concern(
    *, concern: Concern, key: ConcernKey, text: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """A recipient answers; the reporter reads it when they come back with their phrase."""
    if not may_read(by, concern, now):
        return Refusal("not-permitted", {"permission": "concern.read"})
    return _message(concern, key, text, entry_id, by, now, by_reporter=False)


def _message(
    concern: Concern,
    key: ConcernKey,
    text: str,
    entry_id: UUID,
    by: User,
    now: datetime,
    *,
    by_reporter: bool,
) -> Answered:
    stream, kind = lock(concern.id, now), "concern-added-to" if by_reporter else "concern-answered"
    sent = stream.sent(kind, entry_id, {"content": key.token(text)})
    fact = ConcernMessage(id=uuid5(entry_id, "message"), concern=concern, by_reporter=by_reporter)
    fact.words = key.enclose(text, place="message", row=fact.id)
    return _written(stream, sent, fact, by)


@one_transaction
def acknowledge_concern(*, concern: Concern, entry_id: UUID, by: User, now: datetime) -> Answered:
    """A recipient says that they have what was said up to now."""
    seat = seat_of(by, concern.site, now)
    if seat is None or not may_read(by, concern, now):
        return Refusal("not-permitted", {"permission": "concern.read"})
    stream = lock(concern.id, now)
    sent = stream.sent("concern-acknowledged", entry_id, {"seat": seat})
    fact = ConcernAcknowledgement(
        id=uuid5(entry_id, "acknowledgement"), concern=concern, seat=seat.value
    )
    return _written(stream, sent, fact, by)


@one_transaction
def close_concern(
    *,
    concern: Concern,
    key: ConcernKey,
    outcome: str,
    text: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """A recipient closes a concern with an outcome and words."""
    if not may_read(by, concern, now):
        return Refusal("not-permitted", {"permission": "concern.read"})
    if outcome not in ConcernClosing.OUTCOMES:
        return Refusal("outcome-unknown")
    stream = lock(concern.id, now)
    told = {"outcome": outcome, "content": key.token(text)}
    sent = stream.sent("concern-closed", entry_id, told)
    fact = ConcernClosing(id=uuid5(entry_id, "closing"), concern=concern, outcome=outcome)
    fact.words = key.enclose(text, place="closing", row=fact.id)
    return _written(stream, sent, fact, by)


@one_transaction
def hand_over(
    *, concern: Concern, key: ConcernKey, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Seal a concern's key to those who hold a seat now and could not read it yet."""
    if not may_read(by, concern, now):
        return Refusal("not-permitted", {"permission": "concern.read"})
    stream = lock(concern.id, now)
    sent = stream.sent("concern-handed-over", entry_id, {})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    facts: list[Fact] = [_share(key, concern, row, entry_id) for row in unread_by(concern, now)]
    if not facts:
        return Refusal("nothing-to-record")
    return stream.write(sent, facts, by=by)


def _written(stream: LockedStream, sent: Sent, fact: Fact, by: User) -> Answered:
    return stream.earlier(sent, by=by) or stream.write(sent, [fact], by=by)
