"""Pausing a person's assignments at a site: the same fact whoever decides it, and for whatever reason.

The pause is recorded by the house in the site's stream. Who decided it and why stands elsewhere: in
the concern's own stream, or in the register that no page of the site reads.
"""

from datetime import datetime
from uuid import UUID, uuid5

from django.db.models import QuerySet

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.people import house, name_stream
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, one_transaction, open_stream
from holdfast.records.access import assignments_of, permissions_of
from holdfast.records.concern_keys import ConcernKey
from holdfast.records.concern_reads import READ, may_read
from holdfast.records.concerns import (
    REGISTER,
    AssignmentPause,
    Concern,
    PauseGround,
    register_of,
)
from holdfast.records.journal import ORGANISATION, Stream
from holdfast.records.people import Site, User

SUSPEND = "assignment.suspend"


@one_transaction
def pause_assignments(
    *, site: Site, user: User, reason: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """A site lead pauses somebody's assignments, with the code of a reason that is not shown."""
    if refusal := refused(by, site, SUSPEND, now):
        return refusal
    if reason not in PauseGround.REASONS:
        return Refusal("reason-unknown")
    if refusal := _nobody_here(user, site, now):
        return refusal
    ground = PauseGround(id=uuid5(entry_id, "ground"), reason=reason)
    return _paused(site, user, ground, _register(site, entry_id, now), entry_id, by, now)


@one_transaction
def pause_for_concern(
    *,
    concern: Concern,
    key: ConcernKey,
    user: User,
    text: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """An outside recipient pauses somebody's assignments; why stands in the concern alone."""
    if not may_read(by, concern, now):
        return Refusal("not-permitted", {"permission": READ})
    if refusal := _nobody_here(user, concern.site, now):
        return refusal
    ground = PauseGround(id=uuid5(entry_id, "ground"), concern=concern)
    ground.words = key.enclose(text, place="ground", row=ground.id)
    return _paused(concern.site, user, ground, concern.id, entry_id, by, now)


def _paused(
    site: Site,
    user: User,
    ground: PauseGround,
    kept_in: UUID,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    shown = lock(site.id, now)
    hidden = lock(kept_in, now)
    sent = hidden.sent("pause-decided", entry_id, {"user": user.id, "reason": ground.reason})
    if earlier := hidden.earlier(sent, by=by):
        return earlier
    pause = AssignmentPause(id=uuid5(entry_id, "pause"), site=site, user=user)
    told = {"user": user.id.hex}
    open_entry = shown.sent("assignments-paused", uuid5(entry_id, "paused"), told)
    shown.write(open_entry, [pause], by=house(), values=told)
    ground.pause = pause
    return hidden.write(sent, [ground], by=by)


@one_transaction
def lift_pauses(*, site: Site, user: User, entry_id: UUID, by: User, now: datetime) -> Answered:
    """A site lead lifts what they or another lead of the site paused. What others paused stays."""
    if refusal := refused(by, site, SUSPEND, now):
        return refusal
    register = register_of(site.id)
    grounds = PauseGround.objects.filter(stream_id=register, concern=None)
    return _lifted(site, user, grounds, register, entry_id, by, now)


@one_transaction
def lift_for_concern(
    *, concern: Concern, user: User, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """An outside recipient lifts what was paused for a concern."""
    if not may_read(by, concern, now):
        return Refusal("not-permitted", {"permission": READ})
    grounds = PauseGround.objects.filter(concern=concern)
    return _lifted(concern.site, user, grounds, concern.id, entry_id, by, now)


def _lifted(
    site: Site,
    user: User,
    grounds: QuerySet[PauseGround],
    kept_in: UUID,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    open_ones = AssignmentPause.objects.filter(
        site=site, user=user, corrects=None, corrected_by=None, grounds__in=grounds
    )
    shown = lock(site.id, now)
    if not Stream.objects.filter(id=kept_in).exists():
        return Refusal("no-pause-of-yours")
    hidden = lock(kept_in, now)
    sent = hidden.sent("pause-lifted", entry_id, {"user": user.id})
    if earlier := hidden.earlier(sent, by=by):
        return earlier
    rows = list(open_ones.distinct().order_by("recorded_at", "id"))
    if not rows:
        return Refusal("no-pause-of-yours")
    told = {"user": user.id.hex}
    lifts = [
        AssignmentPause(
            id=uuid5(entry_id, f"lift/{row.id.hex}"),
            corrects_id=row.id,
            correction_reason="lifted",
            site=site,
            user=user,
            is_lifted=True,
        )
        for row in rows
    ]
    open_entry = shown.sent("assignments-resumed", uuid5(entry_id, "resumed"), told)
    shown.write(open_entry, lifts, by=house(), values=told)
    return hidden.write(sent, [], by=by)


def _nobody_here(user: User, site: Site, now: datetime) -> Refusal | None:
    """Only who works here can be paused; who reads concerns cannot be kept from it."""
    holds_a_role = any(row.site_id in (site.id, None) for row in assignments_of(user, now))
    if not holds_a_role or READ in permissions_of(user, site, now):
        return Refusal("nobody-of-this-site")
    return None


def _register(site: Site, entry_id: UUID, now: datetime) -> UUID:
    """The site's register, opened where the site has none yet."""
    register = register_of(site.id)
    if not Stream.objects.filter(id=register).exists():
        above = lock(ORGANISATION, now)
        open_stream(REGISTER, register)
        name_stream(above, register, REGISTER, entry_id, house())
    return register
