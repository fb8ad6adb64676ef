"""Moving a controlled drug: what happened is written, and what does not fit becomes a discrepancy.

Where the line runs between what is refused and what is recorded, and why: docs/custody.md.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from holdfast.actions.movement_checks import Checked, checked
from holdfast.actions.movement_misfits import BOX_PROBLEMS, KIT_PROBLEMS, misfits
from holdfast.actions.movement_told import MovementTold as MovementTold
from holdfast.actions.movement_told import NewContainer as NewContainer
from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.second_person import Present, SecondProof, act_of
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.actions.writing import LockedStream, lock, message, one_transaction
from holdfast.domain.accountability import Problem
from holdfast.domain.movements import KINDS
from holdfast.records.facts import Fact
from holdfast.records.journal import ORGANISATION
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.people import PersonKey, User
from holdfast.records.supply import (
    Container,
    CustodyAct,
    CustodyPlace,
    Discrepancy,
    DrugMovement,
    DrugStore,
)
from holdfast.records.supply_reads import ledger_of, told_movement

# Refused until somebody says that it happened all the same; then recorded, with its discrepancy.
ONLY_IF_IT_HAPPENED = frozenset(("before-receipt",))
# The same of what is about to be done; what a body or a hand did in the room is recorded at once.
NOT_TO_BE_DONE = frozenset(
    (
        *("expired", "held-back", "received-twice", "never-received"),
        *(*KIT_PROBLEMS, *BOX_PROBLEMS),
    )
)


@one_transaction
def record_movement(
    *,
    store: DrugStore,
    told: MovementTold,
    second: SecondProof | None,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Record one movement of capsules of one container, with a second person."""
    return moved(store, [told], told.present(second, proof), "drug-moved", entry_id, by, now)


