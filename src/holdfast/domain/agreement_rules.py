"""Who agrees to a dose or to a release: the person, and each therapist by their own hand.

Under the drug nobody agrees to more than was agreed in preparation; everybody can always say less. The
newest word counts, if it was said after the newest dose and is recent enough.
"""

from holdfast.domain.asked import (
    DOSE_ACTS,
    PERSON,
    RECENT,
    THERAPIST,
    Asked,
    failed,
    passed,
    unknown,
    unsigned,
)
from holdfast.domain.findings import Finding
from holdfast.domain.gates import Condition
from holdfast.domain.session_entries import SessionEntry

NEEDED_THERAPISTS = 2  # two agree, never one alone: the manual and the applicant rules
Findings = tuple[Finding, ...]


def person_agrees(asked: Asked, condition: Condition) -> Findings:
    """What the person says now, of what was agreed in preparation."""
    return (_agreement(asked, condition, _said(asked, PERSON)),)


def therapists_agree(asked: Asked, condition: Condition) -> Findings:
    """Every therapist who is in the room or spoke, and two of them at least."""
    own = [one for one in _said(asked, THERAPIST) if one.by == (one.code("person") or one.by)]
    if asked.act in DOSE_ACTS:
        own = [one for one in own if one.by in asked.view.therapists]
        people = set(asked.view.therapists)
    else:
        people = {one.by for one in own}
    there = tuple(
        _agreement(asked, condition, [one for one in own if one.by == person])
        for person in sorted(people)
    )
    if len(people) < NEEDED_THERAPISTS:
        few = unknown(condition, "too-few-therapists-asked", therapists=len(people))
        return (*there, few)
    return there


def _said(asked: Asked, role: str) -> list[SessionEntry]:
    """What was said of the act after the newest dose."""
    about = "supplemental-dose" if asked.act in DOSE_ACTS else "release"
    return [
        one
        for one in asked.standing("agreement")
        if one.code("about") == about and one.code("role") == role and asked.after_doses(one)
    ]


def _agreement(asked: Asked, condition: Condition, said: list[SessionEntry]) -> Finding:
    if not said:
        return unknown(condition, "agreement-not-asked")
    answers = {one.code("answer") for one in said if one.at == said[-1].at}
    if "no" in answers:
        return failed(condition, "does-not-agree")
    if answers != {"yes"}:
        return unknown(condition, "agreement-not-clear")
    if not said[-1].by:
        return unknown(condition, "entry-is-nobodys")
    is_fresh = asked.is_fresh(said[-1])
    if is_fresh is None:
        return unsigned(condition, RECENT)
    if not is_fresh:
        return unknown(condition, "agreement-too-old")
    return passed(condition, "agrees")
