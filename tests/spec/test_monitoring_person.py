"""A physician's own limit for one person: tighter always, wider up to what was signed for the site.

It is signed before the dose. What may not run is named in the plan with its reason, and does not run.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from holdfast.domain.session_compile import PersonalLimit
from tests.session_kit import DAY, plan_of


def own(code, value, unit="mm[Hg]", signed_on=DAY):
    """A number for one person."""
    return PersonalLimit(code, Decimal(value), unit, "physician", signed_on)


def runs(*personal, code="urgent-systolic", also=None, unsigned=()):
    """The number that runs, and why one does not."""
    plan = plan_of(personal=personal, also=also, unsigned=unsigned)
    reasons = [one.reason for one in plan.not_taken]
    return plan.value(code), plan.numbers[code].is_personal, reasons


@pytest.mark.parametrize("value", ["180", "179", "150"])
def test_a_tighter_one_runs(value):
    """Somebody with a known weakness of the vessels: urgent from 150 on."""
    assert runs(own("urgent-systolic", value)) == (Decimal(value), True, [])


def test_a_tighter_one_runs_where_the_number_is_read_in_a_source():
    """Nothing changes for anybody else: 160 is watched, for this person 140."""
    assert runs(own("observe-systolic", "140"), code="observe-systolic") == (140, True, [])


def test_a_wider_one_needs_what_a_physician_signed_as_the_widest():
    """Unknown is never a yes."""
    assert runs(own("urgent-systolic", "181")) == (180, False, ["widest-not-signed"])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("190", (190, True, [])),
        ("191", (180, False, ["beyond-the-widest"])),
    ],
)
def test_a_wider_one_runs_up_to_the_widest(value, expected):
    """Signed for the site: up to 190."""
    assert runs(own("urgent-systolic", value), also={"urgent-systolic-widest": "190"}) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("130", (130, True, [])),
        ("131", (131, True, [])),
        ("129", (130, False, ["widest-not-signed"])),
    ],
)
def test_of_a_limit_below_which_it_is_urgent_the_higher_is_the_tighter(value, expected):
    """Sodium."""
    assert runs(own("urgent-sodium", value, "mmol/L"), code="urgent-sodium") == expected


@pytest.mark.parametrize(
    ("personal", "reason"),
    [
        (own("urgent-systolic", "150", "Cel"), "other-unit"),
        (own("urgent-systolic", "0"), "not-above-zero"),
        (own("reading-grace", "1", "min"), "not-a-personal-limit"),
        (own("no-such-number", "1"), "not-a-personal-limit"),
        (own("urgent-systolic", "150", signed_on=DAY + timedelta(days=1)), "signed-later"),
    ],
)
def test_what_is_no_number_for_one_person(personal, reason):
    """It is named, and the site's runs."""
    assert runs(personal) == (180, False, [reason])


def test_where_the_site_signed_none_nobody_can_tell_whether_it_is_tighter():
    """The site signs first."""
    found = runs(own("urgent-systolic", "150"), unsigned=["urgent-systolic"])
    assert found == (None, False, ["site-limit-not-signed"])


def test_the_last_one_signed_runs_and_of_one_day_the_tightest():
    """Two of today, 150 and 160; yesterday's was 140."""
    yesterday = own("urgent-systolic", "140", signed_on=DAY - timedelta(days=1))
    today = [own("urgent-systolic", "150"), own("urgent-systolic", "160")]
    assert runs(*today, yesterday)[0] == 150
    assert runs(yesterday, *reversed(today))[0] == 150
