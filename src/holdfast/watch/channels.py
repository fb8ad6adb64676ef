"""Where messages go. A channel returns only when the receiver has said that it has the message."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import orjson

from holdfast.records.canonical import document
from holdfast.records.journal import OutboxEntry
from holdfast.watch.posting import NotAnswered, is_fit, posted

SECONDS_TO_ANSWER = 10


class NotReceived(RuntimeError):
    """The receiver did not say that it has the message; the message is a code."""


class Channel(Protocol):
    """One way to deliver a message."""

    @property
    def name(self) -> str:
        """A code that names it."""

    def deliver(self, message: OutboxEntry) -> str:
        """Deliver it and return the receiver's receipt, as a code; or raise ``NotReceived``."""


def letter(message: OutboxEntry) -> bytes:
    """A message as it is sent: ids and codes, by which a receiver knows it again."""
    return document(
        {
            "schema": 1,
            "id": message.id,
            "kind": message.kind,
            "about": message.about,
            "recorded_at": message.recorded_at,
            "body": orjson.loads(message.body),
        }
    )


@dataclass(frozen=True)
class Console:
    """Writes each message on a line of its own; whoever reads it has received it."""

    name: str = "console"

    def deliver(self, message: OutboxEntry) -> str:
        """Print it."""
        try:
            print(letter(message).decode(), file=sys.stdout, flush=True)
        except OSError:
            raise NotReceived("not-printed") from None
        return "printed"


@dataclass(frozen=True)
class File:
    """Adds each message to a file; it is received once it is on the disk."""

    path: Path
    name: str = "file"

    def deliver(self, message: OutboxEntry) -> str:
        """Append it."""
        try:
            with self.path.open("ab") as file:
                file.write(letter(message) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            raise NotReceived("not-written") from None
        return "written"


@dataclass(frozen=True)
class Webhook:
    """Posts each message as JSON; it is received when the answer repeats its id."""

    url: str
    name: str = "webhook"

    def __post_init__(self) -> None:
        if not is_fit(self.url):
            raise ValueError("HOLDFAST_OUTBOX_URL begins with https://, or is on this machine.")

    def deliver(self, message: OutboxEntry) -> str:
        """Post it and read the receipt."""
        headers = {"Idempotency-Key": str(message.id)}
        try:
            told = posted(self.url, letter(message), headers, seconds=SECONDS_TO_ANSWER)
        except NotAnswered as silent:
            raise NotReceived(str(silent)) from None
        if not isinstance(told, dict) or told.get("received") != str(message.id):
            raise NotReceived("no-receipt")
        return "acknowledged"


def channel_of_the_site() -> Channel:
    """The channel that the site has set: HOLDFAST_OUTBOX_URL, HOLDFAST_OUTBOX_FILE or the console."""
    if url := os.environ.get("HOLDFAST_OUTBOX_URL"):
        return Webhook(url)
    if path := os.environ.get("HOLDFAST_OUTBOX_FILE"):
        return File(Path(path))
    return Console()
