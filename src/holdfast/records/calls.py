"""How somebody first came to us, what they permitted, their papers, the waiting list and letters."""

from typing import ClassVar

from django.db import models

from holdfast.records.care import Enrollment
from holdfast.records.columns import SafeText, SealedText, Sha256, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.people import Person, Site


class FirstContact(Fact):
    """Somebody came to us by a call, a web inquiry or a letter, and permitted a record.

    ``safety`` is how the question of safety ended, which comes before anything else.
    """

    hashed: ClassVar = {
        1: names(
            FACT + "enrollment_id form script_name script_version script_sha256 language safety"
        )
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="first_contacts")
    form = SafeText(max_length=20)
    script_name = SafeText(max_length=60)
    script_version = models.IntegerField()
    script_sha256 = Sha256()
    language = SafeText(max_length=10)
    safety = SafeText(max_length=20)


class ContactPermission(Correctable):
    """How a person may be reached, as they said it; a later one corrects it.

    ``ways`` is canonical JSON, a list of codes; ``when_words`` are the person's own, sealed.
    """

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + "enrollment_id may_contact ways may_leave_message "
            "may_tell_referrer when_words"
        )
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="contact_permissions")
    may_contact = models.BooleanField()
    ways = models.TextField(default="[]")
    may_leave_message = models.BooleanField()
    may_tell_referrer = models.BooleanField()
    when_words = SealedText(null=True)


class DuplicateDecision(Fact):
    """Somebody looked at a person who might be the same, and said whether they are."""

    hashed: ClassVar = {1: names(FACT + "enrollment_id candidate_id decision")}

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="duplicate_decisions")
    candidate = models.ForeignKey(Person, models.PROTECT, related_name="+")
    decision = SafeText(max_length=10)  # same | another


class Scan(Fact):
    """A paper of a person, sealed under their key. ``content_sha256`` is of the exact bytes."""

    hashed: ClassVar = {
        1: names(FACT + "enrollment_id media_type size_bytes content_sha256 content")
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="scans")
    media_type = SafeText(max_length=40)
    size_bytes = models.IntegerField()
    content_sha256 = Sha256()
    content = SealedText()  # base64 of the bytes


class WaitingListStep(Fact):
    """Somebody joined the waiting list, was moved on it, or left it."""

    hashed: ClassVar = {1: names(FACT + "enrollment_id site_id step on_day counts_from reason")}

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="waiting_steps")
    site = models.ForeignKey(Site, models.PROTECT, related_name="waiting_steps")
    step = SafeText(max_length=10)
    on_day = models.DateField()
    counts_from = models.DateField()
    reason = SafeText(max_length=40)


class Letter(Fact):
    """A letter as it went out: the exact bytes of its PDF, sealed, and their hash.

    The bytes hold a random number that stands nowhere else, so that the hash, kept for ever,
    cannot be tried with a guessed letter.
    """

    hashed: ClassVar = {
        1: names(
            FACT + "enrollment_id kind addressee language template_sha256 content_sha256 content"
        )
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="letters")
    kind = SafeText(max_length=10)
    addressee = SafeText(max_length=10)
    language = SafeText(max_length=10)
    template_sha256 = Sha256()
    content_sha256 = Sha256()
    content = SealedText()  # base64 of the PDF


class CrisisNumber(Correctable):
    """A public crisis line, by country, as the site set it. Until then there is none."""

    hashed: ClassVar = {1: names(FACT + CORRECTION + "site_id country number title")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="crisis_numbers")
    country = SafeText(max_length=2)  # ISO 3166-1 alpha-2
    number = SafeText(max_length=40)
    title = SafeText(max_length=120)


class OnCallNumber(Correctable):
    """The number by which the people of a site are reached at any hour, as the site set it."""

    hashed: ClassVar = {1: names(FACT + CORRECTION + "site_id number")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="on_call_numbers")
    number = SafeText(max_length=40)
