"""The page on which recordings are drawn for independent review, and stay drawn."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from holdfast.actions.session_opening import open_session
from holdfast.records.models import RecordingsDrawn, SessionClosed, User
from tests.actions.clinic import IDENTITY, written
from tests.actions.courses import wrote

AT = "/NORTH/sessions/review/"


def closed(clinic) -> None:
    """A session of the canary, closed."""
    by, now = User.objects.get(login="therapist"), timezone.now()
    told = {"enrollment": clinic, "visit": "v5", "by": by, "now": now, "entry_id": uuid4()}
    receipt = written(open_session(began_at=now - timedelta(hours=9), **told))
    session = receipt.fact_id("records_dosingsession")
    ended = {"session_id": session, "exit": "overnight", "came": "page", "closed_at": now}
    wrote(clinic.id, SessionClosed(closed_by=by, **ended), by=by, now=now)


def test_who_may_draw_draws_once_sees_it_and_sees_no_name(clinic, as_role):
    lead = as_role("site-lead")
    assert "Nothing was drawn yet." in lead.get(AT).content.decode()
    told = {"entry_id": str(uuid4()), "seed": "2026-q2", "share_percent": "10"}
    none = lead.post(f"{AT}draw/", told)
    assert none.status_code == 422
    assert "No session was closed on these days" in none.content.decode()
    closed(clinic)
    wrong = lead.post(f"{AT}draw/", told | {"share_percent": "0"})
    assert wrong.status_code == 422
    assert not RecordingsDrawn.objects.exists()
    for _ in range(2):
        assert lead.post(f"{AT}draw/", told).headers["Location"].endswith(AT)
    assert RecordingsDrawn.objects.count() == 1
    page = lead.get(AT).content.decode()
    for said in ("2026-q2", "1 of 1 sessions, 10 per cent", clinic.label, "Nobody named a file"):
        assert said in page
    assert IDENTITY.family not in page
    assert as_role("therapist").get(AT).status_code == 404
