"""What a jurisdiction asks of whoever holds a controlled drug: notices, forms, inventories, registers.

A rule is data, with its source and standing. A number that is neither verified nor signed computes no
date: what is due by it is shown as not known, and chased until somebody looks it up.
"""

from dataclasses import dataclass
from enum import StrEnum

from holdfast.domain.business_days import Calendar
from holdfast.domain.findings import Reference, Standing


class Ask(StrEnum):
    """What kind of thing a rule asks for."""

    NOTICE = "notice"  # somebody is told, within a time after something happened
    FORM = "form"  # a form is filled in and kept or sent
    INVENTORY = "inventory"  # everything is counted, at most so long after the last time
    RETENTION = "retention"  # records are kept so long
    REGISTER = "register"  # how the register is kept


class Event(StrEnum):
    """What a rule counts from."""

    RECEIVED = "received"
    STOCK_BEGAN = "stock-began"  # the first receipt of a site
    INVENTORY_MADE = "inventory-made"
    DESTROYED = "destroyed"
    LOST = "lost"
    PRESCRIBED = "prescribed"
    RECORD_MADE = "record-made"


class Unit(StrEnum):
    """How the time of a rule is counted."""

    BUSINESS_DAYS = "business-days"
    DAYS = "days"
    YEARS = "years"


# How a register may have to be kept, and what of the product does it.
REGISTER_NEEDS = (
    "running-balance",  # the true balance after each line
    "name-of-person",
    "sorted-by-drug",
    "alteration-detectable",
    "no-shared-codes",
    "on-demand",
    "kept-apart",
    "exact-count",
    "recipient-named",
    "supplier-named",
    "destruction-told",
)


@dataclass(frozen=True)
class FormField:
    """One field of a form: what it is called there."""

    code: str
    title: str


@dataclass(frozen=True, kw_only=True)
class CustodyRule:
    """One rule of custody. ``within`` None: the source names no time, or none was found."""

    code: str  # whole: united-states/theft-notice
    ask: Ask
    wording: str
    reference: Reference
    standing: Standing
    on: Event | None = None
    within: int | None = None
    unit: Unit | None = None
    has_clock: bool = True  # False: the source names none, and asks for none
    to: str = ""
    form: str = ""
    fields: tuple[FormField, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def runs(self) -> bool:
        """Whether its number may compute a date."""
        return self.within is not None and self.unit is not None and self.standing.runs_live


@dataclass(frozen=True)
class CustodyLaw:
    """The rules of custody of one jurisdiction, its calendar, and what its sources do not tell."""

    code: str
    title: str
    rules: tuple[CustodyRule, ...]
    calendar: Calendar
    not_known: tuple[str, ...]

    def rule(self, code: str) -> CustodyRule | None:
        """A rule by its whole code."""
        return next((one for one in self.rules if one.code == code), None)

    @property
    def register_needs(self) -> tuple[CustodyRule, ...]:
        """How the register is to be kept."""
        return tuple(one for one in self.rules if one.ask is Ask.REGISTER)
