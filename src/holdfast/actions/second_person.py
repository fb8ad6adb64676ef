"""Two people who show on the same screen who they are: neither acts for the other.

The first is whoever is logged in, or entered a PIN on a room's tablet. The second shows it at the
same edge, for this first person alone; the proof is good once, for two minutes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import Q

from holdfast.actions.outcomes import Refusal
from holdfast.actions.signatures import PROOF_LASTS, ReauthenticationProof
from holdfast.domain.movements import EMERGENCIES, Kind
from holdfast.records import access
from holdfast.records.care import Signature
from holdfast.records.people import Site, User
from holdfast.records.supply import ActConfirmed, CustodyAct, DrugStore, TwoPersonPolicy

# What else than a movement may need two people.
OTHER_ACTS = ("count", "settle", "hold", "lift")
# What can wait until there are two, whatever the emergency: it closes or releases what was held.
NEVER_ALONE = ("settle", "lift")


@dataclass(frozen=True, kw_only=True)
class SecondProof:
    """Somebody just showed who they are, to stand beside one other person. Good once.

    Made at the edge, where the PIN, the passkey or the password was checked.
    """

    id: UUID
    user_id: UUID
    beside_id: UUID
    method: str  # pin | passkey | password
    made_at: datetime
    expires_at: datetime

    @classmethod
    def made(cls, *, user: User, beside: User, now: datetime, method: str) -> "SecondProof":
        """The proof of a check that just succeeded."""
        return cls(
            id=uuid4(),
            user_id=user.id,
            beside_id=beside.id,
            method=method,
            made_at=now,
            expires_at=now + PROOF_LASTS,
        )


@dataclass(frozen=True, kw_only=True)
class Present:
    """Who is there, as it was told: the proofs, or why there was nobody else.

    ``entered_at`` is when both showed who they are on a device that had no server then; its edge
    vouches for it. ``signed_paper`` names the second who signed a sheet that is typed in now.
    """

    proof: ReauthenticationProof | None = None
    second: SecondProof | None = None
    emergency: str = ""
    signed_paper: UUID | None = None
    entered_at: datetime | None = None

    @property
    def second_id(self) -> UUID | None:
        """Who the second person is, however they signed."""
        return self.second.user_id if self.second else self.signed_paper

    def told(self) -> dict[str, str | UUID | None]:
        """What of it belongs to the content of an entry; proofs are made anew when it is sent again."""
        return {"second": self.second_id, "emergency": self.emergency}


def policy_of(site: Site, kind: str) -> TwoPersonPolicy | None:
    """The policy that was signed for this kind of act at a site; None where the default stands."""
    rows = TwoPersonPolicy.objects.filter(site=site, kind=kind, corrected_by=None)
    return rows.order_by("-position").first()


def needs_two(site: Site, kind: str) -> bool:
    """Two people, unless the site signed that one is enough."""
    policy = policy_of(site, kind)
    return policy is None or policy.needs_two


def act_of(
    act_id: UUID,
    store: DrugStore,
    kind: Kind | str,
    *,
    present: Present,
    benefits: Collection[UUID],
    by: User,
    now: datetime,
) -> CustodyAct | Refusal:
    """Who acts and who stands beside, as a fact to be written; a refusal where that does not hold.

    ``benefits`` are those whom the movement gives something: they witness nothing of it.
    """
    policy = policy_of(store.site, str(kind))
    asks_two = policy is None or policy.needs_two
    if present.emergency and str(kind) in NEVER_ALONE:
        return Refusal("second-missing")
    if refusal := _refused(store, present, asks_two, benefits, by, now):
        return refusal
    proof, second = present.proof, present.second
    return CustodyAct(
        id=act_id,
        store=store,
        kind=str(kind),
        first=by,
        first_proof=proof.id if proof else None,
        first_method=proof.method if proof else "",
        second_id=present.second_id,
        second_proof=second.id if second else None,
        second_method=second.method if second else "paper" if present.signed_paper else "",
        policy=_applied(present, asks_two),
        emergency=present.emergency,
        policy_fact=policy,
    )


def _applied(present: Present, asks_two: bool) -> str:
    if present.second:
        return "two"
    if present.signed_paper:
        return "paper"
    return "emergency" if asks_two else "one"


def _refused(
    store: DrugStore,
    present: Present,
    asks_two: bool,
    benefits: Collection[UUID],
    by: User,
    now: datetime,
) -> Refusal | None:
    at = present.entered_at or now
    if present.emergency and (present.emergency not in EMERGENCIES or present.second_id):
        return Refusal("emergency-unclear")
    if at > now:
        return Refusal("moment-in-the-future")
    if present.proof is not None and (wrong := _proof_wrong(present.proof, by, at)):
        return wrong
    beside = present.second_id
    if beside is None:
        return Refusal("second-missing") if asks_two and not present.emergency else None
    if present.proof is None and present.second is not None:
        return Refusal("proof-missing")
    if wrong := second_wrong(store, beside, benefits, by, at):
        return wrong
    return _second_proof_wrong(present.second, by, at) if present.second else None


def _proof_wrong(proof: ReauthenticationProof, by: User, at: datetime) -> Refusal | None:
    if proof.user_id != by.id:
        return Refusal("proof-of-another")
    if not proof.made_at <= at < proof.expires_at:
        return Refusal("proof-expired")
    return Refusal("proof-used") if proof_was_used(proof.id) else None


def _second_proof_wrong(second: SecondProof, by: User, at: datetime) -> Refusal | None:
    if second.beside_id != by.id:
        return Refusal("second-of-another")
    if not second.made_at <= at < second.expires_at:
        return Refusal("second-expired")
    return Refusal("proof-used") if proof_was_used(second.id) else None


def second_wrong(
    store: DrugStore, second: UUID, benefits: Collection[UUID], by: User, now: datetime
) -> Refusal | None:
    """Why somebody may not be the second person here; None where they may."""
    if second == by.id:
        return Refusal("witness-is-actor")
    if second in benefits:
        return Refusal("witness-benefits")
    user = User.objects.filter(id=second).first()
    if not access.may(user, store.site, "custody.witness", now, store.study):
        return Refusal("witness-may-not")
    return None


def proof_was_used(proof: UUID) -> bool:
    """True where a proof, of whichever person, was used for anything before."""
    acts = CustodyAct.objects.filter(Q(first_proof=proof) | Q(second_proof=proof))
    return (
        acts.exists()
        or Signature.objects.filter(proof_id=proof).exists()
        or ActConfirmed.objects.filter(proof=proof).exists()
    )
