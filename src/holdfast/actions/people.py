"""Founding, sites, accounts, roles and a site's own targets."""

import re
from datetime import datetime
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.role_rules import Given, role_refused
from holdfast.actions.writing import LockedStream, lock, make_key, one_transaction, open_stream
from holdfast.records import worklist
from holdfast.records.care import SiteTarget, WorklistMoment
from holdfast.records.concern_reads import is_needed_outside
from holdfast.records.facts import Fact
from holdfast.records.journal import ORGANISATION, Stream
from holdfast.records.keys import sealed
from holdfast.records.people import (
    PersonKey,
    RoleAssignment,
    Site,
    StaffRecord,
    User,
    login_digest,
)

# The account of the house itself: what the watch and the seals write is by it. It cannot log in.
HOUSE = UUID("00000000-0000-4000-8000-000000000002")
HOUSE_LOGIN = "holdfast"
LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{0,59}")
_SITE_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")


def house() -> User:
    """The account of the house itself."""
    return User.objects.get(id=HOUSE)


@one_transaction
def found_organisation(
    *, login: str, printed_name: str, password_hash: str, entry_id: UUID, now: datetime
) -> Answered:
    """Begin the record: its first stream and key, the house's account and one administrator.

    Everything else is done by somebody with a role. A record that was founded is refused.
    """
    if Stream.objects.exists():
        return Refusal("already-founded")
    if not LOGIN.fullmatch(login) or login == HOUSE_LOGIN:
        return Refusal("login-not-fit")
    by = User(id=HOUSE, login=HOUSE_LOGIN)
    by.set_unusable_password()
    by.save(force_insert=True)
    open_stream("organisation", ORGANISATION)
    receipts = make_key(owner=ORGANISATION, word_class=PersonKey.RECEIPTS, by=by, now=now)
    stream = lock(ORGANISATION, now)
    user_id = uuid5(entry_id, "user")
    account, key_id = _account(user_id, login, printed_name, password_hash, by, now)
    role = RoleAssignment(
        id=uuid5(entry_id, "role"), user_id=user_id, role="administrator", valid_from=stream.now
    )
    sent = stream.sent("organisation-founded", entry_id, {"login": login})
    values = opened_as(user_id, login)
    return stream.write(sent, [account, role], by=by, keys=[receipts.id, key_id], values=values)


