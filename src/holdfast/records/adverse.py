"""Adverse events, and what became of each candidate: linked to one, or dismissed, each by itself."""

from typing import ClassVar

from django.db import models

from holdfast.records.care import Enrollment, Signature
from holdfast.records.clinical_care import EventCandidate
from holdfast.records.columns import Instant, SafeText, SealedText, names
from holdfast.records.facts import FACT, Fact
from holdfast.records.people import User


class AdverseEvent(Fact):
    """A physician judged that something is an adverse event. What is told of it hangs on its candidates."""

    hashed: ClassVar = {1: names(FACT + "enrollment_id words is_serious opened_at opened_by_id")}

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="adverse_events")
    words = SealedText()
    is_serious = models.BooleanField(null=True)  # None: nobody can say yet
    opened_at = Instant()
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class CandidateSettled(Fact):
    """One candidate, as it was then, was linked to an adverse event or dismissed, with a signature.

    What is said anew of a candidate is another row of it, and waits again.
    """

    OUTCOMES = ("adverse-event", "dismissed")
    REASONS = (
        "not-adverse",
        "known-before",
        "entered-in-error",
        "same-as-another",
        "other",
    )

    hashed: ClassVar = {
        1: names(
            FACT + "enrollment_id candidate_id outcome event_id reason words settled_at "
            "settled_by_id signature_id"
        )
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="+")
    candidate = models.OneToOneField(EventCandidate, models.PROTECT, related_name="settled")
    outcome = SafeText(max_length=20)
    event = models.ForeignKey(AdverseEvent, models.PROTECT, null=True, related_name="candidates")
    reason = SafeText(max_length=30, default="")
    words = SealedText(null=True)
    settled_at = Instant()
    settled_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")
