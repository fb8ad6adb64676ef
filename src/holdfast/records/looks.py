"""Who looked at a person's record or at somebody's place in the list of roles, and what was handed out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from holdfast.records.access import printed_name
from holdfast.records.access_review import AccessLook
from holdfast.records.erasure import Disclosure, Look
from holdfast.records.glass import GlassOpening, opening_value
from holdfast.records.people import RoleAssignment, Site, User

MOST = 500


@dataclass(frozen=True)
class Seen:
    """Somebody looked, on a day and part of it; ``roles`` are those they held then at that site."""

    day: date
    part: str  # night | morning | afternoon | evening
    who: str
    roles: tuple[str, ...]
    in_emergency: bool = False


@dataclass(frozen=True)
class HandedOut:
    """Something of a record left the house: what, for whom, by whom."""

    at: datetime
    kind: str
    recipient: str
    who: str
    roles: tuple[str, ...]
    sha256: str


@dataclass(frozen=True)
class Opened:
    """A record was opened in an emergency, and what its review said; empty while it waits."""

    at: datetime
    until: datetime
    who: str
    roles: tuple[str, ...]
    reason: str
    verdict: str


class _Names:
    """Printed names and roles, each read once."""

    def __init__(self, people: Iterable[UUID]) -> None:
        self._users = {user.id: user for user in User.objects.filter(id__in=set(people))}
        self._names = {user_id: printed_name(user) for user_id, user in self._users.items()}
        rows = RoleAssignment.objects.filter(user__in=self._users, corrected_by=None)
        self._roles = list(rows)

    def of(self, user_id: UUID) -> str:
        return self._names[user_id]

    def roles(self, user_id: UUID, site_id: UUID | None, at: datetime) -> tuple[str, ...]:
        """The roles somebody held at a site at a moment; those held anywhere where there are none."""
        held = [
            row
            for row in self._roles
            if row.user_id == user_id
            and row.valid_from <= at
            and (row.valid_until is None or at < row.valid_until)
        ]
        here = [row for row in held if row.site_id in (None, site_id)]
        return tuple(sorted({row.role for row in here or held}))


Studies = frozenset[str] | None  # None: every study


def looks_at(person_id: UUID, studies: Studies = None) -> list[Seen]:
    """Everybody who looked at a person's record, newest first."""
    looks = Look.objects.filter(person_id=person_id).select_related("enrollment")
    rows = list(_of(looks, studies).order_by("-recorded_at", "-id")[:MOST])
    names = _Names(row.viewer_id for row in rows)
    openings = [opening_value(row) for row in _openings(person_id)]
    return [
        Seen(
            row.day,
            row.part,
            names.of(row.viewer_id),
            names.roles(row.viewer_id, row.enrollment.site_id, row.recorded_at),
            any(
                each.person == row.viewer_id and each.opened_at <= row.recorded_at < each.until
                for each in openings
            ),
        )
        for row in rows
    ]


def _of(rows: Any, studies: Studies) -> Any:
    return rows if studies is None else rows.filter(enrollment__protocol_name__in=studies)


def handed_out(person_id: UUID, studies: Studies = None) -> list[HandedOut]:
    """Everything of a person's record that was handed out, newest first."""
    given = Disclosure.objects.filter(person_id=person_id).select_related("enrollment")
    rows = list(_of(given, studies).order_by("-recorded_at", "-id")[:MOST])
    names = _Names(row.recorded_by_id for row in rows)
    return [
        HandedOut(
            row.recorded_at,
            row.kind,
            row.recipient,
            names.of(row.recorded_by_id),
            names.roles(row.recorded_by_id, row.enrollment.site_id, row.recorded_at),
            row.content_sha256,
        )
        for row in rows
    ]


def _openings(person_id: UUID, studies: Studies = None) -> list[GlassOpening]:
    rows = _of(GlassOpening.objects.filter(enrollment__person_id=person_id), studies)
    return list(rows.select_related("end", "review", "enrollment").order_by("-opened_at", "-id"))


def emergency_openings(person_id: UUID, studies: Studies = None) -> list[Opened]:
    """Every time a person's record was opened in an emergency, newest first."""
    rows = _openings(person_id, studies)
    names = _Names(row.user_id for row in rows)
    return [
        Opened(
            row.opened_at,
            opening_value(row).ended_at or row.until,
            names.of(row.user_id),
            names.roles(row.user_id, row.enrollment.site_id, row.opened_at),
            row.reason_code,
            row.review.verdict if hasattr(row, "review") else "",
        )
        for row in rows
    ]


def looks_at_the_list(sites: Iterable[Site], but: User) -> list[tuple[Site, Seen]]:
    """Who looked at who holds which role at these sites, newest first; not oneself."""
    rows = list(
        AccessLook.objects.filter(site__in=list(sites))
        .exclude(viewer=but)
        .select_related("site")
        .order_by("-recorded_at", "-id")[:MOST]
    )
    names = _Names(row.viewer_id for row in rows)
    return [
        (
            row.site,
            Seen(
                row.day,
                row.part,
                names.of(row.viewer_id),
                names.roles(row.viewer_id, row.site_id, row.recorded_at),
            ),
        )
        for row in rows
    ]
