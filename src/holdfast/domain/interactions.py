"""What is known of each medicine with MDMA: three separate axes, a washout, what must not be stopped.

The table itself is data (``definitions/interactions``); these are the shapes it is read into.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from holdfast.domain.findings import Reference, Standing
from holdfast.domain.limits import Limit


class Danger(StrEnum):
    """The first axis: what taking it together with MDMA can do. Worst last."""

    NONE = "none"
    MONITOR = "monitor"
    UNKNOWN = "unknown"  # below what is known to harm, so that it hides no known danger
    CAUTION = "caution"
    WASHOUT = "washout"
    CONTRAINDICATED = "contraindicated"


class LossOfBenefit(StrEnum):
    """The second axis: whether it takes the effect of MDMA away. Worst last."""

    NONE = "none"
    UNKNOWN = "unknown"
    POSSIBLE = "possible"
    YES = "yes"


class Inhibition(StrEnum):
    """The third axis, one direction: how strongly it slows CYP2D6, and so raises MDMA."""

    NONE = "none"
    UNKNOWN = "unknown"  # no source says
    UNCLASSIFIED = "unclassified"  # a source says it inhibits and not how strongly
    WEAK = "weak"
    MODERATE = "moderate"
    STRONG = "strong"


class WhileTaking(StrEnum):
    """What being on it means for eligibility."""

    CONTINUE = "continue"  # may be continued; the caution is shown
    ASK = "ask"  # a pharmacist and a physician decide for this person
    STOP = "stop"  # not while it is taken


class Mechanism(StrEnum):
    """Why a washout lasts as long as it does."""

    KINETIC = "kinetic"  # the drug and its active metabolites leave
    ENZYME_TURNOVER = "enzyme-turnover"  # the body makes the enzyme again
    LABEL = "label"  # a fixed number of a source, not computed


@dataclass(frozen=True)
class Sourced:
    """A statement of the table with where it comes from and how far it was checked."""

    value: str
    reference: Reference
    standing: Standing


@dataclass(frozen=True)
class Cyp2d6:
    """CYP2D6 traffic in both directions: slows the enzyme, and is cleared by it."""

    inhibition: Inhibition
    is_substrate: bool
    reference: Reference
    standing: Standing

    @property
    def value(self) -> str:
        """``none``, ``strong-inhibitor``, ``substrate``, ``strong-inhibitor+substrate``, ``unknown``."""
        words = []
        if self.inhibition is Inhibition.UNKNOWN and not self.is_substrate:
            return "unknown"
        if self.inhibition not in (Inhibition.NONE, Inhibition.UNKNOWN):
            unclassified = self.inhibition is Inhibition.UNCLASSIFIED
            words.append("inhibitor" if unclassified else f"{self.inhibition}-inhibitor")
        if self.is_substrate:
            words.append("substrate")
        return "+".join(words) or "none"


@dataclass(frozen=True)
class HalfLife:
    """Hours in which half of a substance leaves: the range published, lowest and highest."""

    substance: str
    lowest_h: Decimal
    highest_h: Decimal


@dataclass(frozen=True)
class WashoutRule:
    """How long after the last dose an agent is clear, in limits that carry their own standing.

    The days are the longest of ``half_life_limit`` (times the multiple) and every fixed limit, plus
    the stabilisation when ``is_stabilised``. ``optional_limits`` count only where a physician of
    the site signed them.
    """

    mechanism: Mechanism
    half_lives: tuple[HalfLife, ...]
    half_life_limit: str | None
    fixed_limits: tuple[str, ...]
    optional_limits: tuple[str, ...]
    is_stabilised: bool
    reference: Reference
    standing: Standing


@dataclass(frozen=True)
class Agent:
    """One medicine: its class, its axes, its washout.

    ``stop_abruptly`` is why it must not be stopped at once (a reason code), ``after_session`` what
    goes wrong with it while CYP2D6 recovers from a session, ``flags`` what else a team must plan
    for (``qt``, ``sodium``, ``seizure``, ``hold``, ``indication``...). An agent whose
    ``while_taking`` is ASK because no source has a rule for it has ``has_rule`` false.
    """

    name: str
    drug_class: str
    danger: Sourced
    loss_of_benefit: Sourced
    cyp2d6: Cyp2d6
    while_taking: WhileTaking
    washout: WashoutRule | None
    stop_abruptly: Sourced | None
    after_session: Sourced | None
    flags: frozenset[str]
    has_rule: bool


@dataclass(frozen=True)
class InteractionTable:
    """Every agent, every name and code that leads to one, and every number, with its bytes' hash.

    ``names`` and ``codes`` lead to the names of agents: one, or each ingredient of a product. The
    keys of ``names`` are normalized (``holdfast.domain.drug_names.normalized``).
    """

    agents: Mapping[str, Agent]
    names: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, tuple[str, ...]]
    silent_words: frozenset[str]  # dose forms, routes, directions
    salts: frozenset[str]
    limits: Mapping[str, Limit]
    sha256: str
