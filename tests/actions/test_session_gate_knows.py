"""What a gate of a session knows beside its entries: other sessions, alarms on record, what is kept apart."""

from uuid import uuid4

from holdfast.actions import session_asking
from holdfast.actions.session_asking import session_gate
from holdfast.actions.session_opening import close_session
from holdfast.domain.findings import Finding, Outcome, Reference, Standing
from holdfast.domain.gates import Condition, GateAnswer, Judged
from holdfast.domain.session_gates import SessionAct
from tests.actions.clinic import written
from tests.actions.sessions import (
    Sitting,
    anew,
    nothing_kept,
    opened,
    sitting,
    sitting_template,
)

__all__ = ["nothing_kept", "sitting", "sitting_template"]

DOSE = SessionAct.GIVE_INITIAL_DOSE
WHERE = Reference("A test", "docs/session.md")


def reasons(sitting: Sitting, condition: str, act: SessionAct = DOSE) -> set[str]:
    """What a gate finds now on one condition."""
    answer = session_gate(anew(sitting.session), act, sitting.clinic.now)
    return {one.finding.reason for one in answer.judged if one.condition.code == condition}


def test_a_dose_of_an_earlier_session_that_is_written_later_counts(sitting, monkeypatch):
    """Its paper comes after the next session was opened: the interval counts from it all the same."""
    clinic, first = sitting.clinic, sitting.session
    written(sitting.write("exit", exit="extended-stay"))
    with monkeypatch.context() as patch:
        patch.setattr(session_asking, "gate_answer", _open)
        told = {"entry_id": uuid4(), "by": clinic.therapist, "now": clinic.now}
        proof = clinic.proof(clinic.therapist)
        written(close_session(session=anew(first), proof=proof, **told))
    clinic.later(hours=24)
    second = Sitting(clinic, opened(clinic, sitting.enrollment, began_at=clinic.now))
    assert reasons(second, "interval") == {"no-earlier-session"}
    late = {"dose": "initial", "nominal_mg": 80, "came": "paper"}
    written(sitting.write("dose-given", 30, **late))
    assert reasons(second, "interval") == {"number-not-signed"}


def _open(about):
    found = Finding("session-open", Outcome.PASSED, "session-goes-on", WHERE, Standing.DERIVED)
    condition = Condition("session-open", "As the test says.", WHERE, Standing.DERIVED)
    return GateAnswer(about.act, (Judged(condition, found),))
