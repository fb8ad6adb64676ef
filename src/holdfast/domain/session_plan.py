"""The plan of one dosing session: what is due, which limits run and who is told, compiled once.

Frozen, whole and JSON-able: what judges a session needs this and its entries, nothing else, so that
the page can judge without the server and any past session can be judged again. A number without a
value is one that nobody verified or signed; what needs it says so.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any

from holdfast.domain.findings import Reference, Standing

SCHEMA = 1


class Tier(StrEnum):
    """How far an alarm condition reaches, mildest first."""

    OBSERVE = "observe"
    NOTIFY = "notify"
    URGENT = "urgent"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """0 for observe, 3 for emergency."""
        return tuple(Tier).index(self)


class Compare(StrEnum):
    """When a value breaches a limit."""

    ABOVE = "above"
    AT_OR_ABOVE = "at-or-above"
    BELOW = "below"
    AT_OR_BELOW = "at-or-below"

    def is_breached(self, value: Decimal, limit: Decimal) -> bool:
        """Whether the value is on the wrong side of the limit."""
        if self is Compare.ABOVE:
            return value > limit
        if self is Compare.AT_OR_ABOVE:
            return value >= limit
        return value < limit if self is Compare.BELOW else value <= limit

    @property
    def is_upper(self) -> bool:
        """The limit is one that values must not exceed."""
        return self in (Compare.ABOVE, Compare.AT_OR_ABOVE)


class Basis(StrEnum):
    """What is compared with the limit."""

    VALUE = "value"
    RISE = "rise"  # over the last reading before the initial dose


class When(StrEnum):
    """How many readings it takes."""

    SINGLE = "single"
    SUSTAINED = "sustained"  # this one and the one before, or this one and no repeat in time
    NOT_FALLING = "not-falling"  # this one and the one before, and this one is not lower


class Anchor(StrEnum):
    """What a due reading counts from."""

    BEFORE_INITIAL = "before-initial-dose"
    EACH_DOSE = "each-dose"
    INITIAL = "initial-dose"
    SUPPLEMENTAL = "supplemental-dose"
    WINDOW = "supplement-window"  # when the window of the supplement opens
    END = "session-end"  # when the protocol's session has lasted its minutes


@dataclass(frozen=True)
class PlanNumber:
    """One number as it runs in this session. ``value`` None: not signed. ``is_personal``: for this person."""

    code: str
    value: Decimal | None
    unit: str
    standing: Standing
    reference: Reference
    is_personal: bool = False
    signed_by: str = ""


@dataclass(frozen=True)
class LimitRule:
    """One rule on one field of a reading. ``number`` and ``repeat`` are codes of numbers.

    ``repeat``: after a breach the measure is read again within so many minutes, until ``in_a_row``
    readings in a row do not breach. ``do`` says what to do, as a code.
    """

    code: str
    measure: str
    field: str
    tier: Tier
    compare: Compare
    number: str
    do: str
    basis: Basis = Basis.VALUE
    when: When = When.SINGLE
    repeat: str = ""
    in_a_row: str = ""


@dataclass(frozen=True)
class SymptomRule:
    """One rule on what is felt or seen. ``beside`` names rules one of which must be breached then;
    ``over`` the number of millilitres taken that must be exceeded, or not be known, beside it."""

    code: str
    terms: tuple[str, ...]
    tier: Tier
    do: str
    beside: tuple[str, ...] = ()
    over: str = ""


@dataclass(frozen=True)
class DueRule:
    """Which measures are read when. ``every`` and ``within`` are codes of numbers, in minutes.

    ``every`` empty: once, at the anchor. ``within``: how long before a point a reading counts for it.
    """

    code: str
    measures: tuple[str, ...]
    anchor: Anchor
    every: str = ""
    within: str = ""


@dataclass(frozen=True)
class SignalRule:
    """How far a condition reaches that is no breach of a limit: silence, a clock, a pair, a gap."""

    code: str
    tier: Tier
    do: str


@dataclass(frozen=True)
class TierPlan:
    """Who is told of a tier, and whether it sounds."""

    tier: Tier
    told: tuple[str, ...]
    sounds_at: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlannedChoice:
    """One choice of the protocol's menu for this session, nominal, of whichever arm."""

    initial_mg: Decimal
    supplemental_mg: Decimal | None


