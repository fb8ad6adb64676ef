"""What a person may know of their own access: roles and who gave them, log-ins, reviews, openings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from holdfast.domain.access_review import Decision
from holdfast.records.access_lists import decisions_of, lines_of
from holdfast.records.access_review import AccessReview
from holdfast.records.events import read_event
from holdfast.records.glass import GlassOpening
from holdfast.records.journal import ORGANISATION, JournalEntry
from holdfast.records.people import RoleAssignment, User

SIGN_INS = ("signed-in", "sign-in-refused", "sign-in-locked")
LOOKED_THROUGH = 400  # entries of one's own in which the last log-ins are searched


@dataclass(frozen=True)
class SignIn:
    """A log-in or a refused try: when, and by what; never from where."""

    kind: str
    at: datetime
    method: str


def sign_ins_of(user: User, limit: int = 20) -> list[SignIn]:
    """The last log-ins and refused tries of an account, newest first."""
    rows = JournalEntry.objects.filter(stream_id=ORGANISATION, recorded_by=user)
    events = (read_event(bytes(row.event)) for row in rows.order_by("-position")[:LOOKED_THROUGH])
    found = [
        SignIn(event.kind, event.recorded_at, str(event.values.get("method", "")))
        for event in events
        if event.kind in SIGN_INS
    ]
    return found[:limit]


def roles_ever(user: User) -> list[RoleAssignment]:
    """Every role an account was given, and every end of one, newest first."""
    rows = RoleAssignment.objects.filter(user=user).select_related("site", "recorded_by")
    return list(rows.prefetch_related("corrected_by").order_by("-recorded_at", "-position", "-id"))


@dataclass(frozen=True)
class Reviewed:
    """A signed review that decided one's roles: which role, and what of it."""

    review: AccessReview
    decisions: Mapping[str, Decision]  # by the code of the role


def reviews_about(user: User) -> list[Reviewed]:
    """The signed reviews that decided something about an account, newest first."""
    rows = AccessReview.objects.filter(shown__contains=user.id.hex)
    found = []
    for review in rows.select_related("signature", "site").order_by("-recorded_at", "-id"):
        decided = decisions_of(review)
        own = {
            str(line["role"]): decided[UUID(line["assignment"])]
            for line in lines_of(review.shown)
            if line["account"] == user.id.hex and UUID(line["assignment"]) in decided
        }
        if own:
            found.append(Reviewed(review, own))
    return found


def own_openings(user: User) -> list[GlassOpening]:
    """Every record an account opened in an emergency, newest first."""
    rows = GlassOpening.objects.filter(user=user).select_related(
        "end", "review__signature", "enrollment__site"
    )
    return list(rows.order_by("-opened_at", "-id"))
