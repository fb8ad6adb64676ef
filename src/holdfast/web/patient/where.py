"""Where somebody is in their course, what comes next, and when: made for their own pages."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from holdfast.domain.course import CourseNow, Status
from holdfast.domain.schedule import VisitKind
from holdfast.domain.visits import PlannedVisit
from holdfast.domain.whereabouts import Station, station, to_come
from holdfast.records.care import Enrollment
from holdfast.records.courses import courses_of
from holdfast.records.own_calendar import Appointment, appointments_of
from holdfast.records.patients import PatientAccount
from holdfast.web.patient.said import ABOUT, PLACES, STATIONS, STATUSES, day, visit_words


@dataclass(frozen=True)
class ToCome:
    """One visit to come: what, and when in words; ``is_booked`` where there is an hour."""

    what: str
    when: str
    is_booked: bool
    where: str = ""


def whereabouts(
    mine: PatientAccount, enrollments: list[Enrollment], now: datetime
) -> dict[str, Any]:
    """The line of the course and what comes next, for the first page."""
    today = now.astimezone(ZoneInfo(mine.site.zone)).date()
    courses = courses_of(enrollments)
    enrollment = next((each for each in enrollments if each.id in courses), None)
    appointments = appointments_of(mine.person_id, mine.site, now)
    if enrollment is None:
        return {"way": [], "next": _next_booked(appointments, {})}
    course = courses[enrollment.id]
    planned = course.planned(today)
    at = None if course.is_over else station(planned)
    visits = () if course.is_over else to_come(planned)
    booked = _next_booked(appointments, courses)
    return {
        "way": _way(at, course),
        "about": ABOUT[at] if at else "",
        "status": STATUSES.get(course.status, ""),
        "next": booked or (_planned(visits[0], today) if visits else None),
    }


def _way(at: Station | None, course: CourseNow) -> list[dict[str, Any]]:
    """The four stations, each past, now or later."""
    order = list(Station)
    place = order.index(at) if at else -1
    is_all_done = course.status is Status.COMPLETED
    return [
        {
            "words": STATIONS[each],
            "state": "now"
            if number == place
            else "past"
            if number < place or is_all_done
            else "later",
        }
        for number, each in enumerate(order)
    ]


def _next_booked(appointments: list[Appointment], courses: dict[Any, CourseNow]) -> ToCome | None:
    return booked_words(appointments[0], courses) if appointments else None


def kind_of(appointment: Appointment, courses: dict[Any, CourseNow]) -> VisitKind | None:
    """What a booked visit is for, by the protocol that holds."""
    course = courses.get(appointment.enrollment_id)
    visit = course.schedule.visit(appointment.visit) if course else None
    return visit.kind if visit else None


def booked_words(appointment: Appointment, courses: dict[Any, CourseNow]) -> ToCome:
    """An appointment in words: the day, the hour by the clinic's clock, and the clock's name."""
    when = _("%(day)s, %(hour)s (%(zone)s)") % {
        "day": day(appointment.starts),
        "hour": f"{appointment.starts:%H:%M}",
        "zone": appointment.zone.replace("_", " "),
    }
    places = {place.value: words for place, words in PLACES.items()}
    where = str(places.get(appointment.place, ""))
    return ToCome(visit_words(kind_of(appointment, courses)), when, True, where)


def _planned(visit: PlannedVisit, today: date) -> ToCome:
    return ToCome(visit_words(visit.visit.kind), _window(visit, today), False)


def _window(visit: PlannedVisit, today: date) -> str:
    """When a visit without an hour may be."""
    first, last = visit.earliest, visit.latest
    if last is not None and last < today:
        return _("Its days have passed. Please call the clinic to find another.")
    if first and last and first != last:
        said = {"first": day(first), "last": day(last)}
        return _("Between %(first)s and %(last)s. No hour is set yet.") % said
    if visit.target:
        return _("About %(day)s. No hour is set yet.") % {"day": day(visit.target)}
    return _("The clinic finds a day with you.")


def all_to_come(
    mine: PatientAccount, enrollments: list[Enrollment], now: datetime
) -> dict[str, list[ToCome]]:
    """Every appointment, and the visits of the plan that have no hour yet."""
    today = now.astimezone(ZoneInfo(mine.site.zone)).date()
    courses = courses_of(enrollments)
    appointments = appointments_of(mine.person_id, mine.site, now)
    booked = {(each.enrollment_id, each.visit) for each in appointments}
    open_visits = [
        words
        for enrollment_id, course in courses.items()
        if not course.is_over
        for words in _without_an_hour(
            [
                visit
                for visit in to_come(course.planned(today))
                if (enrollment_id, visit.visit.code) not in booked
            ],
            today,
        )
    ]
    return {
        "booked": [booked_words(each, courses) for each in appointments],
        "planned": open_visits,
    }


def _without_an_hour(visits: list[PlannedVisit], today: date) -> list[ToCome]:
    """Each visit by itself; the calls after one session as one line, at the first of them."""
    found: list[ToCome] = []
    told: set[str] = set()
    for visit in visits:
        if visit.visit.kind is not VisitKind.CALL:
            found.append(_planned(visit, today))
            continue
        if visit.visit.anchor in told:
            continue
        told.add(visit.visit.anchor)
        found.append(
            _calls(
                [v for v in visits if v.visit.kind is VisitKind.CALL and _of_one(v, visit)], today
            )
        )
    return found


def _of_one(one: PlannedVisit, other: PlannedVisit) -> bool:
    """Whether two calls come after the same session."""
    return one.visit.anchor == other.visit.anchor


def _calls(calls: list[PlannedVisit], today: date) -> ToCome:
    days = [each.target for each in calls if each.target]
    if len(calls) == 1 or not days or min(days) == max(days):
        return _planned(calls[0], today)
    said = {"first": day(min(days)), "last": day(max(days)), "n": len(calls)}
    when = _("%(n)d calls, from about %(first)s to %(last)s. No hour is set yet.") % said
    return ToCome(_("Calls from the clinic"), when, False)
