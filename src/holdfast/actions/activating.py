"""Activation: two people put a sealed allocation in force, without being shown a line of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions import sealed_room
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.people import name_stream
from holdfast.actions.permission import refused, role_with
from holdfast.actions.second_person import SecondProof
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import LockedStream, lock, message, one_transaction, open_stream
from holdfast.analysis.randomization.allocation import commitment
from holdfast.records.allocation import ListActivated, SlotTaken
from holdfast.records.allocations import list_at, sites_of
from holdfast.records.canonical import document
from holdfast.records.care import Signature
from holdfast.records.journal import ORGANISATION
from holdfast.records.keys import data_key_of, sealed, site_key_named
from holdfast.records.people import PersonKey, Site, User
from holdfast.unblinded.lists import ListUnfit, SealedList, bring_in, read_list, repeats
from holdfast.unblinded.sealed_file import Heading, NotOurs, opened, read_heading

PERMISSION = "allocation.activate"


@dataclass(frozen=True, kw_only=True)
class ToActivate:
    """What is put in force, as it was told: the file, for which protocol version and sites, and why."""

    file: bytes
    protocol: str
    version: int
    sites: Sequence[Site]
    reason: str
    words: str = ""

    def told(self, heading: Heading) -> dict[str, object]:
        """What of it is known again when it is sent again."""
        return {
            "commitment": heading.commitment,
            "protocol": self.protocol,
            "version": self.version,
            "sites": sorted(site.id.hex for site in self.sites),
            "reason": self.reason,
            "words": self.words,
        }


@one_transaction
def activate_list(
    *,
    told: ToActivate,
    proof: ReauthenticationProof | None,
    second: SecondProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Put a sealed list in force at sites: both sign its commitment, and it is brought into the room.

    A list that is not whole, not of this protocol version, or that was altered is refused by a code
    that says which, and nothing is written.
    """
    seconded_by = User.objects.filter(id=second.user_id).first() if second else None
    if refusal := _may_not(told, [by, *([seconded_by] if seconded_by else [])], now):
        return refusal
    if not told.sites or told.reason not in ListActivated.REASONS:
        return Refusal("reason-unknown" if told.sites else "site-missing")
    try:
        heading = read_heading(told.file)
    except NotOurs:
        return Refusal("list-not-a-sealed-one")
    above = lock(ORGANISATION, now)
    sent = above.sent("list-activated", entry_id, told.told(heading))
    if earlier := above.earlier(sent, by=by):
        return earlier
    made = _whole(told, heading)
    if isinstance(made, Refusal):
        return made
    followed = _followed(told)
    if isinstance(followed, Refusal):
        return followed
    beside = _second_proof(second, by)
    if refusal := proof_refused(proof, by, now):
        return refusal
    if isinstance(beside, Refusal):
        return beside
    assert seconded_by is not None
    if refusal := proof_refused(beside, seconded_by, now):
        return refusal
    assert proof is not None
    room = sealed_room.first_or_open_room()
    if ListActivated.objects.filter(commitment=heading.commitment).exists() or repeats(room, made):
        return Refusal("list-active-already")
    fact = _fact(uuid5(entry_id, "list"), told, heading, made, followed)
    if followed is not None:
        lock(followed.id, now)  # whoever takes its next slot is first, or finds it replaced
    open_stream("allocation", fact.id)
    stream = lock(fact.id, now)
    first, beside_it = _signed(stream, fact, told, (by, proof), (seconded_by, beside))
    bring_in(room, fact.id, made)
    letter = message("list-activated", fact.id, protocol=told.protocol)
    values = {"protocol": told.protocol, "version": told.version, "reason": told.reason}
    receipt = stream.write(sent, [fact, first, letter], by=by, values=values)
    # A signature is recorded by who signed: the second person's is an entry of their own.
    also = stream.sent("list-seconded", uuid5(entry_id, "seconded"), {"list": fact.id})
    stream.write(also, [beside_it], by=seconded_by, values={"protocol": told.protocol})
    name_stream(above, fact.id, "allocation", entry_id, by)
    return receipt


def _may_not(told: ToActivate, people: Sequence[User], now: datetime) -> Refusal | None:
    """A refusal where one of them may not activate at one of the sites."""
    asked = (
        refused(who, site, PERMISSION, now, told.protocol) for who in people for site in told.sites
    )
    return next((refusal for refusal in asked if refusal), None)


