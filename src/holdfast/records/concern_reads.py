"""Reads of the path of concerns: who holds a seat, when it was tested, how far a concern is told."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from holdfast.definitions.concerns import times
from holdfast.domain import concerns as rules
from holdfast.domain.concerns import Seat
from holdfast.domain.findings import Finding
from holdfast.records.access import granted_by, permissions_of
from holdfast.records.concerns import (
    Concern,
    RecipientBox,
    RecipientSeat,
    RecipientTest,
    RecipientTestAnswer,
    RecipientTry,
)
from holdfast.records.duty import SignedTime
from holdfast.records.keys import Erased, opened
from holdfast.records.people import RoleAssignment, Site, User

READ = "concern.read"
WITHIN, TESTED, BEGINS, AGAIN = (
    "concern-acknowledged-within",
    "recipients-tested-within",
    "recipients-test-begins-after",
    "letter-tried-again-after",
)


@dataclass(frozen=True)
class Contact:
    """How a recipient may be reached, as the card says it."""

    name: str
    email: str
    phone: str


def contact_of(row: RecipientSeat) -> Contact | None:
    """The contact of a seat; None where its holder's words were erased."""
    try:
        told = json.loads(opened(row, "contact") or "{}")
    except Erased:
        return None
    return Contact(told.get("name", ""), told.get("email", ""), told.get("phone", ""))


def time_in_force(site: Site, code: str) -> timedelta:
    """The span that runs at a site: what it signed within the bounds, else as released."""
    return times()[code].in_force(signed.value if (signed := signed_time(site, code)) else None)


def signed_time(site: Site, code: str) -> SignedTime | None:
    """What a site signed for one of the times."""
    rows = SignedTime.objects.filter(site=site, code=code, corrected_by=None)
    return rows.select_related("signature").order_by("-position", "-id").first()


def standing_seats(site: Site) -> dict[Seat, RecipientSeat]:
    """Who was named last for each seat, whether they count yet or not."""
    rows = RecipientSeat.objects.filter(site=site, corrected_by=None).select_related("user")
    return {Seat(row.seat): row for row in rows.order_by("position", "id")}


def box_of(user: User, site: Site) -> RecipientBox | None:
    """A recipient's newest box at a site."""
    return RecipientBox.objects.filter(site=site, user=user).order_by("-position").first()


def tested_at(row: RecipientSeat) -> datetime | None:
    """When the holder of a seat last acknowledged a test of it."""
    answers = RecipientTestAnswer.objects.filter(test__seat=row, recorded_by=row.user_id)
    newest = answers.order_by("-position").first()
    return newest.recorded_at if newest else None


def counts(row: RecipientSeat, now: datetime) -> bool:
    """True for a holder who has a box, acknowledged a test and still may read at the site."""
    return (
        tested_at(row) is not None
        and box_of(row.user, row.site) is not None
        and READ in permissions_of(row.user, row.site, now)
    )


def seats_in_effect(site: Site, now: datetime) -> dict[Seat, RecipientSeat]:
    """Who counts for each seat: the one named last, or the one before until they have answered."""
    found = {}
    for seat, named in standing_seats(site).items():
        row: RecipientSeat | None = named
        while row is not None and not counts(row, now):
            row = cast(RecipientSeat | None, row.corrects)
        if row is not None:
            found[seat] = row
    return found


def recipients_tested(site: Site, now: datetime) -> Finding:
    """Whether a site may dose as far as its outside recipients go: a fact for the gate."""
    tested = {seat: tested_at(row) for seat, row in seats_in_effect(site, now).items()}
    within = time_in_force(site, TESTED)
    return rules.recipients_tested(tested, times()[TESTED], within, now)


def seat_of(user: User, site: Site, now: datetime) -> Seat | None:
    """The seat in effect that a person holds at a site."""
    held = seats_in_effect(site, now)
    return next((seat for seat, row in held.items() if row.user_id == user.id), None)


def is_needed_outside(held: RoleAssignment, now: datetime) -> bool:
    """True for the role by which somebody holds a seat: it ends only once another was named."""
    if held.site is None or READ not in granted_by(held):
        return False
    rows = [*standing_seats(held.site).values(), *seats_in_effect(held.site, now).values()]
    return any(row.user_id == held.user_id for row in rows)


def open_tests(row: RecipientSeat) -> list[RecipientTest]:
    """The tests of a seat that its holder has not answered."""
    return list(RecipientTest.objects.filter(seat=row, answers=None).order_by("position", "id"))


def told(concern: Concern) -> rules.Told:
    """A concern as the rules read it: moments, and no word."""
    acknowledged: dict[Seat, list[datetime]] = {}
    for each in concern.acknowledgements.order_by("position"):
        acknowledged.setdefault(Seat(each.seat), []).append(each.recorded_at)
    added = concern.messages.filter(by_reporter=True).order_by("position")
    return rules.Told(
        id=concern.id,
        news=[concern.recorded_at, *(each.recorded_at for each in added)],
        acknowledged=acknowledged,
        closed=[each.recorded_at for each in concern.closings.order_by("position")],
    )


def tries_of(about: UUID) -> Sequence[rules.Try]:
    """The tries to send a letter about a concern or a test."""
    rows = RecipientTry.objects.filter(concern_id=about) | RecipientTry.objects.filter(
        test_id=about
    )
    return [
        rules.Try(about, Seat(r.seat.seat), r.since, r.outcome == "received", r.recorded_at)
        for r in rows.select_related("seat").order_by("recorded_at", "id")
    ]


def may_read(user: User, concern: Concern, now: datetime) -> bool:
    """True for whoever the concern's key was sealed to; for the ethics committee once it climbed."""
    if READ not in permissions_of(user, concern.site, now):
        return False
    if not concern.shares.filter(user=user).exists():
        return False
    if seat_of(user, concern.site, now) is not Seat.ETHICS:
        return True
    return rules.is_escalated(told(concern), time_in_force(concern.site, WITHIN), now)


def unread_by(concern: Concern, now: datetime) -> list[RecipientSeat]:
    """Holders of seats in effect whose present box does not open a concern."""
    found = []
    for row in seats_in_effect(concern.site, now).values():
        box = box_of(row.user, row.site)
        if box and not concern.shares.filter(public_key=box.public_key).exists():
            found.append(row)
    return found
