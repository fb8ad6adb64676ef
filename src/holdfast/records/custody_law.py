"""What the law of custody asks of a site and what was done about it; patterns that the watch found.

All of it is in the site's stream. When something is due is worked out (``domain.custody_deadlines``);
here is only what was sent, and what was found and said of it.
"""

from typing import ClassVar

from django.db import models

from holdfast.records.care import Signature
from holdfast.records.columns import ExactDecimal, Instant, SafeText, SealedText, Sha256, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.people import Site, User


class CustodyNotice(Correctable):
    """A notice, form or inventory that the law asks for was made and sent, with a signature.

    ``duty`` names what is closed by it: the rule and what the rule is about. ``content`` is canonical
    JSON of the fields of its form, sealed under the organisation's key.
    """

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + "site_id duty rule form made_at made_by_id how content "
            "document_sha256 signature_id"
        )
    }

    HOW = ("portal", "e-mail", "letter", "telephone", "in-person", "kept-on-file")

    site = models.ForeignKey(Site, models.PROTECT, related_name="custody_notices")
    duty = SafeText()
    rule = SafeText(max_length=80)
    form = SafeText(max_length=40, default="")
    made_at = Instant()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    how = SafeText(max_length=20)
    content = SealedText(null=True)
    document_sha256 = Sha256(null=True)
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["site", "duty"], name="custody_notice_of_duty")]


class CustodyPattern(Fact):
    """The watch found a pattern in the movements of a site, with its numbers against what chance gives.

    ``people`` is canonical JSON of the accounts in the pattern, ``numbers`` of what was counted.
    ``told`` is who was told: nobody in the pattern. None: there was nobody else.
    """

    hashed: ClassVar = {
        1: names(FACT + "site_id pattern sign found_at people numbers chance told_id")
    }

    site = models.ForeignKey(Site, models.PROTECT, related_name="custody_patterns")
    pattern = SafeText(max_length=60)
    sign = Sha256()  # of what it was found in: the same again is not told again
    found_at = Instant()
    people = models.TextField(default="[]")
    numbers = models.TextField(default="{}")
    chance = ExactDecimal(null=True)  # how often chance alone would give as much; None: no chance
    told = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "sign"], name="one_custody_pattern_once")
        ]


class CustodyPatternSettled(Fact):
    """Somebody who is not in a pattern looked into it, and what they found."""

    hashed: ClassVar = {1: names(FACT + "pattern_id outcome words settled_at settled_by_id")}

    OUTCOMES = ("explained", "followed-up", "reported", "no-finding")

    pattern = models.OneToOneField(CustodyPattern, models.PROTECT, related_name="settled")
    outcome = SafeText(max_length=20)
    words = SealedText(null=True)
    settled_at = Instant()
    settled_by = models.ForeignKey(User, models.PROTECT, related_name="+")
