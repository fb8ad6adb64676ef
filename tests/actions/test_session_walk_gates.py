"""Walks through the acts of a session in which the gates of its doses open, beside the plain rules.

Each walk begins on the morning of a session that everything led to through the actions. What the
gate answers is compared with the rules over the entries that the walk itself remembers; what must be
so of every dose and alarm is told without them. Twenty thousand steps on each database at night.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from holdfast.actions.outcomes import Receipt
from holdfast.actions.session_asking import authorise, handed
from holdfast.actions.session_planning import roles_at
from holdfast.definitions.session import gates as definitions
from holdfast.domain.dose_totals import by_time, doses_taken, totals
from holdfast.domain.dosing import alarms_at, ask, gate_answer
from holdfast.domain.dosing import authorise as issue
from holdfast.domain.findings import Outcome
from holdfast.domain.judged_again import GATE_SHUT
from holdfast.domain.session_entries import SessionEntry, corrected
from holdfast.domain.session_gates import SessionAct
from holdfast.domain.session_log import Log, log_of
from holdfast.records.models import AlarmRaised, Authorisation
from holdfast.records.session_now import course_around, entries_of, plan_of, session_log
from holdfast.records.verification_run import verify_here
from tests.actions.able import CALM, INITIAL, SLOTS, SUPPLEMENT, Hands, able, signed_by
from tests.actions.sessions import Sitting, anew, nothing_kept
from tests.actions.test_session_walk import STEPS, Walk
from tests.putting_right import unmet

__all__ = ["nothing_kept"]

WITHOUT = "given-without-authorisation"
OF_ACTS = ("session-opened", "authorisation", "order", "override")  # written by signing


@dataclass(frozen=True)
class Permit:
    """An authorisation that a gate issued in a walk."""

    act: SessionAct
    issued_at: datetime
    expires_at: datetime


class OpenWalk(Walk):
    """A session whose gates can open, and everything that was entered in it."""

    def __init__(self, sitting: Sitting, chance: random.Random) -> None:
        super().__init__(sitting, chance)
        self.hands = Hands(sitting)
        self.own: list[SessionEntry] = []
        self.permits: dict[str, Permit] = {}
        self.happened: Counter[str] = Counter()

    def acts(self) -> Sequence[Callable[[], None]]:
        """Gates are asked, opened, and doses given behind them, among all that may happen."""
        return (
            *(self.calm,) * 4,
            *(self.ask_one,) * 4,
            *(self.open_and_ask,) * 4,
            *(self.give_behind,) * 4,
            *super().acts(),
        )

    def write(self, kind: str, **fields: object) -> None:
        at = self.clinic.later(milliseconds=1)
        super().write(kind, **fields)
        entry, (_, told) = list(self.sent.items())[-1]
        said = self.sitting.told(kind, id=entry, **told)
        by = str(self.clinic.therapist.id)
        gone = None if said.corrects is None else str(said.corrects)
        self.own.append(SessionEntry(str(entry), kind, said.at, at, by, said.fields, gone))

    # --- What may happen besides -----------------------------------------------------------------

    def calm(self) -> None:
        self.write("reading", temperature_celsius=36.7, **CALM)

    def ask_one(self) -> None:
        self.ask(self.chance.choice((INITIAL, SUPPLEMENT)))

    def open_and_ask(self) -> None:
        """Whatever can be put right is; the supplement's window is waited for."""
        given = [one for one in self._log().standing("dose-given") if one.code("dose") == "initial"]
        act = SUPPLEMENT if given else INITIAL
        if given:
            self.hands.until_window(given[0].at)
        self.hands.open(act)
        if self.ask(act) and self.chance.random() < 0.7:
            self.give_behind()

    def give_behind(self) -> None:
        """A dose that names an authorisation: in its time or after, once or again, its own or the other."""
        if not self.permits:
            return
        name = self.chance.choice([*self.permits, *([list(self.permits)[-1]] * 3)])
        permit = self.permits[name]
        self.clinic.later(seconds=self.chance.choice((0, 60, 599, 600, 601, 900, 901)))
        slot = SLOTS[permit.act].value
        row = Authorisation.objects.get(id=name)
        self.write("dose-given", dose=slot, nominal_mg=float(row.nominal_mg), authorisation=name)
        (_, dose) = (None, self.own[-1])
        is_permitted = self._is_permitted(dose)
        raised = AlarmRaised.objects.filter(condition=f"{WITHOUT}:{dose.id}").exists()
        assert raised is not is_permitted
        late = self.clinic.now > permit.expires_at
        self.happened[f"{slot} given {'late' if late else 'in time'}"] += 1

    def ask(self, act: SessionAct) -> bool:
        """The gate answers as the rules do over what the walk remembers; what it issues holds."""
        session, now = anew(self.sitting.session), self.clinic.now
        self._remember()
        asked = self._asked(act)
        answer = gate_answer(asked)
        expected = issue(asked, answer)
        told = authorise(session=session, act=act, **signed_by(self.clinic, "therapist"))
        if not isinstance(told, Receipt):
            self.happened["shut"] += 1
            assert told.reason == "gate-shut"
            shut = {one.condition.code for one in answer.closed_by}
            assert set(told.values["by"].split(", ")) == shut
            return False
        assert expected is not None
        row = Authorisation.objects.get(id=told.fact_id("records_authorisation"))
        assert (row.gate, row.nominal_mg) == (act.value, expected.dose_mg)
        assert (row.issued_at, row.expires_at) == (now, expected.expires_at)
        self._all_met(act, answer)
        again = any(one.act is act for one in self.permits.values())
        self.permits[str(row.id)] = Permit(act, row.issued_at, row.expires_at)
        self.happened[f"{SLOTS[act].value} authorised{' again' if again else ''}"] += 1
        return True

    def _all_met(self, act, answer) -> None:
        for condition in definitions.load().gates[act].gate.conditions:
            own = [one for one in answer.judged if one.condition.code == condition.code]
            assert own
            for one in own:
                is_met = one.finding.outcome is Outcome.PASSED
                assert is_met or (not condition.is_hard and one.set_aside is not None)
        pair = [str(self.clinic.accounts[who].id) for who in ("therapist", "second")]
        who = {"pair": pair, "physician": str(self.clinic.physician.id)}
        plan = plan_of(self.sitting.session)
        assert unmet(plan, self._log(), self.clinic.now, act, **who) == set()

    # --- What the walk remembers ------------------------------------------------------------------

    def _remember(self) -> None:
        """What was written by signing, or by others: each is there once, as it was sent."""
        known = {one.id for one in self.own}
        told = entries_of(anew(self.sitting.session))
        self.own += [one for one in told if one.id not in known]
        mine = [(one.id, one.kind, one.at, one.fields, one.corrects) for one in self.own]
        theirs = [(one.id, one.kind, one.at, one.fields, one.corrects) for one in told]
        assert sorted(mine, key=str) == sorted(theirs, key=str)

    def _asked(self, act: SessionAct):
        session, now = anew(self.sitting.session), self.clinic.now
        course = course_around(session)
        course = type(course)(**{**vars(course), "roles": roles_at(session.enrollment, now)})
        local = now.astimezone(ZoneInfo(session.site.zone))
        known = handed(session, now)
        return ask(definitions.load(), plan_of(session), course, self.own, local, known, act)

    def _log(self) -> Log:
        return log_of(self.own, self.clinic.now)

    def _is_permitted(self, dose: SessionEntry) -> bool:
        """Its authorisation held then, for this dose, and none before it had used it."""
        named = dose.code("authorisation")
        permit, gone = self.permits.get(named), corrected(self.own)
        doses = [one for one in self._log().standing("dose-given") if one.code("authorisation")]
        used = [one for one in doses if one.code("authorisation") == named]
        if permit is None or named in gone or min(used, key=by_time).id != dose.id:
            return False
        is_its_own = dose.code("dose") == SLOTS[permit.act]
        return is_its_own and permit.issued_at <= dose.at <= permit.expires_at

    def look_at_gates(self) -> None:
        """No dose is missing, none without an authorisation is quiet, and only somebody ended an alarm."""
        self._remember()
        session, gone = anew(self.sitting.session), corrected(self.own)
        plan, log = plan_of(session), session_log(session, self.clinic.now)
        rows = {str(one.id) for one in Authorisation.objects.filter(session=session)}
        assert rows == set(self.permits)
        given = [one for one in self.own if one.kind == "dose-given" and one.id not in gone]
        taken = doses_taken(plan, log)
        assert {one.id for one in given} <= {one.entry.id for one in taken}
        at_least = sum(one.number("nominal_mg") for one in given)
        assert totals(taken, (), None).session_mg >= at_least
        for one in given:
            is_raised = f"{WITHOUT}:{one.id}" in self.raised
            assert is_raised or self._is_permitted(one)
        found = alarms_at(definitions.load(), plan, course_around(session), log, self.clinic.now)
        now = {one.condition.id: one for one in found}
        # What was judged when an act was written is on record alone: nobody judges that moment again.
        assert {one for one in self.raised if not one.startswith(f"{GATE_SHUT}:")} <= now.keys()
        named = {one.code("condition") for one in self.own if one.kind == "acknowledgement"}
        kinds = {now[name].condition.code for name in named if name in now}
        assert all(one.is_open for one in found if one.condition.code not in kinds)


