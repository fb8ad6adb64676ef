"""Patterns in movements: the exact chances, what stands out, and who is told."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, poisson

from holdfast.definitions import custody_watch
from holdfast.domain.diversion import (
    Differed,
    Handled,
    Issued,
    Pattern,
    Seal,
    Swallowed,
    Watched,
    binomial_tail,
    patterns,
    poisson_tail,
    receiver,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NUMBERS = custody_watch.load()
ANA, BEN, CLEO, DAN = "ana", "ben", "cleo", "dan"


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0, 1))
def test_the_tail_of_the_binomial_is_exact(count, more, rate):
    of = count + more
    told = binomial_tail(count, of, rate)
    assert told == pytest.approx(binom.sf(count - 1, of, rate), rel=1e-9, abs=1e-12)


@given(st.integers(0, 60), st.floats(0, 60))
def test_the_tail_of_poisson_is_exact(count, expected):
    assert poisson_tail(count, expected) == pytest.approx(
        poisson.sf(count - 1, expected), rel=1e-9, abs=1e-12
    )


@pytest.mark.parametrize("slip", [(2, 1, 0.5), (-1, 1, 0.5), (1, 1, 1.5)])
def test_counts_that_cannot_be_have_no_chance(slip):
    with pytest.raises(ValueError, match="cannot be"):
        binomial_tail(*slip)
    with pytest.raises(ValueError, match="cannot be"):
        poisson_tail(-1, 1)


def issued(pair: set[str], taken: int, unused: int, at: datetime = NOON) -> list[Issued]:
    names = "+".join(sorted(pair))
    return [
        Issued(f"{names}-{at:%H}-{number}", frozenset(pair), at, number < taken)
        for number in range(taken + unused)
    ]


def found(**given) -> dict[str, list[Pattern]]:
    told: dict[str, list[Pattern]] = {}
    for one in patterns(Watched("UTC", **given), NUMBERS):
        told.setdefault(one.code, []).append(one)
    return told


def test_a_pair_whose_supplements_are_left_over_far_more_often_is_told_with_its_numbers():
    told = found(issued=[*issued({ANA, BEN}, 2, 8), *issued({CLEO, DAN}, 36, 4)])
    (pattern,) = told["supplements-unused-by-pair"]
    assert pattern.people == {ANA, BEN}
    assert pattern.numbers == {"count": "8", "of": "10", "others": "0.1000", "compared": "2"}
    assert pattern.chance == pytest.approx(2 * binom.sf(7, 10, 0.1))
    assert len(pattern.because) == 8
    assert receiver(pattern, [ANA, BEN, CLEO]) == CLEO
    assert receiver(pattern, [ANA, BEN]) is None


def test_what_chance_gives_is_not_told():
    assert found(issued=[*issued({ANA, BEN}, 7, 3), *issued({CLEO, DAN}, 36, 9)]) == {}
    assert found(issued=issued({ANA, BEN}, 0, 9)) == {}  # nobody to compare with


def test_a_shift_in_which_supplements_are_left_over_is_told():
    night = NOON + timedelta(hours=11)
    pairs = ({ANA, BEN}, {CLEO, DAN}, {ANA, DAN})
    told = found(
        issued=[one for pair in pairs for one in issued(pair, 20, 1)]
        + [one for pair in pairs for one in issued(pair, 0, 2, night)]
    )
    (pattern,) = told["supplements-unused-by-shift"]
    assert pattern.numbers["group"] == "out-of-hours"
    assert pattern.people == {ANA, BEN, CLEO, DAN}


def handled(person: str, count: int, at: datetime = NOON, **given: bool) -> list[Handled]:
    tag = "-".join(sorted(given))
    return [Handled(f"{person}-{at:%H}-{tag}-{n}", person, at, **given) for n in range(count)]


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("access-out-of-hours", handled(ANA, 6, NOON + timedelta(hours=14))),
        ("moved-alone", handled(ANA, 6, is_alone=True)),
        ("losses-by-person", handled(ANA, 6, is_loss=True)),
    ],
)
def test_whoever_does_it_far_more_often_than_the_others_is_told(code, more):
    told = found(handled=[*handled(ANA, 30), *more, *handled(BEN, 80), *handled(CLEO, 80)])
    (pattern,) = told[code]
    assert pattern.people == {ANA}
    assert (pattern.numbers["count"], pattern.numbers["of"]) == ("6", "36")


def test_at_night_beside_an_open_session_is_no_access_out_of_hours():
    night = handled(ANA, 6, NOON + timedelta(hours=14), is_in_session=True)
    assert found(handled=[*handled(ANA, 30), *night, *handled(BEN, 80)]) == {}


def test_repeated_small_differences_near_one_person_are_told():
    differed = [Differed(f"c{n}", frozenset({ANA})) for n in range(5)]
    told = found(handled=[*handled(ANA, 5), *handled(BEN, 95)], differed=differed)
    (pattern,) = told["differences-by-person"]
    assert pattern.numbers["expected"] == "0.25"
    assert pattern.chance == pytest.approx(poisson.sf(4, 0.25), rel=1e-9)
    spread = [Differed(f"c{n}", frozenset({(ANA, BEN)[n % 2]})) for n in range(6)]
    assert found(handled=[*handled(ANA, 50), *handled(BEN, 50)], differed=spread) == {}


def test_a_seal_that_is_not_the_one_it_was_issued_with_is_told_each_time():
    seals = [Seal("m1", frozenset({ANA}), "S-1", "S-2"), Seal("m2", frozenset({BEN}), "S-3", "S-3")]
    (pattern,) = found(seals=[*seals, Seal("m3", frozenset({BEN}), "S-4", "")])["seal-broken"]
    assert (pattern.because, pattern.chance) == (("m1",), None)


def test_a_dose_with_no_vital_signs_beside_it_is_told():
    near, far = NOON - timedelta(minutes=60), NOON - timedelta(minutes=61)
    swallowed = [
        Swallowed("m1", frozenset({ANA}), NOON, (far,)),
        Swallowed("m2", frozenset({ANA}), NOON, (far, near)),
        Swallowed("m3", frozenset({BEN}), NOON, ()),
    ]
    told = found(swallowed=swallowed)["given-without-vital-signs"]
    assert [one.because for one in told] == [("m1",), ("m3",)]
