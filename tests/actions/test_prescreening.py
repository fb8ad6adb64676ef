"""The pre-screening log and the flow drawn from it: everybody once, where they stand now."""

from datetime import timedelta
from uuid import uuid4

import pytest

from holdfast.actions import prescreening, verdicts
from holdfast.actions.judging import latest_verdict
from holdfast.actions.outcomes import Receipt
from holdfast.records.models import PrescreeningEntry
from holdfast.records.prescreening import consort_flow, log_of
from tests.actions.clinic import CANARY, enrolled, written


def line(clinic, outcome, reasons=(), **changed):
    given = {
        "site": clinic.site,
        "referral_source": "self",
        "decided_at": clinic.now,
        "entry_id": uuid4(),
        "by": clinic.coordinator,
        "now": clinic.now,
    }
    return prescreening.record_prescreening(
        outcome=outcome, reasons=list(reasons), **(given | changed)
    )


def entry(receipt: Receipt) -> PrescreeningEntry:
    return PrescreeningEntry.objects.get(id=receipt.fact_id("records_prescreeningentry"))


def test_the_flow_counts_everybody_once(clinic):
    enrollment = enrolled(clinic)
    first = entry(written(line(clinic, "assessed")))
    written(line(clinic, "excluded", ["cost", "distance"], follows=first))
    written(line(clinic, "declined", ["afraid-of-placebo"], referral_source="registry"))
    written(line(clinic, "assessed"))
    flow = consort_flow(clinic.site)
    assert flow.assessed == 4
    assert flow.stopped_before_screening == {"declined": 1, "excluded": 1}
    assert flow.reasons == {"afraid-of-placebo": 1, "cost": 1, "distance": 1}
    assert flow.by_source == {"psychiatrist": 1, "registry": 1, "self": 2}
    assert (flow.waiting, flow.screening, flow.ineligible) == (1, 1, 0)
    verdict = latest_verdict(enrollment.id)
    written(
        verdicts.confirm_verdict(
            verdict=verdict,
            proof=clinic.proof(clinic.physician),
            entry_id=uuid4(),
            by=clinic.physician,
            now=clinic.now,
        )
    )
    flow = consort_flow(clinic.site)
    assert (flow.screening, flow.ineligible) == (0, 1)
    total = flow.waiting + flow.screening + flow.eligible + flow.ineligible + flow.undetermined
    assert total + sum(flow.stopped_before_screening.values()) == flow.assessed


def test_an_anonymous_line_holds_nobody(one_clinic):
    row = entry(written(line(one_clinic, "declined", ["cost"])))
    assert row.enrollment_id is None
    assert row.decided_by_id == one_clinic.coordinator.id
    free = [f.name for f in PrescreeningEntry._meta.concrete_fields if "words" in f.name]
    assert free == []
    assert log_of(one_clinic.site) == [row]


@pytest.mark.parametrize(
    ("outcome", "reasons", "changed", "reason"),
    [
        ("assessed", [], {"referral_source": CANARY}, "source-unknown"),
        (CANARY, [], {}, "outcome-unknown"),
        ("excluded", [CANARY], {}, "reason-unknown"),
        ("excluded", [], {}, "reason-missing"),
        ("screening", [], {}, "enrollment-missing"),
    ],
)
def test_no_free_word_enters_the_log(one_clinic, outcome, reasons, changed, reason):
    assert line(one_clinic, outcome, reasons, **changed).reason == reason
    assert not PrescreeningEntry.objects.exists()


def test_a_line_is_followed_once_and_never_from_the_future(one_clinic):
    first = entry(written(line(one_clinic, "assessed")))
    written(line(one_clinic, "declined", follows=first))
    assert line(one_clinic, "not-now", follows=first).reason == "already-followed"
    tomorrow = one_clinic.now + timedelta(days=1)
    assert line(one_clinic, "assessed", decided_at=tomorrow).reason == "in-the-future"
