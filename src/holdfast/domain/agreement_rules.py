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
    """Every therapist who is in the room or spoke, and two of them at least.

    A yes is of a therapist, and by their own hand. A no counts from anybody: for whom it names, or,
    where that is none of them, for everyone, until each of them agrees again.
    """
    said = _said(asked, THERAPIST)
    own = [one for one in said if one.by == _whose(one) and asked.view.is_a(one.by, THERAPIST)]
    is_dose = asked.act in DOSE_ACTS
    people = set(asked.view.therapists) if is_dose else {one.by for one in own}
    there = tuple(
        _agreement(asked, condition, [one for one in said if _counts(one, person, own, people)])
        for person in sorted(people)
    )
    if len(people) < NEEDED_THERAPISTS:
        few = unknown(condition, "too-few-therapists-asked", therapists=len(people))
        return (*there, few)
    return there


def _whose(one: SessionEntry) -> str:
    return one.code("person") or one.by


def _counts(one: SessionEntry, person: str, own: list[SessionEntry], people: set[str]) -> bool:
    """What was said by a therapist, or the no that somebody else wrote for them or for nobody."""
    if one in own:
        return one.by == person or (one.by not in people and one.code("answer") != "yes")
    if one.code("answer") == "yes":
        return False
    return _whose(one) == person or _whose(one) not in people


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