@one_transaction
def create_site(
    *, code: str, name: str, zone: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Open a site with its own stream; the organisation's stream names it."""
    if refusal := refused(by, None, "site.manage", now):
        return refusal
    if not _SITE_CODE.fullmatch(code):
        return Refusal("site-code-not-fit")
    if not _is_zone(zone):
        return Refusal("zone-unknown")
    above = lock(ORGANISATION, now)
    sent = above.sent("site-opened", entry_id, {"code": code, "name": name, "zone": zone})
    if earlier := above.earlier(sent, by=by):
        return earlier
    if Site.objects.filter(code=code).exists():
        return Refusal("site-code-taken")
    site = Site(id=uuid5(entry_id, "site"), code=code, name=name, zone=zone)
    open_stream("site", site.id)
    receipt = lock(site.id, now).write(sent, [site], by=by)
    name_stream(above, site.id, "site", entry_id, by)
    return receipt


def name_stream(above: LockedStream, stream_id: UUID, kind: str, entry_id: UUID, by: User) -> None:
    """Write into the stream above that a stream was opened, so that it cannot vanish unseen."""
    values = {"stream": stream_id.hex, "kind": kind}
    sent = above.sent("stream-opened", uuid5(entry_id, "stream-opened"), values)
    above.write(sent, [], by=by, values=values)


@one_transaction
def create_user(
    *,
    login: str,
    printed_name: str,
    password_hash: str,
    entry_id: UUID,
    by: User,
    now: datetime,
    site: Site | None = None,
) -> Answered:
    """Open an account. ``password_hash`` is made at the edge, by the log-in library.

    The hash is no part of what is compared when the entry is sent again. ``site`` is where
    whoever opens it manages access; the account itself belongs to no site until it has a role.
    """
    if refusal := refused(by, site, "access.manage", now):
        return refusal
    if not LOGIN.fullmatch(login):
        return Refusal("login-not-fit")
    stream = lock(ORGANISATION, now)
    sent = stream.sent("account-opened", entry_id, {"login": login, "name": printed_name})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if User.objects.filter(login=login).exists():
        return Refusal("login-taken")
    user_id = uuid5(entry_id, "user")
    account, key_id = _account(user_id, login, printed_name, password_hash, by, now)
    return stream.write(sent, [account], by=by, keys=[key_id], values=opened_as(user_id, login))


def opened_as(account: UUID, login: str) -> dict[str, str]:
    """What the journal says of an account that was opened: no name, but the sum of its log-in name."""
    return {"account": account.hex, "login_sha256": login_digest(account, login)}


def _account(
    user_id: UUID, login: str, name: str, password_hash: str, by: User, now: datetime
) -> tuple[StaffRecord, UUID]:
    user = User(id=user_id, login=login, password=password_hash)
    user.save(force_insert=True)
    key = make_key(owner=user_id, word_class=PersonKey.IDENTITY, by=by, now=now)
    record = StaffRecord(id=uuid5(user_id, "record"), user_id=user_id)
    record.printed_name = sealed(key, record, "printed_name", name)
    return record, key.id


@one_transaction
def assign_role(
    *,
    user: User,
    site: Site | None,
    role: str,
    valid_from: datetime,
    entry_id: UUID,
    by: User,
    now: datetime,
    valid_until: datetime | None = None,
    study: str | None = None,
) -> Answered:
    """Give a role at a site from one moment until another, in the site's own journal.

    ``study`` is a protocol's name; without one the role is held for every study of the site.
    """
    if refusal := refused(by, site, "access.manage", now):
        return refusal
    above = lock(ORGANISATION, now)  # two roles for one person queue here, whatever their site
    stream = lock(site.id, now) if site else above
    given = {"user": user.id, "role": role, "from": valid_from, "until": valid_until}
    sent = stream.sent("role-given", entry_id, given | {"study": study})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    asked = Given(
        user=user,
        site=site,
        study=study,
        role=role,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    if refusal := role_refused(asked, by):
        return refusal
    fact = RoleAssignment(
        id=uuid5(entry_id, "role"),
        user_id=user.id,
        site_id=site.id if site else None,
        study=study,
        role=role,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    return stream.write(sent, [fact], by=by, values={"user": user.id.hex, "role": role})


@one_transaction
def end_role(
    *,
    assignment: RoleAssignment,
    valid_until: datetime,
    reason: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """End a role at a moment, with the code of a reason: a new fact that corrects the old one.

    It can end sooner than it was given for, never later: that would be another role.
    """
    if refusal := refused(by, assignment.site, "access.manage", now):
        return refusal
    stream = lock(assignment.stream_id, now)
    ended = {"assignment": assignment.id, "until": valid_until, "reason": reason}
    sent = stream.sent("role-ended", entry_id, ended)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if RoleAssignment.objects.filter(corrects=assignment).exists():
        return Refusal("already-corrected")
    if assignment.valid_until is not None and assignment.valid_until < valid_until:
        return Refusal("ends-later-than-given")
    if is_needed_outside(assignment, now):
        return Refusal("recipient-in-seat")
    fact = RoleAssignment(
        id=uuid5(entry_id, "role"),
        corrects_id=assignment.id,
        correction_reason=reason,
        user_id=assignment.user_id,
        site_id=assignment.site_id,
        study=assignment.study,
        role=assignment.role,
        valid_from=assignment.valid_from,
        valid_until=valid_until,
    )
    values = {"user": assignment.user_id.hex, "role": assignment.role}
    return stream.write(sent, [fact], by=by, values=values)


@one_transaction
def set_target(
    *,
    site: Site,
    moment: str,
    due_hours: int | None,
    overdue_hours: int | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Set a site's own target for a moment of the worklist, in hours; None takes it away."""
    if refusal := refused(by, None, "site.manage", now):
        return refusal
    if moment not in WorklistMoment.KINDS:
        return Refusal("moment-unknown")
    if any(hours is not None and hours <= 0 for hours in (due_hours, overdue_hours)):
        return Refusal("hours-not-fit")
    stream = lock(site.id, now)
    wanted = {"moment": moment, "due": due_hours, "overdue": overdue_hours}
    sent = stream.sent("target-set", entry_id, wanted)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    before = SiteTarget.objects.filter(site=site, moment=moment, corrected_by=None).first()
    facts: list[Fact] = [
        SiteTarget(
            id=uuid5(entry_id, "target"),
            corrects_id=before.id if before else None,
            correction_reason="new-target" if before else "",
            site_id=site.id,
            moment=moment,
            due_hours=due_hours,
            overdue_hours=overdue_hours,
        )
    ]
    receipt = stream.write(sent, facts, by=by, values=wanted)
    worklist.follow_site(site)
    return receipt


def _is_zone(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True
