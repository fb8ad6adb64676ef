"""The sessions of the demonstration that are under way: opened and fed through the actions, never past a gate."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from holdfast.cli import main
from holdfast.cli.courses.feeding import Feeding
from holdfast.cli.courses.plots import PLOTS, USUAL
from holdfast.definitions import session as entry_kinds
from holdfast.domain.session_entries import read_fields
from holdfast.domain.session_plan import Tier
from tests import databases
from tests.session_kit import at, entry, through, usual_plan

WAITING = PLOTS["room-7"]
KEY = "5a" * 32


class Sitting:
    """A session in memory that is written to like a live one."""

    def __init__(self, plot, entries):
        self.plot, self.plan, self.entries = plot, usual_plan(), list(entries)
        self.now = at(0)
        self.session = SimpleNamespace(room=SimpleNamespace(title="Room 7"))
        self.shut_by, self.is_live = [], False
        self.agreements = {}

    def given(self, dose=""):
        found = [e for e in self.entries if e.kind == "dose-given"]
        return [e for e in found if not dose or e.code("dose") == dose]

    def hand(self, code):
        return code

    def write(self, kind, by=None, words="", **fields):
        minute = (self.now - at(0)).total_seconds() / 60
        name = f"{kind}-{len(self.entries)}"
        self.entries.append(entry(kind, minute, id=name, by=by or "lead", **fields))

    def agreed(self, item, choice):
        return self.agreements.get((item, choice), "")

    def read(self, body_minute):
        self.write("reading", systolic_mmhg=120, diastolic_mmhg=75, heart_rate_per_min=70)
        return True

    def gives(self, dose, act, body_minute):
        if not self.shut_by:
            self.write("dose-given", dose=dose, nominal_mg=62.5)
        return not self.shut_by

    def leaves(self, act, exit_, body_minute):
        if not self.shut_by:
            self.write("exit", exit=exit_)
        return not self.shut_by

    def in_the_way(self, act):
        return self.shut_by

    def kinds(self):
        return [e.kind for e in self.entries]


def fed(sitting, minute, speed=1.0, *, is_live_from=None):
    """What is written at one minute."""
    feeding = Feeding(sitting, speed)
    feeding._body_at = minute - 0.5
    if is_live_from is not None:
        feeding.go_live(at(is_live_from))
    sitting.now = at(minute)
    feeding.tick(sitting.now)
    return feeding


def test_everything_that_happens_can_be_recorded():
    kinds = entry_kinds.load().kinds
    for one in USUAL:
        assert read_fields(dict(one.fields), kinds[one.kind], one.kind) is not None
    assert [one.minute for one in USUAL] == sorted(one.minute for one in USUAL)


def test_one_is_quiet_one_has_an_alarm_that_waits_and_one_stands_before_its_supplement():
    plots = {plot.code: plot for plot in PLOTS.values()}
    window = usual_plan().supplement_after_minutes
    assert plots["quiet"].minutes > window[1] > plots["quiet"].supplement_at >= window[0]
    assert plots["supplement-soon"].minutes < window[0] <= plots["supplement-soon"].supplement_at
    waits = plots["alarm-waits"]
    assert waits.changes[0].from_minute < waits.waits_from < waits.minutes


def test_a_body_goes_faster_and_the_clock_does_not():
    feeding = Feeding(Sitting(WAITING, through(120)), 4.0)
    assert feeding.body_minute(at(100)) == 100
    feeding.go_live(at(120))
    assert feeding.body_minute(at(120)) == 120
    assert feeding.body_minute(at(130)) == 160
    assert feeding.minute(at(130)) == 130


@pytest.mark.parametrize(("speed", "is_read"), [(1.0, False), (4.0, True)])
def test_a_faster_body_is_read_more_often(speed, is_read):
    sitting = Sitting(PLOTS["room-8"], through(60))
    before = sitting.kinds().count("reading")
    fed(sitting, 62, speed, is_live_from=60)
    assert (sitting.kinds().count("reading") > before) is is_read


@pytest.mark.parametrize(("plot", "is_answered"), [("room-6", True), ("room-7", False)])
def test_an_alarm_that_is_to_wait_is_left_to_whoever_looks(plot, is_answered):
    high = entry("reading", 150, id="high", systolic_mmhg=170, diastolic_mmhg=90)
    sitting = Sitting(PLOTS[plot], [*through(150), high])
    fed(sitting, 154)
    seen = {e.code("condition") for e in sitting.entries if e.kind == "acknowledgement"}
    assert any(one.startswith("systolic-observed") for one in seen)
    assert any(one.startswith("systolic-dense") for one in seen) is is_answered


@pytest.mark.parametrize("agreements", [{}, {("touch", "hand"): "agreement-1"}])
def test_nobody_is_touched_who_did_not_agree_to_it_before(agreements):
    sitting = Sitting(PLOTS["room-8"], through(60))
    sitting.agreements = agreements
    feeding = fed(sitting, 79)
    told = [(e.code("agreed"), e.code("agreement")) for e in sitting.entries if e.kind == "touch"]
    assert told == [("within", one) for one in agreements.values()]
    assert feeding.says == []


def test_a_supplement_is_given_once_and_withheld_where_its_gate_never_opened():
    plan = usual_plan()
    opens, closes = plan.supplement_after_minutes
    for shut_by, minute, told in (
        ([], opens + 12, ["dose-given"]),
        (["order"], opens + 12, []),
        (["order"], closes + 2, ["dose-withheld"]),
    ):
        sitting = Sitting(PLOTS["room-8"], through(90))
        sitting.shut_by = shut_by
        feeding = fed(sitting, minute)
        feeding.tick(at(minute))
        found = [e.kind for e in sitting.entries if e.code("dose") == "supplemental"]
        assert found == told
        assert ("order" in " ".join(feeding.says)) is (told == ["dose-withheld"])


def test_where_nobody_may_leave_the_session_ends_in_a_longer_stay_and_says_why():
    sitting = Sitting(PLOTS["room-6"], through(480))
    sitting.shut_by = ["night-attendant"]
    feeding = Feeding(sitting)
    feeding._body_at = 480
    for minute in range(484, 506, 2):
        sitting.now = at(minute)
        feeding.tick(sitting.now)
    exits = [e.code("exit") for e in sitting.entries if e.kind == "exit"]
    assert exits == ["extended-stay"]
    assert feeding.is_over
    assert "night-attendant" in feeding.says[-1]


@pytest.mark.parametrize("words", [["--speed", "0"], ["--speed", "900"]])
def test_a_speed_that_cannot_be_is_refused(words, capsys, tmp_path):
    assert main(["demo", "--folder", str(tmp_path), *words, "sessions"]) == 2
    assert "expected 0.1 to 60" in capsys.readouterr().err


def test_the_speed_is_of_the_environment_where_none_is_told(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("HOLDFAST_DEMO_SPEED", "fast")
    assert main(["demo", "--folder", str(tmp_path), "sessions"]) == 2
    assert "'fast'" in capsys.readouterr().err


@pytest.fixture
def empty_record(migrated_file, tmp_path, django_db_blocker, monkeypatch):
    path = tmp_path / "under-way.sqlite3"
    shutil.copyfile(migrated_file, path)
    monkeypatch.delenv("HOLDFAST_KEY_FILE", raising=False)
    monkeypatch.setenv("HOLDFAST_KEY", KEY)
    with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{path}"):
        yield


@pytest.mark.nightly
def test_three_sessions_are_under_way_behind_their_gates(empty_record):
    """From the first call to now, through the actions alone; no authorisation of a shut gate."""
    from django.contrib.auth.hashers import make_password

    from holdfast.actions.people import found_organisation
    from holdfast.cli.courses import furnished, three
    from holdfast.cli.courses.clock import run
    from holdfast.cli.courses.desk import Desk
    from holdfast.cli.courses.live_session import LiveSession
    from holdfast.cli.courses.team import Plan, Setting
    from holdfast.domain import monitoring
    from holdfast.records.people import Site, User
    from holdfast.records.session import Authorisation, SessionFact

    now = datetime.now(UTC)
    began = now - timedelta(days=60)
    desk = Desk(1, make_password(None))
    told = {"printed_name": "Addison Invented", "password_hash": "!", "now": began}
    desk.act(
        "administrator",
        found_organisation,
        login="administrator",
        entry_id=desk.entry("founded"),
        **told,
    )
    administrator = User.objects.get(login="administrator")
    plan = Plan("ALONE", "Invented", "America/Denver", "united-states", ("mapp2",), 4, 4, 8)
    team = Setting(desk, plan, administrator, began).team()
    furnished.sign_session_numbers(desk, team, "mapp2", began)
    furnished.name_recipients(desk, team, administrator, "acorn badge banjo barn basil", began)
    sitting = replace(team, pairs=team.pairs[1:], rooms=team.rooms[5:])
    courses = three.before_their_session(desk, sitting, now)
    tested = three.recipients_answer(desk, sitting, now)
    run([tested, *(one.acts() for one in courses)], now)
    assert three.begin(courses) == []
    found = {plot.code: LiveSession(session, plot, team.pairs[0][1], now)
             for session, plot in three.under_way(Site.objects.get())}  # fmt: skip
    assert set(found) == {"quiet", "alarm-waits", "supplement-soon"}
    assert len(found["quiet"].given()) == 2
    assert found["supplement-soon"].given("supplemental") == []
    for code, live in found.items():
        alarms = monitoring.alarms(live.plan, live.entries, datetime.now(UTC))
        above = [a for a in alarms if a.condition.tier is not Tier.OBSERVE and a.is_open]
        assert bool(above) is (code == "alarm-waits"), (code, above)
        assert "touch-beyond-agreement" not in {a.condition.code for a in alarms}
        for dose in live.given():
            assert Authorisation.objects.filter(id=dose.code("authorisation")).exists()
    aside = SessionFact.objects.filter(kind="override").values_list("fields", flat=True)
    assert all("lifetime-total" in fields for fields in aside)
    live = found["supplement-soon"]
    count = len(live.entries)
    feeding = Feeding(live, 10.0)
    feeding.go_live(datetime.now(UTC) - timedelta(minutes=2))
    feeding.tick(datetime.now(UTC))
    assert len(live.entries) > count
