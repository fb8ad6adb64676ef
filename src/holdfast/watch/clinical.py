"""Plans the calls that the protocol asks for after a session; pages for what is overdue in a course:
a review, a call, a pack of paper that nobody accounted for."""

from datetime import datetime
from uuid import uuid4

from holdfast.actions.clinical import Entry
from holdfast.actions.course_calls import plan_protocol_calls, raise_alarm
from holdfast.actions.outcomes import Receipt
from holdfast.actions.people import house
from holdfast.records.clinical import TestOrder
from holdfast.records.clinical_care import CallPlanned
from holdfast.records.clinical_now import dosed_lately, overdue_calls, overdue_reviews
from holdfast.records.glass import time_in_force
from holdfast.records.people import Site
from holdfast.records.session_paper import SessionPack, packs_left

PACK_SETTLED = "pack-settled-within"


def page_overdue(site: Site, now: datetime) -> int:
    """One turn for one site; how many alarms were raised."""
    closed_by = now - time_in_force(site, PACK_SETTLED)
    for enrollment in dosed_lately(site, now):
        plan_protocol_calls(enrollment=enrollment, by=house(), now=now)
    found: list[tuple[str, TestOrder | CallPlanned | SessionPack]] = [
        *(("review-overdue", order) for order in overdue_reviews(site, now)),
        *(("call-missed", call) for call in overdue_calls(site, now)),
        *(("pack-unaccounted", pack) for pack in packs_left(site, closed_by)),
    ]
    raised = 0
    for kind, fact in found:
        of = fact.session if isinstance(fact, SessionPack) else fact
        entry = Entry(enrollment=of.enrollment, entry_id=uuid4(), by=house(), now=now)
        raised += isinstance(raise_alarm(entry=entry, kind=kind, fact=fact), Receipt)
    return raised
