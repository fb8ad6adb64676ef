"""Each medicine of a person against MDMA, on one date: may it go on, has it washed out, what to ask.

Pure: the table, the date, the signed limits and the answers are arguments. A medicine that cannot be
matched, or that no source has a rule for, is UNKNOWN and asks the pharmacist. A number that is
neither verified, derived nor signed for the site decides nothing: the answer is UNKNOWN and names
the limit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
)
from holdfast.domain.limits import SignedLimit
from holdfast.domain.medicine_rules import (
    MATCHING,
    REVIEWED,
    STILL_TAKEN,
    EntryQuestion,
    PartAssessment,
    assess_agent,
    contradictory,
    not_matched,
)

COMPLETE = "medications-complete"
LIST_COMPLETE = "medication-list-complete"
TWO_QT_MEDICINES = "medication-two-qt-medicines"

# From harmless to worst, as each is written.
_DANGERS, _LOSSES, _INHIBITIONS = tuple(Danger), tuple(LossOfBenefit), tuple(Inhibition)

ASKED = Reference("Holdfast: the list of medicines", "docs/medications.md#the-list-of-medicines")


@dataclass(frozen=True)
class MedicationAssessment:
    """One entry judged on one date. Its outcome and reason are those of its worst part.

    ``matched`` names the agents found, empty where none was. ``washout_days`` and
    ``earliest_dosing_on`` are the longest and latest of its parts and may rest on numbers nobody
    signed yet (``standing``). ``stop_abruptly`` is the reason code why it must not be stopped at
    once, or None; ``after_session`` is what goes wrong with it while CYP2D6 recovers from a session
    (``prodrug-fails``, ``accumulates``), or None. Nothing here hides a part: ``parts`` holds each.
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
    after_session: str | None
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
            "after_session": self.after_session,
        }


def assess(
    entries: Sequence[MedicationEntry],
    table: InteractionTable,
    as_of: date,
    signed: Mapping[str, SignedLimit],
    answers: Sequence[Answer] = (),
) -> tuple[MedicationAssessment, ...]:
    """Every entry judged, in the order given, but those that another entry corrects.

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
    matches: dict[tuple[str, tuple[str, ...]], Match] = {}
    judged: dict[tuple[object, ...], MedicationAssessment] = {}
    assessments = []
    for entry in not_corrected(entries):  # a record repeats itself: each text is matched once
        medicine = (entry.name, entry.rxcuis)
        if medicine not in matches:
            matches[medicine] = match(entry.name, entry.rxcuis, table)
        taking = (*medicine, entry.is_current, entry.last_taken_on)
        if taking in judged:
            assessments.append(_repeated(judged[taking], entry))
            continue
        question = EntryQuestion(entry, table, as_of, signed, reviews)
        judged[taking] = _assess_entry(question, matches[medicine])
        assessments.append(judged[taking])
    return tuple(assessments)


def _repeated(first: MedicationAssessment, entry: MedicationEntry) -> MedicationAssessment:
    """What was judged of one entry, for another that says the same from another place."""
    place = entry.source.place

    def placed(values: Mapping[str, Value]) -> Mapping[str, Value]:
        rest = {key: value for key, value in values.items() if key != "place"}
        return MappingProxyType({**values, "place": place} if place else rest)

    parts = tuple(replace(part, values=placed(part.values)) for part in first.parts)
    return replace(first, values=parts[0].values, parts=parts, entry=entry)


def not_corrected(entries: Sequence[MedicationEntry]) -> tuple[MedicationEntry, ...]:
    """The entries that stand: one that another corrects is gone, with what it had itself corrected.

    Entries that correct each other in a circle all stand, for nobody can say which is right.
    """
    corrected_places = {entry.corrects for entry in entries if entry.corrects}
    to_follow = [e for e in entries if e.corrects and e.source.place not in corrected_places]
    gone: set[str] = set()
    while to_follow:
        place = to_follow.pop().corrects
        if place and place not in gone:
            gone.add(place)
            to_follow += [e for e in entries if e.source.place == place]
    return tuple(entry for entry in entries if entry.source.place not in gone)


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


def _assess_entry(question: EntryQuestion, found: Match) -> MedicationAssessment:
    entry = question.entry
    agents = [question.table.agents[name] for name in found.agents]
    parts = [assess_agent(agent, question) for agent in agents]
    parts += [not_matched(text, question) for text in found.unmatched]
    if found.is_contradictory:
        parts.append(contradictory(found, question))
    if len(parts) > 1:
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
        after_session=_joined_after_session(agents),
        flags=frozenset(flag for agent in agents for flag in agent.flags),
        parts=tuple(parts),
        entry=entry,
    )


def _worst_danger(agents: Sequence[Agent], found: Match) -> Danger:
    dangers = [Danger(agent.danger.value) for agent in agents]
    if found.unmatched or found.is_contradictory:
        dangers.append(Danger.UNKNOWN)
    return max(dangers, key=_DANGERS.index)


def _worst_loss(agents: Sequence[Agent], found: Match) -> LossOfBenefit:
    losses = [LossOfBenefit(agent.loss_of_benefit.value) for agent in agents]
    if found.unmatched or found.is_contradictory:
        losses.append(LossOfBenefit.UNKNOWN)
    return max(losses, key=_LOSSES.index)


def _joined_cyp2d6(agents: Sequence[Agent], found: Match) -> str:
    """Both directions over all ingredients; ``unknown`` where nothing known answers for the rest."""
    known = [agent.cyp2d6 for agent in agents if agent.has_rule]
    is_whole = len(known) == len(agents) and not found.unmatched and not found.is_contradictory
    joined = Cyp2d6(
        max((one.inhibition for one in known), key=_INHIBITIONS.index, default=Inhibition.NONE),
        any(one.is_substrate for one in known),
        MATCHING,
        Standing.DERIVED,
    ).value
    return joined if is_whole or joined != "none" else "unknown"


def _joined_after_session(agents: Sequence[Agent]) -> str | None:
    return "+".join(sorted({a.after_session.value for a in agents if a.after_session})) or None


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
