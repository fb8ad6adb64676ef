"""Laboratory and ECG in a course: ordered, collected, resulted, reviewed; and the alarms they raise."""

from typing import ClassVar

from django.db import models

from holdfast.records.care import Enrollment, Signature
from holdfast.records.columns import ExactDecimal, Instant, SafeText, SealedText, names
from holdfast.records.duty import DutyPage
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.people import User


class TestOrder(Fact):
    """A test of a person was ordered; ``test`` is an activity of the protocol or of the catalogue.

    ``review_due_at`` is by when its results are reviewed, as whoever ordered it said.
    """

    __test__ = False

    hashed: ClassVar = {
        1: names(FACT + "enrollment_id test visit ordered_at ordered_by_id review_due_at")
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="test_orders")
    test = SafeText(max_length=60)
    visit = SafeText(max_length=60, default="")
    ordered_at = Instant()
    ordered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    review_due_at = Instant()


class TestCollected(Fact):
    """What was ordered was taken: blood, urine, or the recording."""

    __test__ = False

    hashed: ClassVar = {1: names(FACT + "enrollment_id order_id collected_at collected_by_id")}

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="+")
    order = models.OneToOneField(TestOrder, models.PROTECT, related_name="collected")
    collected_at = Instant()
    collected_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class TestCancelled(Fact):
    """What was ordered is not wanted any more, by whom and why.

    An order that is reported all the same counts as any other: no value is hidden by this.
    """

    __test__ = False

    REASONS = (
        "entered-in-error",
        "ordered-twice",
        "not-needed",
        "person-declined",
        "could-not-be-taken",
        "other",
    )

    hashed: ClassVar = {
        1: names(FACT + "enrollment_id order_id reason words cancelled_at cancelled_by_id")
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="+")
    order = models.OneToOneField(TestOrder, models.PROTECT, related_name="cancelled")
    reason = SafeText(max_length=30)
    words = SealedText(null=True)
    cancelled_at = Instant()
    cancelled_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class TestResult(Correctable):
    """One value or finding of a test, with the laboratory's own range, verbatim and as numbers.

    ``is_critical`` is the laboratory's own mark or the reader's, None where nobody said.
    ``formula`` names how a derived value was derived; empty where it was measured.
    """

    __test__ = False

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + "enrollment_id order_id loinc value finding unit low high "
            "range_words resulted_at is_critical formula"
        )
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="+")
    order = models.ForeignKey(TestOrder, models.PROTECT, related_name="results")
    loinc = SafeText(max_length=12)
    value = ExactDecimal(null=True)
    finding = SafeText(max_length=40, default="")
    unit = SafeText(max_length=30, default="")
    low = ExactDecimal(null=True)
    high = ExactDecimal(null=True)
    range_words = SealedText(null=True)
    resulted_at = Instant()
    is_critical = models.BooleanField(null=True)
    formula = SafeText(max_length=20, default="")


class ResultReview(Fact):
    """A physician read every result of an order and signed what follows.

    ``stands_until`` is the last day on which the results may carry a dosing session, as the
    physician decides for this person; None where they carry none.
    """

    hashed: ClassVar = {
        1: names(
            FACT + "enrollment_id order_id is_acceptable stands_until resolves_critical words "
            "reviewed_at reviewed_by_id signature_id"
        )
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="+")
    order = models.ForeignKey(TestOrder, models.PROTECT, related_name="reviews")
    is_acceptable = models.BooleanField()
    stands_until = models.DateField(null=True)
    resolves_critical = models.BooleanField(default=False)
    words = SealedText(null=True)
    reviewed_at = Instant()
    reviewed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class ClinicalAlarm(Fact):
    """Something about a person must be seen to now; whoever is on duty was paged for it.

    ``about`` is the fact that raised it. What is done is answered to the page.
    """

    KINDS = ("result-critical", "review-overdue", "call-missed", "pack-unaccounted")

    hashed: ClassVar = {1: names(FACT + "enrollment_id kind about page_id")}

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="clinical_alarms")
    kind = SafeText(max_length=20)
    about = models.UUIDField()
    page = models.ForeignKey(DutyPage, models.PROTECT, related_name="clinical_alarms")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "about"], name="one_alarm_once")]
