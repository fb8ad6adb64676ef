"""Duty: the roster, how people are reached, pages with their attempts and answers, signed times."""

from typing import ClassVar

from django.db import models

from holdfast.records.care import Signature
from holdfast.records.columns import ExactDecimal, Instant, SafeText, SealedText, Sha256, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.people import Site, User


class DutyHours(Correctable):
    """Hours of one person in one post, by the site's clock; changed or ended by a correction."""

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + "site_id user_id post first_day last_day weekdays begins ends "
            "is_withdrawn"
        )
    }

    site = models.ForeignKey(Site, models.PROTECT, related_name="duty_hours")
    user = models.ForeignKey(User, models.PROTECT, related_name="duty_hours")
    post = SafeText(max_length=40)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    weekdays = SafeText(max_length=7)  # digits, 1 Monday to 7 Sunday
    begins = SafeText(max_length=5)  # HH:MM of the site's clock
    ends = SafeText(max_length=5)
    is_withdrawn = models.BooleanField(default=False)


class DutyContact(Correctable):
    """How a person is reached by one channel; the address sealed under their own key."""

    hashed: ClassVar = {
        1: names(FACT + CORRECTION + "site_id user_id channel address token is_withdrawn")
    }

    CHANNELS = ("email", "sms", "voice", "pager")

    site = models.ForeignKey(Site, models.PROTECT, related_name="duty_contacts")
    user = models.ForeignKey(User, models.PROTECT, related_name="duty_contacts")
    channel = SafeText(max_length=20)
    address = SealedText(null=True)
    token = Sha256()  # keyed by the person's key: the same address again gives the same
    is_withdrawn = models.BooleanField(default=False)


class DutyPage(Fact):
    """Somebody is called. A test names the one person and channel that it tries."""

    hashed: ClassVar = {1: names(FACT + "site_id post reason asked_at asked_by_id user_id channel")}

    REASONS = ("come-now", "call-back", "are-you-reachable")
    TEST = "channel-test"
    GLASS = "glass-broken"  # a record was opened in an emergency

    site = models.ForeignKey(Site, models.PROTECT, related_name="duty_pages")
    post = SafeText(max_length=40, default="")
    reason = SafeText(max_length=40)
    asked_at = Instant()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # a test's
    channel = SafeText(max_length=20, default="")  # a test's


class PageAttempt(Fact):
    """One try to send a page to a person; ``received`` is written after the channel's receipt."""

    hashed: ClassVar = {1: names(FACT + "page_id user_id channel outcome detail message")}

    OUTCOMES = ("received", "failed")

    page = models.ForeignKey(DutyPage, models.PROTECT, related_name="attempts")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    channel = SafeText(max_length=20)
    outcome = SafeText(max_length=20)
    detail = SafeText(default="")  # a code, never the gateway's words
    message = models.UUIDField()  # the id by which the gateway knows it again


class PageAnswer(Fact):
    """A person answered a page, and with what. ``cannot`` sends it to the next person at once."""

    hashed: ClassVar = {1: names(FACT + "page_id done answered_at answered_by_id")}

    TAKEN = ("coming", "spoke", "reachable", "seen", "test-received")
    CANNOT = "cannot"

    page = models.ForeignKey(DutyPage, models.PROTECT, related_name="answers")
    done = SafeText(max_length=40)
    answered_at = Instant()
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class SignedTime(Correctable):
    """A time of duty, or another operational time, that somebody signed for a site."""

    hashed: ClassVar = {
        1: names(FACT + CORRECTION + "site_id code value unit signed_on signed_by_id signature_id")
    }

    site = models.ForeignKey(Site, models.PROTECT, related_name="signed_times")
    code = SafeText(max_length=60)
    value = ExactDecimal()
    unit = SafeText(max_length=20)
    signed_on = models.DateField()
    signed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")
