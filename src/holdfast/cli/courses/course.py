"""A whole course: from the first call to the last follow-up, one visit after the other."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from holdfast.actions.course import Ending, close, enroll, record_attempt, take_turn
from holdfast.actions.gates import pass_gate
from holdfast.actions.pairs import assign_pair
from holdfast.actions.visits import Visit as HeldVisit
from holdfast.actions.visits import hold_visit, miss_visit
from holdfast.cli.courses import clinical, session
from holdfast.cli.courses.consenting import agreements, consent, own_account
from holdfast.cli.courses.journey import Journey
from holdfast.cli.courses.slots import minutes_of, reserve, staff_of
from holdfast.domain.course import CourseNow, Held, Step
from holdfast.domain.gates import Act
from holdfast.domain.schedule import Visit, VisitKind
from holdfast.domain.visits import PlannedVisit
from holdfast.records.people import User

NINE = 9 * 60  # minutes after midnight
ENDING = Ending(
    medicines="stays-without",
    care="referrer",
    arm_told="does-not-apply",
    results_told="not-settled",
    letters=("referrer", "person"),
)


class Course(Journey):
    """A journey that goes all the way, or as far as its path says."""

    session_at: datetime | None = None  # when the dosing session that is booked is to begin

    def acts(self) -> Iterator[datetime]:
        """Everything that befalls it, each act at its moment."""
        yield from self.referral()
        if not self.path.enrolls:
            return
        yield from self.later(days=1)
        self.permitted()
        self.contact()
        self.account = own_account(self)
        yield from consent(self)
        yield from self.on(self.today + timedelta(days=1), NINE)
        self._begin()
        yield from self._visits()

    def _begin(self) -> None:
        by, row = self.team.coordinator, self.enrollment
        self.confirm()
        self.do("coordinator", by, enroll, enrollment=row)
        schedule = self.protocol.schedule
        assert schedule is not None  # a protocol without one enrolls nobody
        stage = schedule.stages[0].code if schedule.stages else ""
        self.course = CourseNow(enrolled_on=self.today, protocol=self.protocol, stage=stage)
        pair = {"lead": self.lead, "second": self.second, "from_on": self.today}
        self.do("coordinator", by, assign_pair, enrollment=row, because="first-pair", **pair)
        clinical.safety_plan(self)
        if self.path.tapers:
            clinical.taper(self)

    def _visits(self) -> Iterator[datetime]:
        """Every visit of the plan in its turn, stage after stage, until nothing is left."""
        while True:
            planned = self._next()
            if planned is None:
                if not self._stage():
                    break
                continue
            if self._is_lost():
                yield from self._lost()
                return
            yield from self._visit(planned)
            self._stopped(planned.visit)
        yield from self.later(days=7)
        self._ended()

    def _next(self) -> PlannedVisit | None:
        """The visit that may be next: the earliest of those that nothing has to come before."""
        course = self.course
        gone = set(course.actual) | course.skipped
        ready = [
            (planned.target or planned.earliest, place, planned)
            for place, planned in enumerate(course.planned())
            if planned.visit.code not in gone and gone >= set(planned.visit.after)
        ]
        known = [(day, place, planned) for day, place, planned in ready if day is not None]
        return min(known, key=lambda each: each[:2])[2] if known else None

    def _stage(self) -> bool:
        """Enter the next stage of the protocol; False where this was the last.

        Of the arms whose visits differ one is drawn: the visits that the person now has are named.
        """
        known = [stage.code for stage in self.course.schedule.stages]
        left = known[len(self.course.stages) :]
        if not left or self.path.stops_after is not None:
            return False
        arms = [arm.code for arm in self.course.schedule.arms]
        arm = self.chance.choice(arms) if arms else ""
        of_stage = [v for v in self.course.schedule.visits if v.stage == left[0]]
        visits = [v.code for v in of_stage if v.arms and arm in v.arms]
        reason = "blind-opened" if visits else "protocol"
        self._turn("stage-entered", reason, stage=left[0], visits=tuple(visits))
        return True

    def _turn(self, kind: str, reason: str, **told: Any) -> None:
        """A turn of the course, today."""
        row, given = self.enrollment, {"kind": kind, "reason": reason, "on": self.today}
        self.do("physician", self.physician, take_turn, enrollment=row, **given, **told)
        step = Step(kind, self.today, reason, told.get("stage", ""), told.get("visits", ()))
        self.course = replace(self.course, steps=(*self.course.steps, step), _plans={})

    def _visit(self, planned: PlannedVisit) -> Iterator[datetime]:
        visit = planned.visit
        if visit.kind is VisitKind.PREPARATION and not self._held(VisitKind.PREPARATION):
            yield from self._prepares()
        if visit.kind is VisitKind.DOSING:
            yield from self._session(planned)
        else:
            yield from self._meeting(planned)

    def _prepares(self) -> Iterator[datetime]:
        """The gate of preparation, passed once on the day before the first conversation."""
        told = {"act": Act.BEGIN_PREPARATION, "visit": ""}
        self.do("therapist", self.lead, pass_gate, enrollment=self.enrollment, **told)
        if not self.path.is_brief:
            clinical.goal(self)
        yield from self.later(minutes=10)

    def _held(self, kind: VisitKind) -> int:
        return sum(held.kind == kind.value for held in self.course.held)

    def _meeting(self, planned: PlannedVisit) -> Iterator[datetime]:
        """A visit that is no session: booked, sometimes missed once, and held."""
        visit, day = planned.visit, self._day(planned)
        if visit.kind is VisitKind.CALL or self.path.is_brief:
            yield from self.on(day, NINE + self.chance.randrange(0, 360))
        else:
            yield from self.until(reserve(self, visit, day))
        if self.chance.random() < self.path.misses:
            told = {"visit": visit.code, "on": self.today, "reason": "did-not-come"}
            self.do("therapist", self.lead, miss_visit, enrollment=self.enrollment, **told)
            yield from self.on(self.today + timedelta(days=1), NINE + 420)
        began = self.now
        yield from self.later(minutes=minutes_of(visit))
        if visit.kind is VisitKind.CALL and not self.path.is_brief:
            clinical.called(self, clinical.call_of(self, visit))
        self._hold(visit, began)
        self._written(visit)

    def _day(self, planned: PlannedVisit) -> date:
        return max(day for day in (planned.target, planned.earliest, self.today) if day)

    def _written(self, visit: Visit) -> None:
        """What is written down after a visit."""
        clinical.tested(self, visit)
        if self.path.is_brief:
            return
        if visit.kind in (VisitKind.INTEGRATION, VisitKind.FOLLOW_UP):
            clinical.rated(self, visit)
        if visit.kind in (VisitKind.PREPARATION, VisitKind.INTEGRATION):
            clinical.note(self, visit)

    def _session(self, planned: PlannedVisit) -> Iterator[datetime]:
        """A dosing session: what must be before it, its gate, the day, and what is said after it."""
        visit = planned.visit
        if not self._held(VisitKind.DOSING):
            agreements(self)
            if self.path.tapers:
                yield from self.on(self._day(planned) - timedelta(days=1), NINE)
                yield from self._tapered()
        clinical.ready(self, visit)
        at = self.session_at = session.prepared(self, planned)
        yield from session.begun(self, planned, at)
        began = self.now
        yield from session.dosed(self)
        yield from self.later(minutes=minutes_of(visit))
        session.recovered(self)
        self._hold(visit, began)
        if not self.path.is_brief:
            clinical.calls_planned(self)
        if not self.path.is_brief and self.chance.random() < 0.3:
            clinical.event(self, "visit")

    def _tapered(self) -> Iterator[datetime]:
        """No session before the last dose of a medicine that was to be stopped."""
        ends = self.course.enrolled_on + timedelta(days=clinical.TAPER_DAYS + 1)
        yield from self.on(max(ends, self.today), NINE)
        clinical.tapered(self)

    def _hold(self, visit: Visit, began: datetime) -> None:
        seats = self._seats(visit)
        told = HeldVisit(
            code=visit.code,
            kind=visit.kind.value,
            began_at=began,
            ended_at=self.now,
            place=visit.place.value,
            attended=tuple((user.id, seat) for seat, user in seats.items()),
        )
        role, by = ("therapist", self.lead) if "lead" in seats else self._desk_hand(seats)
        self.do(role, by, hold_visit, enrollment=self.enrollment, visit=told)
        on = self.team.today(began)
        held = Held(visit.code, visit.code, visit.kind.value, on, began, self.now, told.place)
        self.course = replace(self.course, held=(*self.course.held, held), _plans={})

    def _seats(self, visit: Visit) -> dict[str, User]:
        """Who is at a visit, by their seat."""
        found = dict(staff_of(self, visit))
        others = {
            "one-therapist": ("lead", self.lead),
            "physician": ("physician", self.physician),
            "physician-on-call": ("physician", self.physician),
            "independent-rater": ("rater", self.team.rater),
            "coordinator": ("coordinator", self.team.coordinator),
        }
        for code in visit.attended_by:
            if code in others:
                seat, user = others[code]
                found[seat] = user
        return found

    def _desk_hand(self, seats: dict[str, User]) -> tuple[str, User]:
        """Who writes down a visit without a therapist."""
        if "physician" in seats:
            return "physician", self.physician
        return "coordinator", self.team.coordinator

    def _stopped(self, visit: Visit) -> None:
        """Treatment stops where the path says so; the follow-up goes on."""
        is_due = visit.kind is VisitKind.DOSING and self.path.stops_after is not None
        if is_due and self._held(VisitKind.DOSING) == self.path.stops_after:
            self._turn("treatment-stopped", "person-asked")

    def _is_lost(self) -> bool:
        lost = self.path.lost_after
        return (
            lost is not None
            and bool(self._held(VisitKind.PREPARATION))
            and (self._held(VisitKind.DOSING) >= lost)
        )

    def _lost(self) -> Iterator[datetime]:
        """Nobody answers, three times in as many ways."""
        for channel in ("call", "message", "letter"):
            yield from self.later(days=3)
            told = {"tried_at": self.now, "channel": channel, "outcome": "no-answer"}
            by, row = self.team.coordinator, self.enrollment
            self.do("coordinator", by, record_attempt, enrollment=row, **told)
        self._turn("lost", "no-answer")

    def _ended(self) -> None:
        """The last follow-up is over: completed, and closed with what was settled."""
        self._turn("completed", "last-visit-held")
        told = {"on": self.today, "reason": "completed", "ending": ENDING}
        self.do("physician", self.physician, close, enrollment=self.enrollment, **told)
