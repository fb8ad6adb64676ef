"""Approvals and licences as dated facts: under which law a site works, and what it was allowed."""

from typing import ClassVar

from django.db import models

from holdfast.records.care import Enrollment, Signature
from holdfast.records.columns import SafeText, SealedText, Sha256, names
from holdfast.records.facts import CORRECTION, FACT, Correctable
from holdfast.records.people import Site, User


class SiteJurisdiction(Correctable):
    """The jurisdiction whose rules hold at a site: a released file, by name and hash."""

    hashed: ClassVar = {
        1: names(FACT + CORRECTION + "site_id jurisdiction jurisdiction_sha256 signature_id")
    }

    site = models.ForeignKey(Site, models.PROTECT, related_name="jurisdictions")
    jurisdiction = SafeText(max_length=60)
    jurisdiction_sha256 = Sha256()
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class Approval(Correctable):
    """An approval or licence as its document says: of what, for whom, from which day to which.

    Both days are the site's own dates, and the approval is valid on both. What it does not name
    is None. The document itself is not kept here: its hash says which one it was. ``number`` is
    sealed under the key of whoever it tells of: the patient's, the holder's or the
    organisation's.
    """

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + "site_id kind starts_on ends_on is_open_ended protocol_name "
            "protocol_version consent_version product holder_id enrollment_id permits number "
            "document_sha256 signature_id"
        )
    }

    site = models.ForeignKey(Site, models.PROTECT, related_name="approvals")
    kind = SafeText(max_length=60)  # a code of the jurisdiction's file
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    is_open_ended = models.BooleanField(default=False)
    protocol_name = SafeText(max_length=60, null=True)
    protocol_version = models.IntegerField(null=True)
    consent_version = SafeText(max_length=40, null=True)
    product = SafeText(max_length=60, null=True)
    holder = models.ForeignKey(User, models.PROTECT, null=True, related_name="approvals")
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, null=True, related_name="approvals")
    permits = models.TextField(default="[]")  # canonical JSON list of acts
    number = SealedText(null=True)
    document_sha256 = Sha256(null=True)
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class ApprovalChange(Correctable):
    """An approval was suspended, resumed or withdrawn, from this day of the site on."""

    hashed: ClassVar = {
        1: names(FACT + CORRECTION + "approval_id change from_on document_sha256 signature_id")
    }

    approval = models.ForeignKey(Approval, models.PROTECT, related_name="changes")
    change = SafeText(max_length=20)
    from_on = models.DateField()
    document_sha256 = Sha256(null=True)
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")
