"""Limits: numbers of a protocol, and the signatures that let some of them run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from holdfast.domain.findings import Reference, Standing
from holdfast.domain.quantities import Quantity


@dataclass(frozen=True)
class SignedLimit:
    """A value that a named physician signed for a site, in the limit's unit or one like it."""

    code: str
    value: Decimal
    unit: str
    signed_by: str
    signed_on: date


@dataclass(frozen=True)
class LimitInForce:
    """The number that runs, in the limit's own unit, and why it may."""

    code: str
    value: Decimal
    unit: str
    standing: Standing

    def days_before(self, day: date) -> date:
        """The day that lies this many days before another, for a limit in days (``d``)."""
        reach = min(int(self.value), (day - date.min).days)
        return day - timedelta(days=reach)


@dataclass(frozen=True)
class Limit:
    """One number of a protocol, with its unit, source and standing.

    ``value`` is None where no public number was found. A limit that is verified or derived is the
    protocol's own: it runs, and no signature changes it, for that would be an amendment.
    """

    code: str
    value: Decimal | None
    unit: str
    reference: Reference
    standing: Standing
    wording: str

    def __post_init__(self) -> None:
        if self.standing.runs_live and self.value is None:
            raise ValueError(f"Limit {self.code} is {self.standing} but has no value.")

    @property
    def needs_signature(self) -> bool:
        """True where a physician must sign a value for the site before the limit runs."""
        return not self.standing.runs_live

    def in_force(self, signed: Mapping[str, SignedLimit], as_of: date) -> LimitInForce | None:
        """The number that runs on a date; None until a fit one is signed."""
        if not self.needs_signature:
            assert self.value is not None
            return LimitInForce(self.code, self.value, self.unit, self.standing)
        signature = signed.get(self.code)
        if signature is None or signature.code != self.code or signature.signed_on > as_of:
            return None
        try:
            quantity = Quantity(signature.value, signature.unit).in_unit(self.unit)
        except ValueError:
            return None
        if quantity.value < 0:
            return None
        return LimitInForce(self.code, quantity.value, self.unit, Standing.SIGNED)
