"""A person makes a private address for their calendar program, and takes it back."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.writing import lock, one_transaction, refused_where_erased
from holdfast.records.access import holds_anywhere
from holdfast.records.facts import Fact
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.own_calendar import CalendarAddress, CalendarAddressEnd, standing_address
from holdfast.records.patients import PatientAccount, enrollments_of, patient_of
from holdfast.records.people import PersonKey, User

LONGEST_TITLE = 60  # characters: what a phone shows of an event


def hash_of_token(token: str) -> str:
    """By which an address is known; the token itself is kept nowhere."""
    return sha256(token.encode()).hexdigest()


@refused_where_erased
@one_transaction
def make_calendar_address(
    *, token_sha256: str, title: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Open a private address, whose events bear this title; an earlier address ends with it."""
    account = _own_account(by, now)
    if account is None:
        return Refusal("not-permitted", {"permission": "own.write"})
    if not title.strip() or len(title) > LONGEST_TITLE:
        return Refusal("title-does-not-fit")
    key = data_key_of(account.person_id, PersonKey.WORDS)
    stream = lock(enrollments_of(account)[0].id, now)
    told = {"address": token_sha256, "title": key.token("calendar-title", title.encode())}
    sent = stream.sent("calendar-address-made", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    fact = CalendarAddress(
        id=uuid5(entry_id, "calendar-address"),
        user=by,
        person_id=account.person_id,
        site_id=account.site_id,
        token_sha256=token_sha256,
    )
    fact.title = sealed(key, fact, "title", title.strip())
    facts: list[Fact] = [fact]
    if before := standing_address(account.person_id):
        facts.append(CalendarAddressEnd(id=uuid5(entry_id, "end"), address=before))
    return stream.write(sent, facts, by=by)


@one_transaction
def end_calendar_address(*, entry_id: UUID, by: User, now: datetime) -> Answered:
    """Take the address back: a calendar program that asks there finds nothing any more."""
    account = _own_account(by, now)
    if account is None:
        return Refusal("not-permitted", {"permission": "own.write"})
    stream = lock(enrollments_of(account)[0].id, now)
    sent = stream.sent("calendar-address-ended", entry_id, {"person": account.person_id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    standing = standing_address(account.person_id)
    if standing is None:
        return Refusal("no-calendar-address")
    fact = CalendarAddressEnd(id=uuid5(entry_id, "end"), address=standing)
    return stream.write(sent, [fact], by=by)


def _own_account(by: User, now: datetime) -> PatientAccount | None:
    return patient_of(by) if holds_anywhere(by, "own.write", now) else None
