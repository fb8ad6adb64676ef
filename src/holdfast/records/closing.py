"""Which data are locked: read by every act that writes, and again before it is committed."""

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from holdfast.records.care import Enrollment
from holdfast.records.people import Site
from holdfast.records.prepared import Prepared
from holdfast.records.unblinding import DatabaseLock

_OF_STUDY = Prepared(
    lambda site: DatabaseLock.objects.filter(site=site, lift=None).order_by("position")
)


@dataclass(frozen=True)
class Reach:
    """What an act writes to: one person of a study at a site, or the study as a whole."""

    site: UUID
    study: str | None
    enrollment: UUID | None


# What the action that runs asked for and found open. On PostgreSQL a lock may be signed between the
# question and the commit; whoever commits second is refused.
ASKED: ContextVar[set[Reach] | None] = ContextVar("asked", default=None)


def reach_of(place: Enrollment | Site | None, study: str | None) -> Reach | None:
    """What is written to at a place; None where no lock can cover it."""
    if isinstance(place, Enrollment):
        return Reach(place.site_id, place.protocol_name, place.id)
    if isinstance(place, Site) and study is not None:
        return Reach(place.id, study, None)
    return None


def standing_locks(site: UUID) -> list[DatabaseLock]:
    """The locks of a site that nobody lifted."""
    return _OF_STUDY.rows(site)


def lock_on(reach: Reach) -> DatabaseLock | None:
    """The lock that covers this, if one stands."""
    return next((row for row in standing_locks(reach.site) if covers(row, reach)), None)


def covers(row: DatabaseLock, reach: Reach) -> bool:
    """A lock of a study covers everybody in it; one of a person, that person."""
    if row.study != reach.study:
        return False
    return row.enrollment_id is None or row.enrollment_id == reach.enrollment


def note_asked(reach: Reach) -> None:
    """Remember what an action found open, to be asked once more before it is committed."""
    asked = ASKED.get()
    if asked is not None:
        asked.add(reach)


def closed_meanwhile(asked: Iterable[Reach]) -> bool:
    """True where something that an action found open is locked now."""
    return any(lock_on(reach) is not None for reach in asked)
