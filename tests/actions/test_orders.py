"""Dose orders: who may sign one, what ends it, and how the gate of a dose follows it."""

import shutil
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from holdfast.actions.agreements import withdraw_consent
from holdfast.actions.outcomes import Conflict, Refusal
from holdfast.actions.session_asking import session_gate
from holdfast.actions.session_opening import open_session
from holdfast.actions.session_signing import sign_order
from holdfast.domain.dose_totals import Slot
from holdfast.domain.session_gates import SessionAct
from holdfast.records.keys import opened as unsealed
from holdfast.records.models import (
    DoseOrder,
    DoseOrderCancelled,
    Enrollment,
    OutboxEntry,
    SessionFact,
    Site,
    User,
)
from holdfast.records.orders import (
    finding_of,
    orders_of,
    session_order_findings,
    standing_order,
)
from holdfast.records.verification_run import verify_here
from tests import databases
from tests.actions.clinic import CANARY, NOW, Clinic, enrolled, found, written
from tests.actions.ordering import (
    BLINDED_VISIT,
    OPEN_LABEL,
    OPEN_VISIT,
    PASSED,
    an_order,
    approved,
    cancelled,
    confirmed,
    judged,
    let_in,
    ordered,
    told_order,
)
from tests.actions.running import KEY, add_person
from tests.actions.sessions import VISIT, anew, opened, pass_gate
from tests.actions.test_database_locks import locked, with_signers

INITIAL = SessionAct.GIVE_INITIAL_DOSE


@pytest.fixture(scope="session")
def treatment_template(migrated_file: Path, django_db_blocker, tmp_path_factory) -> Path:
    """Somebody in an open-label course whom a prescriber may order a dose, built once."""
    path = tmp_path_factory.mktemp("treatment") / "treatment.sqlite3"
    shutil.copyfile(migrated_file, path)
    patch = pytest.MonkeyPatch()
    patch.delenv("HOLDFAST_KEY_FILE", raising=False)
    patch.setenv("HOLDFAST_KEY", KEY)
    with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{path}"):
        clinic = found()
        add_person(clinic, "second", "therapist")
        enrollment = enrolled(clinic, protocol=OPEN_LABEL)
        approved(clinic, enrollment)
        let_in(clinic, enrollment)
    patch.undo()
    return path


@pytest.fixture
def clinic(treatment_template, tmp_path, django_db_blocker, site_key, monkeypatch):
    """This test's own copy."""
    path = tmp_path / "treatment.sqlite3"
    shutil.copyfile(treatment_template, path)
    monkeypatch.setenv("HOLDFAST_KEY", KEY)
    with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{path}"):
        accounts = {user.login: user for user in User.objects.all()}
        yield Clinic(Site.objects.get(), accounts["admin"], accounts, NOW + timedelta(minutes=1))


def in_treatment(clinic):
    """The person of the copy."""
    return Enrollment.objects.select_related("site").get()


def reason_at(clinic, order, enrollment) -> str:
    return finding_of(order, enrollment, clinic.now).reason


def gate_says(session, clinic) -> str:
    answer = session_gate(anew(session), INITIAL, clinic.now)
    return next(one.finding.reason for one in answer.judged if one.condition.code == "order")


def test_an_order_stands_from_its_signature_to_its_end(clinic):
    enrollment = in_treatment(clinic)
    assert standing_order(enrollment, OPEN_VISIT, clinic.now) is None
    order = an_order(clinic, enrollment)
    assert (order.initial_mg, order.supplement_mg) == (Decimal(80), Decimal(40))
    assert order.supplement_from_minutes is not None
    assert order.signature.meaning == "orders-doses-of-session"
    assert standing_order(enrollment, OPEN_VISIT, clinic.now) == order
    assert standing_order(enrollment, "dosing-2", clinic.now) is None
    clinic.later(days=6, hours=23)
    assert standing_order(enrollment, OPEN_VISIT, clinic.now) == order
    clinic.later(hours=1)
    assert standing_order(enrollment, OPEN_VISIT, clinic.now) is None
    assert reason_at(clinic, order, enrollment) == "order-expired"
    assert verify_here().fits


def test_the_same_order_sent_again_gets_the_first_receipt(clinic):
    enrollment, entry = in_treatment(clinic), uuid4()
    told = told_order(clinic)
    first = written(ordered(clinic, enrollment, told, entry_id=entry))
    assert ordered(clinic, enrollment, told, entry_id=entry) == first
    other = replace(told, supplement_mg=None)
    assert isinstance(ordered(clinic, enrollment, other, entry_id=entry), Conflict)
    assert DoseOrder.objects.count() == 1


