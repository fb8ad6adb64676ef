"""Discrepancies: reported, and settled by a named person who is not in them; acts confirmed afterwards."""

from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.movements import told_of
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.people import house
from holdfast.actions.permission import refused
from holdfast.actions.second_person import Present, act_of, proof_was_used, second_wrong
from holdfast.actions.signatures import ReauthenticationProof, proof_refused
from holdfast.actions.writing import lock, one_transaction
from holdfast.domain.movements import Kind
from holdfast.records.facts import Fact
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.people import PersonKey, User
from holdfast.records.supply import (
    ActConfirmed,
    Container,
    CountTaken,
    CustodyAct,
    Discrepancy,
    DiscrepancySettled,
    DrugMovement,
    DrugStore,
)

# What somebody may report that no movement and no count says.
REPORTED = ("seal-broken", "kit-number-twice", "label-differs", "not-listed", "other")


@one_transaction
def report_discrepancy(
    *,
    store: DrugStore,
    code: str,
    words: str,
    entry_id: UUID,
    by: User,
    now: datetime,
    container: Container | None = None,
) -> Answered:
    """Report that something does not fit. Whoever sees custody may; nobody is refused a second look."""
    if refusal := refused(by, store.site, "custody.see", now, store.study):
        return refusal
    if code not in REPORTED:
        return Refusal("kind-unknown")
    if not words.strip():
        return Refusal("words-missing")
    return _opened(store, code, words, entry_id, by, now, container)


@one_transaction
def note_unfit(
    *, store: DrugStore, words: str, entry_id: UUID, now: datetime, container: Container | None
) -> Answered:
    """What happened and the register could not take stands open, by the house: nobody may be refused it."""
    return _opened(store, "other", words, entry_id, house(), now, container)


