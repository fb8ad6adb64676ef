"""Signing: a proof of re-authentication in, a signature bound to exact content out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from holdfast.actions.outcomes import Refusal
from holdfast.actions.writing import LockedStream
from holdfast.records.access import printed_name
from holdfast.records.canonical import document, fact_sha256
from holdfast.records.care import Signature
from holdfast.records.columns import instant_text
from holdfast.records.facts import Fact
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.people import PersonKey, User

PROOF_LASTS = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class ReauthenticationProof:
    """Somebody just showed again that they are who they are. Good once, for two minutes.

    Made at the edge, where the password or the key was checked; never stored before it is used.
    """

    id: UUID
    user_id: UUID
    method: str  # password
    made_at: datetime
    expires_at: datetime

    @classmethod
    def made(
        cls, *, user: User, now: datetime, method: str = "password"
    ) -> "ReauthenticationProof":
        """The proof of a check that just succeeded."""
        return cls(
            id=uuid4(), user_id=user.id, method=method, made_at=now, expires_at=now + PROOF_LASTS
        )


def proof_refused(proof: ReauthenticationProof | None, by: User, now: datetime) -> Refusal | None:
    """A refusal where a proof does not hold for this person now."""
    if proof is None:
        return Refusal("proof-missing")
    if proof.user_id != by.id:
        return Refusal("proof-of-another")
    if not proof.made_at <= now < proof.expires_at:
        return Refusal("proof-expired")
    if Signature.objects.filter(proof_id=proof.id).exists():
        return Refusal("proof-used")
    return None


def sign(
    stream: LockedStream,
    signature_id: UUID,
    signed: Sequence[Fact],
    *,
    meaning: str,
    role: str,
    by: User,
    proof: ReauthenticationProof,
) -> Signature:
    """A signature over exactly these facts, to be written with them.

    Facts that are new get their place first, so that their hash is known; earlier ones are
    hashed as they stand. A signed fact that holds the signature's id holds it already.
    """
    facts = [
        [fact._meta.db_table, fact.pk.hex, fact_sha256(fact)]
        for fact in (fact if fact.position else stream.place(fact, by=by) for fact in signed)
    ]
    statement = document(
        {
            "schema": 1,
            "signature": signature_id.hex,
            "signed_by": by.id.hex,
            "signed_at": instant_text(stream.now),
            "role": role,
            "meaning": meaning,
            "facts": facts,
        }
    ).decode()
    signature = Signature(
        id=signature_id,
        signed_by_id=by.id,
        signed_at=stream.now,
        role=role,
        meaning=meaning,
        statement=statement,
        statement_sha256=sha256(statement.encode()).hexdigest(),
        proof_id=proof.id,
        proof_method=proof.method,
    )
    key = data_key_of(by.id, PersonKey.IDENTITY)
    signature.printed_name = sealed(key, signature, "printed_name", printed_name(by))
    return signature
