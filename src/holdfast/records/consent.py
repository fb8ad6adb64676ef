"""Consent: which document is in force, what was given, talked over, understood, signed, taken back.

Each step names the exact version of the document by its hash. Nothing here is a tick: who did what,
when, and for the steps of the person what they were shown and answered.
"""

from typing import ClassVar

from django.db import models

from holdfast.records.calls import Scan
from holdfast.records.care import PROTOCOL, Enrollment, ProtocolBound, Signature
from holdfast.records.columns import Instant, SafeText, SealedText, Sha256, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.people import Site, User


class ConsentInForce(ProtocolBound, Correctable):
    """A physician put a version of a document in force at a site for a protocol, with a signature.

    ``consider_hours`` is the time to consider that this site gives. ``local_words`` is sealed JSON:
    what the site itself says of costs, injury, contacts. ``signed_figures`` is a canonical JSON list
    of the figures that the physician checked against the paper.
    """

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + PROTOCOL + "site_id document document_version document_sha256 "
            "consider_hours local_words signed_figures signature_id"
        )
    }

    site = models.ForeignKey(Site, models.PROTECT, related_name="consents_in_force")
    document = SafeText(max_length=60)
    document_version = models.IntegerField()
    document_sha256 = Sha256()
    consider_hours = models.IntegerField()
    local_words = SealedText()
    signed_figures = models.TextField()
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class ConsentGiven(Fact):
    """The document was given to the person: the exact text as shown, sealed, and its hash."""

    hashed: ClassVar = {
        1: names(
            FACT + "enrollment_id in_force_id document document_version document_sha256 language "
            "shown shown_sha256 way given_at given_by_id"
        )
    }

    WAYS = ("own-account", "paper", "both")

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="consents_given")
    in_force = models.ForeignKey(ConsentInForce, models.PROTECT, related_name="+")
    document = SafeText(max_length=60)
    document_version = models.IntegerField()
    document_sha256 = Sha256()
    language = SafeText(max_length=10)
    shown = SealedText()
    shown_sha256 = Sha256()
    way = SafeText(max_length=20)
    given_at = Instant()
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class ConsentConversation(Fact):
    """A named clinician talked it over with the person and checked who they are.

    ``talked`` are the person's questions and what was answered, sealed.
    """

    hashed: ClassVar = {
        1: names(
            FACT + "enrollment_id document_sha256 place identity_check talked held_at held_by_id"
        )
    }

    PLACES = ("site", "video", "phone")
    CHECKS = ("photo-document", "known-in-person", "two-details", "not-checked")
    NOT_CHECKED = "not-checked"

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="consent_conversations")
    document_sha256 = Sha256()
    place = SafeText(max_length=20)
    identity_check = SafeText(max_length=20)
    talked = SealedText(null=True)
    held_at = Instant()
    held_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class ComprehensionAttempt(Fact):
    """One answer to one question of the comprehension check; every try is kept."""

    hashed: ClassVar = {
        1: names(
            FACT + "enrollment_id document_sha256 question answer is_right attempt way "
            "answered_at answered_by_id"
        )
    }

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="comprehension_attempts"
    )
    document_sha256 = Sha256()
    question = SafeText(max_length=60)
    answer = SafeText(max_length=60)
    is_right = models.BooleanField()
    attempt = models.IntegerField()  # of this question, from 1
    way = SafeText(max_length=20)  # own-account | with-clinician
    answered_at = Instant()
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class ComprehensionExplained(Fact):
    """Somebody explained what was not understood; in their own words, sealed."""

    hashed: ClassVar = {
        1: names(
            FACT + "enrollment_id document_sha256 question explained explained_at explained_by_id"
        )
    }

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="comprehension_explained"
    )
    document_sha256 = Sha256()
    question = SafeText(max_length=60)
    explained = SealedText()
    explained_at = Instant()
    explained_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class ConsentSignature(Fact):
    """The person or the clinician signed the document that was given.

    In the product the signature stands beside it. On paper ``scan`` is the signed paper and
    ``witness`` who saw it signed, sealed; whoever records it signs that they saw both.
    """

    hashed: ClassVar = {
        1: names(
            FACT + "enrollment_id given_id document_sha256 party way scan_id witness signature_id "
            "signed_at signed_by_id"
        )
    }

    PARTIES = ("person", "clinician")
    WAYS = ("own-account", "paper", "product")

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="consent_signatures")
    given = models.ForeignKey(ConsentGiven, models.PROTECT, related_name="signatures")
    document_sha256 = Sha256()
    party = SafeText(max_length=20)
    way = SafeText(max_length=20)
    scan = models.ForeignKey(Scan, models.PROTECT, null=True, related_name="+")
    witness = SealedText(null=True)
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")
    signed_at = Instant()
    signed_by = models.ForeignKey(User, models.PROTECT, related_name="+")  # or who recorded it


class ConsentWithdrawn(Fact):
    """The person took back their consent. Stopping treatment is another thing and another record."""

    hashed: ClassVar = {1: names(FACT + "enrollment_id way words withdrawn_at withdrawn_by_id")}

    WAYS = ("own-account", "told", "letter")

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="consents_withdrawn")
    way = SafeText(max_length=20)
    words = SealedText(null=True)
    withdrawn_at = Instant()
    withdrawn_by = models.ForeignKey(User, models.PROTECT, related_name="+")  # or who recorded it


class AgreementItem(Fact):
    """What the person agreed to of one thing that may happen under the drug.

    ``allowed`` is a canonical JSON list of codes; an empty one is a no. The newest of an item
    stands. The item ``stop-word`` holds the person's own word, sealed.
    """

    hashed: ClassVar = {
        1: names(
            FACT + "enrollment_id document_sha256 item allowed words way agreed_at agreed_by_id"
        )
    }

    STOP_WORD = "stop-word"
    WAYS = ("own-account", "told")

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="agreement_items")
    document_sha256 = Sha256()
    item = SafeText(max_length=60)
    allowed = models.TextField()
    words = SealedText(null=True)
    way = SafeText(max_length=20)
    agreed_at = Instant()
    agreed_by = models.ForeignKey(User, models.PROTECT, related_name="+")  # or who recorded it


class Impairment(Fact):
    """A dose was taken, or somebody found that the person is not impaired any more.

    The dosing session's own record extends this: ``basis`` says what the finding rests on.
    """

    hashed: ClassVar = {1: names(FACT + "enrollment_id step basis found_at found_by_id")}

    STEPS = ("dosed", "not-impaired")
    BASES = ("dose-given", "dose-reported", "criteria-met")

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="impairments")
    step = SafeText(max_length=20)
    basis = SafeText(max_length=20)
    found_at = Instant()
    found_by = models.ForeignKey(User, models.PROTECT, related_name="+")
