"""Before a dosing session: the taper, the safety plan, somebody who can be reached, and readiness."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from holdfast.domain.findings import Finding, Outcome, Reference, Standing, Value


@dataclass(frozen=True)
class Taper:
    """One agreed taper. ``turns`` are what befell it, oldest first: kind and day.

    ``last_dose_on`` is None where the medicine is lowered and not stopped.
    """

    last_dose_on: date | None
    turns: tuple[tuple[str, date], ...] = ()


@dataclass(frozen=True)
class Judgement:
    """What one person said of readiness and trust; None is "cannot say". ``by`` tells them apart."""

    judge: str  # person | therapist
    by: str
    is_ready: bool | None
    has_trust: bool | None
    on: date


@dataclass(frozen=True)
class Asked:
    """The condition that is answered: its code, and where it comes from."""

    code: str
    reference: Reference
    standing: Standing


THERAPISTS = 2
# Every reason of a finding, with the values that always come with it.
CLINICAL_REASONS: dict[str, tuple[str, ...]] = {
    "no-taper": (),
    "taper-finished": ("on",),
    "taper-running": ("until",),
    "taper-not-confirmed": (),
    "taper-broken-off": ("on",),
    "medicine-restarted": ("on",),
    "restart-undecided": ("on",),
    "no-safety-plan": (),
    "safety-plan-stands": ("on",),
    "no-contact-named": (),
    "contact-may-not-be-called": (),
    "contact-reachable": ("on",),
    "nobody-judged-readiness": ("judge",),
    "cannot-say-ready": ("judge",),
    "not-ready": ("judge",),
    "no-trust": ("judge",),
    "ready": ("judge", "on"),
    "no-result-needed": (),
}
_AFTER_TURN = {
    "finished": (Outcome.PASSED, "taper-finished"),
    "stays-without": (Outcome.PASSED, "taper-finished"),
    "stopped": (Outcome.FAILED, "taper-broken-off"),
    "restarted": (Outcome.FAILED, "medicine-restarted"),
    "dosing-postponed": (Outcome.UNKNOWN, "restart-undecided"),
}


def taper_findings(asked: Asked, tapers: Sequence[Taper], on: date) -> tuple[Finding, ...]:
    """Whether every agreed taper is over on a day. Washout itself is judged with the medicines."""
    if not tapers:
        return (_said(asked, Outcome.PASSED, "no-taper"),)
    return tuple(_taper(asked, one, on) for one in tapers)


def _taper(asked: Asked, taper: Taper, on: date) -> Finding:
    turns = [(kind, day) for kind, day in taper.turns if day <= on]
    if turns:
        kind, day = turns[-1]
        outcome, reason = _AFTER_TURN[kind]
        return _said(asked, outcome, reason, on=day)
    if taper.last_dose_on is not None and taper.last_dose_on >= on:
        return _said(asked, Outcome.FAILED, "taper-running", until=taper.last_dose_on)
    return _said(asked, Outcome.UNKNOWN, "taper-not-confirmed")


def safety_plan_finding(asked: Asked, agreed_on: date | None) -> Finding:
    """Whether a safety plan stands."""
    if agreed_on is None:
        return _said(asked, Outcome.UNKNOWN, "no-safety-plan")
    return _said(asked, Outcome.PASSED, "safety-plan-stands", on=agreed_on)


def contact_finding(asked: Asked, contacts: Sequence[tuple[bool, date]]) -> Finding:
    """Whether somebody can be called. Each contact: whether the person permits it, and when asked."""
    if not contacts:
        return _said(asked, Outcome.UNKNOWN, "no-contact-named")
    permitted = [day for may_call, day in contacts if may_call]
    if not permitted:
        return _said(asked, Outcome.FAILED, "contact-may-not-be-called")
    return _said(asked, Outcome.PASSED, "contact-reachable", on=max(permitted))


def readiness_findings(
    asked: Asked, judgements: Sequence[Judgement], since: date | None
) -> tuple[Finding, ...]:
    """Whether the person and two therapists judge it time, and trust each other.

    Only what was said after ``since`` counts, the day of the last dosing session; of one person
    the latest. Nobody stands for two.
    """
    counted = [one for one in judgements if since is None or one.on > since]
    latest = {(one.judge, one.by): one for one in counted}
    person = [one for (judge, _), one in latest.items() if judge == "person"]
    therapists = [one for (judge, _), one in latest.items() if judge == "therapist"]
    found = [_judged(asked, person[-1])] if person else [_missing(asked, "person")]
    found += [_judged(asked, one) for one in therapists]
    found += [_missing(asked, "therapist")] * max(0, THERAPISTS - len(therapists))
    return tuple(found)


def _judged(asked: Asked, one: Judgement) -> Finding:
    if one.is_ready is False:
        return _said(asked, Outcome.FAILED, "not-ready", judge=one.judge)
    if one.has_trust is False:
        return _said(asked, Outcome.FAILED, "no-trust", judge=one.judge)
    if one.is_ready is None or one.has_trust is None:
        return _said(asked, Outcome.UNKNOWN, "cannot-say-ready", judge=one.judge)
    return _said(asked, Outcome.PASSED, "ready", judge=one.judge, on=one.on)


def _missing(asked: Asked, judge: str) -> Finding:
    return _said(asked, Outcome.UNKNOWN, "nobody-judged-readiness", judge=judge)


def _said(asked: Asked, outcome: Outcome, reason: str, **values: Value) -> Finding:
    return Finding(asked.code, outcome, reason, asked.reference, asked.standing, values)
