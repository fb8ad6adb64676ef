"""What the page of a site's emergency openings shows of each."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from holdfast.domain import glass
from holdfast.records import access
from holdfast.records.glass import GlassMiss, GlassOpening, entries_while_open, opening_value
from holdfast.records.keys import Erased, opened
from holdfast.records.people import Site
from holdfast.web.admitted import Admitted
from holdfast.web.glass.words import MISSES, REASONS, STATES, VERDICTS, WAYS
from holdfast.web.staff.erased_words import erased_words
from holdfast.web.staff.journal import EVENTS
from holdfast.web.words import role_title

MOST = 200


def held_for(request: Admitted, row: GlassOpening, now: datetime) -> frozenset[str]:
    """What the reader may do in the study of the record that was opened."""
    return access.permissions_of(request.user, request.here, now, row.enrollment.protocol_name)


def words_of(row: Any, column: str, person_id: Any) -> str:
    """A sealed word; what stands in its place where it was erased."""
    try:
        return opened(row, column) or ""
    except Erased:
        return erased_words(person_id)


def opening_shown(
    request: Admitted, row: GlassOpening, within: timedelta, now: datetime
) -> dict[str, Any]:
    """One opening: who, why, from when until when, and how its review stands."""
    value, review = opening_value(row), getattr(row, "review", None)
    state = glass.review_state(value, is_reviewed=review is not None, within=within, now=now)
    held = held_for(request, row, now)
    # Free words are for who reviews, and for who may read what is written of the person anyway.
    person, reads = row.enrollment.person_id, bool({"glass.review", "referral.see"} & held)
    may_review = "glass.review" in held and glass.may_review(value, request.user.id)
    return {
        "row": row,
        "number": row.enrollment.label,
        "who": access.printed_name(row.user),
        "role": role_title(row.signature.role),
        "reason": REASONS.get(row.reason_code, row.reason_code),
        "way": WAYS.get(row.way, row.way),
        "words": words_of(row, "reason_words", person) if reads else "",
        "ended_at": value.ended_at,
        "is_open": glass.is_open(value, now),
        "state": state.value,
        "state_words": STATES[state],
        "due_at": glass.review_due(value, within),
        "is_own": value.person == request.user.id,
        "review_href": _review_href(row) if may_review and review is None else "",
        "review": _review(row, reads) if review is not None else None,
    }


def _review_href(row: GlassOpening) -> str:
    return reverse("staff:glass-review", args=[row.enrollment.site.code, row.id])


def _review(row: GlassOpening, reads: bool) -> dict[str, Any]:
    review = row.review
    return {
        "verdict": VERDICTS[glass.Verdict(review.verdict)],
        "is_justified": review.verdict == glass.Verdict.JUSTIFIED,
        "by": opened(review.signature, "printed_name"),
        "role": role_title(review.signature.role),
        "at": review.signature.signed_at,
        "hash": review.signature.statement_sha256,
        "words": words_of(review, "words", row.enrollment.person_id) if reads else "",
    }


def what_was_done(row: GlassOpening) -> list[dict[str, Any]]:
    """What whoever opened it wrote into the record while it was open."""
    return [
        {"what": EVENTS.get(event.kind, event.kind), "at": event.recorded_at}
        for event in entries_while_open(row)
    ]


def misses_shown(site: Site) -> Iterable[dict[str, Any]]:
    """The searches that opened nothing, newest first."""
    rows = GlassMiss.objects.filter(site=site).select_related("sought_by")
    return [
        {
            "who": access.printed_name(row.sought_by),
            "at": row.sought_at,
            "way": WAYS.get(row.way, row.way),
            "answered": MISSES[glass.Match(row.answered)],
        }
        for row in rows.order_by("-sought_at", "-id")[:MOST]
    ]
