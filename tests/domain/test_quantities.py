"""A value is nothing without its unit."""

from decimal import Decimal

import pytest

from holdfast.domain.quantities import Quantity, UnitMismatch, UnknownUnit


def test_pounds_become_kilograms_exactly():
    assert Quantity(Decimal("105.8"), "[lb_av]").in_unit("kg").value == Decimal("47.990072746")


@pytest.mark.parametrize("unit", ["", "lbs", "KG", "stone", "mmHg"])
def test_an_unknown_unit_is_refused_in_words(unit):
    with pytest.raises(UnknownUnit, match=r"is not known\. Write one of: kg"):
        Quantity(Decimal(48), unit)


def test_units_of_different_things_do_not_convert():
    with pytest.raises(UnitMismatch, match="kg cannot be turned into ms"):
        Quantity(Decimal(48), "kg").in_unit("ms")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_cannot_be_measured_is_refused(number):
    with pytest.raises(ValueError, match="not a number that can be measured"):
        Quantity(Decimal(number), "kg")


def test_months_are_never_turned_into_days():
    with pytest.raises(UnitMismatch):
        Quantity(Decimal(6), "mo").in_unit("d")
