"""The clinical record of a course: a test from order to review, and every section with its forms."""

import re
from datetime import timedelta
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from holdfast.records.adverse import CandidateSettled
from holdfast.records.clinical import ResultReview, TestOrder, TestResult
from holdfast.records.clinical_care import (
    CallHeld,
    EventCandidate,
    Goal,
    GoalRating,
    PsychotherapyNote,
    TaperPlan,
)
from holdfast.records.periodic import PeriodicReport
from holdfast.web.own_copy import content, zipped
from holdfast.web.staff.clinical_sections import SECTIONS
from tests.web.clinic import PASSWORD


def at(clinic, rest: str = "") -> str:
    return f"/NORTH/people/{clinic.pk}/clinical/{rest}"


def entry(**told: object) -> dict:
    return {"entry_id": str(uuid4()), **told}


def melbourne(**from_now: int) -> str:
    moment = timezone.now().astimezone(ZoneInfo("Australia/Melbourne")) + timedelta(**from_now)
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def ordered(client, clinic, test: str = "ecg") -> TestOrder:
    told = entry(test=test, review_due_at=melbourne(days=2))
    assert client.post(at(clinic, "results/order/"), told).status_code == 302
    return TestOrder.objects.latest("position")


def test_a_test_goes_from_order_to_signed_review_on_one_page(as_role, clinic):
    therapist, physician = as_role("therapist"), as_role("physician")
    order = ordered(therapist, clinic)
    own = {"order": str(order.pk)}
    taken = entry(**own, collected_at=melbourne())
    assert therapist.post(at(clinic, "results/taken/"), taken).status_code == 302
    report = entry(**own, resulted_at=melbourne())
    report |= {"qt-value": "360", "qt-unit": "ms", "qt-critical": "false"}
    report |= {"heart-rate-value": "90", "heart-rate-unit": "/min", "ecg-reading-finding": "normal"}
    assert therapist.post(at(clinic, "results/report/"), report).status_code == 302
    shown = physician.get(at(clinic, "results/")).content.decode()
    assert "derived by Fridericia" in shown
    assert "412" in shown
    signed = entry(**own, is_acceptable="true", password=PASSWORD)
    late = physician.post(at(clinic, "results/review/"), signed)
    assert late.status_code == 422
    assert "until which day" in late.content.decode()
    signed |= {"entry_id": str(uuid4()), "stands_until": "2099-01-01"}
    assert physician.post(at(clinic, "results/review/"), signed).status_code == 302
    assert ResultReview.objects.get().is_acceptable
    assert "they carry a session until 1 January 2099" in (
        therapist.get(at(clinic, "results/")).content.decode()
    )


def test_a_report_keeps_what_was_typed_where_a_line_does_not_fit(as_role, clinic):
    client = as_role("therapist")
    order = ordered(client, clinic, "laboratory")
    report = entry(order=str(order.pk), resulted_at=melbourne())
    report |= {"potassium-value": "4.1", "potassium-unit": "mmol/L", "potassium-range": "3.5-5.1"}
    report |= {"other-loinc": "2823-4", "other-value": "1", "other-unit": "mmol/L"}
    answer = client.post(at(clinic, "results/report/"), report)
    assert answer.status_code == 422
    assert "check digit" in answer.content.decode()
    assert 'value="3.5-5.1"' in answer.content.decode()
    assert not TestResult.objects.exists()
    report |= {"other-loinc": "19123-9"}
    assert client.post(at(clinic, "results/report/"), report).status_code == 302
    assert TestResult.objects.count() == 2


def test_a_critical_value_shows_what_to_do_until_the_page_is_taken(as_role, clinic):
    client = as_role("physician")
    order = ordered(client, clinic, "laboratory")
    report = entry(order=str(order.pk), resulted_at=melbourne())
    report |= {"potassium-value": "6.8", "potassium-unit": "mmol/L", "potassium-critical": "true"}
    assert client.post(at(clinic, "results/report/"), report).status_code == 302
    shown = client.get(at(clinic)).content.decode()
    assert "A critical result" in shown
    assert "Speak with the person now" in shown
    duty = client.get("/NORTH/duty/").content.decode()
    assert "A critical result of somebody in a course" in duty
    assert "Open the clinical record of NORTH-0001" in duty
    assert (
        "Open the clinical record" not in as_role("pharmacist").get("/NORTH/duty/").content.decode()
    )
    page = re.search(r'name="page" value="([0-9a-f-]+)"', duty)
    assert page is not None
    told = entry(page=page[1], done="coming")
    assert client.post("/NORTH/duty/answer/", told).status_code == 302
    assert "Speak with the person now" not in client.get(at(clinic)).content.decode()


