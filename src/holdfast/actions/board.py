"""Keeps the board: each course's row made again with the facts it follows from, and as days pass.

``follow`` runs at the end of every transaction that wrote a fact of an enrollment, whichever action
wrote it. What changes without a fact of the enrollment (the date, an approval, a pause, a number
signed for the site) is followed by the watch.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.db import transaction

from holdfast.actions.apart import apart
from holdfast.actions.gates import gate
from holdfast.actions.judging import local_date
from holdfast.actions.writing import FOLLOWERS, NOT_FOLLOWED
from holdfast.definitions.gates import load as load_gates
from holdfast.domain import board as rules
from holdfast.domain.course import CourseNow, Status
from holdfast.domain.findings import Outcome
from holdfast.records.board import NOT_JUDGED, NOT_READABLE, TO_ENROLL, CourseMoment, last_turn
from holdfast.records.care import Confirmation, Enrollment
from holdfast.records.clinical_now import PLANNED_CALL, awaited
from holdfast.records.course import Course
from holdfast.records.courses import course_of
from holdfast.records.journal import OutboxEntry
from holdfast.records.keys import Erased
from holdfast.records.people import Site
from holdfast.records.protocols import ProtocolChanged
from holdfast.records.reading import read_once

# What a statement or a rota can only say when the day is there.
_OF_THE_MOMENT = ("post",)
_NEVER = datetime.min.replace(tzinfo=UTC)
_AT_ONCE = 5  # rows made in one transaction of the watch
_PUT_OFF: ContextVar[bool] = ContextVar("put-off", default=False)
_KEPT = [
    field.attname
    for field in CourseMoment._meta.concrete_fields
    if field.attname not in ("enrollment_id", "judged_at")
]
_FIELDS = [field.name for field in CourseMoment._meta.concrete_fields if field.name != "enrollment"]


class NotJudged(RuntimeError):
    """Rules broke on some courses; the others were judged."""


@contextmanager
def put_off() -> Iterator[None]:
    """Follow nothing until the end; whoever writes in bulk makes the board again with ``rebuild``."""
    token = _PUT_OFF.set(True)
    try:
        yield
    finally:
        _PUT_OFF.reset(token)


def follow(enrollments: Iterable[UUID], now: datetime) -> int:
    """Make the rows of enrollments again from their facts, in the transaction that changed them.

    A row is locked before its facts are read: of two that write about one course at once, the
    later sees what the earlier wrote.
    """
    if _PUT_OFF.get():
        return 0
    given = sorted(enrollments)
    there = CourseMoment.objects.select_for_update().filter(enrollment_id__in=given)
    list(there.order_by("enrollment_id").values_list("enrollment_id", flat=True))
    rows = Enrollment.objects.filter(id__in=given).select_related("site", "person").order_by("id")
    made = [moment for row in rows if (moment := moment_of(row, now)) is not None]
    _keep(made)
    gone = set(given) - {moment.enrollment_id for moment in made}
    CourseMoment.objects.filter(enrollment_id__in=gone).delete()
    return len(made)


def _keep(moments: list[CourseMoment]) -> None:
    CourseMoment.objects.bulk_create(
        moments, update_conflicts=True, unique_fields=["enrollment"], update_fields=_FIELDS
    )


def moment_of(enrollment: Enrollment, now: datetime) -> CourseMoment | None:
    """Where an enrollment stands on the board; None before a physician signed it as eligible.

    Where a rule breaks on it the row says so, and what was written stays.
    """
    if not is_on_board(enrollment.id):
        return None
    today = local_date(enrollment.site, now)

    def row(status: str) -> CourseMoment:
        return CourseMoment(
            enrollment=enrollment,
            site_id=enrollment.site_id,
            protocol_version=enrollment.protocol_version,
            status=status,
            as_of=today,
            judged_at=now,
        )

    judge = partial(_judged, row(""), enrollment, today, now)
    return apart("not-judged", judge, partial(row, NOT_JUDGED))


def _judged(
    found: CourseMoment, enrollment: Enrollment, today: date, now: datetime
) -> CourseMoment:
    try:
        with read_once():
            course = course_of(enrollment)
            _put_course(found, course, enrollment.site, today)
            _put_awaited(found, enrollment)
            _put_gate(found, course, enrollment, now)
    except ProtocolChanged:
        found.status = NOT_READABLE
    return found


def is_on_board(enrollment_id: UUID) -> bool:
    """True for a course, and for who waits for one: signed as eligible by a physician."""
    if Course.objects.filter(enrollment_id=enrollment_id).exists():
        return True
    last = Confirmation.objects.filter(enrollment_id=enrollment_id).order_by("-position", "-id")
    return last.values_list("decision", flat=True).first() == "eligible"


def _put_course(found: CourseMoment, course: CourseNow | None, site: Site, today: date) -> None:
    if course is None:
        found.status = TO_ENROLL
        return
    found.status, found.stage = course.status.value, course.stages[-1] if course.stages else ""
    found.protocol_version = course.protocol.version
    if pair := course.present_on(today):
        found.lead_id, found.second_id = UUID(pair.lead), UUID(pair.second)
    found.overdue_visits = rules.overdue_visits(course, today)
    ahead = rules.ahead(course, today)
    if ahead is None:
        return
    found.visit, found.visit_kind = ahead.planned.visit.code, ahead.planned.visit.kind.value
    found.earliest, found.latest = ahead.planned.earliest, ahead.planned.latest
    if ahead.booked is not None:
        found.starts = ahead.booked.slot.starts.isoformat(timespec="minutes")
    if course.status is Status.LOST:  # nothing is due of who is not to be found
        found.overdue_visits = 0
        return
    found.due_at = _midnight(ahead.due_on, site)
    if ahead.overdue_after is not None:
        found.overdue_at = _midnight(ahead.overdue_after + timedelta(days=1), site)


def _put_awaited(found: CourseMoment, enrollment: Enrollment) -> None:
    """A planned call or a review of results in the place of the visit, where it comes before it."""
    for each in awaited(enrollment):
        on = local_date(enrollment.site, each.since or each.by)
        due_at = _midnight(on, enrollment.site)
        comes_first = found.due_at is None or (due_at is not None and due_at <= found.due_at)
        if comes_first and (each.kind != PLANNED_CALL or each.visit != found.visit):
            found.visit, found.visit_kind, found.starts = "", each.kind, ""
            found.earliest = found.latest = None
            found.due_at, found.overdue_at = due_at, each.by


def _midnight(day: date | None, site: Site) -> datetime | None:
    """When a day begins at a site."""
    return datetime.combine(day, time(), ZoneInfo(site.zone)) if day else None


def _put_gate(
    found: CourseMoment, course: CourseNow | None, enrollment: Enrollment, now: datetime
) -> None:
    """What stands in the way of the next act, asked for the moment for which it is booked."""
    ahead = rules.next_act(course)
    if ahead is None:
        return
    at = max(now, ahead.at) if ahead.at else now
    is_today = local_date(enrollment.site, at) <= local_date(enrollment.site, now)
    found.act = ahead.act.value
    try:
        answer = gate(ahead.act, enrollment, at, ahead.visit)
    except Erased:
        found.blocked_by = orjson.dumps([["record", Outcome.UNKNOWN.value]]).decode()
        return
    stands = rules.blocked(answer, of_the_day(), is_today=is_today)
    found.blocked_by = orjson.dumps(stands.conditions).decode()
    found.on_the_day = stands.on_the_day


def of_the_day() -> Mapping[str, bool]:
    """The conditions that can only be met on the day itself."""
    gates = load_gates()
    told = {code: how.lasts == "same-day" for code, how in gates.stated.items()}
    return told | dict.fromkeys(_OF_THE_MOMENT, True)


def follow_site(site: Site, now: datetime, limit: int | None = None) -> int:
    """Make the rows of a site again that are of another day, or of before the site last changed.

    A few at a time: on SQLite everybody who writes waits for each of these transactions.
    ``NotJudged`` at the end where a rule broke on any of them: every screen then says so.
    """
    stale, made = stale_rows(site, now)[:limit], 0
    for first in range(0, len(stale), _AT_ONCE):
        with transaction.atomic():
            made += follow(stale[first : first + _AT_ONCE], now)
    if broken := CourseMoment.objects.filter(site=site, status=NOT_JUDGED).count():
        raise NotJudged(f"{broken} courses could not be judged")
    return made


def stale_rows(site: Site, now: datetime) -> list[UUID]:
    """The courses whose rows are missing, not of today, or older than what the site's facts say."""
    rows = CourseMoment.objects.filter(site=site).order_by("judged_at", "enrollment_id")
    turn, today, unmade = last_turn(site), local_date(site, now), _unmade(site)
    there = rows.values_list("enrollment_id", "as_of", "judged_at", "status")
    return [
        *_missing(site),
        *(
            enrollment
            for enrollment, as_of, judged_at, status in there
            if as_of != today
            or status == NOT_JUDGED
            or (turn is not None and judged_at < turn)
            or judged_at <= unmade.get(enrollment, _NEVER)
        ),
    ]


