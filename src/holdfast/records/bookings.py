"""Who works together with a person, who asked for others, and what is reserved for a visit."""

from typing import ClassVar

from django.db import models

from holdfast.records.care import Enrollment
from holdfast.records.columns import Instant, SafeText, names
from holdfast.records.facts import CORRECTION, FACT, Correctable
from holdfast.records.people import Site, User
from holdfast.records.rooms import Room


class Booking(Correctable):
    """Pair, room and on-call physician of one visit, reserved together; in the site's stream.

    ``starts`` is the site's wall clock, ``YYYY-MM-DDTHH:MM``, and ``zone`` the name of the zone:
    the instant is worked out when it is asked for, so that 09:00 stays 09:00 when the rules of the
    zone change. ``minutes`` runs from that instant. Moved or cancelled by a correction.
    """

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + "site_id enrollment_id visit starts zone minutes lead_id second_id "
            "room_id physician_id place is_cancelled"
        )
    }

    site = models.ForeignKey(Site, models.PROTECT, related_name="bookings")
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="bookings")
    visit = SafeText(max_length=60)
    starts = SafeText(max_length=16, db_index=True)
    zone = SafeText(max_length=60)
    minutes = models.IntegerField()
    lead = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    second = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="bookings")
    physician = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    place = SafeText(max_length=20)
    is_cancelled = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["site", "starts"], name="booking_at_site")]


class ChangeAsked(Correctable):
    """Either side asked for another therapist. No reason is asked for, and none is kept.

    ``side`` is ``patient`` or ``therapist``; ``user`` is whom it is about. Withdrawn by a
    correction.
    """

    hashed: ClassVar = {
        1: names(FACT + CORRECTION + "enrollment_id side user_id asked_at asked_by_id is_withdrawn")
    }

    SIDES = ("patient", "therapist")

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="changes_asked")
    side = SafeText(max_length=20)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    asked_at = Instant()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    is_withdrawn = models.BooleanField(default=False)


class PairAssigned(Correctable):
    """The two therapists of a course from a day on; the lead is the licensed one.

    ``because`` is a code; ``answers`` the request that it settles, where it does.
    """

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + "enrollment_id lead_id second_id from_on because answers_id "
            "is_withdrawn"
        )
    }

    REASONS = ("first-pair", "change-asked", "left-the-site", "long-absence", "other")

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="pairs")
    lead = models.ForeignKey(User, models.PROTECT, related_name="+")
    second = models.ForeignKey(User, models.PROTECT, related_name="+")
    from_on = models.DateField()
    because = SafeText(max_length=40)
    answers = models.ForeignKey(ChangeAsked, models.PROTECT, null=True, related_name="answered_by")
    is_withdrawn = models.BooleanField(default=False)


class AbsenceCover(Correctable):
    """Somebody stands in for one of the pair on the days named, both included."""

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + "enrollment_id absent_id covered_by_id first_day last_day "
            "is_withdrawn"
        )
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="covers")
    absent = models.ForeignKey(User, models.PROTECT, related_name="+")
    covered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    is_withdrawn = models.BooleanField(default=False)
