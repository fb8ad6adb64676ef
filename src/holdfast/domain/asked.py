"""What a gate of a dosing session is asked about: its plan, its course, and all that was known by now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from types import MappingProxyType

from holdfast.domain.conditions import Alarm
from holdfast.domain.course_so_far import CourseSoFar
from holdfast.domain.dose_totals import Slot, Taken, Totals, doses_taken, totals
from holdfast.domain.findings import Finding, Outcome, Value
from holdfast.domain.gates import Condition
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_gates import SessionAct, SessionGates
from holdfast.domain.session_log import Log
from holdfast.domain.session_plan import SessionPlan
from holdfast.domain.staffing import room_at

DOSE_ACTS = (SessionAct.GIVE_INITIAL_DOSE, SessionAct.GIVE_SUPPLEMENTAL_DOSE)
RECENT = "reading-recent"  # minutes for which a reading, a score or a word counts
PROOFS = frozenset({"pin", "passkey"})
DOCUMENT = "document"
THERAPIST, PHYSICIAN, ATTENDANT, PERSON = "therapist", "physician", "attendant", "person"
_NEVER_BY_PAPER = frozenset({THERAPIST, PHYSICIAN})


def is_proved(identified: SessionEntry) -> bool:
    """Somebody showed who they are by more than their face.

    With a PIN or a passkey of their own: nobody can do that for somebody else. A document is seen by
    another, and makes nobody a therapist or a physician.
    """
    how, person = identified.code("how"), identified.code("person")
    if how == DOCUMENT:
        is_seen = identified.by not in ("", person)
        return is_seen and identified.code("role") not in _NEVER_BY_PAPER
    return how in PROOFS and identified.by == person


@dataclass(frozen=True)
class SessionView:
    """What was known of a session at one moment; what is worked out of it once serves every gate.

    ``log`` holds what was known by ``now`` and nothing later. ``now`` is in the session's own zone:
    days are counted by its calendar.
    """

    plan: SessionPlan
    course: CourseSoFar
    log: Log
    now: datetime
    _kinds: dict[str, tuple[SessionEntry, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def standing(self, kind: str) -> tuple[SessionEntry, ...]:
        """What stands of a kind and was true by now, by its own time."""
        if kind not in self._kinds:
            stand = self.log.standing(kind)
            self._kinds[kind] = tuple(entry for entry in stand if entry.at <= self.now)
        return self._kinds[kind]

    def newest(
        self, kind: str, fits: Callable[[SessionEntry], bool] = lambda entry: True
    ) -> SessionEntry | None:
        """The newest entry of a kind that fits."""
        return next((one for one in reversed(self.standing(kind)) if fits(one)), None)

    @cached_property
    def taken(self) -> tuple[Taken, ...]:
        """Every dose that was, or may have been, taken, as known by now."""
        return doses_taken(self.plan, self.log)

    @cached_property
    def totals(self) -> Totals:
        """What session, course and lifetime add up to, at most."""
        return totals(self.taken, self.course.past, self.course.outside_mg)

    @cached_property
    def last_dose_at(self) -> datetime | None:
        """When the newest dose was taken; None where none was."""
        return max((one.at for one in self.taken), default=None)

    def day_of(self, moment: datetime) -> date:
        """The day of a moment by the session's own calendar."""
        return moment.astimezone(self.now.tzinfo).date()

    def is_a(self, person: str, role: str) -> bool:
        """Whether somebody holds a role here: in the record, or as they proved it in the room."""
        return role in self.course.roles.get(person, ()) or any(
            one.code("person") == person and one.code("role") == role and is_proved(one)
            for one in self.standing("identified")
        )

    @cached_property
    def present(self) -> tuple[str, ...]:
        """Who is in the room now and on no break."""
        room = room_at(self.plan, self.log, self.now, self.now)
        return tuple(sorted(one.person for one in room.present if one.on_break is None))

    @cached_property
    def therapists(self) -> tuple[str, ...]:
        """The therapists in the room now who showed who they are, by more than their face."""
        proved = {
            one.code("person")
            for one in self.standing("identified")
            if one.code("role") == THERAPIST and is_proved(one)
        }
        return tuple(person for person in self.present if person in proved)


@dataclass(frozen=True)
class Asked:
    """One question to a gate, at one moment.

    ``alarms`` are those of that moment. ``known`` are findings of rules that read other parts of the
    record, by the code of their condition.
    """

    gates: SessionGates
    view: SessionView
    alarms: Sequence[Alarm]
    act: SessionAct
    known: Mapping[str, Sequence[Finding]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def plan(self) -> SessionPlan:
        """The session's plan."""
        return self.view.plan

    @property
    def course(self) -> CourseSoFar:
        """The course around the session."""
        return self.view.course

    @property
    def log(self) -> Log:
        """What was known."""
        return self.view.log

    @property
    def now(self) -> datetime:
        """The moment, in the session's own zone."""
        return self.view.now

    @property
    def taken(self) -> tuple[Taken, ...]:
        """Every dose that was, or may have been, taken."""
        return self.view.taken

    @property
    def slot(self) -> Slot:
        """Which dose the act would give."""
        is_second = self.act is SessionAct.GIVE_SUPPLEMENTAL_DOSE
        return Slot.SUPPLEMENTAL if is_second else Slot.INITIAL

    def standing(self, kind: str) -> tuple[SessionEntry, ...]:
        """What stands of a kind and was true by now, by its own time."""
        return self.view.standing(kind)

    def newest(
        self, kind: str, fits: Callable[[SessionEntry], bool] = lambda entry: True
    ) -> SessionEntry | None:
        """The newest entry of a kind that fits."""
        return self.view.newest(kind, fits)

    def of_slot(self, slot: Slot) -> tuple[Taken, ...]:
        """The doses of one slot."""
        return tuple(one for one in self.taken if one.slot is slot)

    def after_doses(self, entry: SessionEntry) -> bool:
        """Whether an entry was true after the newest dose."""
        last = self.view.last_dose_at
        return last is None or entry.at > last

    def is_fresh(self, entry: SessionEntry) -> bool | None:
        """Whether an entry is recent enough for an act; None: nobody signed what that is."""
        most = self.plan.value(RECENT)
        return None if most is None else self.now - entry.at <= timedelta(minutes=float(most))


def found(condition: Condition, outcome: Outcome, reason: str, **values: Value) -> Finding:
    """A finding on one condition."""
    return Finding(
        condition.code,
        outcome,
        reason,
        condition.reference,
        condition.standing,
        values,
        question=condition.code,
    )


def passed(condition: Condition, reason: str, **values: Value) -> Finding:
    """It is met."""
    return found(condition, Outcome.PASSED, reason, **values)


def failed(condition: Condition, reason: str, **values: Value) -> Finding:
    """It is not met."""
    return found(condition, Outcome.FAILED, reason, **values)


def unknown(condition: Condition, reason: str, **values: Value) -> Finding:
    """Nobody can say whether it is met."""
    return found(condition, Outcome.UNKNOWN, reason, **values)


def unsigned(condition: Condition, *codes: str) -> Finding:
    """A number that decides was neither verified nor signed."""
    return unknown(condition, "number-not-signed", limits=", ".join(codes))


Rule = Callable[[Asked, Condition], tuple[Finding, ...]]
"""A rule of the session: what it finds on one condition, never nothing."""
