"""A protocol version as the rules see it: criteria, limits and questions, and the file they are from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from holdfast.domain.case import Case
from holdfast.domain.criteria import Rule
from holdfast.domain.findings import Finding, Reference, Standing
from holdfast.domain.history import ConditionTable
from holdfast.domain.limits import Limit
from holdfast.domain.questions import Question
from holdfast.domain.schedule import Schedule


@dataclass(frozen=True)
class Criterion:
    """One criterion of a protocol: a rule with its words, source and standing.

    ``override`` is who may override it, with reason and signature; None where nobody may.
    """

    code: str
    kind: str
    rule: Rule
    wording: str
    reference: Reference
    standing: Standing
    questions: tuple[str, ...]
    limits: tuple[str, ...]
    override: str | None = None

    def assess(self, case: Case) -> Finding:
        """The finding of this criterion for one case."""
        ruling = self.rule.rule(case)
        return Finding(
            code=self.code,
            outcome=ruling.outcome,
            reason=ruling.reason,
            reference=self.reference,
            standing=ruling.standing or self.standing,
            values=ruling.values,
            question=ruling.question,
        )


@dataclass(frozen=True)
class ProtocolVersion:
    """One released version. ``sha256`` is of the file's bytes, ``parsed_sha256`` of what was read.

    ``questions`` are those that the criteria ask, in the order of the file; ``not_known`` says in
    words what no source told. ``conditions`` turns imported history into answers. ``schedule`` is
    None where the file says only who may enter.
    """

    name: str
    version: int
    format: int
    title: str
    not_known: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    limits: Mapping[str, Limit]
    questions: Mapping[str, Question]
    conditions: ConditionTable
    sha256: str
    parsed_sha256: str
    schedule: Schedule | None = None

    def criterion(self, code: str) -> Criterion | None:
        """The criterion of that code, if there is one."""
        return self._criteria_by_code.get(code)

    @cached_property
    def _criteria_by_code(self) -> Mapping[str, Criterion]:
        return {criterion.code: criterion for criterion in self.criteria}

    def limits_to_sign(self) -> Iterable[Limit]:
        """The limits that run only once a named physician has signed a number for the site."""
        return (limit for limit in self.limits.values() if limit.needs_signature)
