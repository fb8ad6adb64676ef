"""Reads the rules of monitoring from their tables: tiers, limits, symptoms, signals, due readings."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from holdfast.definitions import session
from holdfast.definitions.loading import Table, nearest, read_source
from holdfast.domain import clocks, fluids, monitoring, recording, staffing
from holdfast.domain.breaches import REPEAT
from holdfast.domain.due_readings import BEFORE_DOSE, SILENCE
from holdfast.domain.findings import Reference
from holdfast.domain.limits import Limit
from holdfast.domain.quantities import is_same_kind
from holdfast.domain.session_plan import (
    Anchor,
    Basis,
    Compare,
    DueRule,
    LimitRule,
    SignalRule,
    SymptomRule,
    Tier,
    TierPlan,
    When,
)
from holdfast.domain.vital_signs import MEASURES

References = Mapping[str, Reference]
TOLD = (
    "therapists",
    "physician-board",
    "physician-page",
    "second-physician",
    "emergency-service",
)
SOUNDS_AT = ("physician-station", "team-room")  # never at the bedside
SIGNALS = (
    SILENCE,
    REPEAT,
    BEFORE_DOSE,
    clocks.WRONG,
    fluids.CEILING,
    staffing.PAIR_ALONE,
    staffing.PERSON_ALONE,
    staffing.BREAK_OVER,
    recording.GAP,
    monitoring.NOT_SIGNED,
)
_REPEATED = frozenset({Anchor.EACH_DOSE, Anchor.INITIAL, Anchor.SUPPLEMENTAL})


def read_tiers(root: Table, references: References) -> Mapping[Tier, TierPlan]:
    """All four tiers; "observe" sounds nowhere, and no tier tells fewer than a milder one."""
    found: dict[Tier, TierPlan] = {}
    for table in root.tables("tier", required=True):
        code = table.one_of("code", [tier.value for tier in Tier])
        told, sounds_at = _listed(table, "told", TOLD), _listed(table, "sounds_at", SOUNDS_AT)
        read_source(table, references)
        table.finish()
        if code not in set(Tier):
            continue
        tier = Tier(code)
        if tier in found:
            table.problem("code", f"tier {code!r} is here twice", "Leave one of them")
        if tier is Tier.OBSERVE and sounds_at:
            table.problem("sounds_at", "observe sounds", "Write sounds_at = []")
        found[tier] = TierPlan(tier, told, sounds_at)
    for tier in Tier:
        if tier not in found:
            root.problem(None, f"there is no tier {tier.value!r}", "Add a [[tier]] for it")
    _refuse_fewer_told(root, found)
    return MappingProxyType(found)


def _refuse_fewer_told(root: Table, tiers: Mapping[Tier, TierPlan]) -> None:
    known = [tiers[tier] for tier in Tier if tier in tiers]
    for milder, graver in pairwise(known):
        if not set(milder.told) <= set(graver.told):
            problem = f"{graver.tier.value} tells fewer than {milder.tier.value}"
            root.problem("tier", problem, "Name everybody whom the milder tier tells")


def read_rule(table: Table, limits: Mapping[str, Limit], references: References) -> LimitRule:
    """One rule on a field of a reading."""
    measure = table.one_of("measure", MEASURES)
    fields = MEASURES[measure].fields if measure in MEASURES else ()
    field = table.one_of("field", fields)
    number = _number(table, "number", limits, _unit_of(measure, field))
    repeat = _number(table, "repeat", limits, "min", required=False)
    in_a_row = _number(table, "in_a_row", limits, "{#}", required=False)
    basis = table.one_of("basis", [basis.value for basis in Basis], required=False)
    when = table.one_of("when", [when.value for when in When], required=False)
    rule = LimitRule(
        code=table.code("code"),
        measure=measure,
        field=field,
        tier=_tier(table),
        compare=_compare(table),
        number=number,
        do=table.code("do"),
        basis=Basis(basis) if basis in set(Basis) else Basis.VALUE,
        when=When(when) if when in set(When) else When.SINGLE,
        repeat=repeat,
        in_a_row=in_a_row,
    )
    if rule.when is When.SUSTAINED and not repeat:
        problem = "a rule on what lasts does not say how soon it is measured again"
        table.problem("when", problem, "Add repeat = a number in min")
    read_source(table, references)
    table.finish()
    return rule


def read_symptom(
    table: Table, rules: Sequence[str], limits: Mapping[str, Limit], references: References
) -> SymptomRule:
    """One rule on what is felt or seen."""
    terms = session.load().kinds["event"].fields["term"].choices
    symptom = SymptomRule(
        code=table.code("code"),
        terms=_listed(table, "terms", terms),
        tier=_tier(table),
        do=table.code("do"),
        beside=_listed(table, "beside", rules, required=False),
        over=_number(table, "over", limits, "mL", required=False),
    )
    if not symptom.terms:
        table.problem("terms", "a rule on nothing that is felt", "Name a term of entries.toml")
    if symptom.beside and symptom.over:
        table.problem("over", "beside readings and beside fluids at once", "Make two rules of it")
    read_source(table, references)
    table.finish()
    return symptom


def read_signals(root: Table, references: References) -> Mapping[str, SignalRule]:
    """How far each condition reaches that is no breach of a limit; every one of them is there."""
    found: dict[str, SignalRule] = {}
    for table in root.tables("signal", required=True):
        code = table.one_of("code", SIGNALS)
        if code in found:
            table.problem("code", f"signal {code!r} is here twice", "Leave one of them")
        found[code] = SignalRule(code, _tier(table), table.code("do"))
        read_source(table, references)
        table.finish()
    for code in SIGNALS:
        if code not in found:
            root.problem(None, f"there is no signal {code!r}", "Add a [[signal]] for it")
    return MappingProxyType(found)


def read_due(table: Table, limits: Mapping[str, Limit], references: References) -> DueRule:
    """When some measures are due."""
    anchor = table.one_of("anchor", [anchor.value for anchor in Anchor])
    rule = DueRule(
        code=table.code("code"),
        measures=_listed(table, "measures", tuple(MEASURES)),
        anchor=Anchor(anchor) if anchor in set(Anchor) else Anchor.BEFORE_INITIAL,
        every=_number(table, "every", limits, "min", required=False),
        within=_number(table, "within", limits, "min", required=False),
    )
    if (rule.anchor in _REPEATED) != bool(rule.every):
        problem = f"{rule.anchor.value} and every do not go together"
        table.problem(
            "anchor", problem, "Write every = a number in min for what counts from a dose"
        )
    if not rule.measures:
        table.problem("measures", "nothing is due", "Name a measure")
    read_source(table, references)
    table.finish()
    return rule


def _listed(
    table: Table, key: str, allowed: Sequence[str], *, required: bool = True
) -> tuple[str, ...]:
    """Texts of a list, each of which is known."""
    values = table.texts(key, required=required)
    for index, value in enumerate(values):
        if value not in allowed:
            where = (*table.path, key, index)
            table.document.add(where, f"{key} names {value!r}", nearest(value, allowed))
    return values


def _number(
    table: Table, key: str, limits: Mapping[str, Limit], unit: str, *, required: bool = True
) -> str:
    """The code of a number of these files, in a unit that fits."""
    code = table.one_of(key, tuple(limits), required=required)
    if code in limits and unit and not is_same_kind(limits[code].unit, unit):
        problem = f"{key} {code!r} is in {limits[code].unit}, not in {unit}"
        table.problem(key, problem, f"Name a number in {unit}")
    return code


def _tier(table: Table) -> Tier:
    code = table.one_of("tier", [tier.value for tier in Tier])
    return Tier(code) if code in set(Tier) else Tier.URGENT


def _compare(table: Table) -> Compare:
    code = table.one_of("compare", [compare.value for compare in Compare])
    return Compare(code) if code in set(Compare) else Compare.ABOVE


def _unit_of(measure: str, field: str) -> str:
    """The unit of a field of a reading, as entries.toml has it."""
    if measure not in MEASURES:
        return ""
    kind = session.load().kinds[MEASURES[measure].kind]
    return kind.fields[field].unit if field in kind.fields else ""
