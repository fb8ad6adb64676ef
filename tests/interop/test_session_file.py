"""A session's file is read strictly: what does not fit is refused with its place and the mend."""

import json
from dataclasses import replace

import pytest

from holdfast.interop.session_file import read_session_file, session_document
from holdfast.interop.session_values import LARGEST_BYTES, SessionFileRefused

ENTRY = {
    "id": "e1",
    "kind": "reading",
    "at": "2026-05-05T09:50:00+02:00",
    "known_at": "2026-05-05T09:50:20+02:00",
    "by": "t1",
    "fields": {"systolic_mmhg": 126, "diastolic_mmhg": 78},
}
GOOD = {
    "schema": 1,
    "session": "s",
    "zone": "Europe/Zurich",
    "protocol": {"name": "mapp2", "number": 1},
    "entries": [ENTRY],
}
LIMIT = {
    "code": "reading-recent",
    "value": 30,
    "unit": "min",
    "signed_by": "p1",
    "signed_on": "2026-01-05",
}


def refused(change=None, *, text=None):
    data = json.dumps(GOOD | (change or {})) if text is None else text
    with pytest.raises(SessionFileRefused) as caught:
        read_session_file(data if isinstance(data, bytes) else data.encode())
    return caught.value


def test_the_least_that_a_file_needs():
    recorded = read_session_file(json.dumps(GOOD).encode())
    assert recorded.plan.visit == "v5"
    assert recorded.course.outside_mg is None
    assert recorded.until is None
    assert [entry.id for entry in recorded.entries] == ["e1"]


def test_everything_that_a_file_may_hold_is_read_and_written_again():
    whole = GOOD | {
        "title": "A title",
        "protocol": {"name": "mapp2", "version": 2, "visit": "v10", "number": 2},
        "signed": [LIMIT, LIMIT | {"code": "observe-diastolic", "value": 100, "unit": "mm[Hg]"}],
        "personal": [LIMIT | {"code": "observe-diastolic", "value": 90, "unit": "mm[Hg]"}],
        "people": {"t1": ["therapist"], "p1": ["physician", "lead"]},
        "past_doses": [
            {"session": "a", "on": "2026-04-07", "highest_mg": 120},
            {"session": "b", "on": "2025-04-07", "highest_mg": 62.5, "is_of_course": False},
        ],
        "outside_mg": 100,
        "handed": [
            {
                "condition": "consent",
                "outcome": "passed",
                "reason": "stands",
                "from": "2026-05-05T08:00:00+02:00",
                "until": "2026-05-05T20:00:00+02:00",
            }
        ],
        "until": "2026-05-05T20:00:00+02:00",
    }
    recorded = read_session_file(json.dumps(whole).encode())
    assert recorded.plan.value("observe-diastolic") == 90
    assert [one.is_of_course for one in recorded.course.past] == [True, False]
    assert recorded.course.roles["p1"] == ("physician", "lead")
    again = read_session_file(json.dumps(session_document(recorded)).encode())
    assert again == recorded


