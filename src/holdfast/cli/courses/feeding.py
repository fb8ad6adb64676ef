"""What goes on in a session of the demonstration, minute by minute, until it is over."""

from datetime import datetime, timedelta

from holdfast.analysis.simulated_team import DONE, ONLY_SEEN
from holdfast.cli.courses.live_session import LiveSession
from holdfast.cli.courses.plots import USUAL, Happens
from holdfast.domain import monitoring
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_gates import SessionAct
from holdfast.domain.session_plan import Tier

BEFORE = timedelta(minutes=80)  # the room is ready so long before the dose
DOSE_TRIES = 6
READ_EVERY = 5.0  # minutes of the body's course between two readings while somebody looks
READ_EVERY_BEFORE = 10.0
EARLY = timedelta(minutes=2)  # what is due is read so long before
ANSWERED_AFTER = timedelta(minutes=2)
RELEASE_AFTER = 5  # minutes after the hours of the protocol
RELEASE_TRIES = 4
SUPPLEMENT_TRIES_EVERY = 4


class Feeding:
    """Feeds one session. ``speed``: how many times faster than the clock the body's course goes.

    Every entry is of the moment at which it is written: a faster body is read more often, and no
    clock is moved. ``says`` is told what came of it.
    """

    def __init__(self, live: LiveSession, speed: float = 1.0) -> None:
        self.live = live
        self.speed = speed
        self.is_over = bool([e for e in live.entries if e.kind == "exit"])
        self.says: list[str] = []
        given = live.given("initial")
        self.dose_at: datetime | None = given[0].at if given else None
        self._live_from: float | None = None
        self._body_at = 0.0
        self._tried = 0.0
        self._releases = 0

    def begin(self, dose_at: datetime) -> bool:
        """The hour before the dose, and the dose, where its gate opens."""
        live = self.live
        live.now = dose_at - BEFORE
        for codes in (["therapists-in-room", "recording", "escort-confirmed"], ["order"]):
            live.do(codes, 0)
        for minutes, act in ((60, "reading"), (30, "reading"), (20, "physician-answered")):
            live.now = dose_at - timedelta(minutes=minutes)
            live.do(["readings-recent" if act == "reading" else act], -minutes)
        live.now = dose_at - timedelta(minutes=15)
        live.write("distress", score=4)
        live.write("orientation", correct=4)
        for turn in range(DOSE_TRIES):
            live.now = dose_at + timedelta(minutes=5 * turn - 8)
            if live.gives("initial", SessionAct.GIVE_INITIAL_DOSE, -5):
                self.dose_at = live.given("initial")[0].at
                return True
        shut = ", ".join(live.in_the_way(SessionAct.GIVE_INITIAL_DOSE))
        self.tell(f"The initial dose was not given: the gate stays shut by {shut}.")
        live.write("dose-withheld", dose="initial", reason="other")
        self.is_over = True
        return False

    def catch_up(self, now: datetime) -> None:
        """Everything from the dose until now, two minutes at a time."""
        at = self.dose_at
        while at is not None and not self.is_over and at < now - timedelta(minutes=2):
            at += timedelta(minutes=2)
            self.live.now = max(self.live.now, at)
            self.tick(at)

    def go_live(self, now: datetime) -> None:
        """From now on the clock decides."""
        self.live.is_live = True
        self._live_from = self.minute(now)
        self._body_at = max(self._body_at, self._live_from)

    def tell(self, words: str) -> None:
        """Say something of the session to whoever reads the log."""
        self.says.append(f"{self.live.session.room and self.live.session.room.title}: {words}")

    def minute(self, now: datetime) -> float:
        """Minutes since the dose, by the clock."""
        assert self.dose_at is not None  # nothing is fed before it
        return (now - self.dose_at).total_seconds() / 60

    def body_minute(self, now: datetime) -> float:
        """Minutes of the body's course since the dose."""
        minute = self.minute(now)
        if self._live_from is None:
            return minute
        return self._live_from + (minute - self._live_from) * self.speed

    def tick(self, now: datetime) -> None:
        """Write what is to be written by now."""
        if self.is_over or self.dose_at is None:
            return
        body, before = self.body_minute(now), self._body_at
        self._body_at = body
        for one in USUAL:
            if before < one.minute <= body:
                self._happens(one)
        entries = self.live.entries
        self._reads(entries, now, body)
        self._answers(now)
        self._supplement(now, body)
        self._ends(now, body)

    def _happens(self, one: Happens) -> None:
        fields = dict(one.fields)
        if one.kind == "touch":
            agreement = self.live.agreed("touch", fields["form"])
            if not agreement:
                return  # nobody touches who was not agreed to
            fields |= {"agreed": "within", "agreement": agreement}
        self.live.write(one.kind, self.live.hand(one.by), one.words, **fields)

    def _reads(self, entries: list[SessionEntry], now: datetime, body: float) -> None:
        """What is due, and more often than that."""
        soon = now + EARLY
        due = monitoring.due(self.live.plan, entries, now)
        measures = {one.measure for one in due if one.at is None or one.at <= soon}
        if "distress" in measures:
            self.live.write("distress", score=3 + round(body) % 3)
        last = max((e.at for e in entries if e.kind == "reading"), default=None)
        every = READ_EVERY_BEFORE if self._live_from is None else READ_EVERY / self.speed
        is_time = last is None or (now - last).total_seconds() >= every * 60
        if is_time or measures - {"distress"}:
            self.live.read(body)

    def _answers(self, now: datetime) -> None:
        """The pair acknowledges its alarms, but for those that wait for whoever looks."""
        entries, waits = self.live.entries, self.live.plot.waits_from
        for alarm in monitoring.alarms(self.live.plan, entries, now):
            one = alarm.condition
            if not alarm.is_open or now - one.known_at < ANSWERED_AFTER:
                continue
            is_above = one.tier is not Tier.OBSERVE
            if is_above and waits is not None and self.minute(one.known_at) >= waits:
                continue
            self.live.write("acknowledgement", condition=one.id, done=DONE.get(one.do, ONLY_SEEN))

    def _supplement(self, now: datetime, body: float) -> None:
        """The supplement in its window, by the record's clock; withheld where the gate never opens."""
        window, minute = self.live.plan.supplement_after_minutes, self.minute(now)
        if window is None or self.live.plot.supplement_at > minute:
            return
        told = ("dose-given", "dose-withheld", "dose-refused")
        decided = [e for e in self.live.entries if e.kind in told]
        if any(e.code("dose") == "supplemental" for e in decided):
            return
        act = SessionAct.GIVE_SUPPLEMENTAL_DOSE
        if minute > window[1]:
            shut = ", ".join(self.live.in_the_way(act))
            self.tell(f"The supplement was withheld: the gate stayed shut by {shut}.")
            self.live.write("dose-withheld", dose="supplemental", reason="window-over")
        elif minute >= self._tried + SUPPLEMENT_TRIES_EVERY:
            self._tried = minute
            self.live.gives("supplemental", act, body)

    def _ends(self, now: datetime, body: float) -> None:
        """The night at the site once its gate opens; a longer stay where it does not."""
        ends, minute = self.live.plan.minutes, self.minute(now)
        if ends is None or minute < ends + RELEASE_AFTER * (1 + self._releases):
            return
        self._releases += 1
        act = SessionAct.RELEASE_TO_OVERNIGHT
        if self.live.leaves(act, "overnight", body):
            self.is_over = True
            self.tell("The session has ended: the person stays the night at the site.")
        elif self._releases >= RELEASE_TRIES:
            shut = ", ".join(self.live.in_the_way(act))
            self.live.write("exit", exit="extended-stay")
            self.is_over = True
            self.tell(f"The session has ended in a longer stay: the gate is shut by {shut}.")
