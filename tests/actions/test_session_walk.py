"""Walks of random steps through the acts of a session, compared with the plain rules over all entries.

No breach is hidden by any order, delay or repetition, none is taken back, and no dose is missing. A
hundred steps in every run; twenty thousand on each database at night.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from holdfast.actions import session_judging
from holdfast.actions.outcomes import Conflict, Receipt
from holdfast.actions.replay import differs
from holdfast.definitions.session import gates
from holdfast.domain.dosing import alarms_at
from holdfast.records.models import AlarmRaised, Authorisation, DosingSession, SessionFact
from holdfast.records.session_now import course_around, entries_of, plan_of, session_log
from holdfast.records.verification_run import verify_here
from holdfast.watch import sessions
from tests.actions.clinic import IDENTITY, NOW, Clinic, enrolled, found
from tests.actions.running import add_person
from tests.actions.sessions import Sitting, anew, nothing_kept, opened, pass_gate, raised_ids

__all__ = ["nothing_kept"]

STEPS = 100  # of one walk
FIRST = NOW
SEED = 20260302


class Walk:
    """One session, what was written in it, and what was raised so far."""

    def __init__(self, sitting: Sitting, chance: random.Random) -> None:
        self.sitting, self.chance, self.clinic = sitting, chance, sitting.clinic
        self.sent: dict[UUID, tuple[str, dict]] = {}
        self.doses: set[str] = set()
        self.raised: set[str] = set()

    def step(self) -> None:
        """Some time passes, and something happens."""
        self.clinic.later(seconds=self.chance.choice((0, 1, 40, 200, 900)))
        self.chance.choice(self.acts())()

    def acts(self) -> Sequence[Callable[[], None]]:
        """What may happen; some of it more often."""
        return (
            *(self.reading,) * 6,
            *(self.late,) * 5,
            *(self.correct,) * 2,
            self.again,
            self.other_content,
            self.dose,
            self.lost,
            self.moves,
            self.acknowledge,
            self.watch,
            self.forget,
        )

    def write(self, kind: str, **fields) -> None:
        entry, at = uuid4(), self.clinic.now
        fields = {"after": None, **fields}
        assert isinstance(self.sitting.write(kind, id=entry, **fields), Receipt)
        if fields["after"] is None:
            fields["after"] = (at - FIRST).total_seconds() / 60
        self.sent[entry] = kind, fields
        if kind == "dose-given":
            self.doses.add(str(entry))

    def values(self) -> dict:
        systolic = self.chance.choice((118, 139, 160, 161, 179, 181, 205))
        found = {"systolic_mmhg": systolic, "diastolic_mmhg": self.chance.choice((70, 101, 111))}
        if self.chance.random() < 0.5:
            warm = self.chance.choice((36.6, 38.0, 38.1, 39.2))
            found |= {"temperature_celsius": warm, "heart_rate_per_min": 88}
        return found

    def reading(self) -> None:
        self.write("reading", **self.values())

    def late(self) -> None:
        """A reading known late, or from a clock that must be wrong."""
        minutes = (self.clinic.now - FIRST).total_seconds() / 60
        back = self.chance.choice((2, 17, 17, 65, 400, -30))
        self.write("reading", after=minutes - back, **self.values())

    def correct(self) -> None:
        gone = self.chance.choice([*self.sent, uuid4()])
        if self.chance.random() < 0.5:
            self.write("correction", reason="typing-slip", corrects=gone)
        else:
            self.write("reading", corrects=gone, **self.values())

    def again(self) -> None:
        """The same entry once more: the first receipt, and nothing new."""
        for entry, (kind, fields) in list(self.sent.items())[-1:]:
            count = SessionFact.objects.count()
            assert isinstance(self.sitting.write(kind, id=entry, **fields), Receipt)
            assert SessionFact.objects.count() == count

    def other_content(self) -> None:
        for entry in list(self.sent)[-1:]:
            told = self.sitting.write("note", id=entry, words=str(uuid4()))
            assert isinstance(told, Conflict)

    def dose(self) -> None:
        slot = self.chance.choice(("initial", "supplemental"))
        self.write("dose-given", dose=slot, nominal_mg=self.chance.choice((40, 80, 120)))

    def lost(self) -> None:
        slot = self.chance.choice(("initial", "supplemental"))
        self.write("dose-vomited", dose=slot, minutes_after=self.chance.choice((1, 50)))

    def moves(self) -> None:
        """Somebody comes, goes, or has a break."""
        name = self.chance.choice(("therapist", "second"))
        person = str(self.clinic.accounts[name].id)
        kind = self.chance.choice(("came-in", "went-out", "break-began", "break-ended"))
        more = {"role": "therapist"} if kind == "came-in" else {}
        more |= {"minutes": 10} if kind == "break-began" else {}
        self.write(kind, person=person, **more)

    def acknowledge(self) -> None:
        known = sorted(raised_ids(self.sitting.session))
        if known:
            condition = self.chance.choice(known)
            self.write("acknowledgement", condition=condition, done="seen")

    def watch(self) -> None:
        sessions.watch(self.clinic.now)

    def forget(self) -> None:
        """Another process has its turn."""
        session_judging._KEPT.clear()

    def look(self) -> None:
        """Everything is there, nothing is taken back, and it is what the plain rules say."""
        sessions.watch(self.clinic.now)
        session = anew(self.sitting.session)
        now = raised_ids(session)
        assert self.raised <= now
        self.raised = now
        assert not differs(session, self.clinic.now), self._apart(session)
        told = entries_of(session)
        assert {str(each) for each in self.sent} <= {entry.id for entry in told}
        assert self.doses == {entry.id for entry in told if entry.kind == "dose-given"}
        assert not AlarmRaised.objects.filter(code="not-judged").exists()
        self.look_at_gates()

    def _apart(self, session: DosingSession) -> list[str]:
        """What the record raised and the plain rules do not, and the other way round."""
        told, now = session_log(session, self.clinic.now), self.clinic.now
        plain = alarms_at(gates.load(), plan_of(session), course_around(session), told, now)
        return sorted({one.condition.id for one in plain} ^ raised_ids(session))

    def look_at_gates(self) -> None:
        assert not Authorisation.objects.exists(), "no gate was open in any of this"


def walked(clinic: Clinic, walks: int) -> None:
    add_person(clinic, "second", "therapist")
    for number in range(walks):
        identity = replace(IDENTITY, family=f"f{number}", identifiers=(("urn:h", f"n{number}"),))
        enrollment = enrolled(clinic, identity=identity, bundle_sha256=f"{number:064x}")
        pass_gate(clinic, enrollment, until=clinic.now + timedelta(days=2))
        walk = Walk(Sitting(clinic, opened(clinic, enrollment)), random.Random(SEED + number))
        for step in range(STEPS):
            walk.step()
            if step % 20 == 19:
                walk.look()
    assert verify_here().fits


def test_a_walk_through_a_session_says_what_the_rules_say(own_database):
    walked(found(), 1)


@pytest.mark.nightly
@pytest.mark.parametrize("on", ["own_database", "postgres_database"])
def test_twenty_thousand_steps_say_what_the_rules_say(on, request):
    request.getfixturevalue(on)
    walked(found(), 20_000 // STEPS)
