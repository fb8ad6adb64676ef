"""Clinics full of courses: founded, staffed and driven by the seed, site after site, in one clock."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password

from holdfast.actions.board import put_off, rebuild
from holdfast.actions.people import found_organisation, house
from holdfast.cli.courses.clock import Acts, run
from holdfast.cli.courses.course import Course
from holdfast.cli.courses.desk import Desk
from holdfast.cli.courses.path import STRAIGHT, Path, drawn
from holdfast.cli.courses.team import Plan, Setting, Team
from holdfast.records.people import User
from holdfast.records.seals import make_seal

ZONES = ("America/Denver", "America/New_York", "America/Los_Angeles", "America/Chicago")
PROTOCOLS = ("mapp2", "mdd-2022", "oehen-2013", "social-anxiety-2023")
LONGEST_DAYS = 730
# How long before the end the first call of a course was, in days, and how many in a hundred.
AGES = ((30, (4, 13)), (50, (13, 26)), (15, (26, 90)), (5, (90, 700)))


@dataclass(frozen=True)
class Wanted:
    """How much there is to be, and until when: the same seed and moment give the same."""

    sites: int
    enrollments: int
    seed: int
    until: datetime

    @property
    def begins(self) -> datetime:
        """When the organisation was founded."""
        return self.until - timedelta(days=LONGEST_DAYS)


class Clinics:
    """Every site of an organisation, and everybody who called there."""

    def __init__(self, wanted: Wanted, password_hash: str) -> None:
        self.wanted = wanted
        self.desk = Desk(wanted.seed, password_hash)

    def fill(self, told: Callable[[str], None]) -> None:
        """Found everything in an empty record, and let it live until the last moment.

        Site by site: no site waits for another, and each is a batch that is told when it is whole.
        """
        administrator = self._founded()
        with put_off():
            for number in range(self.wanted.sites):
                team = self._team(number, administrator)
                keys = range(number, self.wanted.enrollments, self.wanted.sites)
                run(self._courses(team, keys), self.wanted.until)
                told(
                    f"{team.site.code}: {len(keys)} people. {self.desk.counts.total()} acts so far."
                )
        told(f"{rebuild(self.wanted.until)} courses put on the board.")
        make_seal(by=house(), now=self.wanted.until)

    def _founded(self) -> User:
        self.desk.act(
            "administrator",
            found_organisation,
            login="administrator",
            printed_name="Addison Invented",
            password_hash=self.desk.password_hash,
            entry_id=self.desk.entry("founded"),
            now=self.wanted.begins,
        )
        return User.objects.get(login="administrator")

    def _team(self, number: int, administrator: User) -> Team:
        code = f"SITE-{number + 1:02d}"
        plan = Plan(
            code=code,
            name=f"Invented clinic {number + 1}",
            zone=ZONES[number % len(ZONES)],
            jurisdiction="united-states",
            protocols=(PROTOCOLS[number % 4], PROTOCOLS[(number + 1) % 4]),
            pairs=4,
            physicians=3,
            rooms=6,
        )
        at = self.wanted.begins + timedelta(days=1)
        return Setting(self.desk, plan, administrator, at).team()

    def _courses(self, team: Team, numbers: Sequence[int]) -> Iterator[Acts]:
        for number in numbers:
            key = f"P{number + 1:05d}"
            chance = Random(f"{self.wanted.seed}/{key}/path")  # noqa: S311 (guards nothing)
            begins = self.wanted.until - timedelta(days=age(chance))
            path = drawn(chance, is_brief=True)
            protocol = chance.choice(team.protocols)
            yield Course(self.desk, team, key, protocol, begins, number, path).acts()


def age(chance: Random) -> float:
    """How many days before the end somebody first called."""
    weights = [weight for weight, _ in AGES]
    _, (least, most) = chance.choices(AGES, weights)[0]
    return chance.uniform(least, most)


def until_today() -> datetime:
    """Noon of today, in UTC: a day gives the same all day long."""
    return datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


# Protocols that only one law knows of; every other is done under the law of the United States.
LAWS = {"swiss-limited-medical-use": "switzerland", "tga-authorised-prescriber": "victoria"}


def alone(protocol: str, seed: int, begins: datetime, path: Path = STRAIGHT) -> Course:
    """One course at a site of its own, in an empty record; nothing of it has happened yet."""
    desk = Desk(seed, make_password(None))
    founded = begins - timedelta(days=2)
    desk.act(
        "administrator",
        found_organisation,
        login="administrator",
        printed_name="Addison Invented",
        password_hash=desk.password_hash,
        entry_id=desk.entry("founded"),
        now=founded,
    )
    administrator = User.objects.get(login="administrator")
    law = LAWS.get(protocol, "united-states")
    plan = Plan("ALONE", "Invented clinic", "America/Denver", law, (protocol,))
    team = Setting(desk, plan, administrator, founded).team()
    desk.counts.clear()  # what follows is the course
    return Course(desk, team, "P1", protocol, begins, 0, path)
