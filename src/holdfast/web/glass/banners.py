"""What stands on every page while a record is open in an emergency, and until it was reviewed."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from holdfast.domain.access_review import State
from holdfast.domain.glass import Review, is_open, review_state
from holdfast.records import access
from holdfast.records.access_lists import review_standing
from holdfast.records.glass import (
    REVIEWED_WITHIN,
    GlassOpening,
    open_or_unreviewed,
    opening_value,
    responsible_for,
    time_in_force,
)
from holdfast.records.people import Site
from holdfast.web.glass.forms import EndForm


def own_openings(request: HttpRequest) -> list[dict[str, Any]]:
    """Each record that the reader has open in an emergency, with the time that is left.

    Who opened one twice sees it once, with the longer time.
    """
    now = timezone.now()
    mine = [row for row in _told(request) if row.user_id == request.user.pk]
    still = [row for row in mine if is_open(opening_value(row), now)]
    longest = {row.enrollment_id: row for row in sorted(still, key=lambda row: row.until)}
    return [
        {
            "row": row,
            "number": row.enrollment.label,
            "left": left_words(row.until, now),
            "form": EndForm(initial={"opening": row.id}, auto_id=f"end-glass-{row.id}-%s"),
        }
        for row in longest.values()
    ]


def _told(request: HttpRequest) -> list[GlassOpening]:
    """The openings that concern the reader here, read once for a request."""
    kept = vars(request)
    if "openings_told" not in kept:
        site, user = kept.get("here"), request.user
        told = open_or_unreviewed(user, site, timezone.now()) if user.is_authenticated else []
        kept["openings_told"] = told
    rows: list[GlassOpening] = kept["openings_told"]
    return rows


def left_words(until: datetime, now: datetime) -> str:
    """Minutes and seconds that are left: ``59:07``."""
    minutes, seconds = divmod(max(0, int((until - now).total_seconds())), 60)
    return f"{minutes}:{seconds:02d}"


def to_review(request: HttpRequest) -> dict[str, Any] | None:
    """What the reader must know of openings nobody has reviewed at this site; None for nothing.

    It stands for who may review them, and for who is responsible for the person.
    """
    site: Site | None = getattr(request, "here", None)
    if site is None:
        return None
    here = [row for row in _told(request) if row.enrollment.site_id == site.id]
    rows = _mine(request, site, [row for row in here if getattr(row, "review", None) is None])
    if not rows:
        return None
    now, within = timezone.now(), time_in_force(site, REVIEWED_WITHIN)
    states = [
        review_state(opening_value(row), is_reviewed=False, within=within, now=now) for row in rows
    ]
    route = request.resolver_match.view_name if request.resolver_match else ""
    return {
        "count": len(rows),
        "overdue": states.count(Review.OVERDUE),
        "code": site.code,
        "is_here": route in ("staff:glass", "staff:glass-review"),  # the page itself says it
    }


def _mine(request: HttpRequest, site: Site, rows: list[GlassOpening]) -> list[GlassOpening]:
    if not rows:
        return []
    user, now = request.user, timezone.now()
    if "glass.see" not in access.permissions_of(user, site, now):
        return []
    studies = access.studies_of(user, site, "glass.review", now)
    answers_for = responsible_for([row.enrollment for row in rows])
    return [
        row
        for row in rows
        if access.covers(studies, row.enrollment.protocol_name)
        or answers_for[row.enrollment_id] == user.pk
    ]


def access_to_review(request: HttpRequest) -> dict[str, Any] | None:
    """When the review of access is due, for who signs it; None while there is time."""
    site: Site | None = getattr(request, "here", None)
    if site is None:
        return None
    now = timezone.now()
    if not access.may(request.user, site, "access.review", now, None):
        return None
    found = review_standing(site, now)
    if found.state not in (State.DUE_SOON, State.OVERDUE):
        return None
    return {"overdue": found.overdue, "due_at": found.due_at, "code": site.code}
