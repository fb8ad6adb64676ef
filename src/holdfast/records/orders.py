"""Dose orders: what a prescriber signed for one dosing session, what ended it, and whether it stands.

An order names nominal doses. In a blinded course it names no product: what is in the kit is nobody's
to say. Whether it stands is worked out anew each time, from facts (``domain.orders``).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import product as every
from typing import ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.db import models

from holdfast.domain.authority import Act, Intent, authority_findings
from holdfast.domain.findings import Decision, Finding, Outcome
from holdfast.domain.orders import (
    Ended,
    Ending,
    Judgement,
    SignedOrder,
    finding_changed,
    not_approved,
    order_finding,
    order_of_another,
)
from holdfast.records.approvals import held_approvals, jurisdiction_of, protocol_text
from holdfast.records.care import (
    PROTOCOL,
    Enrollment,
    ProtocolBound,
    Signature,
    VerdictShown,
)
from holdfast.records.columns import ExactDecimal, Instant, SafeText, SealedText, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.people import User
from holdfast.records.prepared import Prepared
from holdfast.records.protocols import protocol_of
from holdfast.records.session import SessionClosed, SessionFact


class DoseOrder(ProtocolBound, Correctable):
    """A prescriber ordered the doses of one dosing session, with a signature.

    ``supplement_mg`` None: no supplement. Where there is one it is conditional: its gate decides, between
    these minutes after the initial dose. ``verdict`` is what was known of the person when it was
    signed; ``approvals`` canonical JSON of what allowed the prescriber: code, outcome, reason.
    """

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + PROTOCOL + "enrollment_id visit product initial_mg supplement_mg "
            "supplement_from_minutes supplement_to_minutes ordered_by_id ordered_at expires_at "
            "verdict_id approvals signature_id"
        )
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="dose_orders")
    visit = SafeText(max_length=60)
    product = SafeText(max_length=60, default="")  # "" in a blinded course, always
    initial_mg = ExactDecimal()
    supplement_mg = ExactDecimal(null=True)
    supplement_from_minutes = models.IntegerField(null=True)
    supplement_to_minutes = models.IntegerField(null=True)
    ordered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ordered_at = Instant()
    expires_at = Instant()
    verdict = models.ForeignKey(VerdictShown, models.PROTECT, related_name="+")
    approvals = models.TextField(default="[]")
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class DoseOrderCancelled(Fact):
    """A prescriber took an order back, and why."""

    hashed: ClassVar = {1: names(FACT + "order_id reason words cancelled_at cancelled_by_id")}

    order = models.OneToOneField(DoseOrder, models.PROTECT, related_name="cancelled")
    reason = SafeText(max_length=40)
    words = SealedText(null=True)
    cancelled_at = Instant()
    cancelled_by = models.ForeignKey(User, models.PROTECT, related_name="+")


_OF_VISIT = Prepared(
    lambda enrollment, visit: DoseOrder.objects.filter(enrollment=enrollment, visit=visit).order_by(
        "position", "id"
    )
)
_ONE = Prepared(lambda order: DoseOrder.objects.filter(id=order).select_related("enrollment__site"))
_TAKEN_BACK = Prepared(lambda order: DoseOrderCancelled.objects.filter(order=order))
_ANEW = Prepared(lambda order: DoseOrder.objects.filter(corrects=order).order_by("position"))
_OVER = Prepared(
    lambda enrollment, visit: SessionClosed.objects.filter(
        session__enrollment=enrollment, session__visit=visit
    ).order_by("closed_at")
)
_SINCE = Prepared(
    lambda enrollment, position: VerdictShown.objects.filter(
        enrollment=enrollment, position__gte=position
    ).order_by("position")
)
_NAMING = Prepared(
    lambda session: SessionFact.objects.filter(session=session, kind="order").order_by("position")
)


def orders_of(enrollment: Enrollment) -> list[DoseOrder]:
    """Every order for a person, the newest first."""
    rows = DoseOrder.objects.filter(enrollment=enrollment).select_related("ordered_by")
    return list(rows.order_by("-position", "-id"))


def order_named(order_id: UUID) -> DoseOrder | None:
    """One order by its id."""
    return _ONE.first(order_id)


def standing_order(enrollment: Enrollment, visit: str, now: datetime) -> DoseOrder | None:
    """The order on which the doses of a session may be given now; None where none stands."""
    for row in reversed(_OF_VISIT.rows(enrollment.id, visit)):
        if signed_order(row, enrollment, now).stands(now):
            return row
    return None


def finding_of(order: DoseOrder, enrollment: Enrollment, now: datetime) -> Finding:
    """Whether an order stands now, and if not, why."""
    return order_finding(signed_order(order, enrollment, now), now)


def signed_order(order: DoseOrder, enrollment: Enrollment, now: datetime) -> SignedOrder:
    """An order as its rules read it, with all that was known by now to have ended it."""
    ended = (
        *_taken_back(order),
        *(Ended(Ending.REPLACED, row.ordered_at) for row in _ANEW.rows(order.id)),
        *(
            Ended(Ending.SESSION_OVER, row.closed_at)
            for row in _OVER.rows(order.enrollment_id, order.visit)
            if row.closed_at > order.ordered_at
        ),
        *_other_findings(order),
        *_without_approval(order, enrollment, now),
    )
    return SignedOrder(
        id=str(order.id),
        signed_at=order.ordered_at,
        expires_at=order.expires_at,
        ended=tuple(one for one in ended if one is not None),
    )


def _taken_back(order: DoseOrder) -> Iterable[Ended]:
    return (
        Ended(Ending.CANCELLED, row.cancelled_at, (row.reason,))
        for row in _TAKEN_BACK.rows(order.id)
    )


def _other_findings(order: DoseOrder) -> Iterable[Ended | None]:
    """What was found of the person since the order was signed."""
    signed_on = VerdictShown.objects.get(id=order.verdict_id)
    later = [
        judgement_of(row)
        for row in _SINCE.rows(order.enrollment_id, signed_on.position)
        if row.id != signed_on.id
    ]
    yield finding_changed(judgement_of(signed_on), later)


def judgement_of(row: VerdictShown) -> Judgement:
    """A verdict as an order reads it."""
    outcomes = frozenset(
        tuple("" if part is None else str(part) for part in one)
        for one in orjson.loads(row.outcomes)
    )
    return Judgement(row.recorded_at, row.decision == Decision.ELIGIBLE.value, outcomes)


def _without_approval(
    order: DoseOrder, enrollment: Enrollment, now: datetime
) -> Iterable[Ended | None]:
    if now < order.ordered_at:
        return
    wanted = order.product or None
    yield not_approved(prescribing_findings(enrollment, order.ordered_by_id, wanted, now), now)


def prescribing_findings(
    enrollment: Enrollment, prescriber: UUID, product: str | None, now: datetime
) -> Sequence[Finding]:
    """What the jurisdiction asks of whoever prescribes for this person, here, on the site's day.

    Of what approvals name (consent versions; products, where the order names none) the combination
    that comes nearest to standing is the one told.
    """
    site, protocol = enrollment.site, protocol_of(enrollment)
    held, law = held_approvals(site), jurisdiction_of(site)
    products = [product] if product else _each(one.product for one in held)
    several = [
        authority_findings(
            law,
            Intent(
                act=Act.PRESCRIBING,
                protocol=protocol_text(protocol.name, protocol.version),
                consent=consent,
                product=named,
                person=prescriber.hex,
                patient=enrollment.id.hex,
            ),
            held,
            now.astimezone(ZoneInfo(site.zone)).date(),
        )
        for named, consent in every(products, _each(one.consent for one in held))
    ]
    return min(several, key=lambda each: sum(one.outcome is not Outcome.PASSED for one in each))


def _each(named: Iterable[str | None]) -> list[str | None]:
    found: list[str | None] = [*sorted({one for one in named if one})]
    return found or [None]


def session_order_findings(
    session_id: UUID, enrollment: Enrollment, visit: str, now: datetime
) -> list[Finding]:
    """For each standing order that entries of a session name, whether it stands now."""
    found: dict[str, Finding] = {}
    for row in _NAMING.rows(session_id):
        named = orjson.loads(row.fields).get("standing_order", "")
        if named and named not in found:
            order = order_named(UUID(named))
            is_own = order is not None and (order.enrollment_id, order.visit) == (
                enrollment.id,
                visit,
            )
            found[named] = (
                finding_of(order, enrollment, now)
                if order is not None and is_own
                else order_of_another(named)
            )
    return list(found.values())
