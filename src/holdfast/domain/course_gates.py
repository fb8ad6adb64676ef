"""What a course itself says to a gate: its verdict, state, pair, reservation, visits and window.

Each rule is one function of what is given; nothing is read and no clock is looked at. A rule that
lacks what it needs answers unknown.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile

from holdfast.domain.attestations import Asked, Attestation, attested
from holdfast.domain.course import CourseNow, Pair, Status
from holdfast.domain.findings import Decision, Finding, Outcome, Reference, Standing, Value
from holdfast.domain.reservations import booking_finding, parts_missing
from holdfast.domain.schedule import Visit, VisitKind
from holdfast.domain.visits import OVERDUE, PlannedVisit

RULES = Reference("The course: what stands before each act", "docs/course.md#gates")
PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN
_LONG = timedelta(days=3650)  # longer than any course: such a statement ends with what it is for

# Every reason of a finding, with the values that always come with it.
COURSE_REASONS: dict[str, tuple[str, ...]] = {
    "nobody-judged": (),
    "verdict-stands": ("signed_on",),
    "verdict-missing": (),
    "verdict-not-signed": (),
    "verdict-not-the-one-signed": ("signed_on",),
    "verdict-otherwise-today": ("decision",),
    "verdict-not-eligible": ("decision",),
    "confirmed-at-last-preparation": ("visit", "signed_on"),
    "confirmed-before-last-preparation": ("visit", "signed_on"),
    "no-preparation-planned": (),
    "no-other-course": (),
    "in-another-course": ("label",),
    "course-runs": (),
    "course-not-opened": (),
    "course-stands-still": ("status",),
    "nobody-paused": (),
    "somebody-paused": ("count",),
    "nobody-to-ask-about": (),
    "pair-assigned": ("since",),
    "pair-not-assigned": (),
    "pair-is-one-person": (),
    "another-therapist-asked": ("count",),
    "visit-was": ("visit", "on"),
    "visit-still-to-come": ("visit",),
    "visit-was-skipped": ("visit",),
    "no-visit-before": (),
    "no-session-left": (),
    "inside-window": ("visit",),
    "outside-window": ("visit", "earliest", "latest"),
    "window-not-known": ("visit",),
    "does-not-apply": (),
    "never-postponed": (),
}


def finding(code: str, outcome: Outcome, reason: str, **values: Value) -> Finding:
    """A finding of one of these rules; what they compute is derived from the record."""
    return Finding(code, outcome, reason, RULES, Standing.DERIVED, values)


def verdict_finding(
    signed_on: date | None,
    signed: Decision | None,
    is_latest: bool,
    today: Decision | None,
    *,
    has_verdict: bool = True,
) -> Finding:
    """Whether the verdict that stands was signed as eligible, and is the same on the day asked for.

    ``today`` is what judging again on that day gives; None where it cannot be judged.
    """
    code = "verdict"
    if not has_verdict:
        return finding(code, UNKNOWN, "verdict-missing")
    if signed is None or signed_on is None:
        return finding(code, FAILED, "verdict-not-signed")
    if signed is not Decision.ELIGIBLE:
        return finding(code, FAILED, "verdict-not-eligible", decision=signed.value)
    if not is_latest:
        return finding(code, FAILED, "verdict-not-the-one-signed", signed_on=signed_on)
    if today is not Decision.ELIGIBLE:
        outcome = FAILED if today is Decision.INELIGIBLE else UNKNOWN
        decision = today.value if today else Decision.UNDETERMINED.value
        return finding(code, outcome, "verdict-otherwise-today", decision=decision)
    return finding(code, PASSED, "verdict-stands", signed_on=signed_on)


def last_preparation_finding(course: CourseNow | None, confirmed_on: date | None) -> Finding:
    """Whether eligibility was confirmed at the last preparation visit before the first session, or since.

    ``confirmed_on`` is the site's own day of the last signature under an eligible verdict.
    """
    code = "eligibility-at-last-preparation"
    if course is None:
        return finding(code, UNKNOWN, "course-not-opened")
    before = list(takewhile(lambda visit: visit.kind is not VisitKind.DOSING, course.visits))
    last = next((v.code for v in reversed(before) if v.kind is VisitKind.PREPARATION), None)
    if last is None:
        return finding(code, UNKNOWN, "no-preparation-planned")
    if last not in course.actual:
        return finding(code, FAILED, "visit-still-to-come", visit=last)
    if confirmed_on is None:
        return finding(code, FAILED, "verdict-not-signed")
    told: dict[str, Value] = {"visit": last, "signed_on": confirmed_on}
    if confirmed_on < course.actual[last]:
        return finding(code, FAILED, "confirmed-before-last-preparation", **told)
    return finding(code, PASSED, "confirmed-at-last-preparation", **told)


def other_course_finding(label: str | None) -> Finding:
    """Whether the person is in another running course; ``label`` is its enrollment's."""
    if label:
        return finding("one-course", FAILED, "in-another-course", label=label)
    return finding("one-course", PASSED, "no-other-course")


