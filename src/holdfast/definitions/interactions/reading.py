"""From the bytes of the interaction files to one table, or to an error that names file and place."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from holdfast.definitions.interactions.sections import DefinitionRefused, Section
from holdfast.domain.drug_names import LONGEST_NAME_WORDS, match, normalized
from holdfast.domain.findings import Reference, Standing
from holdfast.domain.interactions import (
    Agent,
    Cyp2d6,
    Danger,
    HalfLife,
    Inhibition,
    InteractionTable,
    LossOfBenefit,
    Mechanism,
    Sourced,
    WashoutRule,
    WhileTaking,
)
from holdfast.domain.limits import Limit
from holdfast.domain.quantities import is_known_unit

FORMAT = 1


@dataclass
class _Draft:
    """The table while its files are read."""

    agents: dict[str, Agent] = field(default_factory=dict)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    limits: dict[str, Limit] = field(default_factory=dict)
    salts: frozenset[str] = frozenset()
    silent_words: frozenset[str] = frozenset()

    def table(self, sha256: str) -> InteractionTable:
        return InteractionTable(
            agents=MappingProxyType(self.agents),
            names=MappingProxyType(self.names),
            codes=MappingProxyType(self.codes),
            silent_words=self.silent_words,
            salts=self.salts,
            limits=MappingProxyType(self.limits),
            sha256=sha256,
        )


@dataclass(frozen=True)
class _ClassDefaults:
    """What a class says of each of its agents, unless the agent says otherwise."""

    code: str
    danger: Sourced
    loss_of_benefit: Sourced
    cyp2d6: Cyp2d6
    while_taking: WhileTaking
    washout: WashoutRule | None
    stop_abruptly: Sourced | None
    after_session: Sourced | None
    flags: tuple[str, ...]
    has_rule: bool


class _File:
    """One file: its references, and the readers of each shape that stands in it."""

    def __init__(self, name: str, content: bytes, draft: _Draft) -> None:
        try:
            document = tomllib.loads(content.decode(), parse_float=Decimal)
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise DefinitionRefused(f"{name}: {error}.") from error
        self.top = Section(document, name)
        if self.top.number("format") != FORMAT:
            raise self.top.refused(f"format must be {FORMAT}")
        self.draft = draft
        self.references = self._references() if self.top.has("reference") else {}
        self.unused = set(self.references)

    def read(self) -> None:
        for section in self.top.sections("limit"):
            self._limit(section)
        for section in self.top.sections("class"):
            self._class(section)
        if self.top.has("words"):
            words = self.top.section("words")
            self.draft.salts |= frozenset(words.texts("salts"))
            self.draft.silent_words |= frozenset(words.texts("silent"))
            words.close()

    def read_products(self) -> None:
        if not self.top.has("products"):
            return
        products = self.top.section("products")
        self._source(products)
        ingredients = products.section("ingredients")
        for name in ingredients.keys():  # noqa: SIM118 a Section is no dictionary
            agents = ingredients.texts(name)
            unknown = sorted(set(agents) - set(self.draft.agents))
            if unknown or not agents:
                raise ingredients.refused(f"{name} has ingredients that are no agents: {unknown}")
            self._claim_name(name, tuple(sorted(agents)), ingredients)
        products.close()

    def read_observed_codes(self, table: InteractionTable) -> None:
        if not self.top.has("observed"):
            return
        observed = self.top.section("observed")
        self._source(observed)
        display = observed.section("display")
        for code in display.keys():  # noqa: SIM118 a Section is no dictionary
            found = match(display.text(code), (), table)
            if found.unmatched or found.is_contradictory:
                raise display.refused(f"{code}: nothing is known of {', '.join(found.unmatched)}")
            self._claim_code(code, found.agents, display)
        observed.close()

    def close(self) -> None:
        self.top.close()
        if self.unused:
            raise self.top.refused(f"has references nobody uses: {', '.join(sorted(self.unused))}")

    def _references(self) -> dict[str, Reference]:
        section = self.top.section("reference")
        references = {}
        for key in section.keys():  # noqa: SIM118 a Section is no dictionary
            one = section.section(key)
            references[key] = Reference(one.text("title"), one.text("href"))
            one.close()
        return references

    def _source(self, section: Section) -> tuple[Reference, Standing]:
        key = section.text("reference")
        if key not in self.references:
            raise section.refused(f"has no reference {key!r} in this file")
        self.unused.discard(key)
        return self.references[key], section.choice("standing", Standing)

    def _limit(self, section: Section) -> None:
        code, unit = section.text("code"), section.text("unit")
        if not is_known_unit(unit):
            raise section.refused(f"unit {unit!r} is not known")
        reference, standing = self._source(section)
        value = section.number("value")
        if (value is None) != (standing is Standing.NOT_FOUND):
            raise section.refused("a limit without a value is not-found, and only such a limit")
        self._add_limit(
            Limit(code, value, unit, reference, standing, section.text("wording")), section
        )
        section.close()

    def _add_limit(self, limit: Limit, section: Section) -> None:
        if limit.code in self.draft.limits:
            raise section.refused(f"limit {limit.code} stands twice")
        self.draft.limits[limit.code] = limit

    def _class(self, section: Section) -> None:
        code = section.text("code")
        defaults = _ClassDefaults(
            code=code,
            danger=self._sourced(section, "danger"),
            loss_of_benefit=self._sourced(section, "loss_of_benefit"),
            cyp2d6=self._cyp2d6(section),
            while_taking=section.choice("while_taking", WhileTaking),
            washout=self._washout(section, code),
            stop_abruptly=self._optional(section, "stop_abruptly"),
            after_session=self._optional(section, "after_session"),
            flags=section.texts("flags"),
            has_rule=section.truth("has_rule", otherwise=True),
        )
        for agent in section.sections("agent"):
            self._agent(agent, defaults)
        section.close()

    def _agent(self, section: Section, of: _ClassDefaults) -> None:
        name = section.text("name")
        has = section.has
        flags = section.texts("flags") if has("flags") else of.flags
        agent = Agent(
            name=name,
            drug_class=of.code,
            atc=section.texts("atc"),
            danger=self._sourced(section, "danger") if has("danger") else of.danger,
            loss_of_benefit=(
                self._sourced(section, "loss_of_benefit")
                if has("loss_of_benefit")
                else of.loss_of_benefit
            ),
            cyp2d6=self._cyp2d6(section) if has("cyp2d6") else of.cyp2d6,
            while_taking=(
                section.choice("while_taking", WhileTaking)
                if has("while_taking")
                else of.while_taking
            ),
            washout=self._washout(section, name) if has("washout") else of.washout,
            stop_abruptly=self._optional(section, "stop_abruptly") or of.stop_abruptly,
            after_session=self._optional(section, "after_session") or of.after_session,
            flags=frozenset(flags),
            has_rule=of.has_rule,
        )
        self._check(agent, section)
        self.draft.agents[name] = agent
        for alias in (name, *section.texts("also")):
            self._claim_name(alias, (name,), section)
        for code in section.sections("rxcui"):
            self._source(code)
            self._claim_code(code.text("code"), (name,), code)
            code.close()
        section.close()

    def _check(self, agent: Agent, section: Section) -> None:
        if agent.name in self.draft.agents:
            raise section.refused("stands twice")
        Danger(agent.danger.value), LossOfBenefit(agent.loss_of_benefit.value)
        if agent.while_taking is WhileTaking.STOP and agent.washout is None:
            raise section.refused("must be stopped and says nothing of a washout")
        if (agent.after_session is not None) != agent.cyp2d6.is_substrate:
            raise section.refused("a CYP2D6 substrate, and only one, says what goes wrong after")

    def _sourced(self, section: Section, key: str) -> Sourced:
        one = section.section(key)
        kinds = {"danger": Danger, "loss_of_benefit": LossOfBenefit}
        value = one.choice("value", kinds[key]).value if key in kinds else one.text("value")
        reference, standing = self._source(one)
        one.close()
        return Sourced(value, reference, standing)

    def _optional(self, section: Section, key: str) -> Sourced | None:
        return self._sourced(section, key) if section.has(key) else None

    def _cyp2d6(self, section: Section) -> Cyp2d6:
        one = section.section("cyp2d6")
        inhibition = one.choice("inhibits", Inhibition)
        is_substrate = one.truth("substrate", otherwise=False)
        reference, standing = self._source(one)
        one.close()
        return Cyp2d6(inhibition, is_substrate, reference, standing)

    def _washout(self, section: Section, name: str) -> WashoutRule | None:
        if not section.has("washout"):
            return None
        one = section.section("washout")
        mechanism = one.choice("mechanism", Mechanism)
        fixed, optional = one.texts("limits"), one.texts("optional_limits")
        unknown = sorted({*fixed, *optional} - set(self.draft.limits))
        if unknown:
            raise one.refused(f"has no limit {', '.join(unknown)} above it")
        reference, standing = self._source(one)
        half_lives = []
        half_life_limit = None
        for part in one.sections("half_life"):
            half_life = HalfLife(part.text("substance"), *part.pair("hours"))
            half_lives.append(half_life)
            if part.truth("counts", otherwise=False):
                half_life_limit = self._half_life_limit(
                    name, half_life, reference, standing, section
                )
            part.close()
        if half_life_limit is None and not fixed:
            raise one.refused("has neither a half-life that counts nor a limit")
        is_stabilised = one.truth("stabilised", otherwise=False)
        one.close()
        return WashoutRule(
            mechanism,
            tuple(half_lives),
            half_life_limit,
            fixed,
            optional,
            is_stabilised,
            reference,
            standing,
        )

    def _half_life_limit(
        self,
        name: str,
        half_life: HalfLife,
        reference: Reference,
        standing: Standing,
        section: Section,
    ) -> str:
        code = f"{normalized(name).replace(' ', '-')}-half-life-h"
        wording = f"Hours in which half of {half_life.substance} leaves, the longest published."
        self._add_limit(
            Limit(code, half_life.highest_h, "h", reference, standing, wording), section
        )
        return code

    def _claim_name(self, name: str, agents: tuple[str, ...], section: Section) -> None:
        key = normalized(name)
        if not key or len(key.split()) > LONGEST_NAME_WORDS:
            raise section.refused(f"{name!r} cannot be matched: too short or too long")
        if self.draft.names.get(key, agents) != agents:
            raise section.refused(f"{name!r} is already a name of {self.draft.names[key]}")
        self.draft.names[key] = agents

    def _claim_code(self, code: str, agents: tuple[str, ...], section: Section) -> None:
        if not code.isdigit():
            raise section.refused(f"{code!r} is no RxNorm code")
        if self.draft.codes.get(code, agents) != agents:
            raise section.refused(f"{code} is already a code of {self.draft.codes[code]}")
        self.draft.codes[code] = agents


def table_from(files: Mapping[str, bytes]) -> InteractionTable:
    """The table of a set of files, by name; the order of the names does not matter.

    Raises
    ------
    DefinitionRefused
        Naming file and place: an unknown key, a missing source, a limit that is not there, a name
        or a code that two agents claim, an observed code whose own words are not matched.
    """
    draft = _Draft()
    readers = [_File(name, files[name], draft) for name in sorted(files)]
    for reader in readers:
        reader.read()
    for reader in readers:
        reader.read_products()
    sha256 = _sha256(files)
    for reader in readers:
        reader.read_observed_codes(draft.table(sha256))
        reader.close()
    return draft.table(sha256)


def _sha256(files: Mapping[str, bytes]) -> str:
    """One hash over the names and the hashes of all files, each on a line."""
    lines = (f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
