"""Allocations: balanced as the blocks promise, the same from the same seed, and telling nothing else."""

import hmac
from collections import Counter
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.analysis.randomization.blocks import imbalance, largest_imbalance, permuted_blocks
from holdfast.analysis.randomization.chance import Seed
from holdfast.analysis.randomization.kits import is_kit_number, kit_list, with_check_digits
from holdfast.analysis.randomization.minimization import (
    Margins,
    Rule,
    chances,
    imbalances,
    minimize,
)
from holdfast.analysis.randomization.predictability import of_blocks

SEED = Seed(bytes(range(32)))
ratios = st.dictionaries(
    st.sampled_from(["low", "middle", "high", "control"]), st.integers(1, 3), min_size=2
)


@st.composite
def designs(draw):
    ratio = draw(ratios)
    times = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    return ratio, tuple(sum(ratio.values()) * each for each in times)


seeds = st.binary(min_size=32, max_size=32).map(Seed)


def test_the_numbers_are_those_that_anybody_can_work_out_from_the_seed():
    """Written again here as the page says it: HMAC-SHA-256 of the purpose and a counter."""
    named = b"\0\0\0\6blocks" + b"\0\0\0\1A"
    first = hmac.new(bytes(range(32)), named + bytes(8), sha256).digest()
    words = [int.from_bytes(first[at : at + 8], "big") for at in range(0, 32, 8)]
    stream = SEED.stream("blocks", "A")
    assert [stream.below(2**64) for _ in words] == words


def test_no_two_purposes_share_their_numbers():
    several = [("a", "b"), ("ab",), ("a",), ("a", "b", "")]
    assert len({SEED.stream(*each).below(2**64) for each in several}) == len(several)


def test_a_seed_is_in_no_message():
    assert str(Seed(b"s" * 32)) == "Seed(sealed)"
    with pytest.raises(ValueError, match="32 bytes, this one 3") as refused:
        Seed(b"abc")
    assert "abc" not in str(refused.value)


@given(seeds, st.integers(1, 1000))
def test_a_draw_is_below_its_bound(seed, n):
    assert 0 <= seed.stream("x").below(n) < n


def test_the_bound_of_a_draw_is_itself_bounded():
    for n in (0, -1, 2**64 + 1):
        with pytest.raises(ValueError, match="expected 1 to"):
            SEED.stream("x").below(n)


@given(designs(), seeds, st.integers(1, 60))
def test_every_prefix_is_as_balanced_as_the_blocks_promise(design, seed, slots):
    ratio, sizes = design
    drawn = permuted_blocks(ratio, sizes, slots, seed.stream("blocks", "stratum"))
    assert len(drawn) == slots
    promised = largest_imbalance(ratio, sizes)
    for end in range(slots + 1):
        assert imbalance(ratio, Counter(drawn[:end])) <= promised
    assert drawn == permuted_blocks(ratio, sizes, slots, seed.stream("blocks", "stratum"))


def test_the_promise_is_the_best_there_is():
    """Some list does come that far apart, or the bound would say nothing."""
    ratio, sizes = {"a": 1, "b": 1}, (4,)
    lists = [permuted_blocks(ratio, sizes, 8, SEED.stream(str(n))) for n in range(60)]
    worst = max(imbalance(ratio, Counter(one[:end])) for one in lists for end in range(9))
    assert worst == largest_imbalance(ratio, sizes) == 2


def test_every_order_of_a_block_is_as_likely():
    drawn = Counter(
        permuted_blocks({"a": 1, "b": 1}, (4,), 4, SEED.stream(str(n))) for n in range(6000)
    )
    assert len(drawn) == 6
    assert sum((count - 1000) ** 2 / 1000 for count in drawn.values()) < 20.5  # chi2, 5 df, 0.1 %


@pytest.mark.parametrize(
    ("ratio", "sizes", "slots", "why"),
    [
        ({"a": 1}, (4,), 4, "at least two"),
        ({"a": 1, "b": 0}, (4,), 4, "share 0"),
        ({"a": 1, "b": 1}, (), 4, "name at least one"),
        ({"a": 2, "b": 1}, (4,), 4, "multiples of 3"),
        ({"a": 1, "b": 1}, (0,), 4, "multiples of 2"),
        ({"a": 1, "b": 1}, (4,), 0, "0 slots"),
    ],
)
def test_a_design_that_cannot_be_is_refused(ratio, sizes, slots, why):
    with pytest.raises(ValueError, match=why):
        permuted_blocks(ratio, sizes, slots, SEED.stream("x"))


RULE = Rule({"a": 1, "b": 1}, {"site": Fraction(1), "sex": Fraction(1)}, Fraction(4, 5))


def test_the_example_of_a_table_of_margins():
    """Site 1 has 9 a and 8 b, female 7 a and 9 b: with a the margins differ by 2 + 1, with b by 0 + 3."""
    margins = Margins(
        {("site", "1", "a"): 9, ("site", "1", "b"): 8, ("sex", "f", "a"): 7, ("sex", "f", "b"): 9}
    )
    levels = {"site": "1", "sex": "f"}
    assert imbalances(RULE, margins, levels) == {"a": 3, "b": 3}
    margins.add("b", {"site": "1"})
    assert imbalances(RULE, margins, levels) == {"a": 2, "b": 4}
    assert chances(RULE, "a") == {"a": Fraction(4, 5), "b": Fraction(1, 5)}


