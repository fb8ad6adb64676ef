"""A sealed allocation brought into the room: what is wrong with one, its rows, and its next slot."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from holdfast.analysis.randomization.allocation import SCHEMA, allocation, rule_of
from holdfast.analysis.randomization.chance import Chance, Seed
from holdfast.analysis.randomization.kits import is_kit_number
from holdfast.analysis.randomization.minimization import Margins, Rule, minimize
from holdfast.definitions.allocation_design import Design
from holdfast.definitions.allocation_design import read_text as read_design
from holdfast.definitions.loading import DefinitionRefused
from holdfast.unblinded.room import Room


class ListUnfit(ValueError):
    """A sealed list that is not what it must be; ``reason`` is a code that tells nothing of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, repr=False)
class SealedList:
    """A list as it was read and found whole. It has no ``repr``."""

    document: bytes
    design: Design
    seed: Seed
    lists: Mapping[tuple[tuple[str, str], ...], Sequence[str]]
    kits: Sequence[tuple[str, str]]

    def __repr__(self) -> str:
        return "SealedList(sealed)"


def read_list(document: bytes) -> SealedList:
    """The list in an opened document; ``ListUnfit`` says by a code what does not fit."""
    try:
        body = json.loads(document)
        if body["schema"] != SCHEMA:
            raise ListUnfit("list-of-another-release")
        design = read_design(body["design"])
        made = SealedList(
            document,
            design,
            Seed(bytes.fromhex(body["seed"])),
            {tuple((f, v) for f, v in each["stratum"]): each["arms"] for each in body["lists"]},
            [(str(number), str(content)) for number, content in body["kits"]],
        )
        of_protocol = body["protocol_sha256"]
    except (KeyError, TypeError, ValueError) as wrong:
        if isinstance(wrong, ListUnfit):
            raise
        raise ListUnfit("list-altered") from None
    except DefinitionRefused:
        raise ListUnfit("list-of-another-release") from None
    if of_protocol != design.protocol.sha256:
        raise ListUnfit("list-of-another-protocol")
    for reason in _faults(made):
        raise ListUnfit(reason)
    return made


def _faults(made: SealedList) -> Iterator[str]:
    """What is wrong with a list, first what a person can see, last whether the seed gives it."""
    design = made.design
    wanted = design.strata if design.method == "permuted-blocks" else ()
    if set(made.lists) != set(wanted) or any(len(a) != design.slots for a in made.lists.values()):
        yield "list-of-wrong-length"
    numbers = [number for number, _ in made.kits]
    if len(numbers) != len(set(numbers)) or not all(map(is_kit_number, numbers)):
        yield "list-repeats-a-number"
    contents = [content for _, content in made.kits]
    if {c: contents.count(c) for c in {*design.kits, *contents}} != dict(design.kits):
        yield "list-of-wrong-length"
    if {arm for arms in made.lists.values() for arm in arms} - set(design.ratio):
        yield "list-arm-unknown"
    again = allocation(design, made.seed)
    if [tuple(made.lists[s]) for s in wanted] != [again.lists[s] for s in wanted] or [
        (kit.number, kit.content) for kit in again.kits
    ] != list(made.kits):
        yield "list-not-of-its-seed"


def repeats(room: Room, made: SealedList) -> bool:
    """Whether a number of its kits is that of a kit that is in the room already."""
    return bool(room.read("stock", "kit", [number for number, _ in made.kits]))


def bring_in(room: Room, list_id: UUID, made: SealedList) -> None:
    """Every row of a list: the document, how slots are taken, each slot, each kit."""
    design = made.design
    room.put_document(list_id.hex, made.document)
    room.put_document(_head(list_id), json.dumps(_rule(made), sort_keys=True).encode())
    room.put_all(
        "slot",
        (
            (_slot(list_id, stratum, place), {"arm": arm})
            for stratum, levels in enumerate(design.strata, 1)
            for place, arm in enumerate(made.lists.get(levels, ()), 1)
        ),
    )
    room.put_all(
        "kit",
        ((number, {"content": content, "list": list_id.hex}) for number, content in made.kits),
    )


def _head(list_id: UUID) -> str:
    return f"{list_id.hex}.rule"


def _slot(list_id: UUID, stratum: int, place: int) -> str:
    return f"{list_id.hex}/{stratum}/{place}"


def _rule(made: SealedList) -> dict[str, Any]:
    """How slots are taken and what is given, short enough to be read for each person."""
    design = made.design
    rule = rule_of(design) if design.method == "minimization" else None
    return {
        "seed": made.seed.secret.hex(),
        "ratio": dict(design.ratio),
        "weights": {f: str(w) for f, w in rule.weights.items()} if rule else {},
        "coin": str(design.coin),
        "measure": design.measure,
        "arms": list(design.ratio),
        "content_of": dict(design.content_of),
        "content_at": [[arm, visit, code] for (arm, visit), code in design.content_at.items()],
        "contents": list(design.kits),
    }


@dataclass(frozen=True, repr=False)
class Given:
    """Who was randomized before, by a list that minimizes: enrollment and levels."""

    enrollment_id: UUID
    levels: Mapping[str, str]


def take_slot(
    room: Room,
    list_id: UUID,
    enrollment_id: UUID,
    *,
    stratum: int,
    place: int,
    levels: Mapping[str, str],
    before: Sequence[Given] | None,
) -> None:
    """Give an enrollment the arm of its slot, in the room alone. Nothing is returned.

    ``before`` None: the list has a slot for each place. Otherwise people are minimized, and it is
    everybody who was randomized by this list so far, in order.
    """
    if before is None:
        arm = room.one("randomize", "slot", _slot(list_id, stratum, place))["arm"]
    else:
        arm = _minimized(room, list_id, place, levels, before)
    given = {"arm": arm, "list": list_id.hex, "stratum": stratum, "place": place}
    room.put("given", enrollment_id.hex, given)


def _minimized(
    room: Room, list_id: UUID, place: int, levels: Mapping[str, str], before: Sequence[Given]
) -> str:
    told = rule_told(room, list_id, "randomize")
    weights = {factor: Fraction(weight) for factor, weight in told["weights"].items()}
    rule = Rule(told["ratio"], weights, Fraction(told["coin"]), told["measure"])
    arms = room.read("randomize", "given", [each.enrollment_id.hex for each in before])
    margins = Margins()
    for each in before:
        margins.add(arms[each.enrollment_id.hex]["arm"], each.levels)
    chance = Seed(bytes.fromhex(told["seed"])).stream("minimization", str(place))
    return minimize(rule, margins, levels, chance)


def rule_told(room: Room, list_id: UUID, door: str) -> dict[str, Any]:
    """How slots of a list are taken and what its arms are given."""
    told: dict[str, Any] = json.loads(room.document(door, _head(list_id)))
    return told


def chance_of(told: Mapping[str, Any], *purpose: str) -> Chance:
    """Numbers from the list's own seed, for one purpose: what is drawn can be drawn again."""
    return Seed(bytes.fromhex(told["seed"])).stream(*purpose)
