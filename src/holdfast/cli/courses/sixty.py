"""Sixty courses at every stage under four protocols, driven through the actions while the clinic is served.

They are at a site of their own, as are three more people whose dosing session is under way. It takes minutes, so the pages do not wait for it: the board of that
site fills while somebody looks. Where it was stopped half-way, what is there stays; ``--again`` begins
anew.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password

from holdfast.actions.board import put_off, rebuild
from holdfast.actions.people import house as house_account
from holdfast.cli.courses import furnished
from holdfast.cli.courses.clock import run
from holdfast.cli.courses.course import Course
from holdfast.cli.courses.desk import Desk
from holdfast.cli.courses.path import drawn
from holdfast.cli.courses.team import Plan, Setting, Team
from holdfast.cli.courses.three import (
    PROTOCOL,
    before_their_session,
    begin,
    recipients_answer,
)
from holdfast.cli.demonstration import house, life
from holdfast.records.people import Site, User
from holdfast.records.seals import make_seal

CODE, NAME = "WREN", "Wrenfield Clinic (demonstration)"
PROTOCOLS = ("mapp2", "mdd-2022", "oehen-2013", "social-anxiety-2023")
COURSES = 60
PAIRS, PHYSICIANS, ROOMS = 4, 3, 5
IN_SESSION = 3  # pairs, physicians and rooms of the sessions that are under way
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
        CODE,
        NAME,
        "America/Denver",
        "united-states",
        PROTOCOLS,
        pairs=PAIRS + IN_SESSION,
        physicians=PHYSICIANS + IN_SESSION,
        rooms=ROOMS + IN_SESSION,
    )
    began = now - timedelta(days=SET_UP_DAYS)
    everybody = Setting(desk, plan, administrator, began).team()
    furnished.sign_session_numbers(desk, everybody, PROTOCOL, began)
    furnished.name_recipients(desk, everybody, administrator, life.box_phrase(), began)
    team, sitting = _apart(everybody)
    three = before_their_session(desk, sitting, now)
    step = (OLDEST_DAYS - YOUNGEST_DAYS) / (COURSES - 1)
    courses = []
    for number in range(COURSES):
        key = f"W{number + 1:02d}"
        begins = now - timedelta(days=OLDEST_DAYS - step * number)
        path = drawn(Random(f"{seed}/{key}/path"))  # noqa: S311 (guards nothing)
        protocol = PROTOCOLS[number % len(PROTOCOLS)]
        courses.append(Course(desk, team, key, protocol, begins, number, path).acts())
    with put_off():
        begun = [recipients_answer(desk, sitting, now), *(one.acts() for one in three)]
        run([*courses, *begun], now)
    rebuild(now, team.site)
    begin(three)
    make_seal(by=house_account(), now=datetime.now(UTC))
    return COURSES


def _apart(everybody: Team) -> tuple[Team, Team]:
    """Who works with the sixty, and who sits in the sessions: nobody is in two places at once."""
    usual = replace(
        everybody,
        pairs=everybody.pairs[:PAIRS],
        physicians=everybody.physicians[:PHYSICIANS],
        rooms=everybody.rooms[:ROOMS],
    )
    # The physician on call stays the first: it is they who are asked whether they are reachable.
    sitting = replace(
        everybody,
        pairs=everybody.pairs[PAIRS:],
        physicians=[everybody.physicians[0], *everybody.physicians[PHYSICIANS:]],
        rooms=everybody.rooms[ROOMS:],
    )
    return usual, sitting
