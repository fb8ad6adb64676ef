"""The gates of a session as the server asks them, what they issue, and what a physician signs."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from holdfast.actions import session_asking
from holdfast.actions.limits import sign_limit
from holdfast.actions.outcomes import Refusal
from holdfast.actions.session_asking import authorise, session_gate
from holdfast.actions.session_opening import close_session
from holdfast.actions.session_question import handed, question
from holdfast.actions.session_signing import set_aside, sign_order, sign_personal_limit
from holdfast.domain.dose_totals import Slot
from holdfast.domain.findings import Finding, Outcome, Reference, Standing
from holdfast.domain.gates import Condition, GateAnswer, Judged
from holdfast.domain.session_gates import SessionAct
from holdfast.records.courses import course_of
from holdfast.records.keys import opened as words_of
from holdfast.records.models import (
    AlarmRaised,
    Authorisation,
    Deviation,
    GateOverride,
    PersonalLimit,
    SessionClosed,
    SessionFact,
    SessionPlanned,
    VisitAttendance,
    VisitHeld,
)
from holdfast.records.protocols import protocol_of
from holdfast.records.session_now import entries_of, plan_of
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import written
from tests.actions.courses import course
from tests.actions.sessions import (
    VISIT,
    Sitting,
    anew,
    nothing_kept,
    sitting,
    sitting_template,
)

__all__ = ["nothing_kept", "sitting", "sitting_template"]

WHERE = Reference("A test", "docs/session.md")
DOSE = SessionAct.GIVE_INITIAL_DOSE


def outcomes(sitting: Sitting, act: SessionAct = DOSE) -> dict[str, str]:
    """What a gate finds now, by condition: its reason."""
    answer = session_gate(anew(sitting.session), act, sitting.clinic.now)
    return {one.condition.code: one.finding.reason for one in answer.judged}


def asked(sitting: Sitting, act: SessionAct = DOSE, by: str = "therapist", **given):
    clinic = sitting.clinic
    who = clinic.accounts[by]
    told = {"session": anew(sitting.session), "entry_id": uuid4(), "by": who, "now": clinic.now}
    return authorise(act=act, **({"proof": clinic.proof(who)} | told | given))


def order(sitting: Sitting, mg: int = 80, by: str = "physician", **given):
    clinic = sitting.clinic
    who = clinic.accounts[by]
    told = {"session": anew(sitting.session), "entry_id": uuid4(), "by": who, "now": clinic.now}
    told |= {"proof": clinic.proof(who), "dose": Slot.INITIAL, "nominal_mg": Decimal(mg)}
    return sign_order(**(told | given))


@pytest.fixture
def open_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every gate of a session answers that it is open: what is tested is what comes after."""

    def answer(about):
        found = Finding("session-open", Outcome.PASSED, "session-goes-on", WHERE, Standing.DERIVED)
        condition = Condition("session-open", "As the test says.", WHERE, Standing.DERIVED)
        return GateAnswer(about.act, (Judged(condition, found),))

    monkeypatch.setattr(session_asking, "gate_answer", answer)


def test_a_shut_gate_authorises_nothing_and_says_what_keeps_it_shut(sitting):
    refused = asked(sitting)
    assert refused.reason == "gate-shut"
    assert {"order", "consent", "readings-recent"} <= set(refused.values["by"].split(", "))
    assert not Authorisation.objects.exists()
    assert not SessionFact.objects.filter(kind="authorisation").exists()
    assert asked(sitting, by="coordinator").reason == "not-permitted"


def test_every_finding_has_its_sentence(sitting):
    written(sitting.write("statement", code="fasting", answer="yes", how="told"))
    written(sitting.write("agreement", about="initial-dose", role="person", answer="no"))
    for act in SessionAct:
        shown = session_asking.shown_gate(session_gate(sitting.session, act, sitting.clinic.now))
        assert shown
        assert all(line["sentence"] and line["wording"] for line in shown)


def test_what_the_rest_of_the_record_finds_is_handed_in(sitting):
    found = outcomes(sitting)
    assert found["complaint-recipients"] == "recipients-missing"
    assert found["session-open"] == "session-goes-on"
    told = handed(anew(sitting.session), sitting.clinic.now)
    assert [one.reason for one in told["course"]][-1] == "session-gate-passed"
    sitting.clinic.later(hours=14)
    told = handed(anew(sitting.session), sitting.clinic.now)
    assert [one.reason for one in told["course"]][-1] == "session-gate-expired"


def test_an_order_is_signed_by_a_physician_and_by_nobody_else(sitting):
    assert order(sitting, by="therapist").reason == "not-permitted"
    assert order(sitting, proof=None) == Refusal("proof-missing")
    assert order(sitting, mg=0).reason == "value-does-not-fit"
    assert outcomes(sitting)["order"] == "not-ordered"
    written(order(sitting))
    fact = sitting.fact("order")
    assert fact.signature is not None
    assert fact.signature.meaning == "orders-dose"
    assert outcomes(sitting)["order"] == "ordered"
    assert verify_here().fits


