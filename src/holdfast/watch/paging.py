"""Sends pages and lets them climb until somebody answers; begins the daily tests of channels.

What is to be sent follows from the facts alone, so the loop may die and begin anew at any moment.
A try is written down after it was made, and as received only with the channel's receipt: where the
watch dies between the two, the page is sent twice, under the same id.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Receipt
from holdfast.actions.paging import begin_test, record_attempt, tell_condition
from holdfast.actions.people import house
from holdfast.domain import duty
from holdfast.records.clinical import ClinicalAlarm
from holdfast.records.columns import instant_text
from holdfast.records.duty import DutyContact, DutyPage
from holdfast.records.keys import Erased, SealBroken, opened
from holdfast.records.people import Site
from holdfast.records.rota import (
    code_of_test,
    duty_now,
    page_value,
    pages_of,
    standing_contacts,
    zone_of,
)
from holdfast.records.session import AlarmPaged
from holdfast.watch.each_site import each_site
from holdfast.watch.pagers import Letter, PageChannel, PageNotReceived, pagers_of_the_site

PATIENCE_SECONDS = 8.0  # longer than a channel's own; a turn, and so the heartbeat, waits no more
AT_A_TIME = 8  # messages on their way at once: a dead channel must not hold up a living one
TEST_AHEAD = timedelta(hours=4)  # a test begins while the last still holds


def send_pages(
    now: datetime,
    pagers: Mapping[str, PageChannel] | None = None,
    clock: Callable[[], datetime] | None = None,
) -> int:
    """One turn for every site; how many messages were received.

    ``clock`` tells when a try ended; without one it ends at ``now``, as in simulated time.
    """
    ways = pagers or pagers_of_the_site()
    return each_site(lambda site: _turn_at(site, now, ways, clock or (lambda: now)))


def turn(now: datetime) -> int:
    """One turn of the watch."""
    return send_pages(now, clock=lambda: datetime.now(UTC))


class AttemptNotRecorded(RuntimeError):
    """A page was tried and the record did not take what became of it: it will be tried again."""


def _turn_at(
    site: Site, now: datetime, ways: Mapping[str, PageChannel], clock: Callable[[], datetime]
) -> int:
    """Pages first; what fails in one of these three keeps neither of the others from its turn."""
    with ExitStack() as then:
        then.callback(_tell_conditions, site, now)
        then.callback(begin_tests, site, now)
        return _send_at(site, now, ways, clock)


def _send_at(
    site: Site, now: datetime, ways: Mapping[str, PageChannel], clock: Callable[[], datetime]
) -> int:
    rows = pages_of(site, now)
    state = duty_now(site, rows, now)
    by_id = {row.id: row for row in rows}
    due = [send for row in rows for send in duty.sends(page_value(row), state)]
    contacts = {(row.user_id, row.channel): row for row in standing_contacts(site)}
    letters = [_letter(by_id[s.page], s, contacts.get((s.person, s.channel)), now) for s in due]
    outcomes: list[str] = []
    lost = 0
    for send, letter, (outcome, detail) in zip(due, letters, _deliver(letters, ways), strict=True):
        told = record_attempt(
            page=by_id[send.page],
            send=send,
            outcome=outcome,
            detail=detail,
            message=letter.id if letter else _message_id(send),
            by=house(),
            now=max(now, clock()),
        )
        outcomes.append(outcome)
        lost += not isinstance(told, Receipt)
    if lost:
        raise AttemptNotRecorded(f"{lost} of {len(due)}")
    return outcomes.count("received")


def _message_id(send: duty.Send) -> UUID:
    return uuid5(send.page, f"{send.person.hex}/{send.channel}/{instant_text(send.since)}")


def _letter(
    page: DutyPage, send: duty.Send, contact: DutyContact | None, now: datetime
) -> Letter | None:
    """What is sent; None where the person's address is not there any more."""
    try:
        address = opened(contact, "address") if contact else None
    except (Erased, SealBroken):
        address = None  # recorded as a failed try, so that the page climbs past this person
    if address is None:
        return None
    ours = os.environ.get("HOLDFAST_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
    return Letter(
        id=_message_id(send),
        page=page.id,
        channel=send.channel,
        address=address,
        reason=_told_outside(page.reason),
        code=code_of_test(page) if page.reason == DutyPage.TEST else "",
        where=f"{ours}/{page.site.code}/duty/",
        at=now,
    )


def _told_outside(reason: str) -> str:
    """What goes out with a page: nothing of anybody's health."""
    is_ours = reason in ClinicalAlarm.KINDS or reason in AlarmPaged.REASONS
    return "come-now" if is_ours else reason


def _deliver(
    letters: Sequence[Letter | None], ways: Mapping[str, PageChannel]
) -> list[tuple[str, str]]:
    """What became of each letter: outcome and code. Nothing of the record is touched meanwhile.

    A channel that neither takes a letter nor fails is given up after ``PATIENCE_SECONDS``.
    """
    if not letters:
        return []
    several = ThreadPoolExecutor(AT_A_TIME)
    tries = [several.submit(_tried, ways, letter) for letter in letters]
    wait(tries, PATIENCE_SECONDS)
    several.shutdown(wait=False, cancel_futures=True)
    return [
        done.result() if done.done() and not done.cancelled() else ("failed", "no-answer-in-time")
        for done in tries
    ]


def _tried(ways: Mapping[str, PageChannel], letter: Letter | None) -> tuple[str, str]:
    if letter is None:
        return "failed", "no-address"
    try:
        return "received", ways[letter.channel].deliver(letter)
    except PageNotReceived as why:
        return "failed", str(why)


def begin_tests(site: Site, now: datetime) -> int:
    """Begin the daily test of every channel of whoever is on duty; how many were begun.

    The next is begun while the last acknowledged one still holds, so that there is time to answer.
    """
    rows = pages_of(site, now)
    state = duty_now(site, rows, now)
    tests = [page_value(row) for row in rows if row.reason == DutyPage.TEST]
    people = {turn.person for turn in state.turns}
    begun = 0
    for contact in standing_contacts(site):
        if contact.user_id not in people:
            continue
        only = (contact.user_id, contact.channel)
        running = [t for t in tests if t.only == only and not duty.is_answered(t, state)]
        tested = duty.tested_at(*only, tests, state)
        is_fresh = tested is not None and now < tested + duty.TESTED_EVERY - TEST_AHEAD
        if is_fresh or any(now < t.asked_at + duty.TESTED_EVERY for t in running):
            continue
        entry_id = uuid5(contact.id, f"test/{instant_text(tested or now)}")
        told = begin_test(contact=contact, entry_id=entry_id, by=house(), now=now)
        begun += isinstance(told, Receipt)
    return begun


def _tell_conditions(site: Site, now: datetime) -> None:
    rows = pages_of(site, now)
    state = duty_now(site, rows, now)
    day = now.astimezone(zone_of(site)).date().isoformat()
    for found in duty.conditions([page_value(row) for row in rows], state):
        tell_condition(site=site, condition=found, day=day, by=house(), now=now)
