"""Simulated sessions: read and judged like any other, the same by their seed, and quiet where they are to be."""

import json
import tomllib
from functools import cache

import numpy as np
import pytest

from holdfast.analysis import simulated_session
from holdfast.analysis.simulated_alarms import alarms_of_session, count_alarms
from holdfast.analysis.simulated_body import Body, drawn_person
from holdfast.analysis.simulated_session import simulate
from holdfast.analysis.simulated_site import SimulationRefused
from holdfast.cli import main
from holdfast.definitions import simulated_sessions
from holdfast.definitions.loading import DefinitionRefused
from holdfast.definitions.session import gates
from holdfast.definitions.simulated_sessions import Change
from holdfast.domain.replay import Replay
from holdfast.domain.session_plan import Tier
from holdfast.interop.session_file import read_session_file, session_document

# What each kind must raise, by the rule that says so (definitions/monitoring/rules.toml); no tier above its own.
RAISES = {
    "hypertensive": "systolic-dense",
    "fever": "temperature-rise",
    "panic": "heart-rate-observed",
    "hyponatraemia": "sodium-low",
    "sensor-silence": "silence",
    "network-gone": "silence",
    "therapist-leaves": "pair-alone",
}
USUAL = ("hypertensive", "network-gone")


@cache
def session(seed, kind="drawn"):
    return simulate(seed, kind=kind)


def written(recorded):
    return json.dumps(session_document(recorded)).encode()


def above_observe(recorded):
    return [a for a in alarms_of_session(recorded) if a.condition.tier is not Tier.OBSERVE]


def replayed(recorded):
    """The same session, read back from its file."""
    return Replay(gates.load(), read_session_file(written(recorded)))


def hold_kind(kind, seed):
    recorded = session(seed, kind)
    replay = replayed(recorded)
    assert replay.not_backed() == ()
    assert RAISES[kind] in {a.condition.code for a in replay.at(replay.end).alarms}
    kinds = {entry.kind for entry in recorded.entries}
    assert {"dose-given", "reading", "exit", "acknowledgement"} <= kinds


@pytest.mark.parametrize("seed", [2, 3])
def test_a_quiet_session_raises_nothing_above_observe(seed):
    recorded = session(seed, "quiet")
    assert above_observe(recorded) == []
    assert recorded.entries[-1].kind == "session-closed"
    assert replayed(recorded).not_backed() == ()


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(200))
def test_two_hundred_quiet_sessions_raise_nothing_above_observe(seed):
    recorded = simulate(seed, kind="quiet")
    assert above_observe(recorded) == []
    assert recorded.entries[-1].kind == "session-closed"


@pytest.mark.parametrize("kind", USUAL)
def test_what_befalls_the_person_is_seen(kind):
    hold_kind(kind, 1)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", sorted(RAISES))
def test_what_befalls_anybody_is_seen(kind, seed):
    hold_kind(kind, seed)


def test_every_kind_is_held_to_something():
    assert set(simulated_sessions.load().kinds) == {*RAISES, "quiet", "drawn"}


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others():
    assert written(session(1, "hypertensive")) == written(simulate(1, kind="hypertensive"))
    assert written(session(2, "quiet")) != written(session(3, "quiet"))


def test_what_was_written_without_a_network_becomes_known_when_it_is_back():
    late = [e for e in session(1, "network-gone").entries if e.known_at > e.at]
    assert len(late) > 3
    assert max((e.known_at - e.at).total_seconds() for e in late) > 30 * 60


def test_alarms_are_counted_by_tier_with_the_share_acted_on():
    """One alarm that was only seen is acknowledged and not acted on."""
    recorded = session(1, "hypertensive")
    count = count_alarms([recorded, session(2, "quiet")])
    assert (count.sessions, count.without) == (2, 1)
    alarms = [*alarms_of_session(recorded), *alarms_of_session(session(2, "quiet"))]
    for one in count.tiers:
        of_tier = [a for a in alarms if a.condition.tier is one.tier]
        done = [{ack.done for ack in a.acknowledgements} - {"seen"} for a in of_tier]
        assert (one.raised, one.acted_on) == (len(of_tier), sum(map(bool, done)))
    notify = next(one for one in count.tiers if one.tier is Tier.NOTIFY)
    assert notify.raised > 0
    assert 0 < notify.share_acted_on <= 1


def test_a_change_comes_and_goes_by_its_slope():
    person = drawn_person(np.random.default_rng(3))
    plain = Body(person, 4)
    hot = Body(person, 4, [Change("temperature_celsius", 60, 120, 2.0)])
    added = [
        round(hot.reading(m).temperature_celsius - plain.reading(m).temperature_celsius, 1)
        for m in (60, 75, 90, 105, 120)
    ]
    assert added == [0.0, 2.0, 2.0, 2.0, 0.0]
    assert hot.reading(90).heart_rate_per_min == plain.reading(90).heart_rate_per_min


def test_the_command_prints_a_file_and_a_summary(capsys, monkeypatch):
    monkeypatch.setattr(simulated_session, "simulate", lambda seed, _, kind: session(seed, kind))
    assert main(["simulate-session", "--seed", "1", "--kind", "hypertensive"]) == 0
    assert read_session_file(capsys.readouterr().out.encode()).session.endswith("-1")
    words = ["simulate-session", "--sessions", "1", "--summary", "--kind", "network-gone"]
    assert main([*words, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sessions"] == 1
    assert [one["tier"] for one in told["tiers"]] == ["observe", "notify", "urgent", "emergency"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kind", "sunny"], "There is no kind 'sunny'"),
        (["--protocol", "none-such"], "none-such"),
        (["--seed", "-1"], "outside"),
        (["--sessions", "2"], "--summary"),
        (["--sessions", "0"], "1 to"),
    ],
)
def test_what_cannot_be_simulated_is_refused_with_the_mend(words, said, capsys):
    assert main(["simulate-session", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_protocol_of_no_session_is_refused():
    with pytest.raises(SimulationRefused):
        simulate(1, "no-such-protocol")


def test_a_definition_that_says_what_cannot_be_is_refused(tmp_path):
    text = simulated_sessions.FILE.read_text("utf-8")
    told = text.replace('term = "panic"', 'terms = "panic"').replace("value = 0.8", "value = 8")
    told = told.replace("silent = [150, 225]", "silent = [225, 150]")
    assert tomllib.loads(told)
    path = tmp_path / "wrong.toml"
    path.write_text(told, "utf-8")
    with pytest.raises(DefinitionRefused) as refused:
        simulated_sessions.read(path)
    found = str(refused.value)
    assert all(said in found for said in ("no 'terms'", "no share", "no span"))
