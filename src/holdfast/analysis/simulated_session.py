"""A whole dosing session of an invented person: the entries of everybody from the opening to the close.

The body follows the model of ``analysis.exposure`` with noise and artefacts. The team measures what
the plan says is due, answers alarms, asks the gates and does only what they permit; where one stays
shut the dose is withheld or the release waits, as the rules have it. Pure: the seed is an argument,
and the same seed gives the same session.
"""

from datetime import datetime, time, timedelta

import numpy as np

from holdfast.analysis.exposure.people import Dose
from holdfast.analysis.simulated_body import Calm, drawn_body
from holdfast.analysis.simulated_site import (
    DOSE_AT,
    SimulationRefused,
    recorded_of,
    statements_of,
)
from holdfast.analysis.simulated_sitting import Sitting
from holdfast.analysis.simulated_team import Team
from holdfast.definitions.simulated_sessions import load
from holdfast.domain.replay import Recorded
from holdfast.domain.session_gates import SessionAct
from holdfast.domain.session_plan import PlannedChoice, SessionPlan

FIRST_SEED, LAST_SEED = 0, 2**31 - 1
USUAL_MINUTES = 480
DOSE_TRIES, DOSE_EVERY = 6, 3
RELEASE_TRIES, RELEASE_EVERY = 12, 20
SUPPLEMENT_EVERY = 4
CHECK_EVERY = 200
GOOD = ("warmth", "euphoria", "calm", "openness", "love")
BODILY = ("jaw-tight", "restlessness", "feeling-cold", "dry-mouth")
# Which number of the plan a calm person stays below, by measure.
CALM = {
    "systolic_mmhg": "dense-systolic",
    "diastolic_mmhg": "dense-diastolic",
    "heart_rate_per_min": "dense-heart-rate",
    "rise_celsius": "rise-cooling",
}


def simulate(seed: int, protocol: str = "mapp2", kind: str = "drawn") -> Recorded:
    """One whole session.

    Parameters
    ----------
    seed
        0 or more; it draws the person, the noise, and what the team happens to do.
    protocol
        The first dosing session of its newest version is simulated.
    kind
        One of ``definitions.simulated_sessions``.

    Raises
    ------
    SimulationRefused
        For a seed, a protocol or a kind that cannot be.
    """
    if not FIRST_SEED <= seed <= LAST_SEED:
        raise SimulationRefused(f"The seed {seed} is outside 0 to {LAST_SEED}.")
    made_up = load()
    of = made_up.kinds.get(kind)
    if of is None:
        raise SimulationRefused(f"There is no kind {kind!r}. Known: {', '.join(made_up.kinds)}.")
    name = f"simulated-{protocol}-{kind}-{seed}"
    recorded = recorded_of(protocol, name, f"Simulated: {of.wording}")
    choice = recorded.plan.choices[0]
    body = drawn_body(
        seed,
        _doses(recorded.plan, choice),
        of.changes,
        calm_of(recorded.plan) if of.is_calm else None,
    )
    chance = np.random.default_rng([seed, 1])
    session = _Session(Team(Sitting(recorded, DOSE_AT), body, of, made_up, chance), choice)
    session.run()
    return session.team.sitting.done()


def _doses(plan: SessionPlan, choice: PlannedChoice) -> tuple[Dose, ...]:
    initial = Dose(0.0, float(choice.initial_mg))
    if choice.supplemental_mg is None or plan.supplement_after_minutes is None:
        return (initial,)
    return (initial, Dose(float(plan.supplement_after_minutes[0]), float(choice.supplemental_mg)))


def calm_of(plan: SessionPlan) -> Calm:
    """What somebody stays below who raises nothing above observe, by the numbers of a plan."""
    limits = {name: plan.value(code) for name, code in CALM.items()}
    return Calm(**{name: float(value or 0) for name, value in limits.items()})


