"""Whatever order acts are tried in, no dosing session is permitted with an unmet or unknown hard gate.

A course is driven to the morning of its first session through the actions. From there anybody does
anything that decides about the session, in any order, and asks the gate in between. What must hold is
told by a model that reads neither the record nor the rules: it remembers what was done.
"""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from holdfast.actions import agreements, authority, bookings, gate_statements, paging, pairs
from holdfast.actions.board import put_off
from holdfast.actions.care_entries import record_care
from holdfast.actions.clinical import Entry
from holdfast.actions.course import take_turn
from holdfast.actions.gates import gate, pass_gate
from holdfast.actions.outcomes import Receipt, Refusal
from holdfast.cli.courses.clinics import alone
from holdfast.cli.courses.course import Course
from holdfast.cli.courses.desk import proof
from holdfast.cli.courses.slots import SESSION_BEGINS, minutes_of, staff_of
from holdfast.definitions.gates import load
from holdfast.domain.authority import ChangeKind
from holdfast.domain.gates import Act
from holdfast.domain.rota import Post
from holdfast.records.authority import Approval
from holdfast.records.bookings import Booking, ChangeAsked
from holdfast.records.duty import DutyPage

BEGINS = datetime(2025, 1, 6, 16, tzinfo=UTC)
PROTOCOL = "mdd-2022"
ANSWER_HOLDS = timedelta(minutes=555)  # as the invented site lead signed it
_ASKED = {one.code for one in load().gates[Act.BEGIN_DOSING].conditions}
STATED = {code: how for code, how in load().stated.items() if code in _ASKED}
SO = st.sampled_from((True, True, True, False, None))
DOCUMENT = "cd" * 32


