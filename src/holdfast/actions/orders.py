"""Dose orders: a prescriber signs the doses of one dosing session ahead of it, and takes an order back.

Whoever signs needs the permission and every approval that the jurisdiction asks of a prescriber for this
person, product and place, and a verdict that lets the person in and was confirmed. Where the session of
the visit is open already, the order is written into it at once.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from holdfast.actions.judging import latest_verdict
from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.session_entries import EntryTold, session_fact, write_entries
from holdfast.actions.session_planning import dosing_visit
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import (
    LockedStream,
    Sent,
    lock,
    message,
    one_transaction,
    refused_where_erased,
)
from holdfast.domain.dose_totals import Slot
from holdfast.domain.findings import Decision
from holdfast.domain.orders import CANCEL_REASONS, is_on_menu, missing_approvals
from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.schedule import Visit
from holdfast.domain.session_compile import nominal_choices
from holdfast.domain.session_entries import FieldValue
from holdfast.records.approvals import held_approvals
from holdfast.records.canonical import document
from holdfast.records.care import Confirmation, Enrollment, VerdictShown
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.orders import (
    DoseOrder,
    DoseOrderCancelled,
    finding_of,
    prescribing_findings,
    standing_order,
)
from holdfast.records.people import PersonKey, User
from holdfast.records.protocols import protocol_of
from holdfast.records.session import DosingSession, SessionFact
from holdfast.records.session_now import open_session_of

LONGEST_WORDS = 2000


@dataclass(frozen=True, kw_only=True)
class OrderTold:
    """An order as a prescriber tells it. The doses are nominal; no product in a blinded course."""

    visit: str
    initial_mg: Decimal
    supplement_mg: Decimal | None
    expires_at: datetime
    product: str = ""


@refused_where_erased
@one_transaction
def sign_dose_order(
    *,
    enrollment: Enrollment,
    told: OrderTold,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Sign an order for one dosing session; it takes the place of the one that stood for it."""
    if refusal := refused(by, enrollment, "order.sign", now):
        return refusal
    stream = lock(enrollment.id, now)
    sent = stream.sent("dose-ordered", entry_id, vars(told))
    if earlier := stream.earlier(sent, by=by):
        return earlier
    protocol = protocol_of(enrollment)
    found = dosing_visit(protocol, told.visit)
    if found is None:
        return Refusal("visit-unknown", {"visit": told.visit})
    verdict = _verdict(enrollment)
    if isinstance(verdict, Refusal):
        return verdict
    if refusal := _unfit(enrollment, protocol, found[0], told, stream.now):
        return refusal
    if refusal := _not_a_prescriber(enrollment, told, by, stream.now):
        return refusal
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    order = _order(stream, enrollment, protocol, told, verdict, by, entry_id)
    return _write_order(stream, sent, enrollment, order, proof, by)


def _verdict(enrollment: Enrollment) -> VerdictShown | Refusal:
    """The verdict that an order is signed on: the newest, letting the person in, and confirmed."""
    verdict = latest_verdict(enrollment.id)
    if verdict is None or verdict.decision != Decision.ELIGIBLE.value:
        return Refusal("order-needs-eligible")
    if not Confirmation.objects.filter(verdict=verdict).exists():
        return Refusal("order-needs-confirmation")
    return verdict


def _unfit(
    enrollment: Enrollment,
    protocol: ProtocolVersion,
    visit: Visit,
    told: OrderTold,
    now: datetime,
) -> Refusal | None:
    """Why an order cannot be: its doses, its end or its product."""
    assert protocol.schedule is not None
    menu = nominal_choices(protocol.schedule, visit, protocol.schedule.doses.get(visit.doses))
    doses = [told.initial_mg, *([] if told.supplement_mg is None else [told.supplement_mg])]
    if not all(mg.is_finite() and 0 < mg <= 1000 for mg in doses):
        return Refusal("value-does-not-fit", {"limit": "nominal_mg"})
    if not is_on_menu(menu, told.initial_mg, told.supplement_mg):
        return Refusal("order-not-on-menu")
    if told.expires_at <= now:
        return Refusal("order-expires-too-soon")
    if is_blinded(protocol, visit):
        return Refusal("order-names-content") if told.product else None
    products = {each.product for each in held_approvals(enrollment.site) if each.product}
    if told.product not in (products or {told.product}):
        return Refusal("order-product-unknown")
    return None


def is_blinded(protocol: ProtocolVersion, visit: Visit) -> bool:
    """Whether nobody in the room may know what a visit's kit holds; what is not known counts as so."""
    stages = protocol.schedule.stages if protocol.schedule else ()
    stage = next((each for each in stages if each.code == visit.stage), None)
    return stage is None or stage.is_blinded


def _not_a_prescriber(
    enrollment: Enrollment, told: OrderTold, by: User, now: datetime
) -> Refusal | None:
    """That what the jurisdiction asks of a prescriber does not stand, each by its code."""
    findings = prescribing_findings(enrollment, by.id, told.product or None, now)
    missing = missing_approvals(findings)
    return Refusal("prescriber-not-approved", {"by": ", ".join(missing)}) if missing else None