def test_who_may_not_order_and_what_cannot_be_ordered_is_refused_with_nothing_written(one_clinic):
    clinic = one_clinic
    enrollment = enrolled(clinic, protocol=OPEN_LABEL)

    def reason(**given) -> str:
        told = told_order(clinic, **given.pop("told", {}))
        return ordered(clinic, enrollment, told, **given).reason

    assert reason() == "order-needs-eligible"  # undetermined
    verdict = judged(clinic, enrollment)
    assert reason() == "order-needs-confirmation"
    confirmed(clinic, verdict)
    assert reason() == "prescriber-not-approved"  # no jurisdiction on record
    approved(clinic, enrollment)
    assert reason(by=clinic.therapist) == "not-permitted"
    assert reason(proof=None) == "proof-missing"
    slips = {
        "visit-unknown": {"visit": "preparation-1"},
        "order-not-on-menu": {"initial_mg": Decimal(125)},
        "value-does-not-fit": {"initial_mg": Decimal("NaN")},
        "order-expires-too-soon": {"expires_at": clinic.now},
        "order-product-unknown": {"product": "mdma-125-mg"},
    }
    for refused, told in slips.items():
        assert reason(told=told) == refused
    assert reason(told={"initial_mg": Decimal(80), "supplement_mg": Decimal(60)}) == (
        "order-not-on-menu"
    )
    assert not DoseOrder.objects.exists()
    written(ordered(clinic, enrollment))


def test_a_prescriber_of_another_product_or_whose_approval_ended_orders_nothing(one_clinic):
    clinic = one_clinic
    enrollment = enrolled(clinic, protocol=OPEN_LABEL)
    approved(clinic, enrollment, holder="therapist")
    let_in(clinic, enrollment)
    refused = ordered(clinic, enrollment)
    assert refused.reason == "prescriber-not-approved"
    assert "tga-authorised-prescriber" in refused.values["by"]
    approved(clinic, enrollment)
    order = an_order(clinic, enrollment, told_order(clinic, expires_at=clinic.now + timedelta(400)))
    clinic.now = clinic.now.replace(year=2027)
    finding = finding_of(order, enrollment, clinic.now)
    assert finding.reason == "order-prescriber-not-approved"
    assert "tga-authorised-prescriber" in str(finding.values["approvals"])


def test_a_blinded_order_names_the_nominal_dose_and_never_the_content(one_clinic):
    clinic = one_clinic
    enrollment = enrolled(clinic)
    approved(clinic, enrollment, "united-states")
    let_in(clinic, enrollment)
    told = told_order(clinic, visit=BLINDED_VISIT)
    assert ordered(clinic, enrollment, told) == Refusal("order-names-content")
    placebo = replace(told, product="", initial_mg=Decimal(0), supplement_mg=Decimal(0))
    assert ordered(clinic, enrollment, placebo).reason == "value-does-not-fit"
    order = an_order(clinic, enrollment, replace(told, product=""))
    assert (order.product, order.initial_mg) == ("", Decimal(80))


def test_a_new_finding_ends_an_order_and_says_which(clinic):
    enrollment = in_treatment(clinic)
    order = an_order(clinic, enrollment)
    clinic.later(hours=1)
    judged(clinic, enrollment)  # the same outcomes: nothing new was found
    assert reason_at(clinic, order, enrollment) == "order-stands"
    clinic.later(hours=1)
    judged(clinic, enrollment, outcomes=[PASSED, ["blood-pressure", "failed", "high", "", None]])
    finding = finding_of(order, enrollment, clinic.now)
    assert (finding.reason, finding.values["findings"]) == (
        "order-finding-changed",
        "blood-pressure",
    )
    clinic.later(hours=1)
    judged(clinic, enrollment)  # as it was at first: the order does not come back by itself
    assert reason_at(clinic, order, enrollment) == "order-finding-changed"
    assert finding_of(order, enrollment, clinic.now - timedelta(hours=2)).reason == "order-stands"


def test_an_order_is_taken_back_once_with_its_reason(clinic):
    enrollment = in_treatment(clinic)
    order = an_order(clinic, enrollment)
    assert cancelled(clinic, order, reason="mood") == Refusal("reason-unknown")
    assert cancelled(clinic, order, by=clinic.therapist).reason == "not-permitted"
    clinic.later(minutes=1)
    written(cancelled(clinic, order, words=f"said {CANARY}"))
    row = DoseOrderCancelled.objects.get()
    assert unsealed(row, "words") == f"said {CANARY}"
    assert standing_order(enrollment, OPEN_VISIT, clinic.now) is None
    assert finding_of(order, enrollment, clinic.now).values["because"] == "finding-changed"
    assert cancelled(clinic, order) == Refusal("order-stands-no-more")
    assert CANARY not in OutboxEntry.objects.get(kind="dose-order-cancelled").body


