"""A recording's files: hash, keeper, time-codes; which sessions are drawn for independent review."""

from datetime import timedelta

from holdfast.domain.recording_files import Place, drawn, files, place_of, places_of, unnamed
from holdfast.domain.session_log import log_of
from tests.session_kit import at, entry

RAN = [
    entry("recording", 0, stream="sound", state="running", file="a"),
    entry("recording", 30, stream="sound", state="stopped", reason="changing-medium"),
    entry("recording", 35, stream="sound", state="running", file="b"),
    entry("recording", 40, stream="sound", state="lost"),
    entry("recording", 50, stream="sound", state="running", file="b"),
]


def place(minute, stream="sound"):
    return place_of(log_of(RAN, at(500)), stream, at(minute))


def test_a_time_code_is_how_long_its_file_had_run():
    assert place(0) == Place("sound", "a", timedelta(0))
    assert place(29.5) == Place("sound", "a", timedelta(minutes=29.5))
    assert place(36) == Place("sound", "b", timedelta(minutes=1))
    assert place(51) == Place("sound", "b", timedelta(minutes=6))


def test_what_was_not_recorded_is_nowhere():
    assert [place(-1), place(30), place(34), place(45), place(10, "picture")] == [None] * 5


def test_an_entry_is_in_each_stream_that_ran():
    picture = entry("recording", 20, stream="picture", state="running")
    log, felt = log_of([*RAN, picture], at(500)), entry("event", 25, term="grief")
    assert places_of(log, ("picture", "sound"), felt) == (
        Place("picture", "", timedelta(minutes=5)),
        Place("sound", "a", timedelta(minutes=25)),
    )


def test_a_file_has_a_hash_and_a_keeper_and_one_without_is_named():
    told = {"stream": "sound", "file": "a", "custodian": "u1"}
    first = entry("recording-file", 60, id="f1", sha256="0a", **told)
    again = entry("recording-file", 61, id="f2", sha256="0a", **told)
    other = entry("recording-file", 62, id="f3", sha256="0b", **told)
    log = log_of([*RAN, first, again, other], at(500))
    assert [(one.file, one.sha256, one.told_at) for one in files(log)] == [
        ("a", "0a", at(60)),
        ("a", "0b", at(62)),
    ]
    assert unnamed(log) == ("b",)
    back = entry("correction", 63, corrects="f3", reason="typing-slip")
    taken = log_of([*RAN, first, again, other, back], at(500))
    assert [one.sha256 for one in files(taken)] == ["0a"]


def test_the_same_seed_draws_the_same_in_any_order_and_one_more_changes_little():
    sessions = [f"s{number}" for number in range(40)]
    first = drawn("2026-q2", sessions, 8)
    assert (len(first), drawn("2026-q2", sessions[::-1], 8)) == (8, first)
    assert drawn("2026-q3", sessions, 8) != first
    assert len(set(drawn("2026-q2", [*sessions, "more"], 8)) - set(first)) <= 1
    assert drawn("x", ["a", "a", "b"], 5) == ("a", "b")
    assert drawn("x", ["a"], 0) == drawn("x", [], 3) == drawn("x", ["a"], -1) == ()
