"""The acts about a course as sheets: who may, what is typed in, and the action it calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from holdfast.actions import bookings, course, course_changes, gate_statements, gates, pairs, visits
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.domain.gates import Act
from holdfast.records.bookings import Booking, ChangeAsked
from holdfast.records.care import Enrollment
from holdfast.records.course import VisitHeld, VisitMissed, VisitSkipped
from holdfast.records.people import Site, User
from holdfast.records.protocols import protocol_of
from holdfast.records.rooms import Room
from holdfast.web.staff import course_do_forms as forms

Told = Mapping[str, Any]


@dataclass(frozen=True)
class Doing:
    """Who does it, when, and for whom; ``proof`` where it is signed."""

    enrollment: Enrollment
    entry_id: UUID
    by: User
    now: datetime
    proof: ReauthenticationProof | None = None

    @property
    def pen(self) -> dict[str, Any]:
        """What every action about an enrollment is told."""
        return {"enrollment": self.enrollment, **self.alone}

    @property
    def alone(self) -> dict[str, Any]:
        """What every action is told."""
        return {"entry_id": self.entry_id, "by": self.by, "now": self.now}

    def at(self, day: date, clock: time) -> datetime:
        """A moment by the site's own clock."""
        zone = ZoneInfo(self.enrollment.site.zone)
        return datetime.combine(day, clock).replace(tzinfo=zone)


@dataclass(frozen=True)
class SheetOf:
    """One act: the permission it needs, its words, its form and what it calls."""

    permission: str
    title: Any
    button: Any
    form: type[forms.Sheet]
    act: Callable[[Doing, Told], Answered]
    needs_course: bool = True
    needs: str = ""  # what must be there to choose from, or the sheet is not shown
    shows: str = ""  # the template of what is shown above the form


def _user(told: Told, name: str) -> User | None:
    return User.objects.filter(id=told[name]).first() if told.get(name) else None


def _hold(doing: Doing, told: Told) -> Answered:
    planned = _kind_of(doing.enrollment, told["code"])
    seats = (("lead", "lead"), ("second", "second"), ("other", _other_seat(planned)))
    there = tuple((UUID(told[name]), seat) for name, seat in seats if told.get(name))
    visit = visits.Visit(
        code=told["code"],
        kind=planned or told["kind"],
        began_at=doing.at(told["on"], told["began"]),
        ended_at=doing.at(told["on"], told["ended"]) if told["ended"] else None,
        place=told["place"],
        attended=there,
        remark=told["remark"],
    )
    return visits.hold_visit(visit=visit, **doing.pen)


def _other_seat(kind: str) -> str:
    return "rater" if kind == "assessment" else "physician"


def _kind_of(enrollment: Enrollment, code: str) -> str:
    schedule = protocol_of(enrollment).schedule
    visit = schedule.visit(code) if schedule and code else None
    return visit.kind.value if visit else ""


def _book(doing: Doing, told: Told) -> Answered:
    room = Room.objects.filter(id=told["room"]).first() if told["room"] else None
    wanted = bookings.Reserved(
        visit=told["visit"],
        starts=datetime.combine(told["on"], told["starts"]),
        minutes=told["minutes"],
        place=told["place"],
        lead=_user(told, "lead"),
        second=_user(told, "second"),
        room=room,
        physician=_user(told, "physician"),
    )
    replaces = _booking(doing, told["replaces"]) if told["replaces"] else None
    return bookings.book(wanted=wanted, replaces=replaces, **doing.pen)


def _booking(doing: Doing, booking_id: str) -> Booking:
    rows = Booking.objects.select_related("enrollment__site")
    return rows.get(id=booking_id, enrollment=doing.enrollment)


def _cancel(doing: Doing, told: Told) -> Answered:
    booking = _booking(doing, told["booking"])
    return bookings.cancel(booking=booking, reason=told["reason"], **doing.alone)


def _pair(doing: Doing, told: Told) -> Answered:
    lead, second = _user(told, "lead"), _user(told, "second")
    if lead is None or second is None:
        return Refusal("pair-is-one-person")
    asked = told["answers"]
    answers = ChangeAsked.objects.get(id=asked, enrollment=doing.enrollment) if asked else None
    return pairs.assign_pair(
        lead=lead,
        second=second,
        from_on=told["from_on"],
        because=told["because"],
        answers=answers,
        **doing.pen,
    )


def _cover(doing: Doing, told: Told) -> Answered:
    absent, covered_by = _user(told, "absent"), _user(told, "covered_by")
    if absent is None or covered_by is None:
        return Refusal("not-of-the-pair")
    return pairs.cover_absence(
        absent=absent,
        covered_by=covered_by,
        first_day=told["first_day"],
        last_day=told["last_day"],
        **doing.pen,
    )


def _close(doing: Doing, told: Told) -> Answered:
    ending = course.Ending(
        medicines=told["medicines"],
        care=told["care"],
        plan=told["plan"],
        letters=tuple(told["letters"]),
        arm_told=told["arm_told"],
        arm_told_on=told["arm_told_on"],
        results_told=told["results_told"],
        results_told_on=told["results_told_on"],
    )
    return course.close(on=told["on"], reason=told["reason"], ending=ending, **doing.pen)