SAID = "2026-01-05"
GOOD: dict[str, dict[str, str]] = {
    "safety/plan": {
        "agreed_on": SAID,
        "warning_signs": "I stop answering",
        "own_steps": "walk",
        "people": "my sister",
        "places": "the garden",
        "means": "locked away",
    },
    "contacts/contact": {
        "name": "Canarybird's sister",
        "number": "+61 1",
        "relation": "family",
        "may_call": "true",
        "asked_on": SAID,
    },
    "taper/plan": {
        "medicine": "sertraline",
        "prescriber": "Dr Canarybird",
        "agreed_on": SAID,
        "doses": "2026-01-06 50 mg\n2026-01-13 25 mg",
        "last_dose_on": "2026-01-20",
        "stop_criteria": "worse",
        "symptoms": "sleep",
        "restart_by": "both",
    },
    "calls/held": {
        "outcome": "spoke",
        "way": "telephone",
        "whereabouts": "at home",
        "call_back": "+61 2",
        "safety": "safe",
        "q-sleep": "badly",
        "event": "a headache",
    },
    "goals/goal": {"words": "to sleep", "set_on": SAID},
    "readiness/judgement": {"judge": "person", "is_ready": "true", "has_trust": "true"},
    "events/event": {"words": "a headache", "source": "visit", "intensity": "mild"},
    "outside/treatment": {"kind": "hospital", "words": "a night there"},
    "psychedelics/use": {"substance": "psilocybin", "times": "2", "in_treatment": "false"},
    "checklists/close-out": dict.fromkeys(
        (
            "medicines-settled",
            "care-continues",
            "events-followed",
            "goals-looked-at",
            "told-what-is-told",
        ),
        "yes",
    ),
    "notes/note": {"kind": "visit", "on_day": SAID, "words": "came with their sister"},
}


def test_every_section_has_an_example_here():
    assert {name.partition("/")[0] for name in GOOD} == set(SECTIONS)


def test_every_section_keeps_what_is_typed_and_says_what_is_missing(as_role, clinic):
    client = as_role("therapist")
    for name, told in GOOD.items():
        section, _, sheet = name.partition("/")
        empty = client.post(at(clinic, f"{section}/record/"), entry(sheet=sheet))
        assert empty.status_code == 422, name
        assert "This field is required" in empty.content.decode(), name
        sent = entry(sheet=sheet, **told)
        answer = client.post(at(clinic, f"{section}/record/"), sent)
        assert answer.status_code == 302, (name, answer.content.decode()[:3000])
        assert client.get(at(clinic, f"{section}/")).status_code == 200
    goal = Goal.objects.get()
    rated = entry(sheet="rating", goal_id=str(goal.pk), rating="6", rated_on=SAID)
    assert client.post(at(clinic, "goals/record/"), rated).status_code == 302
    plan = TaperPlan.objects.get()
    turn = entry(sheet="turn", plan=str(plan.pk), kind="finished", on_day=SAID)
    assert client.post(at(clinic, "taper/record/"), turn).status_code == 302
    planned = entry(sheet="plan", due_at=melbourne(hours=3), purpose="after-dosing")
    assert client.post(at(clinic, "calls/record/"), planned).status_code == 302
    assert (GoalRating.objects.get().rating, CallHeld.objects.get().outcome) == (6, "spoke")
    assert EventCandidate.objects.count() == 2
    copy = zipped(clinic, timezone.now())
    with ZipFile(BytesIO(copy)) as files:
        own = files.read("record.html").decode()
    for words in ("to sleep", "locked away", "Where they were: at home", "6 of 10"):
        assert words in own
    whole = client.get(at(clinic)).content.decode()
    assert "to sleep" in whole
    assert "Somebody may be called" in whole


def test_a_slip_is_said_at_its_field_and_nothing_is_lost(as_role, clinic):
    client = as_role("therapist")
    told = GOOD["taper/plan"] | {"doses": "on Monday half of it"}
    answer = client.post(at(clinic, "taper/record/"), entry(sheet="plan", **told))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "cannot be read: on Monday half of it" in page
    assert "Dr Canarybird" in page
    told = GOOD["calls/held"] | {"whereabouts": ""}
    answer = client.post(at(clinic, "calls/record/"), entry(sheet="held", **told))
    assert "Ask first where they are" in answer.content.decode()
    assert client.post(at(clinic, "nothing/record/"), entry()).status_code == 404


def test_psychotherapy_notes_are_apart(as_role, clinic):
    therapist = as_role("therapist")
    told = entry(on_day=SAID, words="dreamt of canarywings")
    assert therapist.post(at(clinic, "apart/write/"), told).status_code == 302
    assert "canarywings" in therapist.get(at(clinic, "apart/")).content.decode()
    for rest in ("", "notes/"):
        assert "canarywings" not in therapist.get(at(clinic, rest)).content.decode()
    assert as_role("physician").get(at(clinic, "apart/")).status_code == 404
    assert as_role("auditor").get(at(clinic, "apart/")).status_code == 404
    assert "canarywings" not in str(content(clinic))
    assert PsychotherapyNote.objects.count() == 1