def _unmade(site: Site) -> dict[UUID, datetime]:
    """When a row could last not be made again at all, by enrollment."""
    here = Enrollment.objects.filter(site=site).values("id")
    told = OutboxEntry.objects.filter(kind=NOT_FOLLOWED, stream__in=here)
    return dict(told.order_by("recorded_at").values_list("stream_id", "recorded_at"))


def _missing(site: Site) -> list[UUID]:
    """The enrollments that should be on the board and are not, as after an upgrade."""
    absent = Enrollment.objects.filter(site=site, on_board=None)
    wanted = set(absent.filter(course__isnull=False).values_list("id", flat=True))
    signed = Confirmation.objects.filter(enrollment__in=absent, decision="eligible")
    wanted |= set(filter(is_on_board, signed.values_list("enrollment_id", flat=True)))
    return sorted(wanted)


@transaction.atomic
def rebuild(now: datetime, site: Site | None = None) -> int:
    """Make the whole board again from facts, or that of one site; how many courses stand on it."""
    rows = CourseMoment.objects.all() if site is None else CourseMoment.objects.filter(site=site)
    moments = list(_all(now, site))
    rows.delete()
    CourseMoment.objects.bulk_create(moments, batch_size=200)
    return len(moments)


def compare(now: datetime) -> list[UUID]:
    """The enrollments whose row is not what the facts say now; empty when all is well."""
    stored = {row.enrollment_id: _values(row) for row in CourseMoment.objects.all()}
    wanted = {row.enrollment_id: _values(row) for row in _all(now, None)}
    return sorted(
        key for key in stored.keys() | wanted.keys() if stored.get(key) != wanted.get(key)
    )


