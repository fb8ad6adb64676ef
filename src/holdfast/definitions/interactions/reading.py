"""From the interaction files to one table, or to problems that name file, line and mend."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from holdfast.definitions.loading import (
    DefinitionRefused,
    Document,
    Problem,
    Table,
    read_format,
    read_references,
    read_source,
)
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

FORMAT = 1

Word = TypeVar("Word", bound=StrEnum)
Said = TypeVar("Said")


@dataclass
class Draft:
    """The table while its files are read."""

    agents: dict[str, Agent] = field(default_factory=dict)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    limits: dict[str, Limit] = field(default_factory=dict)
    salts: frozenset[str] = frozenset()
    silent_words: frozenset[str] = frozenset()

    def table(self, sha256: str) -> InteractionTable:
        """What was read so far, as the rules take it."""
        return InteractionTable(
            agents=MappingProxyType(self.agents),
            names=MappingProxyType(self.names),
            codes=MappingProxyType(self.codes),
            silent_words=self.silent_words,
            salts=self.salts,
            limits=MappingProxyType(self.limits),
            sha256=sha256,
        )


class InteractionFile:
    """One file: its references, and a reader for each shape that stands in it."""

    def __init__(self, path: Path, draft: Draft) -> None:
        self.document = Document(path, f"definitions/interactions/{path.name}")
        self.root = self.document.root
        self.draft = draft
        read_format(self.root, FORMAT)
        self.references = read_references(self.root)
        self.unused = set(self.references)

    def read_agents(self) -> None:
        """The numbers, the classes with their agents, and the words that are no medicine."""
        for table in self.root.tables("limit"):
            self._limit(table)
        for table in self.root.tables("class"):
            self._class(table)
        words = self.root.table("words")
        if words is not None:
            self.draft.salts |= frozenset(words.texts("salts"))
            self.draft.silent_words |= frozenset(words.texts("silent"))
            words.finish()

    def read_products(self) -> None:
        """The brand names of products with several ingredients, all of them agents."""
        products = self.root.table("products")
        if products is None:
            return
        self._source(products)
        ingredients = products.table("ingredients", required=True)
        for name in ingredients.keys() if ingredients else ():
            assert ingredients is not None
            agents = ingredients.texts(name, required=True)
            unknown = sorted(set(agents) - set(self.draft.agents))
            if unknown or not agents:
                ingredients.problem(
                    name, f"{name} holds what is no agent: {unknown}", "Name agents of this folder"
                )
            else:
                self._claim_name(name, tuple(sorted(agents)), ingredients, name)
        products.finish()

    def read_observed_codes(self, table: InteractionTable) -> None:
        """Codes seen beside words: the words are matched, and the code means what they say."""
        observed = self.root.table("observed")
        if observed is None:
            return
        self._source(observed)
        display = observed.table("display", required=True)
        for code in display.keys() if display else ():
            assert display is not None
            found = match(display.text(code), (), table)
            if found.unmatched or found.is_contradictory:
                words = ", ".join(found.unmatched)
                display.problem(code, f"{code}: {words!r} is no agent", "Add the agent or drop it")
            else:
                self._claim_code(code, found.agents, display, code)
        observed.finish()

    def finish(self) -> None:
        """Raise if anything was wrong, a key or a reference nobody used among it."""
        for key in sorted(self.unused):
            self.root.problem("reference", f"reference {key!r} is not used", "Cite it or drop it")
        self.root.finish()
        self.document.finish()

    def _source(self, table: Table) -> tuple[Reference, Standing]:
        self.unused.discard(str(table.value("reference")))
        return read_source(table, self.references)

    def _word(self, table: Table, key: str, kind: type[Word]) -> Word:
        word = table.one_of(key, tuple(kind))
        return kind(word) if word in tuple(kind) else next(iter(kind))

    def _limit(self, table: Table) -> None:
        code, unit = table.code("code"), table.unit("unit")
        reference, standing = self._source(table)
        value = table.decimal("value", required=standing is not Standing.NOT_FOUND)
        wording = table.text("wording")
        if value is not None and standing is Standing.NOT_FOUND:
            table.problem("value", "a number that was not found has no value", "Leave it out")
        elif value is not None or standing is Standing.NOT_FOUND:
            self._add_limit(Limit(code, value, unit, reference, standing, wording), table)
        table.finish()

    def _add_limit(self, limit: Limit, table: Table) -> None:
        if limit.code in self.draft.limits:
            table.problem("code", f"limit {limit.code} is here twice", "Give one another code")
        self.draft.limits[limit.code] = limit

    def _class(self, table: Table) -> None:
        code = table.code("code")
        of_class = Agent(
            name="",
            drug_class=code,
            danger=self._sourced(table, "danger", Danger),
            loss_of_benefit=self._sourced(table, "loss_of_benefit", LossOfBenefit),
            cyp2d6=self._cyp2d6(table),
            while_taking=self._word(table, "while_taking", WhileTaking),
            washout=self._washout(table, code),
            stop_abruptly=self._optional(table, "stop_abruptly"),
            after_session=self._optional(table, "after_session"),
            flags=frozenset(table.texts("flags")),
            has_rule=table.flag("has_rule", default=True),
        )
        for agent in table.tables("agent", required=True):
            self._agent(agent, of_class)
        table.finish()

    def _agent(self, table: Table, of_class: Agent) -> None:
        """An agent says only where it differs from its class."""

        def own(key: str, read: Callable[[], Said], inherited: Said) -> Said:
            return read() if key in table else inherited

        name = table.text("name")
        agent = Agent(
            name=name,
            drug_class=of_class.drug_class,
            danger=own("danger", lambda: self._sourced(table, "danger", Danger), of_class.danger),
            loss_of_benefit=own(
                "loss_of_benefit",
                lambda: self._sourced(table, "loss_of_benefit", LossOfBenefit),
                of_class.loss_of_benefit,
            ),
            cyp2d6=own("cyp2d6", lambda: self._cyp2d6(table), of_class.cyp2d6),
            while_taking=own(
                "while_taking",
                lambda: self._word(table, "while_taking", WhileTaking),
                of_class.while_taking,
            ),
            washout=self._washout(table, name) or of_class.washout,
            stop_abruptly=self._optional(table, "stop_abruptly") or of_class.stop_abruptly,
            after_session=self._optional(table, "after_session") or of_class.after_session,
            flags=own("flags", lambda: frozenset(table.texts("flags")), of_class.flags),
            has_rule=of_class.has_rule,
        )
        self._check(agent, table)
        self.draft.agents[name] = agent
        self._claim_name(name, (name,), table, "name")
        for alias in table.texts("also"):
            self._claim_name(alias, (name,), table, "also")
        for code in table.tables("rxcui"):
            self._source(code)
            self._claim_code(code.text("code"), (name,), code, "code")
            code.finish()
        table.finish()

    def _check(self, agent: Agent, table: Table) -> None:
        if agent.name in self.draft.agents:
            table.problem("name", f"{agent.name} is here twice", "Leave one of them")
        if agent.while_taking is WhileTaking.STOP and agent.washout is None:
            table.problem(None, f"{agent.name} must be stopped", "Say its washout")
        if (agent.after_session is not None) != agent.cyp2d6.is_substrate:
            table.problem(
                None,
                f"{agent.name}: a CYP2D6 substrate, and only one, fails or accumulates afterwards",
                "Make substrate and after_session agree",
            )

    def _sourced(self, table: Table, key: str, kind: type[StrEnum] | None = None) -> Sourced:
        one = table.table(key, required=True)
        if one is None:
            return Sourced("none", Reference("", ""), Standing.NOT_FOUND)
        value = self._word(one, "value", kind).value if kind else one.code("value")
        reference, standing = self._source(one)
        if value == "none":
            _refuse_denial(one, "value", standing)
        one.finish()
        return Sourced(value, reference, standing)

    def _optional(self, table: Table, key: str) -> Sourced | None:
        return self._sourced(table, key) if key in table else None

    def _cyp2d6(self, table: Table) -> Cyp2d6:
        one = table.table("cyp2d6", required=True)
        if one is None:
            return Cyp2d6(Inhibition.UNKNOWN, False, Reference("", ""), Standing.NOT_FOUND)
        inhibition = self._word(one, "inhibits", Inhibition)
        is_substrate = one.flag("substrate")
        reference, standing = self._source(one)
        if inhibition is Inhibition.NONE and not is_substrate:
            _refuse_denial(one, "inhibits", standing)
        one.finish()
        return Cyp2d6(inhibition, is_substrate, reference, standing)

    def _washout(self, table: Table, name: str) -> WashoutRule | None:
        one = table.table("washout")
        if one is None:
            return None
        mechanism = self._word(one, "mechanism", Mechanism)
        fixed, optional = one.texts("limits"), one.texts("optional_limits")
        for code in sorted({*fixed, *optional} - set(self.draft.limits)):
            one.problem("limits", f"limit {code!r} is not above it", "Write the limit first")
        reference, standing = self._source(one)
        half_lives, counting = self._half_lives(one)
        half_life_limit = None
        if counting is not None:
            half_life_limit = f"{normalized(name).replace(' ', '-')}-half-life-h"
            wording = f"Hours in which half of {counting.substance} leaves, the longest published."
            hours = counting.highest_h
            self._add_limit(Limit(half_life_limit, hours, "h", reference, standing, wording), one)
        elif not fixed:
            one.problem(
                None, "a washout without a number", "Give a limit or a half-life that counts"
            )
        is_stabilised = one.flag("stabilised", default=False)
        one.finish()
        return WashoutRule(
            mechanism,
            half_lives,
            half_life_limit,
            fixed,
            optional,
            is_stabilised,
            reference,
            standing,
        )

    def _half_lives(self, washout: Table) -> tuple[tuple[HalfLife, ...], HalfLife | None]:
        """Every half-life published, and the one that decides."""
        found = []
        counting = None
        for table in washout.tables("half_life"):
            substance = table.text("substance")
            hours = table.value("hours")
            is_range = isinstance(hours, list) and len(hours) == 2
            if not is_range or not all(isinstance(h, int | Decimal) for h in hours):
                table.problem("hours", "hours is no range", "Write hours = [lowest, highest]")
                hours = [1, 1]
            half_life = HalfLife(substance, Decimal(hours[0]), Decimal(hours[1]))
            if not 0 < half_life.lowest_h <= half_life.highest_h:
                table.problem("hours", "hours is no range", "Write the lowest first, above zero")
            found.append(half_life)
            if table.flag("counts", default=False):
                counting = half_life
            table.finish()
        return tuple(found), counting

    def _claim_name(self, name: str, agents: tuple[str, ...], table: Table, key: str) -> None:
        words = normalized(name)
        if not words or len(words.split()) > LONGEST_NAME_WORDS:
            table.problem(key, f"{name!r} has no word or too many", "Write the name as it is known")
        if self.draft.names.get(words, agents) != agents:
            owner = ", ".join(self.draft.names[words])
            table.problem(key, f"{name!r} is already a name of {owner}", "Leave one of them")
        self.draft.names[words] = agents

    def _claim_code(self, code: str, agents: tuple[str, ...], table: Table, key: str) -> None:
        if not code.isdigit():
            table.problem(key, f"{code!r} is no RxNorm code", "Write its digits")
        if self.draft.codes.get(code, agents) != agents:
            owner = ", ".join(self.draft.codes[code])
            table.problem(key, f"{code} is already a code of {owner}", "Leave one of them")
        self.draft.codes[code] = agents


def _refuse_denial(table: Table, key: str, standing: Standing) -> None:
    """Nothing found is not a finding that there is nothing."""
    if standing is Standing.NOT_FOUND:
        table.problem(key, "what was not found is not 'none'", "Write 'unknown', or its source")


def read_folder(folder: Path) -> InteractionTable:
    """The table of every TOML file of a folder.

    Raises
    ------
    DefinitionRefused
        With every problem of every file: an unknown key, a missing source, a limit that is not
        there, a name or a code that two agents claim, an observed code whose words are no agent.
    """
    paths = sorted(folder.glob("*.toml"))
    draft = Draft()
    files = [InteractionFile(path, draft) for path in paths]
    for file in files:
        file.read_agents()
    for file in files:
        file.read_products()
    lines = (
        f"{file.document.sha256}  {path.name}\n" for file, path in zip(files, paths, strict=True)
    )
    table = draft.table(hashlib.sha256("".join(lines).encode()).hexdigest())
    problems: list[Problem] = []
    for file in files:
        file.read_observed_codes(table)
        try:
            file.finish()
        except DefinitionRefused as refused:
            problems += refused.problems
    if problems:
        raise DefinitionRefused(problems)
    return table
