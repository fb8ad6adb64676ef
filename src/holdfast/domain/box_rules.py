"""Whether the box of a session stands ready, as the movements of its capsules have it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from holdfast.domain.accountability import ON_HAND, Status
from holdfast.domain.findings import Finding, Outcome, Reference, Standing

HOUSE = Reference("Custody: the session box and its gate", "docs/custody.md#session-box")
# Every reason, and the values that always come with it.
BOX_REASONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "box-ready": (),
        "box-not-issued": ("dose",),
        "box-not-in-the-room": ("dose",),
        "box-not-confirmed": ("dose",),
        "box-expired": ("dose",),
        "box-held": ("dose",),
        "box-discrepancy": ("dose",),
    }
)
# Where a capsule that was issued is until it was given, wasted, lost or brought back.
IN_THE_ROOM = ON_HAND - {Status.STOCK, Status.TRANSIT, Status.ASSIGNED, Status.BACK}
LOCKED = frozenset((Status.BOXED,))
AT_HAND = frozenset((Status.BOXED, Status.OPENED, Status.HANDED))


@dataclass(frozen=True)
class BoxPart:
    """One sealed container of a box as the gate sees it: never what is in it."""

    dose: str
    statuses: frozenset[Status]
    is_confirmed: bool
    is_expired: bool
    is_held: bool
    has_discrepancy: bool


def box_findings(
    code: str, parts: Sequence[BoxPart], needed: Sequence[str], at_hand: frozenset[Status]
) -> tuple[Finding, ...]:
    """Everything that is wrong with the containers that an act needs; that it is ready, where nothing is.

    Every container of a dose counts that is still in the room: nobody can say which of them somebody
    takes. ``parts`` are in the order of their newest issue. ``at_hand``: the states in which every
    capsule of a container must be.
    """
    found: list[Finding] = []
    for dose in needed:
        own = [part for part in parts if part.dose == dose]
        judged = [part for part in own if part.statuses & IN_THE_ROOM] or own[-1:]
        wrong = [reason for part in judged for reason in _wrong(part, at_hand)]
        reasons = list(dict.fromkeys(wrong)) if own else ["box-not-issued"]
        found += [
            Finding(code, Outcome.FAILED, reason, HOUSE, Standing.DERIVED, {"dose": dose})
            for reason in reasons
        ]
    ready = Finding(code, Outcome.PASSED, "box-ready", HOUSE, Standing.DERIVED)
    return tuple(found) or (ready,)


def _wrong(part: BoxPart, at_hand: frozenset[Status]) -> list[str]:
    checks = {
        "box-not-in-the-room": not part.statuses or not part.statuses <= at_hand,
        "box-not-confirmed": not part.is_confirmed,
        "box-expired": part.is_expired,
        "box-held": part.is_held,
        "box-discrepancy": part.has_discrepancy,
    }
    return [reason for reason, is_so in checks.items() if is_so]