def _whole(told: ToActivate, heading: Heading) -> SealedList | Refusal:
    """The list, opened and looked through from end to end."""
    if (heading.protocol, heading.version) != (told.protocol, told.version):
        return Refusal("list-of-another-protocol")
    key = site_key_named(heading.key)
    if key.fingerprint != heading.key:
        return Refusal("list-of-another-key")
    try:
        inside = opened(told.file, key.subkey(sealed_room.PURPOSE))
        if commitment(inside) != heading.commitment:
            return Refusal("list-altered")
        made = read_list(inside)
    except NotOurs:
        return Refusal("list-altered")
    except ListUnfit as unfit:
        return Refusal(unfit.reason)
    named = (made.design.protocol.name, made.design.protocol.version, made.design.sha256)
    if named != (heading.protocol, heading.version, heading.design_sha256):
        return Refusal("list-of-another-protocol")
    levels = next((f.levels for f in made.design.factors if f.code == "site"), None)
    if levels is not None and {site.code for site in told.sites} - set(levels):
        return Refusal("list-not-for-this-site")
    return made


def _followed(told: ToActivate) -> ListActivated | Refusal | None:
    """The list whose place this one takes: one for all its sites, or none."""
    former = {site.id: list_at(site.id, told.protocol) for site in told.sites}
    standing = {each.id: each for each in former.values() if each is not None}
    if not standing:
        return None
    if len(standing) > 1 or told.reason == "trial-begins":
        return Refusal("list-stands-here-already")
    only = next(iter(standing.values()))
    if set(sites_of(only)) - {site.id for site in told.sites}:
        return Refusal("list-stands-here-already")
    return only


def _second_proof(second: SecondProof | None, by: User) -> ReauthenticationProof | Refusal:
    if second is None:
        return Refusal("second-missing")
    if second.user_id == by.id:
        return Refusal("second-is-the-first")
    if second.beside_id != by.id:
        return Refusal("proof-of-another")
    return ReauthenticationProof(
        id=second.id,
        user_id=second.user_id,
        method=second.method,
        made_at=second.made_at,
        expires_at=second.expires_at,
    )


def _fact(
    list_id: UUID,
    told: ToActivate,
    heading: Heading,
    made: SealedList,
    followed: ListActivated | None,
) -> ListActivated:
    """What everybody may know of the list: nothing that follows from its arms or its seed."""
    design = made.design
    factors = [{"code": f.code, "levels": list(f.levels)} for f in design.factors]
    return ListActivated(
        id=list_id,
        protocol_name=design.protocol.name,
        protocol_version=design.protocol.version,
        protocol_sha256=design.protocol.sha256,
        commitment=heading.commitment,
        design_sha256=heading.design_sha256,
        method=design.method,
        factors=document(factors).decode(),
        slots=design.slots,
        kits=len(made.kits),
        sites=document(sorted(site.id.hex for site in told.sites)).decode(),
        follows=followed,
        reason=told.reason,
    )


Signer = tuple[User, ReauthenticationProof]


def _signed(
    stream: LockedStream, fact: ListActivated, told: ToActivate, first: Signer, second: Signer
) -> list[Signature]:
    """Both signatures, over the very fact that is written."""
    fact.activated_at, fact.activated_by, fact.seconded_by = stream.now, first[0], second[0]
    fact.signature_id = uuid5(fact.id, "signature")
    fact.second_signature_id = uuid5(fact.id, "second-signature")
    if told.words:
        key = data_key_of(first[0].id, PersonKey.IDENTITY)
        fact.words = sealed(key, fact, "words", told.words)
    stream.place(fact, by=first[0])
    return [
        sign(
            stream,
            signature_id,
            [fact],
            meaning="activates-allocation",
            role=role_with(who, told.sites[0], PERMISSION, stream.now, told.protocol),
            by=who,
            proof=proof,
        )
        for signature_id, (who, proof) in (
            (fact.signature_id, first),
            (fact.second_signature_id, second),
        )
    ]


def taken_by(activated: ListActivated) -> int:
    """How many were randomized by a list."""
    return SlotTaken.objects.filter(activated=activated).count()