@dataclass(frozen=True)
class NotTaken:
    """A signed number that does not run in this session, and why."""

    code: str
    value: Decimal
    reason: str


@dataclass(frozen=True)
class SessionPlan:
    """Everything that judges one session, besides its entries. ``streams``: what must be recorded."""

    session: str
    protocol: str
    protocol_version: int
    protocol_sha256: str
    definitions_sha256: str
    session_number: int
    visit: str
    compiled_on: date
    choices: tuple[PlannedChoice, ...]
    supplement_after_minutes: tuple[int, int] | None
    minutes: int | None
    is_overnight: bool
    numbers: Mapping[str, PlanNumber]
    limits: tuple[LimitRule, ...]
    symptoms: tuple[SymptomRule, ...]
    signals: Mapping[str, SignalRule]
    due: tuple[DueRule, ...]
    tiers: Mapping[Tier, TierPlan]
    streams: tuple[str, ...] = ()
    not_taken: tuple[NotTaken, ...] = ()
    schema: int = field(default=SCHEMA)

    def __post_init__(self) -> None:
        object.__setattr__(self, "numbers", MappingProxyType(dict(self.numbers)))
        object.__setattr__(self, "signals", MappingProxyType(dict(self.signals)))
        object.__setattr__(self, "tiers", MappingProxyType(dict(self.tiers)))

    def value(self, code: str) -> Decimal | None:
        """A number that runs; None where it is not signed, or the plan has none of that code."""
        number = self.numbers.get(code)
        return None if number is None else number.value

    @cached_property
    def unsigned(self) -> tuple[str, ...]:
        """The numbers that nobody verified or signed, by code."""
        return tuple(sorted(code for code, n in self.numbers.items() if n.value is None))

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON, numbers as texts."""
        return {
            "schema": self.schema,
            "session": self.session,
            "protocol": self.protocol,
            "protocol_version": self.protocol_version,
            "protocol_sha256": self.protocol_sha256,
            "definitions_sha256": self.definitions_sha256,
            "session_number": self.session_number,
            "visit": self.visit,
            "compiled_on": self.compiled_on.isoformat(),
            "choices": [
                {"initial_mg": str(c.initial_mg), "supplemental_mg": _text(c.supplemental_mg)}
                for c in self.choices
            ],
            "supplement_after_minutes": _listed(self.supplement_after_minutes),
            "minutes": self.minutes,
            "is_overnight": self.is_overnight,
            "numbers": [_number_json(self.numbers[code]) for code in sorted(self.numbers)],
            "limits": [_plain(rule) for rule in self.limits],
            "symptoms": [_plain(rule) for rule in self.symptoms],
            "signals": [_plain(self.signals[code]) for code in sorted(self.signals)],
            "due": [_plain(rule) for rule in self.due],
            "tiers": [_plain(self.tiers[tier]) for tier in Tier if tier in self.tiers],
            "streams": list(self.streams),
            "not_taken": [
                {"code": n.code, "value": str(n.value), "reason": n.reason} for n in self.not_taken
            ],
        }

    @cached_property
    def sha256(self) -> str:
        """The hash of the plan's canonical JSON."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


class PlanUnreadable(ValueError):
    """This is no plan that this release reads; the message says where."""


def from_json(told: Mapping[str, Any]) -> SessionPlan:
    """A plan as ``to_json`` wrote it; ``PlanUnreadable`` for anything else."""
    if not isinstance(told, Mapping) or told.get("schema") != SCHEMA:
        raise PlanUnreadable(f"schema: expected {SCHEMA}")
    try:
        return _plan(told)
    except KeyError as error:
        raise PlanUnreadable(f"{error.args[0]}: missing") from None
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise PlanUnreadable(f"plan: {error}") from None


