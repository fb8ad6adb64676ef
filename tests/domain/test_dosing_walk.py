"""A session walked through at random: no dose is authorised behind an unmet or unknown gate, and none is lost.

The machine writes entries of every kind that a dose depends on, in any order, late, twice and corrected.
At night (``HOLDFAST_PROPERTIES=nightly``) it takes a million steps.
"""

import os
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from holdfast.definitions.session import gates as session_gates
from holdfast.domain.dose_meaning import what_it_means
from holdfast.domain.dose_totals import doses_taken, totals
from holdfast.domain.dosing import authorise, gate_answer
from holdfast.domain.findings import Outcome
from holdfast.domain.session_entries import corrected
from holdfast.domain.session_gates import SessionAct
from tests.told_session import STATED, before_the_dose, clock, dose_given

DOSES = {SessionAct.GIVE_INITIAL_DOSE: "initial", SessionAct.GIVE_SUPPLEMENTAL_DOSE: "supplemental"}
ACTS = st.sampled_from(sorted(SessionAct))
delays = st.sampled_from([0, 0, 0, 1, 20, 90]).map(lambda minutes: timedelta(minutes=minutes))


class Walk(RuleBasedStateMachine):
    """One session, begun before its dose or after it, and what was ever given in it."""

    def __init__(self):
        super().__init__()
        self.given = {}
        self.issued = []

    @initialize(is_dosed=st.booleans())
    def begin(self, is_dosed):
        self.told = dose_given() if is_dosed else before_the_dose()
        self.now = clock("11:31" if is_dosed else "09:56")
        self.given = {"dose-1": Decimal(80)} if is_dosed else {}

    def _add(self, kind, delay=timedelta(0), by="t1", **fields):
        name = f"w{len(self.told.entries)}"
        self.told = self.told.add(self.now - delay, kind, by, id=name, known=self.now, **fields)
        return name

    @rule(minutes=st.sampled_from([1, 5, 28, 31, 95, 500]))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule(
        delay=delays,
        pulse=st.sampled_from([70, 100, 101, 112]),
        high=st.sampled_from([120, 160, 161, 185]),
        warmth=st.sampled_from([36.7, 37.7, 38.1, 39]),
    )
    def read(self, delay, pulse, high, warmth):
        self._add(
            "reading",
            delay,
            systolic_mmhg=high,
            diastolic_mmhg=80,
            heart_rate_per_min=pulse,
            temperature_celsius=warmth,
        )

    @rule(
        code=st.sampled_from([*sorted(STATED), "no-new-symptom", "effects-over"]),
        answer=st.sampled_from(["yes", "yes", "no", "unknown"]),
        by=st.sampled_from(["t1", "p1", "a1"]),
    )
    def state(self, code, answer, by):
        self._add("statement", by=by, code=code, answer=answer)

    @rule(
        about=st.sampled_from(["supplemental-dose", "release"]),
        who=st.sampled_from(["person", "t1", "t2"]),
        answer=st.sampled_from(["yes", "yes", "no"]),
    )
    def agree(self, about, who, answer):
        role = "person" if who == "person" else "therapist"
        by = "t1" if who == "person" else who
        self._add("agreement", by=by, about=about, role=role, answer=answer, person=who)

    @rule(kind=st.sampled_from(["came-in", "went-out"]), who=st.sampled_from(["t1", "t2"]))
    def move(self, kind, who):
        role = {"role": "therapist"} if kind == "came-in" else {}
        self._add(kind, by=who, person=who, **role)

    @rule(
        dose=st.sampled_from(["initial", "supplemental"]),
        mg=st.sampled_from([40, 60, 80, 120]),
        by=st.sampled_from(["p1", "p1", "t1"]),
        is_spoken=st.booleans(),
    )
    def order(self, dose, mg, by, is_spoken):
        self._add("order", by=by, dose=dose, nominal_mg=mg, is_spoken=is_spoken)

    @rule(
        dose=st.sampled_from(["initial", "supplemental"]),
        mg=st.sampled_from([40, 60, 80, 120]),
        delay=delays,
    )
    def give_whatever_a_gate_says(self, dose, mg, delay):
        name = self._add("dose-given", delay, dose=dose, nominal_mg=mg)
        self.given[name] = Decimal(mg)

    @rule(act=st.sampled_from(sorted(DOSES)))
    def give_if_permitted(self, act):
        """Only behind an authorisation: and then every hard condition is met, each by a finding."""
        asked = self.told.asked(self.now, act)
        answer = gate_answer(asked)
        issued = authorise(asked, answer)
        assert (issued is not None) is answer.is_open
        if issued is None:
            return
        gate = session_gates.load().gates[SessionAct(act)].gate
        for condition in gate.conditions:
            own = [one for one in answer.judged if one.condition is condition]
            assert own, condition.code
            for one in own:
                is_met = one.finding.outcome is Outcome.PASSED
                assert is_met or (not condition.is_hard and one.set_aside is not None)
        name = self._add(
            "authorisation",
            gate=str(act),
            dose=DOSES[act],
            expires_at=issued.expires_at.isoformat(),
        )
        dose = self._add(
            "dose-given", dose=DOSES[act], nominal_mg=issued.dose_mg, authorisation=name
        )
        self.given[dose] = issued.dose_mg
        self.issued.append(dose)

    @rule(
        kind=st.sampled_from(["dose-dropped", "dose-spat", "dose-vomited", "dose-refused"]),
        dose=st.sampled_from(["initial", "supplemental"]),
    )
    def lose(self, kind, dose):
        minutes = {"minutes_after": 3} if kind == "dose-vomited" else {}
        self._add(kind, dose=dose, **minutes)

    @rule(term=st.sampled_from(["warmth", "chest-pain", "confusion"]))
    def feel(self, term):
        self._add("event", term=term)

    @rule(
        state=st.sampled_from(["asked", "answered", "cannot"]),
        rooms=st.sampled_from([1, 4, 5]),
    )
    def page(self, state, rooms):
        self._add("physician-page", by="p1", state=state, person="p1", rooms=rooms)

    @rule(code=st.sampled_from(["overnight", "transfer-to-hospital", "death"]))
    def leave(self, code):
        self._add("exit", exit=code)

    @rule(
        act=ACTS,
        condition=st.sampled_from(["consent", "order", "distress", "lifetime-total", "alarms"]),
        by=st.sampled_from(["p1", "t1"]),
    )
    def set_aside(self, act, condition, by):
        self._add(
            "override", by=by, gate=str(act), condition=condition, reason="known", plan="a-plan"
        )

    @rule(data=st.data())
    def correct(self, data):
        entry = data.draw(st.sampled_from(self.told.entries))
        self._add("correction", corrects=entry.id, reason="typing-slip")

    @rule(data=st.data())
    def send_again(self, data):
        """The same entry once more, known later: it means what it meant."""
        entry = data.draw(st.sampled_from(self.told.entries))
        again = replace(entry, known_at=self.now)
        self.told = replace(self.told, entries=(*self.told.entries, again))

    @rule(data=st.data())
    def hand_in_another_order(self, data):
        order = data.draw(st.permutations(self.told.entries))
        log = self.told.log(self.now)
        self.told = replace(self.told, entries=tuple(order))
        assert self.told.log(self.now) == log

    @invariant()
    def no_dose_is_missing_from_the_totals(self):
        if not hasattr(self, "told"):
            return
        log = self.told.log(self.now)
        gone = corrected(log.entries)
        stand = {name: mg for name, mg in self.given.items() if name not in gone}
        taken = doses_taken(self.told.plan, log)
        counted = {one.entry.id: one.highest_mg for one in taken}
        assert {name: counted.get(name) for name in stand} == stand
        assert totals(taken, (), None).session_mg >= sum(stand.values(), Decimal(0))

    @invariant()
    def every_dose_ever_given_says_what_it_means(self):
        if not hasattr(self, "told"):
            return
        told = self.told
        meanings = what_it_means(session_gates.load(), told.plan, told.course, told.log(self.now))
        meant = {one.entry: one for one in meanings}
        assert set(self.given) <= set(meant)
        for name in self.given:
            is_permitted = name in self.issued or name == "dose-1"
            departs = "given-without-authorisation" in meant[name].deviations
            assert is_permitted or departs or "dose-record-taken-back" in meant[name].deviations


IS_NIGHT = os.environ.get("HOLDFAST_PROPERTIES") == "nightly"
TestWalk = Walk.TestCase
TestWalk.settings = settings(
    max_examples=25_000 if IS_NIGHT else 12,
    stateful_step_count=40 if IS_NIGHT else 14,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