def _attempt(doing: Doing, told: Told) -> Answered:
    return course.record_attempt(
        tried_at=doing.at(told["on"], told["at"]),
        channel=told["channel"],
        outcome=told["outcome"],
        remark=told["remark"],
        **doing.pen,
    )


def _aside(doing: Doing, told: Told) -> Answered:
    return gate_statements.override_condition(
        act=Act.BEGIN_DOSING,
        visit=told["visit"],
        condition=told["condition"],
        reason=told["reason"],
        words=told["words"],
        proof=doing.proof,
        **doing.pen,
    )


_MODELS: Mapping[str, type[VisitHeld | VisitMissed | VisitSkipped]] = {
    "held": VisitHeld,
    "missed": VisitMissed,
    "skipped": VisitSkipped,
}


def _take_back(doing: Doing, told: Told) -> Answered:
    kind, _slash, fact_id = told["told"].partition("/")
    rows = _MODELS[kind]._default_manager.select_related("enrollment__site")
    fact = rows.get(id=fact_id, enrollment=doing.enrollment)
    return visits.take_back(fact=fact, reason=told["reason"], **doing.alone)


def _unask(doing: Doing, told: Told) -> Answered:
    rows = ChangeAsked.objects.select_related("enrollment__site")
    asked = rows.get(id=told["asked"], enrollment=doing.enrollment)
    return pairs.withdraw_ask(asked=asked, **doing.alone)


def _transfer(doing: Doing, told: Told) -> Answered:
    to_site = Site.objects.get(id=told["to_site"])
    return course_changes.transfer(**{**told, "to_site": to_site}, **doing.pen)


SHEETS: Mapping[str, SheetOf] = {
    "enroll": SheetOf(
        "course.enroll",
        _("Enroll"),
        _("Open the course today"),
        forms.EnrollForm,
        lambda doing, told: course.enroll(**doing.pen),
        needs_course=False,
    ),
    "hold": SheetOf("visit.record", _("A visit took place"), _("Record"), forms.HoldForm, _hold),
    "miss": SheetOf(
        "visit.record",
        _("An appointment was not kept"),
        _("Record"),
        forms.MissForm,
        lambda doing, told: visits.miss_visit(**told, **doing.pen),
    ),
    "skip": SheetOf(
        "visit.record",
        _("A visit will not be"),
        _("Record"),
        forms.SkipForm,
        lambda doing, told: visits.skip_visit(**told, **doing.pen),
    ),
    "back": SheetOf(
        "visit.record",
        _("A visit was not as recorded"),
        _("Take it back"),
        forms.TakeBackForm,
        _take_back,
        needs="told",
    ),
    "deviation": SheetOf(
        "visit.record",
        _("Something deviated"),
        _("Record"),
        forms.DeviationForm,
        lambda doing, told: visits.record_deviation(**told, **doing.pen),
    ),
    "book": SheetOf(
        "booking.make", _("Book pair, room and physician"), _("Book it all"), forms.BookForm, _book
    ),
    "cancel": SheetOf(
        "booking.make", _("Cancel a booking"), _("Cancel it"), forms.CancelForm, _cancel
    ),
    "pass": SheetOf(
        "gate.pass",
        _("Begin preparation or a session"),
        _("Ask the gate"),
        forms.PassForm,
        lambda doing, told: gates.pass_gate(act=Act(told["act"]), visit=told["visit"], **doing.pen),
    ),
    "state": SheetOf(
        "gate.state",
        _("State a condition of the session"),
        _("State it"),
        forms.StateForm,
        lambda doing, told: gate_statements.state(**told, **doing.pen),
    ),
    "aside": SheetOf(
        "gate.override", _("Set a condition aside"), _("Sign"), forms.AsideForm, _aside
    ),
    "pair": SheetOf("pair.assign", _("Assign the pair"), _("Assign"), forms.PairForm, _pair),
    "cover": SheetOf("pair.assign", _("Somebody stands in"), _("Record"), forms.CoverForm, _cover),
    "ask": SheetOf(
        "pair.ask",
        _("Ask for another therapist"),
        _("Ask"),
        forms.AskForm,
        lambda doing, told: pairs.ask_change(
            side=told["side"], user=_user(told, "user"), **doing.pen
        ),
    ),
    "unask": SheetOf(
        "pair.ask",
        _("Take back that another therapist was asked for"),
        _("Take it back"),
        forms.UnaskForm,
        _unask,
        needs="asked",
    ),
    "amend": SheetOf(
        "course.enroll",
        _("Another version of the protocol"),
        _("Go on under it"),
        forms.AmendForm,
        lambda doing, told: course_changes.amend(version=int(told["version"]), **doing.pen),
        needs="versions",
        shows="staff/parts/amendments.html",
    ),
    "turn": SheetOf(
        "course.step",
        _("A turn of the course"),
        _("Record"),
        forms.TurnForm,
        lambda doing, told: course.take_turn(**told, **doing.pen),
    ),
    "attempt": SheetOf(
        "course.step", _("A try to reach the person"), _("Record"), forms.AttemptForm, _attempt
    ),
    "transfer": SheetOf(
        "course.step",
        _("The person goes on at another site"),
        _("Transfer"),
        forms.TransferForm,
        _transfer,
        needs="sites",
    ),
    "close": SheetOf("course.step", _("Close the course"), _("Close it"), forms.CloseForm, _close),
}
