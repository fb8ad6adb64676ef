"""A session of the record as a file: judged again it says what was raised."""

import os
from uuid import uuid4

import pytest

from holdfast.actions.replay import differing_sessions, differs
from holdfast.cli import main
from holdfast.definitions.session import gates
from holdfast.domain.replay import Replay
from holdfast.interop.session_file import read_session_file
from holdfast.records.models import AlarmRaised
from tests.actions.clinic import CANARY, written
from tests.actions.running import KEY
from tests.actions.sessions import (
    Sitting,
    anew,
    nothing_kept,
    raised_ids,
    sitting,
    sitting_template,
)

__all__ = ["nothing_kept", "sitting", "sitting_template"]


def lived(sitting: Sitting) -> None:
    """A short session with a high reading, a dose that was lost, and words."""
    clinic = sitting.clinic
    for systolic in (122, 168, 131):
        clinic.later(minutes=4)
        written(sitting.reading(systolic, temperature_celsius=36.9, words=f"of {CANARY}"))
    clinic.later(minutes=8)
    written(sitting.write("dose-given", dose="initial", nominal_mg=80))
    clinic.later(minutes=30)
    written(sitting.write("dose-vomited", dose="initial", minutes_after=30))
    written(sitting.write("exit", exit="transfer-to-hospital"))


def exported(sitting: Sitting, capsys: pytest.CaptureFixture[str]) -> bytes:
    capsys.readouterr()
    assert main(["session", "export", str(sitting.session.id)]) == 0
    return capsys.readouterr().out.encode()


def test_the_file_of_a_session_is_judged_as_it_was(sitting, capsys, tmp_path):
    lived(sitting)
    data = exported(sitting, capsys)
    assert CANARY.encode() not in data
    assert CANARY.split()[0].encode() not in data
    replay = Replay(gates.load(), read_session_file(data))
    known = {one.id for one in replay.conditions_at(sitting.clinic.now)}
    assert known == raised_ids(sitting.session)
    file = tmp_path / "session.json"
    words = ["session", "export", str(sitting.session.id), "--out", str(file)]
    assert main(words) == 0
    assert file.read_bytes() == data
    assert main(words) == 1
    assert main(["replay", str(file)]) == 0
    assert "dose-vomited" in capsys.readouterr().out


def test_a_session_that_is_not_there_is_said_so(sitting, capsys):
    assert main(["session", "export", str(uuid4())]) == 1
    assert main(["session", "export", "the last one"]) == 2
    said = capsys.readouterr().err
    assert "There is no session" in said
    assert "is no id" in said
    assert os.environ["HOLDFAST_KEY"] == KEY


def test_an_alarm_that_should_have_been_raised_is_missed_at_night(sitting, monkeypatch):
    clinic = sitting.clinic
    lived(sitting)
    assert not differs(anew(sitting.session), clinic.now)
    assert differing_sessions(clinic.now) == []  # it is not closed
    rows = AlarmRaised.objects.filter(session=sitting.session)
    assert rows.filter(code="systolic-observed").exists()

    def fewer(*args, **kwargs):
        return type(rows).filter(rows, *args, **kwargs).exclude(code="systolic-observed")

    with monkeypatch.context() as patch:
        patch.setattr(AlarmRaised.objects, "filter", fewer)
        assert differs(anew(sitting.session), clinic.now)
