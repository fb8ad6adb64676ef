"""Who may enter: every criterion of a protocol over one referral on one date."""

from collections.abc import Mapping, Sequence
from datetime import date

from holdfast.domain.answers import Referral
from holdfast.domain.case import Case
from holdfast.domain.findings import Verdict
from holdfast.domain.history import answers_from_history
from holdfast.domain.limits import SignedLimit
from holdfast.domain.medications import (
    LIST_COMPLETE,
    MedicationAssessment,
    medication_findings,
)
from holdfast.domain.protocol import ProtocolVersion


def screen(
    protocol: ProtocolVersion,
    referral: Referral,
    as_of: date,
    signed: Mapping[str, SignedLimit],
    medications: Sequence[MedicationAssessment],
) -> Verdict:
    """The verdict on one referral.

    Parameters
    ----------
    referral
        Answers, history and the person. The history is turned into answers here, by the protocol's
        own table, so that nobody can forget to; the order of entries changes nothing.
    as_of
        The day of the verdict. Nothing observed after it counts.
    signed
        The limits that physicians signed for the site, by code.
    medications
        What ``domain.medications.assess`` said of the referral's medicines on the same day.

    Returns
    -------
    Verdict
        A finding for every criterion, in the protocol's order, then those of the medicines. No
        criterion is left out and none ends early for another.
    """
    case = case_of(protocol, referral, as_of, signed)
    complete = case.settled(LIST_COMPLETE).answers
    return Verdict(
        (
            *(criterion.assess(case) for criterion in protocol.criteria),
            *medication_findings(medications, complete),
        )
    )


def case_of(
    protocol: ProtocolVersion,
    referral: Referral,
    as_of: date,
    signed: Mapping[str, SignedLimit],
) -> Case:
    """The settled case that the criteria judge: answers given, and those that the history gives."""
    from_history = answers_from_history(referral.history, protocol.conditions, as_of)
    return Case(
        questions=protocol.questions,
        limits=protocol.limits,
        person=referral.person,
        answers=(*referral.answers, *from_history),
        as_of=as_of,
        signed=signed,
    )
