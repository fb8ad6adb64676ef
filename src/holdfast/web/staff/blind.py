"""What of a course somebody is shown who only looks on: the blind of a trial stands for them.

Who treats, books or states a condition has to know which stage a person is in once their blind was
opened. A monitor, an auditor and a safety unit do not: what they are shown is the same in every arm.
"""

from collections.abc import Collection

from holdfast.domain.course import CourseNow
from holdfast.web.admitted import Admitted

# Who attends at night, or writes in a session, has to see it whatever visit it is of.
RUNS_COURSES = frozenset(
    {"visit.record", "booking.make", "gate.state", "pair.assign", "session.run", "session.night"}
)


def is_onlooker(permissions: Collection[str]) -> bool:
    """Whether who may do this sees courses and sessions without doing anything in them."""
    return RUNS_COURSES.isdisjoint(permissions)


def looks_on(request: Admitted) -> bool:
    """Whether somebody sees courses here without doing anything in them."""
    return is_onlooker(request.permissions)


def as_seen(request: Admitted, course: CourseNow) -> CourseNow:
    """A course as it may be shown to whoever asks; the course itself where nothing is kept from them."""
    return course.under_the_blind() if looks_on(request) else course
