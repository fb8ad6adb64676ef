"""Courses as the rules read them: a constant number of queries for any number of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.db import models

from holdfast.domain.course import Booked, CourseNow, Cover, Held, Pair, Step
from holdfast.domain.reservations import Reservation, Slot
from holdfast.domain.visits import PlannedVisit
from holdfast.records.bookings import AbsenceCover, Booking, ChangeAsked, PairAssigned
from holdfast.records.care import Enrollment
from holdfast.records.course import (
    Course,
    CourseStep,
    VisitAttendance,
    VisitHeld,
    VisitMissed,
    VisitSkipped,
)
from holdfast.records.people import Site
from holdfast.records.prepared import Prepared
from holdfast.records.protocols import amendments_of, protocol_bound
from holdfast.records.reading import once
from holdfast.records.rooms import Room

Row = TypeVar("Row", bound=models.Model)


def standing(model: type[Row], enrollments: Iterable[UUID]) -> "models.QuerySet[Row]":
    """The rows of enrollments that stand: neither corrected nor taken back, oldest first."""
    ended = "is_cancelled" if model is Booking else "is_withdrawn"
    rows: models.QuerySet[Row] = model._default_manager.filter(
        enrollment_id__in=list(enrollments), corrected_by=None, **{ended: False}
    )
    return rows.order_by("recorded_at", "position", "id")


def transferred_to(site: Site) -> list[CourseStep]:
    """The transfers to a site whose people have no enrollment in the study there, oldest first."""
    rows = CourseStep.objects.filter(
        kind="transferred", to_site=site, corrected_by=None, is_withdrawn=False
    )
    here = set(
        Enrollment.objects.filter(
            site=site, person__in=rows.values("enrollment__person")
        ).values_list("person_id", "protocol_name")
    )
    ordered = rows.select_related("enrollment__site", "enrollment__person")
    return [
        row
        for row in ordered.order_by("recorded_at", "id")
        if (row.enrollment.person_id, row.enrollment.protocol_name) not in here
    ]


def course_of(enrollment: Enrollment) -> CourseNow | None:
    """The course of an enrollment as it stands; None where none was opened."""
    return once(("course", enrollment.id), lambda: courses_of([enrollment]).get(enrollment.id))


def planned(enrollment: Enrollment, as_of: date | None = None) -> tuple[PlannedVisit, ...]:
    """Every visit of a course with its dates, from what has happened; nothing where there is none."""
    course = course_of(enrollment)
    return () if course is None else course.planned(as_of)


def courses_of(enrollments: Iterable[Enrollment]) -> dict[UUID, CourseNow]:
    """The courses of enrollments, by their ids; an enrollment without one is not there."""
    given = {enrollment.id: enrollment for enrollment in enrollments}
    opened = {row.enrollment_id: row for row in _opened(given)} if given else {}
    if not opened:
        return {}
    earlier = _earlier(opened.values())
    everywhere = [*opened, *(each for ids in earlier.values() for each in ids)]
    held = _held(everywhere)
    steps, missed = _by(CourseStep, opened), _by(VisitMissed, everywhere)
    skipped, pairs = _by(VisitSkipped, everywhere), _by(PairAssigned, opened)
    covers, bookings = _by(AbsenceCover, opened), _by(Booking, opened)
    asked, amended = _open_changes(opened), amendments_of(opened)
    found = {}
    for each, row in opened.items():
        own = [*earlier.get(each, ()), each]
        amendment = amended.get(each)
        found[each] = CourseNow(
            enrolled_on=row.enrolled_on,
            protocol=protocol_bound(amendment or given[each]),
            stage=row.stage,
            steps=tuple(map(_step, steps[each])),
            held=tuple(one for place in own for one in held.get(place, ())),
            missed=tuple((m.visit, m.on) for place in own for m in missed[place]),
            skipped_by_people=frozenset(s.visit for place in own for s in skipped[place]),
            pairs=tuple(Pair(p.lead_id.hex, p.second_id.hex, p.from_on) for p in pairs[each]),
            covers=tuple(map(_cover, covers[each])),
            bookings=tuple(map(booked_of, bookings[each])),
            amended_on=amendment.on if amendment else None,
            changes_open=asked.get(each, 0),
        )
    return found


def _opened(enrollments: Iterable[UUID]) -> Iterable[Course]:
    given = list(enrollments)
    if len(given) == 1:
        return _COURSE.rows(given[0])
    return Course.objects.filter(enrollment_id__in=given).select_related("continues")


_COURSE = Prepared(
    lambda enrollment: Course.objects.filter(enrollment=enrollment).select_related("continues")
)


def _earlier(rows: Iterable[Course]) -> dict[UUID, list[UUID]]:
    """The enrollments at other sites that courses go on from, the first one first."""
    found: dict[UUID, list[UUID]] = {}
    for row in rows:
        before, chain = row.continues, []
        while before is not None:
            chain.append(before.enrollment_id)
            before = before.continues
        if chain:
            found[row.enrollment_id] = chain[::-1]
    return found


def _by(model: type[Row], enrollments: Iterable[UUID]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in standing_now(model, enrollments):
        found[row.enrollment_id].append(row)  # type: ignore[attr-defined]
    return found


def standing_now(model: type[Row], enrollments: Iterable[UUID]) -> Iterable[Row]:
    """The same rows as ``standing``, read; of one enrollment by a statement that is prepared."""
    given = list(enrollments)
    return _of_one(model).rows(given[0]) if len(given) == 1 else standing(model, given)


@cache
def _of_one(model: type[Row]) -> Prepared[Row]:
    return Prepared(lambda enrollment: standing(model, [enrollment]))


def _held(enrollments: Iterable[UUID]) -> dict[UUID, list[Held]]:
    enrollments = list(enrollments)
    there: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    for seat in _seats(enrollments):
        there[seat.held_id].append((seat.user_id.hex, seat.seat))
    found: dict[UUID, list[Held]] = defaultdict(list)
    for row in standing_now(VisitHeld, enrollments):
        found[row.enrollment_id].append(
            Held(
                row.id.hex,
                row.visit,
                row.kind,
                row.on,
                row.began_at,
                row.ended_at,
                row.place,
                tuple(there[row.id]),
            )
        )
    return found


def _seats(enrollments: list[UUID]) -> Iterable[VisitAttendance]:
    return _SEATS.rows(*enrollments) if len(enrollments) == 1 else _attendance(*enrollments)


def _attendance(*enrollments: UUID) -> "models.QuerySet[VisitAttendance]":
    seats = VisitAttendance.objects.filter(held__enrollment_id__in=enrollments)
    return seats.order_by("position", "id")


_SEATS = Prepared(_attendance)


def _open_changes(enrollments: Iterable[UUID]) -> dict[UUID, int]:
    """How many requests for another therapist nobody settled yet."""
    given = list(enrollments)
    rows = _UNSETTLED.rows(*given) if len(given) == 1 else _unsettled(*given)
    return Counter(row.enrollment_id for row in rows)


def _unsettled(*enrollments: UUID) -> "models.QuerySet[ChangeAsked]":
    return standing(ChangeAsked, enrollments).filter(answered_by=None)


_UNSETTLED = Prepared(_unsettled)


def _step(row: CourseStep) -> Step:
    return Step(row.kind, row.on, row.reason, row.stage, tuple(orjson.loads(row.visits)))


def _cover(row: AbsenceCover) -> Cover:
    return Cover(row.absent_id.hex, row.covered_by_id.hex, row.first_day, row.last_day)


def booked_of(row: Booking) -> Booked:
    """A reservation as the rules read it."""
    return Booked(
        id=row.id.hex,
        visit=row.visit,
        slot=slot_of(row),
        place=row.place,
        lead=_hex(row.lead_id),
        second=_hex(row.second_id),
        room=_hex(row.room_id),
        physician=_hex(row.physician_id),
    )


def slot_of(row: Booking) -> Slot:
    """What is kept of the time of a reservation."""
    return Slot(datetime.fromisoformat(row.starts), row.zone, row.minutes)


def reservation_of(row: Booking) -> Reservation:
    """Everybody and everything that a reservation takes: the person whose visit it is among them."""
    people = {row.lead_id, row.second_id, row.physician_id, row.enrollment.person_id}
    room = f"{row.room.site_id.hex}/{row.room.code}" if row.room else ""
    return Reservation(
        row.id.hex, slot_of(row), frozenset(each.hex for each in people if each), room
    )


def reserved_near(
    slot: Slot, staff: Iterable[UUID], person: UUID, room: Room | None
) -> Iterator[Booking]:
    """The reservations that may take somebody or the room at the time of a slot, at any site.

    The days around it are read: a wall clock is never more than a day from another, and no
    reservation is longer than two.
    """
    first, last = slot.starts.date().toordinal() - 4, slot.starts.date().toordinal() + 4
    people = list(staff)
    of_people = (
        models.Q(lead__in=people)
        | models.Q(second__in=people)
        | models.Q(physician__in=people)
        | models.Q(enrollment__person=person)
    )
    wanted = of_people
    if room is not None:  # a room that was renamed is another row of the same code
        wanted |= models.Q(room__site=room.site_id, room__code=room.code)
    rows = Booking.objects.filter(wanted, corrected_by=None, is_cancelled=False).filter(
        starts__gte=date.fromordinal(first).isoformat(),
        starts__lt=date.fromordinal(last).isoformat(),
    )
    return iter(rows.select_related("enrollment", "room").order_by("starts", "id"))


def _hex(each: UUID | None) -> str:
    return each.hex if each else ""
