"""The roster and how people on it are reached: hours, channels, and the times that are signed."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID, uuid5

from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import LockedStream, lock, one_transaction
from holdfast.definitions.duty import times
from holdfast.domain.rota import Hours, Post
from holdfast.records.access import assignments_of
from holdfast.records.duty import DutyContact, DutyHours, SignedTime
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.people import PersonKey, Site, User
from holdfast.records.rota import standing_times

_ADDRESS = {"email": re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")}
_NUMBER = re.compile(r"\+[0-9 ()-]{5,30}")
_LONGEST_MINUTES = Decimal(7 * 24 * 60)


@one_transaction
def roster_hours(
    *,
    site: Site,
    user: User,
    post: str,
    first_day: date,
    last_day: date | None,
    weekdays: Iterable[int],
    begins: time,
    ends: time,
    entry_id: UUID,
    by: User,
    now: datetime,
    replaces: DutyHours | None = None,
) -> Answered:
    """Put somebody on the roster for hours of the site's own clock.

    Hours that take the place of others correct them, in one step: at no moment does neither stand.
    """
    if refusal := refused(by, site, "duty.roster", now):
        return refusal
    days = frozenset(weekdays)
    if post not in set(Post):
        return Refusal("post-unknown")
    try:
        Hours(user.id, Post(post), first_day, last_day, days, begins, ends)
    except ValueError:
        return Refusal("hours-do-not-fit")
    if not any(row.site_id in (site.id, None) for row in assignments_of(user, now)):
        return Refusal("nobody-of-this-site")
    fact = DutyHours(
        id=uuid5(entry_id, "hours"),
        site=site,
        user=user,
        post=post,
        first_day=first_day,
        last_day=last_day,
        weekdays="".join(map(str, sorted(days))),
        begins=f"{begins:%H:%M}",
        ends=f"{ends:%H:%M}",
    )
    stream = lock(site.id, now)
    kind = "duty-roster-changed" if replaces else "duty-rostered"
    told = _told(fact) | ({"replaces": replaces.id} if replaces else {})
    sent = stream.sent(kind, entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if replaces is not None:
        if refusal := _irreplaceable(site, replaces):
            return refusal
        fact.corrects_id, fact.correction_reason = replaces.id, "hours-changed"
    return stream.write(sent, [fact], by=by, values={"user": user.id.hex, "post": post})


def _irreplaceable(site: Site, hours: DutyHours) -> Refusal | None:
    if hours.site_id != site.id:
        return Refusal("hours-of-another-site")
    if hours.is_withdrawn or DutyHours.objects.filter(corrects=hours).exists():
        return Refusal("already-corrected")
    return None


def _told(hours: DutyHours) -> dict[str, object]:
    return {
        "user": hours.user_id,
        "post": hours.post,
        "first_day": hours.first_day,
        "last_day": hours.last_day,
        "weekdays": hours.weekdays,
        "begins": hours.begins,
        "ends": hours.ends,
    }


@one_transaction
def end_hours(
    *,
    hours: DutyHours,
    last_day: date | None,
    reason: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """End hours with a last day, or take them off the roster where there is none."""
    if refusal := refused(by, hours.site, "duty.roster", now):
        return refusal
    stream = lock(hours.site_id, now)
    told = {"hours": hours.id, "last_day": last_day, "reason": reason}
    sent = stream.sent("duty-roster-changed", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if DutyHours.objects.filter(corrects=hours).exists():
        return Refusal("already-corrected")
    if last_day is not None and last_day < hours.first_day:
        return Refusal("hours-do-not-fit")
    fact = DutyHours(
        id=uuid5(entry_id, "hours"),
        corrects_id=hours.id,
        correction_reason=reason,
        site_id=hours.site_id,
        user_id=hours.user_id,
        post=hours.post,
        first_day=hours.first_day,
        last_day=last_day or hours.last_day,
        weekdays=hours.weekdays,
        begins=hours.begins,
        ends=hours.ends,
        is_withdrawn=last_day is None,
    )
    values = {"user": hours.user_id.hex, "post": hours.post}
    return stream.write(sent, [fact], by=by, values=values)


@one_transaction
def keep_contact(
    *, site: Site, channel: str, address: str | None, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Somebody says how they themselves are reached by a channel; None takes the channel away.

    The address is sealed under their own key, so that it goes when their key goes.
    """
    if refusal := refused(by, site, "duty.answer", now):
        return refusal
    if channel not in DutyContact.CHANNELS:
        return Refusal("channel-unknown")
    if address is not None and not _ADDRESS.get(channel, _NUMBER).fullmatch(address):
        return Refusal("address-does-not-fit")
    key = data_key_of(by.id, PersonKey.IDENTITY)
    token = key.token("duty-contact", (address or "").encode())
    stream = lock(site.id, now)
    sent = stream.sent("duty-contact-kept", entry_id, {"channel": channel, "token": token})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    before = DutyContact.objects.filter(
        site=site, user=by, channel=channel, corrected_by=None
    ).first()
    if before is None and address is None:
        return Refusal("channel-unknown")
    fact = DutyContact(
        id=uuid5(entry_id, "contact"),
        corrects_id=before.id if before else None,
        correction_reason="new-address" if before else "",
        site=site,
        user=by,
        channel=channel,
        token=token,
        is_withdrawn=address is None,
    )
    if address is not None:
        fact.address = sealed(key, fact, "address", address)
    return stream.write(sent, [fact], by=by, values={"channel": channel})


@one_transaction
def sign_time(
    *,
    site: Site,
    code: str,
    value: Decimal,
    unit: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """A physician or a site lead signs a time of duty for a site, in minutes."""
    if refusal := refused(by, site, "duty.sign", now):
        return refusal
    stream = lock(site.id, now)
    what = {"code": code, "value": value, "unit": unit}
    sent = stream.sent("duty-time-signed", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := _unfit(code, value, unit) or proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    fact = _signed_time(stream, site, what, entry_id, by)
    role = role_with(by, site, "duty.sign", now)
    signature = sign(
        stream, fact.signature_id, [fact], meaning="signs-duty-time", role=role, by=by, proof=proof
    )
    return stream.write(sent, [signature, fact], by=by, values=what)


def _unfit(code: str, value: Decimal, unit: str) -> Refusal | None:
    limit = times().get(code)
    if limit is None:
        return Refusal("limit-unknown")
    if unit != limit.unit:
        return Refusal("unit-does-not-fit", {"limit": code, "unit": limit.unit})
    is_number = isinstance(value, Decimal) and value.is_finite()
    if not is_number or not 0 < value <= _LONGEST_MINUTES:
        return Refusal("value-does-not-fit", {"limit": code})
    return None


def _signed_time(
    stream: LockedStream, site: Site, what: dict[str, object], entry_id: UUID, by: User
) -> SignedTime:
    before = standing_times(site).get(str(what["code"]))
    return SignedTime(
        id=uuid5(entry_id, "time"),
        corrects_id=before.id if before else None,
        correction_reason="signed-anew" if before else "",
        site=site,
        signed_on=local_date(site, stream.now),
        signed_by=by,
        signature_id=uuid5(entry_id, "signature"),
        **what,
    )
