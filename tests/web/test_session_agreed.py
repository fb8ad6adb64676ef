"""Touch beside what was agreed in preparation, and the recording, on the pages of a session."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from holdfast.actions.agreements import agree, choose_stop_word
from holdfast.records.models import AgreementItem, DosingSession, SessionFact, User
from holdfast.web.session.report import content
from tests.actions.clinic import written
from tests.web.test_session_pages import at, entry, send, session

__all__ = ["session"]


def agreed(clinic, allowed, word="harbour"):
    by, now = User.objects.get(login="therapist"), timezone.now()
    told = {"enrollment": clinic, "by": by, "now": now}
    written(agree(item="touch", allowed=allowed, agreed_at=now, entry_id=uuid4(), **told))
    written(choose_stop_word(words=word, entry_id=uuid4(), **told))


def shown(client, session):
    return client.get(at(session, "now/")).json()["sessions"][0]


def test_what_was_agreed_and_the_stop_word_are_there_at_entry_and_beyond_it_alarms(
    session, clinic, as_role
):
    client = as_role("therapist")
    assert shown(client, session)["agreed"] == {
        "id": None,
        "allowed": None,
        "stop_word": None,
        "has_stop_word": False,
    }
    agreed(clinic, ["hand"])
    told = shown(client, session)["agreed"]
    item = str(AgreementItem.objects.get(item="touch").id)
    assert told == {
        "id": item,
        "allowed": ["hand"],
        "stop_word": "harbour",
        "has_stop_word": True,
    }
    within = {"state": "began", "form": "hand", "agreed": "within", "agreement": item}
    answer = send(client, session, entry(session, "therapist", "touch", details=within)).json()
    assert answer["alarms"] == []
    asked = {"state": "asked", "form": "hug", "agreed": "beyond", "asked_by": "person"}
    answer = send(client, session, entry(session, "therapist", "touch", details=asked)).json()
    assert [one["code"] for one in answer["alarms"]] == ["touch-beyond-agreement"]
    assert SessionFact.objects.filter(kind="touch").count() == 2
    assert "harbour" not in "".join(row.fields for row in SessionFact.objects.all())


def test_the_report_says_how_much_was_recorded_who_keeps_it_and_where_in_it_something_is(
    session, as_role
):
    client, me = as_role("therapist"), str(User.objects.get(login="therapist").id)
    opened = DosingSession.objects.get().opened_at

    def write(kind, after, **details):
        moment = (opened + timedelta(seconds=after)).isoformat()
        told = entry(session, "therapist", kind, details=details, at=moment)
        assert send(client, session, told).status_code == 200

    write("recording", 5, stream="sound", state="running", file="s-1")
    write("recording-file", 50, stream="sound", file="s-1", sha256="ab" * 32, custodian=me)
    write("dose-given", 10, dose="initial", nominal_mg=80)
    write("event", 35, term="grief")
    made = content(DosingSession.objects.get(), timezone.now())
    facts = dict(made["facts"])
    assert "Sound 100.0 %" in facts["Recorded"]
    assert "Picture 0.0 %" in facts["Recorded"]
    happened, recorded = made["sections"][2], made["sections"][3]
    (grief,) = [row for row in happened["rows"] if "Grief" in row[2]]
    assert "Sound s-1 0:00:30" in grief[2]
    assert [row[:3] for row in recorded["rows"]] == [["s-1", "Sound", "ab" * 32]]
    assert "Therapist" in recorded["rows"][0][3]
    assert shown(client, session)["recorded"]["sound"] == "100.0"
