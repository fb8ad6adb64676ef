"""Who is writing in a room, when it may be opened and closed, and how an entry is read."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.findings import Outcome
from holdfast.domain.room import (
    CLOCK_TOLERANCE,
    KINDS,
    Came,
    Step,
    StepKind,
    Waiting,
    Written,
    attributed,
    in_the_room,
    may_close,
    may_open,
    was_in_the_room,
    writing_now,
)
from holdfast.domain.room_entry import (
    LONGEST_TEXT,
    EntryUnreadable,
    how_it_came,
    read_entry,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ANN, BEN, CLEO = (UUID(int=number) for number in (1, 2, 3))
IDLE = timedelta(minutes=2)
SECOND = timedelta(seconds=1)


def step(kind: str, who: UUID, minute: int) -> Step:
    return Step(uuid4(), StepKind(kind), who, NOW + timedelta(minutes=minute))


def opened() -> list[Step]:
    return [step("in", ANN, 0), step("in", BEN, 0)]


def written(at_minute: float, by: Step | None, idle: timedelta = timedelta(0)) -> Written:
    return Written(NOW + timedelta(minutes=at_minute), by.id if by else None, idle)


def test_whoever_switched_last_is_writing():
    ann, ben = step("writes", ANN, 1), step("writes", BEN, 5)
    steps = [*opened(), ann, ben]
    assert attributed(written(4.9, ann), steps, IDLE).person == ANN
    assert attributed(written(5.1, ann), steps, IDLE).reason == "somebody-else-switched"
    assert attributed(written(5.1, ben), steps, IDLE).person == BEN
    assert writing_now(steps, ben.id) == BEN
    assert writing_now(steps, ann.id) is None


def test_a_switch_to_oneself_again_ends_the_earlier_page():
    first, again = step("writes", ANN, 1), step("writes", ANN, 3)
    steps = [*opened(), first, again]
    assert attributed(written(4, first), steps, IDLE).person is None
    assert attributed(written(4, again), steps, IDLE).person == ANN


def test_nobody_writes_before_a_switch_or_under_an_unknown_one():
    ann = step("writes", ANN, 1)
    steps = [*opened(), ann]
    assert attributed(written(4, None), steps, IDLE).reason == "nobody-had-switched"
    assert attributed(written(4, step("writes", ANN, 1)), steps, IDLE).reason == "switch-unknown"
    assert attributed(written(4, steps[0]), steps, IDLE).reason == "switch-unknown"  # came in only


def test_who_left_writes_no_more_until_they_come_in_and_switch_again():
    ann, out = step("writes", ANN, 1), step("out", ANN, 3)
    steps = [*opened(), ann, out, step("in", ANN, 6)]
    assert attributed(written(2, ann), steps, IDLE).person == ANN
    assert attributed(written(4, ann), steps, IDLE).reason == "had-left"
    assert attributed(written(7, ann), steps, IDLE).reason == "had-left"
    assert writing_now([*opened(), ann, out], ann.id) is None
    assert attributed(written(4, ann), [*opened(), ann, step("out", BEN, 3)], IDLE).person == ANN


def test_idle_at_the_limit_still_writes_and_beyond_it_nobody():
    ann = step("writes", ANN, 1)
    steps = [*opened(), ann]
    assert attributed(written(9, ann, IDLE), steps, IDLE).person == ANN
    assert attributed(written(9, ann, IDLE + SECOND), steps, IDLE).reason == "idle"


def test_two_clocks_are_compared_as_well_as_they_can_be():
    ann = step("writes", ANN, 1)
    steps = [*opened(), ann]
    at_the_edge = Written(ann.at - CLOCK_TOLERANCE, ann.id, timedelta(0))
    too_early = Written(ann.at - CLOCK_TOLERANCE - SECOND, ann.id, timedelta(0))
    assert attributed(at_the_edge, steps, IDLE).person == ANN
    assert attributed(too_early, steps, IDLE).reason == "before-the-switch"


def test_who_is_in_the_room_follows_the_steps():
    steps = [*opened(), step("in", CLEO, 4), step("out", ANN, 5)]
    assert in_the_room(steps) == (BEN, CLEO)
    assert was_in_the_room(steps) == {ANN, BEN, CLEO}


def refusals(findings) -> list[str]:
    return [found.reason for found in findings if found.outcome is not Outcome.PASSED]


@pytest.mark.parametrize(
    ("people", "permitted", "enrollments", "is_free", "wanted"),
    [
        ([ANN, BEN], [ANN, BEN], 1, True, []),
        ([ANN, BEN, CLEO], [ANN, BEN, CLEO], 3, True, []),
        ([ANN], [ANN], 1, True, ["two-people-needed"]),
        ([ANN, ANN], [ANN], 1, True, ["two-people-needed"]),
        ([ANN, BEN, BEN], [ANN, BEN], 1, True, ["two-people-needed"]),
        ([], [], 1, True, ["two-people-needed"]),
        ([ANN, BEN], [ANN], 1, True, ["not-all-permitted"]),
        ([ANN, BEN], [ANN, BEN], 0, True, ["nobody-named"]),
        ([ANN, BEN], [ANN, BEN], 1, False, ["already-open"]),
        (
            [ANN],
            [],
            0,
            False,
            ["two-people-needed", "not-all-permitted", "nobody-named", "already-open"],
        ),
    ],
)
def test_a_room_is_opened_by_two_different_people_who_may(
    people, permitted, enrollments, is_free, wanted
):
    assert refusals(may_open(people, permitted, enrollments, is_device_free=is_free)) == wanted


def test_a_room_is_closed_when_every_entry_is_somebodys_and_received():
    told = {"steps": opened(), "waiting": [], "unsent": 0}
    assert refusals(may_close(closer=ANN, **told)) == []
    assert refusals(may_close(closer=CLEO, **told)) == ["not-of-this-room"]
    left = [*opened(), step("out", ANN, 5)]
    assert refusals(may_close(closer=ANN, **(told | {"steps": left}))) == []
    (kept,) = may_close(closer=ANN, **(told | {"unsent": 3}))[-1:]
    assert (kept.outcome, kept.values) == (Outcome.FAILED, {"count": 3})


def test_a_device_that_does_not_say_what_it_keeps_is_unknown_and_no_yes():
    (found,) = may_close(closer=ANN, steps=opened(), waiting=[], unsent=None)[-1:]
    assert (found.outcome, found.reason) == (Outcome.UNKNOWN, "entries-kept-on-the-device")


def test_every_entry_that_is_nobodys_is_named_the_oldest_first():
    rows = [Waiting(UUID(int=n), "urgent", NOW - timedelta(minutes=n)) for n in (1, 3, 2)]
    found = may_close(closer=ANN, steps=opened(), waiting=rows, unsent=0)
    named = [f.values["entry"] for f in found if f.code == "entry-attributed"]
    assert named == [str(UUID(int=n)) for n in (3, 2, 1)]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(list(StepKind)), st.sampled_from([ANN, BEN, CLEO]), st.integers(0, 600)
    ),
    max_size=12,
).map(
    lambda rows: [
        Step(UUID(int=100 + number), kind, who, NOW + timedelta(seconds=second))
        for number, (kind, who, second) in enumerate(rows)
    ]
)


@given(STEPS, st.integers(-60, 700), st.integers(0, 14), st.integers(0, 300))
def test_nobody_is_ever_named_who_did_not_prove_it_on_this_device(steps, second, which, idle):
    by = steps[which].id if which < len(steps) else None
    entry = Written(NOW + timedelta(seconds=second), by, timedelta(seconds=idle))
    found = attributed(entry, steps, IDLE)
    if found.person is not None:
        own = next(s for s in steps if s.id == by)
        assert own.kind is StepKind.WRITES
        assert found.person == own.person
        assert idle <= IDLE.total_seconds()
        assert entry.at >= own.at - CLOCK_TOLERANCE
        others = [s for s in steps if own.at <= s.at <= entry.at and s.id != own.id]
        assert all(s.kind is not StepKind.WRITES for s in others)


@given(STEPS, st.integers(0, 700), st.integers(0, 14))
def test_a_later_step_never_makes_an_entry_somebodys_that_was_nobodys(steps, second, which):
    by = steps[which].id if which < len(steps) else None
    entry = Written(NOW + timedelta(seconds=second), by, timedelta(0))
    before = attributed(entry, steps, IDLE).person
    for kind in StepKind:
        more = [*steps, Step(uuid4(), kind, CLEO, entry.at - SECOND)]
        assert attributed(entry, more, IDLE).person in (before, None)


@given(STEPS, st.lists(st.integers(0, 500), max_size=5), st.none() | st.integers(0, 3))
def test_closing_passes_only_when_nothing_waits(steps, minutes, unsent):
    rows = [Waiting(uuid4(), "note", NOW + timedelta(minutes=m)) for m in minutes]
    found = may_close(closer=ANN, steps=steps, waiting=rows, unsent=unsent)
    passes = all(f.outcome is Outcome.PASSED for f in found)
    assert passes == (not rows and unsent == 0 and ANN in was_in_the_room(steps))


# Reading an entry

ENTRY = {
    "schema": 1,
    "id": str(uuid4()),
    "opening": str(uuid4()),
    "enrollment": None,
    "kind": "note",
    "words": "calm",
    "details": {},
    "at": "2026-03-02T10:30:00.000+01:00",
    "offset_ms": 1500,
    "step": None,
    "idle_ms": 0,
}


def test_an_entry_is_read_with_its_clock_set_right():
    told = read_entry(json.dumps(ENTRY))
    assert told.at == NOW - timedelta(seconds=1.5)
    assert (told.device_clock, told.kind) == (NOW, KINDS["note"])
    assert read_entry(json.dumps(ENTRY | {"offset_ms": None})).at == NOW


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ({"schema": 2}, "schema"),
        ({"schema": True}, "schema"),
        ({"id": "x"}, "id"),
        ({"opening": None}, "opening"),
        ({"enrollment": 7}, "enrollment"),
        ({"kind": "dose"}, "kind"),
        ({"kind": ["note"]}, "kind"),
        ({"words": None}, "words"),
        ({"words": "a\0b"}, "words"),
        ({"words": "\ud800"}, "words"),
        ({"kind": "help-called", "words": "run"}, "words"),
        ({"details": {"free": "words"}}, "details"),
        ({"details": []}, "details"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-03-02T10:30:00"}, "at"),
        ({"at": "1970-01-01T00:00:00Z"}, "at"),
        ({"at": 7}, "at"),
        ({"offset_ms": 1.5}, "offset_ms"),
        ({"offset_ms": 10**18}, "offset_ms"),
        ({"idle_ms": -1}, "idle_ms"),
        ({"idle_ms": True}, "idle_ms"),
        ({"step": "me"}, "step"),
        ({"more": 1}, "keys"),
    ],
)
def test_what_is_no_entry_is_refused_and_its_place_named(told, place):
    with pytest.raises(EntryUnreadable) as refused:
        read_entry(json.dumps(ENTRY | told))
    assert refused.value.place == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{", "not-json"),
        ("[]", "keys"),
        ("[" * 9000, "not-json"),
        ("x" * (LONGEST_TEXT + 1), "too-long"),
    ],
)
def test_what_is_not_even_an_object_is_refused(text, place):
    with pytest.raises(EntryUnreadable) as refused:
        read_entry(text)
    assert refused.value.place == place


@given(st.text(max_size=200))
def test_any_text_that_is_no_entry_is_refused_and_nothing_breaks(text):
    with pytest.raises(EntryUnreadable) as refused:
        read_entry(text)
    assert refused.value.place in ("not-json", "keys")


@pytest.mark.parametrize(
    ("is_signed", "is_revoked", "is_closed", "is_standing", "wanted"),
    [
        (True, False, False, True, Came.OPEN),
        (True, False, False, False, Came.EXPIRED),
        (True, False, True, False, Came.CLOSED),
        (True, True, True, False, Came.REVOKED),
        (False, True, True, False, Came.UNSIGNED),
        (False, False, False, True, Came.UNSIGNED),
    ],
)
def test_what_casts_most_doubt_on_an_entry_is_named(
    is_signed, is_revoked, is_closed, is_standing, wanted
):
    told = {"is_signed": is_signed, "is_revoked": is_revoked, "is_closed": is_closed}
    assert how_it_came(**told, is_standing=is_standing) is wanted
