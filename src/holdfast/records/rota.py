"""The facts of duty as the rules read them: roster, channels, pages, attempts, answers, times."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from holdfast.definitions.duty import times
from holdfast.domain import duty, rota
from holdfast.domain.findings import Finding
from holdfast.domain.limits import SignedLimit as SignedValue
from holdfast.domain.reachability import post_reachable
from holdfast.records.columns import instant_text
from holdfast.records.duty import (
    DutyContact,
    DutyHours,
    DutyPage,
    PageAnswer,
    PageAttempt,
    SignedTime,
)
from holdfast.records.journal import ORGANISATION
from holdfast.records.keys import data_key_of
from holdfast.records.pauses import paused_at
from holdfast.records.people import PersonKey, Site
from holdfast.records.prepared import Prepared

WITHIN, HOLDS = "page-answered-within", "answer-holds-for"
RECENT = timedelta(days=7)  # an answered page older than this decides nothing any more


def standing_hours(site: Site) -> list[DutyHours]:
    """The hours of a site's roster that stand."""
    return _HOURS.rows(site.id)


_HOURS = Prepared(
    lambda site: (
        DutyHours.objects.filter(site=site, corrected_by=None, is_withdrawn=False)
        .select_related("user")
        .order_by("first_day", "begins", "position", "id")
    )
)
_CONTACTS = Prepared(
    lambda site: DutyContact.objects.filter(
        site=site, corrected_by=None, is_withdrawn=False, user__is_active=True
    ).order_by("position", "id")
)
_TIMES = Prepared(
    lambda site: (
        SignedTime.objects.filter(site=site, corrected_by=None)
        .select_related("signature")
        .order_by("position", "id")
    )
)


def roster(rows: Iterable[DutyHours]) -> list[rota.Hours]:
    """The hours as the rules read them; those of a closed or paused account are nobody's."""
    rows = list(rows)
    paused = paused_at({row.site_id for row in rows})
    return [
        rota.Hours(
            person=row.user_id,
            post=rota.Post(row.post),
            first_day=row.first_day,
            last_day=row.last_day,
            weekdays=frozenset(map(int, row.weekdays)),
            begins=time.fromisoformat(row.begins),
            ends=time.fromisoformat(row.ends),
        )
        for row in rows
        if row.user.is_active and (row.site_id, row.user_id) not in paused
    ]


def zone_of(site: Site) -> ZoneInfo:
    """The zone whose clock the roster is written by."""
    return ZoneInfo(site.zone)


def standing_contacts(site: Site) -> list[DutyContact]:
    """Every channel of everybody at a site that stands; none of who is paused there."""
    paused = paused_at({site.id})
    return [row for row in _CONTACTS.rows(site.id) if (row.site_id, row.user_id) not in paused]


def channels_of(contacts: Iterable[DutyContact]) -> Mapping[UUID, tuple[str, ...]]:
    """The channels of each person, in the order in which they were given."""
    found: dict[UUID, tuple[str, ...]] = {}
    for row in contacts:
        found[row.user_id] = (*found.get(row.user_id, ()), row.channel)
    return found


def standing_times(site: Site) -> dict[str, SignedTime]:
    """The signed times of a site that stand, by code."""
    return {row.code: row for row in _TIMES.rows(site.id)}


def _in_force(signed: Mapping[str, SignedTime], code: str) -> timedelta | None:
    row = signed.get(code)
    if row is None:
        return None
    value = SignedValue(code, row.value, row.unit, row.signed_by_id.hex, row.signed_on)
    runs = times()[code].in_force({code: value}, row.signed_on)
    return None if runs is None else timedelta(minutes=float(runs.value))


def pages_of(site: Site, now: datetime) -> list[DutyPage]:
    """The pages of a site that decide anything now, oldest first: open ones, and recent ones."""
    found = _PAGES.rows(site.id, instant_text(now - RECENT))
    kept = {(row.user_id, row.channel): row.recorded_at for row in standing_contacts(site)}
    standing = [row for row in found if _is_of_now(row, kept)]
    return sorted(standing, key=lambda row: (row.asked_at, row.position, row.id))


def _open_or_since(site: UUID, since: str) -> "QuerySet[DutyPage]":
    rows = DutyPage.objects.filter(site=site)
    taken = PageAnswer.objects.filter(done__in=PageAnswer.TAKEN).values("page_id")
    recent = rows.filter(asked_at__gte=since)
    still_open = rows.exclude(id__in=taken).exclude(reason=DutyPage.TEST)
    return (recent | still_open).select_related("site", "asked_by", "user").distinct()


_PAGES = Prepared(_open_or_since)


def _is_of_now(test: DutyPage, kept: Mapping[tuple[UUID, str], datetime]) -> bool:
    """False for a test of an address that was replaced: it says nothing of the new one."""
    if test.user_id is None:
        return True
    since = kept.get((test.user_id, test.channel))
    return since is not None and since <= test.asked_at


def page_value(row: DutyPage) -> duty.Page:
    """A page as the rules read it."""
    return duty.Page(
        id=row.id,
        asked_at=row.asked_at,
        post=rota.Post(row.post) if row.post else None,
        only=(row.user_id, row.channel) if row.user_id else None,
    )


def duty_now(site: Site, pages: Iterable[DutyPage], now: datetime) -> duty.Duty:
    """Everything that decides about duty at a site, at a moment."""
    ids = [page.id for page in pages]
    signed = standing_times(site)
    attempts = PageAttempt.objects.filter(page_id__in=ids).order_by("recorded_at", "position")
    answers = PageAnswer.objects.filter(page_id__in=ids).order_by("answered_at", "position")
    return duty.Duty(
        turns=rota.on_duty(roster(standing_hours(site)), zone_of(site), now),
        contacts=channels_of(standing_contacts(site)),
        attempts=[
            duty.Attempt(a.page_id, a.user_id, a.channel, a.outcome == "received", a.recorded_at)
            for a in attempts
        ],
        answers=[
            duty.PageAnswer(a.page_id, a.answered_by_id, a.done in PageAnswer.TAKEN, a.answered_at)
            for a in answers
        ],
        answer_within=_in_force(signed, WITHIN),
        holds_for=_in_force(signed, HOLDS),
        now=now,
    )


def reachable_finding(site: Site, post: rota.Post, now: datetime) -> Finding:
    """Whether whoever is on duty in a post of a site can be reached now: what a gate asks."""
    rows = pages_of(site, now)
    return post_reachable(post, [page_value(row) for row in rows], duty_now(site, rows, now))


def code_of_test(page: DutyPage) -> str:
    """Six digits that travel by the tested channel alone: whoever types them received the test."""
    token = data_key_of(ORGANISATION, PersonKey.RECEIPTS).token("duty-test", page.id.bytes)
    return f"{int(token, 16) % 1_000_000:06d}"