def walked(seed: int, steps: int) -> Counter[str]:
    """One walk, and what became of its gates."""
    walk = OpenWalk(able(), random.Random(seed))
    if seed % 4:
        walk.hands.open(INITIAL)
        walk.ask(INITIAL)
    for step in range(steps):
        walk.step()
        if step % 20 == 19:
            walk.look()
    walk.look()
    assert verify_here().fits
    return walk.happened


def test_both_doses_are_authorised_through_the_acts_and_given(own_database):
    """Every source of every condition is there: nothing keeps a gate shut that nobody can open."""
    walk = OpenWalk(able(), random.Random(1))
    for act in (INITIAL, SUPPLEMENT):
        if act is SUPPLEMENT:
            walk.hands.until_window(walk.own[-1].at)
        assert walk.hands.open(act) == set()
        assert walk.ask(act)
        name = list(walk.permits)[-1]
        mg = {INITIAL: 80, SUPPLEMENT: 40}[act]
        walk.write("dose-given", dose=SLOTS[act].value, nominal_mg=mg, authorisation=name)
    walk.look()
    assert WITHOUT not in walk.sitting.codes()
    assert not walk.ask(SUPPLEMENT)
    assert verify_here().fits


# HOLDFAST_SESSION_STEPS says how many steps in all on each database.
PARTS = int(os.environ.get("HOLDFAST_SESSION_STEPS", "20000")) // STEPS


@pytest.mark.nightly
@pytest.mark.parametrize("on", ["own_database", "postgres_database"])
@pytest.mark.parametrize("part", range(PARTS))
def test_a_walk_with_open_gates_says_what_the_rules_say(on, part, request):
    request.getfixturevalue(on)
    happened = walked(part, STEPS)
    assert happened["initial authorised"] or part % 4 == 0, happened
