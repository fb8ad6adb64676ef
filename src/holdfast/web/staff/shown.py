"""A stored verdict as a page shows it: read from the very bytes that were sealed as shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from holdfast.records.care import VerdictShown
from holdfast.records.keys import Erased, opened
from holdfast.web.staff.erased_words import document_without_words

# Values of a finding that somebody else wrote, and what stands in their place.
WRITTEN = frozenset({"medicine", "name", "place", "other_place"})
HIDDEN = "[…]"


@dataclass
class FindingShown:
    """One finding with its sentence, source and standing; forms are put to it by the screening."""

    code: str
    outcome: str
    sentence: str
    ask: str | None
    question: str | None
    title: str
    href: str
    standing: str
    values: Mapping[str, Any]
    may_override: str | None
    set_aside: Mapping[str, str] | None
    known: list[dict[str, str]] = field(default_factory=list)
    anchor: str = ""
    answer_href: str = ""
    limit_href: str = ""
    entry_href: str = ""
    override_form: Any = None

    @property
    def awaits_signature(self) -> bool:
        """True where a limit must be signed before the rule can answer."""
        return "limit" in self.values

    @property
    def is_about_a_limit(self) -> bool:
        """True where its source is that of a number, not of a rule in words."""
        return "limit" in self.values

    @property
    def asks_first(self) -> bool:
        """True where the question itself is the thing to read."""
        return bool(self.ask) and self.outcome == "unknown" and not self.awaits_signature


@dataclass(frozen=True)
class DecisionShown:
    """A verdict as it was shown: the decision, its words and its lists."""

    decision: str
    protocol_title: str
    as_of: date
    findings: Sequence[FindingShown]
    medications: Sequence[Mapping[str, Any]]

    def _with(self, outcome: str) -> list[FindingShown]:
        return [f for f in self.findings if f.outcome == outcome and not f.set_aside]

    @property
    def stops(self) -> list[FindingShown]:
        """What stops this person."""
        return self._with("failed")

    @property
    def asks(self) -> list[FindingShown]:
        """What must still be asked, examined or signed."""
        return self._with("unknown")

    @property
    def met(self) -> list[FindingShown]:
        """What is met."""
        return self._with("passed")

    @property
    def set_aside(self) -> list[FindingShown]:
        """What somebody who may has set aside, with reason and signature."""
        return [f for f in self.findings if f.set_aside]

    @property
    def decision_words(self) -> str:
        """What the decision rests on, in one sentence."""
        if self.decision == "ineligible":
            n = len(self.stops)
            return ngettext(
                "%(n)d thing stops this person under this protocol.",
                "%(n)d things stop this person under this protocol.",
                n,
            ) % {"n": n}
        if self.decision == "eligible":
            return _("Everything this protocol asks is met. A physician confirms.")
        n = len(self.asks)
        return ngettext(
            "Nothing stops this person so far. %(n)d thing must still be asked.",
            "Nothing stops this person so far. %(n)d things must still be asked.",
            n,
        ) % {"n": n}

    def context(self) -> dict[str, Any]:
        """What ``parts/decision.html`` needs."""
        return {
            "decision": self.decision,
            "decision_words": self.decision_words,
            "protocol_title": self.protocol_title,
            "as_of": self.as_of,
        }


def read_shown(verdict: VerdictShown, *, with_words: bool) -> DecisionShown:
    """Open the sealed bytes of a verdict and lay them out.

    ``with_words`` is false for a reader who may see the verdict and not the referral: what
    somebody wrote (a medicine's name as written, a place in a document) is then left out.
    """
    return from_document(shown_to(verdict, with_words=with_words))


def shown_to(verdict: VerdictShown, *, with_words: bool) -> dict[str, Any]:
    """The document of a verdict, without what somebody wrote where the reader may not see that."""
    try:
        told: dict[str, Any] = orjson.loads(opened(verdict, "shown") or "{}")
    except Erased:
        return document_without_words(verdict)
    if with_words:
        return told
    written = {
        str(finding["values"][name])
        for finding in told["findings"]
        for name in WRITTEN & set(finding["values"])
    } | {medication["name"] for medication in told["medications"]}
    for finding in told["findings"]:
        # The longest first: one name may be the beginning of another.
        for words in sorted(written, key=len, reverse=True):
            if words:
                finding["sentence"] = finding["sentence"].replace(words, HIDDEN)
        finding["values"] = {k: v for k, v in finding["values"].items() if k not in WRITTEN}
    for medication in told["medications"]:
        medication["name"] = ", ".join(medication["matched"]) or HIDDEN
        medication["codes"] = []
    return told


def from_document(told: Mapping[str, Any]) -> DecisionShown:
    """Lay out the document of a verdict."""
    return DecisionShown(
        decision=told["verdict"],
        protocol_title=told["protocol"]["title"],
        as_of=date.fromisoformat(told["as_of"]),
        findings=[_finding(finding) for finding in told["findings"]],
        medications=told["medications"],
    )


def _finding(told: Mapping[str, Any]) -> FindingShown:
    return FindingShown(
        code=told["code"],
        outcome=told["outcome"],
        sentence=told["sentence"],
        ask=told["ask"],
        question=told["question"],
        title=told["reference"]["title"],
        href=told["reference"]["href"],
        standing=told["standing"],
        values=told["values"],
        may_override=told["may_override"],
        set_aside=told["set_aside"],
    )
