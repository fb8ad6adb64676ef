"""Erasure and disclosure: what was asked, who signed, what was destroyed, who looked, what left."""

from typing import ClassVar

from django.db import models

from holdfast.records.care import Enrollment, Signature
from holdfast.records.columns import SafeText, Sha256, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.people import Person, Site, User


class SignedRetention(Correctable):
    """A physician signed for a site how many years a rule of retention asks; a new one corrects it."""

    hashed: ClassVar = {1: names(FACT + CORRECTION + "site_id rule years signature_id")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="signed_retention")
    rule = SafeText()
    years = models.IntegerField()
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class ErasureRequest(Fact):
    """Somebody asked that classes of a person's words be erased, and why, as a code.

    ``findings`` is canonical JSON of what the rules of retention said then.
    """

    hashed: ClassVar = {
        1: names(FACT + "enrollment_id person_id word_classes reason_code findings")
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="erasure_requests")
    person = models.ForeignKey(Person, models.PROTECT, related_name="erasure_requests")
    word_classes = SafeText()  # canonical JSON list: identity, words
    reason_code = SafeText(max_length=60)
    findings = models.TextField()


class ErasureSignature(Fact):
    """The first or the second signature under a request; two different people."""

    hashed: ClassVar = {1: names(FACT + "request_id number signature_id")}

    request = models.ForeignKey(ErasureRequest, models.PROTECT, related_name="signatures")
    number = models.IntegerField()  # 1 or 2
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="two_signatures_a_request")
        ]


class Erasure(Fact):
    """The keys of a person's words were destroyed: which, under which rule, by which request.

    ``keys`` is a canonical JSON list of key ids; ``findings`` is what permitted it.
    """

    hashed: ClassVar = {
        1: names(FACT + "request_id person_id word_classes keys rule reason_code findings")
    }

    request = models.OneToOneField(ErasureRequest, models.PROTECT, related_name="erasure")
    person = models.ForeignKey(Person, models.PROTECT, related_name="erasures")
    word_classes = SafeText()
    keys = models.TextField()
    rule = SafeText()  # the rule whose period ended last
    reason_code = SafeText(max_length=60)
    findings = models.TextField()


class Look(Fact):
    """Somebody looked at a person's page: once for each viewer, day and part of the day."""

    hashed: ClassVar = {1: names(FACT + "enrollment_id person_id viewer_id day part")}

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="looks")
    person = models.ForeignKey(Person, models.PROTECT, related_name="looks")
    viewer = models.ForeignKey(User, models.PROTECT, related_name="+")
    day = models.DateField()  # the site's own
    part = SafeText(max_length=20)  # night | morning | afternoon | evening

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "viewer", "day", "part"], name="one_look")
        ]


class Disclosure(Fact):
    """Something of a person's record left the house: what, in which form, for whom, known by hash."""

    hashed: ClassVar = {1: names(FACT + "enrollment_id person_id kind recipient content_sha256")}

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="disclosures")
    person = models.ForeignKey(Person, models.PROTECT, related_name="disclosures")
    kind = SafeText(max_length=40)  # own-copy | verdict-pdf
    recipient = SafeText(max_length=40)  # a code: person | staff
    content_sha256 = Sha256()