@pytest.mark.parametrize("who", ["rater", "monitor", "statistician", "safety-unit", "patient"])
def test_who_does_not_care_for_the_person_finds_nothing(as_role, clinic, who):
    assert as_role(who).get(at(clinic)).status_code == 404


def test_the_report_to_the_tga_is_made_and_handed_out_in_three_formats(as_role, clinic):
    client, address = as_role("physician"), "/NORTH/reports/tga/"
    page = client.get(address).content.decode()
    period = re.search(r'name="period" value="([0-9/-]+)"', page)
    assert period is not None
    assert client.post(address, entry()).status_code == 422
    assert client.post(address, entry(period=period[1])).status_code == 302
    assert "New patients" in client.get(address).content.decode()
    report = PeriodicReport.objects.get()
    for form in ("json", "csv", "pdf"):
        answer = client.get(f"{address}{report.pk}.{form}")
        assert (answer.status_code, "tga-NORTH" in answer["Content-Disposition"]) == (200, True)
    assert client.get(f"{address}{report.pk}.xml").status_code == 404
    assert as_role("therapist").get(address).status_code == 404


def test_an_order_that_is_not_named_is_said_and_one_of_another_course_is_not_found(as_role, clinic):
    client = as_role("physician")
    for rest in ("taken", "report", "review"):
        address = at(clinic, f"results/{rest}/")
        assert client.post(address).status_code == 422
        assert client.post(address, entry(order=str(uuid4()))).status_code == 404


def test_an_order_is_cancelled_on_its_page_with_a_reason(as_role, clinic):
    desk, path = as_role("therapist"), at(clinic, "results/")
    order = ordered(desk, clinic, "laboratory")
    told = entry(order=str(order.id))
    missing = desk.post(f"{path}cancel/", told)
    assert missing.status_code == 422
    assert f'id="cancel-{order.id}_reason_error"' in missing.content.decode()
    assert desk.post(f"{path}cancel/", told | {"reason": "not-needed"}).status_code == 302
    text = desk.get(path).content.decode()
    assert "Cancelled: It is not needed any more" in text
    assert "review due" not in text
    again = desk.post(f"{path}cancel/", entry(order=str(order.id), reason="other"))
    assert again.status_code == 422
    assert "It was cancelled already." in again.content.decode()


def test_a_possible_event_is_linked_or_dismissed_by_a_physician_and_by_nobody_else(as_role, clinic):
    therapist, physician = as_role("therapist"), as_role("physician")
    told = {"source": "call", "intensity": "mild", "is_ongoing": "false"}
    for words in ("a headache", "felt warm"):
        noted = entry(words=words, is_serious="false", **told)
        assert therapist.post(at(clinic, "events/record/"), noted).status_code == 302
    first, second = EventCandidate.objects.order_by("position")
    page = f"/NORTH/people/{clinic.pk}/possible-events/"
    settle = f"{page}settle/"
    assert "2 wait for a physician" in physician.get(page).content.decode()
    assert "Link or dismiss" not in therapist.get(page).content.decode()
    link = {"candidate": str(first.pk), "outcome": "adverse-event", "password": PASSWORD}
    assert therapist.post(settle, entry(**link)).status_code in (403, 404)
    assert physician.post(settle, entry(**link | {"password": "x"})).status_code == 422
    assert physician.post(settle, entry(**link)).status_code == 302
    dismissed = link | {"candidate": str(second.pk), "outcome": "dismissed"}
    refused = physician.post(settle, entry(**dismissed))
    assert (refused.status_code, "Say why it is dismissed" in refused.content.decode()) == (
        422,
        True,
    )
    done = entry(**dismissed, reason="other", words="It was what they had hoped for.")
    assert physician.post(settle, done).status_code == 302
    shown = therapist.get(page).content.decode()
    assert "0 wait for a physician" in shown
    assert "what they had hoped for" in shown
    assert [row.outcome for row in CandidateSettled.objects.order_by("position")] == [
        "adverse-event",
        "dismissed",
    ]


def test_milligrams_of_a_lifetime_are_told_or_not_known(as_role, clinic):
    client, told = as_role("therapist"), {"substance": "mdma", "times": "3"}
    assert client.post(at(clinic, "psychedelics/record/"), entry(**told)).status_code == 302
    page = at(clinic, "psychedelics/")
    assert "milligrams not known" in client.get(page).content.decode()
    half = client.post(at(clinic, "psychedelics/record/"), entry(**told, total_mg="300"))
    assert "how they are known, or neither" in half.content.decode()
    whole = entry(**told, total_mg="300", how_known="document")
    assert client.post(at(clinic, "psychedelics/record/"), whole).status_code == 302
    assert "300 mg, From a document" in client.get(page).content.decode()
