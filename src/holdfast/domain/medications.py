"""Each medicine of a person against MDMA, on one date: may it go on, has it washed out, what to ask.

Pure: the table, the date, the signed limits and the answers are arguments. A medicine that cannot be
matched, or that no source has a rule for, is UNKNOWN and asks the pharmacist. A number that is
neither verified, derived nor signed for the site decides nothing: the answer is UNKNOWN and names
the limit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from holdfast.domain.answers import Answer, MedicationEntry
from holdfast.domain.drug_names import Match, match, normalized
from holdfast.domain.findings import Finding, Outcome, Reference, Standing, Value
from holdfast.domain.interactions import (
    Agent,
    Cyp2d6,
    Danger,
    Inhibition,
    InteractionTable,
    LossOfBenefit,
    Sourced,
    WhileTaking,
)
from holdfast.domain.limits import SignedLimit
from holdfast.domain.washout import WashoutLength, days_after, number_of, washout_length

AFTER_SESSION_DAYS = "cyp2d6-after-session-days"
COMPLETE = "medications-complete"
LIST_COMPLETE = "medication-list-complete"
REVIEWED = "medicine-reviewed"
NAMED = "medicine-named"
STILL_TAKEN = "medicine-still-taken"
LAST_TAKEN = "medicine-last-taken"
STOPPED_WITHOUT_RULE_DAYS = "stopped-medicine-without-rule-days"
TWO_QT_MEDICINES = "medication-two-qt-medicines"

MATCHING = Reference(
    "Holdfast: how a medicine is matched", "docs/medications.md#how-a-medicine-is-matched"
)
ASKED = Reference("Holdfast: the list of medicines", "docs/medications.md#the-list-of-medicines")

_WORST_FIRST = (Outcome.FAILED, Outcome.UNKNOWN, Outcome.PASSED)


@dataclass(frozen=True)
class PartAssessment:
    """The answer for one ingredient of one entry; ``agent`` is None for what was not matched."""

    agent: Agent | None
    text: str  # the ingredient's name, or the words that were not matched
    outcome: Outcome
    reason: str
    values: Mapping[str, Value]
    reference: Reference
    standing: Standing
    question: str | None = None
    washout_days: int | None = None
    earliest_dosing_on: date | None = None

    @property
    def rank(self) -> tuple[object, ...]:
        """Worst first, in an order that does not depend on the order of entries."""
        danger = list(Danger).index(_danger(self.agent))
        until = self.earliest_dosing_on or date.max
        values = sorted((key, str(value)) for key, value in self.values.items())
        return (
            _WORST_FIRST.index(self.outcome),
            -danger,
            -until.toordinal(),
            self.text,
            self.reason,
            values,
        )


@dataclass(frozen=True)
class MedicationAssessment:
    """One entry judged on one date. Its outcome and reason are those of its worst part.

    ``matched`` names the agents found, empty where none was. ``washout_days`` and
    ``earliest_dosing_on`` are the longest and latest of its parts and may rest on numbers nobody
    signed yet (``standing``). ``stop_abruptly`` is the reason code why it must not be stopped at
    once, or None. Nothing here hides a part: ``parts`` holds each.
    """

    name: str
    rxcuis: tuple[str, ...]
    matched: tuple[str, ...]
    danger: str
    loss_of_benefit: str
    cyp2d6: str
    washout_days: int | None
    earliest_dosing_on: date | None
    outcome: Outcome
    reason: str
    values: Mapping[str, Value]
    reference: Reference
    standing: Standing
    question: str | None
    stop_abruptly: str | None
    flags: frozenset[str]
    parts: tuple[PartAssessment, ...]
    entry: MedicationEntry

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def fields(self) -> dict[str, object]:
        """The JSON-ready form that ``holdfast screen`` prints."""
        earliest = self.earliest_dosing_on
        return {
            "name": self.name,
            "codes": list(self.rxcuis),
            "matched": list(self.matched),
            "danger": self.danger,
            "loss_of_benefit": self.loss_of_benefit,
            "cyp2d6": self.cyp2d6,
            "washout_days": self.washout_days,
            "earliest_dosing_on": earliest.isoformat() if earliest else None,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "reference": {"title": self.reference.title, "href": self.reference.href},
            "standing": self.standing.value,
            "stop_abruptly": self.stop_abruptly,
        }


@dataclass(frozen=True)
class SubstrateWatch:
    """A medicine that CYP2D6 clears, to be watched while the enzyme recovers from a session.

    ``effect`` is ``prodrug-fails`` or ``accumulates``; ``until`` is the last day of the watch and
    ``standing`` that of its length: it informs a plan and refuses nothing.
    """

    name: str
    agent: str
    effect: str
    since: date
    until: date | None
    reference: Reference
    standing: Standing


@dataclass(frozen=True)
class _Question:
    """Everything one judgement needs: the entry, the day, the numbers and what was reviewed."""

    entry: MedicationEntry
    table: InteractionTable
    as_of: date
    signed: Mapping[str, SignedLimit]
    reviews: Mapping[str, Answer] = field(default_factory=dict)


def assess(
    entries: Sequence[MedicationEntry],
    table: InteractionTable,
    as_of: date,
    signed: Mapping[str, SignedLimit],
    answers: Sequence[Answer] = (),
) -> tuple[MedicationAssessment, ...]:
    """Every entry judged, in the order given.

    Parameters
    ----------
    signed
        Limits signed for the site, by code; they stand in for the table's numbers.
    answers
        Of these, only ``medicine-reviewed`` is read: a text naming the medicine (or the ingredient)
        that a pharmacist and a physician reviewed and accept beside MDMA. It settles what is
        UNKNOWN for want of a rule or because it is decided person by person; it never settles a
        washout, a contraindication or a disagreement.
    """
    reviews = {
        normalized(answer.value): answer
        for answer in answers
        if answer.question == REVIEWED
        and isinstance(answer.value, str)
        and normalized(answer.value)
    }
    return tuple(_assess_entry(_Question(e, table, as_of, signed, reviews)) for e in entries)


def medication_findings(
    assessments: Sequence[MedicationAssessment], answers: Sequence[Answer] = ()
) -> tuple[Finding, ...]:
    """One finding for each medicine found, one for each text not matched, and whether it is all.

    Where a medicine was entered more than once the worst entry governs. The order of entries
    changes nothing.
    """
    worst: dict[tuple[str, str], PartAssessment] = {}
    for assessment in assessments:
        for part in assessment.parts:
            key = (_finding_code(part), part.text)
            if key not in worst or part.rank < worst[key].rank:
                worst[key] = part
    findings = [_finding(code, part) for (code, _), part in sorted(worst.items(), key=_by_key)]
    two_qt = _two_qt_medicines(assessments)
    return (
        _is_complete(assessments, answers),
        *findings,
        *((two_qt,) if two_qt is not None else ()),
    )


def substrates_after_session(
    entries: Sequence[MedicationEntry],
    table: InteractionTable,
    session_on: date,
    signed: Mapping[str, SignedLimit],
) -> tuple[SubstrateWatch, ...]:
    """Which medicines of a person CYP2D6 cannot clear after a session on ``session_on``.

    MDMA takes the enzyme away and it comes back over about ten days: prodrugs then fail and other
    substrates accumulate. Every entry not known to be stopped is watched.
    """
    days, standing = number_of(table.limits[AFTER_SESSION_DAYS], signed, session_on)
    until = days_after(session_on, int(days)) if days is not None else None
    watches = set()
    for entry in entries:
        if entry.is_current is False:
            continue
        for name in match(entry.name, entry.rxcuis, table).agents:
            effect = table.agents[name].after_session
            if effect is not None:
                watches.add(
                    SubstrateWatch(
                        entry.name,
                        name,
                        effect.value,
                        session_on,
                        until,
                        effect.reference,
                        standing,
                    )
                )
    return tuple(sorted(watches, key=lambda watch: (watch.agent, watch.name)))


def _assess_entry(question: _Question) -> MedicationAssessment:
    entry = question.entry
    found = match(entry.name, entry.rxcuis, question.table)
    agents = [question.table.agents[name] for name in found.agents]
    parts = [_assess_agent(agent, question) for agent in agents]
    parts += [_not_matched(text, question) for text in found.unmatched]
    if found.is_contradictory:
        parts.append(_contradictory(found, question))
    parts.sort(key=lambda part: part.rank)
    governing = parts[0]
    return MedicationAssessment(
        name=entry.name,
        rxcuis=entry.rxcuis,
        matched=found.agents,
        danger=_worst_danger(agents, found).value,
        loss_of_benefit=_worst_loss(agents, found).value,
        cyp2d6=_joined_cyp2d6(agents, found),
        washout_days=_longest(parts),
        earliest_dosing_on=_latest(parts),
        outcome=governing.outcome,
        reason=governing.reason,
        values=governing.values,
        reference=governing.reference,
        standing=governing.standing,
        question=governing.question,
        stop_abruptly=next((a.stop_abruptly.value for a in agents if a.stop_abruptly), None),
        flags=frozenset(flag for agent in agents for flag in agent.flags),
        parts=tuple(parts),
        entry=entry,
    )


def _assess_agent(agent: Agent, question: _Question) -> PartAssessment:
    length = None
    if agent.washout is not None:
        length = washout_length(agent.washout, question.table, question.signed, question.as_of)
    if agent.while_taking is WhileTaking.CONTINUE:
        return _continued(agent, question, length)
    if agent.while_taking is WhileTaking.ASK:
        return _asked(agent, question, length)
    assert length is not None  # the loader refuses an agent that must stop and has no washout
    return _washed_out(agent, question, length)


def _continued(agent: Agent, question: _Question, length: WashoutLength | None) -> PartAssessment:
    reason = {
        Danger.NONE: "no-interaction-expected",
        Danger.MONITOR: "continue-and-monitor",
    }.get(Danger(agent.danger.value), "continue-with-caution")
    if question.entry.is_current is False:
        reason = "no-longer-taken"
    elif "hold" in agent.flags:
        reason = "hold-around-session"
    last = question.entry.last_taken_on
    days = length.days if length is not None else 0
    return _part(
        agent,
        question,
        Outcome.PASSED,
        reason,
        agent.danger,
        washout_days=days,
        earliest=days_after(last, days) if last and days else None,
    )


def _asked(agent: Agent, question: _Question, length: WashoutLength | None) -> PartAssessment:
    review = _review(question, agent.name)
    days = length.days if length is not None else None
    if review is not None:
        return _part(
            agent, question, Outcome.PASSED, "reviewed", _sourced_review(review), washout_days=days
        )
    if question.entry.is_current is False and length is not None:
        assert agent.washout is not None
        return _washed_out(agent, question, length)
    if cleared := _stopped_long_ago(question):
        return _part(agent, question, Outcome.PASSED, "stopped-long-ago", cleared)
    reason = "individual-decision" if agent.has_rule else "no-rule-for-this-medicine"
    return _part(
        agent,
        question,
        Outcome.UNKNOWN,
        reason,
        agent.danger,
        ask=REVIEWED,
        washout_days=days,
    )


def _washed_out(agent: Agent, question: _Question, length: WashoutLength) -> PartAssessment:
    """An agent that may not be on board: current, stopped, or nobody knows.

    No outcome here becomes worse by waiting: FAILED, then UNKNOWN or PASSED.
    """
    entry, as_of = question.entry, question.as_of
    last = entry.last_taken_on
    clear_on = _clear_on(last, length)
    outcome, reason, ask = _washout_outcome(entry, as_of, length, clear_on)
    earliest = clear_on
    if entry.is_current and reason != "current-but-last-taken-long-ago":
        earliest = _clear_on(max(as_of, last or as_of), length)  # the last dose is yet to come
    rule = agent.washout
    assert rule is not None
    is_about_taking = reason in ("still-taken", "still-taken-unknown", "last-taken-unknown")
    source = agent.danger if is_about_taking else Sourced("", rule.reference, length.standing)
    return _part(
        agent,
        question,
        outcome,
        reason,
        source,
        ask=ask,
        washout_days=length.days,
        earliest=earliest,
        awaiting=length.awaiting,
    )


def _washout_outcome(
    entry: MedicationEntry, as_of: date, length: WashoutLength, clear_on: date | None
) -> tuple[Outcome, str, str | None]:
    last = entry.last_taken_on
    is_over = length.runs_live and clear_on is not None and as_of >= clear_on
    if entry.is_current:
        if is_over and last is not None and last < as_of:
            return Outcome.UNKNOWN, "current-but-last-taken-long-ago", STILL_TAKEN
        return Outcome.FAILED, "still-taken", None
    if last is None:
        if entry.is_current is None:
            return Outcome.UNKNOWN, "still-taken-unknown", STILL_TAKEN
        return Outcome.UNKNOWN, "last-taken-unknown", LAST_TAKEN
    if last > as_of:
        return Outcome.FAILED, "last-taken-in-the-future", LAST_TAKEN
    if last == as_of:
        return Outcome.FAILED, "taken-today", None
    if not length.runs_live:
        return Outcome.UNKNOWN, "washout-limit-not-signed", None
    if not is_over:
        return Outcome.FAILED, "washout-running", None
    if entry.is_current is None:
        return Outcome.UNKNOWN, "still-taken-unknown", STILL_TAKEN
    return Outcome.PASSED, "washout-over", None


def _clear_on(last: date | None, length: WashoutLength) -> date | None:
    if last is None or length.days is None:
        return None
    return days_after(last, length.days)


def _not_matched(text: str, question: _Question) -> PartAssessment:
    """What nobody recognised may be anything: a tea with harmala as well as a vitamin."""
    review = _review(question, text)
    source = Sourced("", MATCHING, Standing.NOT_FOUND)
    if review is not None:
        return _part(None, question, Outcome.PASSED, "reviewed", _sourced_review(review), text=text)
    return _part(None, question, Outcome.UNKNOWN, "not-matched", source, ask=NAMED, text=text)


def _contradictory(found: Match, question: _Question) -> PartAssessment:
    source = Sourced("", MATCHING, Standing.VERIFIED)
    return _part(
        None,
        question,
        Outcome.UNKNOWN,
        "code-and-name-disagree",
        source,
        ask=NAMED,
        text=", ".join(found.agents),
    )


def _part(
    agent: Agent | None,
    question: _Question,
    outcome: Outcome,
    reason: str,
    source: Sourced,
    *,
    text: str = "",
    ask: str | None = None,
    washout_days: int | None = None,
    earliest: date | None = None,
    awaiting: Sequence[str] = (),
) -> PartAssessment:
    values: dict[str, Value] = {"medicine": question.entry.name}
    if question.entry.source.place:
        values["place"] = question.entry.source.place
    if agent is not None:
        values |= {"ingredient": agent.name, "drug_class": agent.drug_class}
        values["danger"] = agent.danger.value
        values["loss_of_benefit"] = agent.loss_of_benefit.value
        if agent.stop_abruptly is not None:
            values["stop_abruptly"] = agent.stop_abruptly.value
    if washout_days is not None:
        values["washout_days"] = washout_days
    if question.entry.last_taken_on is not None:
        values["last_taken_on"] = question.entry.last_taken_on
    if earliest is not None:
        values["since" if reason == "washout-over" else "until"] = earliest
    if awaiting:
        values["limits"] = ", ".join(awaiting)
    return PartAssessment(
        agent=agent,
        text=agent.name if agent is not None else text,
        outcome=outcome,
        reason=reason,
        values=MappingProxyType(values),
        reference=source.reference,
        standing=source.standing,
        question=ask,
        washout_days=washout_days,
        earliest_dosing_on=earliest,
    )


def _review(question: _Question, text: str) -> Answer | None:
    whole = question.reviews.get(normalized(question.entry.name))
    return whole or question.reviews.get(normalized(text))


def _sourced_review(answer: Answer) -> Sourced:
    title = "Reviewed for this person by pharmacist and physician"
    return Sourced("", Reference(title, answer.source.place), Standing.VERIFIED)


def _stopped_long_ago(question: _Question) -> Sourced | None:
    """Only where a physician of the site signed how long ago is long enough without any rule."""
    limit = question.table.limits[STOPPED_WITHOUT_RULE_DAYS]
    in_force = limit.in_force(question.signed, question.as_of)
    last = question.entry.last_taken_on
    if in_force is None or last is None or question.entry.is_current is not False:
        return None
    if question.as_of < days_after(last, int(in_force.value)):
        return None
    return Sourced("", limit.reference, in_force.standing)


def _danger(agent: Agent | None) -> Danger:
    return Danger(agent.danger.value) if agent is not None else Danger.UNKNOWN


def _worst_danger(agents: Sequence[Agent], found: Match) -> Danger:
    dangers = [Danger(agent.danger.value) for agent in agents]
    if found.unmatched or found.is_contradictory:
        dangers.append(Danger.UNKNOWN)
    return max(dangers, key=list(Danger).index)


def _worst_loss(agents: Sequence[Agent], found: Match) -> LossOfBenefit:
    losses = [LossOfBenefit(agent.loss_of_benefit.value) for agent in agents]
    if found.unmatched or found.is_contradictory:
        losses.append(LossOfBenefit.UNKNOWN)
    return max(losses, key=list(LossOfBenefit).index)


def _joined_cyp2d6(agents: Sequence[Agent], found: Match) -> str:
    """Both directions over all ingredients; ``unknown`` where nothing known answers for the rest."""
    known = [agent.cyp2d6 for agent in agents if agent.has_rule]
    is_whole = len(known) == len(agents) and not found.unmatched and not found.is_contradictory
    joined = Cyp2d6(
        max((one.inhibition for one in known), key=list(Inhibition).index, default=Inhibition.NONE),
        any(one.is_substrate for one in known),
        MATCHING,
        Standing.DERIVED,
    ).value
    return joined if is_whole or joined != "none" else "unknown"


def _longest(parts: Sequence[PartAssessment]) -> int | None:
    lengths = [part.washout_days for part in parts if part.washout_days is not None]
    return max(lengths) if lengths else None


def _latest(parts: Sequence[PartAssessment]) -> date | None:
    """None where nothing holds dosing back, or where no day can be named for what does."""
    if any(p.outcome is not Outcome.PASSED and p.earliest_dosing_on is None for p in parts):
        return None
    days = [part.earliest_dosing_on for part in parts if part.earliest_dosing_on is not None]
    return max(days) if days else None


def _finding_code(part: PartAssessment) -> str:
    if part.agent is None:
        return f"medication-{part.reason}" if part.reason != "reviewed" else "medication-reviewed"
    return f"medication-{part.agent.drug_class}"


def _by_key(item: tuple[tuple[str, str], PartAssessment]) -> tuple[str, str]:
    return item[0]


def _finding(code: str, part: PartAssessment) -> Finding:
    return Finding(
        code, part.outcome, part.reason, part.reference, part.standing, part.values, part.question
    )


def _is_complete(assessments: Sequence[MedicationAssessment], answers: Sequence[Answer]) -> Finding:
    """A list is what somebody wrote down; only an answer says that it is everything."""
    said = {answer.value for answer in answers if answer.question == LIST_COMPLETE}
    values: dict[str, Value] = {"entries": len(assessments)}
    if said == {True}:
        outcome, reason = Outcome.PASSED, "list-complete"
    elif said == {False}:
        outcome, reason = Outcome.UNKNOWN, "list-incomplete"
    elif said:
        outcome, reason = Outcome.UNKNOWN, "answers-conflict"
    else:
        outcome = Outcome.UNKNOWN
        reason = "list-not-confirmed" if assessments else "nobody-asked"
    ask = None if outcome is Outcome.PASSED else LIST_COMPLETE
    return Finding(COMPLETE, outcome, reason, ASKED, Standing.VERIFIED, values, ask)


def _two_qt_medicines(assessments: Sequence[MedicationAssessment]) -> Finding | None:
    """Two medicines that prolong QT are together worse than each, whatever each one's own answer."""
    surely: dict[str, Sourced] = {}
    perhaps: dict[str, Sourced] = {}
    for assessment in assessments:
        for part in assessment.parts:
            if part.agent is None or "qt" not in part.agent.flags:
                continue
            if assessment.entry.is_current:
                surely[part.text] = part.agent.danger
            elif part.reason not in ("washout-over", "stopped-long-ago", "no-longer-taken"):
                perhaps[part.text] = part.agent.danger
    together = surely | perhaps
    if len(together) < 2:
        return None
    source = together[min(together)]
    outcome = Outcome.FAILED if len(surely) >= 2 else Outcome.UNKNOWN
    reason = "two-qt-medicines" if len(surely) >= 2 else "perhaps-two-qt-medicines"
    values: dict[str, Value] = {"ingredients": ", ".join(sorted(together))}
    ask = None if outcome is Outcome.FAILED else STILL_TAKEN
    return Finding(
        TWO_QT_MEDICINES, outcome, reason, source.reference, source.standing, values, ask
    )
