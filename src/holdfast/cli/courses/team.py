"""A site with everybody and everything that its courses need, set up through the actions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from holdfast.actions import authority, limits, paging, people, rooms, rosters
from holdfast.actions.authority import ApprovalTold
from holdfast.actions.consent_documents import put_consent_in_force
from holdfast.cli.courses.applicants import invented_limits
from holdfast.cli.courses.desk import Desk, proof
from holdfast.definitions import consent, interactions, jurisdictions, protocols
from holdfast.domain.authority import Act, ApprovalKind, Scope
from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.rota import Post
from holdfast.records.duty import DutyPage
from holdfast.records.people import Site, User
from holdfast.records.rooms import Room

NEEDED = (Act.DOSING, Act.PRESCRIBING, Act.LEADING_SESSION, Act.ASSISTING_SESSION)
PRODUCT = "mdma-40-mg"
CONSIDER_HOURS = 24
ANSWERED_WITHIN, HOLDS_FOR = "11", "555"  # minutes; repeated digits: nobody's advice
DOCUMENT = sha256(b"an invented document").hexdigest()
# What a site says itself in a consent. Invented.
LOCAL = {
    "people": "About one hundred people take part.",
    "injury": "The clinic treats you and pays for it.",
    "costs": "It costs you nothing. You get your travel back.",
    "contact": "Ask at the desk, at any hour.",
    "committee": "The committee of the region; the desk has its number.",
}


@dataclass(frozen=True)
class Plan:
    """What a site is to be: its law, its protocols, and how many pairs, physicians and rooms."""

    code: str
    name: str
    zone: str
    jurisdiction: str
    protocols: tuple[str, ...]
    pairs: int = 2
    physicians: int = 1
    rooms: int = 2


@dataclass
class Team:
    """Who works at a site, by role; every pair is a licensed lead and a second therapist."""

    site: Site
    zone: ZoneInfo
    jurisdiction: str
    protocols: Sequence[str]
    coordinator: User
    lead: User
    pharmacist: User
    rater: User
    physicians: Sequence[User]
    pairs: Sequence[tuple[User, User]]
    rooms: Sequence[Room]
    taken: set[tuple[UUID, date, int]] = field(default_factory=set)  # who or what, day and hour
    reached: set[date] = field(default_factory=set)  # days on which the physician on call answered

    def today(self, now: datetime) -> date:
        """The site's own date."""
        return now.astimezone(self.zone).date()

    def at(self, day: date, minute: int) -> datetime:
        """A moment of a day of the site, in minutes after its midnight by the clock."""
        return datetime.combine(day, time(minute // 60, minute % 60), self.zone)


class Setting:
    """Sets one site up at a moment; everything by whom it is for to do."""

    def __init__(self, desk: Desk, plan: Plan, administrator: User, now: datetime) -> None:
        self.desk = desk
        self.plan = plan
        self.administrator = administrator
        self.now = now

    def team(self) -> Team:
        """Open the site and everything that it needs."""
        plan, accounts = self.plan, self._accounts()
        physicians = [accounts[f"physician-{n}"] for n in range(1, plan.physicians + 1)]
        pairs = [
            (accounts[f"therapist-{n}-a"], accounts[f"therapist-{n}-b"])
            for n in range(1, plan.pairs + 1)
        ]
        team = Team(
            site=self.site,
            zone=ZoneInfo(plan.zone),
            jurisdiction=plan.jurisdiction,
            protocols=plan.protocols,
            coordinator=accounts["coordinator"],
            lead=accounts["site-lead"],
            pharmacist=accounts["pharmacist"],
            rater=accounts["rater"],
            physicians=physicians,
            pairs=pairs,
            rooms=self._rooms(accounts["site-lead"]),
        )
        self.furnish(team)
        return team

    def furnish(self, team: Team) -> None:
        """Law, approvals, numbers, consents and duty of a site that has its people."""
        self._law(team)
        self._numbers(team)
        self._consents(team)
        self._duty(team)

    def _accounts(self) -> dict[str, User]:
        plan = self.plan
        self._do("administrator", people.create_site, "site", self.administrator,
                 code=plan.code, name=plan.name, zone=plan.zone)  # fmt: skip
        self.site = Site.objects.get(code=plan.code)
        roles = {"coordinator": "coordinator", "site-lead": "site-lead", "rater": "rater"}
        roles["pharmacist"] = "pharmacist"
        roles |= {f"physician-{n}": "physician" for n in range(1, plan.physicians + 1)}
        for n in range(1, plan.pairs + 1):
            roles |= {f"therapist-{n}-a": "therapist", f"therapist-{n}-b": "therapist"}
        return {name: self._account(name, role) for name, role in roles.items()}

    def _account(self, name: str, role: str) -> User:
        login = f"{name}-{self.plan.code.lower()}"
        made = {"login": login, "printed_name": f"{name.title()} Invented"}
        self._do("administrator", people.create_user, f"account/{name}", self.administrator,
                 password_hash=self.desk.password_hash, **made)  # fmt: skip
        user = User.objects.get(login=login)
        given = {"user": user, "site": self.site, "role": role, "valid_from": self.now}
        by = self.administrator
        self._do("administrator", people.assign_role, f"role/{name}", by, **given)
        return user

    def _rooms(self, by: User) -> list[Room]:
        for n in range(1, self.plan.rooms + 1):
            told = {"site": self.site, "code": f"room-{n}", "title": f"Room {n}"}
            self._do("site-lead", rooms.add_room, f"room/{n}", by, **told)
        return list(Room.objects.filter(site=self.site).order_by("code"))

    def _law(self, team: Team) -> None:
        by, law = team.physicians[0], jurisdictions.load(self.plan.jurisdiction)
        self._signed(by, authority.set_jurisdiction, "law", site=self.site, jurisdiction=law.code)
        for kind in law.required:
            if Scope.PATIENT not in kind.scope and set(kind.acts) & set(NEEDED):
                for number, told in enumerate(self._approvals(team, kind)):
                    name = f"approval/{kind.code}/{number}"
                    self._signed(by, authority.record_approval, name, site=self.site, told=told)

    def _approvals(self, team: Team, kind: ApprovalKind) -> Iterable[ApprovalTold]:
        """What a site holds of one kind: for every protocol and person that it has to name."""
        seats = {Act.LEADING_SESSION: 0, Act.ASSISTING_SESSION: 1}
        holders: dict[User, set[Act]] = {}
        for act in set(kind.acts) & set(seats):
            for pair in team.pairs:
                holders.setdefault(pair[seats[act]], set()).add(act)
        if not holders:
            each_holds = Scope.PERSON in kind.scope and Act.PRESCRIBING in kind.acts
            holders = {user: set() for user in team.physicians[: None if each_holds else 1]}
        for holder, acts in holders.items():
            for protocol in self._protocols() if Scope.PROTOCOL in kind.scope else [None]:
                yield approval_told(kind, protocol, holder, tuple(sorted(acts)), self.now)

    def _numbers(self, team: Team) -> None:
        by, invented = team.physicians[0], invented_limits()
        for protocol in self._protocols():
            numbers = {**interactions.load().limits, **protocol.limits}
            for code, limit in sorted(numbers.items()):
                value = invented.get(code) if limit.value is None else limit.value
                if limit.needs_signature and value is not None:
                    told = {"site": self.site, "protocol": protocol, "code": code}
                    told |= {"value": value, "unit": limit.unit}
                    self._signed(by, limits.sign_limit, f"limit/{protocol.name}/{code}", **told)

    def _consents(self, team: Team) -> None:
        for protocol in self._protocols():
            document = consent.of_protocol(protocol.name)[-1]
            local = {code: LOCAL[code] for code in document.local_for(protocol)}
            told = {"site": self.site, "protocol": protocol, "document": document, "local": local}
            told |= {"consider_hours": CONSIDER_HOURS, "signed_figures": ()}
            name = f"consent/{protocol.name}"
            self._signed(team.physicians[0], put_consent_in_force, name, **told)

    def _duty(self, team: Team) -> None:
        for code, minutes in (("page-answered-within", ANSWERED_WITHIN), ("answer-holds-for", HOLDS_FOR)):  # fmt: skip
            told = {"site": self.site, "code": code, "value": Decimal(minutes), "unit": "min"}
            self._signed(team.lead, rosters.sign_time, f"time/{code}", **told)
        posts = ((Post.PHYSICIAN, team.physicians[0]), (Post.FIRST, team.coordinator))
        for post, user in posts:
            told = {"site": self.site, "user": user, "post": post.value}
            told |= {"first_day": team.today(self.now), "last_day": None, "weekdays": range(1, 8)}
            told |= {"begins": time(0), "ends": time(0)}
            self._do("coordinator", rosters.roster_hours, f"hours/{post}", team.coordinator, **told)

    def _protocols(self) -> list[ProtocolVersion]:
        return [protocols.load(name) for name in self.plan.protocols]

    def _signed(self, by: User, action: Any, entry: str, /, **told: Any) -> None:
        role = "physician" if action is not rosters.sign_time else "site-lead"
        self._do(role, action, entry, by, proof=proof(by, self.now), **told)

    def _do(self, role: str, action: Any, entry: str, by: User, /, **told: Any) -> None:
        entry_id = self.desk.entry("team", self.plan.code, entry)
        self.desk.act(role, action, entry_id=entry_id, by=by, now=self.now, **told)


def approval_told(
    kind: ApprovalKind,
    protocol: ProtocolVersion | None,
    holder: User,
    permits: tuple[Act, ...],
    now: datetime,
    enrollment: Any = None,
) -> ApprovalTold:
    """An invented approval that names exactly what its kind must name, and has no end."""
    scope = set(kind.scope)
    name = protocol.name if protocol else ""
    return ApprovalTold(
        kind=kind.code,
        starts_on=now.date() - timedelta(days=400),
        is_open_ended=True,
        protocol=(name, protocol.version) if protocol and Scope.PROTOCOL in scope else None,
        consent_version=consent_version(name) if Scope.CONSENT in scope else None,
        product=PRODUCT if Scope.PRODUCT in scope else None,
        holder=holder if Scope.PERSON in scope else None,
        enrollment=enrollment,
        permits=permits if Scope.ACT in scope else (),
        number=f"{kind.code.upper()}-INVENTED",
        document_sha256=DOCUMENT,
    )


def consent_version(protocol: str) -> str:
    """How an approval names the newest consent document of a protocol."""
    document = consent.of_protocol(protocol)[-1]
    return f"{document.code}-{document.version}"


def reach(desk: Desk, team: Team, now: datetime) -> None:
    """The physician on call is paged, once on a day of sessions, and answers."""
    if team.today(now) in team.reached:
        return
    team.reached.add(team.today(now))
    by, name = team.physicians[0], f"{team.site.code}/{now.isoformat()}"
    told = {"site": team.site, "post": Post.PHYSICIAN.value, "reason": "are-you-reachable"}
    paged = desk.entry("paged", name)
    desk.act("coordinator", paging.page_duty, entry_id=paged, by=team.coordinator, now=now, **told)
    page = DutyPage.objects.filter(site=team.site).latest("position")
    answered = {"page": page, "done": "reachable", "entry_id": desk.entry("answered", name)}
    at = now + timedelta(minutes=1)
    desk.act("physician", paging.answer_page, by=by, now=at, **answered)
