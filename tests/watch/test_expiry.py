"""The end of an approval is chased 90, 30 and 7 days ahead in the site's own date, once each."""

from datetime import UTC, date, datetime, timedelta

import orjson
import pytest

from holdfast.records.models import OutboxEntry
from holdfast.records.verification_run import verify_here
from holdfast.watch import expiry
from tests.actions.approvals import approval, in_jurisdiction, prescriber
from tests.actions.clinic import CANARY, Clinic, found


@pytest.fixture
def clinic(any_database: str) -> Clinic:
    clinic = found()
    in_jurisdiction(clinic)
    return clinic


def told() -> list[int]:
    rows = OutboxEntry.objects.filter(kind="approval-ends").order_by("recorded_at", "id")
    return [orjson.loads(row.body)["days_ahead"] for row in rows]


def test_each_moment_is_told_once(clinic):
    approval(clinic, prescriber(clinic, ends_on=date(2026, 12, 31)))
    start = datetime(2026, 9, 30, 2, 0, tzinfo=UTC)
    for day in range(110):
        expiry.chase(start + timedelta(days=day))
        expiry.chase(start + timedelta(days=day, hours=3))
    assert told() == [90, 30, 7]
    assert CANARY not in "".join(OutboxEntry.objects.values_list("body", flat=True))
    assert verify_here().fits


def test_the_moment_comes_with_the_sites_own_date(clinic):
    """Melbourne is ten hours ahead in early October: the day begins there at 14:00 UTC."""
    approval(clinic, prescriber(clinic, ends_on=date(2026, 12, 31)))
    assert expiry.chase(datetime(2026, 10, 1, 13, 59, tzinfo=UTC)) == 0
    assert expiry.chase(datetime(2026, 10, 1, 14, 0, tzinfo=UTC)) == 1


def test_a_watch_that_was_away_tells_the_nearest_moment_even_after_the_end(clinic):
    approval(clinic)
    assert expiry.chase(datetime(2026, 12, 20, tzinfo=UTC)) == 1
    assert expiry.chase(datetime(2027, 2, 1, tzinfo=UTC)) == 1
    assert told() == [30, 7]


def test_what_is_renewed_in_time_is_not_chased(clinic):
    approval(clinic)
    renewed = prescriber(clinic, starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31))
    approval(clinic, renewed)
    assert expiry.chase(datetime(2026, 12, 30, tzinfo=UTC)) == 0


def test_what_had_ended_before_it_was_recorded_is_history(clinic):
    approval(clinic, prescriber(clinic, ends_on=date(2026, 2, 1)))
    assert expiry.chase(clinic.now) == 0


def test_a_corrected_last_day_is_chased_anew(clinic):
    row = approval(clinic)
    assert expiry.chase(datetime(2026, 12, 20, tzinfo=UTC)) == 1
    clinic.now = datetime(2026, 12, 21, tzinfo=UTC)
    longer = prescriber(clinic, ends_on=date(2027, 1, 15))
    approval(clinic, longer, corrects=row, correction_reason="typing-error")
    assert expiry.chase(datetime(2026, 12, 22, tzinfo=UTC)) == 1
    assert told() == [30, 30]
