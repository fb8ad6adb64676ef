"""Gates through the actions: every source answers, people state, somebody sets aside, an open one authorises."""

from datetime import timedelta

import orjson
import pytest

from holdfast.actions import bookings, gate_statements, gates
from holdfast.actions.course_gates import OWN, Question
from holdfast.actions.outcomes import Refusal
from holdfast.definitions.gates import ANSWERED
from holdfast.definitions.gates import load as load_gates
from holdfast.domain.findings import Outcome
from holdfast.domain.gates import NOBODY_JUDGED, Act
from holdfast.records.keys import opened
from holdfast.records.models import Attestation, Booking, Deviation, GateOverride, GatePassed
from holdfast.records.protocols import protocol_of
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import CANARY, written
from tests.actions.running import answer_of, open_gates, running, running_template

__all__ = ["open_gates", "running", "running_template"]


def outcomes(running, act=Act.BEGIN_DOSING, visit="v5"):
    """Each condition with its worst outcome and the reasons."""
    answer = gates.gate(act, running.enrollment, running.clinic.now, visit)
    found: dict[str, tuple[set, set]] = {}
    for one in answer.judged:
        seen, reasons = found.setdefault(one.condition.code, (set(), set()))
        seen.add(one.finding.outcome)
        reasons.add(one.finding.reason)
    return found


def _reasons(running, codes):
    """The one reason of each of these conditions."""
    found = outcomes(running)
    return {reason for code in codes for reason in found[code][1]}


def stated(running, code, by, **given):
    told = {"visit": "v5", "is_so": True, "how": "seen"} | given
    return gate_statements.state(
        enrollment=running.enrollment, code=code, **told, **running.told(by)
    )


def test_the_sources_answer_what_they_are_said_to_answer(running):
    told = (running.enrollment, protocol_of(running.enrollment), running.clinic.now)
    question = Question(Act.BEGIN_DOSING, *told, "v5")
    known = [own(question) for own in OWN] + [source(*told) for source in gates.SOURCES]
    answered = set().union(*known)
    assert answered >= set().union(*ANSWERED.values()) | set(load_gates().stated)
    for act in Act:
        for _seen, reasons in outcomes(running, act).values():
            assert NOBODY_JUDGED not in reasons
    assert not any(gates.gate(act, *told[::2]).is_open for act in Act)


def test_every_condition_of_an_answer_is_shown_in_words(running):
    protocol = protocol_of(running.enrollment)
    for act in Act:
        answer = gates.gate(act, running.enrollment, running.clinic.now)
        for line in gates.shown_gate(answer, protocol):
            assert all((line["sentence"], line["wording"], line["reference"]["title"]))
            assert "{" not in line["sentence"]


def test_a_statement_is_dated_attributed_and_ends_with_its_day(running):
    assert outcomes(running)["room-ready"] == ({Outcome.UNKNOWN}, {"not-attested"})
    written(stated(running, "room-ready", "therapist", remark=f"seen by {CANARY}"))
    row = Attestation.objects.get()
    assert (row.stated_by, row.visit, row.how) == (running.lead, "v5", "seen")
    assert opened(row, "remark") == f"seen by {CANARY}"
    assert outcomes(running)["room-ready"] == ({Outcome.PASSED}, {"attested"})
    assert outcomes(running, visit="v10")["room-ready"][1] == {"not-attested"}
    running.clinic.now += timedelta(minutes=1)
    written(stated(running, "room-ready", "therapist", is_so=False))
    assert outcomes(running)["room-ready"][0] == {Outcome.FAILED}
    running.clinic.now += timedelta(days=1)
    written(stated(running, "room-ready", "therapist"))
    running.clinic.now += timedelta(days=1)
    assert outcomes(running)["room-ready"][1] == {"attestation-expired"}


def test_only_the_role_that_states_it_states_it(running):
    refused = stated(running, "physician-clearance", "therapist")
    assert refused == Refusal(
        "another-role-states-it", {"condition": "physician-clearance", "role": "physician"}
    )
    assert stated(running, "verdict", "physician") == Refusal(
        "condition-unknown", {"condition": "verdict"}
    )
    assert stated(running, "vital-signs-before", "physician") == Refusal("value-missing")
    told = {"code": "therapists-certified", "by": "physician"}
    assert stated(running, **told, value="soon").reason == "value-does-not-fit"
    written(stated(running, **told, value="2026-03-03"))
    assert outcomes(running)["therapists-certified"][0] == {Outcome.PASSED}
    running.clinic.now += timedelta(days=3)
    assert outcomes(running)["therapists-certified"][1] == {"attestation-expired"}


