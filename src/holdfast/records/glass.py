"""Break-glass: who opened which record in an emergency, until when, how it ended, who reviewed it.

The grant is the fact itself: what it lets somebody do follows from these rows and the clock, so
that nothing has to be switched off when it ends.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import orjson
from django.db import models

from holdfast.definitions.operational_times import operational_times
from holdfast.definitions.roles import roles
from holdfast.domain import glass
from holdfast.records.care import Confirmation, Enrollment, Signature
from holdfast.records.columns import Instant, SafeText, SealedText, names
from holdfast.records.duty import SignedTime
from holdfast.records.events import Event, read_event
from holdfast.records.facts import FACT, Fact
from holdfast.records.journal import JournalEntry
from holdfast.records.people import Site, User
from holdfast.records.prepared import Prepared

OPEN_FOR, REVIEWED_WITHIN = "glass-open-for", "glass-reviewed-within"


class GlassOpening(Fact):
    """Somebody without access opened one enrollment in an emergency.

    ``permissions`` is a canonical JSON list: what it let them do. Their own words are sealed under
    the key of the person whose record it is.
    """

    hashed: ClassVar = {
        1: names(
            FACT + "enrollment_id user_id way reason_code reason_words permissions opened_at "
            "opened_by_id until signature_id"
        )
    }

    WAYS = ("name", "number")
    REASONS = ("danger-to-life", "cannot-speak", "medicine-now", "danger-to-others", "other")

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="glass_openings")
    user = models.ForeignKey(User, models.PROTECT, related_name="glass_openings")
    way = SafeText(max_length=20)  # how the person was found
    reason_code = SafeText(max_length=40)
    reason_words = SealedText()
    permissions = models.TextField()
    opened_at = Instant()
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    until = Instant()
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["user", "until"], name="glass_of_user")]


class GlassEnd(Fact):
    """Whoever opened it closed it before its time."""

    hashed: ClassVar = {1: names(FACT + "opening_id ended_at ended_by_id")}

    opening = models.OneToOneField(GlassOpening, models.PROTECT, related_name="end")
    ended_at = Instant()
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class GlassReview(Fact):
    """Somebody else judged an opening, and signed it with their words."""

    hashed: ClassVar = {1: names(FACT + "opening_id verdict words signature_id")}

    opening = models.OneToOneField(GlassOpening, models.PROTECT, related_name="review")
    verdict = SafeText(max_length=20)
    words = SealedText()
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class GlassMiss(Fact):
    """A search in an emergency that opened nothing. What was searched for is not kept."""

    hashed: ClassVar = {1: names(FACT + "site_id way answered sought_at sought_by_id")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="glass_misses")
    way = SafeText(max_length=20)
    answered = SafeText(max_length=20)  # nobody | several-records | several-people
    sought_at = Instant()
    sought_by = models.ForeignKey(User, models.PROTECT, related_name="+")


def opening_value(row: GlassOpening) -> glass.Opening:
    """An opening as the rules read it; its row with ``end`` selected."""
    end = getattr(row, "end", None)
    return glass.Opening(
        id=row.id,
        person=row.user_id,
        enrollment=row.enrollment_id,
        permissions=frozenset(orjson.loads(row.permissions)),
        opened_at=row.opened_at,
        until=row.until,
        ended_at=end.ended_at if end else None,
    )


def granted(user: User, enrollment_id: UUID | None, now: datetime) -> frozenset[str]:
    """What standing openings let somebody do with one enrollment now; nothing once they ended.

    Whether they may still break glass at all is asked by ``records.access``, which calls this.
    """
    if enrollment_id is None:
        return glass.NOTHING
    return glass.granted(
        [opening_value(row) for row in _OPENINGS.rows(user.id, UUID(str(enrollment_id)))],
        person=user.id,
        enrollment=enrollment_id,
        now=now,
        allowed=roles().break_glass,
    )


_OPENINGS = Prepared(
    lambda user, enrollment: GlassOpening.objects.filter(
        user=user, enrollment=enrollment
    ).select_related("end")
)


def open_now(user: User, now: datetime) -> list[GlassOpening]:
    """The openings of somebody that are open, the one that closes first on top."""
    rows = GlassOpening.objects.filter(user=user, until__gt=now).select_related(
        "end", "enrollment__site"
    )
    return [row for row in rows.order_by("until", "id") if glass.is_open(opening_value(row), now)]


def open_or_unreviewed(user: User, site: Site | None, now: datetime) -> list[GlassOpening]:
    """What somebody has open, and what nobody reviewed of a site: what every page must know."""
    told = models.Q(user=user, until__gt=now)
    if site is not None:
        told |= models.Q(enrollment__site=site, review=None)
    rows = GlassOpening.objects.filter(told).select_related("end", "review", "enrollment__site")
    return list(rows.order_by("opened_at", "id"))


def openings_at(site: Site) -> list[GlassOpening]:
    """Every opening of a record of a site, newest first."""
    rows = GlassOpening.objects.filter(enrollment__site=site).select_related(
        "end", "review__signature__signed_by", "enrollment__site", "user"
    )
    return list(rows.order_by("-opened_at", "-id"))


def unreviewed_at(site: Site) -> list[GlassOpening]:
    """The openings of a site's records that nobody has reviewed, oldest first."""
    rows = GlassOpening.objects.filter(enrollment__site=site, review=None)
    return list(rows.select_related("end", "enrollment__site").order_by("opened_at", "id"))


def responsible_for(enrollments: Iterable[Enrollment]) -> Mapping[UUID, UUID]:
    """The account responsible for each enrollment: who confirmed its last verdict, else who opened it."""
    rows = list(enrollments)
    found = {row.id: row.recorded_by_id for row in rows}
    confirmed = Confirmation.objects.filter(enrollment_id__in=found).select_related("signature")
    for row in confirmed.order_by("recorded_at", "position"):
        found[row.enrollment_id] = row.signature.signed_by_id
    return found


def time_in_force(site: Site, code: str) -> timedelta:
    """An operational time as it runs at a site: signed there, or our own default."""
    signed = (
        SignedTime.objects.filter(site=site, code=code, corrected_by=None)
        .order_by("-position", "-id")
        .first()
    )
    return operational_times()[code].in_force(signed.value if signed else None)


def entries_while_open(row: GlassOpening) -> list[Event]:
    """What whoever opened a record wrote into it while it was open, oldest first."""
    end = opening_value(row).ended_at or row.until
    rows = JournalEntry.objects.filter(
        stream_id=row.enrollment_id,
        position__gt=row.position,
        recorded_by_id=row.user_id,
        recorded_at__lt=end,
    )
    return [read_event(bytes(entry.event)) for entry in rows.order_by("position")]
