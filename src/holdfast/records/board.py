"""The board: one row for each course, with what is next, what is late and what stands in the way.

A projection: made in the transaction of the facts it follows from (``actions.board``), made again
by ``rebuild``, and read by no gate. Moments and codes only: no word and no name stands here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import models
from django.db.models.functions import Length, Replace

from holdfast.domain.course import BLIND_OPENED
from holdfast.records.authority import Approval, ApprovalChange, SiteJurisdiction
from holdfast.records.care import Enrollment, SignedLimit
from holdfast.records.columns import Instant, SafeText
from holdfast.records.concerns import AssignmentPause
from holdfast.records.course import CourseStep
from holdfast.records.people import Site, User

TO_ENROLL = "to-enroll"  # eligible and signed, and no course opened yet
NOT_READABLE = "not-readable"  # its protocol is not the file that was enrolled under
NOT_JUDGED = "not-judged"  # a rule broke on it: an alarm, and nothing is known of what is next


class CourseMoment(models.Model):
    """Where one course stands, as moments and never as flags; a projection.

    ``as_of`` is the site's own day, and ``judged_at`` the moment, for which it was made.
    ``blocked_by`` is JSON of condition and outcome; ``starts`` the site's wall clock of a booking.
    """

    enrollment = models.OneToOneField(
        Enrollment, models.PROTECT, primary_key=True, related_name="on_board"
    )
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    protocol_version = models.IntegerField()
    status = SafeText(max_length=20)
    stage = SafeText(max_length=60, default="")
    lead = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    second = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    as_of = models.DateField()
    judged_at = Instant()
    visit = SafeText(max_length=60, default="")
    visit_kind = SafeText(max_length=20, default="")
    earliest = models.DateField(null=True)
    latest = models.DateField(null=True)
    starts = SafeText(max_length=16, default="")
    due_at = Instant(null=True)
    overdue_at = Instant(null=True)
    overdue_visits = models.IntegerField(default=0)
    act = SafeText(max_length=40, default="")
    blocked_by = models.TextField(default="[]")
    on_the_day = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["site", "as_of"], name="board_at_site")]

    def __str__(self) -> str:
        return self.status


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One line of the board, and what its moments mean now."""

    now: datetime
    enrollment_id: UUID
    person_id: UUID
    number: int
    study: str
    version: int
    status: str
    lead_id: UUID | None
    second_id: UUID | None
    as_of: date
    visit: str
    visit_kind: str
    starts: str
    due_at: datetime | None
    overdue_at: datetime | None
    overdue_visits: int
    act: str
    blocked_text: str
    on_the_day: int

    @property
    def is_overdue(self) -> bool:
        """The last day on which it can be in time is over."""
        return self.overdue_at is not None and self.overdue_at <= self.now

    @property
    def is_due(self) -> bool:
        """Its day or window has begun, and it is not late yet."""
        return self.due_at is not None and self.due_at <= self.now and not self.is_overdue

    @property
    def is_blocked(self) -> bool:
        """Something keeps the next gate shut."""
        return self.blocked_text != "[]"

    @property
    def blocked_by(self) -> list[tuple[str, str]]:
        """Condition and outcome, unmet before unknown."""
        return [(condition, outcome) for condition, outcome in orjson.loads(self.blocked_text)]


# In the order of the fields of a line.
_COLUMNS = (
    "enrollment_id",
    "enrollment__person_id",
    "enrollment__number",
    "enrollment__protocol_name",
    "protocol_version",
    "status",
    "lead_id",
    "second_id",
    "as_of",
    "visit",
    "visit_kind",
    "starts",
    "due_at",
    "overdue_at",
    "overdue_visits",
    "act",
    "blocked_by",
    "on_the_day",
)


