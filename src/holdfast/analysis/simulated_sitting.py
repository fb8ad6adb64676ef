"""A session being written: its entries one after the other, judged as they come by the rules that run live."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any

from holdfast.definitions import session as entry_kinds
from holdfast.definitions.session import gates
from holdfast.domain.conditions import Alarm
from holdfast.domain.dosing import gate_answer
from holdfast.domain.gates import GateAnswer
from holdfast.domain.monitoring import due
from holdfast.domain.monitoring_fold import Fold
from holdfast.domain.replay import Recorded, Replay
from holdfast.domain.session_entries import SessionEntry, read_entry
from holdfast.domain.session_gates import SessionAct

A_LITTLE = timedelta(seconds=5)


@dataclass
class Sitting:
    """A session as far as it is written. ``dose_at`` is minute 0.

    While the network is gone entries wait: they are true at their minute and known when it is back.
    No two entries become known at one moment, so that what an authorisation was issued on is what was
    known before it.
    """

    recorded: Recorded
    dose_at: datetime
    entries: list[SessionEntry] = field(default_factory=list)
    waiting: list[SessionEntry] = field(default_factory=list)
    is_offline: bool = False

    def __post_init__(self) -> None:
        self._fold = Fold(self.recorded.plan)
        self._last = self.dose_at - timedelta(days=1)
        self._written = 0

    @property
    def zone(self) -> tzinfo:
        """The site's own."""
        return self.recorded.zone

    def moment(self, minute: float) -> datetime:
        """A minute from the initial dose; never before what was written last."""
        return max(self.dose_at + timedelta(minutes=minute), self._last)

    def minute_of(self, moment: datetime) -> float:
        """Minutes from the initial dose."""
        return (moment - self.dose_at).total_seconds() / 60

    def write(self, kind: str, minute: float, by: str = "t1", **fields: Any) -> SessionEntry:
        """Write an entry of a minute."""
        at = max(self.dose_at + timedelta(minutes=minute), self._last + A_LITTLE)
        self._last = at
        self._written += 1
        told = {
            "id": f"e{self._written:04d}",
            "kind": kind,
            "at": at.isoformat(),
            "known_at": at.isoformat(),
            "by": by,
            "fields": fields,
        }
        entry = read_entry(told, entry_kinds.load().kinds)
        if self.is_offline:
            self.waiting.append(entry)
        else:
            self._known(entry)
        return entry

    def reconnect(self, minute: float) -> None:
        """The network is back: what waited becomes known, one after the other."""
        at = max(self.dose_at + timedelta(minutes=minute), self._last)
        self.is_offline = False
        for entry in self.waiting:
            at += timedelta(seconds=1)
            self._known(replace(entry, known_at=at))
        self.waiting, self._last = [], at

    def _known(self, entry: SessionEntry) -> None:
        self.entries.append(entry)
        self._fold.add(entry)

    def due_by(self, minute: float) -> tuple[dict[str, datetime | None], datetime | None]:
        """The measures that are due by a minute, and when the next one after it is."""
        now = self.moment(minute)
        found: dict[str, datetime | None] = {}
        later: list[datetime] = []
        for one in due(self.recorded.plan, [*self.entries, *self.waiting], now):
            if one.at is None or one.at <= now:
                found.setdefault(one.measure, one.at)
            else:
                later.append(one.at)
        return found, min(later, default=None)

    def alarms(self, minute: float) -> tuple[Alarm, ...]:
        """Every alarm of readings and of the room up to a minute, open ones first."""
        return self._fold.alarms(self.moment(minute) + timedelta(seconds=1))

    def unanswered(self, minute: float) -> tuple[Alarm, ...]:
        """The alarms that nobody has acknowledged, gravest first."""
        return tuple(one for one in self.alarms(minute) if one.is_open)

    def is_open(self, condition: str, minute: float) -> bool:
        """Whether an alarm is there and nobody has acknowledged it."""
        return any(one.condition.id == condition for one in self.unanswered(minute))

    def replay(self) -> Replay:
        """The session so far, to be judged."""
        return Replay(gates.load(), replace(self.recorded, entries=tuple(self.entries)))

    def answer(self, act: SessionAct, minute: float) -> GateAnswer:
        """What a gate says now."""
        asked = self.replay().at(self.moment(minute) + timedelta(seconds=1))
        return gate_answer(replace(asked, act=act))

    def authorise(self, act: SessionAct, minute: float, dose: str = "") -> SessionEntry | None:
        """Ask a gate; where it is open the authorisation that it issues, otherwise nothing."""
        if not self.answer(act, minute).is_open:
            return None
        lasts = gates.load().gates[act].lasts
        expires = self.moment(minute) + A_LITTLE + lasts
        window = self.recorded.plan.supplement_after_minutes
        if dose == "supplemental" and window is not None:
            expires = min(expires, self.dose_at + timedelta(minutes=window[1]))
        told = {"gate": act.value, "expires_at": expires.isoformat()}
        return self.write("authorisation", minute, **told, **({"dose": dose} if dose else {}))

    def done(self) -> Recorded:
        """The whole session."""
        return replace(self.recorded, entries=tuple(self.entries))
