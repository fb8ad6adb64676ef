"""Operational times: a site signs its own in place of our default, within the bounds."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import lock, one_transaction
from holdfast.definitions.operational_times import operational_times
from holdfast.records.duty import SignedTime
from holdfast.records.people import Site, User
from holdfast.records.rota import standing_times


@one_transaction
def sign_operational_time(
    *,
    site: Site,
    code: str,
    value: Decimal,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Sign a time for a site, in the unit of its definition. What is open already stays as it was."""
    if refusal := refused(by, site, "times.sign", now):
        return refusal
    time = operational_times().get(code)
    if time is None:
        return Refusal("limit-unknown")
    if not isinstance(value, Decimal) or not time.fits(value):
        return Refusal("value-does-not-fit", {"limit": code})
    stream = lock(site.id, now)
    what = {"code": code, "value": value, "unit": time.unit}
    sent = stream.sent("operational-time-signed", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    before = standing_times(site).get(code)
    fact = SignedTime(
        id=uuid5(entry_id, "time"),
        corrects_id=before.id if before else None,
        correction_reason="signed-anew" if before else "",
        site=site,
        signed_on=local_date(site, stream.now),
        signed_by=by,
        signature_id=uuid5(entry_id, "signature"),
        **what,
    )
    role = role_with(by, site, "times.sign", now)
    signature = sign(
        stream,
        fact.signature_id,
        [fact],
        meaning="signs-operational-time",
        role=role,
        by=by,
        proof=proof,
    )
    return stream.write(sent, [signature, fact], by=by, values=what)
