"""A movement as two people told it on a room's device: the exact text that each of them signed.

Each signs with a key of their own, which their PIN alone opens there, so that two people can prove
who they are without the server and neither can act for the other. The text names the entry that
carries it, so that a signature is good for one movement and never for another.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from holdfast.domain.movements import EMERGENCIES, CapsulesWrong, Kind, canonical

SCHEMA = 1
LONGEST_TEXT = 4000
IN_A_ROOM = frozenset(
    (
        *(Kind.OPEN, Kind.HAND_OVER, Kind.SWALLOWED, Kind.REFUSED, Kind.DROPPED, Kind.SPAT),
        *(Kind.VOMITED, Kind.PART_TAKEN, Kind.RETURN_BOX, Kind.WASTE, Kind.LOSE, Kind.FIND),
    )
)
_KEYS = frozenset(
    (
        *("schema", "entry", "opening", "session", "kind", "container", "capsules", "at"),
        *("seal", "minutes", "reason", "alone", "first", "second"),
    )
)


class CustodyUnreadable(ValueError):
    """This is no movement; ``place`` names what is wrong, as a code."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


@dataclass(frozen=True)
class SignedBy:
    """One person's signature under the text, and the key that it was made with."""

    key: UUID
    signature: str = field(repr=False)


@dataclass(frozen=True)
class CustodyTold:
    """What two people say happened to capsules in a room, with what each of them signed."""

    text: str = field(repr=False)
    entry: UUID
    opening: UUID
    session: UUID
    kind: Kind
    container: str  # its code
    capsules: str
    at: str
    seal: str
    minutes: int | None
    reason: str
    alone: str
    first: UUID
    second: UUID | None
    signed: Mapping[UUID, SignedBy]


def read_custody(text: Any, signed: Any) -> CustodyTold:
    """A movement from its exact text and the signatures under it; ``CustodyUnreadable`` else."""
    told = _object(text)
    kind, minutes, alone = told["kind"], told["minutes"], told["alone"]
    if not isinstance(kind, str) or kind not in IN_A_ROOM:
        raise CustodyUnreadable("movement.kind")
    is_number = isinstance(minutes, int) and not isinstance(minutes, bool)
    if not (minutes is None or (is_number and 0 <= minutes <= 1440)):
        raise CustodyUnreadable("movement.minutes")
    if alone not in ("", *EMERGENCIES):
        raise CustodyUnreadable("movement.alone")
    second = None if told["second"] is None else _id(told, "second")
    if (second is None) != bool(alone):
        raise CustodyUnreadable("movement.second")
    return CustodyTold(
        text=str(text),
        entry=_id(told, "entry"),
        opening=_id(told, "opening"),
        session=_id(told, "session"),
        kind=Kind(kind),
        container=_line(told, "container", least=1),
        capsules=_capsules(told),
        at=_line(told, "at", least=1),
        seal=_line(told, "seal"),
        minutes=minutes,
        reason=_line(told, "reason"),
        alone=alone,
        first=_id(told, "first"),
        second=second,
        signed=_signed(signed),
    )


def _object(text: Any) -> Mapping[str, Any]:
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise CustodyUnreadable("movement")
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise CustodyUnreadable("movement") from None
    if not isinstance(told, dict) or set(told) != _KEYS:
        raise CustodyUnreadable("movement.keys")
    if told["schema"] != SCHEMA or isinstance(told["schema"], bool):
        raise CustodyUnreadable("movement.schema")
    return told


def _id(told: Mapping[str, Any], name: str) -> UUID:
    try:
        return UUID(told[name])
    except (ValueError, TypeError, AttributeError):
        raise CustodyUnreadable(f"movement.{name}") from None


def _line(told: Mapping[str, Any], name: str, *, least: int = 0) -> str:
    value = told[name]
    if not isinstance(value, str) or not least <= len(value) <= 60 or not value.isprintable():
        raise CustodyUnreadable(f"movement.{name}")
    return value


def _capsules(told: Mapping[str, Any]) -> str:
    """Capsules by number; empty where nobody could say which."""
    value = told["capsules"]
    if not isinstance(value, str) or len(value) > 400:
        raise CustodyUnreadable("movement.capsules")
    if not value.strip():
        return ""
    try:
        return canonical(value)
    except CapsulesWrong:
        raise CustodyUnreadable("movement.capsules") from None


def _signed(signed: Any) -> Mapping[UUID, SignedBy]:
    """Signatures by person; two at most."""
    if not isinstance(signed, dict) or len(signed) > 2:
        raise CustodyUnreadable("signed")
    found = {}
    for person, each in signed.items():
        if not isinstance(each, dict) or set(each) != {"key", "signature"}:
            raise CustodyUnreadable("signed")
        signature = each["signature"]
        if not isinstance(signature, str) or len(signature) > 200:
            raise CustodyUnreadable("signed")
        try:
            found[UUID(person)] = SignedBy(UUID(each["key"]), signature)
        except (ValueError, TypeError, AttributeError):
            raise CustodyUnreadable("signed") from None
    return found