@dataclass(frozen=True, slots=True)
class Group:
    """Courses that stand alike on the board, and how many they are."""

    status: str
    study: str
    lead_id: UUID | None
    second_id: UUID | None
    as_of: date
    is_overdue: bool
    is_due: bool
    is_blocked: bool
    courses: int

    @property
    def seats(self) -> set[UUID]:
        """Whoever of the pair is named."""
        return {each for each in (self.lead_id, self.second_id) if each is not None}


@dataclass(frozen=True)
class Wanted:
    """Which courses of a board, in which order; what is empty chooses nothing.

    ``show`` is overdue, due, blocked or all; ``among`` the enrollments that a search found.
    """

    show: str = "all"
    sort: str = "urgency"
    status: str = ""
    study: str = ""
    pair: UUID | None = None
    among: frozenset[UUID] | None = None

    def has(self, group: Group) -> bool:
        """Whether courses are of the chosen state, protocol and therapist."""
        return (
            (not self.status or group.status == self.status)
            and (not self.study or group.study == self.study)
            and (self.pair is None or self.pair in group.seats)
        )


def groups(
    site: Site,
    now: datetime,
    studies: frozenset[str] | None = None,
    among: frozenset[UUID] | None = None,
    *,
    is_blind: bool = False,
) -> list[Group]:
    """How many courses of a site stand alike: one query, however many there are.

    ``is_blind`` where the blind of a trial stands for who asks, here and below.
    """
    rows = _now(site, now, studies, among, is_blind=is_blind).values_list(
        "status",
        "enrollment__protocol_name",
        "lead_id",
        "second_id",
        "as_of",
        "late",
        "due",
        "blocked",
    )
    found: Any = rows.annotate(courses=models.Count("pk")).order_by()
    return [
        Group(status, study, lead, second, as_of, bool(late), bool(due), bool(blocked), courses)
        for status, study, lead, second, as_of, late, due, blocked, courses in found
    ]


def first_lines(
    site: Site,
    now: datetime,
    studies: frozenset[str] | None,
    wanted: Wanted,
    limit: int,
    *,
    is_blind: bool = False,
) -> list[BoardLine]:
    """The first of the wanted courses in the wanted order: one query that reads no other."""
    rows = _now(site, now, studies, wanted.among, is_blind=is_blind)
    if wanted.show != "all":
        rows = rows.filter(**{_SHOWN[wanted.show]: 1})
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    if wanted.study:
        rows = rows.filter(enrollment__protocol_name=wanted.study)
    if wanted.pair is not None:
        rows = rows.filter(models.Q(lead=wanted.pair) | models.Q(second=wanted.pair))
    ordered = rows.order_by(*_ORDERS[wanted.sort], "enrollment__number")
    columns = [_SEEN.get(name, name) for name in _COLUMNS]
    return [BoardLine(now, *row) for row in ordered.values_list(*columns)[:limit]]


def _now(
    site: Site,
    now: datetime,
    studies: frozenset[str] | None,
    among: frozenset[UUID] | None,
    *,
    is_blind: bool,
) -> Any:
    """The rows of a site with what their moments mean now, as ``BoardLine`` says it."""
    rows = _rows(site, studies).annotate(**_seen(is_blind=is_blind))
    if among is not None:
        rows = rows.filter(enrollment_id__in=among)
    is_late = models.Q(seen_overdue_at__lte=now)
    return rows.annotate(
        late=_flag(is_late),
        due=_flag(models.Q(seen_due_at__lte=now), unless=is_late),
        blocked=_flag(~models.Q(seen_blocked_by="[]")),
    )


# What tells of what is to come; of a stage that was entered after the blind was opened for one
# person, it tells their arm.
_BLANK = {
    "visit": "",
    "visit_kind": "",
    "starts": "",
    "due_at": None,
    "overdue_at": None,
    "overdue_visits": 0,
    "act": "",
    "blocked_by": "[]",
    "on_the_day": 0,
}
_SEEN = {name: f"seen_{name}" for name in _BLANK}


