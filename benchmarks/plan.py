"""A plan made again from what has happened, beside the bare sums of its dates.

The protocol is a released one cut to its first 25 visits; half of them were, each a day off its
target. By hand means: one addition of days for each of the three dates of each visit, nothing
ordered, judged or named. The two are interleaved; the ratio is of medians. The last row makes the
whole plan of every course of the populated record again, each from what has befallen it.
"""

import os
import time
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from typing import Any

from benchmarks.populated import copied, populated

SITES = int(os.environ.get("BENCH_SITES", "20"))
COURSES = int(os.environ.get("BENCH_COURSES", "2000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "2000"))
BEGAN = date(2026, 3, 2)
VISITS = 25


def main() -> list[dict[str, Any]]:
    """One row for each of three protocols, and one for the courses of the populated record."""
    named = ("mapp2", "example-low-dose-control", "tga-authorised-prescriber")
    with copied(populated(1, SITES, COURSES)):
        return [*map(_measured, named), _of_the_record()]


def _of_the_record() -> dict[str, Any]:
    from holdfast.domain.visits import plan
    from holdfast.records.courses import courses_of
    from holdfast.records.models import Enrollment

    ours, theirs, visits = [], [], []
    enrolled = Enrollment.objects.filter(course__isnull=False).select_related("site", "person")
    for course in courses_of(enrolled).values():
        own, actual = course.visits, course.actual
        told = {"actual": actual, "skipped": course.skipped, "as_of": None}
        began = time.perf_counter_ns()
        plan(own, enrolled_on=course.enrolled_on, **told)
        between = time.perf_counter_ns()
        [(course.enrolled_on + timedelta(days=n),) * 3 for n, _visit in enumerate(own)]
        ours.append(between - began)
        theirs.append(time.perf_counter_ns() - between)
        visits.append(len(own))
    return {
        "protocol": f"{len(ours)} courses of the record",
        "visits": f"{min(visits)} to {max(visits)}",
        "plan, ms": median(ours) / 1e6,
        "slowest of a hundred, ms": sorted(ours)[int(len(ours) * 0.99)] / 1e6,
        "aim, ms": "",
        "sums by hand, ms": median(theirs) / 1e6,
        "ratio": median(ours) / median(theirs),
    }


def _measured(name: str) -> dict[str, Any]:
    from holdfast.definitions import protocols
    from holdfast.domain.visits import plan

    schedule = protocols.load(name).schedule
    assert schedule is not None
    visits = schedule.visits[:VISITS]
    aimed = plan(visits, enrolled_on=BEGAN)
    actual = {
        one.visit.code: one.target + timedelta(days=1)
        for one in aimed[: VISITS // 2]
        if one.target is not None
    }
    as_of = max(actual.values())

    def again() -> object:
        return plan(visits, enrolled_on=BEGAN, actual=actual, as_of=as_of)

    def by_hand() -> object:
        return [(BEGAN + timedelta(days=n),) * 3 for n, _visit in enumerate(visits)]

    assert again() == again()
    ours, theirs = _interleaved(again, by_hand)
    return {
        "protocol": name,
        "visits": len(visits),
        "plan, ms": median(ours) / 1e6,
        "slowest of a hundred, ms": sorted(ours)[int(len(ours) * 0.99)] / 1e6,
        "aim, ms": "1",
        "sums by hand, ms": median(theirs) / 1e6,
        "ratio": median(ours) / median(theirs),
    }


def _interleaved(
    ours: Callable[[], object], theirs: Callable[[], object]
) -> tuple[list[int], list[int]]:
    taken: dict[Callable[[], object], list[int]] = {ours: [], theirs: []}
    for number in range(ROUNDS):
        for one in (ours, theirs) if number % 2 else (theirs, ours):
            began = time.perf_counter_ns()
            one()
            taken[one].append(time.perf_counter_ns() - began)
    return taken[ours], taken[theirs]


if __name__ == "__main__":
    for row in main():
        print(row)
