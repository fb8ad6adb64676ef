"""Break-glass: when a record opened in an emergency is open, for whom, and what its review waits for.

Pure: the caller brings the clock. A grant is for one account, one enrollment and a short time. Time
only ever closes it, and what is not known never opens it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Opening:
    """One emergency opening: who, which enrollment, what it let them do, from when until when.

    ``until`` is fixed when it is opened. ``ended_at`` is when the person closed it themselves.
    """

    id: UUID
    person: UUID  # the account that opened it
    enrollment: UUID
    permissions: frozenset[str]
    opened_at: datetime
    until: datetime
    ended_at: datetime | None = None


class Verdict(StrEnum):
    """What a reviewer signs."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not-justified"


class Review(StrEnum):
    """What the review of an opening waits for."""

    WAITING = "waiting"
    OVERDUE = "overdue"
    DONE = "done"


def closes(opened_at: datetime, lasts: timedelta | None) -> datetime | None:
    """When an opening closes by itself; None, and so never open, where no time is known."""
    if lasts is None or lasts <= timedelta(0):
        return None
    return opened_at + lasts


def is_open(opening: Opening, now: datetime) -> bool:
    """True from the opening until its end, whichever end comes first; the end itself is closed."""
    is_ended = opening.ended_at is not None and now >= opening.ended_at
    return opening.opened_at <= now < opening.until and not is_ended


def granted(
    openings: Iterable[Opening],
    *,
    person: UUID,
    enrollment: UUID | None,
    now: datetime,
    allowed: frozenset[str],
) -> frozenset[str]:
    """What the openings let a person do with one enrollment now.

    Never more than was granted then, and never more than ``allowed``, the list of today.
    """
    if enrollment is None:
        return NOTHING
    held = (
        opening.permissions
        for opening in openings
        if opening.person == person and opening.enrollment == enrollment and is_open(opening, now)
    )
    return NOTHING.union(*held) & allowed


def review_due(opening: Opening, within: timedelta) -> datetime:
    """When a review is due: counted from the opening, so that leaving it open delays nothing."""
    return opening.opened_at + within


def review_state(
    opening: Opening, *, is_reviewed: bool, within: timedelta, now: datetime
) -> Review:
    """What the review waits for now."""
    if is_reviewed:
        return Review.DONE
    return Review.OVERDUE if now >= review_due(opening, within) else Review.WAITING


def chase_number(opening: Opening, within: timedelta, now: datetime) -> int:
    """How many times an unreviewed opening is to have been chased: once when due, then every day."""
    late = now - review_due(opening, within)
    return 0 if late < timedelta(0) else 1 + late // timedelta(days=1)


def may_review(opening: Opening, reviewer: UUID) -> bool:
    """Nobody reviews what they opened themselves."""
    return reviewer != opening.person


@dataclass(frozen=True)
class Found:
    """Somebody found by exact name and day of birth, and the numbers of their enrollments."""

    person: UUID
    numbers: Sequence[int]


class Match(StrEnum):
    """What a search in an emergency may answer: one record, or why none."""

    ONE = "one"
    NOBODY = "nobody"
    SEVERAL_RECORDS = "several-records"  # of one person: the number decides
    SEVERAL_PEOPLE = "several-people"  # nothing of any of them is told


def matched(found: Sequence[Found]) -> Match:
    """What is answered. A list of people is never an answer."""
    with_records = [each for each in found if each.numbers]
    if not with_records:
        return Match.NOBODY
    if len(with_records) > 1:
        return Match.SEVERAL_PEOPLE
    return Match.ONE if len(with_records[0].numbers) == 1 else Match.SEVERAL_RECORDS