def test_a_postponed_session_reopens_washout_eligibility_and_restarting(running, monkeypatch):
    monkeypatch.setattr("holdfast.actions.bookings.answer_to", answer_of)
    again = ("washout-again", "eligibility-again", "restart-decided")
    dosing = running.wanted("v5", "2026-04-06T09:00", minutes=480, place="site-overnight")
    written(running.book(dosing))
    assert _reasons(running, again) == {"never-postponed"}
    for code in again:
        written(stated(running, code, "physician"))
    later = running.wanted("v5", "2026-04-13T09:00", minutes=480, place="site-overnight")
    running.clinic.now += timedelta(minutes=5)
    written(running.book(later, replaces=Booking.objects.get()))
    assert _reasons(running, again) == {"not-attested"}
    running.clinic.now += timedelta(minutes=5)
    for code in again:
        written(stated(running, code, "physician"))
    assert _reasons(running, again) == {"attested"}
    told = {"booking": Booking.objects.get(minutes=480, corrected_by=None), "reason": "postponed"}
    running.clinic.now += timedelta(minutes=5)
    written(bookings.cancel(**told, **running.told()))
    assert _reasons(running, again) == {"not-attested"}


def test_a_condition_is_set_aside_by_the_role_that_may_and_as_it_stood(running):
    def aside(condition, by="physician", reason="no-other-day"):
        return gate_statements.override_condition(
            enrollment=running.enrollment,
            act=Act.BEGIN_DOSING,
            visit="v5",
            condition=condition,
            reason=reason,
            proof=running.clinic.proof(running.clinic.accounts[by]),
            **running.told(by),
        )

    assert aside("window", by="therapist").reason == "not-permitted"
    assert aside("verdict") == Refusal("not-overridable", {"criterion": "verdict"})
    assert aside("window", reason="why-not") == Refusal("reason-unknown")
    assert outcomes(running)["window"][1] == {"window-not-known"}
    written(aside("window"))
    row = GateOverride.objects.get()
    assert (row.condition, row.finding_reason, row.role) == (
        "window",
        "window-not-known",
        "physician",
    )
    assert Deviation.objects.get().kind == "condition-set-aside"
    answer = gates.gate(Act.BEGIN_DOSING, running.enrollment, running.clinic.now, "v5")
    window = [one for one in answer.judged if one.condition.code == "window"]
    assert all(one.is_open and one.finding.outcome is Outcome.UNKNOWN for one in window)
    assert not answer.is_open  # one condition set aside opens nothing else
    assert verify_here().fits


@pytest.mark.usefixtures("open_gates")
def test_an_open_gate_is_kept_as_it_was_shown(running):
    told = {"act": Act.BEGIN_DOSING, "visit": "v5"}
    entry = running.told("therapist")
    receipt = written(gates.pass_gate(enrollment=running.enrollment, **told, **entry))
    assert gates.pass_gate(enrollment=running.enrollment, **told, **entry) == receipt
    row = GatePassed.objects.get()
    assert orjson.loads(row.outcomes) == [["verdict", "verdict", "passed", "course-runs", None]]
    assert orjson.loads(opened(row, "shown"))["act"] == "begin-dosing"
    wrong = gates.pass_gate(
        enrollment=running.enrollment, act=Act.ENROLL, visit="", **running.told("therapist")
    )
    assert wrong == Refusal("act-passes-its-own-gate", {"act": "enroll"})
    written(running.hold("v5", days=0, attended=()))
    kinds = set(Deviation.objects.values_list("kind", flat=True))
    assert "without-gate" not in kinds  # it held when the session began


def test_a_shut_gate_authorises_nothing(running):
    told = {"act": Act.BEGIN_DOSING, "visit": "v5"}
    refused = gates.pass_gate(enrollment=running.enrollment, **told, **running.told("therapist"))
    assert refused.reason == "gate-shut"
    assert not GatePassed.objects.exists()
