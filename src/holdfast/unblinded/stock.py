"""Kits for unblinded eyes: what was taken in, which fits a person, which a lot's recall must take along.

Nothing that leaves this module says what a kit holds. Every draw is from numbers of the list's own seed,
over kits in the order of their numbers, so that it can be drawn again and no order tells.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import Any
from uuid import UUID

from holdfast.analysis.randomization.chance import Chance
from holdfast.unblinded.lists import chance_of, rule_told
from holdfast.unblinded.room import Room


def take_in(room: Room, delivery: UUID, kits: Sequence[Mapping[str, str]]) -> None:
    """What the manufacturer says of each kit of a delivery: lot, expiry, certificate and the rest."""
    room.put_all("stock", ((kit["number"], {**kit, "delivery": delivery.hex}) for kit in kits))


def contents_here(room: Room, door: str, numbers: Sequence[str], list_id: UUID) -> dict[str, str]:
    """What each of these kits holds, of those that are of a list."""
    rows = room.read(door, "kit", list(numbers))
    return {
        number: str(row["content"]) for number, row in rows.items() if row["list"] == list_id.hex
    }


def are_of(room: Room, numbers: Sequence[str], list_id: UUID) -> bool:
    """Whether all of these kits are of one list."""
    return set(contents_here(room, "stock", numbers, list_id)) == set(numbers)


def smallest_complement(
    room: Room, list_id: UUID, numbers: Sequence[str], visits: Sequence[str]
) -> int:
    """How many kits of the scarcest content these are: every content that a visit may need counts."""
    told = rule_told(room, list_id, "stock")
    found = Counter(contents_here(room, "stock", numbers, list_id).values())
    return min((found[content] for content in _needed(told, visits)), default=0)


def missing_kits(
    room: Room, list_id: UUID, numbers: Sequence[str], visits: Sequence[str], complement: int
) -> dict[str, int]:
    """How many kits of each content bring these up to a complement."""
    told = rule_told(room, list_id, "stock")
    found = Counter(contents_here(room, "stock", numbers, list_id).values())
    needed = sorted(_needed(told, visits))
    return {content: max(0, complement - found[content]) for content in needed}


def draw(
    room: Room,
    list_id: UUID,
    enrollment_id: UUID,
    visit: str,
    *,
    is_blinded: bool,
    numbers: Sequence[str],
    purpose: Sequence[str],
) -> str | None:
    """One kit of what this person is given at a visit, drawn at random; None where the site lacks any.

    A site that lacks one content of a visit gives a kit to nobody: were it refused to those alone
    whose content is missing, the refusal would tell which arm they are in.
    """
    told = rule_told(room, list_id, "dispense")
    arm = str(room.one("dispense", "given", enrollment_id.hex)["arm"])
    content = _content(told, arm, visit, is_blinded=is_blinded)
    here = contents_here(room, "dispense", numbers, list_id)
    wanted = {_content(told, each, visit, is_blinded=is_blinded) for each in told["arms"]} - {None}
    if content is None or not wanted <= set(here.values()):
        return None
    fitting = sorted(number for number, inside in here.items() if inside == content)
    return chance_of(told, "dispense", *purpose).one_of(fitting)


def gives_kits(told: Mapping[str, Any], visit: str, *, is_blinded: bool) -> bool:
    """Whether a visit is given from kits at all; an open stage may be given from open stock."""
    return any(_content(told, arm, visit, is_blinded=is_blinded) for arm in told["arms"])


def _content(told: Mapping[str, Any], arm: str, visit: str, *, is_blinded: bool) -> str | None:
    named = {(a, v): content for a, v, content in told["content_at"]}
    if (arm, visit) in named:
        return str(named[arm, visit])
    return told["content_of"].get(arm) if is_blinded else None


def _needed(told: Mapping[str, Any], visits: Sequence[str]) -> set[str]:
    """Every content that some arm is given at one of these visits."""
    found = {
        _content(told, arm, visit, is_blinded=True) for arm in told["arms"] for visit in visits
    }
    return {content for content in found if content is not None}


def recalled(
    room: Room, list_id: UUID, lot: str, cells: Sequence[Sequence[str]], purpose: str
) -> list[str]:
    """The kits that a recall of one manufacturer's lot takes out of use: a list that mixes contents.

    ``cells`` are kits whose being barred is seen together: those of one site that are still there,
    those that were given out. In each, of every content as large a part is taken as of the one that is
    hit hardest, drawn at random beyond those of the lot, so that to be on the list tells nothing.
    """
    chance = chance_of(rule_told(room, list_id, "stock"), "recall", purpose)
    found: list[str] = []
    for cell in cells:
        here = contents_here(room, "stock", cell, list_id)
        stock = room.read("stock", "stock", list(here))
        hit = {number for number, row in stock.items() if row["lot"] == lot}
        found += _mixed(here, hit, chance)
    return sorted(found)


def _mixed(here: Mapping[str, str], hit: set[str], chance: Chance) -> list[str]:
    own: dict[str, list[str]] = {}
    for number in sorted(here):
        own.setdefault(here[number], []).append(number)
    contents = list(own)  # in the order of their first kits: that of their names would tell
    part = max(
        (Fraction(len(hit & set(own[c])), len(own[c])) for c in contents), default=Fraction(0)
    )
    taken: list[str] = []
    for content in contents:
        struck = [n for n in own[content] if n in hit]
        spared = [n for n in own[content] if n not in hit]
        more = ceil(part * len(own[content])) - len(struck)
        taken += [*struck, *chance.shuffled(spared)[: max(0, more)]]
    return taken