def _opened(
    store: DrugStore,
    code: str,
    words: str,
    entry_id: UUID,
    by: User,
    now: datetime,
    container: Container | None,
) -> Answered:
    stream = lock(store.id, now)
    told = {"code": code, "words": words, "container": container.id if container else None}
    sent = stream.sent("discrepancy-reported", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    fact = Discrepancy(
        id=uuid5(entry_id, "discrepancy"),
        store=store,
        code=code,
        container=container,
        opened_at=stream.now,
        opened_by=by,
    )
    fact.words = sealed(data_key_of(store.id, PersonKey.WORDS), fact, "words", words)
    return stream.write(sent, [fact, told_of(store, fact)], by=by, values={"code": code})


@one_transaction
def settle_discrepancy(
    *,
    discrepancy: Discrepancy,
    outcome: str,
    words: str,
    present: Present,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Settle a discrepancy by name, with a second person; neither made what does not fit."""
    store = discrepancy.store
    if refusal := refused(by, store.site, "custody.settle", now, store.study):
        return refusal
    if outcome not in DiscrepancySettled.OUTCOMES:
        return Refusal("outcome-unknown")
    if not words.strip():
        return Refusal("words-missing")
    stream = lock(store.id, now)
    told = {"discrepancy": discrepancy.id, "outcome": outcome, "words": words, **present.told()}
    sent = stream.sent("discrepancy-settled", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if DiscrepancySettled.objects.filter(discrepancy=discrepancy).exists():
        return Refusal("already-settled")
    involved = in_it(discrepancy)
    if by.id in involved:
        return Refusal("settles-their-own")
    if not _bears_out(discrepancy, outcome):
        return Refusal("outcome-without-movement")
    act = act_of(
        uuid5(entry_id, "act"),
        store,
        "settle",
        present=present,
        benefits=involved,
        by=by,
        now=stream.now,
    )
    if isinstance(act, Refusal):
        return act
    fact = DiscrepancySettled(
        id=uuid5(entry_id, "settled"),
        discrepancy=discrepancy,
        outcome=outcome,
        settled_at=stream.now,
        settled_by=by,
        act=act,
    )
    fact.words = sealed(data_key_of(store.id, PersonKey.WORDS), fact, "words", words)
    values = {"discrepancy": discrepancy.id.hex, "outcome": outcome}
    return stream.write(sent, [act, fact], by=by, values=values)


def in_it(discrepancy: Discrepancy) -> frozenset[UUID]:
    """Who moved, counted or reported what does not fit, and who stood beside.

    Of a count that differs also everybody who moved the container since it was last found to be right.
    """
    found: set[UUID | None] = set()
    if discrepancy.code in REPORTED:
        found.add(discrepancy.opened_by_id)
    if discrepancy.count is not None:
        found |= _moved_since_it_fitted(discrepancy.count)
    if movement := discrepancy.movement:
        found |= {movement.moved_by_id, movement.second_id}
    if act := discrepancy.act:
        found |= {act.first_id, act.second_id}
    return frozenset(one for one in found if one is not None)


def _moved_since_it_fitted(count: CountTaken) -> set[UUID | None]:
    """Everybody who moved a container, or stood beside, since the last count of it that agreed."""
    rows = DrugMovement.objects.filter(container=count.container_id, at__lte=count.counted_at)
    counts = CountTaken.objects.filter(container=count.container_id, place=count.place_id)
    agreed = counts.filter(counted_at__lt=count.counted_at, discrepancies=None)
    if last := agreed.order_by("-counted_at").first():
        rows = rows.filter(at__gt=last.counted_at)
    return {who for pair in rows.values_list("moved_by_id", "second_id") for who in pair}


def _bears_out(discrepancy: Discrepancy, outcome: str) -> bool:
    """Whether the book holds what the outcome says: a correction, a loss, a find."""
    rows = DrugMovement.objects.filter(container=discrepancy.container)
    rows = rows.filter(recorded_at__gte=discrepancy.opened_at)
    if outcome == "corrected":
        return rows.exclude(corrects=None).exists()
    if outcome in ("lost", "found"):
        kind = Kind.LOSE if outcome == "lost" else Kind.FIND
        return rows.filter(kind=kind.value).exists()
    return True


@one_transaction
def confirm_act(
    *,
    act: CustodyAct,
    outcome: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Say afterwards whether what one did alone, or what was typed from paper, was as it was told.

    On paper the second who signed it confirms; after an emergency whoever may witness.
    """
    store = act.store
    if refusal := refused(by, store.site, "custody.witness", now, store.study):
        return refusal
    if outcome not in ActConfirmed.OUTCOMES:
        return Refusal("outcome-unknown")
    stream = lock(store.id, now)
    sent = stream.sent("custody-confirmed", entry_id, {"act": act.id, "outcome": outcome})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if act.policy not in CustodyAct.CHASED:
        return Refusal("nothing-to-confirm")
    if ActConfirmed.objects.filter(act=act).exists():
        return Refusal("already-confirmed")
    if act.second_id not in (None, by.id):
        return Refusal("second-of-another")
    benefits = {row.to_holder_id for row in act.movements.all() if row.to_holder_id}
    if refusal := second_wrong(store, by.id, benefits, act.first, now):
        return refusal
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    if proof_was_used(proof.id):
        return Refusal("proof-used")
    fact = ActConfirmed(
        id=uuid5(entry_id, "confirmed"),
        act=act,
        outcome=outcome,
        proof=proof.id,
        method=proof.method,
        confirmed_at=stream.now,
        confirmed_by=by,
    )
    facts: list[Fact] = [fact]
    if outcome == "not-as-told":
        told = Discrepancy(
            id=uuid5(entry_id, "discrepancy"),
            store=store,
            code="not-as-told",
            act=act,
            opened_at=stream.now,
            opened_by=by,
        )
        facts += [told, told_of(store, told)]
    return stream.write(sent, facts, by=by, values={"act": act.id.hex, "outcome": outcome})
