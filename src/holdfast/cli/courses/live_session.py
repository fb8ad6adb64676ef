"""One session under way in the demonstration, written through the actions of the product by those who sit in it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid5

from holdfast.actions.outcomes import Refusal
from holdfast.actions.session_asking import authorise, session_gate
from holdfast.actions.session_entries import EntryTold, record_entry
from holdfast.actions.session_signing import set_aside, sign_order
from holdfast.analysis.exposure.people import Dose
from holdfast.analysis.simulated_body import drawn_body
from holdfast.analysis.simulated_session import calm_of
from holdfast.cli.courses.desk import proof
from holdfast.cli.courses.plots import Plot
from holdfast.cli.demonstration.steps import done
from holdfast.definitions.session import gates
from holdfast.domain.dose_totals import Slot
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_gates import SessionAct
from holdfast.records.consents import agreement_rows
from holdfast.records.people import User
from holdfast.records.session import DosingSession
from holdfast.records.session_now import entries_of, plan_of

A_MOMENT = timedelta(seconds=9)
TRIES = 4
# What no part of the record answers yet; a physician may set it aside, with a reason and a signature.
SET_ASIDE = frozenset({"lifetime-total"})
ROOMS = 3  # which the physician on call covers


class LiveSession:
    """A session, the pair that sits in it, and its physician.

    ``now`` is the moment of what is written next: in the past while the session is brought up to
    today, and the clock's own from then on.
    """

    def __init__(self, session: DosingSession, plot: Plot, attendant: User, now: datetime) -> None:
        booking = session.booking
        assert booking is not None  # it was opened behind one
        self.session = session
        self.plot = plot
        self.plan = plan_of(session)
        pair = booking.lead, booking.second, booking.physician
        self.lead, self.second, self.physician = (_somebody(user) for user in pair)
        self.attendant = attendant
        self.now = now
        self.is_live = False
        self._written = 0
        choice = self.plan.choices[0]
        self.doses = {"initial": choice.initial_mg, "supplemental": choice.supplemental_mg}
        first = Dose(0.0, float(choice.initial_mg))
        more = Dose(float(plot.supplement_at), float(choice.supplemental_mg or 1))
        self.body = drawn_body(plot.seed, (first, more), plot.changes, calm_of(self.plan))
        for dose in self.given():
            self._takes(dose)

    @property
    def entries(self) -> list[SessionEntry]:
        """What is on record."""
        return list(entries_of(self.session))

    def given(self, dose: str = "") -> list[SessionEntry]:
        """The doses that were given, of one slot or of both."""
        found = [e for e in self.entries if e.kind == "dose-given"]
        return [e for e in found if not dose or e.code("dose") == dose]

    def _takes(self, dose: SessionEntry) -> None:
        first = self.given()[0].at
        mg = float(dose.number("nominal_mg") or 0)
        self.body.take(mg, (dose.at - first).total_seconds() / 60)

    def hand(self, code: str) -> User:
        """Who it is that writes: lead, second or physician."""
        return {"lead": self.lead, "second": self.second}.get(code, self.physician)

    def moment(self) -> datetime:
        """The moment of the next entry."""
        self.now = datetime.now(UTC) if self.is_live else self.now + A_MOMENT
        return self.now

    def write(self, kind: str, by: User | None = None, words: str = "", **fields: Any) -> None:
        """Write an entry, now."""
        by, now = by or self.lead, self.moment()
        self._written += 1
        told = EntryTold(
            uuid5(self.session.id, f"{kind}/{now.isoformat()}/{self._written}"),
            kind,
            now,
            {name: _field(value) for name, value in fields.items()},
            words=words,
        )
        done(record_entry(session=self.session, told=told, came="page", by=by, now=now))

    def agreed(self, item: str, choice: str) -> str:
        """The id of what the person agreed to in preparation; "" where it does not hold this."""
        row = agreement_rows(self.session.enrollment).get(item)
        return str(row.id) if row is not None and choice in json.loads(row.allowed) else ""

    def read(self, body_minute: float) -> bool:
        """Take the vital signs; one that went wrong is taken again by and by."""
        shown = self.body.reading(round(body_minute))
        if shown.artefact:
            return False
        self.write(
            "reading",
            self.second,
            systolic_mmhg=shown.systolic_mmhg,
            diastolic_mmhg=shown.diastolic_mmhg,
            heart_rate_per_min=shown.heart_rate_per_min,
            temperature_celsius=shown.temperature_celsius,
            how="device",
        )
        return True

    def gives(self, dose: str, act: SessionAct, body_minute: float) -> bool:
        """Do what the gate still asks for, and give the dose if it opens; else nothing."""
        authorised = self._authorised(act, body_minute)
        if authorised is None:
            return False
        mg = self.doses[dose]
        told = {"dose": dose, "nominal_mg": mg, "authorisation": authorised, "how": "typed"}
        self.write("dose-given", self.lead, "", **told)
        self._takes(self.given(dose)[-1])
        return True

    def leaves(self, act: SessionAct, exit_: str, body_minute: float) -> bool:
        """Do what the gate of a release still asks for, and release if it opens."""
        if self._authorised(act, body_minute) is None:
            return False
        self.write("exit", exit=exit_)
        return True

    def in_the_way(self, act: SessionAct) -> list[str]:
        """The conditions that keep a gate shut now."""
        answer = session_gate(self.session, act, self.now)
        return list(dict.fromkeys(one.condition.code for one in answer.closed_by))

    def _authorised(self, act: SessionAct, body_minute: float) -> str | None:
        """The id of an authorisation, asked for by the lead; None where the gate stays shut."""
        for _ in range(TRIES):
            shut_by = self.in_the_way(act)
            if not shut_by:
                break
            self.do(shut_by, body_minute)
            if set(shut_by) <= SET_ASIDE:
                self._set_aside(act, shut_by)
        now = self.moment()
        entry_id = uuid5(self.session.id, f"{act.value}/{now.isoformat()}")
        answered = authorise(
            session=self.session,
            act=act,
            proof=proof(self.lead, now),
            entry_id=entry_id,
            by=self.lead,
            now=now,
        )
        if isinstance(answered, Refusal):
            return None
        done(answered)
        last = [e for e in self.entries if e.kind == "authorisation"][-1]
        return last.id

    def do(self, codes: list[str], body_minute: float) -> None:
        """Do what each line of a gate asks for, where somebody in the room can do it."""
        acts: dict[str, Callable[[], None]] = {
            "order": self._order,
            "therapists-in-room": self._come_in,
            "recording": self._record,
            "escort-confirmed": self._name_escort,
            "readings-recent": lambda: self._read_surely(body_minute),
            "physician-answered": self._reach,
            "suicidality": lambda: self.write("suicidality", result="negative"),
            "suicidality-after": lambda: self.write("suicidality", result="negative"),
            "symptoms": lambda: self._state("no-new-symptom", self.second),
            "person-agrees": lambda: self._agree("supplemental-dose"),
            "orientation": lambda: self.write("orientation", correct=4),
            "impairment": lambda: self.write("impairment", is_impaired=False, test="clinical"),
            "distress": lambda: self.write("distress", score=3),
            "person-feels-safe": lambda: self._agree("release"),
            "night-attendant": self._attend,
            "overnight-arranged": lambda: self._state("overnight-arranged", self.lead),
        }
        answering = gates.load().answering
        for code in codes:
            if code == "supplement-agreed-before" and not self.agreed("supplement", "take"):
                continue
            stated = answering[code].stated
            if code in acts:
                acts[code]()
            elif stated is not None and stated.roles[0] == "physician":
                self._state(code, self.physician)
            elif stated is not None and stated.roles[0] == "therapist":
                self._state(code, self.lead)

    def _set_aside(self, act: SessionAct, codes: list[str]) -> None:
        """The physician sets aside what the record has no source for, with a reason: a deviation."""
        for code in codes:
            now = self.moment()
            done(
                set_aside(
                    session=self.session,
                    act=act,
                    condition=code,
                    reason="finding-explained",
                    proof=proof(self.physician, now),
                    entry_id=uuid5(self.session.id, f"aside/{act.value}/{code}/{now.isoformat()}"),
                    by=self.physician,
                    now=now,
                    words="The person told of no use outside of treatment; the record has no place for it.",
                )
            )

    def _state(self, code: str, by: User) -> None:
        self.write("statement", by, code=code, answer="yes", how="seen")

    def _order(self) -> None:
        for dose, mg in self.doses.items():
            if mg is not None:
                now = self.moment()
                done(
                    sign_order(
                        session=self.session,
                        dose=Slot(dose),
                        nominal_mg=mg,
                        proof=proof(self.physician, now),
                        entry_id=uuid5(self.session.id, f"order/{dose}"),
                        by=self.physician,
                        now=now,
                    )
                )

    def _come_in(self) -> None:
        for user in (self.lead, self.second):
            self.write("identified", user, person=str(user.id), role="therapist", how="pin")
            self.write("came-in", user, person=str(user.id), role="therapist")
        person = str(self.session.enrollment_id)
        self.write("identified", person=person, role="person", how="known-by-sight")
        self.write("came-in", person=person, role="person")

    def _record(self) -> None:
        for stream in self.plan.streams:
            self.write("recording", state="running", stream=stream, file=f"{stream}-1")

    def _name_escort(self) -> None:
        self.write("escort", person="escort", has_telephone=True)
        self._state("escort-confirmed", self.lead)

    def _read_surely(self, body_minute: float) -> None:
        while not self.read(body_minute):
            body_minute += 1

    def _reach(self) -> None:
        self.write("physician-page", state="asked")
        person = str(self.physician.id)
        told = {"person": person, "rooms": ROOMS}
        self.write("physician-page", self.physician, "", state="answered", **told)

    def _agree(self, about: str) -> None:
        person = str(self.session.enrollment_id)
        self.write("agreement", about=about, role="person", answer="yes", person=person)
        for user in (self.lead, self.second):
            person = str(user.id)
            told = {"about": about, "role": "therapist", "answer": "yes", "person": person}
            self.write("agreement", user, "", **told)

    def _attend(self) -> None:
        """Somebody of another pair comes for the night, and is handed the person."""
        by, person = self.attendant, str(self.attendant.id)
        self.write("identified", by, person=person, role="attendant", how="pin")
        self.write("came-in", by, person=person, role="attendant")
        self.write("hand-over", from_person=str(self.lead.id), to_person=person)


def _somebody(user: User | None) -> User:
    assert user is not None  # a session is booked with all three
    return user


def _field(value: Any) -> Any:
    """A number as the record has it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return Decimal(str(value))
