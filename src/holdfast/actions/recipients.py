"""The two recipients outside a site and the ethics committee: seats, boxes, tests and letters."""

import json
import re
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.people import HOUSE, name_stream
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import lock, one_transaction, open_stream
from holdfast.definitions.concerns import times
from holdfast.domain.concerns import Letter, Seat
from holdfast.records.access import permissions_of
from holdfast.records.concern_keys import Box
from holdfast.records.concern_reads import READ, signed_time, standing_seats
from holdfast.records.concerns import (
    REGISTER,
    Concern,
    RecipientBox,
    RecipientSeat,
    RecipientTest,
    RecipientTestAnswer,
    RecipientTry,
    register_of,
)
from holdfast.records.duty import SignedTime
from holdfast.records.journal import ORGANISATION, Stream
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.people import PersonKey, Site, User

SET_UP = "concern.set-up"
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_PHONE = re.compile(r"\+[0-9 ()-]{5,30}")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@one_transaction
def name_recipient(
    *,
    site: Site,
    seat: str,
    user: User,
    name: str,
    email: str,
    phone: str,
    texts: bool,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Name who holds a seat; whoever held it counts until the new holder acknowledged a test.

    A seat is only ever replaced, so that there are never fewer than two.
    """
    if refusal := refused(by, site, SET_UP, now) or _unfit(
        site, seat, user, email, phone, texts, now
    ):
        return refusal
    above = lock(ORGANISATION, now)
    stream = lock(site.id, now)
    key = data_key_of(user.id, PersonKey.IDENTITY)
    contact = json.dumps({"name": name, "email": email, "phone": phone}, ensure_ascii=False)
    token = key.token("recipient-contact", contact.encode())
    told = {"seat": seat, "user": user.id, "texts": texts, "token": token}
    sent = stream.sent("recipient-named", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if not Stream.objects.filter(id=register_of(site.id)).exists():
        open_stream(REGISTER, register_of(site.id))
        name_stream(above, register_of(site.id), REGISTER, entry_id, by)
    before = standing_seats(site).get(Seat(seat))
    fact = RecipientSeat(
        id=uuid5(entry_id, "seat"),
        corrects_id=before.id if before else None,
        correction_reason="replaced" if before else "",
        site=site,
        seat=seat,
        user=user,
        channels="email sms" if texts else "email",
        token=token,
    )
    fact.contact = sealed(key, fact, "contact", contact)
    return stream.write(sent, [fact], by=by, values={"seat": seat, "user": user.id.hex})


def _unfit(
    site: Site, seat: str, user: User, email: str, phone: str, texts: bool, now: datetime
) -> Refusal | None:
    if seat not in set(Seat):
        return Refusal("seat-unknown")
    if READ not in permissions_of(user, site, now):
        return Refusal("not-an-outside-recipient")
    held = standing_seats(site)
    if any(row.user_id == user.id and each != seat for each, row in held.items()):
        return Refusal("one-seat-each")
    if not _EMAIL.fullmatch(email) or (phone and not _PHONE.fullmatch(phone)):
        return Refusal("address-does-not-fit")
    if texts and not phone:
        return Refusal("address-does-not-fit")
    return None


@one_transaction
def make_box(
    *, site: Site, box: Box, locked: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """A recipient's own keys; what came before stays readable with the earlier phrase alone."""
    if refusal := refused(by, site, READ, now):
        return refusal
    if not any(row.user_id == by.id for row in standing_seats(site).values()):
        return Refusal("no-seat")
    stream = lock(register_of(site.id), now)
    sent = stream.sent("recipient-box-made", entry_id, {"public_key": box.public_key})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    fact = RecipientBox(
        id=uuid5(entry_id, "box"), site=site, user=by, public_key=box.public_key, locked=locked
    )
    return stream.write(sent, [fact], by=by)


@one_transaction
def begin_recipient_test(
    *, seat: RecipientSeat, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Begin a test of a seat: the watch sends the same letter as for a concern."""
    if by.id != HOUSE and (refusal := refused(by, seat.site, SET_UP, now)):
        return refusal
    stream = lock(register_of(seat.site_id), now)
    sent = stream.sent("recipient-test-begun", entry_id, {"seat": seat.id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    fact = RecipientTest(id=uuid5(entry_id, "test"), seat=seat)
    return stream.write(sent, [fact], by=by)


@one_transaction
def answer_recipient_test(
    *, test: RecipientTest, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """The holder of a seat says, with their box open, that a test reached them."""
    site = test.seat.site
    if refusal := refused(by, site, READ, now):
        return refusal
    if test.seat.user_id != by.id:
        return Refusal("channel-of-another")
    stream = lock(register_of(site.id), now)
    sent = stream.sent("recipient-test-answered", entry_id, {"test": test.id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    fact = RecipientTestAnswer(id=uuid5(entry_id, "answer"), test=test)
    return stream.write(sent, [fact], by=by)


@one_transaction
def record_recipient_try(
    *,
    letter: Letter,
    seat: RecipientSeat,
    channel: str,
    outcome: str,
    detail: str,
    message: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """What became of one try to send a letter, in the stream of what it was about."""
    if outcome not in RecipientTry.OUTCOMES or not _CODE.fullmatch(detail):
        return Refusal("not-a-code")
    is_concern = Concern.objects.filter(id=letter.about).exists()
    stream = lock(letter.about if is_concern else register_of(seat.site_id), now)
    told = {"message": message, "outcome": outcome, "detail": detail, "at": stream.now}
    entry_id = uuid5(message, f"{outcome}/{stream.now.isoformat()}")
    sent = stream.sent("recipient-letter-tried", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    fact = RecipientTry(
        id=uuid5(entry_id, "try"),
        concern_id=letter.about if is_concern else None,
        test_id=None if is_concern else letter.about,
        seat=seat,
        since=letter.since,
        channel=channel,
        outcome=outcome,
        detail=detail,
        message=message,
    )
    return stream.write(sent, [fact], by=by)


@one_transaction
def sign_concern_time(
    *,
    site: Site,
    code: str,
    value: Decimal,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """A site lead signs another value for a time of this path, within its bounds."""
    if refusal := refused(by, site, SET_UP, now):
        return refusal
    time = times().get(code)
    if time is None:
        return Refusal("limit-unknown")
    if not time.fits(value):
        return Refusal("value-does-not-fit", {"limit": code})
    stream = lock(site.id, now)
    what = {"code": code, "value": value, "unit": time.unit}
    sent = stream.sent("concern-time-signed", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    before = signed_time(site, code)
    fact = SignedTime(
        id=uuid5(entry_id, "time"),
        corrects_id=before.id if before else None,
        correction_reason="signed-anew" if before else "",
        site=site,
        signed_on=local_date(site, stream.now),
        signed_by=by,
        signature_id=uuid5(entry_id, "signature"),
        **what,
    )
    role = role_with(by, site, SET_UP, now)
    signature = sign(
        stream,
        fact.signature_id,
        [fact],
        meaning="signs-concern-time",
        role=role,
        by=by,
        proof=proof,
    )
    return stream.write(sent, [signature, fact], by=by, values=what)
