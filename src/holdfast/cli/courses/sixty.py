"""Sixty courses at every stage under four protocols, driven through the actions while the clinic is served.

They are at a site of their own. It takes minutes, so the pages do not wait for it: the board of that
site fills while somebody looks. Where it was stopped half-way, what is there stays; ``--again`` begins
anew.
"""

from datetime import UTC, datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password

from holdfast.actions.board import put_off, rebuild
from holdfast.actions.people import house as house_account
from holdfast.cli.courses.clock import run
from holdfast.cli.courses.course import Course
from holdfast.cli.courses.desk import Desk
from holdfast.cli.courses.path import drawn
from holdfast.cli.courses.team import Plan, Setting
from holdfast.cli.demonstration import house
from holdfast.records.people import Site, User
from holdfast.records.seals import make_seal

CODE, NAME = "WREN", "Wrenfield Clinic (demonstration)"
PROTOCOLS = ("mapp2", "mdd-2022", "oehen-2013", "social-anxiety-2023")
COURSES = 60
OLDEST_DAYS, YOUNGEST_DAYS = 480, 4
SET_UP_DAYS = 520


def drive(seed: int) -> int:
    """Drive the sixty from their first calls until now; how many there are, none where there were."""
    if Site.objects.filter(code=CODE).exists():
        return 0
    now = datetime.now(UTC)
    desk = Desk(seed, make_password(house.password()))
    first = next(a for a in house.accounts() if a.role == "administrator")
    administrator = User.objects.get(login=first.login)
    plan = Plan(
        CODE, NAME, "America/Denver", "united-states", PROTOCOLS, pairs=4, physicians=3, rooms=5
    )
    team = Setting(desk, plan, administrator, now - timedelta(days=SET_UP_DAYS)).team()
    step = (OLDEST_DAYS - YOUNGEST_DAYS) / (COURSES - 1)
    courses = []
    for number in range(COURSES):
        key = f"W{number + 1:02d}"
        begins = now - timedelta(days=OLDEST_DAYS - step * number)
        path = drawn(Random(f"{seed}/{key}/path"))  # noqa: S311 (guards nothing)
        protocol = PROTOCOLS[number % len(PROTOCOLS)]
        courses.append(Course(desk, team, key, protocol, begins, number, path).acts())
    with put_off():
        run(courses, now)
    rebuild(now, team.site)
    make_seal(by=house_account(), now=now)
    return COURSES
