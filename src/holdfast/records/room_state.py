"""The facts of a room as its rules read them: the times, who is in it, what waits for a person."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from django.db.models import Q, QuerySet

from holdfast.definitions.operational_times import operational_times
from holdfast.domain import room
from holdfast.records.care import Enrollment
from holdfast.records.forgotten import is_erased
from holdfast.records.keys import Erased, opened
from holdfast.records.people import Site
from holdfast.records.rooms import (
    Room,
    RoomDevice,
    RoomEntry,
    RoomOpening,
    RoomStep,
    RoomSubject,
)
from holdfast.records.rota import standing_times

IDLE, LASTS = "room-idle-after", "room-opening-lasts"


def rooms_of(site: Site) -> list[Room]:
    """The rooms of a site that stand, by code."""
    rows = Room.objects.filter(site=site, corrected_by=None, is_withdrawn=False)
    return list(rows.order_by("code"))


def devices_of(site: Site) -> list[RoomDevice]:
    """Every device that was ever enrolled at a site, the newest first."""
    rows = RoomDevice.objects.filter(site=site).select_related("room", "end", "recorded_by")
    return list(rows.order_by("-recorded_at", "-id"))


def is_revoked(device: RoomDevice) -> bool:
    """True once somebody revoked it."""
    return hasattr(device, "end")


def time_in_force(site: Site, code: str) -> timedelta:
    """The operational time that holds at a site: what it signed, or our default."""
    signed = standing_times(site).get(code)
    return operational_times()[code].in_force(signed.value if signed else None)


def idle_after(site: Site) -> timedelta:
    """After how long without a touch nobody is writing any more."""
    return time_in_force(site, IDLE)


def standing_opening(device: RoomDevice, now: datetime) -> RoomOpening | None:
    """The opening of a device that was neither closed nor has ended by itself."""
    rows = RoomOpening.objects.filter(device=device, closing=None, expires_on_clock__gt=now)
    return rows.order_by("-recorded_at", "-id").first()


def is_standing(opening: RoomOpening, now: datetime) -> bool:
    """True while nobody closed an opening, its device is enrolled and its time has not run out."""
    ended = hasattr(opening, "closing") or hasattr(opening.device, "end")
    return not ended and now < opening.expires_on_clock


def steps_of(opening: RoomOpening) -> list[room.Step]:
    """The steps of an opening as the rules read them, in order."""
    rows = RoomStep.objects.filter(opening=opening).order_by("stepped_at", "position", "id")
    return [room.Step(row.id, room.StepKind(row.kind), row.user_id, row.stepped_at) for row in rows]


def subjects_of(opening: RoomOpening) -> list[Enrollment]:
    """The enrollments an opening is for, by number."""
    rows = Enrollment.objects.filter(room_openings__opening=opening).select_related("site")
    return list(rows.order_by("number"))


def _entries() -> QuerySet[RoomEntry]:
    return RoomEntry.objects.select_related(
        "attribution", "enrollment__site", "opening", "device", "written_by"
    ).order_by("-written_at", "-id")


def entries_of(opening: RoomOpening, limit: int = 30) -> list[RoomEntry]:
    """The newest entries of an opening, apart from those that are kept apart."""
    rows = _entries().filter(opening=opening).exclude(came__in=room.KEPT_APART)
    return list(rows[:limit])


def entries_about(enrollment: Enrollment) -> list[RoomEntry]:
    """Every entry about an enrollment, and those about the whole room it was in.

    What was set apart or still waits to be taken over from outside an opening is not among them.
    """
    openings = RoomSubject.objects.filter(enrollment=enrollment).values("opening")
    whole_room = Q(enrollment=None, opening__in=openings)
    rows = _entries().filter(Q(enrollment=enrollment) | whole_room)
    return [row for row in rows if not is_apart(row)]


def is_apart(entry: RoomEntry) -> bool:
    """True for what counts for nothing until, or because, a person said so."""
    attribution = getattr(entry, "attribution", None)
    if attribution is not None:
        return bool(attribution.outcome == "set-apart")
    return entry.came in room.KEPT_APART


def unattributed(entries: Iterable[RoomEntry]) -> list[RoomEntry]:
    """Those that are nobody's yet."""
    return [row for row in entries if row.written_by_id is None and not is_settled(row)]


def is_settled(entry: RoomEntry) -> bool:
    """True once somebody said whose an entry is."""
    return getattr(entry, "attribution", None) is not None


def waiting_in(opening: RoomOpening) -> list[RoomEntry]:
    """The entries of an opening that must be attributed before it can be closed, oldest first."""
    rows = _entries().filter(opening=opening, written_by=None, attribution=None)
    return list(rows.exclude(came__in=room.KEPT_APART).order_by("written_at", "id"))


def to_settle(site: Site) -> list[RoomEntry]:
    """Every entry of a site that is nobody's yet, oldest first; also those that are kept apart."""
    rows = _entries().filter(site=site, written_by=None, attribution=None)
    return list(rows.order_by("written_at", "id"))


def writer_of(entry: RoomEntry) -> UUID | None:
    """Whose an entry is today: who wrote it, or who took it over."""
    if entry.written_by_id is not None:
        return entry.written_by_id
    attribution = getattr(entry, "attribution", None)
    return attribution.settled_by_id if attribution and attribution.outcome == "mine" else None


def words_of(entry: RoomEntry) -> str | None:
    """The words of an entry; None where they were erased."""
    if entry.enrollment is not None and is_erased(entry.enrollment.person_id):
        return None
    try:
        told = orjson.loads(opened(entry, "written") or "{}")
    except Erased:
        return None
    return str(told.get("words", ""))
