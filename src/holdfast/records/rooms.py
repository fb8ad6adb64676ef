"""Rooms and their shared devices: enrollment, openings, who was in them, and what was written."""

from typing import ClassVar

from django.db import models

from holdfast.records.care import Enrollment
from holdfast.records.columns import Instant, SafeText, SealedText, Sha256, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.people import Site, User


class Room(Correctable):
    """A room of a site, by code and title; changed or given up by a correction."""

    hashed: ClassVar = {1: names(FACT + CORRECTION + "site_id code title is_withdrawn")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="rooms")
    code = SafeText(max_length=20)
    title = SafeText(max_length=80)
    is_withdrawn = models.BooleanField(default=False)


class RoomDevice(Fact):
    """A device enrolled for a room: the hash of its cookie's secret and its public key.

    ``account`` is by whom its unattributed entries are recorded; nobody can log in by it.
    """

    hashed: ClassVar = {
        1: names(FACT + "site_id room_id account_id label secret_sha256 public_key")
    }

    site = models.ForeignKey(Site, models.PROTECT, related_name="room_devices")
    room = models.ForeignKey(Room, models.PROTECT, related_name="devices")
    account = models.OneToOneField(User, models.PROTECT, related_name="room_device")
    label = SafeText(max_length=40)
    secret_sha256 = Sha256()
    public_key = models.TextField()  # ECDSA P-256, SubjectPublicKeyInfo, base64


class RoomDeviceEnd(Fact):
    """A device was revoked: from then on it opens nothing and its entries are kept apart."""

    hashed: ClassVar = {1: names(FACT + "device_id reason")}

    REASONS = ("lost", "replaced", "other")

    device = models.OneToOneField(RoomDevice, models.PROTECT, related_name="end")
    reason = SafeText(max_length=40)


class RoomOpening(Fact):
    """A device was opened by people who each proved who they are. It is nobody's log-in."""

    hashed: ClassVar = {1: names(FACT + "site_id device_id session_sha256 expires_on_clock")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="room_openings")
    device = models.ForeignKey(RoomDevice, models.PROTECT, related_name="openings")
    session_sha256 = Sha256()
    expires_on_clock = Instant()  # when it ends by itself


class RoomSubject(Fact):
    """An opening is for this enrollment, maybe with others."""

    hashed: ClassVar = {1: names(FACT + "opening_id enrollment_id")}

    opening = models.ForeignKey(RoomOpening, models.PROTECT, related_name="subjects")
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="room_openings")


class RoomStep(Fact):
    """Somebody proved on the device who they are: came in, writes from now on, or left.

    The id of a ``writes`` step is known to the page that made it and is never shown.
    """

    hashed: ClassVar = {
        1: names(FACT + "opening_id user_id kind stepped_at stepped_by_id proof_id proof_method")
    }

    opening = models.ForeignKey(RoomOpening, models.PROTECT, related_name="steps")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    kind = SafeText(max_length=10)
    stepped_at = Instant()
    stepped_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proof_id = models.UUIDField(unique=True)
    proof_method = SafeText(max_length=20)


class RoomClosing(Fact):
    """An opening was closed by one of those who were in the room."""

    hashed: ClassVar = {1: names(FACT + "opening_id closed_at closed_by_id proof_id proof_method")}

    opening = models.OneToOneField(RoomOpening, models.PROTECT, related_name="closing")
    closed_at = Instant()
    closed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proof_id = models.UUIDField(unique=True)
    proof_method = SafeText(max_length=20)


class RoomEntry(Fact):
    """Something was written in a room, in the stream of the one it is about.

    ``written`` is sealed: the exact text that the device signed, words included. ``details`` is
    canonical JSON of codes and numbers. ``device_clock`` is as the device's clock stood, and
    ``clock_offset_ms`` by how much it was ahead of ours when last compared; None, never compared.
    """

    hashed: ClassVar = {
        1: names(
            FACT + "site_id opening_id device_id enrollment_id kind details written "
            "written_at written_by_id reason came step_id device_clock clock_offset_ms "
            "device_signature"
        )
    }

    site = models.ForeignKey(Site, models.PROTECT, related_name="room_entries")
    opening = models.ForeignKey(RoomOpening, models.PROTECT, null=True, related_name="entries")
    device = models.ForeignKey(RoomDevice, models.PROTECT, null=True, related_name="entries")
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, null=True, related_name="room_entries"
    )
    kind = SafeText(max_length=40)
    details = models.TextField(default="{}")
    written = SealedText(null=True)
    written_at = Instant()
    written_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = SafeText(max_length=40)  # why it is whose it is, or nobody's
    came = SafeText(max_length=10)
    step = models.ForeignKey(RoomStep, models.PROTECT, null=True, related_name="+")
    device_clock = Instant()
    clock_offset_ms = models.BigIntegerField(null=True)
    device_signature = models.TextField(default="")

    class Meta:
        indexes = [models.Index(fields=["opening", "stream"], name="room_entry_of_opening")]


class RoomAttribution(Fact):
    """Somebody proved who they are and said whose an entry is: their own, or to be set apart."""

    hashed: ClassVar = {
        1: names(FACT + "entry_id outcome settled_at settled_by_id proof_id proof_method")
    }

    OUTCOMES = ("mine", "set-apart")

    entry = models.OneToOneField(RoomEntry, models.PROTECT, related_name="attribution")
    outcome = SafeText(max_length=20)
    settled_at = Instant()
    settled_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proof_id = models.UUIDField(unique=True)
    proof_method = SafeText(max_length=20)


class RoomWriterKey(Fact):
    """Somebody proved at a device who they are, and made a key there that only their PIN opens.

    With it they sign a movement of a medicine on that device, also while the server is away. It is
    good for the opening in which it was made and no longer.
    """

    hashed: ClassVar = {1: names(FACT + "opening_id user_id public_key proof_id proof_method")}

    opening = models.ForeignKey(RoomOpening, models.PROTECT, related_name="writer_keys")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    public_key = models.TextField()  # ECDSA P-256, SubjectPublicKeyInfo, base64
    proof_id = models.UUIDField(unique=True)
    proof_method = SafeText(max_length=20)