def _order(
    stream: LockedStream,
    enrollment: Enrollment,
    protocol: ProtocolVersion,
    told: OrderTold,
    verdict: VerdictShown,
    by: User,
    entry_id: UUID,
) -> DoseOrder:
    """The order as a fact; where another stood for the session, it corrects that one."""
    visit = dosing_visit(protocol, told.visit)
    assert visit is not None
    assert protocol.schedule is not None
    menu = protocol.schedule.doses.get(visit[0].doses)
    window = menu.supplement_after_minutes if menu and told.supplement_mg is not None else None
    before = standing_order(enrollment, told.visit, stream.now)
    findings = prescribing_findings(enrollment, by.id, told.product or None, stream.now)
    return DoseOrder(
        id=uuid5(entry_id, "order"),
        corrects_id=before.id if before else None,
        correction_reason="ordered-anew" if before else "",
        protocol_name=protocol.name,
        protocol_version=protocol.version,
        protocol_sha256=protocol.sha256,
        enrollment=enrollment,
        visit=told.visit,
        product=told.product,
        initial_mg=told.initial_mg,
        supplement_mg=told.supplement_mg,
        supplement_from_minutes=window[0] if window else None,
        supplement_to_minutes=window[1] if window else None,
        ordered_by=by,
        ordered_at=stream.now,
        expires_at=told.expires_at,
        verdict=verdict,
        approvals=document(
            [[one.code, one.outcome.value, one.reason] for one in findings]
        ).decode(),
        signature_id=uuid5(entry_id, "signature"),
    )


def _write_order(
    stream: LockedStream,
    sent: Sent,
    enrollment: Enrollment,
    order: DoseOrder,
    proof: ReauthenticationProof,
    by: User,
) -> Receipt:
    """The order with its signature, and its entries in the session where that is open."""
    role = role_with(by, enrollment, "order.sign", stream.now)
    signature = sign(
        stream,
        order.signature_id,
        [order],
        meaning="orders-doses-of-session",
        role=role,
        by=by,
        proof=proof,
    )
    values = {"visit": order.visit, "order": order.id.hex}
    session = open_session_of(enrollment)
    if session is None or session.visit != order.visit:
        return stream.write(sent, [signature, order], by=by, values=values)
    entries = order_entries(session, order, sent.entry_id, stream.now, came="page")
    beside = [signature, order]
    return write_entries(stream, sent, session, entries, by=by, values=values, beside=beside)


def order_entries(
    session: DosingSession, order: DoseOrder, entry_id: UUID, at: datetime, *, came: str
) -> list[SessionFact]:
    """The doses of an order as the order entries of its session, each naming it."""
    doses = {Slot.INITIAL: order.initial_mg, Slot.SUPPLEMENTAL: order.supplement_mg}
    found = []
    for slot, mg in doses.items():
        if mg is None:
            continue
        fields: dict[str, FieldValue] = {"dose": slot.value, "nominal_mg": mg, "is_spoken": False}
        fields["standing_order"] = str(order.id)
        told = EntryTold(uuid5(entry_id, f"ordered/{slot.value}"), "order", at, fields)
        fact = session_fact(session, told, came=came, written_by=order.ordered_by)
        fact.signature_id = order.signature_id
        found.append(fact)
    return found


@refused_where_erased
@one_transaction
def cancel_dose_order(
    *,
    order: DoseOrder,
    reason: str,
    entry_id: UUID,
    by: User,
    now: datetime,
    words: str = "",
) -> Answered:
    """Take an order back. It needs no signature: what makes a dose impossible must be quick.

    A locked database takes it too.
    """
    enrollment = Enrollment.objects.select_related("site").get(id=order.enrollment_id)
    if refusal := refused(by, enrollment, "order.sign", now, even_locked=True):
        return refusal
    stream = lock(enrollment.id, now)
    what = {"order": order.id, "reason": reason, "words": words}
    sent = stream.sent("dose-order-cancelled", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if reason not in CANCEL_REASONS:
        return Refusal("reason-unknown")
    if len(words) > LONGEST_WORDS:
        return Refusal("words-too-long")
    if finding_of(order, enrollment, stream.now).reason != "order-stands":
        return Refusal("order-stands-no-more")
    cancelled = DoseOrderCancelled(
        id=uuid5(entry_id, "cancelled"),
        order=order,
        reason=reason,
        cancelled_at=stream.now,
        cancelled_by=by,
    )
    if words:
        key = data_key_of(enrollment.person_id, PersonKey.WORDS)
        cancelled.words = sealed(key, cancelled, "words", words)
    told = message("dose-order-cancelled", cancelled.id, site=enrollment.site_id.hex)
    values = {"visit": order.visit, "order": order.id.hex, "reason": reason}
    return stream.write(sent, [cancelled, told], by=by, values=values)
