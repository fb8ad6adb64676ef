"""Access review: the signed lists of who holds which role at a site, and who looked at that list."""

from typing import ClassVar

from django.db import models

from holdfast.records.care import Signature
from holdfast.records.columns import SafeText, Sha256, names
from holdfast.records.facts import FACT, Fact
from holdfast.records.people import Site, User


class AccessReview(Fact):
    """Somebody signed the list of roles at a site, each to be kept or ended.

    ``shown`` is the exact list as it was shown, canonical JSON: ids, codes and dates, and for each
    name the id of the row that holds it, sealed. ``decisions`` is a canonical JSON object from the
    id of each decided role to ``keep`` or ``end``.
    """

    hashed: ClassVar = {1: names(FACT + "site_id shown shown_sha256 decisions signature_id")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="access_reviews")
    shown = models.TextField()
    shown_sha256 = Sha256()
    decisions = models.TextField()
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class AccessLook(Fact):
    """Somebody looked at the list of who holds which role: once for each viewer, day and part of it."""

    hashed: ClassVar = {1: names(FACT + "site_id viewer_id day part")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="access_looks")
    viewer = models.ForeignKey(User, models.PROTECT, related_name="+")
    day = models.DateField()  # the site's own
    part = SafeText(max_length=20)  # night | morning | afternoon | evening

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "viewer", "day", "part"], name="one_access_look"
            )
        ]
