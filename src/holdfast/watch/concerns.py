"""Tells the recipients outside that there is something to read, and tests whether they are reached.

A test and a concern send the same letter: whoever sees the mail cannot tell one from the other. What
a turn did is told to nobody: its heartbeat always says the same.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from holdfast.actions.people import house
from holdfast.actions.recipients import begin_recipient_test, record_recipient_try
from holdfast.domain import concerns as rules
from holdfast.domain.concerns import Seat
from holdfast.records.columns import instant_text
from holdfast.records.concern_reads import (
    AGAIN,
    BEGINS,
    WITHIN,
    Contact,
    contact_of,
    open_tests,
    seats_in_effect,
    standing_seats,
    tested_at,
    time_in_force,
    told,
    tries_of,
)
from holdfast.records.concerns import Concern, RecipientSeat, RecipientTest
from holdfast.records.people import Site
from holdfast.watch.pagers import (
    ConsolePager,
    Letter,
    PageChannel,
    PageNotReceived,
    pagers_of_the_site,
)

SPREAD_HOURS = (
    5 * 24
)  # the next test begins somewhere within this, so that no mail tells by its day
TESTS_AGAIN = timedelta(days=1)  # a test that is not acknowledged is sent again
SAID = 0  # what every turn says it did


class NeutralLetter(Letter):
    """Says that there is something to read, and not what, where or whose."""

    @property
    def text(self) -> str:
        """What the person reads."""
        return f"There is something to read in Holdfast: {self.where}"


def tell_recipients(
    now: datetime,
    pagers: Mapping[str, PageChannel] | None = None,
    clock: Callable[[], datetime] | None = None,
) -> int:
    """One turn for every site. It always answers the same number: what it did tells nobody."""
    ways = pagers or pagers_of_the_site()
    for site in Site.objects.order_by("code"):
        begin_tests(site, now)
        again = time_in_force(site, AGAIN)
        for letter, row in _due(site, again, now):
            _send(letter, row, ways, max(now, (clock or (lambda: now))()))
    return SAID


def turn(now: datetime) -> int:
    """One turn of the watch."""
    return tell_recipients(now, clock=lambda: datetime.now(UTC))


def begin_tests(site: Site, now: datetime) -> None:
    """Begin the test of every seat whose last one grows old; those named but not yet counted, too."""
    after = time_in_force(site, BEGINS)
    for row in _rows(site, now):
        last = tested_at(row)
        if open_tests(row) or not rules.next_test_is_due(last, after, _spread(row, last), now):
            continue
        entry_id = uuid5(row.id, f"test/{instant_text(last) if last else ''}")
        begin_recipient_test(seat=row, entry_id=entry_id, by=house(), now=now)


def _rows(site: Site, now: datetime) -> list[RecipientSeat]:
    named, counting = standing_seats(site), seats_in_effect(site, now)
    rows = {row.id: row for row in (*named.values(), *counting.values())}
    return [rows[key] for key in sorted(rows)]


def _spread(row: RecipientSeat, last: datetime | None) -> timedelta:
    said = uuid5(row.id, instant_text(last) if last else "").int
    return timedelta(hours=said % SPREAD_HOURS)


def _due(
    site: Site, again: timedelta, now: datetime
) -> Sequence[tuple[rules.Letter, RecipientSeat]]:
    """What is to be sent now: for open tests, and for concerns."""
    found: list[tuple[rules.Letter, RecipientSeat]] = []
    for row in _rows(site, now):
        for test in open_tests(row):
            wanted = [rules.Letter(test.id, Seat(row.seat), _round(test, now))]
            found += [(each, row) for each in rules.due(wanted, tries_of(test.id), again, now)]
    held, within = seats_in_effect(site, now), time_in_force(site, WITHIN)
    for concern in Concern.objects.filter(site=site).order_by("recorded_at", "id"):
        wanted = list(rules.letters(told(concern), within, now))
        due = rules.due(wanted, tries_of(concern.id), again, now)
        found += [(each, held[each.seat]) for each in due if each.seat in held]
    return found


def _round(test: RecipientTest, now: datetime) -> datetime:
    began: datetime = test.recorded_at
    return began + (now - began) // TESTS_AGAIN * TESTS_AGAIN


def _send(
    letter: rules.Letter, row: RecipientSeat, ways: Mapping[str, PageChannel], now: datetime
) -> None:
    """Send one letter by every channel of a seat, and keep what became of each try."""
    contact = contact_of(row)
    for channel in row.channels.split():
        message = uuid5(letter.about, f"{row.id.hex}/{channel}/{instant_text(letter.since)}")
        outcome, detail = _tried(ways[channel], _written(channel, contact, message, now))
        record_recipient_try(
            letter=letter,
            seat=row,
            channel=channel,
            outcome=outcome,
            detail=detail,
            message=message,
            by=house(),
            now=now,
        )


def _written(
    channel: str, contact: Contact | None, message: UUID, now: datetime
) -> NeutralLetter | None:
    address = (contact.email if channel == "email" else contact.phone) if contact else ""
    if not address:
        return None
    return NeutralLetter(
        id=message,
        page=message,
        channel=channel,
        address=address,
        reason="",
        code="",
        where=os.environ.get("HOLDFAST_ADDRESS", "http://127.0.0.1:8000").rstrip("/"),
        at=now,
    )


def _tried(way: PageChannel, letter: NeutralLetter | None) -> tuple[str, str]:
    """What became of one try. The console reaches nobody outside, and would tell who watches it."""
    if letter is None:
        return "failed", "no-address"
    if isinstance(way, ConsolePager):
        return "failed", "no-channel"
    try:
        return "received", way.deliver(letter)
    except PageNotReceived as why:
        return "failed", str(why)