class Walk(RuleBasedStateMachine):
    """The morning of a first session, and whatever anybody may think of."""

    first: Course
    numbers = count(1)
    asked: Counter[str] = Counter()
    late = 0  # acts after which a consent may be taken back: no gate opens after that

    def __init__(self) -> None:
        super().__init__()
        first, number = type(self).first, next(self.numbers)
        self.course = Course(first.desk, first.team, f"W{number}", PROTOCOL, first.now, number)
        for _ in self.course.acts():
            if self.course.session_at is not None:
                break
        self.visit = next(v for v in self.course.course.visits if v.kind == "dosing")
        self.said: dict[str, tuple[bool | None, datetime]] = {}
        self.ready: dict[str, bool | None] = {"person": True, "lead": True, "second": True}
        self.booked_on: date | None = self.course.today
        self.postponed_at: datetime | None = None
        self.reached_at: datetime | None = None
        self.is_paused = self.is_suspended = self.is_withdrawn = self.is_set_aside = False
        self.change: ChangeAsked | None = None
        self.steps = 0

    def teardown(self) -> None:
        """Leave the site to the next walk as it was."""
        if self.is_suspended:
            self.an_approval_is_suspended_or_resumed()
        if (row := self._booking()) is not None:
            self.do(bookings.cancel, self.course.team.coordinator, booking=row, reason="other")

    def do(self, action, by, **told):
        """Do an act a minute later, whatever it answers."""
        self.course.now += timedelta(minutes=1)
        type(self).first.now = self.course.now
        self.steps += 1
        return action(entry_id=uuid4(), by=by, now=self.course.now, **told)

    def on_course(self, action, by, **told):
        return self.do(action, by, enrollment=self.course.enrollment, **told)

    @rule(code=st.sampled_from(sorted(STATED)), is_so=SO)
    def somebody_states(self, code, is_so):
        how, course = STATED[code], self.course
        hands = {"physician": course.physician, "therapist": course.lead}
        hands |= {"pharmacist": course.team.pharmacist, "site-lead": course.team.lead}
        value = {"date": "2099-01-01", "text": "118/76"}.get(how.value, "")
        told = {"code": code, "visit": self.visit.code, "how": "seen", "value": value}
        by = hands[how.by[0]]
        answer = self.on_course(gate_statements.state, by, is_so=is_so, **told)
        assert isinstance(answer, Receipt), answer
        self.said[code] = (is_so, course.now)

    @rule(who=st.sampled_from(("person", "lead", "second")), is_ready=SO)
    def somebody_judges_readiness(self, who, is_ready):
        course = self.course
        by = course.second if who == "second" else course.lead
        told = {"judge": "person" if who == "person" else "therapist", "visit": self.visit.code}
        told |= {"is_ready": is_ready, "has_trust": True, "words": ""}
        course.now += timedelta(minutes=1)
        entry = Entry(enrollment=course.enrollment, entry_id=uuid4(), by=by, now=course.now)
        assert isinstance(record_care(entry=entry, kind="readiness", told=told), Receipt)
        self.ready[who] = is_ready

    @rule(is_there=st.sampled_from((True, True, False)))
    def the_physician_is_paged(self, is_there):
        team = self.course.team
        told = {"post": Post.PHYSICIAN.value, "reason": "are-you-reachable"}
        self.do(paging.page_duty, team.coordinator, site=team.site, **told)
        page = DutyPage.objects.filter(site=team.site).latest("position")
        done = "reachable" if is_there else "cannot"
        self.do(paging.answer_page, team.physicians[0], page=page, done=done)
        self.reached_at = self.course.now if is_there else None

    @rule()
    def the_course_is_paused_or_goes_on(self):
        kind, reason = ("resumed", "reason-over") if self.is_paused else ("paused", "illness")
        told = {"kind": kind, "reason": reason, "on": self.course.today}
        assert isinstance(self.on_course(take_turn, self.course.physician, **told), Receipt)
        self.is_paused = not self.is_paused

    @rule()
    def another_therapist_is_asked_for_or_not(self):
        course = self.course
        if self.change is None:
            told = {"side": "patient", "user": course.lead}
            answer = self.on_course(pairs.ask_change, course.by_self, **told)
            self.change = ChangeAsked.objects.get(id=answer.fact_id("records_changeasked"))
        else:
            answer = self.do(pairs.withdraw_ask, course.by_self, asked=self.change)
            assert isinstance(answer, Receipt)
            self.change = None

    @rule()
    def an_approval_is_suspended_or_resumed(self):
        course = self.course
        row = Approval.objects.filter(site=course.team.site, kind="ind").latest("position")
        change = ChangeKind.RESUMED if self.is_suspended else ChangeKind.SUSPENDED
        told = {"approval": row, "change": change, "from_on": course.today}
        told |= {"document_sha256": DOCUMENT}
        shown = proof(course.physician, course.now + timedelta(minutes=1))
        answer = self.do(authority.change_approval, course.physician, proof=shown, **told)
        assert isinstance(answer, Receipt), answer
        self.is_suspended = not self.is_suspended

    @rule(days=st.integers(0, 3))
    def the_session_is_cancelled_or_booked(self, days):
        course, row = self.course, self._booking()
        if row is not None and days == 0:
            self.do(bookings.cancel, course.team.coordinator, booking=row, reason="staff-away")
            self.booked_on, self.postponed_at = None, course.now
            return
        day = course.today + timedelta(days=days)
        wanted = bookings.Reserved(
            visit=self.visit.code,
            starts=datetime.combine(day, time(SESSION_BEGINS)),
            minutes=minutes_of(self.visit),
            place=self.visit.place.value,
            room=course.team.rooms[0],
            **staff_of(course, self.visit),
        )
        told = {"wanted": wanted, "replaces": row}
        answer = self.on_course(bookings.book, course.team.coordinator, **told)
        if isinstance(answer, Receipt):
            if row is not None and day > date.fromisoformat(row.starts[:10]):
                self.postponed_at = course.now
            self.booked_on = day

    def _booking(self) -> Booking | None:
        rows = Booking.objects.filter(enrollment=self.course.enrollment, corrected_by=None)
        return rows.filter(visit=self.visit.code, is_cancelled=False).first()

    @rule(hours=st.sampled_from((1, 1, 5, 24)))
    def time_passes(self, hours):
        self.course.now += timedelta(hours=hours)

    @rule()
    def the_window_is_set_aside(self):
        told = {"act": Act.BEGIN_DOSING, "visit": self.visit.code, "condition": "window"}
        shown = proof(self.course.physician, self.course.now + timedelta(minutes=1))
        told |= {"reason": "protocol-allows-it", "proof": shown}
        by = self.course.physician
        if isinstance(self.on_course(gate_statements.override_condition, by, **told), Receipt):
            self.is_set_aside = True

    @rule(hard=st.sampled_from(("consent", "results", "booking", "readiness", "verdict")))
    def a_hard_condition_is_to_be_set_aside(self, hard):
        told = {"act": Act.BEGIN_DOSING, "visit": self.visit.code, "condition": hard}
        shown = proof(self.course.physician, self.course.now + timedelta(minutes=1))
        told |= {"reason": "protocol-allows-it", "proof": shown}
        by = self.course.physician
        answer = self.on_course(gate_statements.override_condition, by, **told)
        assert answer == Refusal("not-overridable", {"criterion": hard})

    @rule()
    def consent_is_taken_back_late_in_the_walk(self):
        if self.steps > self.late and not self.is_withdrawn:
            told = {"way": "own-account", "words": "", "withdrawn_at": self.course.now}
            self.on_course(agreements.withdraw_consent, self.course.by_self, **told)
            self.is_withdrawn = True

    @rule()
    def everything_that_can_be_is_put_right(self):
        if self.is_paused:
            self.the_course_is_paused_or_goes_on()
        if self.change is not None:
            self.another_therapist_is_asked_for_or_not()
        if self.is_suspended:
            self.an_approval_is_suspended_or_resumed()
        for who in [who for who, is_ready in self.ready.items() if not is_ready]:
            self.somebody_judges_readiness(who, True)
        self.the_physician_is_paged(True)
        for code in [code for code in STATED if self._unstated(code)]:
            self.somebody_states(code, True)
        if not self.is_set_aside:
            self.the_window_is_set_aside()
        self.the_gate_is_asked()

    @initialize(is_right=st.sampled_from((True, False)))
    def the_morning_begins(self, is_right):
        self.the_gate_is_asked()
        if is_right:
            self.everything_that_can_be_is_put_right()

    @rule()
    def the_gate_is_asked(self):
        told = {"act": Act.BEGIN_DOSING, "visit": self.visit.code}
        answer = self.on_course(pass_gate, self.course.lead, **told)
        against = self._against()
        self.asked["permitted" if isinstance(answer, Receipt) else "refused"] += 1
        if isinstance(answer, Receipt):
            assert against == set()
        else:
            assert answer.reason == "gate-shut"
            assert against == set(answer.values["by"].split(", "))

    @invariant()
    def the_gate_says_what_was_said_and_done(self):
        course = self.course
        answer = gate(Act.BEGIN_DOSING, course.enrollment, course.now, self.visit.code)
        assert {one.condition.code for one in answer.closed_by} == self._against()

    def _against(self) -> set[str]:
        """The conditions that must keep the session from being permitted now, as was said and done."""
        now, today = self.course.now, self.course.today
        is_reached = self.reached_at is not None and now < self.reached_at + ANSWER_HOLDS
        told = {
            "readiness": not all(self.ready.values()),
            "post": not is_reached,
            "course": self.is_paused,
            "pair": self.change is not None,
            "approvals": self.is_suspended,
            "consent": self.is_withdrawn,
            "booking": self.booked_on != today,
            "window": not self.is_set_aside,
        }
        return {code for code in STATED if self._unstated(code)} | {
            code for code, is_so in told.items() if is_so
        }

    def _unstated(self, code: str) -> bool:
        how = STATED[code]
        if how.place and how.place != self.visit.place.value:
            return False
        if how.since and self.postponed_at is None:
            return False
        is_so, at = self.said.get(code, (None, BEGINS))
        if how.since and self.postponed_at is not None and at <= self.postponed_at:
            return True
        is_old = how.lasts == "same-day" and self.course.team.today(at) != self.course.today
        return not is_so or is_old


def walk(walks: int, steps: int) -> Counter[str]:
    """Walk, and count what the gate answered."""
    Walk.first = alone(PROTOCOL, seed=1, begins=BEGINS)
    Walk.asked, Walk.numbers, Walk.late = Counter(), count(1), 3 * steps
    how = settings(
        max_examples=walks,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    with put_off():
        run_state_machine_as_test(Walk, settings=how)
    return Walk.asked


def test_no_session_is_permitted_with_a_hard_gate_unmet_or_unknown(own_database):
    asked = walk(walks=1, steps=45)
    assert asked["permitted"], asked
    assert asked["refused"], asked


@pytest.mark.nightly
def test_nor_in_twenty_thousand_steps_on_either_database(any_database):
    asked = walk(walks=100, steps=200)
    assert asked["permitted"] > 100, asked
    assert asked["refused"] > 100, asked
