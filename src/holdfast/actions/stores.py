"""Drug stores and their places, and which movements need two people at a site."""

import re
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.people import name_stream
from holdfast.actions.permission import refused, role_with
from holdfast.actions.second_person import OTHER_ACTS, policy_of
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import lock, make_key, one_transaction, open_stream
from holdfast.domain.movements import Kind, Place
from holdfast.records.people import PersonKey, Site, User
from holdfast.records.rooms import Room
from holdfast.records.supply import CustodyPlace, DrugStore, TwoPersonPolicy

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")
_STUDY = re.compile(r"[a-z0-9][a-z0-9.-]{0,59}")


@one_transaction
def open_store(
    *,
    site: Site,
    code: str,
    title: str,
    entry_id: UUID,
    by: User,
    now: datetime,
    study: str | None = None,
) -> Answered:
    """Open a drug store with its own stream and key; the site's stream names it."""
    if refusal := refused(by, site, "custody.set-up", now, study):
        return refusal
    if not _CODE.fullmatch(code) or not 0 < len(title.strip()) <= 80:
        return Refusal("store-does-not-fit")
    if study is not None and not _STUDY.fullmatch(study):
        return Refusal("store-does-not-fit")
    above = lock(site.id, now)
    sent = above.sent("drug-store-opened", entry_id, {"code": code, "title": title, "of": study})
    if earlier := above.earlier(sent, by=by):
        return earlier
    if DrugStore.objects.filter(site=site, code=code).exists():
        return Refusal("store-code-taken")
    store = DrugStore(
        id=uuid5(entry_id, "store"), site=site, code=code, title=title.strip(), study=study
    )
    open_stream("drug-store", store.id)
    key = make_key(owner=store.id, word_class=PersonKey.WORDS, by=by, now=now)
    receipt = lock(store.id, now).write(sent, [store], by=by, keys=[key.id], values={"code": code})
    name_stream(above, store.id, "drug-store", entry_id, by)
    return receipt


@one_transaction
def add_place(
    *,
    store: DrugStore,
    code: str,
    title: str,
    kind: Place,
    entry_id: UUID,
    by: User,
    now: datetime,
    room: Room | None = None,
    celsius: tuple[Decimal, Decimal] | None = None,
    range_source: str = "",
) -> Answered:
    """Name a place of a store. ``celsius`` is the range that its label or protocol allows."""
    if refusal := refused(by, store.site, "custody.set-up", now, store.study):
        return refusal
    if not _CODE.fullmatch(code) or not 0 < len(title.strip()) <= 80 or kind not in set(Place):
        return Refusal("place-does-not-fit")
    if (kind is Place.ROOM_LOCK) != (room is not None) or (room and room.site_id != store.site_id):
        return Refusal("place-does-not-fit")
    if celsius is not None and not (
        all(each.is_finite() for each in celsius)
        and celsius[0] < celsius[1]
        and range_source in CustodyPlace.RANGE_SOURCES
    ):
        return Refusal("range-does-not-fit")
    stream = lock(store.id, now)
    told = {"code": code, "title": title, "kind": kind.value, "room": room.id if room else None}
    told |= {"range": " to ".join(str(each) for each in celsius or ()), "source": range_source}
    sent = stream.sent("custody-place-added", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    taken = CustodyPlace.objects.filter(store=store, code=code, corrected_by=None)
    if taken.filter(is_withdrawn=False).exists():
        return Refusal("place-code-taken")
    place = CustodyPlace(
        id=uuid5(entry_id, "place"),
        store=store,
        code=code,
        title=title.strip(),
        kind=kind.value,
        room=room,
        least_celsius=celsius[0] if celsius else None,
        most_celsius=celsius[1] if celsius else None,
        range_source=range_source if celsius else "",
    )
    return stream.write(sent, [place], by=by, values={"code": code, "kind": kind.value})


@one_transaction
def set_policy(
    *,
    site: Site,
    kind: str,
    needs_two: bool,
    reason: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Sign whether an act of custody needs two people at a site. Without a signature, it does."""
    if refusal := refused(by, site, "custody.set-up", now):
        return refusal
    if kind not in {*(each.value for each in Kind), *OTHER_ACTS}:
        return Refusal("kind-unknown")
    if reason not in TwoPersonPolicy.REASONS:
        return Refusal("reason-unknown")
    stream = lock(site.id, now)
    told = {"kind": kind, "needs_two": needs_two, "reason": reason}
    sent = stream.sent("two-person-policy-signed", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    before = policy_of(site, kind)
    policy = TwoPersonPolicy(
        id=uuid5(entry_id, "policy"),
        corrects_id=before.id if before else None,
        correction_reason=reason,
        site=site,
        kind=kind,
        needs_two=needs_two,
        signature_id=uuid5(entry_id, "signature"),
    )
    signature = sign(
        stream,
        policy.signature_id,
        [policy],
        meaning="signs-two-person-policy",
        role=role_with(by, site, "custody.set-up", now),
        by=by,
        proof=proof,
    )
    return stream.write(sent, [signature, policy], by=by, values={"kind": kind})
