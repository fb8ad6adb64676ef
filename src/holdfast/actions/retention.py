"""A physician signs for a site how many years a rule of retention asks."""

from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import lock, one_transaction
from holdfast.definitions import retention
from holdfast.records.erasure import SignedRetention
from holdfast.records.people import Site, User

MOST_YEARS = 100


@one_transaction
def sign_retention(
    *,
    site: Site,
    rule: str,
    years: int,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Sign the whole years, 0 to 100, that a rule asks at a site; a second one corrects the first.

    A number that was verified is the law's own: signing another is refused.
    """
    if refusal := refused(by, site, "retention.sign", now):
        return refusal
    known = retention.rules().get(rule)
    if known is None:
        return Refusal("rule-unknown")
    stream = lock(site.id, now)
    sent = stream.sent("retention-signed", entry_id, {"rule": rule, "years": years})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if not known.needs_signature:
        return Refusal("years-are-the-laws-own")
    if not 0 <= years <= MOST_YEARS:
        return Refusal("years-do-not-fit")
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    before = SignedRetention.objects.filter(site=site, rule=rule, corrected_by=None).first()
    fact = SignedRetention(
        id=uuid5(entry_id, "retention"),
        corrects_id=before.id if before else None,
        correction_reason="signed-anew" if before else "",
        site=site,
        rule=rule,
        years=years,
        signature_id=uuid5(entry_id, "signature"),
    )
    role = role_with(by, site, "retention.sign", now)
    signature = sign(
        stream, fact.signature_id, [fact], meaning="signs-retention", role=role, by=by, proof=proof
    )
    values = {"rule": rule, "years": years}
    return stream.write(sent, [signature, fact], by=by, values=values)