def differing(now: datetime) -> list[UUID]:
    """The enrollments whose row is not what the facts said at the moment it was made.

    What waits to be made again (``stale_rows``) is left to the watch's next turn. People go on
    writing meanwhile: what seems to differ is looked at again while nobody can write about it.
    """
    found: list[UUID] = []
    for site in Site.objects.order_by("code"):
        waiting = set(stale_rows(site, now))
        rows = CourseMoment.objects.filter(site=site).exclude(enrollment_id__in=waiting)
        found += [
            row.enrollment_id
            for row in rows.select_related("enrollment__site", "enrollment__person")
            if _differs(row) and _still_differs(row.enrollment_id, site, now)
        ]
    return sorted(found)


def _differs(row: CourseMoment) -> bool:
    again = moment_of(row.enrollment, row.judged_at)
    return again is None or _values(again) != _values(row)


@transaction.atomic
def _still_differs(enrollment: UUID, site: Site, now: datetime) -> bool:
    rows = CourseMoment.objects.filter(enrollment_id=enrollment).exclude(
        enrollment_id__in=stale_rows(site, now)
    )
    return any(_differs(row) for row in rows.select_for_update())


def _all(now: datetime, site: Site | None) -> Iterator[CourseMoment]:
    rows = Enrollment.objects.select_related("site", "person").order_by("id")
    if site is not None:
        rows = rows.filter(site=site)
    for row in rows.iterator(chunk_size=500):
        if (moment := moment_of(row, now)) is not None:
            yield moment


def _values(row: CourseMoment) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _KEPT)


FOLLOWERS.append(follow)
