"""How a page leaves the house: e-mail, a signed webhook for gateways, the console where none is set.

A channel returns only with the receiver's receipt. No channel says a name, a place or a reason of
health; the subject of an e-mail says nothing. An address is in the message alone, never in a log.
"""

import hmac
import os
import smtplib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.core.mail import EmailMessage

from holdfast.records.canonical import document
from holdfast.records.columns import instant_text
from holdfast.watch.posting import NotAnswered, is_fit, posted

SECONDS_TO_ANSWER = 5
SUBJECT = "Holdfast"


class PageNotReceived(RuntimeError):
    """The receiver did not say that it has the page; the message is a code."""


@dataclass(frozen=True)
class Letter:
    """One page to one person by one channel. ``id`` is ours: sent twice, it is the same page."""

    id: UUID
    page: UUID
    channel: str
    address: str = field(repr=False)
    reason: str
    code: str = field(repr=False)  # of a test; empty for a page
    where: str  # the address of the page that answers it
    at: datetime

    @property
    def text(self) -> str:
        """What the person reads or hears."""
        if self.code:
            return f"A test of this channel. Enter this code in Holdfast: {self.code}"
        return f"You are being paged ({self.reason}). Answer at {self.where}"


class PageChannel(Protocol):
    """One way to deliver a page."""

    def deliver(self, letter: Letter) -> str:
        """Deliver it and return the receipt, as a code; or raise ``PageNotReceived``."""


@dataclass(frozen=True)
class ConsolePager:
    """Writes that there is a page, by ids alone: no address, no code."""

    def deliver(self, letter: Letter) -> str:
        """Print it."""
        told = {"page": letter.page, "message": letter.id, "channel": letter.channel}
        try:
            print(document({"kind": "page", **told}).decode(), file=sys.stdout, flush=True)
        except OSError:
            raise PageNotReceived("not-printed") from None
        return "printed"


@dataclass(frozen=True)
class WronglySet:
    """Stands for a channel whose settings cannot be: each try fails, and the page climbs on."""

    def deliver(self, letter: Letter) -> str:
        """Never."""
        raise PageNotReceived("wrongly-set")


@dataclass(frozen=True)
class Mail:
    """E-mail through Django's mail backend; received when the mail server took it."""

    sender: str

    def deliver(self, letter: Letter) -> str:
        """Hand it to the mail server."""
        mail = EmailMessage(
            SUBJECT,
            letter.text + "\n",
            self.sender,
            [letter.address],
            headers={"Message-ID": f"<{letter.id}@holdfast>", "Auto-Submitted": "auto-generated"},
        )
        try:
            taken = mail.send()
        except smtplib.SMTPResponseException as error:
            raise PageNotReceived(f"smtp-{error.smtp_code}") from None
        except (OSError, ValueError):
            raise PageNotReceived("no-mail-server") from None
        if taken != 1:
            raise PageNotReceived("not-taken")
        return "taken"


@dataclass(frozen=True)
class SignedWebhook:
    """Posts a page to a gateway for SMS, voice or pagers; received when the answer repeats its id.

    ``X-Holdfast-Signature`` is HMAC-SHA-256, in hexadecimal, of the body under the secret that
    the gateway shares. The body holds the moment, so that an old one cannot be sent again as new.
    """

    url: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not is_fit(self.url):
            raise ValueError("HOLDFAST_PAGER_URL begins with https://, or is on this machine.")
        if len(self.secret) < 16:
            raise ValueError("HOLDFAST_PAGER_SECRET needs at least 16 characters.")

    def deliver(self, letter: Letter) -> str:
        """Post it and read the receipt."""
        body = document(
            {
                "schema": 1,
                "id": str(letter.id),
                "sent_at": instant_text(letter.at),
                "channel": letter.channel,
                "to": letter.address,
                "text": letter.text,
            }
        )
        headers = {
            "Idempotency-Key": str(letter.id),
            "X-Holdfast-Signature": hmac.digest(self.secret, body, "sha256").hex(),
        }
        try:
            told = posted(self.url, body, headers, seconds=SECONDS_TO_ANSWER)
        except NotAnswered as silent:
            raise PageNotReceived(str(silent)) from None
        if not isinstance(told, dict) or told.get("received") != str(letter.id):
            raise PageNotReceived("no-receipt")
        return "acknowledged"


def pagers_of_the_site(environment: Mapping[str, str] = os.environ) -> Mapping[str, PageChannel]:
    """The channels that are set; the console for each that is not.

    A gateway that is set wrongly fails by itself: the other channels go on.
    """
    mail: PageChannel = ConsolePager()
    gateway: PageChannel = ConsolePager()
    if environment.get("HOLDFAST_SMTP_HOST"):
        mail = Mail(environment.get("HOLDFAST_MAIL_FROM", "holdfast@localhost"))
    if url := environment.get("HOLDFAST_PAGER_URL"):
        secret = environment.get("HOLDFAST_PAGER_SECRET", "").encode()
        try:
            gateway = SignedWebhook(url, secret)
        except ValueError:
            gateway = WronglySet()
    return {"email": mail, "sms": gateway, "voice": gateway, "pager": gateway}