class _Session:
    """The plot of one session, act after act."""

    def __init__(self, team: Team, choice: PlannedChoice) -> None:
        self.team = team
        self.sitting = team.sitting
        self.plan = team.plan
        self.choice = choice
        self.write = team.write

    def run(self) -> None:
        """From the opening to the close, as far as the gates let it go."""
        self._opened()
        self._stated()
        if self._dosed():
            self._sat_through()
        left_at = self._released(float(self.plan.minutes or USUAL_MINUTES) + 2)
        if left_at is not None:
            self._closed(left_at)

    def _opened(self) -> None:
        """The room: who is there, what is recorded, who takes the person home, what is ordered."""
        self.write("session-opened", -90)
        for person, role, how in (("t1", "therapist", "pin"), ("t2", "therapist", "pin")):
            self.write("identified", -89, person, person=person, role=role, how=how)
            self.write("came-in", -89, person, person=person, role=role)
        self.write("identified", -88, person="person-1", role="person", how="known-by-sight")
        self.write("came-in", -88, person="person-1", role="person")
        for stream in self.plan.streams:
            told = {"state": "running", "stream": stream, "file": f"{stream}-1"}
            self.write("recording", -87, **told)
        self.write("escort", -70, person="escort-1", has_telephone=True)
        initial, more = self.choice.initial_mg, self.choice.supplemental_mg
        self.write("order", -65, "p1", dose="initial", nominal_mg=float(initial))
        if more is not None:
            self.write("order", -65, "p1", dose="supplemental", nominal_mg=float(more))

    def _stated(self) -> None:
        """What people state before the dose, the readings at rest, the physician's answer."""
        told = dict(statements_of(SessionAct.GIVE_INITIAL_DOSE))
        told |= dict(statements_of(SessionAct.GIVE_SUPPLEMENTAL_DOSE))
        told |= {"escort-confirmed": "t1", "overnight-arranged": "t1"}
        for code, by in told.items():
            self.write("statement", -75, by, code=code, answer="yes", how="seen")
        self.team.read_surely(-60)
        self._physician(-32)
        self.write("suicidality", -20, result="negative")
        self.write("distress", -15, score=self.team.distress)
        self.write("orientation", -15, correct=4)
        self.write("impairment", -15, is_impaired=False, test="clinical")

    def _physician(self, minute: float) -> None:
        self.write("physician-page", minute, state="asked")
        after = minute + float(self.team.chance.uniform(1, 4))
        self.write("physician-page", after, "p1", state="answered", person="p1", rooms=2)

    def _dosed(self) -> bool:
        """The initial dose, once its gate is open; withheld where it stays shut."""
        minute = -10.0
        for _ in range(DOSE_TRIES):
            minute = self.team.read_surely(minute)
            self.team.until(minute + 1)
            given = self.sitting.authorise(SessionAct.GIVE_INITIAL_DOSE, minute + 1, "initial")
            if given is not None:
                self._gives("initial", float(self.choice.initial_mg), 0.0, given.id)
                return True
            minute += DOSE_EVERY
        self.write("dose-withheld", minute, dose="initial", reason="blood-pressure")
        return False

    def _gives(self, dose: str, mg: float, minute: float, authorisation: str) -> None:
        told = {"dose": dose, "nominal_mg": mg, "authorisation": authorisation, "how": "typed"}
        self.write("dose-given", minute, "t1", **told)
        entry = self.sitting.entries[-1]
        given = [e for e in self.sitting.entries if e.kind == "dose-given"]
        if len(given) == 1:
            self.sitting.dose_at = entry.at  # minute 0 is when it was taken
        self.team.body.take(mg, max(0.0, self.sitting.minute_of(given[-1].at)))

    def _sat_through(self) -> None:
        """The hours after the dose."""
        team, kind = self.team, self.team.kind
        team.later(8, team.look)
        for one in kind.entries:
            team.write_later(one.minute, one.kind, one.by, **one.fields)
        if kind.offline is not None:
            team.later(kind.offline[0], lambda _: setattr(self.sitting, "is_offline", True))
            team.later(kind.offline[1], self._network_is_back)
        self._felt()
        window = self.plan.supplement_after_minutes
        if self.choice.supplemental_mg is not None and window is not None:
            team.later(window[0] + float(team.chance.integers(1, 6)), self._supplement)
        team.until(float(self.plan.minutes or USUAL_MINUTES))

    def _network_is_back(self, minute: float) -> None:
        self.sitting.reconnect(minute)
        self.team.answer_alarms(minute)

    def _felt(self) -> None:
        """What is felt, drunk, and tested: each at a drawn minute."""
        team, chance = self.team, self.team.chance
        for terms, valence in ((GOOD, "good"), (BODILY, "neutral"), (GOOD, "good")):
            term = terms[int(chance.integers(len(terms)))]
            told = {"term": term, "course": "onset", "valence": valence, "serious": "no"}
            team.write_later(float(chance.uniform(35, 150)), "event", **told)
        for at in (60, 150, 240, 330, 420):
            volume = int(chance.integers(10, 26)) * 10
            after = float(chance.uniform(0, 30))
            team.write_later(at + after, "fluid-taken", volume_ml=volume, what="electrolytes")
        for at in (20, 120, 240, 360):
            team.write_later(at, "orientation", correct=4)
        team.write_later(300, "fluid-lost", what="urine")
        for at, is_on in ((25, True), (270, False)):
            team.write_later(at, "comfort", what="eyeshades", is_on=is_on)

    def _supplement(self, minute: float) -> None:
        """The supplement, where everybody agrees and the gate opens within its window."""
        kind, window = self.team.kind, self.plan.supplement_after_minutes
        assert window is not None  # asked for only where there is one
        if kind.supplement == "refused":
            self.write("dose-refused", minute, dose="supplemental", reason=kind.because)
            return
        if kind.supplement == "withheld":
            self.write("dose-withheld", minute, dose="supplemental", reason=kind.because)
            return
        minute = self.team.read_surely(minute)
        self.write("statement", minute, "t2", code="no-new-symptom", answer="yes", how="seen")
        self._agree("supplemental-dose", minute)
        act = SessionAct.GIVE_SUPPLEMENTAL_DOSE
        given = self.sitting.authorise(act, minute + 1, "supplemental")
        if given is not None:
            mg = float(self.choice.supplemental_mg or 0)
            self._gives("supplemental", mg, minute + 2, given.id)
        elif minute + SUPPLEMENT_EVERY + 4 < window[1]:
            self.team.later(minute + SUPPLEMENT_EVERY, self._supplement)
        else:
            self.write("dose-withheld", minute, dose="supplemental", reason="protocol")

    def _agree(self, about: str, minute: float) -> None:
        for by, role, person in (
            ("t1", "person", "person-1"),
            ("t1", "therapist", "t1"),
            ("t2", "therapist", "t2"),
        ):
            told = {"about": about, "role": role, "answer": "yes", "person": person}
            self.write("agreement", minute, by, **told)

    def _released(self, minute: float) -> float | None:
        """The night at the site or the way home, once the gate is open; a longer stay if it never is."""
        team = self.team
        if self.plan.is_overnight:
            self.write("identified", minute, "a1", person="a1", role="attendant", how="pin")
            self.write("came-in", minute, "a1", person="a1", role="attendant")
            self.write("hand-over", minute, from_person="t1", to_person="a1")
            act, exit_ = SessionAct.RELEASE_TO_OVERNIGHT, "overnight"
        else:
            self._call_and_escort(minute)
            act, exit_ = SessionAct.RELEASE_HOME, "home-with-escort"
        left_at = self._leaves(act, exit_, minute)
        if left_at is None:
            self.write("exit", minute + RELEASE_TRIES * RELEASE_EVERY, exit="extended-stay")
            return None
        team.is_sitting = False
        return self._night(left_at) if self.plan.is_overnight else left_at

    def _leaves(self, act: SessionAct, exit_: str, minute: float) -> float | None:
        for turn in range(RELEASE_TRIES):
            at = minute + turn * RELEASE_EVERY
            self.team.until(at)
            at = self._examined(at)
            self.team.see_the_rest(at)
            if self.sitting.authorise(act, at + 2) is not None:
                self.write("exit", at + 4, exit=exit_)
                return at + 4
        return None

    def _examined(self, minute: float) -> float:
        """Everything that a release asks about the person; the minute at which it was done."""
        self._physician(minute)
        minute = self.team.read_surely(minute + 4)
        self.write("orientation", minute, correct=4)
        self.write("impairment", minute, is_impaired=False, test="clinical")
        self.team.ask_distress(minute, most=3)
        self.write("suicidality", minute, result="negative")
        for code in ("effects-over", "no-new-symptom"):
            self.write("statement", minute, code=code, answer="yes", how="seen")
        self._agree("release", minute)
        return minute

    def _call_and_escort(self, minute: float) -> None:
        due = datetime.combine(
            self.sitting.moment(minute).date() + timedelta(days=1), time(12), self.sitting.zone
        )
        self.write("call-set", minute, due_at=due.isoformat(), person="t1")
        flags = ("is_identity_seen", "is_briefing_acknowledged", "is_not_driving_person")
        told = dict.fromkeys((*flags, "has_telephone"), True)
        self.write("escort", minute, "t1", person="escort-1", **told)

    def _night(self, minute: float) -> float | None:
        """The night, the morning's hand-over, and the way home."""
        for person in ("t1", "t2"):
            self.write("went-out", minute + 5, person, person=person)
        today = self.sitting.moment(minute).date()
        morning = datetime.combine(today + timedelta(days=1), time(8), self.sitting.zone)
        ends = self.sitting.minute_of(morning)
        at = minute + CHECK_EVERY
        while at < ends - 30:
            self.write("night-check", at, "a1", state="asleep")
            at += CHECK_EVERY
        self.write("morning-hand-over", ends, "a1", to_person="t1")
        self._call_and_escort(ends + 40)
        return self._leaves(SessionAct.RELEASE_HOME, "home-with-escort", ends + 45)

    def _closed(self, minute: float) -> None:
        """The session is closed, where everything is settled."""
        self.team.see_the_rest(minute + 5)
        for code, by in statements_of(SessionAct.CLOSE_SESSION):
            self.write("statement", minute + 20, by, code=code, answer="yes", how="seen")
        if self.sitting.answer(SessionAct.CLOSE_SESSION, minute + 25).is_open:
            self.write("session-closed", minute + 25)
