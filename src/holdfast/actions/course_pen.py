"""One entry about a course: who may, the same entry once, the facts, and words that go with them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import LockedStream, lock
from holdfast.domain.course import CourseNow
from holdfast.records.care import Enrollment
from holdfast.records.courses import course_of
from holdfast.records.facts import Fact
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.people import PersonKey, User


@dataclass(frozen=True)
class CoursePen:
    """What an entry is written with, inside the enrollment's lock."""

    enrollment: Enrollment
    stream: LockedStream
    entry_id: UUID
    by: User

    @property
    def now(self) -> datetime:
        """The moment of the entry."""
        return self.stream.now

    @property
    def today(self) -> date:
        """The site's own day."""
        return local_date(self.enrollment.site, self.stream.now)

    def id(self, name: str) -> UUID:
        """The id of a fact of this entry: the same entry gives the same."""
        return uuid5(self.entry_id, name)

    def seal(self, fact: Fact, column: str, words: str) -> None:
        """Put words into a column under the person's key; nothing where there are none."""
        if words:
            key = data_key_of(self.enrollment.person_id, PersonKey.WORDS)
            setattr(fact, column, sealed(key, fact, column, words))


Made = Sequence[Fact] | Refusal


def course_entry(
    enrollment: Enrollment,
    permission: str,
    kind: str,
    told: Mapping[str, Any],
    entry_id: UUID,
    by: User,
    now: datetime,
    make: Callable[[CoursePen, CourseNow], Made],
    values: Mapping[str, Any] | None = None,
) -> Answered:
    """Write one entry about a course that is open; what ``make`` refuses is not written.

    The caller runs it in a transaction of its own. The same entry sent again gets its first receipt.
    """
    if refusal := refused(by, enrollment, permission, now):
        return refusal
    stream = lock(enrollment.id, now)
    sent = stream.sent(kind, entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    course = course_of(enrollment)
    if course is None:
        return Refusal("course-not-opened")
    made = make(CoursePen(enrollment, stream, entry_id, by), course)
    if isinstance(made, Refusal):
        return made
    return stream.write(sent, made, by=by, values=values)
