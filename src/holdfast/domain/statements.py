"""What a statement says to a gate: a yes from somebody who may say it, a no from anybody."""

from holdfast.domain.asked import Asked, failed, passed, unknown
from holdfast.domain.findings import Finding
from holdfast.domain.gates import Condition
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_gates import Lasts, StatedBy


def stated(asked: Asked, condition: Condition, code: str, by: StatedBy) -> Finding | None:
    """What the newest statement on a code says; None where there is none.

    A yes counts from somebody who may say it; a no, or not knowing, from anybody.
    """
    own = [one for one in asked.standing("statement") if one.code("code") == code]
    counting = [one for one in own if one.code("answer") != "yes" or may(asked, one, by)]
    if not counting:
        return unknown(condition, "stated-by-somebody-who-may-not") if own else None
    newest = [one for one in counting if one.at == counting[-1].at]
    answers = {one.code("answer") for one in newest}
    last = newest[-1]
    if "no" in answers:
        return failed(condition, "stated-otherwise", by=last.by)
    if answers != {"yes"}:
        return unknown(condition, "cannot-say", by=last.by)
    if not _still_counts(asked, last, by.lasts):
        return unknown(condition, "statement-too-old", by=last.by)
    return passed(condition, "stated", by=last.by)


def may(asked: Asked, entry: SessionEntry, by: StatedBy) -> bool:
    """Whether an entry is of somebody in a role that may state this."""
    return any(asked.view.is_a(entry.by, role) for role in by.roles)


def _still_counts(asked: Asked, entry: SessionEntry, lasts: Lasts) -> bool:
    until = entry.moment("holds_until")
    if until is not None and asked.now > until:
        return False
    if lasts is Lasts.SAME_DAY:
        return asked.view.day_of(entry.at) == asked.view.day_of(asked.now)
    if lasts is Lasts.DOSE:
        return asked.after_doses(entry) and bool(asked.is_fresh(entry))
    return True
