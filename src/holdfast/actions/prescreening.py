"""The pre-screening log: who was considered, from where, what was decided, why, and by whom."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, one_transaction
from holdfast.definitions import protocols
from holdfast.definitions.prescreening import codes
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment, PrescreeningEntry
from holdfast.records.people import Site, User


@one_transaction
def record_prescreening(
    *,
    site: Site,
    referral_source: str,
    outcome: str,
    reasons: Sequence[str],
    decided_at: datetime,
    entry_id: UUID,
    by: User,
    now: datetime,
    enrollment: Enrollment | None = None,
    follows: PrescreeningEntry | None = None,
    study: str | None = None,
) -> Answered:
    """Write one line of the log; ``by`` decided. Without an enrollment the line is anonymous.

    ``outcome`` is one of ``PrescreeningEntry.OUTCOMES`` and ``reasons`` are codes of
    ``definitions/prescreening.toml``: a closed list, so that nothing tells who it was.
    ``follows`` names the earlier line about the same person. ``study`` says for which study
    somebody was considered: who works for one study alone says it.
    """
    considered_for = enrollment.protocol_name if enrollment else study
    if refusal := refused(by, site, "prescreening.record", now, considered_for):
        return refusal
    if study is not None and study not in protocols.names():
        return Refusal("protocol-unknown")
    if refusal := _unfit(referral_source, outcome, reasons, enrollment):
        return refusal
    stream = lock(site.id, now)
    what = {
        "source": referral_source,
        "outcome": outcome,
        "reasons": sorted(reasons),
        "decided_at": decided_at,
        "enrollment": enrollment.id if enrollment else None,
        "follows": follows.id if follows else None,
    }
    if study is not None:
        what["study"] = study
    sent = stream.sent("prescreening-recorded", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if decided_at > stream.now:
        return Refusal("in-the-future")
    if refusal := _misplaced(site, enrollment, follows):
        return refusal
    line = PrescreeningEntry(
        id=uuid5(entry_id, "prescreening"),
        site=site,
        enrollment=enrollment,
        follows=follows,
        study=None if enrollment else study,
        referral_source=referral_source,
        outcome=outcome,
        reason_codes=document(sorted(set(reasons))).decode(),
        decided_at=decided_at,
        decided_by=by,
    )
    return stream.write(sent, [line], by=by, values={"outcome": outcome})


def _unfit(
    source: str, outcome: str, reasons: Sequence[str], enrollment: Enrollment | None
) -> Refusal | None:
    if source not in codes().sources:
        return Refusal("source-unknown")
    if outcome not in PrescreeningEntry.OUTCOMES:
        return Refusal("outcome-unknown")
    if any(reason not in codes().reasons for reason in reasons):
        return Refusal("reason-unknown")
    if outcome == "excluded" and not reasons:
        return Refusal("reason-missing")
    if outcome == "screening" and enrollment is None:
        return Refusal("enrollment-missing")
    return None


def _misplaced(
    site: Site, enrollment: Enrollment | None, follows: PrescreeningEntry | None
) -> Refusal | None:
    """A refusal where a line would point to another site, or to a line already followed."""
    if enrollment is not None and enrollment.site_id != site.id:
        return Refusal("enrollment-of-another-site")
    if follows is None:
        return None
    if follows.site_id != site.id:
        return Refusal("line-of-another-site")
    if PrescreeningEntry.objects.filter(follows=follows).exists():
        return Refusal("already-followed")
    return None
