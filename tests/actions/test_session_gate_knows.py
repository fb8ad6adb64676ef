"""What a gate of a session knows beside its entries: other sessions, alarms on record, what is kept apart."""

import json
from decimal import Decimal
from uuid import uuid4

from holdfast.actions import session_asking, session_judging
from holdfast.actions.session_asking import session_gate
from holdfast.actions.session_opening import close_session
from holdfast.actions.session_signing import sign_personal_limit
from holdfast.domain.findings import Finding, Outcome, Reference, Standing
from holdfast.domain.gates import Condition, GateAnswer, Judged
from holdfast.domain.session_gates import SessionAct
from holdfast.records.models import AgreementItem, AlarmRaised
from holdfast.web.session import following
from tests.actions.clinic import written
from tests.actions.courses import wrote
from tests.actions.sessions import (
    VISIT,
    Sitting,
    anew,
    nothing_kept,
    opened,
    sitting,
    sitting_template,
)

__all__ = ["nothing_kept", "sitting", "sitting_template"]

DOSE, SUPPLEMENT = SessionAct.GIVE_INITIAL_DOSE, SessionAct.GIVE_SUPPLEMENTAL_DOSE
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


# What was agreed in preparation


def test_what_the_person_agreed_to_of_the_supplement_answers_for_it_where_it_is_on_record(sitting):
    """Where nobody asked, people state it; what is on record they cannot state away."""
    clinic, code, act = sitting.clinic, "supplement-agreed-before", SUPPLEMENT
    assert reasons(sitting, code, act) == {"not-stated"}
    written(sitting.write("statement", code=code, answer="yes", how="told"))
    assert reasons(sitting, code, act) == {"stated"}
    agreed(sitting, ["take"])
    assert reasons(sitting, code, act) == {"supplement-agreed-in-preparation", "stated"}
    clinic.later(minutes=1)
    agreed(sitting, [])
    assert reasons(sitting, code, act) == {"supplement-not-agreed-in-preparation", "stated"}
    assert code in shut_codes(sitting, act)
    clinic.later(minutes=1)
    agreed(sitting, ["take"])
    assert code not in shut_codes(sitting, act)
    written(sitting.write("statement", code=code, answer="no", how="told"))
    assert code in shut_codes(sitting, act), "a no counts from anybody"


def agreed(sitting: Sitting, allowed: list[str]) -> None:
    """What the person says of the supplement, on record."""
    clinic, of = sitting.clinic, sitting.enrollment
    told = {"enrollment": of, "item": "supplement", "allowed": json.dumps(allowed), "way": "told"}
    told |= {"document_sha256": "ab" * 32, "agreed_at": clinic.now, "agreed_by": clinic.therapist}
    wrote(of.id, AgreementItem(**told), by=clinic.therapist, now=clinic.now)


def shut_codes(sitting: Sitting, act: SessionAct) -> set[str]:
    answer = session_gate(anew(sitting.session), act, sitting.clinic.now)
    return {one.condition.code for one in answer.closed_by}


# Alarms on record


def open_alarms(sitting: Sitting) -> set[str]:
    """What the board and the room's page show as open, but for numbers that nobody signed."""
    found = following.look_at(anew(sitting.session)).alarms(sitting.clinic.now)
    return {
        one.condition.code
        for one in found
        if one.is_open and one.condition.code != "limit-not-signed"
    }


def shut(sitting: Sitting, act: SessionAct, condition: str) -> set[str]:
    """The alarms that keep a gate shut."""
    answer = session_gate(anew(sitting.session), act, sitting.clinic.now)
    return {
        str(one.finding.values["alarm"])
        for one in answer.closed_by
        if one.condition.code == condition and "alarm" in one.finding.values
    }


def signs(sitting: Sitting, value: int) -> None:
    """A physician signs from which systolic pressure on this person is watched."""
    clinic = sitting.clinic
    told = {"enrollment": sitting.enrollment, "visit": VISIT, "unit": "mm[Hg]", "entry_id": uuid4()}
    told |= {"by": clinic.physician, "now": clinic.now, "proof": clinic.proof(clinic.physician)}
    written(sign_personal_limit(code="observe-systolic", value=Decimal(value), **told))


def test_an_alarm_that_a_new_plan_does_not_find_waits_for_who_answers_it(sitting):
    """What a physician signs afterwards takes no alarm back."""
    signs(sitting, 150)
    written(sitting.reading(152))
    assert open_alarms(sitting) == {"systolic-observed"}
    sitting.clinic.later(minutes=1)
    signs(sitting, 158)
    assert open_alarms(sitting) == {"systolic-observed"}
    alarm = AlarmRaised.objects.get(code="systolic-observed")
    sitting.clinic.later(minutes=1)
    written(sitting.write("acknowledgement", condition=alarm.condition, done="seen"))
    assert open_alarms(sitting) == set()


def test_an_alarm_that_no_rule_raised_shuts_every_gate_until_somebody_answered_it(
    sitting, monkeypatch
):
    """A rule broke: what it may have hidden is as urgent, for the gates as for the board."""

    def breaks(*_: object) -> None:
        raise RuntimeError("A rule broke.")

    with monkeypatch.context() as patch:
        patch.setattr(session_judging, "night_conditions", breaks)
        written(sitting.reading(124))
    assert open_alarms(sitting) == {"not-judged"}
    dose, close = SessionAct.GIVE_INITIAL_DOSE, SessionAct.CLOSE_SESSION
    assert shut(sitting, dose, "alarms") == {"not-judged"}
    assert shut(sitting, close, "alarms-acknowledged") == {"not-judged"}
    alarm = AlarmRaised.objects.get(code="not-judged")
    sitting.clinic.later(minutes=1)
    written(sitting.write("acknowledgement", condition=alarm.condition, done="repeated"))
    assert open_alarms(sitting) == set()
    assert shut(sitting, dose, "alarms") == shut(sitting, close, "alarms-acknowledged") == set()
