"""The register: a true balance after each line, and accounts that add up."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.accountability import Contained, fold
from holdfast.domain.movements import Kind, Movement
from holdfast.domain.register import accounts, register_lines

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
SAFE, ROOM = "place:safe", "place:room"
KNOWN = {code: Contained(code, lot=f"L-{code}") for code in ("a", "b")}
DRUGS = {"a": "MDMA 40 mg", "b": "MDMA 40 mg"}


def moved(
    turn: int, container: str, kind: Kind, capsules: str, corrects: str | None = None
) -> Movement:
    target = {Kind.RECEIVE: SAFE, Kind.ISSUE_BOX: ROOM, Kind.FIND: SAFE, Kind.STORE: SAFE}
    at, to = START + timedelta(minutes=turn), target.get(kind, "")
    return Movement(
        f"m{turn}", container, turn, kind.value, capsules, at, "", to, "north", corrects
    )


def test_the_balance_after_each_line_is_the_true_one():
    lines = register_lines(
        [
            moved(1, "a", Kind.RECEIVE, "1-10"),
            moved(2, "b", Kind.RECEIVE, "1-5"),
            moved(3, "a", Kind.ISSUE_BOX, "1-2"),
            moved(4, "a", Kind.SWALLOWED, "1-2"),
            moved(5, "b", Kind.LOSE, "1"),
            moved(6, "b", Kind.FIND, "1"),
            moved(7, "a", Kind.DESTROY, "9-10"),
            moved(8, "a", Kind.CORRECT, "9-10", corrects="m7"),
        ],
        DRUGS,
        KNOWN,
    )
    assert [(one.change, one.balance) for one in lines] == [
        (10, 10),
        (5, 15),
        (0, 15),
        (-2, 13),
        (-1, 12),
        (1, 13),
        (-2, 11),
        (2, 13),
    ]
    assert [one.capsules for one in lines][:3] == [10, 5, 2]


def test_an_account_adds_up_and_names_no_content():
    told = [
        moved(1, "a", Kind.RECEIVE, "1-10"),
        moved(2, "a", Kind.SWALLOWED, "1"),
        moved(3, "a", Kind.WASTE, "2"),
        moved(4, "a", Kind.LOSE, "3-4"),
        moved(5, "a", Kind.FIND, "4"),
    ]
    (account,) = accounts(told, {"a": "kit 7"}, {"a": KNOWN["a"]}, "north")
    assert account.holds
    assert (account.name, account.received, account.on_hand) == ("kit 7", 10, 7)
    assert (account.administered, account.wasted, account.lost, account.found) == (1, 1, 2, 1)


_KINDS = st.sampled_from([kind for kind in Kind if kind is not Kind.CORRECT])


@given(st.lists(st.tuples(st.sampled_from("ab"), _KINDS, st.integers(1, 4)), max_size=25))
def test_whatever_is_told_the_last_balance_is_what_the_ledger_has_on_hand(told):
    movements = [
        moved(turn, container, kind, str(capsule))
        for turn, (container, kind, capsule) in enumerate(told, start=1)
    ]
    lines = register_lines(movements, DRUGS, KNOWN)
    ledger = fold(KNOWN.values(), movements)
    on_hand = sum(one.on_hand for one in ledger.by_container.values())
    assert (lines[-1].balance if lines else 0) == on_hand
    assert all(one.balance >= 0 for one in lines)
    assert all(one.holds for one in accounts(movements, {}, KNOWN, "north"))
