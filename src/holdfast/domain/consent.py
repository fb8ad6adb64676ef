"""When consent stands, and what somebody under the drug may still say: less, or stop.

A consent is made of steps, each at its own time. All of them belong to one version of the document;
a new version begins again with its own. Nothing signed while the person was, or may have been,
impaired counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from holdfast.domain.findings import Finding, Outcome, Reference, Standing, Value


class Step(StrEnum):
    """One step of a consent, in the order in which they belong."""

    DOCUMENT_GIVEN = "document-given"
    CONVERSATION_HELD = "conversation-held"
    IDENTITY_CHECKED = "identity-checked"
    COMPREHENSION_SHOWN = "comprehension-shown"
    SIGNED_BY_PERSON = "signed-by-person"
    SIGNED_BY_CLINICIAN = "signed-by-clinician"


# Steps that can be taken anew; the last one counts. Of the others the first does: to talk again after
# signing takes nothing away from what came before.
ANEW = frozenset({Step.COMPREHENSION_SHOWN, Step.SIGNED_BY_PERSON, Step.SIGNED_BY_CLINICIAN})
# Steps that the person themself must be fit for.
OF_THE_PERSON = frozenset({Step.CONVERSATION_HELD, Step.COMPREHENSION_SHOWN, Step.SIGNED_BY_PERSON})


@dataclass(frozen=True)
class ConsentRequired:
    """What a course asks of a consent.

    ``consider`` is the time between getting the document and signing, None where no number is
    signed; ``version`` is the hash of the document that is current.
    """

    version: str
    consider: timedelta | None
    reference: Reference
    standing: Standing


@dataclass(frozen=True)
class ConsentStep:
    """A step that was taken, for one version of the document. ``by`` names who took or led it."""

    step: Step
    version: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Impairment:
    """From an initial dose until somebody recorded that the person is not impaired; None: not yet."""

    since: datetime
    until: datetime | None

    def covers(self, at: datetime) -> bool:
        """Whether a moment lies inside; both ends do."""
        return self.since <= at and (self.until is None or at <= self.until)


# Every reason of a finding, with the values that always come with it.
CONSENT_REASONS: dict[str, tuple[str, ...]] = {
    "step-taken": ("step",),
    "step-missing": ("step",),
    "step-of-an-earlier-version": ("step",),
    "step-while-impaired": ("step",),
    "step-out-of-order": ("step", "after"),
    "considered-long-enough": ("hours",),
    "not-considered-long-enough": ("hours", "needed_hours"),
    "time-to-consider-not-signed": (),
    "time-to-consider-unknown": (),
    "withdrawn": (),
    "not-withdrawn": (),
    "impaired": (),
    "not-impaired": (),
    "no-document-in-force": (),
}
# The same for what may happen under the drug.
AGREEMENT_REASONS: dict[str, tuple[str, ...]] = {
    "agreed-to-some": ("item",),
    "agreed-to-nothing": ("item",),
    "item-not-decided": ("item",),
    "stop-word-chosen": (),
    "stop-word-missing": (),
}
OF_THE_HOUSE = Reference("Consent: what stands before a gate", "docs/consent.md#what-a-gate-asks")


def consent_findings(
    required: ConsentRequired,
    steps: Sequence[ConsentStep],
    impairments: Sequence[Impairment],
    *,
    withdrawn_at: datetime | None,
    now: datetime,
) -> tuple[Finding, ...]:
    """Everything that must hold for a consent to stand now; none hides another.

    Pure: the caller brings the clock. Withdrawal is for good: who wants to begin again signs
    again after it.
    """
    taken = {
        step: _counting(step, required.version, steps, impairments, withdrawn_at, now)
        for step in Step
    }
    return (
        *(_step_finding(required, step, taken, steps, impairments, now) for step in Step),
        _considered(required, taken),
        _withdrawal(required, taken, withdrawn_at),
    )


def may_sign(impairments: Iterable[Impairment], at: datetime, reference: Reference) -> Finding:
    """Whether a person may sign anything at a moment: never while impaired, or perhaps impaired."""
    is_impaired = any(impairment.covers(at) for impairment in impairments)
    outcome = Outcome.FAILED if is_impaired else Outcome.PASSED
    reason = "impaired" if is_impaired else "not-impaired"
    return Finding("impairment", outcome, reason, reference, Standing.VERIFIED)


@dataclass(frozen=True)
class Agreement:
    """What a person agreed to of one item: nothing, or some of what may be agreed.

    ``allowed`` is a set of codes, such as ``hand`` and ``shoulder`` for touch, or ``yes`` for an
    item that is agreed or not.
    """

    item: str
    allowed: frozenset[str]


def is_narrower(before: Agreement | None, after: Agreement) -> bool:
    """Whether an agreement asks no more than the one before: the same, less, or nothing.

    Without one before nothing was agreed, so only nothing is no wider.
    """
    earlier = before.allowed if before else frozenset()
    return after.allowed <= earlier


def may_agree(
    before: Agreement | None,
    after: Agreement,
    impairments: Iterable[Impairment],
    at: datetime,
) -> bool:
    """Whether an agreement may be kept at a moment. Under the drug a person may only narrow or stop."""
    if is_narrower(before, after):
        return True
    return not any(impairment.covers(at) for impairment in impairments)


@dataclass(frozen=True)
class ImpairmentStep:
    """A dose was taken at a moment, or the person was found not impaired."""

    is_dose: bool
    at: datetime


def impairments(steps: Iterable[ImpairmentStep]) -> tuple[Impairment, ...]:
    """The spells of impairment, however late each step was written down.

    A spell begins with the first dose after the one before ended; a second dose does not begin
    another. At the same moment a dose counts last: who was just dosed may be impaired.
    """
    found: list[Impairment] = []
    since: datetime | None = None
    for step in sorted(steps, key=lambda one: (one.at, one.is_dose)):
        if step.is_dose:
            since = since or step.at
        elif since is not None:
            found.append(Impairment(since, step.at))
            since = None
    if since is not None:
        found.append(Impairment(since, None))
    return tuple(found)


def agreement_findings(
    items: Iterable[str], agreements: Iterable[Agreement], *, has_stop_word: bool
) -> tuple[Finding, ...]:
    """Whether everything that may happen was decided, one by one. A no is as good as a yes."""
    by_item = {agreement.item: agreement for agreement in agreements}
    return (
        *(_decided(item, by_item.get(item)) for item in items),
        _of_the_house(
            "agreement-stop-word",
            Outcome.PASSED if has_stop_word else Outcome.UNKNOWN,
            "stop-word-chosen" if has_stop_word else "stop-word-missing",
        ),
    )


def no_document() -> Finding:
    """Nobody put a document in force at this site for this protocol."""
    return _of_the_house("consent-document", Outcome.UNKNOWN, "no-document-in-force")


def _decided(item: str, agreement: Agreement | None) -> Finding:
    code = f"agreement-{item}"
    if agreement is None:
        return _of_the_house(code, Outcome.UNKNOWN, "item-not-decided", item=item)
    reason = "agreed-to-some" if agreement.allowed else "agreed-to-nothing"
    return _of_the_house(code, Outcome.PASSED, reason, item=item)


def _of_the_house(code: str, outcome: Outcome, reason: str, **values: Value) -> Finding:
    return Finding(code, outcome, reason, OF_THE_HOUSE, Standing.DERIVED, values)


def _counting(
    step: Step,
    version: str,
    steps: Sequence[ConsentStep],
    impairments: Sequence[Impairment],
    withdrawn_at: datetime | None,
    now: datetime,
) -> ConsentStep | None:
    """The step that counts: the last of those taken anew, the first of the others."""
    counting = [
        one
        for one in steps
        if one.step is step
        and one.version == version
        and one.at <= now
        and (withdrawn_at is None or one.at > withdrawn_at)
        and not _while_impaired(one, impairments)
    ]
    pick = max if step in ANEW else min
    return pick(counting, key=lambda one: one.at, default=None)


def _while_impaired(one: ConsentStep, impairments: Iterable[Impairment]) -> bool:
    return one.step in OF_THE_PERSON and any(i.covers(one.at) for i in impairments)


def _step_finding(
    required: ConsentRequired,
    step: Step,
    taken: dict[Step, ConsentStep | None],
    steps: Sequence[ConsentStep],
    impairments: Sequence[Impairment],
    now: datetime,
) -> Finding:
    """One step: taken for this version, in its place, by somebody fit for it."""
    own = taken[step]
    if own is None:
        others = [one for one in steps if one.step is step and one.at <= now]
        current = [one for one in others if one.version == required.version]
        if any(_while_impaired(one, impairments) for one in current):
            return _finding(required, step, Outcome.FAILED, "step-while-impaired", step=step.value)
        reason = "step-of-an-earlier-version" if others and not current else "step-missing"
        return _finding(required, step, Outcome.FAILED, reason, step=step.value)
    for earlier in list(Step)[: list(Step).index(step)]:
        before = taken[earlier]
        if before is not None and before.at > own.at and step is Step.SIGNED_BY_PERSON:
            return _finding(
                required,
                step,
                Outcome.FAILED,
                "step-out-of-order",
                step=step.value,
                after=earlier.value,
            )
    return _finding(required, step, Outcome.PASSED, "step-taken", step=step.value)


def _considered(required: ConsentRequired, taken: dict[Step, ConsentStep | None]) -> Finding:
    """Whether the person had the time that the protocol gives to think it over."""
    code = "time-to-consider"
    given, signed = taken[Step.DOCUMENT_GIVEN], taken[Step.SIGNED_BY_PERSON]
    if required.consider is None:
        return _finding(required, code, Outcome.UNKNOWN, "time-to-consider-not-signed")
    if given is None or signed is None:
        return _finding(required, code, Outcome.UNKNOWN, "time-to-consider-unknown")
    had, needed = signed.at - given.at, required.consider
    hours, needed_hours = int(had / timedelta(hours=1)), int(needed / timedelta(hours=1))
    if had < needed:
        return _finding(
            required,
            code,
            Outcome.FAILED,
            "not-considered-long-enough",
            hours=hours,
            needed_hours=needed_hours,
        )
    return _finding(required, code, Outcome.PASSED, "considered-long-enough", hours=hours)


def _withdrawal(
    required: ConsentRequired,
    taken: dict[Step, ConsentStep | None],
    withdrawn_at: datetime | None,
) -> Finding:
    if withdrawn_at is not None and taken[Step.SIGNED_BY_PERSON] is None:
        return _finding(required, "withdrawal", Outcome.FAILED, "withdrawn")
    return _finding(required, "withdrawal", Outcome.PASSED, "not-withdrawn")


def _finding(
    required: ConsentRequired, code: str, outcome: Outcome, reason: str, **values: Value
) -> Finding:
    return Finding(
        f"consent-{code}", outcome, reason, required.reference, required.standing, values
    )
