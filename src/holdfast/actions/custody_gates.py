"""What the stores answer at a gate: whether the box of a session is there, sealed and in order.

Where a site keeps no ledger of the study's drugs yet, nothing is answered here and people state it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q

from holdfast.actions.course_gates import Question
from holdfast.domain.box_rules import AT_HAND, LOCKED, BoxPart, box_findings
from holdfast.domain.findings import Finding
from holdfast.domain.movements import Kind
from holdfast.domain.session_gates import SessionAct
from holdfast.records.boxes import box_of
from holdfast.records.care import Enrollment
from holdfast.records.supply import DrugMovement

RELEASED, BOX = "medicine-released", "session-box"
_NEEDED: Mapping[SessionAct, str] = {
    SessionAct.GIVE_INITIAL_DOSE: "initial",
    SessionAct.GIVE_SUPPLEMENTAL_DOSE: "supplement",
}

_CAME = (Kind.RECEIVE.value, Kind.TRANSFER_IN.value)


def keeps_ledger(enrollment: Enrollment) -> bool:
    """Whether the site keeps stock, in a store that may hold what this person takes.

    A store that was opened and into which nothing came yet answers for nothing.
    """
    theirs = Q(store__study=None) | Q(store__study=enrollment.protocol_name)
    came = DrugMovement.objects.filter(kind__in=_CAME, corrected_by=None)
    return came.filter(theirs, store__site_id=enrollment.site_id).exists()


def released(question: Question) -> Mapping[str, Sequence[Finding]]:
    """The source of ``medicine-released``: the box is issued, locked in the room and unopened."""
    enrollment, visit = question.enrollment, question.visit
    if visit is None or not keeps_ledger(enrollment):
        return {}
    parts = _parts(enrollment, visit.code, question.now)
    needed = dict.fromkeys(("initial", *(part.dose for part in parts)))
    return {RELEASED: box_findings(RELEASED, parts, tuple(needed), LOCKED)}


def at_hand(
    enrollment: Enrollment, visit: str, act: SessionAct, now: datetime
) -> tuple[Finding, ...] | None:
    """The source of ``session-box`` for the act of a dose; None where people state it."""
    if act not in _NEEDED or not keeps_ledger(enrollment):
        return None
    return box_findings(BOX, _parts(enrollment, visit, now), (_NEEDED[act],), AT_HAND)


def _parts(enrollment: Enrollment, visit: str, now: datetime) -> list[BoxPart]:
    return [
        BoxPart(
            one.dose,
            one.statuses,
            one.is_confirmed,
            one.is_expired,
            one.is_held,
            one.has_discrepancy,
        )
        for one in box_of(enrollment, visit, now)
    ]
