"""Booking a visit: the first hour from the wanted one on at which everybody and a room are free."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from holdfast.actions.bookings import AT_SITE, Reserved, book
from holdfast.cli.courses.journey import Journey
from holdfast.domain.held import PAIRED
from holdfast.domain.schedule import Visit, VisitKind
from holdfast.records.bookings import Booking
from holdfast.records.people import User
from holdfast.records.rooms import Room

FIRST, LAST = 8, 18  # hours of the site's clock in which visits are booked
SESSION_BEGINS = 9
USUAL_MINUTES, SESSION_MINUTES = 60, 480


def minutes_of(visit: Visit) -> int:
    """How long a visit is booked for."""
    usual = SESSION_MINUTES if visit.kind is VisitKind.DOSING else USUAL_MINUTES
    return visit.minutes or usual


def staff_of(journey: Journey, visit: Visit) -> dict[str, User]:
    """Whom a booking of a visit names."""
    pair = {"lead": journey.lead, "second": journey.second}
    if visit.kind is VisitKind.DOSING:
        return pair | {"physician": journey.physician}
    return pair if PAIRED & set(visit.attended_by) else {}


def reserve(journey: Journey, visit: Visit, day: date, replaces: Booking | None = None) -> datetime:
    """Book a visit on a day or the next free one; the moment at which it begins."""
    staff, hours = staff_of(journey, visit), -(-minutes_of(visit) // 60)
    for on, hour, room in _free(journey, visit, day, {u.id for u in staff.values()}, hours):
        told = Reserved(
            visit=visit.code,
            starts=datetime.combine(on, time(hour)),
            minutes=minutes_of(visit),
            place=visit.place.value,
            room=room,
            **staff,
        )
        by, row = journey.team.coordinator, journey.enrollment
        journey.do("coordinator", by, book, enrollment=row, wanted=told, replaces=replaces)
        _take(journey, [u.id for u in staff.values()], room, on, range(hour, hour + hours))
        return journey.team.at(on, hour * 60)
    raise LookupError(f"No hour is free for {visit.code} within a quarter of {day}.")


def _free(
    journey: Journey, visit: Visit, day: date, people: set[UUID], hours: int
) -> Iterator[tuple[date, int, Room | None]]:
    team, is_session = journey.team, visit.kind is VisitKind.DOSING
    rooms: list[Room | None] = list(team.rooms) if visit.place in AT_SITE else [None]
    for on in (day + timedelta(days=n) for n in range(90)):
        begins = [SESSION_BEGINS] if is_session else range(FIRST, LAST - hours + 1)
        for hour in begins:
            wanted = range(hour, hour + hours)
            is_past = team.at(on, hour * 60) <= journey.now + timedelta(minutes=5)
            if is_past or _is_taken(journey, people, on, wanted):
                continue
            for room in rooms:
                if room is None or not _is_taken(journey, {room.id}, on, wanted):
                    yield on, hour, room


def _is_taken(journey: Journey, who: set[UUID], on: date, hours: range) -> bool:
    taken = journey.team.taken
    return any((each, on, hour) in taken for each in who for hour in hours)


def _take(journey: Journey, people: list[UUID], room: Room | None, on: date, hours: range) -> None:
    for each in [*people, *([room.id] if room else [])]:
        journey.team.taken |= {(each, on, hour) for hour in hours}
