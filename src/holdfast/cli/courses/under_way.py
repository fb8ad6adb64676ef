"""A course that stands before its first dosing session today, and the morning of that session."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from holdfast.actions.bookings import Reserved, book
from holdfast.actions.session_opening import open_session
from holdfast.cli.courses import clinical, session
from holdfast.cli.courses.consenting import agreements
from holdfast.cli.courses.course import Course
from holdfast.cli.courses.desk import Desk, made_id
from holdfast.cli.courses.path import Path
from holdfast.cli.courses.slots import minutes_of, staff_of
from holdfast.cli.courses.team import Team
from holdfast.domain.schedule import VisitKind
from holdfast.domain.visits import PlannedVisit
from holdfast.records.session import DosingSession

DAYS_BEFORE = 36  # from the first call to the session
DECLINED = frozenset({"feet", "hug", "training"})
OPENED_BEFORE = timedelta(minutes=session.EARLY)


class UnderWay(Course):
    """A course as far as its first dosing session, and that session's morning in a room of its own."""

    planned: PlannedVisit

    def __init__(
        self, desk: Desk, team: Team, key: str, protocol: str, dose_at: datetime, number: int
    ) -> None:
        begins = dose_at - timedelta(days=DAYS_BEFORE)
        super().__init__(desk, team, key, protocol, begins, number, Path(is_brief=True))
        self.dose_at = dose_at
        self.physician = team.physicians[1 + number]
        self.room = team.rooms[number]

    def allows(self, choice: str) -> bool:
        """Everything that the session does, and not all that it might."""
        return choice not in DECLINED

    def acts(self) -> Iterator[datetime]:
        """Everything up to the morning of the session, its gate passed."""
        yield from super().acts()
        yield from self._morning(self.dose_at)

    def _visits(self) -> Iterator[datetime]:
        while True:
            planned = self._next()
            assert planned is not None  # a course without a dosing session is not begun here
            if planned.visit.kind is VisitKind.DOSING:
                self.planned = planned
                return
            yield from self._visit(planned)

    def _morning(self, dose_at: datetime) -> Iterator[datetime]:
        """Everything from the booking to the open session, in time for a dose at a moment."""
        opened_at = dose_at - OPENED_BEFORE
        yield from self.until(opened_at - timedelta(minutes=30))
        agreements(self)
        clinical.ready(self, self.planned.visit)
        self.confirm()
        visit = self.planned.visit
        told = Reserved(
            visit=visit.code,
            starts=opened_at.astimezone(self.team.zone).replace(tzinfo=None),
            minutes=minutes_of(visit) + session.EARLY,
            place=visit.place.value,
            room=self.room,
            **staff_of(self, visit),
        )
        by, row = self.team.coordinator, self.enrollment
        self.do("coordinator", by, book, enrollment=row, wanted=told, replaces=None)
        yield from session.begun(
            self, self.planned, opened_at + OPENED_BEFORE - timedelta(minutes=3)
        )

    def opened(self) -> DosingSession:
        """The session, opened by the lead."""
        told = {"enrollment": self.enrollment, "visit": self.planned.visit.code, "room": self.room}
        receipt = self.do("therapist", self.lead, open_session, **told)
        rows = DosingSession.objects.select_related("enrollment__site", "site", "closing", "passed")
        return rows.get(id=made_id(receipt, "records_dosingsession"))
