"""What a session knows of its course, as it is stored with its plan and read again."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from holdfast.domain.course_so_far import CourseSoFar, Interval
from holdfast.domain.dose_totals import PastDose
from holdfast.domain.findings import Reference, Standing

SCHEMA = 1


def told_course(course: CourseSoFar) -> dict[str, Any]:
    """A course as JSON: codes, days and numbers, never a word."""
    between = course.interval
    return {
        "schema": SCHEMA,
        "past": [
            {
                "session": one.session,
                "on": one.on,
                "highest_mg": one.highest_mg,
                "is_of_course": one.is_of_course,
            }
            for one in course.past
        ],
        "outside_mg": course.outside_mg,
        "course_most_mg": course.course_most_mg,
        "menu_may_run": course.menu_may_run,
        "interval": None
        if between is None
        else {
            "earliest_days": between.earliest_days,
            "latest_days": between.latest_days,
            "title": between.reference.title,
            "href": between.reference.href,
            "standing": between.standing.value,
            "has_latest": between.has_latest,
        },
        "numbers": dict(course.numbers),
        "roles": {person: list(roles) for person, roles in course.roles.items()},
    }


def read_course(told: Mapping[str, Any]) -> CourseSoFar:
    """A course as ``told_course`` wrote it."""
    return CourseSoFar(
        past=tuple(
            PastDose(
                one["session"],
                date.fromisoformat(one["on"]),
                Decimal(one["highest_mg"]),
                one["is_of_course"],
            )
            for one in told["past"]
        ),
        outside_mg=_decimal(told["outside_mg"]),
        course_most_mg=_decimal(told["course_most_mg"]),
        menu_may_run=told["menu_may_run"],
        interval=_interval(told["interval"]),
        numbers={code: Decimal(value) for code, value in told["numbers"].items()},
        roles={person: tuple(roles) for person, roles in told["roles"].items()},
    )


def _interval(told: Mapping[str, Any] | None) -> Interval | None:
    if told is None:
        return None
    return Interval(
        told["earliest_days"],
        told["latest_days"],
        Reference(told["title"], told["href"]),
        Standing(told["standing"]),
        told.get("has_latest", True),
    )


def _decimal(told: str | None) -> Decimal | None:
    return None if told is None else Decimal(told)
