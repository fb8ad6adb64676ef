"""Accidental unblinding is reported by anybody, coded; and who is told of emergencies is named."""

from datetime import date, datetime
from uuid import UUID, uuid5

from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, message, one_transaction
from holdfast.domain.unblinding import LEARNERS, SEATS, WAYS
from holdfast.records import access
from holdfast.records.care import Enrollment
from holdfast.records.people import Site, User
from holdfast.records.unblinding import AccidentalUnblinding, UnblindingSeat

REPORT, SET_UP = "unblind.report", "unblind.set-up"


@one_transaction
def report_accident(
    *,
    enrollment: Enrollment,
    learner: str,
    way: str,
    learned_on: date,
    is_certain: bool,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Report who learned whose arm and how. Which arm it is, nobody asks and nothing keeps."""
    if refusal := refused(by, enrollment, REPORT, now):
        return refusal
    stream = lock(enrollment.id, now)
    told = {"learner": learner, "way": way, "on": learned_on, "certain": is_certain}
    sent = stream.sent("unblinding-reported", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if learner not in LEARNERS or way not in WAYS:
        return Refusal("reason-unknown")
    if learned_on > local_date(enrollment.site, stream.now):
        return Refusal("day-to-come")
    fact = AccidentalUnblinding(
        id=uuid5(entry_id, "accident"),
        enrollment=enrollment,
        learner=learner,
        way=way,
        learned_on=learned_on,
        is_certain=is_certain,
    )
    codes = {"learner": learner, "way": way}
    letter = message("unblinding-reported", fact.id, site=enrollment.site_id.hex, **codes)
    return stream.write(sent, [fact, letter], by=by, values=codes)


@one_transaction
def name_seat(
    *, site: Site, seat: str, user: User, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Name which account is told of every emergency unblinding in one of the three seats."""
    if refusal := refused(by, site, SET_UP, now):
        return refusal
    stream = lock(site.id, now)
    told = {"seat": seat, "user": user.id}
    sent = stream.sent("unblinding-seat-named", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if seat not in SEATS:
        return Refusal("seat-unknown")
    if not access.roles_of(user, site, now):
        return Refusal("nobody-of-this-site")
    rows = UnblindingSeat.objects.filter(site=site, seat=seat, corrected_by=None)
    before = rows.order_by("-position").first()
    fact = UnblindingSeat(
        id=uuid5(entry_id, "seat"),
        corrects_id=before.id if before else None,
        correction_reason="replaced" if before else "",
        site=site,
        seat=seat,
        user=user,
    )
    return stream.write(sent, [fact], by=by, values={"seat": seat})
