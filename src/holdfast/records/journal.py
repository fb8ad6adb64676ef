"""The journal: streams, the exact bytes of every change, seals, conflicts and messages to send."""

from typing import ClassVar
from uuid import UUID, uuid4

from django.db import models

from holdfast.records.columns import Instant, SafeText, SealedText, Sha256, names
from holdfast.records.facts import FACT, Appended, Fact

# The stream of what belongs to no site: sites, accounts, keys. It names every other stream.
ORGANISATION = UUID("00000000-0000-4000-8000-000000000001")
BEFORE_THE_FIRST = "0" * 64  # what the first entry of a stream is chained to


class Stream(models.Model):
    """One chain of entries: an enrollment's, a drug store's, a site's or the organisation's.

    Its id is the id of what it is about. ``head`` is the hash of the entry at ``position``; an
    empty stream stands at position 0. Locking this row orders the stream's writers.
    """

    KINDS = ("organisation", "site", "enrollment", "drug-store")

    id = models.UUIDField(primary_key=True, default=uuid4)
    kind = SafeText(max_length=20)
    position = models.BigIntegerField(default=0)
    head = Sha256(default=BEFORE_THE_FIRST)
    recorded_at = Instant(null=True)
    recorded_by = models.ForeignKey(
        "records.User", models.PROTECT, null=True, db_index=False, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class JournalEntry(models.Model):
    """One change: its event as exact bytes, chained to the entry before it.

    ``entry_hash`` is SHA-256 of the 32 raw bytes of the previous entry's hash followed by
    ``event``. The event is canonical JSON (``records.events``); the other columns repeat what it
    says, so that it can be found, and ``verify`` compares them.
    """

    entry_id = models.UUIDField(primary_key=True)
    stream = models.ForeignKey(Stream, models.PROTECT, db_index=False, related_name="entries")
    position = models.BigIntegerField()
    recorded_at = Instant()
    recorded_by = models.ForeignKey(
        "records.User", models.PROTECT, db_index=False, related_name="+"
    )
    event = models.BinaryField()
    entry_hash = Sha256()

    objects = Appended.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "position"], name="one_entry_a_position")
        ]

    def __str__(self) -> str:
        return f"{self.stream_id} {self.position}"


class Seal(models.Model):
    """A signature over the heads of all streams, chained to the seal before it.

    ``body`` is the exact text that was signed; the other columns repeat what it says.
    """

    number = models.BigIntegerField(primary_key=True)
    sealed_at = Instant()
    sealed_by = models.ForeignKey("records.User", models.PROTECT, db_index=False, related_name="+")
    body = models.TextField()
    sha256 = Sha256(unique=True)
    public_key = Sha256()  # Ed25519, 32 bytes in hexadecimal
    signature = models.CharField(max_length=128)  # Ed25519, 64 bytes in hexadecimal

    objects = Appended.as_manager()

    def __str__(self) -> str:
        return f"Seal {self.number}"


class Conflict(Fact):
    """The same entry id came again with other content; kept for a person to settle.

    The first stands. ``sent`` is what came, sealed; ``content`` its keyed hash.
    """

    hashed: ClassVar = {1: names(FACT + "of_entry content sent")}

    of_entry = models.UUIDField()
    content = Sha256()
    sent = SealedText(null=True)

    class Meta:
        indexes = [models.Index(fields=["stream", "position"], name="conflict_at")]


class OutboxEntry(Fact):
    """A message to send, written with the fact it tells of. No name, no free text: ids and codes.

    ``about`` is the id of the fact; ``body`` canonical JSON with its own schema number.
    """

    hashed: ClassVar = {1: names(FACT + "kind about body")}

    kind = SafeText(max_length=60)
    about = models.UUIDField()
    body = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["stream", "position"], name="outbox_at")]


class OutboxDelivery(Fact):
    """One attempt to deliver a message; it is done once an attempt was ``received``."""

    hashed: ClassVar = {1: names(FACT + "message_id channel outcome detail")}

    OUTCOMES = ("received", "failed")

    message = models.ForeignKey(OutboxEntry, models.PROTECT, related_name="deliveries")
    channel = SafeText(max_length=60)
    outcome = SafeText(max_length=20)
    detail = SafeText(default="")  # a code such as the receiver's status; never its words

    class Meta:
        indexes = [models.Index(fields=["stream", "position"], name="delivery_at")]


class Heartbeat(models.Model):
    """The last sign of life of one loop of the watch."""

    loop = SafeText(primary_key=True, max_length=60)
    beat_at = Instant()
    beat_by = SafeText()  # host and process of the watch
    outcome = SafeText(default="well")  # well | failed
    detail = SafeText(default="")

    def __str__(self) -> str:
        return self.loop
