"""Concerns and who outside reads them. No column here tells the site's own pages anything.

What a person wrote is enclosed under a key of the concern's own (``records.concern_keys``), which
no key of the site opens: the columns named ``words`` hold ciphertext alone.
"""

from typing import ClassVar
from uuid import UUID, uuid5

from django.db import models

from holdfast.records.columns import Instant, SafeText, SealedText, Sha256, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.people import Site, User

REGISTER, CONCERN = "concerns", "concern"  # kinds of streams


def register_of(site_id: UUID) -> UUID:
    """The id of the stream that names a site's concerns and holds the tests of its recipients."""
    return uuid5(site_id, "register-of-concerns")


class RecipientSeat(Correctable):
    """Who holds one of the three seats outside the site, and how they are reached.

    Only ever replaced. A new holder counts from their first acknowledged test; until then the one
    before them does. The contact is sealed under the holder's own key.
    """

    hashed: ClassVar = {1: names(FACT + CORRECTION + "site_id seat user_id contact channels token")}

    CHANNELS = ("email", "sms")

    site = models.ForeignKey(Site, models.PROTECT, related_name="recipient_seats")
    seat = SafeText(max_length=20)
    user = models.ForeignKey(User, models.PROTECT, related_name="recipient_seats")
    contact = SealedText()  # JSON: name, email, phone
    channels = SafeText(max_length=40)  # those of CHANNELS that are used, by spaces
    token = Sha256()  # keyed: the same contact again gives the same


class RecipientBox(Fact):
    """A recipient's pair of keys: the private half is locked by a phrase that only they know."""

    hashed: ClassVar = {1: names(FACT + "site_id user_id public_key locked")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="recipient_boxes")
    public_key = Sha256()  # X25519, 32 bytes in hexadecimal
    locked = models.TextField()


class RecipientTest(Fact):
    """A test of a seat: the same letter goes out as for a concern."""

    hashed: ClassVar = {1: names(FACT + "seat_id")}

    seat = models.ForeignKey(RecipientSeat, models.PROTECT, related_name="tests")


class RecipientTestAnswer(Fact):
    """The holder of a seat said that the test reached them, with their box open."""

    hashed: ClassVar = {1: names(FACT + "test_id")}

    test = models.ForeignKey(RecipientTest, models.PROTECT, related_name="answers")


class Concern(Fact):
    """A concern that somebody raised; its id is that of its stream. Recorded by the house."""

    hashed: ClassVar = {1: names(FACT + "site_id lookup words")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    lookup = Sha256(unique=True)  # slowly derived from the phrase by which the reporter comes back
    words = models.TextField()


class ConcernShare(Fact):
    """The key of a concern, sealed to one holder: a recipient's box, or the reporter's phrase."""

    hashed: ClassVar = {1: names(FACT + "concern_id user_id public_key sealed_key")}

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="shares")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # None: reporter
    public_key = SafeText(max_length=64, default="")
    sealed_key = models.TextField()


class ConcernMessage(Fact):
    """Something the reporter added, or a recipient answered."""

    hashed: ClassVar = {1: names(FACT + "concern_id by_reporter words")}

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="messages")
    by_reporter = models.BooleanField()
    words = models.TextField()


class ConcernAcknowledgement(Fact):
    """A recipient said that they have everything that was said up to now."""

    hashed: ClassVar = {1: names(FACT + "concern_id seat")}

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="acknowledgements")
    seat = SafeText(max_length=20)


class ConcernClosing(Fact):
    """A recipient closed a concern; what the reporter adds later opens it again."""

    hashed: ClassVar = {1: names(FACT + "concern_id outcome words")}

    OUTCOMES = (
        "no-ground-found",
        "advice-given",
        "settled-with-site",
        "changes-required",
        "passed-to-authority",
        "withdrawn-by-reporter",
    )

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="closings")
    outcome = SafeText(max_length=40)
    words = models.TextField()


class RecipientTry(Fact):
    """One try to send a letter to a seat, about a concern or about a test."""

    hashed: ClassVar = {
        1: names(FACT + "concern_id test_id seat_id since channel outcome detail message")
    }

    OUTCOMES = ("received", "failed")

    concern = models.ForeignKey(Concern, models.PROTECT, null=True, related_name="tries")
    test = models.ForeignKey(RecipientTest, models.PROTECT, null=True, related_name="tries")
    seat = models.ForeignKey(RecipientSeat, models.PROTECT, related_name="+")
    since = Instant()  # which round of letters it belongs to
    channel = SafeText(max_length=20)
    outcome = SafeText(max_length=20)
    detail = SafeText(default="")  # a code, never the receiver's words
    message = models.UUIDField()


class AssignmentPause(Correctable):
    """A person's assignments at a site are paused; a correction lifts it.

    Always recorded by the house and without a reason, whoever decided it: nobody at the site can
    tell one pause from another.
    """

    hashed: ClassVar = {1: names(FACT + CORRECTION + "site_id user_id is_lifted")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="assignment_pauses")
    user = models.ForeignKey(User, models.PROTECT, related_name="assignment_pauses")
    is_lifted = models.BooleanField(default=False)


class PauseGround(Fact):
    """Who decided a pause and why: in the stream of a concern, or in the site's register."""

    hashed: ClassVar = {1: names(FACT + "pause_id concern_id reason words")}

    REASONS = ("licence", "training", "absence", "employment", "other")  # of a site lead

    pause = models.ForeignKey(AssignmentPause, models.PROTECT, related_name="grounds")
    concern = models.ForeignKey(Concern, models.PROTECT, null=True, related_name="pauses")
    reason = SafeText(max_length=40, default="")
    words = models.TextField(default="")
