"""The team of a simulated session: measures what is due, answers what alarms, each act at its minute."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from holdfast.analysis.simulated_body import Body
from holdfast.analysis.simulated_sitting import Sitting
from holdfast.definitions.simulated_sessions import SessionKind, Simulated
from holdfast.domain.conditions import Alarm
from holdfast.domain.session_plan import SessionPlan, Tier

LOOK_MINUTES = 15.0  # the longest between two looks at what is due
AGAIN_MINUTES = 2.0  # between a reading that went wrong and the next one
PUT_OFF_MINUTES = 12.0
MEASURED = frozenset({"blood-pressure", "heart-rate", "temperature"})
# What is done about a condition, by what its rule says to do.
DONE = {
    "repeat-and-watch": "repeated",
    "measure-densely": "repeated",
    "measure-now": "repeated",
    "cool": "cooled",
    "ice-infusion-transfer": "physician-called",
    "rescue-and-transfer": "physician-called",
    "measure-pressure-now": "repeated",
    "measure-sodium": "physician-called",
    "hold-fluids-and-ask": "fluids-held",
    "hold-fluids-and-transfer": "fluids-held",
    "set-the-clock": "clock-set",
    "send-a-second": "cover-came",
    "call-back": "returned",
    "restore-recording": "recording-restored",
}
ONLY_SEEN = "seen"
Act = Callable[[float], None]


@dataclass
class Team:
    """Two therapists, a physician, an attendant; and the person whom they sit with.

    ``made_up`` says how often and how fast they act. ``distress`` is the last score that was told.
    """

    sitting: Sitting
    body: Body
    kind: SessionKind
    made_up: Simulated
    chance: np.random.Generator
    is_sitting: bool = True
    distress: int = 4
    _queue: list[tuple[float, int, Act]] = field(default_factory=list)
    _turn: int = 0
    _answering: set[str] = field(default_factory=set)  # conditions whose answer is on its way

    @property
    def plan(self) -> SessionPlan:
        """What the session is judged by."""
        return self.sitting.recorded.plan

    def write(self, kind: str, minute: float, by: str = "t1", **fields: Any) -> None:
        """Write an entry, and answer what it raises."""
        self.sitting.write(kind, minute, by, **fields)
        self.answer_alarms(minute)

    def write_later(self, minute: float, kind: str, by: str = "t1", **fields: Any) -> None:
        """Write an entry at a minute from the initial dose."""

        def act(at: float) -> None:
            self.write(kind, at, by, **fields)

        self.later(minute, act)

    def later(self, minute: float, act: Act) -> None:
        """Do something at a minute from the initial dose."""
        self._turn += 1
        heapq.heappush(self._queue, (minute, self._turn, act))

    def until(self, minute: float) -> None:
        """Do everything that is to be done before a minute, in its order."""
        while self._queue and self._queue[0][0] < minute:
            at, _, act = heapq.heappop(self._queue)
            act(at)

    def drawn(self, code: str) -> bool:
        """Whether something that happens so often happens now."""
        return bool(self.chance.random() < self.made_up.choices[code])

    def look(self, minute: float) -> None:
        """Measure and ask what is due within two minutes, and say when to look again."""
        if not self.is_sitting:
            return
        measures, _ = self.sitting.due_by(minute + 2)
        again = LOOK_MINUTES
        if measures.keys() & MEASURED and not self._is_silent(minute):
            if self._puts_off(measures, minute):
                again = PUT_OFF_MINUTES
            elif not self.read(minute):
                again = AGAIN_MINUTES
        if "distress" in measures:
            self.ask_distress(minute)
        self.answer_alarms(minute)
        _, after = self.sitting.due_by(minute + 2)
        if after is not None and again == LOOK_MINUTES:
            ahead = self.sitting.minute_of(after) - minute
            again = min(LOOK_MINUTES, max(1.0, ahead - float(self.chance.integers(0, 2))))
        self.later(minute + again, self.look)

    def _is_silent(self, minute: float) -> bool:
        span = self.kind.silent
        return span is not None and span[0] <= minute < span[1]

    def _puts_off(self, measures: dict[str, Any], minute: float) -> bool:
        """Now and then a due reading is put off, once; never one that is to be repeated or was late."""
        now = self.sitting.moment(minute)
        is_free = all(at is not None for at in measures.values()) and minute > LOOK_MINUTES
        entries = self.sitting.entries
        quiet = not any(
            e.kind == "deferral" and (now - e.at).total_seconds() < 3000 for e in entries
        )
        if not (is_free and quiet and not self._breaches(minute) and self.drawn("put-off-share")):
            return False
        reason = ("processing", "asleep")[int(self.chance.integers(2))]
        self.write("deferral", minute, "t2", measure="all", reason=reason)
        return True

    def _breaches(self, minute: float) -> bool:
        alarms = self.sitting.alarms(minute)
        return any(one.condition.holds and one.condition.measure for one in alarms)

    def read(self, minute: float) -> bool:
        """Take the vital signs; False where nothing of use came of it and it is to be done again."""
        shown = self.body.reading(round(minute))
        is_noticed = self.kind.is_calm or self.drawn("artefact-noticed-share")
        if shown.artefact and is_noticed:
            return False
        told: dict[str, Any] = {
            "heart_rate_per_min": shown.heart_rate_per_min,
            "temperature_celsius": shown.temperature_celsius,
            "how": "device",
        }
        if shown.systolic_mmhg is not None and shown.diastolic_mmhg is not None:
            told |= {
                "systolic_mmhg": shown.systolic_mmhg,
                "diastolic_mmhg": shown.diastolic_mmhg,
            }
        self.write("reading", minute, "t2", **told)
        return shown.systolic_mmhg is not None

    def read_surely(self, minute: float) -> float:
        """Take the vital signs until they are there; the minute at which they were."""
        while not self.read(minute):
            minute += AGAIN_MINUTES
        return minute

    def ask_distress(self, minute: float, most: int = 10) -> None:
        """Ask how hard it is; it wanders by a point."""
        self.distress = max(1, min(most, self.distress + int(self.chance.integers(-1, 2))))
        self.write("distress", minute, "t1", score=self.distress)

    def answer_alarms(self, minute: float) -> None:
        """Send somebody to answer each new alarm, soon; some are only seen at the end."""
        if self.sitting.is_offline:
            return
        for one in self.sitting.unanswered(minute):
            condition = one.condition
            if condition.id in self._answering:
                continue
            self._answering.add(condition.id)
            is_above = condition.tier is not Tier.OBSERVE
            share = "alarm-answered-share" if is_above else "observed-answered-share"
            if (is_above and self.kind.is_calm) or self.drawn(share):
                after = self.chance.uniform(1.0, self.made_up.choices["answered-after-most"])
                self.later(minute + float(after), self._answer(one))

    def _answer(self, alarm: Alarm) -> Act:
        condition = alarm.condition
        by = "p1" if condition.tier.rank >= Tier.URGENT.rank else "t1"
        done = DONE.get(condition.do, ONLY_SEEN)

        def answer(minute: float) -> None:
            if self.sitting.is_offline:
                self.later(minute + LOOK_MINUTES, answer)
                return
            if self.sitting.is_open(condition.id, minute):
                self.sitting.write("acknowledgement", minute, by, condition=condition.id, done=done)

        return answer

    def see_the_rest(self, minute: float) -> None:
        """What nobody answered is seen at last."""
        for one in self.sitting.unanswered(minute):
            if self.sitting.is_open(one.condition.id, minute):
                told = {"condition": one.condition.id, "done": ONLY_SEEN}
                self.sitting.write("acknowledgement", minute, "t1", **told)