def test_nobody_becomes_a_physician_by_an_entry_of_the_room(sitting):
    therapist = str(sitting.clinic.therapist.id)
    for role in ("physician", "therapist"):
        written(sitting.write("identified", person=therapist, role=role, how="pin"))
    view = question(anew(sitting.session), DOSE, sitting.clinic.now).view
    assert view.is_a(therapist, "therapist")
    assert not view.is_a(therapist, "physician")


def test_an_open_gate_issues_an_authorisation_that_expires_and_is_kept_as_shown(
    sitting, open_gates
):
    clinic = sitting.clinic
    written(order(sitting))
    assert asked(sitting, proof=None) == Refusal("proof-missing")
    entry = uuid4()
    receipt = written(asked(sitting, entry_id=entry))
    assert asked(sitting, entry_id=entry) == receipt
    given = Authorisation.objects.get()
    assert (given.gate, given.dose, given.nominal_mg) == (DOSE.value, "initial", Decimal(80))
    assert given.issued_at == clinic.now < given.expires_at
    assert given.judged_at_position == receipt.position - 1
    assert "session is under way" in (words_of(given, "shown") or "")
    (known,) = [one for one in entries_of(sitting.session) if one.kind == "authorisation"]
    assert (known.id, known.moment("expires_at")) == (str(given.id), given.expires_at)
    clinic.later(minutes=1)
    dose = {"dose": "initial", "nominal_mg": 80, "authorisation": str(given.id)}
    written(sitting.write("dose-given", **dose))
    assert "given-without-authorisation" not in sitting.codes()
    assert verify_here().fits


def test_a_dose_after_the_authorisation_expired_is_one_without(sitting, open_gates):
    written(order(sitting))
    written(asked(sitting))
    given = Authorisation.objects.get()
    sitting.clinic.now = given.expires_at + timedelta(seconds=1)
    dose = {"dose": "initial", "nominal_mg": 80, "authorisation": given.id.hex}
    written(sitting.write("dose-given", **dose))
    assert "given-without-authorisation" in sitting.codes()


def test_a_dose_behind_an_authorisation_whose_gate_was_shut_by_then_is_not_as_planned(
    sitting, open_gates
):
    """Authorised, and at the moment of the dose the gate was shut: urgent, and a deviation."""
    written(order(sitting))
    written(asked(sitting))
    issued = sitting.fact("authorisation")
    assert entries_of(sitting.session)[-1].number("nominal_mg") == Decimal(80)
    written(sitting.write("statement", code="health-today", answer="no"))
    sitting.clinic.later(minutes=2)
    dose = {"dose": "initial", "nominal_mg": 80, "authorisation": issued.id.hex}
    written(sitting.write("dose-given", **dose))
    assert "given-without-authorisation" not in sitting.codes()
    alarm = AlarmRaised.objects.get(code="gate-shut-by-then")
    assert (alarm.tier, "physician-page" in alarm.told) == ("urgent", True)
    assert Deviation.objects.filter(kind="gate-shut-by-then").count() == 1
    assert verify_here().fits


def aside(sitting: Sitting, condition: str, act: SessionAct = DOSE, by: str = "physician", **given):
    clinic = sitting.clinic
    who = clinic.accounts[by]
    told = {"session": anew(sitting.session), "entry_id": uuid4(), "by": who, "now": clinic.now}
    told |= {"act": act, "condition": condition, "reason": "finding-explained"}
    return set_aside(**(told | {"proof": clinic.proof(who)} | given))


def test_what_may_be_set_aside_is_signed_and_a_deviation(sitting):
    assert aside(sitting, "consent") == Refusal("not-overridable", {"criterion": "consent"})
    assert aside(sitting, "lifetime-total", by="therapist").reason == "not-permitted"
    written(aside(sitting, "lifetime-total"))
    (row,) = GateOverride.objects.all()
    assert (row.act, row.condition, row.visit) == (DOSE.value, "lifetime-total", VISIT)
    assert sitting.fact("override").signature == row.signature
    assert Deviation.objects.filter(kind="set-aside").count() == 1
    answer = session_gate(anew(sitting.session), DOSE, sitting.clinic.now)
    assert "lifetime-total" not in {one.condition.code for one in answer.closed_by}
    again = aside(sitting, "lifetime-total")
    assert again.reason == "nothing-to-override"
    assert verify_here().fits


def test_distress_is_set_aside_only_with_a_plan(sitting):
    home = SessionAct.RELEASE_HOME
    written(sitting.write("distress", score=2))
    sitting.clinic.later(minutes=20)
    written(sitting.write("dose-given", dose="initial", nominal_mg=80))
    sitting.clinic.later(hours=8)
    written(sitting.write("distress", score=6))
    assert aside(sitting, "distress", home) == Refusal("plan-missing")
    written(aside(sitting, "distress", home, plan="stays-with-attendant", words="sister stays"))
    answer = session_gate(anew(sitting.session), home, sitting.clinic.now)
    assert "distress" not in {one.condition.code for one in answer.closed_by}


