"""Which number runs, and which awaits a signature."""

from datetime import date
from decimal import Decimal

import pytest

from holdfast.domain.findings import Reference, Standing
from holdfast.domain.limits import Limit, SignedLimit

SOURCE = Reference("an example", "docs/example.md")
TODAY = date(2026, 3, 31)


def _limit(value: str | None, standing: Standing, unit: str = "kg") -> Limit:
    number = None if value is None else Decimal(value)
    return Limit("weight-floor-kg", number, unit, SOURCE, standing, "Weighs at least this.")


def _signed(value: str, unit: str = "kg", on: date = TODAY) -> dict[str, SignedLimit]:
    return {"weight-floor-kg": SignedLimit("weight-floor-kg", Decimal(value), unit, "p-1", on)}


@pytest.mark.parametrize("standing", [Standing.SECONDARY, Standing.FROM_MEMORY])
def test_a_number_nobody_verified_does_not_run(standing):
    assert _limit("48", standing).in_force({}, TODAY) is None


def test_a_number_that_was_not_found_runs_once_signed():
    running = _limit(None, Standing.NOT_FOUND).in_force(_signed("48"), TODAY)
    assert running is not None
    assert (running.value, running.standing) == (Decimal(48), Standing.SIGNED)


def test_a_signature_does_not_change_a_verified_number():
    """That would be an amendment of the protocol."""
    running = _limit("48", Standing.VERIFIED).in_force(_signed("40"), TODAY)
    assert running is not None
    assert running.value == 48


def test_a_signature_of_tomorrow_does_not_run_today():
    signed = _signed("48", on=date(2026, 4, 1))
    assert _limit(None, Standing.NOT_FOUND).in_force(signed, TODAY) is None


def test_a_signature_in_a_like_unit_is_turned_into_the_limits_own():
    running = _limit(None, Standing.NOT_FOUND).in_force(_signed("48000", "g"), TODAY)
    assert running is not None
    assert (running.value, running.unit) == (Decimal(48), "kg")


@pytest.mark.parametrize(("value", "unit"), [("48", "ms"), ("48", ""), ("-1", "kg"), ("NaN", "kg")])
def test_a_signature_that_does_not_fit_does_not_run(value, unit):
    assert _limit(None, Standing.NOT_FOUND).in_force(_signed(value, unit), TODAY) is None


def test_a_verified_limit_without_a_value_cannot_be():
    with pytest.raises(ValueError, match="has no value"):
        _limit(None, Standing.VERIFIED)