def test_a_later_order_takes_the_place_of_the_one_that_stood(clinic):
    enrollment = in_treatment(clinic)
    first = an_order(clinic, enrollment)
    clinic.later(minutes=1)
    second = an_order(clinic, enrollment, told_order(clinic, supplement_mg=None))
    assert second.corrects == first
    assert reason_at(clinic, first, enrollment) == "order-replaced"
    assert standing_order(enrollment, OPEN_VISIT, clinic.now) == second
    assert orders_of(enrollment) == [second, first]
    assert second.supplement_from_minutes is None


@pytest.fixture
def under_an_order(clinic):
    """A session that was opened while an order stood for it."""
    enrollment = in_treatment(clinic)
    order = an_order(clinic, enrollment)
    clinic.later(minutes=1)
    pass_gate(clinic, enrollment, OPEN_VISIT)
    return clinic, opened(clinic, enrollment, visit=OPEN_VISIT), order


def test_a_session_opened_under_an_order_holds_its_doses_and_names_it(under_an_order):
    clinic, session, order = under_an_order
    rows = SessionFact.objects.filter(session=session, kind="order").order_by("fields")
    assert [row.written_by for row in rows] == [clinic.physician, clinic.physician]
    assert all(str(order.id) in row.fields for row in rows)
    assert {row.signature_id for row in rows} == {order.signature_id}
    assert gate_says(session, clinic) == "ordered"
    assert verify_here().fits


def test_what_ends_the_order_shuts_the_gate_of_its_doses(under_an_order):
    clinic, session, order = under_an_order
    clinic.later(minutes=1)
    written(cancelled(clinic, order))
    assert gate_says(session, clinic) == "order-cancelled"
    clinic.later(minutes=1)
    an_order(clinic, session.enrollment)  # signed anew while the session goes on
    assert gate_says(session, clinic) == "ordered"
    clinic.later(days=8)
    assert gate_says(session, clinic) == "order-expired"


def test_an_order_for_another_session_opens_no_gate(under_an_order):
    clinic, session, _ = under_an_order
    found = session_order_findings(session.id, session.enrollment, "dosing-2", clinic.now)
    assert {one.reason for one in found} == {"order-of-another"}


def test_approvals_that_name_the_day_end_on_it(one_clinic):
    clinic = one_clinic
    enrollment = enrolled(clinic, protocol=OPEN_LABEL)
    approved(clinic, enrollment, starts_on=date(2027, 1, 1), ends_on=date(2027, 2, 1))
    let_in(clinic, enrollment)
    assert ordered(clinic, enrollment).reason == "prescriber-not-approved"


def test_an_order_is_taken_back_and_a_consent_is_withdrawn_in_locked_data(clinic):
    enrollment = in_treatment(clinic)
    order = an_order(clinic, enrollment)
    with_signers(clinic)
    locked(clinic, enrollment, study=OPEN_LABEL)
    assert ordered(clinic, enrollment) == Refusal("database-locked"), "nothing new is ordered"
    assert cancelled(clinic, order, by=clinic.therapist).reason == "not-permitted"
    written(cancelled(clinic, order))
    assert reason_at(clinic, order, enrollment) == "order-cancelled"
    told = {"way": "told", "words": "", "withdrawn_at": clinic.now, "now": clinic.now}
    told |= {"enrollment": enrollment, "entry_id": uuid4()}
    assert withdraw_consent(by=clinic.rater, **told).reason == "not-permitted"
    written(withdraw_consent(by=clinic.coordinator, **told))


def test_no_dosing_session_begins_in_locked_data_and_one_that_was_is_written_down(one_clinic):
    clinic = with_signers(one_clinic)
    add_person(clinic, "second", "therapist")
    enrollment = enrolled(clinic)
    pass_gate(clinic, enrollment)
    locked(clinic, enrollment)
    told = {"enrollment": enrollment, "visit": VISIT, "by": clinic.therapist, "now": clinic.now}
    assert open_session(entry_id=uuid4(), **told) == Refusal("database-locked")
    opened(clinic, enrollment, began_at=clinic.now - timedelta(minutes=1))


def test_a_physician_in_the_room_orders_only_with_what_the_law_asks_of_a_prescriber(one_clinic):
    clinic = one_clinic
    add_person(clinic, "second", "therapist")
    enrollment = enrolled(clinic)
    pass_gate(clinic, enrollment)
    session = opened(clinic, enrollment)

    def in_the_room():
        told = {"dose": Slot.INITIAL, "nominal_mg": Decimal(80), "entry_id": uuid4()}
        told |= {"proof": clinic.proof(clinic.physician), "by": clinic.physician}
        return sign_order(session=anew(session), now=clinic.now, **told)

    written(in_the_room())  # no jurisdiction is on record: nothing is asked
    approved(clinic, enrollment, holder="therapist")
    answer = in_the_room()
    assert answer.reason == "prescriber-not-approved"
    assert answer.values["by"]
    approved(clinic, enrollment)
    written(in_the_room())
