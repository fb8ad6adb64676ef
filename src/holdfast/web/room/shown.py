"""What the room's page shows, as JSON: the same for a page that opens and for one that asks again.

Words are in it only for the page of whoever is writing now, which alone knows the id of its switch.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.formats import date_format

from holdfast.domain import room
from holdfast.records.access import printed_name
from holdfast.records.people import User
from holdfast.records.room_state import (
    entries_of,
    idle_after,
    is_settled,
    is_standing,
    steps_of,
    subjects_of,
    waiting_in,
    words_of,
    writer_of,
)
from holdfast.records.rooms import RoomEntry, RoomOpening
from holdfast.web.room.words import CAME, KINDS, initials


def state(
    request: HttpRequest, opening: RoomOpening, *, has_session: bool, switch: UUID | None
) -> dict[str, Any]:
    """Everything of an opening that its device may see now; ``switch`` is what the page knows."""
    now = timezone.now()
    steps = steps_of(opening)
    stands = has_session and is_standing(opening, now)
    writer = room.writing_now(steps, switch) if stands else None
    names = names_of(step.person for step in steps)
    waiting = waiting_in(opening)
    rows = {row.id: row for row in [*waiting, *entries_of(opening)]}
    newest = sorted(rows.values(), key=lambda row: row.written_at, reverse=True)
    return {
        "status": _status(opening, stands),
        "now": now.isoformat(),
        "csrf": get_token(request),
        "opened_at": opening.recorded_at.isoformat(),
        "idle_seconds": int(idle_after(opening.site).total_seconds()),
        "people": _people(steps, names),
        "writer": str(writer) if writer else None,
        "last_writer": _last_writer(steps),
        "about": [{"id": str(each.id), "label": each.label} for each in subjects_of(opening)],
        "entries": [entry_shown(row, names, with_words=writer is not None) for row in newest],
        "waiting": len(waiting),
    }


def _status(opening: RoomOpening, stands: bool) -> str:
    if hasattr(opening, "closing"):
        return "closed"
    return "open" if stands else "expired"


def _last_writer(steps: list[room.Step]) -> str | None:
    rows = [step for step in steps if step.kind is room.StepKind.WRITES]
    return str(rows[-1].person) if rows else None


def names_of(people: Iterable[UUID]) -> dict[UUID, str]:
    """Printed names by account."""
    rows = User.objects.filter(id__in=set(people))
    return {user.id: printed_name(user) for user in rows}


def _people(steps: list[room.Step], names: dict[UUID, str]) -> list[dict[str, Any]]:
    present = room.in_the_room(steps)
    gone = sorted(room.was_in_the_room(steps) - set(present), key=lambda who: names[who])
    return [
        {
            "id": str(who),
            "name": names[who],
            "initials": initials(names[who]),
            "is_in": who in present,
        }
        for who in (*present, *gone)
    ]


def entry_shown(row: RoomEntry, names: dict[UUID, str], *, with_words: bool) -> dict[str, Any]:
    """One entry; its words only where they may be read."""
    writer = writer_of(row)
    if writer is not None and writer not in names:
        names |= names_of([writer])
    return {
        "id": str(row.id),
        "kind": row.kind,
        "kind_words": str(KINDS.get(row.kind, row.kind)),
        "about": row.enrollment.label if row.enrollment else "",
        "at": row.written_at.isoformat(),
        "time": clock_words(row.written_at),
        "by": names[writer] if writer else "",
        "came": str(CAME.get(row.came, row.came)),
        "is_nobodys": writer is None and not is_settled(row),
        "is_in_sight": _is_in_sight(row),
        "is_urgent": row.kind in room.KINDS and room.KINDS[row.kind].is_urgent,
        "words": words_of(row) if with_words else None,
    }


def _is_in_sight(row: RoomEntry) -> bool:
    kind = room.KINDS.get(row.kind)
    return kind is None or kind.is_kept_in_sight


def clock_words(moment: datetime) -> str:
    """The time of the day at the site."""
    return str(date_format(timezone.localtime(moment), "H:i"))
