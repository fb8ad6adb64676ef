"""A physician signs a limit for a site; every enrollment it bears on is judged again."""

from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from holdfast.actions.judging import judge_after, local_date, signed_limits
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import lock, one_transaction
from holdfast.definitions import interactions
from holdfast.definitions.session_numbers import numbers_of_sessions
from holdfast.domain.limits import Limit
from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.quantities import Quantity, UnitMismatch, UnknownUnit
from holdfast.records.care import Enrollment, SignedLimit
from holdfast.records.keys import Erased, data_key_of
from holdfast.records.people import PersonKey, Site, User


@one_transaction
def sign_limit(
    *,
    site: Site,
    protocol: ProtocolVersion,
    code: str,
    value: Decimal,
    unit: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Sign a number for a limit at a site; a second one corrects the first.

    The limit is the protocol version's own, one of the table of medicines, such as a washout, or one
    of its dosing sessions.

    A limit that is verified or derived is the protocol's own: signing another is refused, for
    that would be an amendment.
    """
    if refusal := refused(by, site, "limit.sign", now, protocol.name):
        return refusal
    limit = limit_of(protocol, code)
    if limit is None:
        return Refusal("limit-unknown")
    stream = lock(site.id, now)
    what = {"protocol": protocol.sha256, "code": code, "value": value, "unit": unit}
    sent = stream.sent("limit-signed", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := _unfit(limit, value, unit) or proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    before = signed_limits(site, protocol).get(code)
    fact = SignedLimit(
        id=uuid5(entry_id, "limit"),
        corrects_id=before.id if before else None,
        correction_reason="signed-anew" if before else "",
        protocol_name=protocol.name,
        protocol_version=protocol.version,
        protocol_sha256=protocol.sha256,
        site=site,
        code=code,
        value=value,
        unit=unit,
        signed_on=local_date(site, stream.now),
        signed_by=by,
        signature_id=uuid5(entry_id, "signature"),
    )
    role = role_with(by, site, "limit.sign", now, protocol.name)
    signature = sign(
        stream, fact.signature_id, [fact], meaning="signs-limit", role=role, by=by, proof=proof
    )
    values = {"protocol": protocol.name, "code": code, "value": value, "unit": unit}
    receipt = stream.write(sent, [signature, fact], by=by, values=values)
    _judge_again(site, protocol, by, stream.now)
    return receipt


def limit_of(protocol: ProtocolVersion, code: str) -> Limit | None:
    """The number of that code that bears on a protocol; None where there is none."""
    several = (protocol.limits, interactions.load().limits, numbers_of_sessions(protocol.name))
    return next((each[code] for each in several if code in each), None)


def _unfit(limit: Limit, value: Decimal, unit: str) -> Refusal | None:
    """A refusal where a number cannot stand for a limit."""
    if not limit.needs_signature:
        return Refusal("limit-is-the-protocols-own", {"limit": limit.code})
    if not isinstance(value, Decimal) or not value.is_finite() or value < 0:
        return Refusal("value-does-not-fit", {"limit": limit.code})
    try:
        Quantity(value, unit).in_unit(limit.unit)
    except (UnknownUnit, UnitMismatch, ValueError):
        return Refusal("unit-does-not-fit", {"limit": limit.code, "unit": limit.unit})
    return None


def _judge_again(site: Site, protocol: ProtocolVersion, by: User, now: datetime) -> None:
    """Judge every enrollment of the site under this protocol version; those erased stay as they are."""
    rows = Enrollment.objects.filter(site=site, protocol_sha256=protocol.sha256)
    for enrollment in rows.select_related("site").order_by("id"):
        stream = lock(enrollment.id, now)
        as_of = local_date(site, stream.now)
        # What was erased shows before anything is written.
        with suppress(Erased):
            key = data_key_of(enrollment.person_id, PersonKey.WORDS)
            judge_after(stream, enrollment, as_of=as_of, because="limit", key=key, by=by)
