"""Pages the site lead for what custody waits for: an act to be confirmed, a discrepancy to be settled."""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Receipt
from holdfast.actions.writing import lock, one_transaction
from holdfast.domain.rota import Post
from holdfast.records.duty import DutyPage
from holdfast.records.journal import JournalEntry
from holdfast.records.people import Site, User

UNCONFIRMED, UNSETTLED = "custody-unconfirmed", "custody-unsettled"


def page_number(since: datetime, within: timedelta, now: datetime) -> int:
    """How many times something is to have been paged for by now: once when late, then every day."""
    late = now - since - within
    return 0 if late < timedelta(0) else 1 + late // timedelta(days=1)


@one_transaction
def page_custody(
    *, site: Site, reason: str, about: UUID, number: int, by: User, now: datetime
) -> Receipt | None:
    """Page for one thing that waits; None where it was paged for already. It climbs until answered."""
    entry_id = uuid5(about, f"{reason}/{number}")
    stream = lock(site.id, now)
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    page = DutyPage(
        id=uuid5(entry_id, "page"),
        site=site,
        post=Post.SITE_LEAD,
        reason=reason,
        asked_at=stream.now,
        asked_by=by,
    )
    sent = stream.sent("duty-paged", entry_id, {"reason": reason, "about": about})
    answered = stream.write(sent, [page], by=by, values={"post": page.post, "reason": reason})
    assert isinstance(answered, Receipt)
    return answered
