"""Closed sessions are drawn for independent review by a seed, and listed with their recordings."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from holdfast.actions.outcomes import Refusal
from holdfast.actions.session_draws import draw_recordings
from holdfast.actions.session_opening import close_session
from holdfast.cli import main
from holdfast.domain.recording_files import count_of, drawn
from holdfast.records.models import RecordingsDrawn
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import CANARY, written
from tests.actions.running import add_person
from tests.actions.sessions import anew, nothing_kept, sitting, sitting_template
from tests.actions.test_session_gates import open_gates

__all__ = ["nothing_kept", "open_gates", "sitting", "sitting_template"]


def draw(sitting, capsys, *more):
    capsys.readouterr()
    words = ["session", "draw", sitting.session.site.code, "--seed", "q2", "--count", "3", *more]
    assert main(words) == 0
    return json.loads(capsys.readouterr().out)


def test_only_what_is_closed_is_drawn_with_its_coverage_files_and_keepers(
    sitting, open_gates, capsys
):
    clinic, stream = sitting.clinic, {"stream": "sound"}
    written(sitting.write("recording", state="running", file="s-1", **stream))
    written(sitting.write("recording", state="running", file="p-1", stream="picture"))
    clinic.later(minutes=1)
    written(sitting.write("dose-given", dose="initial", nominal_mg=80))
    clinic.later(minutes=30)
    written(sitting.write("recording", state="stopped", reason="end-of-session", **stream))
    kept = {"sha256": "ab" * 32, "custodian": str(clinic.therapist.id)}
    written(sitting.write("recording-file", file="s-1", words=CANARY, **stream, **kept))
    clinic.later(minutes=30)
    written(sitting.write("exit", exit="transfer-to-hospital"))
    assert draw(sitting, capsys)["of"] == 0
    told = {"session": anew(sitting.session), "by": clinic.therapist, "entry_id": uuid4()}
    proof = clinic.proof(clinic.therapist)
    written(close_session(proof=proof, now=clinic.now, **told))
    found = draw(sitting, capsys)
    assert (found["of"], found["seed"], found == draw(sitting, capsys)) == (1, "q2", True)
    (one,) = found["drawn"]
    assert one["number"] == sitting.enrollment.label
    assert one["covered_percent"] == {"picture": "100.0", "sound": "50.0"}
    assert one["files"] == [{"file": "s-1", "stream": "sound", **kept}]
    assert one["files_without_a_hash"] == ["p-1"]
    assert CANARY.split()[0] not in json.dumps(found)
    day = clinic.now.date().isoformat()
    assert draw(sitting, capsys, "--from", day, "--until", day)["of"] == 1
    assert draw(sitting, capsys, "--from", "2027-01-01")["of"] == 0
    assert draw(sitting, capsys, "--until", "2025-01-01")["of"] == 0


def test_a_draw_is_on_record_with_its_seed_its_share_and_what_it_was_drawn_from(
    sitting, open_gates
):
    """Who draws again until the draw pleases is seen to have drawn before."""
    clinic = sitting.clinic
    lead = add_person(clinic, "leads", "site-lead")
    told = {"site": clinic.site, "seed": "2026-q2", "share_percent": 10, "now": clinic.now}
    assert draw_recordings(by=lead, entry_id=uuid4(), **told) == Refusal("nothing-to-draw")
    written(sitting.write("exit", exit="transfer-to-hospital"))
    by = {"by": clinic.therapist, "entry_id": uuid4(), "now": clinic.now}
    proof = clinic.proof(clinic.therapist)
    written(close_session(session=anew(sitting.session), proof=proof, **by))
    for wrong in ({"seed": " "}, {"share_percent": 0}, {"share_percent": 101}):
        answer = draw_recordings(by=lead, entry_id=uuid4(), **(told | wrong))
        assert answer == Refusal("draw-does-not-fit")
    late = told | {"since": clinic.now.date() + timedelta(days=400)}
    assert draw_recordings(by=lead, entry_id=uuid4(), **late) == Refusal("nothing-to-draw")
    refused = draw_recordings(by=clinic.therapist, entry_id=uuid4(), **told)
    assert refused == Refusal("not-permitted", {"permission": "recording.draw"})
    assert not RecordingsDrawn.objects.exists()
    entry_id, mine = uuid4(), [str(sitting.session.id)]
    first = written(draw_recordings(by=lead, entry_id=entry_id, **told))
    assert written(draw_recordings(by=lead, entry_id=entry_id, **told)) == first
    row = RecordingsDrawn.objects.get()
    assert (row.seed, row.share_percent, row.drawn_by) == ("2026-q2", 10, lead)
    assert json.loads(row.among) == json.loads(row.drawn) == mine
    assert list(drawn(row.seed, json.loads(row.among), 1)) == json.loads(row.drawn)
    assert verify_here().fits


@pytest.mark.parametrize(
    ("share", "sessions", "count"), [(10, 1, 1), (10, 20, 2), (10, 21, 3), (100, 7, 7), (1, 0, 0)]
)
def test_a_share_of_anything_is_one_session_at_least(share, sessions, count):
    assert count_of(share, sessions) == count


def test_a_draw_of_nothing_and_of_no_site_is_refused(sitting, capsys):
    assert main(["session", "draw", sitting.session.site.code, "--seed", "x", "--count", "0"]) == 2
    assert main(["session", "draw", "NOWHERE", "--seed", "x", "--count", "1"]) == 1
