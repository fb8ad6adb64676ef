"""A movement that two people signed on a room's device, recorded in the store's register when it arrives.

It happened: it is recorded with the time at which it was signed and the time at which we knew. Where
the first person's signature does not hold it stays an entry of the room until somebody says whose it
is; where the second's does not, it is the act of one person alone, and is chased.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from holdfast.actions.discrepancies import note_unfit
from holdfast.actions.movements import MovementTold, record_movement
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.room_entries import who_signed
from holdfast.actions.second_person import SecondProof
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.domain.accountability import FROM, CapsuleNow
from holdfast.domain.movements import KINDS, Kind, ranges
from holdfast.domain.room import CUSTODY
from holdfast.domain.room_custody import CustodyTold
from holdfast.domain.room_entry import RoomEntryTold, read_entry
from holdfast.records.keys import opened
from holdfast.records.people import User
from holdfast.records.rooms import RoomEntry, RoomOpening
from holdfast.records.session import DosingSession
from holdfast.records.supply import Container, DrugMovement, DrugStore
from holdfast.records.supply_reads import ledger_of

BY_KEY = "device-key"  # how both showed who they are: a key that only their PIN opens there
_NOBODY_ELSE = "nobody-else-there"  # what stands where the second's signature does not hold
# Why somebody cannot stand beside: what happened is then recorded as done by one, and chased.
_NO_WITNESS = ("witness-may-not", "witness-benefits", "witness-is-actor")
_GOOD_FOR = timedelta(seconds=1)


def record_room_movement(
    *, opening: RoomOpening, told: RoomEntryTold, now: datetime
) -> Answered | None:
    """The movement that a room's entry carries; None while it is nobody's.

    The same entry again gets the first answer: the movement's id follows from the entry's.
    """
    custody = told.custody
    assert custody is not None
    signed = who_signed(opening, custody)
    first = User.objects.filter(id=custody.first).first() if custody.first in signed else None
    if first is None:
        return None
    container = Container.objects.filter(code=custody.container).select_related("store__site")
    found = container.first()
    outcome: Answered = Refusal("container-unknown")
    if found is not None:
        at = min(told.at, now)
        second = None
        if custody.second in signed and custody.second is not None:
            second = _second(told, custody, at)
        outcome = _recorded(told, custody, found, second, first, at, now)
        if second and isinstance(outcome, Refusal) and outcome.reason in _NO_WITNESS:
            outcome = _recorded(told, custody, found, None, first, at, now)
    if isinstance(outcome, Refusal):
        _report(opening, told, custody, found, outcome, now)
    return outcome


def _recorded(
    told: RoomEntryTold,
    custody: CustodyTold,
    container: Container,
    second: SecondProof | None,
    first: User,
    at: datetime,
    now: datetime,
) -> Answered:
    return record_movement(
        store=container.store,
        told=_movement(told, custody, container, at, is_alone=second is None),
        second=second,
        proof=_first(told, custody, at),
        entry_id=uuid5(told.id, "movement"),
        by=first,
        now=now,
    )


def _report(
    opening: RoomOpening,
    told: RoomEntryTold,
    custody: CustodyTold,
    container: Container | None,
    refusal: Refusal,
    now: datetime,
) -> None:
    """What the register could not take stands as a discrepancy, until somebody settles it by name."""
    stores = DrugStore.objects.filter(site=opening.site).select_related("site").order_by("code")
    store = container.store if container else stores.first()
    if store is None:
        return  # nothing is kept here: the entry of the room is all there is
    words = f"{custody.kind.value} {custody.container} {custody.capsules}: {refusal.reason}"
    entry_id = uuid5(told.id, "unfit")
    note_unfit(store=store, words=words, container=container, entry_id=entry_id, now=now)


def record_taken_over(
    *, entry: RoomEntry, proof: ReauthenticationProof, by: User, now: datetime
) -> Answered | None:
    """The movement of an entry that was nobody's, once somebody said that it is theirs.

    Nobody's signature stands beside theirs any more: it is the act of one person alone, and is chased.
    """
    if entry.kind != CUSTODY.code or entry.opening is None:
        return None
    told = read_entry(opened(entry, "written") or "")
    custody = told.custody
    assert custody is not None
    container = Container.objects.filter(code=custody.container).select_related("store__site")
    outcome: Answered = Refusal("container-unknown")
    if (found := container.first()) is not None:
        alone = _movement(told, custody, found, min(told.at, now), is_alone=True)
        outcome = record_movement(
            store=found.store,
            told=replace(alone, entered_at=None),
            second=None,
            proof=proof,
            entry_id=uuid5(told.id, "movement"),
            by=by,
            now=now,
        )
    if isinstance(outcome, Refusal):
        _report(entry.opening, told, custody, found, outcome, now)
    return outcome


def _first(told: RoomEntryTold, custody: CustodyTold, at: datetime) -> ReauthenticationProof:
    """The signature is the proof: of this entry alone, at the moment at which it was made."""
    return ReauthenticationProof(
        id=uuid5(told.id, f"first/{custody.first.hex}"),
        user_id=custody.first,
        method=BY_KEY,
        made_at=at,
        expires_at=at + _GOOD_FOR,
    )


def _second(told: RoomEntryTold, custody: CustodyTold, at: datetime) -> SecondProof:
    assert custody.second is not None
    return SecondProof(
        id=uuid5(told.id, f"second/{custody.second.hex}"),
        user_id=custody.second,
        beside_id=custody.first,
        method=BY_KEY,
        made_at=at,
        expires_at=at + _GOOD_FOR,
    )


def _movement(
    told: RoomEntryTold, custody: CustodyTold, container: Container, at: datetime, *, is_alone: bool
) -> MovementTold:
    kind, needs = custody.kind, KINDS[custody.kind]
    own = ledger_of([container], container.store.site.zone).capsules.get(container.id.hex, {})
    fit = {number: now for number, now in own.items() if now.status in FROM[kind]}
    issue = issue_of(container)
    session = DosingSession.objects.filter(id=custody.session).first()
    from_place, from_holder = _taken_from(fit, issue) if needs.source else (None, None)
    return MovementTold(
        kind=kind,
        container=container.id,
        capsules=custody.capsules or ranges(fit or own),
        at=at,
        from_place=from_place,
        from_holder=from_holder,
        to_place=_goes_to(kind, issue) if needs.target == "place" else None,
        enrollment=session.enrollment_id if session else told.enrollment,
        session=session.id if session else None,
        seal=custody.seal,
        reason=custody.reason,
        minutes=custody.minutes,
        came="tablet",
        happened=True,
        emergency=(custody.alone or _NOBODY_ELSE) if is_alone else "",
        entered_at=at,
    )


def issue_of(container: Container) -> DrugMovement | None:
    """The last time a container was issued as part of a session box, which nobody corrected."""
    rows = DrugMovement.objects.filter(
        container=container, kind=Kind.ISSUE_BOX.value, corrected_by=None
    )
    return rows.order_by("-turn").first()


def _taken_from(
    fit: Mapping[int, CapsuleNow], issue: DrugMovement | None
) -> tuple[UUID | None, UUID | None]:
    """The place or the person that the book has it with; the lock of the room where it knows none."""
    where = next((now.where for now in fit.values()), "")
    what, _colon, key = where.partition(":")
    if what == "holder":
        return None, UUID(hex=key)
    if what == "place":
        return UUID(hex=key), None
    return (issue.to_place_id if issue else None), None


def _goes_to(kind: Kind, issue: DrugMovement | None) -> UUID | None:
    """Back to where it was issued from; what is left of a dose to the lock of the room."""
    if issue is None:
        return None
    return issue.from_place_id if kind is Kind.RETURN_BOX else issue.to_place_id