def test_what_a_site_signed_is_written_where_the_record_hands_it_in():
    """A session of the record knows no signed numbers by itself; a gate that needs one is judged by them."""
    recorded = read_session_file(json.dumps(GOOD | {"signed": [LIMIT]}).encode())
    bare = replace(recorded, signed=())
    assert session_document(bare)["signed"] == []
    told = session_document(bare, recorded.signed)["signed"]
    assert [one["code"] for one in told] == ["reading-recent"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"schema": 2}, "schema"),
        ({"schema": True}, "schema"),
        ({"colour": "red"}, "colour"),
        ({"session": 7}, "session"),
        ({"title": "x" * 301}, "title"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"protocol": "mapp2"}, "protocol"),
        ({"protocol": {"name": "mapp2"}}, "protocol.number"),
        ({"protocol": {"name": "mapp2", "number": None}}, "protocol.number"),
        ({"protocol": {"name": "mapp2", "number": True}}, "protocol.number"),
        ({"protocol": {"name": "mapp2", "number": 1, "version": "2"}}, "protocol.version"),
        ({"protocol": {"name": "nobody", "number": 1}}, "protocol"),
        ({"protocol": {"name": "mapp2", "number": 9}}, "protocol"),
        ({"protocol": {"name": "mapp2", "number": 1, "visit": "v6"}}, "protocol"),
        ({"protocol": {"name": "mapp2", "version": 1, "number": 1}}, "protocol"),
        ({"protocol": {"name": "mapp2", "number": 1, "arm": "x"}}, "protocol.arm"),
        ({"entries": []}, "entries"),
        ({"entries": {}}, "entries"),
        ({"entries": [ENTRY, 7]}, "entries[1]"),
        ({"entries": [ENTRY | {"kind": "wish"}]}, "entries[0].kind"),
        ({"entries": [ENTRY | {"at": "2026-05-05T09:50:00"}]}, "entries[0].at"),
        ({"signed": {}}, "signed"),
        ({"signed": [7]}, "signed[0]"),
        ({"signed": [LIMIT, LIMIT]}, "signed[1]"),
        ({"signed": [LIMIT | {"value": "30"}]}, "signed[0].value"),
        ({"signed": [LIMIT | {"value": True}]}, "signed[0].value"),
        ({"signed": [LIMIT | {"signed_on": "yesterday"}]}, "signed[0].signed_on"),
        ({"signed": [{"code": "x"}]}, "signed[0].value"),
        ({"personal": [{}]}, "personal[0].code"),
        ({"plan": {"schema": 9}}, "plan"),
        ({"people": []}, "people"),
        ({"people": {"t1": "therapist"}}, "people.t1"),
        ({"people": {"t1": [7]}}, "people.t1"),
        ({"past_doses": [{"session": "a", "on": "x", "highest_mg": 1}]}, "past_doses[0].on"),
        ({"outside_mg": "none"}, "outside_mg"),
        ({"outside_mg": -1}, "outside_mg"),
        ({"signed": [LIMIT | {"value": -30}]}, "signed[0].value"),
        (
            {"past_doses": [{"session": "a", "on": "2026-04-07", "highest_mg": -80}]},
            "past_doses[0].highest_mg",
        ),
        (
            {"handed": [{"condition": "luck", "outcome": "passed", "reason": "x"}]},
            "handed[0].condition",
        ),
        (
            {"handed": [{"condition": "consent", "outcome": "good", "reason": "x"}]},
            "handed[0].outcome",
        ),
        (
            {
                "handed": [
                    {"condition": "consent", "outcome": "passed", "reason": "x", "from": "now"}
                ]
            },
            "handed[0].from",
        ),
        ({"until": "tomorrow"}, "until"),
        ({"until": "2026-05-05T20:00:00"}, "until"),
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_what_does_not_fit_is_refused_with_its_place_and_the_mend(change, place):
    error = refused(change)
    assert error.place == place
    assert error.problem
    assert error.mend
    assert str(error) == f"{place}: {error.problem}. {error.mend}."


@pytest.mark.parametrize("key", ["schema", "session", "zone", "protocol", "entries"])
def test_what_is_missing_is_named(key):
    told = {name: value for name, value in GOOD.items() if name != key}
    assert refused(text=json.dumps(told)).place == key


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "line 1, column 1"),
        ('{"schema": 1,\n  oops}', "line 2, column 3"),
        ("[]", "file"),
        ('{"schema": 1, "schema": 1}', "schema"),
        ('{"schema": NaN}', "file"),
        ('{"schema": ' + "1" * 5000 + "}", "file"),
        (json.dumps(GOOD)[:-1] + ', "outside_mg": 1e999999999999999999}', "outside_mg"),
        (b"\xff\xfe", "byte 0"),
        ("[" * 100_000, "file"),
        (b" " * (LARGEST_BYTES + 1), "file"),
    ],
    ids=[
        "empty",
        "not json",
        "a list",
        "twice",
        "not a number",
        "too many digits",
        "too large",
        "bytes",
        "deep",
        "large",
    ],
)
def test_what_is_no_file_of_a_session_is_refused(text, place):
    assert refused(text=text).place == place


def test_a_protocol_without_a_schedule_of_readings_is_refused(monkeypatch):
    from holdfast.definitions import monitoring

    monkeypatch.setattr(monitoring, "schedules", dict)
    assert refused().place == "protocol.name"
