"""The gates of a session as a panel: line by line, each met or saying what is missing."""

from typing import Any

from holdfast.definitions.sentences.dosing import dosing_sentence
from holdfast.domain.gates import GateAnswer, Judged


def gate_told(answer: GateAnswer) -> dict[str, Any]:
    """A gate's answer: whether it is open, and each condition in words, what is missing first."""
    lines = [_line(one) for one in answer.judged]
    return {
        "act": answer.act.value,
        "is_open": answer.is_open,
        "missing": len(answer.closed_by),
        "lines": sorted(lines, key=lambda line: line["is_met"]),
    }


def _line(one: Judged) -> dict[str, Any]:
    finding = one.finding
    source = finding.reference if finding.reference.title else one.condition.reference
    return {
        "condition": one.condition.code,
        "wording": one.condition.wording,
        "outcome": finding.outcome.value,
        "is_met": one.is_open,
        "sentence": dosing_sentence(finding),
        "source": source.title,
        "standing": finding.standing.value,
        "set_aside": one.set_aside.role if one.set_aside else "",
    }