def _plan(told: Mapping[str, Any]) -> SessionPlan:
    window = told["supplement_after_minutes"]
    numbers = [_number(one) for one in told["numbers"]]
    tiers = [
        TierPlan(Tier(t["tier"]), tuple(t["told"]), tuple(t["sounds_at"])) for t in told["tiers"]
    ]
    return SessionPlan(
        session=told["session"],
        protocol=told["protocol"],
        protocol_version=told["protocol_version"],
        protocol_sha256=told["protocol_sha256"],
        definitions_sha256=told["definitions_sha256"],
        session_number=told["session_number"],
        visit=told["visit"],
        compiled_on=date.fromisoformat(told["compiled_on"]),
        choices=tuple(
            PlannedChoice(Decimal(c["initial_mg"]), _decimal(c["supplemental_mg"]))
            for c in told["choices"]
        ),
        supplement_after_minutes=None if window is None else (window[0], window[1]),
        minutes=told["minutes"],
        is_overnight=told["is_overnight"],
        numbers={number.code: number for number in numbers},
        limits=tuple(_limit(one) for one in told["limits"]),
        symptoms=tuple(_symptom(one) for one in told["symptoms"]),
        signals={
            s["code"]: SignalRule(s["code"], Tier(s["tier"]), s["do"]) for s in told["signals"]
        },
        due=tuple(_due(one) for one in told["due"]),
        tiers={tier.tier: tier for tier in tiers},
        streams=tuple(told["streams"]),
        not_taken=tuple(
            NotTaken(n["code"], Decimal(n["value"]), n["reason"]) for n in told["not_taken"]
        ),
    )


def _limit(told: Mapping[str, Any]) -> LimitRule:
    return LimitRule(
        code=told["code"],
        measure=told["measure"],
        field=told["field"],
        tier=Tier(told["tier"]),
        compare=Compare(told["compare"]),
        number=told["number"],
        do=told["do"],
        basis=Basis(told["basis"]),
        when=When(told["when"]),
        repeat=told["repeat"],
        in_a_row=told["in_a_row"],
    )


def _symptom(told: Mapping[str, Any]) -> SymptomRule:
    return SymptomRule(
        told["code"],
        tuple(told["terms"]),
        Tier(told["tier"]),
        told["do"],
        tuple(told["beside"]),
        told["over"],
    )


def _due(told: Mapping[str, Any]) -> DueRule:
    return DueRule(
        told["code"],
        tuple(told["measures"]),
        Anchor(told["anchor"]),
        told["every"],
        told["within"],
    )


def _number(told: Mapping[str, Any]) -> PlanNumber:
    return PlanNumber(
        code=told["code"],
        value=_decimal(told["value"]),
        unit=told["unit"],
        standing=Standing(told["standing"]),
        reference=Reference(told["title"], told["href"]),
        is_personal=told["is_personal"],
        signed_by=told["signed_by"],
    )


def _number_json(number: PlanNumber) -> dict[str, Any]:
    return {
        "code": number.code,
        "value": _text(number.value),
        "unit": number.unit,
        "standing": number.standing.value,
        "title": number.reference.title,
        "href": number.reference.href,
        "is_personal": number.is_personal,
        "signed_by": number.signed_by,
    }


def _plain(rule: LimitRule | SymptomRule | SignalRule | DueRule | TierPlan) -> dict[str, Any]:
    """A rule of texts and lists of texts."""
    return {
        name: list(value) if isinstance(value, tuple) else str(value)
        for name, value in vars(rule).items()
    }


def _listed(values: Sequence[int] | None) -> list[int] | None:
    return None if values is None else list(values)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _decimal(told: str | None) -> Decimal | None:
    return None if told is None else Decimal(told)
