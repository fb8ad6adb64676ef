"""How long an answer takes tells no arm: the interval of the difference of medians is within 2 ms."""

import os

import numpy as np
import pytest

from tests.web.blind_times import LEAK_SECONDS, Interval, both
from tests.web.clinic import SITE
from tests.web.told import BLINDED
from tests.web.twice import blind_files

__all__ = ["blind_files"]

WITHIN = 2.0  # milliseconds
# Fewer, where a machine is shared: how many there were is in the name of no promise.
COUNT = int(os.environ.get("HOLDFAST_BLIND_TIMES", "2000"))
# What a blinded role reads around randomizing, dispensing and kits: by whom, and where.
READ = [
    ("pharmacist", "pharmacy/"),
    ("pharmacist", "pharmacy/stores/main/"),
    ("pharmacist", "pharmacy/stores/main/register/"),
    ("pharmacist", "pharmacy/stores/main/labels/"),
    ("pharmacist", "pharmacy/stores/main/receive/"),
    ("pharmacist", "people/{person}/orders/"),
    ("therapist", "people/{person}/session/box/"),
    ("therapist", "people/{person}/session/"),
    ("auditor", "pharmacy/stores/main/discrepancies/"),
    ("physician", "people/{person}/unblind/"),
    ("physician", "people/{person}/course/"),
    ("monitor", "blind/"),
    ("monitor", "people/{person}/journal/"),
]


@pytest.fixture
def both_of(blind_files, clinic_template, tmp_path, django_db_blocker):
    def made(until: str = "", *, leaks: bool = False):
        return both(blind_files, clinic_template.key, tmp_path, until=until, leaks=leaks)

    with django_db_blocker.unblock():
        yield made


@pytest.mark.nightly
def test_a_planted_leak_of_five_milliseconds_is_found(both_of):
    with both_of(leaks=True) as pair:
        found = pair.interval("page", "monitor", f"/{SITE}/blind/", count=COUNT)
    print(f"planted: {found}")
    assert not found.is_within(WITHIN), found
    assert max(-found.high, found.low) > WITHIN, "all of the interval is on one side"
    assert LEAK_SECONDS == 0.005


@pytest.mark.nightly
@pytest.mark.parametrize(("role", "path"), READ)
def test_the_map_makes_no_difference_to_how_long_a_page_takes(both_of, role, path):
    assert role in BLINDED
    with both_of("resupply") as pair:
        found = pair.interval("page", role, f"/{SITE}/{path}", count=COUNT)
    print(f"{role} {path}: {found}")
    assert found.is_within(WITHIN), found


@pytest.mark.nightly
@pytest.mark.parametrize(("act", "until"), [("slot", "randomize"), ("kit", "order")])
def test_the_map_makes_no_difference_to_how_long_randomizing_and_dispensing_take(
    both_of, act, until
):
    with both_of(until) as pair:
        found = pair.interval(act, count=COUNT)
    print(f"{act}: {found}")
    assert found.is_within(WITHIN), found


def test_the_interval_is_about_the_difference_of_medians():
    pairs = [(0.010 + n / 1e5, 0.013 + n / 1e5) for n in range(100)]
    found = Interval.of(pairs)
    assert found.low <= 3.0 <= found.high
    assert found.high - found.low < 1
    assert not found.is_within(WITHIN)
    assert Interval(-1.9, 1.9).is_within(WITHIN)
    assert not Interval(-2.1, 0).is_within(WITHIN)


@pytest.mark.parametrize(("leak", "is_within"), [(0.0, True), (LEAK_SECONDS, False)])
def test_two_hundred_answers_as_uneven_as_real_ones_are_enough_to_find_it(leak, is_within):
    drawn = np.random.default_rng(7)
    took = 0.012 + drawn.lognormal(-6.0, 0.6, (200, 2))  # a median of 2.5 ms above 12, a long tail
    took[:, 1] += leak
    found = Interval.of([(float(a), float(b)) for a, b in took])
    assert found.is_within(WITHIN) is is_within, found
