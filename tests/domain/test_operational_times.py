"""Operational times: our own default runs until a site signs another within the bounds."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.operational_times import OperationalTime

TIME = OperationalTime("glass-open-for", 60, "min", 5, 240, "words", "reason")


@pytest.mark.parametrize(
    ("signed", "minutes"),
    [
        (None, 60),
        (Decimal(30), 30),
        (Decimal(240), 240),
        (Decimal(241), 60),
        (Decimal(0), 60),
        (Decimal(-30), 60),
        (Decimal("30.5"), 60),
        (Decimal("NaN"), 60),
        (Decimal("Infinity"), 60),
    ],
)
def test_a_value_outside_the_bounds_never_runs(signed, minutes):
    assert TIME.in_force(signed) == timedelta(minutes=minutes)


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_whatever_was_signed_it_is_within_the_bounds(signed):
    assert timedelta(minutes=5) <= TIME.in_force(signed) <= timedelta(minutes=240)


@pytest.mark.parametrize(
    "wrong", [{"unit": "wk"}, {"default": 300}, {"least": 0}, {"default": 4}, {"most": 10}]
)
def test_a_definition_that_cannot_be_is_refused(wrong):
    told = {
        "code": "t", "default": 60, "unit": "min", "least": 5, "most": 240,
        "wording": "w", "reason": "r",
    }  # fmt: skip
    with pytest.raises(ValueError, match="t: "):
        OperationalTime(**(told | wrong))