def _seen(*, is_blind: bool) -> dict[str, Any]:
    """What is to come as it may be shown: blank under the blind once it was opened for a person."""
    if not is_blind:
        return {seen: models.F(name) for name, seen in _SEEN.items()}
    fields = {field.name: field for field in CourseMoment._meta.concrete_fields}
    steps = CourseStep.objects.filter(reason=BLIND_OPENED, corrected_by=None, is_withdrawn=False)
    opened = models.Exists(steps.filter(enrollment=models.OuterRef("enrollment")))
    return {
        seen: models.Case(
            models.When(opened, then=models.Value(_BLANK[name])),
            default=models.F(name),
            output_field=fields[name],
        )
        for name, seen in _SEEN.items()
    }


def _flag(is_so: models.Q, unless: models.Q | None = None) -> models.Case:
    cases = [] if unless is None else [models.When(unless, then=0)]
    cases.append(models.When(is_so, then=1))
    return models.Case(*cases, default=0, output_field=models.IntegerField())


_SHOWN = {"overdue": "late", "due": "due", "blocked": "blocked"}
# When it was late, and where it is not late when it comes.
_WHEN = models.Case(models.When(late=1, then="seen_overdue_at"), default="seen_due_at")
_OPEN = Length("seen_blocked_by") - Length(
    Replace("seen_blocked_by", models.Value("["), models.Value(""))
)
# As the life of a course goes; what nobody could read or judge comes last.
STATES = (
    TO_ENROLL,
    "running",
    "paused",
    "treatment-stopped",
    "lost",
    "transferred",
    "completed",
    "closed",
    NOT_READABLE,
    NOT_JUDGED,
)
_STATE = models.Case(
    *(models.When(status=code, then=place) for place, code in enumerate(STATES)),
    default=len(STATES),
    output_field=models.IntegerField(),
)
_ORDERS: dict[str, tuple[Any, ...]] = {
    "urgency": ("-late", "-due", models.OrderBy(_WHEN, nulls_last=True)),
    "next": (models.F("seen_due_at").asc(nulls_last=True),),
    "blocked": (models.OrderBy(_OPEN, descending=True),),
    "number": (),
    "status": (_STATE,),
}


def board(site: Site, now: datetime, studies: frozenset[str] | None = None) -> list[BoardLine]:
    """Every course of a site: what is late first, then what is due, then by when it comes.

    One query for any number of courses. With ``studies`` only those that are theirs.
    """
    return sorted(_lines(site, now, studies), key=by_urgency)


def by_urgency(line: BoardLine) -> tuple[bool, bool, bool, datetime | None, int]:
    """What is late first, the longest first; then what is due; what has no date last."""
    when = line.overdue_at if line.is_overdue else line.due_at
    return (not line.is_overdue, not line.is_due, when is None, when, line.number)


def _lines(site: Site, now: datetime, studies: frozenset[str] | None) -> Iterator[BoardLine]:
    rows = _rows(site, studies)
    values: Iterator[tuple[Any, ...]] = rows.values_list(*_COLUMNS).iterator(chunk_size=2000)
    for row in values:
        yield BoardLine(now, *row)


def _rows(site: Site, studies: frozenset[str] | None) -> "models.QuerySet[CourseMoment]":
    rows = CourseMoment.objects.filter(site=site)
    return rows if studies is None else rows.filter(enrollment__protocol_name__in=studies)


def last_turn(site: Site) -> datetime | None:
    """When a fact of the site was last written that any of its courses may depend on."""
    written: list[datetime | None] = [
        model._default_manager.filter(**{place: site}).aggregate(at=models.Max("recorded_at"))["at"]
        for model, place in _SITES_OWN
    ]
    return max((at for at in written if at is not None), default=None)


_SITES_OWN: tuple[tuple[type[models.Model], str], ...] = (
    (Approval, "site"),
    (ApprovalChange, "approval__site"),
    (SiteJurisdiction, "site"),
    (SignedLimit, "site"),
    (AssignmentPause, "site"),
)
