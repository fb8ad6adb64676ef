"""The clocks of the law of custody, jurisdiction by jurisdiction, as a pharmacist would check them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from holdfast.definitions import custody
from holdfast.domain.custody_deadlines import Happened, State, duties
from holdfast.domain.custody_rules import Event

NEW_YORK, ADELAIDE, MELBOURNE = "America/New_York", "Australia/Adelaide", "Australia/Melbourne"


def told(law: str, zone: str, what: Event, when: str, now: str, **done: str) -> dict[str, str]:
    """What a site must do after one thing happened: rule, the last day on which it is in time, state."""

    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))

    rules = custody.load(law)
    closed = {f"{law}/{rule.replace('_', '-')}:it": at(when_) for rule, when_ in done.items()}
    found = duties(rules, [Happened(what, at(when), "it")], closed, zone, at(now))
    return {one.rule.code.partition("/")[2]: _line(one, zone) for one in found}


def _line(duty, zone: str) -> str:
    if duty.due_at is None:
        return duty.state.value
    last = (duty.due_at.astimezone(ZoneInfo(zone)) - timedelta(seconds=1)).date()
    late = ", late" if duty.is_late else ""
    return f"{last}, {duty.state.value}{late}"


def test_united_states_a_loss_is_told_within_one_business_day_and_on_form_106_within_45_days():
    """Found missing on a Friday evening: told by the end of Monday; the form 45 days after Friday."""
    assert told("united-states", NEW_YORK, Event.LOST, "2026-03-06T19:30", "2026-03-07T09:00") == {
        "theft-notice": "2026-03-09, due",
        "theft-form": "2026-04-20, due",
    }


@pytest.mark.parametrize(
    ("lost", "last"),
    [
        ("2026-03-02T09:00", "2026-03-03"),  # Monday: Tuesday
        ("2026-03-05T23:59", "2026-03-06"),  # Thursday night: Friday
        ("2026-03-07T12:00", "2026-03-09"),  # Saturday: Monday
        ("2026-03-08T12:00", "2026-03-09"),  # Sunday: Monday
    ],
)
def test_united_states_one_business_day_counts_from_the_day_of_the_site(lost, last):
    assert told("united-states", NEW_YORK, Event.LOST, lost, lost)["theft-notice"].startswith(last)


def test_united_states_a_holiday_that_nobody_listed_is_not_counted():
    """Lost on the Friday before a public holiday on Monday: due on that Monday here, never later than the law."""
    found = told("united-states", NEW_YORK, Event.LOST, "2026-05-22T10:00", "2026-05-22T11:00")
    assert found["theft-notice"] == "2026-05-25, due"


def test_united_states_what_was_not_told_in_time_is_overdue_and_told_late_stays_late():
    when = ("2026-03-06T19:30", "2026-03-10T00:00")
    assert (
        told("united-states", NEW_YORK, Event.LOST, *when)["theft-notice"] == "2026-03-09, overdue"
    )
    late = told("united-states", NEW_YORK, Event.LOST, *when, theft_notice="2026-03-10T00:00")
    assert late["theft-notice"] == "2026-03-09, done, late"
    early = told("united-states", NEW_YORK, Event.LOST, *when, theft_notice="2026-03-09T23:59")
    assert early["theft-notice"] == "2026-03-09, done"


def test_united_states_the_first_stock_is_counted_on_its_day_and_all_again_within_two_years():
    first = told(
        "united-states", NEW_YORK, Event.STOCK_BEGAN, "2026-03-02T09:00", "2026-03-02T10:00"
    )
    assert first == {"initial-inventory": "2026-03-02, due"}
    again = told(
        "united-states", NEW_YORK, Event.INVENTORY_MADE, "2026-03-02T17:00", "2028-03-03T00:00"
    )
    assert again == {"biennial-inventory": "2028-03-02, overdue"}


def test_united_states_stock_that_is_destroyed_needs_form_41_and_the_sources_name_no_day():
    """Waste of a dispensed dose is no destruction of stock: it happens under another name."""
    assert told(
        "united-states", NEW_YORK, Event.DESTROYED, "2026-03-02T09:00", "2026-03-02T10:00"
    ) == {"destruction-form": "no-clock"}


def test_united_states_every_receipt_is_written_on_its_order_form():
    law = custody.load("united-states")
    titles = [one.title for one in law.rule("united-states/order-form").fields]
    assert {"Packages received", "Date received", "Supplier: DEA registration"} <= set(titles)
    received = told(
        "united-states", NEW_YORK, Event.RECEIVED, "2026-03-02T09:00", "2026-03-02T10:00"
    )
    assert received == {"order-form": "no-clock"}


def test_south_australia_the_chief_psychiatrist_is_told_within_one_business_day_of_prescribing():
    when = ("2026-03-06T16:00", "2026-03-06T17:00")  # a Friday
    found = told("south-australia", ADELAIDE, Event.PRESCRIBED, *when)
    assert found == {"chief-psychiatrist": "2026-03-09, due"}
    assert told("victoria", MELBOURNE, Event.PRESCRIBED, *when) == {}


@pytest.mark.parametrize(
    ("law", "zone"),
    [("south-australia", ADELAIDE), ("victoria", MELBOURNE), ("switzerland", "Europe/Zurich")],
)
def test_where_no_clock_of_a_loss_was_found_the_duty_is_open_and_says_that_nobody_knows(law, zone):
    assert told(law, zone, Event.LOST, "2026-03-02T09:00", "2026-03-02T10:00") == {
        "loss": "not-known"
    }


def test_victoria_asks_for_a_true_balance_and_for_names_and_keeps_three_years():
    law = custody.load("victoria")
    needs = {need for rule in law.register_needs for need in rule.needs}
    assert {
        "running-balance",
        "name-of-person",
        "alteration-detectable",
        "no-shared-codes",
    } <= needs
    kept = law.rule("victoria/retention")
    assert (kept.within, kept.unit.value) == (3, "years")


def test_switzerland_has_no_clock_that_anybody_read():
    law = custody.load("switzerland")
    assert not any(rule.runs for rule in law.rules)
    assert len(law.not_known) >= 4


def test_what_happens_at_night_is_of_the_day_of_the_site():
    """Ten minutes past midnight in Adelaide is still the day before in UTC; the site's day counts."""
    at = datetime(2026, 3, 3, 0, 10, tzinfo=ZoneInfo(ADELAIDE))
    law = custody.load("south-australia")
    (duty,) = duties(law, [Happened(Event.PRESCRIBED, at, "o")], {}, ADELAIDE, at)
    assert duty.due_at.astimezone(ZoneInfo(ADELAIDE)).date() == date(2026, 3, 5)
    assert duty.state is State.DUE
