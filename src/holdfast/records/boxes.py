"""The box of a session, as the movements have it: what was issued, and what became of it since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from holdfast.domain.accountability import CapsuleNow, Hold, Status
from holdfast.domain.box_rules import IN_THE_ROOM as IN_THE_ROOM
from holdfast.domain.movements import Kind, capsules_of, ranges
from holdfast.records.care import Enrollment
from holdfast.records.supply import Container, CustodyAct, Discrepancy, DrugMovement
from holdfast.records.supply_reads import expires_after, ledger_of


@dataclass(frozen=True)
class PartNow:
    """One sealed container of a box, and where each of its capsules stands."""

    container: Container
    dose: str
    seal: str
    capsules: tuple[tuple[int, CapsuleNow], ...]
    act: CustodyAct
    is_confirmed: bool  # two people issued it, or a second confirmed it since
    is_held: bool
    is_expired: bool
    has_discrepancy: bool

    @property
    def left(self) -> str:
        """What of it is still in the room, as ranges."""
        return ranges(n for n, now in self.capsules if now.status in IN_THE_ROOM)

    @property
    def statuses(self) -> frozenset[Status]:
        """What became of its capsules."""
        return frozenset(now.status for _, now in self.capsules)

    @property
    def place(self) -> UUID | None:
        """The place where what is left is; None where somebody holds it."""
        return self._end("place")

    @property
    def holder(self) -> UUID | None:
        """Who of the staff holds what is left."""
        return self._end("holder")

    def _end(self, kind: str) -> UUID | None:
        ends = {now.where for _, now in self.capsules if now.status in IN_THE_ROOM}
        named = next(iter(sorted(ends)), "")
        what, _, id_ = named.partition(":")
        return UUID(id_) if what == kind else None


def box_of(enrollment: Enrollment, visit: str, now: datetime | None = None) -> list[PartNow]:
    """Each container that was issued for a session and not corrected away, in the order of its newest issue.

    Of a container that was issued twice for a dose: what was issued last, and what is still in the room.
    ``now`` is the moment for which it is asked: what was before it, what was out of date, what held back.
    """
    rows = DrugMovement.objects.filter(
        enrollment=enrollment, visit=visit, kind=Kind.ISSUE_BOX.value, corrected_by=None
    )
    rows = rows.select_related("container", "act__confirmed", "store__site")
    if now is not None:
        rows = rows.filter(at__lt=now)
    issued = list(rows.order_by("at", "recorded_at", "turn"))
    if not issued:
        return []
    zone = enrollment.site.zone
    once = {row.container_id: row.container for row in issued}
    ledger = ledger_of(once.values(), zone, until=now)
    open_on = set(
        Discrepancy.objects.filter(container__in=list(once), settled=None).values_list(
            "container_id", flat=True
        )
    )
    found = []
    for several in _by_container(issued):
        row = several[-1]
        code = row.container_id.hex
        own = ledger.capsules[code]
        before = {n for each in several[:-1] for n in capsules_of(each.capsules) if n in own}
        left = {n for n in before if own[n].status in IN_THE_ROOM}
        numbers = sorted(left | {n for n in capsules_of(row.capsules) if n in own})
        holds = ledger.containers[code].holds
        found.append(
            PartNow(
                container=row.container,
                dose=row.dose,
                seal=row.seal,
                capsules=tuple((n, own[n]) for n in numbers),
                act=row.act,
                is_confirmed=all(_is_confirmed(each.act) for each in several),
                is_held=any(_holds(hold, now) for hold in holds),
                is_expired=now is not None and now >= expires_after(row.container, zone),
                has_discrepancy=row.container_id in open_on,
            )
        )
    return found


def _by_container(issued: Sequence[DrugMovement]) -> list[list[DrugMovement]]:
    """The issues of each container for a dose, in the order of the last of them."""
    found: dict[tuple[UUID, str], list[DrugMovement]] = {}
    for row in issued:
        key = (row.container_id, row.dose)
        found[key] = [*found.pop(key, ()), row]
    return list(found.values())


def _holds(hold: Hold, now: datetime | None) -> bool:
    """Whether a hold stands, at a moment or at all."""
    if now is None:
        return hold.until is None
    return hold.since <= now and (hold.until is None or now < hold.until)


def _is_confirmed(act: CustodyAct) -> bool:
    if act.policy not in CustodyAct.CHASED:
        return True
    confirmed = getattr(act, "confirmed", None)
    return confirmed is not None and confirmed.outcome == "as-told"