def course_finding(course: CourseNow | None) -> Finding:
    """Whether there is a course, and it runs."""
    if course is None:
        return finding("course", FAILED, "course-not-opened")
    if course.status is not Status.RUNNING:
        return finding("course", FAILED, "course-stands-still", status=course.status.value)
    return finding("course", PASSED, "course-runs")


def pauses_finding(people: Collection[str], paused: Collection[str]) -> Finding:
    """Whether somebody who takes part has their assignments paused. Who it is stays unsaid."""
    if not people:
        return finding("pauses", UNKNOWN, "nobody-to-ask-about")
    if count := len(set(people) & set(paused)):
        return finding("pauses", FAILED, "somebody-paused", count=count)
    return finding("pauses", PASSED, "nobody-paused")


def pair_findings(
    course: CourseNow | None, pair: Pair | None, licences: Sequence[Finding]
) -> tuple[Finding, ...]:
    """Whether two people are assigned, may do what their seats ask, and nobody asked for others.

    ``licences`` are the findings of the jurisdiction for each of the two, each in their seat.
    """
    if pair is None:
        return (finding("pair", FAILED, "pair-not-assigned"),)
    if pair.lead == pair.second:
        return (finding("pair", FAILED, "pair-is-one-person"),)
    asked = course.changes_open if course else 0
    if asked:
        return (finding("pair", FAILED, "another-therapist-asked", count=asked), *licences)
    return (finding("pair", PASSED, "pair-assigned", since=pair.from_on), *licences)


def visits_before(course: CourseNow, visit: Visit | None) -> tuple[Finding, ...]:
    """Every visit that must come before a session, held or not; one that was skipped apart."""
    if visit is None:
        return (finding("visits-before", FAILED, "no-session-left"),)
    wanted = [code for code in visit.after if code not in course.skipped]
    if not wanted:
        return (finding("visits-before", PASSED, "no-visit-before"),)
    return tuple(
        finding("visits-before", PASSED, "visit-was", visit=code, on=course.actual[code])
        if code in course.actual
        else finding("visits-before", FAILED, "visit-still-to-come", visit=code)
        for code in wanted
    )


def visits_skipped(course: CourseNow, visit: Visit | None) -> tuple[Finding, ...]:
    """Visits that must come before a session and were skipped."""
    if visit is None:
        return (finding("visits-skipped", FAILED, "no-session-left"),)
    gone = [code for code in visit.after if code in course.skipped]
    found = tuple(finding("visits-skipped", FAILED, "visit-was-skipped", visit=c) for c in gone)
    return found or (finding("visits-skipped", PASSED, "no-visit-before"),)


