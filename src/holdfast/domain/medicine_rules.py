"""One ingredient of one entry against MDMA, on one date: may it go on, has it washed out, what to ask.

A number that is neither verified, derived nor signed for the site decides nothing: the answer is
UNKNOWN and names the limit. No outcome of a washout becomes worse by waiting.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from holdfast.domain.answers import Answer, MedicationEntry
from holdfast.domain.drug_names import Match, normalized
from holdfast.domain.findings import Outcome, Reference, Standing, Value
from holdfast.domain.interactions import Agent, Danger, InteractionTable, Sourced, WhileTaking
from holdfast.domain.limits import SignedLimit
from holdfast.domain.washout import WashoutLength, days_after, washout_length

REVIEWED = "medicine-reviewed"
NAMED = "medicine-named"
STILL_TAKEN = "medicine-still-taken"
LAST_TAKEN = "medicine-last-taken"
STOPPED_WITHOUT_RULE_DAYS = "stopped-medicine-without-rule-days"

PLANNED = frozenset(
    {"sodium", "qt", "raises-mdma", "unopposed-alpha", "hold-night-before", "bleeding"}
)
"""Flags that each have a sentence of their own, beside that of the reason."""

MATCHING = Reference(
    "Holdfast: how a medicine is matched", "docs/medications.md#how-a-medicine-is-matched"
)

_DANGERS = tuple(Danger)  # from harmless to worst
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
        danger = _DANGERS.index(_danger_of(self.agent))
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
class EntryQuestion:
    """Everything one judgement needs: the entry, the day, the numbers and what was reviewed."""

    entry: MedicationEntry
    table: InteractionTable
    as_of: date
    signed: Mapping[str, SignedLimit]
    reviews: Mapping[str, Answer] = field(default_factory=dict)


def assess_agent(agent: Agent, question: EntryQuestion) -> PartAssessment:
    length = None
    if agent.washout is not None:
        length = washout_length(agent.washout, question.table, question.signed, question.as_of)
    if agent.while_taking is WhileTaking.CONTINUE:
        return _continued(agent, question, length)
    if agent.while_taking is WhileTaking.ASK:
        return _asked(agent, question, length)
    assert length is not None  # the loader refuses an agent that must stop and has no washout
    return _washed_out(agent, question, length)


def _continued(
    agent: Agent, question: EntryQuestion, length: WashoutLength | None
) -> PartAssessment:
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


def _asked(agent: Agent, question: EntryQuestion, length: WashoutLength | None) -> PartAssessment:
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


def _washed_out(agent: Agent, question: EntryQuestion, length: WashoutLength) -> PartAssessment:
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
    if reason == "still-taken":
        reason = _still_taken_reason(agent, earliest)
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


def _still_taken_reason(agent: Agent, earliest: date | None) -> str:
    if agent.danger.value == Danger.CONTRAINDICATED:
        return "still-taken-contraindicated"
    return "still-taken" if earliest is not None else "still-taken-no-washout-known"


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


def not_matched(text: str, question: EntryQuestion) -> PartAssessment:
    """What nobody recognised may be anything: a tea with harmala as well as a vitamin."""
    review = _review(question, text)
    source = Sourced("", MATCHING, Standing.NOT_FOUND)
    if review is not None:
        return _part(None, question, Outcome.PASSED, "reviewed", _sourced_review(review), text=text)
    return _part(None, question, Outcome.UNKNOWN, "not-matched", source, ask=NAMED, text=text)


def contradictory(found: Match, question: EntryQuestion) -> PartAssessment:
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
    question: EntryQuestion,
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
        if plan := _plan(agent):
            values["plan"] = plan
    if washout_days is not None:
        values["washout_days"] = washout_days
    if question.entry.last_taken_on is not None:
        values["last_taken_on"] = question.entry.last_taken_on
    if earliest is not None and not reason.startswith("still-taken"):
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


def _plan(agent: Agent) -> str:
    """What the team plans for, as codes: the flags that have words, and the days after a session."""
    after = {agent.after_session.value} if agent.after_session is not None else set()
    return ", ".join(sorted((agent.flags & PLANNED) | after))


def _review(question: EntryQuestion, text: str) -> Answer | None:
    whole = question.reviews.get(normalized(question.entry.name))
    return whole or question.reviews.get(normalized(text))


def _sourced_review(answer: Answer) -> Sourced:
    title = "Reviewed for this person by pharmacist and physician"
    return Sourced("", Reference(title, answer.source.place), Standing.VERIFIED)


def _stopped_long_ago(question: EntryQuestion) -> Sourced | None:
    """Only where a physician of the site signed how long ago is long enough without any rule."""
    limit = question.table.limits[STOPPED_WITHOUT_RULE_DAYS]
    in_force = limit.in_force(question.signed, question.as_of)
    last = question.entry.last_taken_on
    if in_force is None or last is None or question.entry.is_current is not False:
        return None
    if question.as_of < days_after(last, int(in_force.value)):
        return None
    return Sourced("", limit.reference, in_force.standing)


def _danger_of(agent: Agent | None) -> Danger:
    return Danger(agent.danger.value) if agent is not None else Danger.UNKNOWN