def moved(
    store: DrugStore,
    tolds: Sequence[MovementTold],
    present: Present,
    kind: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Movements of one act, in one entry of the store: all of them, or none."""
    if refusal := _may_not(store, tolds, by, present.entered_at or now):
        return refusal
    stream = _locked(store, tolds, now)
    content = {"movements": [told.told() for told in tolds], **present.told()}
    sent = stream.sent(kind, entry_id, content)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    facts: list[Fact] = []
    benefits: set[UUID] = set()
    found: list[Checked] = []
    for place, told in enumerate(tolds):
        one = checked(store, told, uuid5(entry_id, f"{place}"), stream.now)
        if isinstance(one, Refusal):
            return one
        found.append(one)
        benefits |= one.benefits
    act = act_of(
        uuid5(entry_id, "act"),
        store,
        tolds[0].kind,
        present=present,
        benefits=benefits,
        by=by,
        now=stream.now,
    )
    if isinstance(act, Refusal):
        return act
    written = _movements(store, tolds, found, act, by)
    problems = _problems(store, written, [one.container for one in found])
    problems += [each for fact in written for each in misfits(fact, stream.now)]
    for told, fact in zip(tolds, written, strict=True):
        if refusal := _not_so(told, fact, problems):
            return refusal
    facts += [one.container for one in found if one.is_new]
    facts += [act, *written, *opened(store, problems, entry_id, stream.now, by)]
    return _write(stream, sent, facts, written, by)


def _may_not(
    store: DrugStore, tolds: Sequence[MovementTold], by: User, now: datetime
) -> Refusal | None:
    for told in tolds:
        if told.kind not in KINDS:
            return Refusal("kind-unknown")
        several = [
            refused(by, store.site, permission, now, store.study)
            for permission in KINDS[told.kind].may
        ]
        if all(several):
            return several[0]
    return None


def _locked(store: DrugStore, tolds: Sequence[MovementTold], now: datetime) -> LockedStream:
    """Lock every store that a movement touches, in the order of their ids.

    The store in which a container was first received orders all movements of it, wherever it is.
    """
    ids = [told.container for told in tolds if isinstance(told.container, UUID)]
    if len(ids) < len(tolds):
        lock(ORGANISATION, now)  # a label and a kit number are one in the organisation: they queue
    home = Container.objects.filter(id__in=ids).values_list("store_id", flat=True)
    ends = [each for told in tolds for each in (told.from_place, told.to_place) if each]
    other = CustodyPlace.objects.filter(id__in=ends).values_list("store_id", flat=True)
    streams = {each: lock(each, now) for each in sorted({store.id, *home, *other})}
    latest = max(stream.now for stream in streams.values())
    own = streams[store.id]
    own.now = latest
    return own


def _movements(
    store: DrugStore,
    tolds: Sequence[MovementTold],
    found: Sequence[Checked],
    act: CustodyAct,
    by: User,
) -> list[DrugMovement]:
    key = data_key_of(store.id, PersonKey.WORDS)
    made: list[DrugMovement] = []
    for told, one in zip(tolds, found, strict=True):
        before = sum(each.container_id == one.container.id for each in made)
        fact = one.movement
        fact.store, fact.act, fact.moved_by, fact.second_id = store, act, by, act.second_id
        fact.turn = one.turns + before + 1
        for column, words in (
            ("words", told.words),
            ("document_words", told.document_words),
        ):
            if words:
                setattr(fact, column, sealed(key, fact, column, words))
        made.append(fact)
    return made


def _problems(
    store: DrugStore, written: Sequence[DrugMovement], containers: Sequence[Container]
) -> list[Problem]:
    """Everything that does not fit now in the containers that were moved."""
    further = [told_movement(fact, store.site_id) for fact in written]
    once = {one.id: one for one in containers}
    return ledger_of(once.values(), store.site.zone, further).problems


def _not_so(told: MovementTold, fact: DrugMovement, problems: Sequence[Problem]) -> Refusal | None:
    """The refusal of what should not be, unless it happened."""
    if told.happened:
        return None
    codes = ONLY_IF_IT_HAPPENED
    if not KINDS[told.kind].is_of_the_room:
        codes |= NOT_TO_BE_DONE
    own = sorted({one.code for one in problems if one.movement == fact.id.hex} & codes)
    return Refusal("does-not-fit", {"problem": own[0]}) if own else None


def opened(
    store: DrugStore, problems: Sequence[Problem], entry_id: UUID, now: datetime, by: User
) -> list[Fact]:
    """A discrepancy for each problem that none stands for yet, and the message that tells of it."""
    movements = {UUID(one.movement) for one in problems}
    rows = Discrepancy.objects.filter(movement__in=movements)
    known = set(rows.values_list("code", "movement_id", "capsules"))
    facts: list[Fact] = []
    for one in problems:
        if (one.code, UUID(one.movement), one.capsules) in known:
            continue
        fact = Discrepancy(
            id=uuid5(entry_id, f"discrepancy/{one.code}/{one.movement}/{one.capsules}"),
            store=store,
            code=one.code,
            container_id=UUID(one.container),
            capsules=one.capsules,
            movement_id=UUID(one.movement),
            opened_at=now,
            opened_by=by,
        )
        facts += [fact, told_of(store, fact)]
    return facts


def told_of(store: DrugStore, fact: Discrepancy) -> Fact:
    """The message that a discrepancy was opened: codes and ids."""
    return message("custody-discrepancy", fact.id, site=store.site_id.hex, code=fact.code)


def _write(
    stream: LockedStream,
    sent: Any,
    facts: list[Fact],
    written: Sequence[DrugMovement],
    by: User,
) -> Receipt:
    act = written[0].act
    if act.policy in CustodyAct.CHASED:
        told = {"site": act.store.site_id.hex, "policy": act.policy}
        facts.append(message("custody-unconfirmed", act.id, **told))
    values = {
        "kind": written[0].kind,
        "containers": ",".join(fact.container_id.hex for fact in written),
        "policy": act.policy,
    }
    return stream.write(sent, facts, by=by, values=values)