def window_finding(planned: PlannedVisit | None, day: date) -> Finding:
    """Whether a day lies in the window of a visit, as it is planned from what has happened."""
    if planned is None:
        return finding("window", FAILED, "no-session-left")
    code = planned.visit.code
    first, last = planned.earliest, planned.latest
    if first is None or last is None:
        return finding("window", UNKNOWN, "window-not-known", visit=code)
    if not first <= day <= last or planned.reason == OVERDUE:
        return finding("window", FAILED, "outside-window", visit=code, earliest=first, latest=last)
    return finding("window", PASSED, "inside-window", visit=code)


def session_booked(
    course: CourseNow, visit: Visit | None, day: date, *, is_clashing: bool
) -> Finding:
    """Whether pair, room and on-call physician are reserved together for a session on a day."""
    if visit is None:
        return booking_finding("booking", "", FAILED, "no-visit-to-book")
    booked = course.booked(visit.code)
    if booked is None:
        return booking_finding("booking", visit.code, FAILED, "not-booked")
    on = booked.slot.starts.date()
    parts = (
        ("lead", booked.lead),
        ("second therapist", booked.second),
        ("room", booked.room),
        ("on-call physician", booked.physician),
    )
    if missing := parts_missing(parts):
        return booking_finding("booking", visit.code, FAILED, "booked-in-part", missing=missing)
    if on != day:
        return booking_finding("booking", visit.code, FAILED, "booked-another-day", on=on)
    pair = course.present_on(day)
    if pair is None or pair.people != {booked.lead, booked.second}:
        return booking_finding("booking", visit.code, FAILED, "booked-for-others")
    if is_clashing:
        return booking_finding("booking", visit.code, FAILED, "booked-twice-over")
    return booking_finding("booking", visit.code, PASSED, "booked", on=on)


@dataclass(frozen=True)
class Statement:
    """What somebody stated for a condition; ``value`` is what they wrote beside it."""

    code: str
    visit: str
    is_so: bool | None
    at: datetime
    by: str
    how: str
    value: str = ""


@dataclass(frozen=True)
class ToState:
    """A condition that people state: how long a statement counts, and when it is asked at all."""

    code: str
    reference: Reference
    standing: Standing
    lasts: str
    place: str = ""
    is_since_postponement: bool = False


@dataclass(frozen=True)
class Session:
    """The session that statements are about: its visit, place, and when it was last postponed."""

    visit: str
    place: str
    postponed_at: datetime | None = None


def stated_finding(
    asked: ToState,
    session: Session,
    statements: Sequence[Statement],
    now: datetime,
    day_of: Callable[[datetime], date],
) -> Finding:
    """What the latest statement for a session says now. ``day_of`` is the site's own date."""

    def ours(outcome: Outcome, reason: str) -> Finding:
        return Finding(asked.code, outcome, reason, asked.reference, asked.standing)

    if asked.place and session.place and asked.place != session.place:
        return ours(PASSED, "does-not-apply")
    since = session.postponed_at
    if asked.is_since_postponement and since is None:
        return ours(PASSED, "never-postponed")
    own = [s for s in statements if (s.code, s.visit) == (asked.code, session.visit)]
    if asked.is_since_postponement and since is not None:
        own = [s for s in own if s.at > since]
    own = [s for s in own if s.at <= now]
    last = max(own, key=lambda s: s.at, default=None)
    lasts = _lasts(asked.lasts, last, now, day_of)
    plain = [Attestation(s.code, s.is_so, s.at, s.by, s.how) for s in own]
    return attested(Asked(asked.code, lasts, asked.reference, asked.standing), plain, now)


def _lasts(
    how: str, last: Statement | None, now: datetime, day_of: Callable[[datetime], date]
) -> timedelta | None:
    """How long the last statement counts; None where it does not say itself."""
    if last is None or how == "session":
        return _LONG
    if how == "same-day":
        return _LONG if day_of(last.at) == day_of(now) else timedelta(0)
    try:
        until = date.fromisoformat(last.value)
    except ValueError:
        return None
    return _LONG if day_of(now) <= until else timedelta(0)
