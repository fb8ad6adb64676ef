"""One course, from the first call on: who does what, when, through the product's own actions."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from holdfast.actions import answers as answering
from holdfast.actions import authority, calls, verdicts
from holdfast.actions.care_entries import record_care
from holdfast.actions.judging import latest_verdict
from holdfast.actions.outcomes import Receipt
from holdfast.cli.courses.applicants import answers, applicant
from holdfast.cli.courses.desk import Desk, entry_of, proof
from holdfast.cli.courses.path import STRAIGHT, Path
from holdfast.cli.courses.team import Team, approval_told
from holdfast.definitions import calls as scripts
from holdfast.definitions import jurisdictions, protocols
from holdfast.domain.authority import Scope
from holdfast.domain.calls import FirstContact
from holdfast.domain.course import CourseNow
from holdfast.records.care import Confirmation, Enrollment
from holdfast.records.people import User

AT_A_TIME = 40  # answers of one conversation


class Journey:
    """What befalls one invented person at a site. ``begins`` is the moment of the first call.

    The acts of a journey are an iterator: each step says when the next act is to be, and does it
    when it is asked again.
    """

    def __init__(
        self,
        desk: Desk,
        team: Team,
        key: str,
        protocol: str,
        begins: datetime,
        number: int,
        path: Path = STRAIGHT,
    ) -> None:
        self.desk = desk
        self.team = team
        self.key = key
        self.protocol = protocols.load(protocol)
        self.now = begins.astimezone(UTC)
        self.path = path
        self.chance = Random(f"{desk.seed}/{key}")  # noqa: S311 (guards nothing)
        self.lead, self.second = team.pairs[number % len(team.pairs)]
        self.physician = team.physicians[number % len(team.physicians)]
        self.person = applicant(self.chance, key, self.today)
        self.account: User | None = None
        self.is_postponed = False
        self.turns = 0
        self._course: CourseNow | None = None
        self._enrollment: Enrollment | None = None

    @property
    def today(self) -> date:
        """The site's own day."""
        return self.team.today(self.now)

    @property
    def enrollment(self) -> Enrollment:
        """The person's enrollment, once they called."""
        if self._enrollment is None:
            made = uuid5(self.desk.entry(self.key, "call"), "enrollment")
            rows = Enrollment.objects.select_related("site", "person")
            self._enrollment = rows.get(id=made)
        return self._enrollment

    @property
    def course(self) -> CourseNow:
        """The course as this journey made it, once it is open: read from nothing but its own acts."""
        assert self._course is not None
        return self._course

    @course.setter
    def course(self, now_is: CourseNow) -> None:
        self._course = now_is

    @property
    def by_self(self) -> User:
        """The person in their own account, once there is one."""
        assert self.account is not None
        return self.account

    def entry(self) -> UUID:
        """The id of the next entry of this course."""
        self.turns += 1
        return self.desk.entry(self.key, str(self.turns))

    def later(self, **passed: float) -> Iterator[datetime]:
        """Wait, and be at the later moment."""
        self.now += timedelta(**passed)
        yield self.now

    def on(self, day: date, minute: int) -> Iterator[datetime]:
        """Wait for a minute of a day of the site; not at all where it is past."""
        self.now = max(self.now + timedelta(minutes=1), self.team.at(day, minute).astimezone(UTC))
        yield self.now

    def until(self, at: datetime) -> Iterator[datetime]:
        """Wait for a moment; not at all where it is past."""
        self.now = max(self.now + timedelta(minutes=1), at.astimezone(UTC))
        yield self.now

    def do(self, role: str, by: User, action: Callable[..., Any], /, **told: Any) -> Receipt:
        """Do an act now."""
        return self.desk.act(role, action, entry_id=self.entry(), by=by, now=self.now, **told)

    def sign(self, role: str, by: User, action: Callable[..., Any], /, **told: Any) -> Receipt:
        """Do an act that is signed."""
        return self.do(role, by, action, proof=proof(by, self.now), **told)

    def note(self, role: str, by: User, action: Callable[..., Any], /, **told: Any) -> Receipt:
        """Write a clinical record."""
        entry = entry_of(self.enrollment, self.entry(), by, self.now)
        return self.desk.act(role, action, entry=entry, **told)

    def care(self, role: str, by: User, which: str, /, **told: Any) -> Receipt:
        """Write one entry of a kind of the clinical record."""
        return self.note(role, by, record_care, kind=which, told=told)

    def allows(self, _choice: str) -> bool:
        """Whether the person agrees, in preparation, to one thing that may happen under the drug."""
        return self.chance.random() < 0.6

    def referral(self) -> Iterator[datetime]:
        """The first call, what is asked and seen, the verdict, and the physician's signature."""
        yield self.now
        self._call()
        yield from self.later(days=1, minutes=self.chance.randrange(120))
        self._asked("coordinator", self.team.coordinator, told=True)
        yield from self.later(days=self.chance.randrange(1, 8))
        self._asked("physician", self.physician, told=False)
        yield from self.later(days=1)
        self.confirm()

    def _call(self) -> None:
        told = {
            "site": self.team.site,
            "protocol": self.protocol,
            "script": scripts.load(self.protocol.name),
            "contact": FirstContact("call", "en", "safe", True, ("telephone",), True),
            "identity": self.person.identity,
            "sex": self.person.sex,
            "source": "self",
            "decided": {},
            "entry_id": self.desk.entry(self.key, "call"),
        }
        by = self.team.coordinator
        self.desk.act("coordinator", calls.open_call, by=by, now=self.now, **told)

    def _asked(self, role: str, by: User, *, told: bool) -> None:
        given = answers(self.protocol, self.person.sex, self.today, told=told)
        for begin in range(0, len(given), AT_A_TIME):
            several = given[begin : begin + AT_A_TIME]
            record = answering.record_answers
            self.do(role, by, record, enrollment=self.enrollment, answers=several)

    def confirm(self) -> None:
        """Judge on this day and sign what is found; nothing where it stands signed already."""
        by, row = self.physician, self.enrollment
        verdicts.judge(enrollment=row, as_of=self.today, by=by, now=self.now, because="date")
        verdict = latest_verdict(row.id)
        assert verdict is not None  # the answers were judged as they came
        if not Confirmation.objects.filter(verdict=verdict).exists():
            self.sign("physician", by, verdicts.confirm_verdict, verdict=verdict)

    def permitted(self) -> None:
        """The approvals that name this very person, where the law asks for such."""
        by, row = self.physician, self.enrollment
        for kind in jurisdictions.load(self.team.jurisdiction).required:
            if Scope.PATIENT in kind.scope:
                told = approval_told(kind, self.protocol, by, (), self.now, row)
                record = authority.record_approval
                self.sign("physician", by, record, site=self.team.site, told=told)

    def contact(self) -> None:
        """Somebody who can be reached, named by the person."""
        told: dict[str, Any] = {
            "relation": self.chance.choice(("partner", "family", "friend")),
            "may_call": True,
        }
        told |= {"asked_on": self.today, "name": "Nobody Invented", "number": "555 0100"}
        self.care("coordinator", self.team.coordinator, "contact", **told)
