"""A course driven to the morning of its first session through the actions, and all that opens its gates.

Nothing is set to be so: numbers are signed, recipients of concerns tested, conditions stated by whoever
may. What the gates of the session then say is what the product says.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from holdfast.actions.agreements import agree
from holdfast.actions.board import put_off
from holdfast.actions.limits import sign_limit
from holdfast.actions.session_asking import question, session_gate
from holdfast.actions.session_opening import open_session
from holdfast.actions.session_signing import set_aside, sign_order
from holdfast.cli.courses.clinics import alone
from holdfast.cli.courses.course import Course
from holdfast.domain.dose_totals import Slot
from holdfast.domain.session_gates import SessionAct
from holdfast.domain.session_plan import Tier
from holdfast.records.gates import GatePassed
from holdfast.records.models import DosingSession, User
from tests.actions.clinic import Clinic, written
from tests.actions.outside import outside
from tests.actions.sessions import Sitting, anew
from tests.told_session import SIGNED

BEGINS = datetime(2026, 1, 26, 16, tzinfo=UTC)
PROTOCOL = "mapp2"
INITIAL, SUPPLEMENT = SessionAct.GIVE_INITIAL_DOSE, SessionAct.GIVE_SUPPLEMENTAL_DOSE
SLOTS = {INITIAL: Slot.INITIAL, SUPPLEMENT: Slot.SUPPLEMENTAL}
MG = {INITIAL: 80, SUPPLEMENT: 40}
CALM = {"systolic_mmhg": 126, "diastolic_mmhg": 78, "heart_rate_per_min": 74}
BY_PHYSICIAN = ("physician-clearance", "standing-orders", "no-new-symptom")
STATED = (
    "consent-affirmed",
    "medicines-today",
    "health-today",
    "fasting",
    "abstinence",
    "physician-clearance",
    "rescue-medicines",
    "oxygen",
    "standing-orders",
    "monitor-checked",
    "thermometer-checked",
    "camera-and-sound",
    "escort-confirmed",
    "overnight-arranged",
)


def able() -> Sitting:
    """An open session whose gates can open, in an empty record."""
    course = alone(PROTOCOL, seed=1, begins=BEGINS)
    with put_off():
        for _ in course.acts():
            if course.session_at is not None and _passed(course) is not None:
                break
    people = {"therapist": course.lead, "second": course.second, "physician": course.physician}
    administrator = User.objects.get(login="administrator")
    clinic = Clinic(course.team.site, administrator, people, course.now)
    for code, text in SIGNED.items():
        value, unit = text.split()
        told = {"site": clinic.site, "protocol": course.protocol, "code": code}
        told |= {"value": Decimal(value), "unit": unit} | signed_by(clinic)
        written(sign_limit(**told))
    outside(clinic)
    passed = _passed(course)
    assert passed is not None
    told = {"enrollment": course.enrollment, "visit": passed.visit, "entry_id": uuid4()}
    taken = {"item": "supplement", "allowed": ["take"], "agreed_at": clinic.now}
    agreed = {"enrollment": course.enrollment, "by": clinic.therapist, "now": clinic.now}
    written(agree(entry_id=uuid4(), **taken, **agreed))
    receipt = written(open_session(by=clinic.therapist, now=clinic.now, **told))
    session = DosingSession(id=receipt.fact_id("records_dosingsession"))
    return Sitting(clinic, anew(session))


def _passed(course: Course) -> GatePassed | None:
    return GatePassed.objects.filter(enrollment=course.enrollment, act="begin-dosing").first()


def signed_by(clinic: Clinic, who: str = "physician") -> dict[str, Any]:
    """What an act of somebody who signs is told, now."""
    by = clinic.accounts[who]
    return {"by": by, "proof": clinic.proof(by), "entry_id": uuid4(), "now": clinic.now}


def shut_by(sitting: Sitting, act: SessionAct) -> set[str]:
    """The conditions that keep a gate of the session shut now."""
    answer = session_gate(anew(sitting.session), act, sitting.clinic.now)
    return {one.condition.code for one in answer.closed_by}


class Hands:
    """Whoever does something about what keeps a gate shut, each by the act that there is for it."""

    def __init__(self, sitting: Sitting) -> None:
        self.sitting, self.clinic = sitting, sitting.clinic

    def write(self, kind: str, who: str = "therapist", **fields: Any) -> None:
        """An entry of the session."""
        self.clinic.later(milliseconds=1)  # of two at one instant nobody knows which is the newer
        written(self.sitting.write(kind, by=self.clinic.accounts[who], **fields))

    def open(self, act: SessionAct) -> set[str]:
        """Put right what can be; what still keeps the gate shut."""
        for _ in range(3):
            shut = shut_by(self.sitting, act)
            if not shut:
                break
            self.clinic.later(minutes=1)
            self.put_right(act, shut)
        return shut_by(self.sitting, act)

    def put_right(self, act: SessionAct, shut: set[str]) -> None:
        """Something about each of these conditions."""
        for code in sorted(shut & {*STATED, "symptoms"}):
            code = "no-new-symptom" if code == "symptoms" else code
            who = "physician" if code in BY_PHYSICIAN else "therapist"
            self.write("statement", who, code=code, answer="yes", how="seen")
        if shut & {"readings-recent", "readings-in-limits", "temperature-rise", "alarms"}:
            self.write("reading", temperature_celsius=36.7, **CALM)
            self.write("distress", score=4)
        if shut & {"physician-answered", "physician-rooms"}:
            self.write("physician-page", state="asked")
            person = str(self.clinic.physician.id)
            self.write("physician-page", "physician", state="answered", person=person, rooms=2)
        for stream in ("picture", "sound") if "recording" in shut else ():
            self.write("recording", stream=stream, state="running")
        self._people(shut)
        self._signed(act, shut)
        if "alarms" in shut:
            self._acknowledge(act)

    def _acknowledge(self, act: SessionAct) -> None:
        """The newest alarms that keep a gate shut; a dozen at a time."""
        alarms = question(anew(self.sitting.session), act, self.clinic.now).alarms
        waiting = [one.condition for one in alarms if not one.is_resolved]
        loud = [one for one in waiting if one.tier is not Tier.OBSERVE]
        for one in sorted(loud, key=lambda one: one.since)[-12:]:
            self.write("acknowledgement", condition=one.id, done="seen")

    def _people(self, shut: set[str]) -> None:
        if "escort-confirmed" in shut:
            self.write("escort", person="e1", has_telephone=True)
        if "suicidality" in shut:
            self.write("suicidality", result="negative")
        pair = {who: str(self.clinic.accounts[who].id) for who in ("therapist", "second")}
        for who, person in (
            pair.items() if shut & {"therapists-in-room", "therapists-agree"} else ()
        ):
            self.write("identified", who, person=person, role="therapist", how="pin")
            self.write("came-in", who, person=person, role="therapist")
        if shut & {"person-agrees", "therapists-agree"}:
            told = {"about": "supplemental-dose", "answer": "yes"}
            self.write("agreement", person="person", role="person", **told)
            for who, person in pair.items():
                self.write("agreement", who, person=person, role="therapist", **told)

    def _signed(self, act: SessionAct, shut: set[str]) -> None:
        session = anew(self.sitting.session)
        if shut & {"order", "dose-on-menu", "session-total", "course-total"}:
            told = {"dose": SLOTS[act], "nominal_mg": Decimal(MG[act])}
            written(sign_order(session=session, **told, **signed_by(self.clinic)))
        if "lifetime-total" in shut and "order" not in shut:
            told = {"act": act, "condition": "lifetime-total", "reason": "finding-explained"}
            written(set_aside(session=session, **told, **signed_by(self.clinic)))

    def until_window(self, given_at: datetime) -> None:
        """Wait until the supplement's window is open."""
        self.clinic.now = max(self.clinic.now, given_at + timedelta(minutes=95))
