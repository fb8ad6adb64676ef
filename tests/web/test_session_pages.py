"""A session's pages: an entry and its receipt, alarms in its answer, who may, and what a screen is told."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from holdfast.actions.answers import record_history, record_medication
from holdfast.actions.session_opening import open_session
from holdfast.definitions import protocols
from holdfast.domain.answers import HistoryEntry, MedicationEntry, Source, SourceKind
from holdfast.domain.schedule import VisitKind
from holdfast.domain.session_entries import standing
from holdfast.records.models import Disclosure, DosingSession, SessionFact, User
from holdfast.records.session_now import entries_of
from holdfast.web.session import expected
from holdfast.web.session.report import content
from tests.actions.clinic import IDENTITY, Clinic, enrolled, written
from tests.web.clinic import PASSWORD
from tests.web.room import enrolled_tablet
from tests.web.test_sign_in import basic

LINE = {"systolic_mmhg": 171, "diastolic_mmhg": 99}


@pytest.fixture
def session(clinic) -> DosingSession:
    """A dosing session of the canary, written down from paper a minute after it began."""
    told = {"enrollment": clinic, "visit": "v5", "by": User.objects.get(login="therapist")}
    now = timezone.now()
    written(open_session(entry_id=uuid4(), now=now, began_at=now - timedelta(minutes=1), **told))
    return DosingSession.objects.get()


def at(session: DosingSession, act: str = "") -> str:
    return f"/NORTH/people/{session.enrollment_id}/session/{act}"


def entry(session: DosingSession, who: str, kind: str = "reading", **told: Any) -> dict[str, Any]:
    """The text of an entry as a page keeps it."""
    given = {
        "schema": 1,
        "id": str(uuid4()),
        "session": str(session.id),
        "kind": kind,
        "words": "",
        "details": LINE if kind == "reading" else {},
        "at": timezone.now().isoformat(),
        "offset_ms": 0,
        "by": str(User.objects.get(login=who).id),
        "corrects": None,
    }
    return given | told


def send(client: Any, session: DosingSession, told: dict[str, Any]) -> Any:
    body = json.dumps({"entry": json.dumps(told), "signature": ""})
    return client.post(at(session, "entries/"), body, content_type="application/json")


def test_a_reading_gets_its_receipt_and_the_alarm_that_it_raised(session, as_role):
    told = entry(session, "therapist")
    first = send(as_role("therapist"), session, told).json()
    assert first["id"] == told["id"]
    assert len(first["journal"]) == 64
    assert [one["code"] for one in first["alarms"]] == ["systolic-observed"]
    again = send(as_role("therapist"), session, told).json()
    assert (again["journal"], again["position"]) == (first["journal"], first["position"])
    assert SessionFact.objects.filter(kind="reading").count() == 1


def test_an_entry_waits_for_whoever_wrote_it(session, as_role):
    """Somebody else is logged in on that browser meanwhile: it is not written under their name."""
    answer = send(as_role("physician"), session, entry(session, "therapist"))
    assert answer.status_code == 403
    assert "journal" not in answer.json()
    assert not SessionFact.objects.filter(kind="reading").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"details": {"systolic_mmhg": 171}},
        {"details": {"systolic_mmhg": 999, "diastolic_mmhg": 99}},
        {"kind": "authorisation", "details": {"gate": "give-initial-dose"}},
        {"kind": "nothing"},
        {"at": "yesterday"},
        {"schema": 2},
        {"offset_ms": True},
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place_and_kept_by_the_page(
    session, as_role, wrong
):
    answer = send(as_role("therapist"), session, entry(session, "therapist", **wrong))
    assert answer.status_code == 422
    assert answer.json()["problem"]


def test_a_page_catches_up_by_position_and_is_told_what_is_due_and_wrong(session, as_role):
    client = as_role("physician")
    first = client.get(at(session, "now/")).json()["sessions"][0]
    told = entry(session, "therapist")
    send(as_role("therapist"), session, told)
    after = client.get(at(session, f"now/?after={first['position']}")).json()["sessions"][0]
    assert [one["id"] for one in after["entries"]] == [told["id"]]
    alarms = [one for one in after["judged"]["alarms"] if one["code"] == "systolic-observed"]
    assert [(one["is_open"], one["tier"], one["value"]) for one in alarms] == [
        (True, "observe", "171")
    ]
    assert after["names"][told["by"]] == "Therapist Zebediah Canarybird"
    seen = entry(session, "physician", "acknowledgement")
    seen["details"] = {"condition": alarms[0]["id"], "done": "repeated"}
    assert send(client, session, seen).status_code == 200
    whole = client.get(at(session, "now/")).json()["sessions"][0]
    assert [
        (one["is_open"], one["acknowledged"][0]["done"])
        for one in whole["judged"]["alarms"]
        if one["code"] == "systolic-observed"
    ] == [(False, "repeated")]


def test_the_board_shows_every_room_and_its_alarms(session, as_role):
    send(as_role("therapist"), session, entry(session, "therapist"))
    told = as_role("physician").get("/NORTH/sessions/now/").json()
    (line,) = told["sessions"]
    assert line["latest"]["systolic_mmhg"][0] == "171"
    assert "systolic-observed" in [one["code"] for one in line["alarms"]]
    assert told["may_run"]


def test_a_gate_says_line_by_line_what_is_missing(session, as_role):
    told = as_role("therapist").get(at(session, "gate/give-initial-dose/")).json()
    assert not told["is_open"]
    assert told["missing"] > 0
    assert all(line["sentence"] for line in told["lines"])
    body = json.dumps({"id": str(uuid4()), "secret": PASSWORD})
    answer = as_role("therapist").post(
        at(session, "gate/give-initial-dose/ask/"), body, content_type="application/json"
    )
    assert answer.status_code == 422
    assert answer.json()["refused"] == "gate-shut"


def test_words_are_shown_on_a_rooms_device_only_to_who_writes(session, as_role, clinic):
    room = enrolled_tablet(clinic, lambda: Client(headers={"host": "localhost"}))
    room.open()
    step = room.switch("therapist")
    told = {"schema": 2, "session": str(session.id), "corrects": None}
    told |= {"kind": "note", "words": "She weeps", "enrollment": str(clinic.id), "step": step}
    first = room.send(**told)
    assert first.status_code == 200
    mine = room.client.get(room.at("session/"), headers={"X-Writing": step}).json()["sessions"][0]
    assert list(mine["words"].values()) == ["She weeps"]
    other = room.client.get(room.at("session/")).json()["sessions"][0]
    assert other["words"] == {}
    assert [one["kind"] for one in other["entries"]] == ["session-opened", "note"]


def test_a_device_without_its_session_is_told_nothing(session, clinic):
    room = enrolled_tablet(clinic, lambda: Client(headers={"host": "localhost"}))
    room.open()
    del room.client.cookies["room-opening"]
    assert room.client.get(room.at("session/")).status_code == 404
    assert room.client.get(room.at("live/")).status_code == 404


def test_the_report_says_what_was_read_what_it_raised_and_who_saw_it(session, as_role):
    told = entry(session, "therapist")
    send(as_role("therapist"), session, told)
    made = content(session, timezone.now())
    readings, alarms, happened, _, back = made["sections"]
    assert [row[1] for row in readings["rows"]] == ["171/99"]
    assert [row[1:4] for row in alarms["rows"]] == [
        ["Systolic 171 mmHg, above 160 mmHg", "Watch", "not acknowledged"]
    ]
    assert (happened["rows"], back["rows"]) == ([], [])
    paper = as_role("physician").get(at(session, "report.pdf"))
    assert paper.content.startswith(b"%PDF-1.7")
    assert Disclosure.objects.get(kind="session-report").recipient == "staff"


def test_an_observation_of_fhir_is_a_reading_with_its_alarm_and_the_same_again_is_the_same(
    session, clinic
):
    told = {
        "resourceType": "Observation",
        "id": "one",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "effectiveDateTime": timezone.now().isoformat(),
        "valueQuantity": {"value": 121, "code": "/min", "system": "http://unitsofmeasure.org"},
    }
    address = f"/api/v1/sites/NORTH/enrollments/{clinic.id}/observations"

    def post(body: Any) -> Any:
        made = Client(headers=basic("therapist", PASSWORD))
        return made.post(address, json.dumps(body), content_type="application/fhir+json")

    first = post(told)
    assert first.status_code == 200, first.content
    assert "heart-rate-observed" in [one["code"] for one in first.json()["alarms"]]
    assert post(told).json()["entry_hash"] == first.json()["entry_hash"]
    assert SessionFact.objects.get(kind="reading").came == "interface"
    wrong = post(told | {"status": "preliminary"})
    assert (wrong.status_code, wrong.json()["place"]) == (422, "Observation.status")
    impossible = told | {"valueQuantity": told["valueQuantity"] | {"value": 999}}
    assert post(impossible).json()["place"] == "reading.heart_rate_per_min"


def pulse(value: int, **told: Any) -> dict[str, Any]:
    """A pulse as a device at the bed tells it."""
    given = {
        "resourceType": "Observation",
        "id": "one",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "effectiveDateTime": "2026-05-04T10:12:00+02:00",
        "valueQuantity": {"value": value, "code": "/min", "system": "http://unitsofmeasure.org"},
    }
    return given | told


def observed(clinic: Any, told: dict[str, Any], asked: str = "") -> Any:
    address = f"/api/v1/sites/NORTH/enrollments/{clinic.id}/observations{asked}"
    made = Client(headers=basic("therapist", PASSWORD))
    return made.post(address, json.dumps(told), content_type="application/fhir+json")


def test_an_observation_of_somebody_else_is_no_reading_of_this_person(session, clinic):
    for other in ("Patient/NORTH-0002", f"Patient/{uuid4()}", "urn:uuid:" + str(uuid4())):
        answer = observed(clinic, pulse(130, subject={"reference": other}))
        assert (answer.status_code, answer.json()["place"]) == (422, "Observation.subject")
    both = {"reference": f"Patient/{clinic.label}", "identifier": {"value": "NORTH-0002"}}
    assert observed(clinic, pulse(130, subject=both)).status_code == 422
    assert not SessionFact.objects.filter(kind="reading").exists()
    for mine in (clinic.label, str(clinic.id)):
        told = pulse(130, subject={"reference": f"Patient/{mine}"})
        assert observed(clinic, told).status_code == 200
    assert SessionFact.objects.filter(kind="reading").count() == 1


def test_a_corrected_observation_takes_the_place_of_what_came_before_under_its_id(session, clinic):
    """The wrong value counts no longer, stays visible, and sending any of it again changes nothing."""
    early = observed(clinic, pulse(80, status="corrected"))
    assert (early.status_code, early.json()["error"]) == (422, "nothing-to-correct")
    sent = [pulse(130), pulse(80, status="corrected"), pulse(84, status="amended")]
    sent += [pulse(130, status="corrected"), pulse(97, id="another")]
    answers = [observed(clinic, each) for each in sent]
    assert {answer.status_code for answer in answers} == {200}
    for again in (0, 1):
        assert observed(clinic, sent[again]).json() == answers[again].json()
    first, second, third, fourth, _ = (answer.json()["entry_id"] for answer in answers)
    facts = SessionFact.objects.filter(kind="reading").order_by("position")
    told = [str(fact.corrects) if fact.corrects else None for fact in facts]
    assert told == [None, first, second, third, None]
    stands = standing(entries_of(session))
    pulses = [one.number("heart_rate_per_min") for one in stands if one.kind == "reading"]
    assert pulses == [130, 97]
    assert str(facts[3].id) == fourth


def test_who_names_entries_of_its_own_says_which_one_it_corrects(session, clinic):
    first, second = uuid4(), uuid4()
    assert observed(clinic, pulse(130), f"?entry_id={first}").status_code == 200
    unknown = observed(clinic, pulse(80, status="corrected"), f"?corrects={uuid4()}")
    assert unknown.json()["error"] == "nothing-to-correct"
    asked = f"?entry_id={second}&corrects={first}"
    done = [observed(clinic, pulse(80, status="corrected"), asked).json() for _ in range(2)]
    assert done[0] == done[1]
    assert SessionFact.objects.get(id=second).corrects == first


def test_an_entry_against_the_wrong_person_is_moved_and_both_records_say_so(session, clinic):
    site, by = clinic.site, User.objects.get(login="therapist")
    admin = User.objects.get(login="admin")
    people = {user.login: user for user in User.objects.all()}
    who = replace(IDENTITY, given="Else", identifiers=(("urn:hospital", "MRN-2"),))
    made = Clinic(site, admin, people, timezone.now())
    other = enrolled(made, identity=who, bundle_sha256="cd" * 32)
    told = {"enrollment": other, "visit": "v5", "entry_id": uuid4(), "by": by}
    now = timezone.now()
    written(open_session(now=now, began_at=now - timedelta(minutes=1), **told))
    second = DosingSession.objects.get(enrollment=other)
    room = enrolled_tablet(clinic, lambda: Client(headers={"host": "localhost"}))
    room.open(numbers=f"{clinic.number}, {other.number}")
    step = room.switch("therapist")
    given = {"schema": 2, "corrects": None, "kind": "reading", "words": "", "step": step}
    given |= {"session": str(session.id), "enrollment": str(clinic.id), "details": LINE}
    assert room.send(**given).json()["alarms"][0]["code"] == "systolic-observed"
    wrong = SessionFact.objects.get(kind="reading")
    ask = {"id": str(uuid4()), "entry": str(wrong.id), "to": str(second.id)}
    address = room.at("session/move/")
    nobody = room.client.post(address, json.dumps(ask), content_type="application/json")
    assert nobody.json()["refused"] == "nobody-writes"
    named = {"X-Writing": step}
    moved = room.client.post(
        address, json.dumps(ask), content_type="application/json", headers=named
    )
    assert moved.status_code == 200, moved.content
    here, there = room.client.get(room.at("session/"), headers=named).json()["sessions"]
    assert [one["kind"] for one in here["entries"]] == ["session-opened", "reading", "correction"]
    assert [one["fields"].get("systolic_mmhg") for one in there["entries"]] == [None, 171]
    assert "systolic-observed" in [one["code"] for one in there["judged"]["alarms"]]


def test_a_session_is_opened_from_its_page_behind_its_gate_or_from_paper(clinic, as_role):
    address = f"/NORTH/people/{clinic.id}/session/"
    client = as_role("therapist")
    assert b"Open the session" in client.get(address).content
    given = {"visit": "v5", "entry_id": str(uuid4())}
    shut = client.post(f"{address}open/", given)
    assert shut.status_code == 422
    assert b"was not passed" in shut.content
    paper = (timezone.localtime() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(f"{address}open/", given | {"began_at": paper}).status_code in (302, 303)
    assert DosingSession.objects.get().came == "paper"


def test_the_board_says_when_a_room_was_last_heard_from_whether_it_writes_or_not(
    session, as_role, clinic
):
    board = as_role("physician")
    assert board.get("/NORTH/sessions/now/").json()["sessions"][0]["heard"] is None
    room = enrolled_tablet(clinic, lambda: Client(headers={"host": "localhost"}))
    room.open()
    assert room.client.get(room.at("session/")).status_code == 200
    heard = board.get("/NORTH/sessions/now/").json()["sessions"][0]["heard"]
    assert timezone.now() - datetime.fromisoformat(heard) < timedelta(seconds=30)


def test_in_a_blinded_session_nothing_is_expected_nor_computed(session, as_role, monkeypatch):
    def computed(*given: Any) -> None:
        raise AssertionError("It was computed in a blinded session.")

    monkeypatch.setattr(expected, "envelope", computed)
    dose = entry(session, "therapist", "dose-given")
    dose["details"] = {"dose": "initial", "nominal_mg": 120}
    assert send(as_role("therapist"), session, dose).status_code == 200
    told = as_role("physician").get(at(session, "now/")).json()["sessions"][0]
    assert told["expected"] is None


def test_a_visit_is_blinded_unless_its_protocol_says_that_everybody_knows():
    dosing = {
        name: {
            expected.is_blinded(protocols.load(name), visit.code)
            for visit in protocols.load(name).schedule.visits
            if visit.kind is VisitKind.DOSING
        }
        for name in ("mapp2", "tga-authorised-prescriber")
    }
    assert dosing == {"mapp2": {True}, "tga-authorised-prescriber": {False}}
    assert expected.is_blinded(protocols.load("tga-authorised-prescriber"), "no-such-visit")


def test_what_is_expected_is_a_band_for_each_measure_where_nobody_is_blinded():
    found = expected._bands((80.0, "male"), (124.0, 78.0, 70.0, 36.8), ((0.0, 120.0),))
    assert found is not None
    assert set(found) == set(expected.FIELDS.values())
    minute, low, median, high = found["systolic_mmhg"][24]
    assert minute == 120
    assert 124 < low < median < high


def test_the_page_keeps_what_an_emergency_must_know_of_the_person(session, as_role):
    """The card is made without the server: medicines with what to avoid are with what a page is told."""
    by, now = User.objects.get(login="physician"), timezone.now()
    told = {"enrollment": session.enrollment, "by": by, "now": now}
    day, source = now.date(), Source(SourceKind.TOLD)
    nardil = MedicationEntry("Phenelzine", (), False, day - timedelta(days=20), source)
    written(record_medication(medication=nardil, entry_id=uuid4(), **told))
    allergy = HistoryEntry("allergy", "Penicillin", (), True, None, None, source)
    written(record_history(history=allergy, entry_id=uuid4(), **told))
    (line,) = as_role("therapist").get(at(session, "now/")).json()["sessions"]
    own = {name: (taken, avoid) for name, taken, avoid in line["person"]["medicines"]}
    assert own["Phenelzine"][0].startswith("stopped; last taken")
    assert "Never together with MDMA" in own["Phenelzine"][1]
    assert "Penicillin" in line["person"]["allergies"]
    assert line["person"]["is_known"]
    assert IDENTITY.family not in json.dumps(line["person"])