def test_a_session_is_closed_behind_its_gate_by_the_exit_on_record(sitting, open_gates):
    clinic = sitting.clinic
    written(sitting.write("exit", exit="transfer-to-hospital"))
    who = clinic.therapist
    told = {"session": anew(sitting.session), "by": who, "now": clinic.now, "entry_id": uuid4()}
    written(close_session(proof=clinic.proof(who), **told))
    closing = SessionClosed.objects.get()
    assert (closing.exit, closing.closed_by) == ("transfer-to-hospital", who)
    assert closing.authorisation.gate == "close-session"
    again = close_session(proof=clinic.proof(who), **(told | {"entry_id": uuid4()}))
    assert again == Refusal("session-is-closed")
    clinic.later(minutes=5)
    written(sitting.reading(118))
    assert Deviation.objects.filter(kind="entry-after-the-close").count() == 1
    written(sitting.write("note", words="the hospital called"))
    assert Deviation.objects.filter(kind="entry-after-the-close").count() == 1
    assert verify_here().fits


def test_a_session_in_which_something_was_taken_is_a_visit_of_its_course(sitting, open_gates):
    clinic = sitting.clinic
    course(clinic, sitting.enrollment, clinic.now.date())
    for login in ("therapist", "second"):
        person = str(clinic.accounts[login].id)
        written(sitting.write("identified", person=person, role="therapist", how="pin"))
    clinic.later(minutes=20)
    written(sitting.write("dose-given", dose="initial", nominal_mg=80))
    clinic.later(hours=8)
    written(sitting.write("exit", exit="extended-stay"))
    told = {"session": anew(sitting.session), "by": clinic.therapist, "now": clinic.now}
    written(close_session(proof=clinic.proof(clinic.therapist), entry_id=uuid4(), **told))
    (held,) = VisitHeld.objects.all()
    assert (held.visit, held.kind, held.ended_at) == (VISIT, "dosing", clinic.now)
    assert held.began_at == sitting.session.opened_at
    assert VisitAttendance.objects.filter(held=held).count() == 2
    kinds = set(Deviation.objects.filter(held=held).values_list("kind", flat=True))
    assert "without-booking" in kinds
    assert "without-gate" not in kinds
    assert VISIT in course_of(sitting.enrollment).actual


def test_a_shut_gate_keeps_a_session_open(sitting):
    clinic = sitting.clinic
    told = {"session": anew(sitting.session), "by": clinic.therapist, "now": clinic.now}
    refused = close_session(proof=clinic.proof(clinic.therapist), entry_id=uuid4(), **told)
    assert refused.reason == "gate-shut"
    assert not SessionClosed.objects.exists()


# --- One person's own limits ---------------------------------------------------------------------


def own(sitting: Sitting, value: str, code: str = "observe-systolic", **given):
    clinic = sitting.clinic
    told = {"enrollment": sitting.enrollment, "visit": VISIT, "unit": "mm[Hg]", "code": code}
    told |= {"entry_id": uuid4(), "by": clinic.physician, "now": clinic.now}
    told |= {"proof": clinic.proof(clinic.physician), "value": Decimal(value)}
    return sign_personal_limit(**(told | given))


def test_a_tighter_limit_of_ones_own_runs_from_then_on(sitting):
    written(sitting.reading(152))
    assert "systolic-observed" not in sitting.codes()
    sitting.clinic.later(minutes=1)
    by = {"by": sitting.clinic.therapist}
    assert own(sitting, "150", **by).reason == "not-permitted"
    written(own(sitting, "150", words="known to faint below"))
    assert SessionPlanned.objects.count() == 2
    number = plan_of(sitting.session).numbers["observe-systolic"]
    assert (number.value, number.is_personal) == (Decimal(150), True)
    sitting.clinic.later(minutes=1)
    written(sitting.reading(152))
    assert "systolic-observed" in sitting.codes()
    assert verify_here().fits


def test_a_wider_one_runs_only_up_to_what_the_site_signed(sitting):
    clinic = sitting.clinic
    assert own(sitting, "170").reason == "widest-not-signed"
    told = {"site": clinic.site, "protocol": protocol_of(sitting.enrollment), "unit": "mm[Hg]"}
    told |= {"code": "observe-systolic-widest", "value": Decimal(172), "entry_id": uuid4()}
    told |= {"proof": clinic.proof(clinic.physician), "by": clinic.physician, "now": clinic.now}
    written(sign_limit(**told))
    assert own(sitting, "175").reason == "beyond-the-widest"
    written(own(sitting, "170"))
    written(own(sitting, "168"))
    rows = PersonalLimit.objects.order_by("position")
    assert [row.corrects_id for row in rows] == [None, rows[0].id]
    assert plan_of(sitting.session).value("observe-systolic") == Decimal(168)


def test_after_the_dose_the_plan_stands(sitting):
    sitting.clinic.later(minutes=20)
    written(sitting.write("dose-given", dose="initial", nominal_mg=80))
    assert own(sitting, "150") == Refusal("after-the-dose")
    assert own(sitting, "150", code="clock-tolerance").reason == "not-a-personal-limit"
    written(own(sitting, "150", visit="v10"))
    assert own(sitting, "150", visit="v1").reason == "visit-unknown"
