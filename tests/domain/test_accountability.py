"""Where every capsule is: nothing is made or lost, whatever is told, and what does not fit is named."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.accountability import (
    BUCKETS,
    FROM,
    PROBLEMS,
    Bucket,
    Contained,
    Hold,
    Ledger,
    Status,
    fold,
)
from holdfast.domain.box_rules import AT_HAND, LOCKED, BoxPart, box_findings
from holdfast.domain.counts import differences
from holdfast.domain.findings import Outcome
from holdfast.domain.movements import (
    KINDS,
    CapsulesWrong,
    Kind,
    Movement,
    canonical,
    capsules_of,
    ranges,
    seal_problem,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SAFE, ROOM, PERSON = "place:safe", "place:room", "person:p"
CONTAINERS = (Contained("a", lot="L1"), Contained("b", lot="L1", kit=""), Contained("c", kit="K"))


def moved(told: str, container: str = "a", **given) -> list[Movement]:
    """Movements from lines of kind, capsules, source and target; one minute apart."""
    found = []
    for turn, line in enumerate(each.strip() for each in told.strip().splitlines()):
        kind, capsules, source, target = (part.strip() for part in line.split("|"))
        at = NOON + timedelta(minutes=turn)
        ends = {"source": source, "target": target}
        found.append(
            Movement(f"m{turn}", container, turn, kind, capsules, at, **ends, site="s", **given)
        )
    return found


def codes(ledger: Ledger) -> list[str]:
    return [problem.code for problem in ledger.problems]


def test_a_capsule_is_followed_from_the_safe_into_the_person():
    ledger = fold(
        CONTAINERS,
        moved(
            """
            receive   | 1-3 |            | place:safe
            assign    | 1-2 | place:safe |
            issue-box | 1-2 | place:safe | place:room
            open      | 1-2 | place:room |
            hand-over | 1   | place:room | person:p
            swallowed | 1   |            | person:p
            refused   | 2   |            | place:room
            return-box| 2   | place:room | place:safe
            """
        ),
    )
    assert codes(ledger) == []
    assert [ledger.capsules["a"][n].status for n in (1, 2, 3)] == [
        Status.ADMINISTERED,
        Status.BACK,
        Status.STOCK,
    ]
    assert ledger.at(SAFE) == {"a": [2, 3]}
    assert ledger.by_where[PERSON].now[Bucket.ADMINISTERED] == 1
    assert ledger.by_lot()["L1"].on_hand == 2
    assert ledger.broken() == []


WRONG = {
    "never-received": "swallowed | 1 | | person:p",
    "received-twice": "receive | 1 | | place:safe\nreceive | 1-2 | | place:room",
    "not-there": "receive | 1 | | place:safe\nstore | 1 | place:room | place:quarantine",
    "swallowed-twice": "receive | 1 | | place:safe\nissue-box | 1 | place:safe | place:room\n"
    "open | 1 | place:room |\nswallowed | 1 | | person:p\nswallowed | 1 | | person:p",
    "gone-already": "receive | 1 | | place:safe\ndestroy | 1 | place:safe |\nstore | 1 | | place:x",
    "out-of-order": "receive | 1 | | place:safe\nswallowed | 1 | | person:p",
    "arrived-elsewhere": "receive | 1 | | place:safe\ntransfer-out | 1 | place:safe | place:far\n"
    "transfer-in | 1 | | place:near",
}


@pytest.mark.parametrize("code", WRONG)
def test_what_does_not_fit_is_named_and_loses_no_capsule(code):
    ledger = fold(CONTAINERS, moved(WRONG[code]))
    assert codes(ledger) == [code]
    assert ledger.broken() == []


def test_what_is_dated_before_its_container_came_happened_after_it_all_the_same():
    told = moved("receive | 1 | | place:safe\ndestroy | 1 | place:safe |")
    early = told[1]._replace(at=NOON - timedelta(days=30))
    ledger = fold(CONTAINERS, [early, told[0]])
    assert codes(ledger) == ["before-receipt"]
    assert ledger.by_lot()["L1"].now[Bucket.DESTROYED] == 1


def test_an_expired_container_and_one_that_is_held_back_go_to_nobody():
    told = moved("receive | 1-2 | | place:safe\nassign | 1 | place:safe |")
    late = Contained("a", expires=NOON + timedelta(seconds=30))
    assert codes(fold([late], told)) == ["expired"]
    held = Contained("a", holds=(Hold("recall", NOON),))
    assert codes(fold([held], told)) == ["held-back"]
    lifted = Contained("a", holds=(Hold("recall", NOON, NOON + timedelta(seconds=30)),))
    assert codes(fold([lifted], told)) == []
    destroyed = moved("receive | 1 | | place:safe\ndestroy | 1 | place:safe |")
    assert codes(fold([late, held], destroyed)) == []


def test_a_correction_takes_a_movement_away_or_its_place():
    told = moved("receive | 1-2 | | place:safe\ndestroy | 1-2 | place:safe |")
    instead = told[1]._replace(id="m9", turn=9, capsules="1", corrects="m1")
    ledger = fold(CONTAINERS, [*told, instead])
    assert ledger.by_lot()["L1"].now[Bucket.DESTROYED] == 1
    away = told[1]._replace(id="m10", turn=10, kind="correct", corrects="m9")
    assert fold(CONTAINERS, [*told, instead, away]).at(SAFE) == {"a": [1, 2]}


def test_what_is_lost_and_found_is_counted_both_times():
    told = "receive | 1-2 | | place:safe\nlose | 1-2 | |\nfind | 1 | | place:room"
    ledger = fold(CONTAINERS, moved(told))
    assert (codes(ledger), ledger.broken()) == ([], [])
    lot, safe, room = ledger.by_lot()["L1"], ledger.by_where[SAFE], ledger.by_where[ROOM]
    assert (lot.lost, lot.found, lot.on_hand, lot.now[Bucket.LOST]) == (2, 1, 1, 1)
    assert (safe.received, safe.lost, safe.found, safe.moved_on) == (2, 2, 1, 1)
    assert (room.moved_in, room.on_hand) == (1, 1)


def test_what_was_taken_in_part_stays_taken_when_the_rest_is_wasted():
    told = "receive | 1 | | place:safe\nissue-box | 1 | place:safe | place:room\n"
    told += "open | 1 | place:room |\npart-taken | 1 | | person:p\nwaste | 1 | |"
    ledger = fold(CONTAINERS, moved(told))
    assert codes(ledger) == []
    assert ledger.by_lot()["L1"].now[Bucket.ADMINISTERED] == 1
    assert ledger.by_lot()["L1"].now[Bucket.WASTED] == 0


def test_every_kind_and_every_state_has_its_rule():
    assert set(FROM) == set(KINDS) - {Kind.CORRECT}
    assert set(BUCKETS) == set(Status)


places = st.sampled_from(["place:safe", "place:room", "place:far", "person:p", "holder:t", ""])
told_movements = st.lists(
    st.tuples(
        st.sampled_from("aaabc"),
        st.sampled_from([kind.value for kind in Kind]),
        st.sets(st.integers(1, 4), min_size=1).map(ranges),
        st.integers(0, 5),
        places,
        places,
        st.sampled_from("st"),
        st.integers(0, 12),
    ),
    max_size=30,
)


# Most of what follows is of capsules that are there; some is of those that never came.
CAME_FIRST = (
    ("a", "receive", "1-4", 0, "", SAFE, "s", 99),
    ("b", "receive", "1-2", 1, "", SAFE, "t", 99),
)


def as_movements(told) -> list[Movement]:
    """Anything at all, told in any order, of which some takes the place of something else."""
    return [
        Movement(
            f"m{turn}",
            container,
            turn,
            kind,
            capsules,
            NOON + timedelta(minutes=minute),
            source,
            target,
            site,
            f"m{corrects}" if corrects < turn and (corrects * turn) % 5 == 1 else None,
        )
        for turn, (container, kind, capsules, minute, source, target, site, corrects) in enumerate(
            [*CAME_FIRST, *told]
        )
    ]


@given(told_movements)
def test_no_capsule_is_made_or_lost_whatever_is_told(told):
    movements = as_movements(told)
    ledger = fold(CONTAINERS, movements)
    assert ledger.broken() == []
    gone = {(one.container, one.corrects) for one in movements}
    received = {
        (one.container, number)
        for one in movements
        if one.kind == "receive" and (one.container, one.id) not in gone
        for number in capsules_of(one.capsules)
    }
    states = {(code, n) for code, own in ledger.capsules.items() for n in own}
    assert states == received
    counted = Counter(
        BUCKETS[now.status] for own in ledger.capsules.values() for now in own.values()
    )
    for balances in (ledger.by_where, ledger.by_site, ledger.by_container):
        for bucket in Bucket:
            assert sum(each.now[bucket] for each in balances.values()) == counted[bucket]
    assert set(codes(ledger)) <= set(PROBLEMS)


@given(told_movements, st.randoms())
def test_the_order_in_which_it_is_read_changes_nothing(told, chance):
    movements = as_movements(told)
    mixed = [*movements]
    chance.shuffle(mixed)
    one, other = fold(CONTAINERS, movements), fold(CONTAINERS, mixed)
    assert (one.capsules, one.by_where) == (other.capsules, other.by_where)
    assert sorted(one.problems) == sorted(other.problems)


def test_a_made_up_capsule_would_be_found():
    ledger = fold(CONTAINERS, moved("receive | 1 | | place:safe"))
    ledger.by_where[SAFE].now[Bucket.ON_HAND] += 1
    assert ledger.broken() == ["where place:safe"]


@given(st.sets(st.integers(1, 300), min_size=1))
def test_capsules_are_the_same_as_text_and_back(numbers):
    text = ranges(numbers)
    assert set(capsules_of(text)) == numbers
    assert canonical(text) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "capsules-missing"),
        ("0", "count-negative"),
        ("-2", "count-negative"),
        ("3-1", "capsules-unclear"),
        ("one", "capsules-unclear"),
        ("1-99999", "capsules-unclear"),
        ("1-3,2", "capsule-repeated"),
    ],
)
def test_text_that_names_no_capsules_says_why(text, reason):
    with pytest.raises(CapsulesWrong) as wrong:
        capsules_of(text)
    assert wrong.value.reason == reason


def test_counts_differ_by_what_was_seen_and_what_the_book_has():
    found = differences({"a": 3, "b": 1, "c": 2}, {"a": 2, "b": 1, "d": 1})
    assert [(one.container, one.code) for one in found] == [
        ("a", "count-short"),
        ("c", "count-short"),
        ("d", "count-unexpected"),
    ]
    assert differences({"a": 1}, {"a": 2})[0].code == "count-over"


def test_a_seal_is_read_against_what_was_put_on():
    assert seal_problem("S1", "S1", is_broken=False) == ""
    assert seal_problem("S2", "S1", is_broken=False) == "seal-differs"
    assert seal_problem("S1", "S1", is_broken=True) == "seal-broken"


SOUND = BoxPart("initial", frozenset({Status.BOXED}), True, False, False, False)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"statuses": frozenset({Status.OPENED})}, "box-not-in-the-room"),
        ({"statuses": frozenset()}, "box-not-in-the-room"),
        ({"is_confirmed": False}, "box-not-confirmed"),
        ({"is_expired": True}, "box-expired"),
        ({"is_held": True}, "box-held"),
        ({"has_discrepancy": True}, "box-discrepancy"),
        ({"dose": "supplement"}, "box-not-issued"),
    ],
)
def test_a_box_that_is_not_in_order_keeps_the_gate_shut(changed, reason):
    part = BoxPart(**(vars(SOUND) | changed))
    (found,) = box_findings("session-box", [part], ["initial"], LOCKED)
    assert (found.outcome, found.reason) == (Outcome.FAILED, reason)


def test_a_box_in_order_is_ready_locked_or_in_hand():
    opened = BoxPart(**(vars(SOUND) | {"statuses": frozenset({Status.OPENED, Status.HANDED})}))
    for part, at_hand in ((SOUND, LOCKED), (opened, AT_HAND)):
        (found,) = box_findings("session-box", [part], ["initial"], at_hand)
        assert (found.outcome, found.reason) == (Outcome.PASSED, "box-ready")


def test_every_container_of_a_dose_that_is_in_the_room_must_be_good():
    """A recalled kit beside the one that replaces it: nobody knows which of them is taken."""
    recalled = BoxPart(**(vars(SOUND) | {"is_held": True}))
    gone = BoxPart(**(vars(recalled) | {"statuses": frozenset({Status.BACK})}))

    def reasons(*parts):
        return [each.reason for each in box_findings("session-box", parts, ["initial"], LOCKED)]

    assert reasons(recalled, SOUND) == reasons(SOUND, recalled) == ["box-held"]
    assert reasons(gone, SOUND) == reasons(SOUND, gone) == ["box-ready"]
    assert reasons(gone) == ["box-not-in-the-room", "box-held"]
