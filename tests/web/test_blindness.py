"""The same course run twice, the sealed map alone permuted: nobody who may not know is told which.

docs/blindness.md says what is compared, what is masked and why, and what this cannot see.
"""

import pytest

from holdfast.actions import dispensing, randomizing
from holdfast.unblinded import stock
from tests.web.blind_words import ARMS, CANARIES, CONTENTS
from tests.web.told import (
    BLINDED,
    MASKS,
    Told,
    differences,
    found_in,
    masked,
    masked_away,
    once_each,
)
from tests.web.twice import Run, blind_files, run

__all__ = ["blind_files", "run"]


def no_page(*_: object) -> bool:
    return False


def test_two_runs_that_differ_in_the_sealed_map_alone_tell_the_same(run):
    looks = (no_page, once_each())
    alike(run(is_swapped=False, wanted=looks), run(is_swapped=True, wanted=looks))


@pytest.mark.nightly
@pytest.mark.parametrize("role", BLINDED)
def test_every_page_is_the_same_for_somebody_before_and_after_an_emergency(run, role):
    """What is not found may not differ either."""

    def theirs(_: object, asking: str) -> bool:
        return asking == role

    looks = (theirs, theirs)
    alike(run(is_swapped=False, wanted=looks), run(is_swapped=True, wanted=looks))


def alike(plain: Run, swapped: Run) -> None:
    """Nothing differs but who has what, which only the sealed room and one physician know."""
    assert differences(plain.told, swapped.told) == []
    assert found_in(plain.told, CANARIES) == []
    other = dict(zip(ARMS, ARMS[::-1], strict=True))
    assert plain.arms == {of: other[arm] for of, arm in swapped.arms.items()}
    assert plain.arms != swapped.arms
    first, second = plain.course.shown[0], swapped.course.shown[0]
    assert {first.arm, second.arm} == set(ARMS)
    for kind in ("page", "table", "file", "log", "error", "room from outside"):
        assert plain.told.of(kind), kind


def test_a_lot_in_a_message_is_found(run):
    """Planted: the outbox's message of a kit that was drawn names its maker's lot."""

    def leak(patch: pytest.MonkeyPatch) -> None:
        lots: list[str] = []
        draw, message = stock.draw, dispensing.message

        def drawn(room, *told, **more):
            number = draw(room, *told, **more)
            lots.append(room.one("stock", "stock", number)["lot"])
            return number

        def telling(kind, about, **told):
            return message(kind, about, lot=lots[-1], **told)

        patch.setattr(stock, "draw", drawn)
        patch.setattr(dispensing, "message", telling)

    plain, swapped = leaking(run, leak, "dispense")
    assert kinds_of(differences(plain.told, swapped.told)) >= {"table", "file"}
    assert kinds_of(found_in(plain.told, CANARIES)) >= {"table", "file"}


def test_kits_in_an_order_that_depends_on_the_arm_are_found(run):
    """Planted: one arm is given the kit of the lowest number that fits, the other the highest."""

    def leak(patch: pytest.MonkeyPatch) -> None:
        def drawn(room, list_id, enrollment_id, visit, *, numbers, **_):
            arm = room.one("dispense", "given", enrollment_id.hex)["arm"]
            inside = stock.contents_here(room, "dispense", numbers, list_id)
            content = CONTENTS[ARMS.index(arm)]
            fitting = sorted(number for number in inside if inside[number] == content)
            return fitting[0 if arm == ARMS[0] else -1]

        patch.setattr(stock, "draw", drawn)

    plain, swapped = leaking(run, leak, "dispense")
    assert "table" in kinds_of(differences(plain.told, swapped.told))


def test_one_more_sealed_row_for_one_arm_is_found(run):
    """Planted: one row more in the sealed room for one arm; nobody can read it, anybody can count it."""

    def leak(patch: pytest.MonkeyPatch) -> None:
        take = randomizing.take_slot

        def taken(room, list_id, enrollment_id, **told):
            take(room, list_id, enrollment_id, **told)
            if room.one("emergency", "given", enrollment_id.hex)["arm"] == ARMS[0]:
                room.put("note", enrollment_id.hex, {})

        patch.setattr(randomizing, "take_slot", taken)

    plain, swapped = leaking(run, leak, "randomize")
    assert "room from outside" in kinds_of(differences(plain.told, swapped.told))


def leaking(run, leak, until: str) -> tuple[Run, Run]:
    """Both runs with something planted, up to one step and without pages."""
    told = {"wanted": (no_page, no_page), "leak": leak, "until": until}
    return run(is_swapped=False, **told), run(is_swapped=True, **told)


def kinds_of(found: list[str]) -> set[str]:
    return {each.partition(": ")[0] for each in found}


def test_the_masks_leave_out_tokens_and_signatures_of_seals_and_nothing_else(run):
    def one_page(route, role: str) -> bool:
        return role == "physician" and route.name == "staff:worklist"

    told = run(is_swapped=False, wanted=(one_page, no_page), until="randomize").told
    left_out = [pair for words in told.said.values() for pair in masked_away(words)]
    seen = {name for name, _ in left_out}
    assert {"csrf token of a form", "signature of a seal in its table"} <= seen <= set(MASKS)
    for name, value in left_out:
        lengths = {128} if "seal" in name else {32, 64}
        assert len(value) in lengths, name
    for words in told.said.values():
        taken = sum(len(value) for _, value in masked_away(words))
        put = sum(len(f"[{name}]") for name, _ in masked_away(words))
        assert len(masked(words)) == len(words) - taken + put


def test_a_difference_of_one_byte_outside_the_masks_is_a_difference():
    token = b'<input name="csrfmiddlewaretoken" value="%s">'
    one, other = Told(), Told()
    one.note("page: a", token % (b"a" * 64))
    other.note("page: a", token % (b"b" * 64))
    assert differences(one, other) == []
    one.note("page: b", token % (b"a" * 64) + b" ")
    other.note("page: b", token % (b"b" * 64) + b"\t")
    one.note("page: c", b"")
    assert kinds_of(differences(one, other)) == {"page", "told only once"}


def test_who_may_not_know_is_everybody_but_who_is_named_to_know():
    assert {"rater", "therapist", "monitor", "sponsor", "patient", "nobody"} <= set(BLINDED)
    assert not set(BLINDED) & {"pharmacist-unblinded", "statistician-unblinded", "safety-unit"}
