"""What the pages say of dates, standings, signed numbers and what is next: words that cannot mislead."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from django.utils import timezone

from holdfast.actions.limits import sign_limit
from holdfast.actions.outcomes import Receipt
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.definitions import protocols
from holdfast.records.models import User
from holdfast.web.staff.limits import medicine_limits, unsigned_count
from holdfast.web.staff.medicines import medication_rows
from holdfast.web.staff.worklist import next_words
from holdfast.web.templatetags.look import moment, standing_words


@pytest.mark.parametrize(
    ("decision", "words"),
    [("eligible", "Confirmed eligible"), ("ineligible", "Confirmed ineligible")],
)
def test_a_confirmed_verdict_says_which(decision, words):
    line = SimpleNamespace(moment=SimpleNamespace(kind="done", decision=decision, questions=0))
    assert next_words(line) == words


def test_a_rule_without_a_source_is_not_called_a_number():
    assert standing_words("not-found") == "no source found"
    assert standing_words("not-found", is_about_a_number=True) == "no public number"
    assert standing_words("verified", is_about_a_number=True) == "verified"


TOLD = {
    "name": "phenelzine",
    "codes": [],
    "matched": ["phenelzine"],
    "danger": "washout",
    "loss_of_benefit": "none",
    "cyp2d6": "none",
    "washout_days": 14,
    "earliest_dosing_on": "2026-04-04",
    "outcome": "failed",
    "reason": "washout-running",
    "reference": {"title": "A source", "href": "https://example.org"},
    "standing": "verified",
    "stop_abruptly": None,
}


@pytest.mark.parametrize(
    ("changed", "is_shown"),
    [
        ({}, True),
        ({"danger": "contraindicated"}, False),
        ({"reason": "still-taken"}, False),
        ({"reason": "still-taken-contraindicated", "danger": "contraindicated"}, False),
        ({"earliest_dosing_on": None}, False),
    ],
)
def test_no_date_beside_a_medicine_reads_as_a_permission(changed, is_shown):
    (row,) = medication_rows([TOLD | changed], [], [])
    assert (row["earliest_dosing_on"] is not None) is is_shown


def test_a_moment_is_told_in_the_sites_zone_and_in_utc_beside_it(as_role, clinic):
    with timezone.override("Europe/Zurich"):
        at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
        told = moment(at, "short")
    assert 'datetime="2026-07-01T22:30:00Z"' in told
    assert "2 Jul 2026, 00:30 CEST" in told
    zone = ZoneInfo(clinic.site.zone)
    page = as_role("physician").get(f"/NORTH/people/{clinic.id}/journal/").content.decode()
    assert f"{timezone.now().astimezone(zone):%Z}</time>" in page
    assert timezone.get_current_timezone_name() == "UTC", "the next request starts anew"


def _signed(clinic, value: Decimal) -> None:
    by, now = User.objects.get(login="physician"), timezone.now()
    version = protocols.load("mapp2")
    limit = version.limits["sodium-floor"]
    assert limit.value is None
    outcome = sign_limit(
        site=clinic.site,
        protocol=version,
        code=limit.code,
        value=value,
        unit=limit.unit,
        proof=ReauthenticationProof.made(user=by, now=now),
        entry_id=uuid4(),
        by=by,
        now=now,
    )
    assert isinstance(outcome, Receipt), outcome


def test_medicines_count_among_the_limits_that_wait(clinic):
    own = len(tuple(protocols.load("mapp2").limits_to_sign()))
    assert medicine_limits()
    assert unsigned_count(clinic.site, "mapp2") == own + len(medicine_limits())


def test_an_invented_number_says_so_in_the_demonstration_alone(as_role, clinic):
    _signed(clinic, Decimal(133))
    browser = as_role("physician")
    assert "demonstration value" not in browser.get("/NORTH/limits/").content.decode()
    with override_settings(DEMONSTRATION=True):
        page = browser.get("/NORTH/limits/").content.decode()
    assert page.count('class="invented"') == 1
    assert "invented for this demonstration" in page