def test_variance_weighs_a_large_difference_more():
    rule = Rule(
        {"a": 1, "b": 1}, {"site": Fraction(1), "sex": Fraction(1)}, Fraction(1), "variance"
    )
    margins = Margins({("site", "1", "a"): 3, ("sex", "f", "b"): 1})
    caused = imbalances(rule, margins, {"site": "1", "sex": "f"})
    assert caused == {"a": Fraction(16, 2), "b": Fraction(4, 2) + Fraction(4, 2)}


@given(ratios, st.fractions(Fraction(1, 100), 1))
def test_arms_preferred_by_their_share_are_given_by_their_share(ratio, above):
    """Otherwise minimization would pull an unequal allocation towards equal arms."""
    whole = sum(ratio.values())
    fair = Fraction(min(ratio.values()), whole)
    rule = Rule(ratio, {"site": Fraction(1)}, fair + (1 - fair) * above)
    given_ = Counter()
    for preferred, share in ratio.items():
        shares = chances(rule, preferred)
        assert sum(shares.values()) == 1
        assert all(0 <= each <= 1 for each in shares.values())
        for arm, chance in shares.items():
            given_[arm] += Fraction(share, whole) * chance
    assert given_ == {arm: Fraction(share, whole) for arm, share in ratio.items()}


def test_minimization_keeps_the_margins_close():
    margins, drawn, levels = Margins(), Counter(), SEED.stream("people")
    for number in range(400):
        person = {"site": str(levels.below(4)), "sex": "fm"[levels.below(2)]}
        arm = minimize(RULE, margins, person, SEED.stream("minimization", str(number)))
        margins.add(arm, person)
        drawn[arm] += 1
    assert abs(drawn["a"] - drawn["b"]) <= 12
    for factor, level in [*(("site", str(n)) for n in range(4)), ("sex", "f"), ("sex", "m")]:
        assert abs(margins.of(factor, level, "a") - margins.of(factor, level, "b")) <= 10


def test_nobody_is_minimized_without_a_level_of_every_factor():
    for levels in ({"site": "1"}, {"site": "1", "sex": ""}):
        with pytest.raises(ValueError, match="No level of sex"):
            minimize(RULE, Margins(), levels, SEED.stream("x"))


@pytest.mark.parametrize("coin", [Fraction(1, 2), Fraction(11, 10)])
def test_a_coin_that_is_none_is_refused(coin):
    with pytest.raises(ValueError, match="at most 1"):
        Rule({"a": 1, "b": 1}, {"site": Fraction(1)}, coin)


def test_kit_numbers_tell_nothing_of_their_content():
    kits = kit_list({"active": 300, "placebo": 300}, SEED.stream("kits"))
    numbers = [kit.number for kit in kits]
    assert numbers == sorted(set(numbers))
    assert {len(number) for number in numbers} == {len(numbers[0])}
    assert Counter(kit.content for kit in kits) == {"active": 300, "placebo": 300}
    changes = sum(one.content != other.content for one, other in pairwise(kits))
    assert 240 < changes < 360  # 299.5 and a standard deviation of 12.2
    halves = Counter(kit.content for kit in kits[:300])
    assert 110 < halves["active"] < 190
    tails = Counter((kit.content, int(kit.number) % 2) for kit in kits)
    assert 100 < tails["active", 0] < 200


@given(st.integers(10, 10**9), st.data())
def test_a_slip_is_no_other_kit(digits, data):
    number = with_check_digits(str(digits))
    assert is_kit_number(number)
    at = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([each for each in "0123456789" if each != number[at]]))
    assert not is_kit_number(number[:at] + other + number[at + 1 :])
    for place in range(len(number) - 1):
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        assert swapped == number or not is_kit_number(swapped)


@pytest.mark.parametrize("contents", [{}, {"active": 0}, {"active": -1}])
def test_kits_that_cannot_be_are_refused(contents):
    with pytest.raises(ValueError, match="kit"):
        kit_list(contents, SEED.stream("kits"))


def test_what_can_be_guessed_of_one_block_is_what_can_be_counted_by_hand():
    """Of a a b b: half, then two thirds for b, then half or all of it."""
    told = of_blocks({"a": 1, "b": 1}, (4,), [("a", "b", "a", "b"), ("a", "a", "b", "b")])
    first = Fraction(1, 2) + Fraction(2, 3) + Fraction(1, 2) + 1
    second = Fraction(1, 2) + Fraction(2, 3) + 1 + 1
    assert told.guessed == (first + second) / 8
    assert (told.certain, told.slots, told.by_chance) == (3, 8, Fraction(1, 2))


def test_blocks_of_many_sizes_are_harder_to_guess():
    def guessed(sizes):
        ratio = {"a": 1, "b": 1}
        lists = [permuted_blocks(ratio, sizes, 48, SEED.stream(str(n))) for n in range(40)]
        return of_blocks(ratio, sizes, lists)

    narrow, wide = guessed((4,)), guessed((4, 6, 8))
    assert narrow.guessed > wide.guessed > Fraction(1, 2)
    assert narrow.certain > wide.certain


def test_a_list_that_the_design_cannot_give_is_refused():
    with pytest.raises(ValueError, match="no block of these sizes"):
        of_blocks({"a": 1, "b": 1}, (2,), [("a", "a")])
