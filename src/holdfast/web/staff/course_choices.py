"""What can be chosen about one course: its visits and bookings, who works here, and the rooms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from holdfast.actions.judging import local_date
from holdfast.definitions.gates import load as load_gates
from holdfast.domain.course import CourseNow, Held
from holdfast.domain.schedule import VisitKind
from holdfast.records.access import printed_name, roles_of, staff_at
from holdfast.records.bookings import ChangeAsked
from holdfast.records.care import Enrollment
from holdfast.records.course import VisitHeld, VisitMissed, VisitSkipped
from holdfast.records.courses import standing
from holdfast.records.people import Site, User
from holdfast.records.rooms import Room
from holdfast.web.staff.board_words import clock_short, day_short
from holdfast.web.staff.course_amend import later_versions

Listed = Sequence[tuple[str, str]]
TOLD: Sequence[tuple[str, Any, Any]] = (
    ("held", VisitHeld, _lazy("held")),
    ("missed", VisitMissed, _lazy("not kept")),
    ("skipped", VisitSkipped, _lazy("will not be")),
)


@dataclass(frozen=True)
class Choices:
    """The lists from which the forms about a course choose; a code and its words each."""

    visits: Listed
    to_hold: Listed  # and what a hand-over began and nobody ended
    bookings: Listed
    staff: Listed
    therapists: Listed
    physicians: Listed
    pair: Listed
    rooms: Listed
    stages: Listed
    asked: Listed
    stated: Listed
    told: Listed
    every_visit: Listed
    of_arms: Listed
    sites: Listed
    versions: Listed


def _is_begun(held: Held) -> bool:
    return held.ended_at is None and held.kind == VisitKind.INTEGRATION.value


def choices_of(
    enrollment: Enrollment, course: CourseNow | None, by: User, now: datetime
) -> Choices:
    """Everything that can be chosen; of what one states, what one's roles state."""
    site, study = enrollment.site, enrollment.protocol_name
    held = {user.id: (user, roles_of(user, site, now, study)) for user in staff_at(site, now)}
    names = {each: printed_name(user) for each, (user, _roles) in held.items()}
    visits = [v for v in course.visits if v.code not in course.actual] if course else []
    begun = {held.visit for held in course.held if _is_begun(held)} if course else set()
    pair = course.present_on(local_date(site, now)) if course else None
    in_pair = [UUID(hex=each) for each in sorted(pair.people)] if pair else []
    asked = standing(ChangeAsked, [enrollment.id])
    mine = set(roles_of(by, site, now, study))
    gates = load_gates()
    titles = {v.code: v.title for v in course.schedule.visits} if course else {}

    def holding(*roles: str) -> Listed:
        return [(str(i), names[i]) for i, (_user, own) in held.items() if set(own) & set(roles)]

    rooms = Room.objects.filter(site=site, corrected_by=None, is_withdrawn=False)
    return Choices(
        visits=[(v.code, v.title) for v in visits],
        to_hold=[
            (v.code, v.title)
            for v in (course.visits if course else ())
            if v in visits or v.code in begun
        ],
        bookings=[
            (
                str(UUID(hex=b.id)),
                f"{titles.get(b.visit, b.visit)}, {clock_short(b.slot.starts.isoformat())}",
            )
            for b in (course.bookings if course else ())
        ],
        staff=[(str(i), name) for i, name in names.items()],
        therapists=holding("therapist", "physician"),
        physicians=holding("physician"),
        pair=[(str(i), names.get(i, "")) for i in in_pair],
        rooms=[(str(room.id), room.title) for room in rooms.order_by("code")],
        stages=[(stage.code, stage.title) for stage in course.schedule.stages] if course else [],
        asked=[
            (str(row.id), day_short(row.asked_at.date()))
            for row in asked
            if not row.answered_by.exists()
        ],
        stated=[
            (code, gates.conditions[code].wording)
            for code, how in gates.stated.items()
            if mine & set(how.by)
        ],
        told=_told(enrollment, titles) if course else [],
        every_visit=[(v.code, v.title) for v in course.visits] if course else [],
        of_arms=[(v.code, v.title) for v in course.schedule.visits if v.arms] if course else [],
        sites=[(str(each.id), each.name) for each in Site.objects.exclude(id=site.id)],
        versions=[
            (str(each.version), _("version %(n)s") % {"n": each.version})
            for each in (later_versions(course) if course else ())
        ],
    )


def _told(enrollment: Enrollment, titles: dict[str, str]) -> Listed:
    """What was recorded of visits and stands: held, missed, skipped, the latest first."""
    found: list[tuple[str, str]] = []
    for kind, model, words in TOLD:
        for row in reversed(standing(model, [enrollment.id])):
            day = day_short(row.on) if hasattr(row, "on") else ""
            title = titles.get(row.visit, row.visit) or _("Visit outside the plan")
            said = [title, str(words), *([day] if day else [])]
            found.append((f"{kind}/{row.id}", ", ".join(said)))
    return found
