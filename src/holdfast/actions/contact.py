"""How a person may be reached, said anew: the earlier permission stays, corrected by the new one."""

from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.calls import permission_fact
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, one_transaction, refused_where_erased
from holdfast.domain.calls import ContactWishes
from holdfast.records.calls import ContactPermission
from holdfast.records.care import Enrollment
from holdfast.records.keys import data_key_of
from holdfast.records.people import PersonKey, User

CHANGE_REASONS = ("said-anew", "typing-error")


@refused_where_erased
@one_transaction
def record_contact_permission(
    *,
    enrollment: Enrollment,
    wishes: ContactWishes,
    reason: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Keep what a person permits from now on. It holds at once, whatever was permitted before."""
    if refusal := refused(by, enrollment, "call.record", now):
        return refusal
    if reason not in CHANGE_REASONS:
        return Refusal("reason-unknown")
    if problem := wishes.problem():
        return Refusal(problem)
    stream = lock(enrollment.id, now)
    what = {"wishes": wishes, "reason": reason}
    sent = stream.sent("contact-permission-changed", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    key = data_key_of(enrollment.person_id, PersonKey.WORDS)
    fact = permission_fact(enrollment, wishes, uuid5(entry_id, "contact-permission"), key, reason)
    values = {"may_contact": wishes.may_contact, "reason": reason}
    return stream.write(sent, [fact], by=by, values=values)


def permissions_of(enrollment: Enrollment) -> list[ContactPermission]:
    """Everything a person permitted and took back, the newest first."""
    rows = ContactPermission.objects.filter(enrollment=enrollment).select_related("recorded_by")
    return list(rows.order_by("-position", "-id"))
