"""What the watch writes of open sessions: what the clock raised, and the pages that carry alarms."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Receipt
from holdfast.actions.session_consequences import catch_up_deviations
from holdfast.actions.session_judging import (
    is_anything_new,
    judged_until,
    raised_by_time,
)
from holdfast.actions.writing import lock, one_transaction
from holdfast.domain.rota import Post
from holdfast.domain.session_plan import Tier
from holdfast.records.columns import instant_text
from holdfast.records.duty import DutyPage
from holdfast.records.people import Site, User
from holdfast.records.session import AlarmPaged, AlarmRaised, DosingSession


def raise_by_time(session: DosingSession, *, by: User, now: datetime) -> int:
    """Raise what is true of a session by now and was not raised yet; how much it was.

    Its stream is locked only where there is something to write.
    """
    if not is_anything_new(session, now):
        return 0
    return _raise(session=session, by=by, now=now)


@one_transaction
def _raise(*, session: DosingSession, by: User, now: datetime) -> int:
    stream = lock(session.enrollment_id, now)
    found = raised_by_time(stream, session)
    follows = [*found, *catch_up_deviations(stream, session)]
    if not follows:
        return 0
    entry_id = uuid5(session.id, f"watched/{stream.position}/{instant_text(stream.now)}")
    sent = stream.sent("session-watched", entry_id, {"session": session.id})
    receipt = stream.write(sent, follows, by=by, values={"session": session.id.hex})
    judged_until(session, stream, receipt)
    return len(found)


@one_transaction
def page_alarms(
    *, site: Site, session: UUID, alarms: Sequence[AlarmRaised], by: User, now: datetime
) -> int:
    """Page duty for alarms of one session, once for all of them; the page climbs until it is taken."""
    stream = lock(site.id, now)
    there = AlarmPaged.objects.filter(alarm__in=[each.id for each in alarms])
    known = set(there.values_list("alarm_id", flat=True))
    left = [each for each in alarms if each.id not in known]
    if not left:
        return 0
    gravest = max((Tier(each.tier) for each in left), key=lambda tier: tier.rank)
    reason = f"session-alarm-{gravest.value}"
    entry_id = uuid5(left[0].id, "paged")
    page = DutyPage(
        id=uuid5(entry_id, "page"),
        site=site,
        post=Post.PHYSICIAN,
        reason=reason,
        asked_at=stream.now,
        asked_by=by,
    )
    signals = [AlarmPaged(id=uuid5(each.id, "signal"), alarm=each, page=page) for each in left]
    told = {"alarms": [each.id for each in left]}
    sent = stream.sent("session-paged", entry_id, told)
    values = {"reason": reason, "session": session.hex}
    answered = stream.write(sent, [page, *signals], by=by, values=values)
    return len(left) if isinstance(answered, Receipt) else 0
