"""A dosing session of a course: what comes before it, its gate on the day, and the day itself."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from holdfast.actions.agreements import record_impairment
from holdfast.actions.gate_statements import override_condition, state
from holdfast.actions.gates import pass_gate
from holdfast.cli.courses import clinical
from holdfast.cli.courses.journey import Journey
from holdfast.cli.courses.slots import reserve
from holdfast.cli.courses.team import reach
from holdfast.definitions.gates import load as load_gates
from holdfast.domain.gates import Act
from holdfast.domain.schedule import Visit
from holdfast.domain.visits import PlannedVisit
from holdfast.records.bookings import Booking
from holdfast.records.clinical_care import TaperPlan
from holdfast.records.clinical_now import standing
from holdfast.records.people import User

EARLY = 90  # minutes before the session: the day's questions are asked
STATED = {"vital-signs-before": "118/76, 64/min, 36.6 Cel"}
CERTIFIED_DAYS = 900


def prepared(journey: Journey, planned: PlannedVisit) -> datetime:
    """Book a session; sometimes it is put off once. The moment at which it is to begin."""
    visit = planned.visit
    day = max(filter(None, (planned.target, planned.earliest, journey.today)))
    at = reserve(journey, visit, day)
    journey.is_postponed = journey.chance.random() < journey.path.postpones
    if journey.is_postponed:
        row = Booking.objects.get(
            enrollment=journey.enrollment, visit=visit.code, corrected_by=None, is_cancelled=False
        )
        at = reserve(journey, visit, journey.team.today(at) + timedelta(days=3), row)
        journey.now += timedelta(minutes=10)
        _decided_again(journey, visit)
    return at


def _decided_again(journey: Journey, visit: Visit) -> None:
    """What a postponement opens again: washout, eligibility, and which medicines restart."""
    gates = load_gates()
    for code, how in gates.stated.items():
        if how.since == "postponement":
            _state(journey, visit, code)
    for plan in standing(TaperPlan, journey.enrollment):
        clinical.turned(journey, plan, "stays-without")


def begun(journey: Journey, planned: PlannedVisit, at: datetime) -> Iterator[datetime]:
    """The morning: the physician on call answers, what is asked is stated, the gate is passed."""
    visit = planned.visit
    yield from journey.until(at - timedelta(minutes=EARLY))
    reach(journey.desk, journey.team, journey.now)
    journey.now += timedelta(minutes=2)
    gates = load_gates()
    asked = [c.code for c in gates.gates[Act.BEGIN_DOSING].conditions if c.code in gates.stated]
    for code in asked:
        how = gates.stated[code]
        if not how.since and how.place in ("", visit.place.value):
            _state(journey, visit, code)
    _window(journey, planned)
    journey.now += timedelta(minutes=1)
    told = {"act": Act.BEGIN_DOSING, "visit": visit.code}
    journey.do("therapist", journey.lead, pass_gate, enrollment=journey.enrollment, **told)


def _state(journey: Journey, visit: Visit, code: str) -> None:
    how = load_gates().stated[code]
    team = journey.team
    hands: dict[str, User] = {
        "therapist": journey.lead,
        "physician": journey.physician,
        "pharmacist": team.pharmacist,
        "site-lead": team.lead,
        "coordinator": team.coordinator,
    }
    role = how.by[0]
    value = STATED.get(code, "")
    if how.value == "date":
        value = (journey.today + timedelta(days=CERTIFIED_DAYS)).isoformat()
    told = {"code": code, "visit": visit.code, "is_so": True, "how": "seen", "value": value}
    journey.do(role, hands[role], state, enrollment=journey.enrollment, **told)


def _window(journey: Journey, planned: PlannedVisit) -> None:
    """A window that no source gives, or that is past, is set aside by the physician with a reason."""
    first, last = planned.earliest, planned.latest
    if first is not None and last is not None and first <= journey.today <= last:
        return
    told = {"act": Act.BEGIN_DOSING, "visit": planned.visit.code, "condition": "window"}
    by, row = journey.physician, journey.enrollment
    reason = "protocol-allows-it"
    journey.sign("physician", by, override_condition, enrollment=row, reason=reason, **told)


def dosed(journey: Journey) -> Iterator[datetime]:
    """The dose is taken: from now on no signature of the person counts."""
    yield from journey.later(minutes=EARLY)
    _impaired(journey, journey.lead, "therapist", "dosed", "dose-given")


def recovered(journey: Journey) -> None:
    """A physician finds that the person is not impaired any more."""
    _impaired(journey, journey.physician, "physician", "not-impaired", "criteria-met")


def _impaired(journey: Journey, by: User, role: str, step: str, basis: str) -> None:
    told = {"step": step, "basis": basis, "found_at": journey.now}
    journey.do(role, by, record_impairment, enrollment=journey.enrollment, **told)
