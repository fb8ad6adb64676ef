"""Tells a person by their own channels what happened to their account: ids and set words, no name.

Who did not do it themselves learns of it at once, whoever did. Somebody without a channel is told
by the site's own (``watch.channels``), as every message is.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4, uuid5

from holdfast.actions.deliveries import record_delivery
from holdfast.actions.people import house
from holdfast.records.duty import DutyContact
from holdfast.records.journal import OutboxEntry
from holdfast.records.keys import Erased, SealBroken, opened
from holdfast.watch.pagers import Letter, PageChannel, PageNotReceived, pagers_of_the_site

WORDS = {
    "account-recovery-issued": "A code to get back into your Holdfast account was given out.",
    "account-recovered": "Your Holdfast password was set by a code, and your passkeys were removed.",
    "account-password-changed": "Your Holdfast password was changed.",
    "account-factor-changed": "A passkey, app or recovery code of your Holdfast account was changed.",
    "account-locked": "Somebody tried too many wrong passwords or codes for your Holdfast account.",
}
# Told of others, to who holds a seat for it; nothing here is about the reader's own account.
TOLD = {
    "emergency-unblinding": "A physician broke the blind of one person in an emergency. Which arm it "
    "is stands nowhere in this message. Open Holdfast for who, why and the review.",
}


@dataclass(frozen=True)
class Notice(Letter):
    """What is told of an account."""

    @property
    def text(self) -> str:
        """What the person reads or hears."""
        if self.reason in TOLD:
            return TOLD[self.reason]
        return f"{WORDS[self.reason]} If it was not you, tell your administrator at once."


def tell(message: OutboxEntry, now: datetime, ways: Mapping[str, PageChannel] | None = None) -> int:
    """Tell the person a message is about, by each channel of theirs; how many received it."""
    contacts = DutyContact.objects.filter(
        user_id=message.about, corrected_by=None, is_withdrawn=False
    )
    channels, told = ways or pagers_of_the_site(), 0
    for contact in contacts.order_by("channel", "id"):
        outcome, detail = _told(message, contact, channels, now)
        told += outcome == "received"
        record_delivery(
            message=message,
            channel=contact.channel,
            outcome=outcome,
            entry_id=uuid4(),
            detail=detail,
            by=house(),
            now=now,
        )
    return told


def _told(
    message: OutboxEntry, contact: DutyContact, ways: Mapping[str, PageChannel], now: datetime
) -> tuple[str, str]:
    try:
        address = opened(contact, "address")
    except (Erased, SealBroken):
        address = None
    if address is None:
        return "failed", "no-address"
    notice = Notice(
        id=uuid5(message.id, contact.id.hex),
        page=message.id,
        channel=contact.channel,
        address=address,
        reason=message.kind,
        code="",
        where=os.environ.get("HOLDFAST_ADDRESS", ""),
        at=now,
    )
    try:
        return "received", ways[contact.channel].deliver(notice)
    except PageNotReceived as why:
        return "failed", str(why)
