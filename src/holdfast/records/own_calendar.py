"""A person's appointments, and the private address at which their calendar program asks for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models

from holdfast.records.bookings import Booking
from holdfast.records.columns import SealedText, Sha256, names
from holdfast.records.facts import FACT, Fact
from holdfast.records.people import Person, Site, User

TOKEN_BYTES = 32  # of chance in an address: nobody guesses one


class CalendarAddress(Fact):
    """A private address for a calendar program. Its token is kept as a hash, which tells nothing.

    ``title`` is what each event is called, in the person's own words, sealed under their key.
    """

    hashed: ClassVar = {1: names(FACT + "user_id person_id site_id token_sha256 title")}

    user = models.ForeignKey(User, models.PROTECT, related_name="calendar_addresses")
    person = models.ForeignKey(Person, models.PROTECT, related_name="calendar_addresses")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    token_sha256 = Sha256(db_index=True)
    title = SealedText()


class CalendarAddressEnd(Fact):
    """The address was taken back, or another took its place. It answers nothing any more."""

    hashed: ClassVar = {1: names(FACT + "address_id")}

    address = models.OneToOneField(CalendarAddress, models.PROTECT, related_name="end")


@dataclass(frozen=True)
class Appointment:
    """One booked visit: wall-clock start with the zone it is in, and how long it is planned to be."""

    id: UUID
    enrollment_id: UUID
    visit: str
    starts: datetime  # of the site's clock, without a zone of its own
    zone: str
    minutes: int
    place: str
    said_at: datetime  # when it was booked or moved

    @property
    def begins(self) -> datetime:
        """The instant, by the rules of the zone as they are today."""
        return self.starts.replace(tzinfo=ZoneInfo(self.zone))


def appointments_of(
    person_id: UUID, site: Site, now: datetime, back: timedelta = timedelta(0)
) -> list[Appointment]:
    """A person's appointments at a site from ``back`` before now on, in order."""
    rows = Booking.objects.filter(
        site=site, enrollment__person=person_id, corrected_by=None, is_cancelled=False
    )
    found = sorted(_appointments(rows), key=lambda each: each.begins)
    return [each for each in found if each.begins + timedelta(minutes=each.minutes) > now - back]


def _appointments(rows: Iterable[Booking]) -> list[Appointment]:
    return [
        Appointment(
            _first_of(row),
            row.enrollment_id,
            row.visit,
            datetime.fromisoformat(row.starts),
            row.zone,
            row.minutes,
            row.place,
            row.recorded_at,
        )
        for row in rows
    ]


def _first_of(row: Booking) -> UUID:
    """The id of the first booking of a chain, so that a calendar moves an event and adds none."""
    while row.corrects_id is not None:
        row = Booking.objects.get(id=row.corrects_id)
    return row.id


def standing_address(person_id: UUID) -> CalendarAddress | None:
    """The address that a person has now; None where they have none."""
    rows = CalendarAddress.objects.filter(person_id=person_id, end=None)
    return rows.order_by("-recorded_at", "-id").first()


def address_of_token(token_sha256: str) -> CalendarAddress | None:
    """The address with this token, where it was not taken back."""
    rows = CalendarAddress.objects.filter(token_sha256=token_sha256, end=None)
    return rows.select_related("user", "site").first()
