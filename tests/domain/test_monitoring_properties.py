"""What must hold of every session: nothing hides a breach, and only somebody makes an alarm end.

Sessions are made at random: late, corrected, with clocks that cannot be, with people coming and going.
The state machine walks a session step by step; at night it takes a million steps.
"""

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from holdfast.domain import monitoring
from holdfast.domain.monitoring_fold import Fold
from holdfast.domain.session_plan import Tier
from tests.session_kit import (
    HAPPENED,
    at,
    beginning,
    breached,
    entry,
    plan_of,
    sessions,
    usual_plan,
)

BARE = plan_of(nothing_signed=True)
PLANS = st.sampled_from([usual_plan(), BARE])
END = at(5000)
FEWER = settings(max_examples=max(settings.default.max_examples // 2, 30))


def ids(found):
    return {one.id for one in found}


def outline(found):
    return {one.id: (one.since, one.known_at, one.tier, one.because) for one in found}


@FEWER
@given(PLANS, sessions(), st.randoms(use_true_random=False), st.integers(-70, 600))
def test_no_order_and_no_repetition_changes_anything(plan, entries, chance, minute):
    mixed = [*entries, *chance.sample(entries, len(entries) // 2)]
    chance.shuffle(mixed)
    now = at(minute)
    assert monitoring.conditions(plan, mixed, now) == monitoring.conditions(plan, entries, now)
    assert monitoring.alarms(plan, mixed, now) == monitoring.alarms(plan, entries, now)
    assert monitoring.due(plan, mixed, now) == monitoring.due(plan, entries, now)


@given(PLANS, sessions(), st.integers(-70, 600))
def test_every_breach_is_there_however_late_corrected_or_wrong_its_clock(plan, entries, minute):
    now = at(minute)
    assert breached(plan, entries, now) <= ids(monitoring.conditions(plan, entries, now))


@FEWER
@given(sessions(), st.integers(0, 300), st.data())
def test_no_delay_of_a_reading_hides_its_breach(entries, delay, data):
    """Whichever entry becomes known later, what it breaches is there once it is known."""
    if not entries:
        return
    which = data.draw(st.integers(0, len(entries) - 1))
    late = entries[which]
    later = entry_known(late, late.known_at + timedelta(minutes=delay))
    delayed = [*entries[:which], later, *entries[which + 1 :]]
    found = ids(monitoring.conditions(usual_plan(), delayed, END))
    assert breached(usual_plan(), entries, END) <= found


def entry_known(one, known_at):
    return type(one)(one.id, one.kind, one.at, known_at, one.by, one.fields, one.corrects)


@given(PLANS, sessions(), st.integers(-70, 600), st.integers(0, 300))
def test_what_was_raised_stays_raised_as_it_was(plan, entries, minute, later):
    """Whatever becomes known afterwards: an alarm never goes back to not having been."""
    before = outline(monitoring.conditions(plan, entries, at(minute)))
    after = outline(monitoring.conditions(plan, entries, at(minute + later)))
    assert before.items() <= after.items()


@given(PLANS, sessions(), st.integers(-70, 600))
def test_a_condition_is_over_no_sooner_than_it_is_known(plan, entries, minute):
    now = at(minute)
    for one in monitoring.conditions(plan, entries, now):
        assert one.known_at <= now
        assert one.until is None or one.known_at <= one.until <= now


@FEWER
@given(PLANS, sessions())
def test_observe_sounds_nowhere_and_every_other_tells_the_physician(plan, entries):
    for one in monitoring.conditions(plan, entries, END):
        assert "therapists" in one.told
        if one.tier is Tier.OBSERVE:
            assert one.is_silent
        else:
            assert "physician-page" in one.told
        assert one.is_silent is (one.tier in (Tier.OBSERVE, Tier.NOTIFY))


@given(PLANS, sessions(), st.integers(-70, 600))
def test_a_number_that_is_not_signed_decides_nothing(plan, entries, minute):
    for one in monitoring.conditions(plan, entries, at(minute)):
        if one.code in {rule.code for rule in plan.limits}:
            assert plan.value(one.number) is not None
            assert one.value is not None


class Session(RuleBasedStateMachine):
    """One session, entry by entry, as a page and a server would see it.

    What becomes known becomes known after the last moment that was judged: the record's time moves on.
    """

    def __init__(self) -> None:
        super().__init__()
        self.plan = usual_plan()
        self.known, self.now, self.number = [], at(-70), 0
        self.raised, self.unseen = {}, set()

    @initialize(is_signed=st.booleans(), is_begun=st.booleans())
    def begin(self, is_signed, is_begun):
        self.plan = usual_plan() if is_signed else BARE
        self.fold = Fold(self.plan)
        if is_begun:
            self.now = at(1)
            self.take(*beginning())

    def take(self, *entries):
        for one in entries:
            self.known.append(one)
            self.fold.add(one)

    def minute(self):
        return (self.now - at(0)).total_seconds() / 60

    @rule(
        what=HAPPENED,
        ago=st.sampled_from([0, 0, 0, 0, 0, 1, 20, 90, -2, -60]),
        of=st.integers(0, 5),
        passed=st.sampled_from([0.01, 0.5, 5, 10, 30]),
    )
    def happen(self, what, ago, of, passed):
        """Something is entered: now, of some time ago, or by a clock that is ahead."""
        self.now += timedelta(minutes=passed)
        self.number += 1
        kind, fields = what
        corrects = None
        if kind == "correction" and self.known and of:
            corrects = self.known[-min(of, len(self.known))].id
        if kind == "exit" and of:
            return  # most sessions go on
        told = entry(
            kind,
            self.minute() - ago,
            late=ago,
            id=f"e{self.number}",
            corrects=corrects,
            **fields,
        )
        self.take(told)

    @rule(minutes=st.sampled_from([1, 5, 6, 31, 61]))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.known)
    @rule(back=st.integers(1, 5))
    def send_again(self, back):
        """The same entry once more: nothing changes."""
        before = self.fold.conditions(self.now)
        self.take(self.known[-min(back, len(self.known))])
        assert self.fold.conditions(self.now) == before

    @precondition(lambda self: self.unseen)
    @rule(which=st.integers(0, 1_000), is_anybodys=st.booleans())
    def acknowledge(self, which, is_anybodys):
        self.number += 1
        self.now += timedelta(minutes=0.01)
        named = sorted(self.unseen)[which % len(self.unseen)]
        by = "t1" if is_anybodys else ""
        told = {"id": f"e{self.number}", "by": by, "condition": named, "done": "seen"}
        self.take(entry("acknowledgement", self.minute(), **told))
        if is_anybodys:
            self.seen_with(named)

    def seen_with(self, named):
        """What one tap may cover: the same kind, begun no later, and known by now."""
        kind = self.raised[named]
        self.unseen -= {
            other
            for other in self.unseen
            if self.raised[other][:3] == kind[:3] and self.raised[other][3] <= kind[3]
        }

    @invariant()
    def nothing_raised_is_taken_back(self):
        if not hasattr(self, "fold"):
            return
        alarms = self.fold.alarms(self.now)
        now = {
            a.condition.id: (
                a.condition.code,
                a.condition.measure,
                a.condition.number,
                a.condition.since,
            )
            for a in alarms
        }
        assert self.raised.items() <= now.items()
        self.unseen |= now.keys() - self.raised.keys()
        self.raised = now
        is_open = {a.condition.id for a in alarms if a.is_open}
        assert self.unseen <= is_open, "an alarm ended that nobody acknowledged"
        assert breached(self.plan, self.known, self.now) <= now.keys()

    def teardown(self):
        if not self.known:
            return
        plain = monitoring.alarms(self.plan, self.known, self.now)
        assert self.fold.alarms(self.now) == plain
        type(self).steps += self.number

    steps = 0


def walk(sessions_walked: int, steps: int, *, explores: bool = False) -> int:
    """So many sessions of so many steps; how many entries they had."""
    Session.steps = 0
    how = settings(
        max_examples=sessions_walked,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=not explores,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Session, settings=how)
    return Session.steps


def test_no_act_makes_an_alarm_vanish():
    assert walk(16, 25) > 60


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(200))
def test_nor_in_a_million_steps(part):
    """A part of them each, by chance; HOLDFAST_SESSION_STEPS says how many in all."""
    steps = int(os.environ.get("HOLDFAST_SESSION_STEPS", "1000000")) // 200
    assert walk(max(steps // 100, 1), 100, explores=True) > 0
