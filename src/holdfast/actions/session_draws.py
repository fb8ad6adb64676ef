"""Recordings are drawn for independent review: a fact, so that nobody draws until the draw pleases."""

from datetime import date, datetime
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, one_transaction
from holdfast.domain.recording_files import count_of, drawn
from holdfast.records.canonical import document
from holdfast.records.people import Site, User
from holdfast.records.session_blind import hidden_from_onlookers
from holdfast.records.session_draws import RecordingsDrawn
from holdfast.records.session_review import closed_sessions

MAY = "recording.draw"
LONGEST_SEED = 60


@one_transaction
def draw_recordings(
    *,
    site: Site,
    seed: str,
    share_percent: int,
    entry_id: UUID,
    by: User,
    now: datetime,
    since: date | None = None,
    until: date | None = None,
) -> Answered:
    """Draw a share of the closed sessions of a site by a seed; every draw stays on record.

    Sessions that tell the arm are not among them while the blind stands.
    """
    if refusal := refused(by, site, MAY, now):
        return refusal
    stream = lock(site.id, now)
    told = {"seed": seed, "share": share_percent, "since": since, "until": until}
    sent = stream.sent("recordings-drawn", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if not 0 < len(seed.strip()) <= LONGEST_SEED or not 1 <= share_percent <= 100:
        return Refusal("draw-does-not-fit")
    closed = closed_sessions(site, since, until)
    hidden = hidden_from_onlookers(closed.values())
    among = sorted(one for one, row in closed.items() if row.id not in hidden)
    if not among:
        return Refusal("nothing-to-draw")
    chosen = drawn(seed.strip(), among, count_of(share_percent, len(among)))
    fact = RecordingsDrawn(
        id=uuid5(entry_id, "draw"),
        site=site,
        seed=seed.strip(),
        share_percent=share_percent,
        since=since,
        until=until,
        among=document(among).decode(),
        drawn=document(list(chosen)).decode(),
        drawn_at=stream.now,
        drawn_by=by,
    )
    values = {"share": share_percent, "among": len(among), "drawn": len(chosen)}
    return stream.write(sent, [fact], by=by, values=values)
