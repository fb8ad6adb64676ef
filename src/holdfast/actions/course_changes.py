"""A running course under another version of its protocol, or at another site."""

from datetime import date, datetime
from uuid import UUID

import orjson

from holdfast.actions.course import turn_refused
from holdfast.actions.course_pen import CoursePen, Made, course_entry
from holdfast.actions.judging import judge_after
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.referrals import Arrival, take_in
from holdfast.actions.writing import lock, one_transaction, refused_where_erased
from holdfast.definitions import protocols
from holdfast.domain.amendments import changes
from holdfast.domain.course import CourseNow
from holdfast.domain.protocol import ProtocolVersion
from holdfast.records.care import Enrollment
from holdfast.records.course import Amended, CourseStep
from holdfast.records.courses import course_of, standing
from holdfast.records.histories import enrollment_as_of, identity_of, referral_of
from holdfast.records.keys import data_key_of
from holdfast.records.people import PersonKey, Site, User
from holdfast.records.protocols import protocol_of

TRANSFERRED = "other-site"


@refused_where_erased
@one_transaction
def amend(
    *, enrollment: Enrollment, version: int, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Put a running course under a later version of its protocol, and judge the person by it anew.

    Where the version changes what the person agreed to, they consent again before the next act
    that asks for it.
    """
    if refusal := refused(by, enrollment, "course.enroll", now):
        return refusal
    stream = lock(enrollment.id, now)
    sent = stream.sent("course-amended", entry_id, {"version": version})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    course = course_of(enrollment)
    if course is None:
        return Refusal("course-not-opened")
    before = protocol_of(enrollment)
    if version <= before.version or version not in protocols.versions(before.name):
        return Refusal("version-unknown", {"version": version})
    after = protocols.load(before.name, version)
    if after.schedule is None:
        return Refusal("protocol-without-course")
    pen = CoursePen(enrollment, stream, entry_id, by)
    fact = _amended(pen, before, after)
    values = {"from": before.version, "version": version, "consent": fact.asks_for_consent}
    receipt = stream.write(sent, [fact], by=by, values=values)
    key = data_key_of(enrollment.person_id, PersonKey.WORDS)
    judge_after(stream, enrollment, as_of=pen.today, because="amended", key=key, by=by)
    return receipt


def _amended(pen: CoursePen, before: ProtocolVersion, after: ProtocolVersion) -> Amended:
    found = changes(before, after)
    return Amended(
        id=pen.id("amended"),
        enrollment=pen.enrollment,
        protocol_name=after.name,
        protocol_version=after.version,
        protocol_sha256=after.sha256,
        from_version=before.version,
        on=pen.today,
        changes=orjson.dumps([[c.part, c.code, c.what, c.detail] for c in found]).decode(),
        asks_for_consent=any(change.asks_for_consent for change in found),
    )


@refused_where_erased
@one_transaction
def transfer(
    *,
    enrollment: Enrollment,
    to_site: Site,
    on: date,
    reason: str,
    entry_id: UUID,
    by: User,
    now: datetime,
    remark: str = "",
) -> Answered:
    """End a course here because the person goes on at another site; that site receives them."""

    def make(pen: CoursePen, course: CourseNow) -> Made:
        if to_site.id == enrollment.site_id:
            return Refusal("same-site")
        if refusal := turn_refused(course, "transferred", on, reason, pen.today):
            return refusal
        fact = CourseStep(
            id=pen.id("turn"),
            enrollment=enrollment,
            kind="transferred",
            on=on,
            reason=reason,
            to_site=to_site,
        )
        pen.seal(fact, "remark", remark)
        return [fact]

    told = {"to": to_site.id, "on": on, "reason": reason, "remark": remark}
    values = {"turn": "transferred", "on": on, "reason": reason, "to": to_site.id.hex}
    return course_entry(
        enrollment, "course.step", "course-turned", told, entry_id, by, now, make, values
    )


@refused_where_erased
@one_transaction
def receive(
    *, enrollment: Enrollment, site: Site, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """The receiving site opens its own enrollment of a person who was transferred to it.

    All that was known comes along with where it came from; the site judges it by its own numbers,
    a physician of it signs, and ``enroll`` then goes on with the visits that were.
    """
    if refusal := refused(by, site, "referral.import", now, enrollment.protocol_name):
        return refusal
    sent_on = standing(CourseStep, [enrollment.id]).filter(kind="transferred", to_site=site)
    if not sent_on.exists():
        return Refusal("not-transferred-here")
    past = enrollment_as_of(enrollment)
    arrival = Arrival(
        site=site,
        protocol=protocol_of(enrollment),
        referral=referral_of(past),
        identity=identity_of(past),
        source=TRANSFERRED,
        bundle_sha256="",
        entry_id=entry_id,
        by=by,
        now=now,
        person=enrollment.person,
        beside={"from": enrollment.id},
    )
    return take_in(arrival)
