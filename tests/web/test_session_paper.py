"""The session on paper: a pack with a number of its own, and its lines typed in with both times."""

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from holdfast.actions.session_opening import open_session
from holdfast.records.models import (
    AlarmRaised,
    DosingSession,
    PackSettled,
    PaperLine,
    SessionFact,
    SessionPack,
    User,
)
from holdfast.records.verification_run import verify_here
from holdfast.web.session.pack import content
from holdfast.web.session.report import content as report
from tests.actions.clinic import IDENTITY, written
from tests.web.clinic import PASSWORD


@pytest.fixture
def session(clinic) -> DosingSession:
    """A dosing session that began on paper three hours ago."""
    told = {"enrollment": clinic, "visit": "v5", "by": User.objects.get(login="therapist")}
    now = timezone.now()
    written(open_session(entry_id=uuid4(), now=now, began_at=now - timedelta(hours=3), **told))
    return DosingSession.objects.get()


def at(session: DosingSession, act: str = "") -> str:
    return f"/NORTH/people/{session.enrollment_id}/session/paper/{act}?session={session.id}"


def page(session: DosingSession, wrote: str, *lines: str, **told: object) -> dict[str, object]:
    began = session.opened_at.astimezone(ZoneInfo(session.site.zone))
    given = {
        "entry_id": str(uuid4()),
        "pack": "",
        "wrote": str(User.objects.get(login=wrote).id),
        "on": began.date().isoformat(),
        "lines": "\n".join(lines),
        "password": PASSWORD,
    }
    return given | told


def clock(session: DosingSession, minutes: int) -> str:
    return on_the_wall(session, session.opened_at + timedelta(minutes=minutes))


def on_the_wall(session: DosingSession, moment: datetime) -> str:
    return moment.astimezone(ZoneInfo(session.site.zone)).strftime("%H:%M")


def test_each_pack_has_its_number_its_hash_and_is_accounted_for(session, as_role):
    client = as_role("therapist")
    first, second = (client.post(at(session, "pack/")) for _each in range(2))
    assert first["Content-Type"] == "application/pdf"
    packs = list(SessionPack.objects.order_by("recorded_at"))
    assert [sha256(each.content).hexdigest() for each in (first, second)] == [
        each.content_sha256 for each in packs
    ]
    assert packs[0].serial != packs[1].serial
    assert b"/Type/Pages/Count 6" in first.content
    shown = client.get(at(session)).content.decode()
    assert shown.count("Not accounted for") == 2
    lost = {"entry_id": str(uuid4()), "pack": str(packs[0].id), "outcome": "lost"}
    assert client.post(at(session, "settled/"), lost).status_code == 302
    assert PackSettled.objects.get().outcome == "lost"
    shown = client.get(at(session)).content.decode()
    assert shown.count("Not accounted for") == 1
    facts = dict(report(session, timezone.now())["facts"])
    assert facts["Packs of paper"] == (
        f"{packs[0].serial}: Lost; {packs[1].serial}: not accounted for"
    )
    assert verify_here().fits


def test_the_pack_holds_plan_limits_doses_read_back_and_the_sheet_and_names_nobody(session):
    told = content(session, uuid4(), timezone.now())
    text = str(told)
    titles = [each["title"] for each in told["sections"]]
    assert titles[0] == "Telephone"
    assert {"Doses", "Plan and readings", "Limits, and what to do", "For the ambulance"} <= set(
        titles
    )
    for heading in ("Happened at", "Written at", "Read back: the words"):
        assert heading in text
    assert "Treat as active." in text
    assert IDENTITY.family not in text
    assert IDENTITY.given not in text
    assert "placebo" not in text.casefold()
    rows = [row for each in told["sections"] for row in each["rows"]]
    assert all(
        len(row) == len(each["head"]) == len(each["widths"])
        for each in told["sections"]
        for row in each["rows"]
    )
    assert len(rows) > 40


def test_lines_are_typed_in_judged_at_their_own_time_and_signed_by_both(session, as_role):
    """The physician wrote on paper; the therapist types: the record holds both times and both people."""
    client = as_role("therapist")
    client.post(at(session, "pack/"))
    pack = SessionPack.objects.get()
    first, second = clock(session, 30), clock(session, 40)
    told = page(
        session,
        "physician",
        f"{first} 171/99 96 37.4",
        f"{second} note They slept.",
        pack=str(pack.id),
        page=3,
    )
    assert client.post(at(session, "typed/"), told).status_code == 302
    reading = SessionFact.objects.get(kind="reading")
    assert reading.came == "paper"
    assert on_the_wall(session, reading.at) == first
    assert reading.written_by.login == "therapist"
    alarm = AlarmRaised.objects.get(code="systolic-observed")
    assert (alarm.since, alarm.known_at) == (reading.at, reading.recorded_at)
    lines = PaperLine.objects.order_by("entry__at")
    assert [(each.wrote.login, each.page, each.pack) for each in lines] == [
        ("physician", 3, pack)
    ] * 2
    assert {each.signature.meaning for each in lines} == {"typed-from-paper"}
    assert "2 lines wait for who wrote them" in client.get(at(session)).content.decode()
    refused = client.post(at(session, "signed/"), {"entry_id": str(uuid4()), "password": PASSWORD})
    assert refused.status_code == 422
    physician = as_role("physician")
    signing = {"entry_id": str(uuid4()), "password": PASSWORD}
    assert physician.post(at(session, "signed/"), signing).status_code == 302
    assert all(each.signed.signature.signed_by.login == "physician" for each in lines)
    assert verify_here().fits


def test_what_cannot_be_read_records_nothing_and_loses_nothing(session, as_role):
    text = [f"{clock(session, 30)} 142/88", "no time here"]
    answer = as_role("therapist").post(at(session, "typed/"), page(session, "therapist", *text))
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Line 2: begin with the time" in shown
    assert text[1] in shown
    assert not PaperLine.objects.exists()
    wrong = page(session, "therapist", text[0], password="not it")
    assert as_role("therapist").post(at(session, "typed/"), wrong).status_code == 422
    assert not SessionFact.objects.filter(kind="reading").exists()


def test_one_line_twice_is_one_line_and_own_lines_need_one_signature(session, as_role):
    told = page(session, "therapist", f"{clock(session, 30)} 142/88")
    for _each in range(2):
        assert as_role("therapist").post(at(session, "typed/"), told).status_code == 302
    (line,) = PaperLine.objects.all()
    assert line.signed.signature == line.signature
