"""What a site needs for its sessions beside its courses: numbers signed, and recipients of complaints tested."""

from datetime import datetime, timedelta

from holdfast.actions import limits, people, recipients
from holdfast.actions.people import house
from holdfast.analysis.simulated_site import signed_numbers
from holdfast.cli.courses.desk import Desk, proof
from holdfast.cli.courses.team import Team
from holdfast.definitions import protocols
from holdfast.domain.concerns import Seat
from holdfast.records.concern_keys import Box
from holdfast.records.concern_reads import open_tests, standing_seats
from holdfast.records.people import User

ROLE = "complaint-recipient"


def sign_session_numbers(desk: Desk, team: Team, protocol: str, now: datetime) -> None:
    """A physician signs every number of a dosing session that needs it: made up, as the simulator's."""
    version, by = protocols.load(protocol), team.physicians[0]
    for code, one in sorted(signed_numbers(version).items()):
        told = {"site": team.site, "protocol": version, "code": code}
        told |= {"value": one.value, "unit": one.unit, "proof": proof(by, now)}
        entry_id = desk.entry("session-number", team.site.code, protocol, code)
        desk.act("physician", limits.sign_limit, entry_id=entry_id, by=by, now=now, **told)


def name_recipients(
    desk: Desk, team: Team, administrator: User, phrase: str, now: datetime
) -> None:
    """Two people outside the site are named for complaints, and lock their boxes with a phrase."""
    for seat in (Seat.FIRST, Seat.SECOND):
        login = f"outside-{seat.value}-{team.site.code.lower()}"
        name = (team.site.code, "recipient", seat.value)
        told = {"by": administrator, "now": now}
        desk.act(
            "administrator",
            people.create_user,
            login=login,
            printed_name=f"{seat.value.title()} Outside Invented",
            password_hash=desk.password_hash,
            entry_id=desk.entry(*name, "account"),
            **told,
        )
        user = User.objects.get(login=login)
        given = {"user": user, "site": team.site, "role": ROLE, "valid_from": now}
        given |= {"entry_id": desk.entry(*name, "role")}
        desk.act("administrator", people.assign_role, **given, **told)
        contact = {"name": "Nobody Invented", "email": f"{login}@example.org", "phone": ""}
        desk.act(
            "site-lead",
            recipients.name_recipient,
            site=team.site,
            seat=seat.value,
            user=user,
            texts=False,
            entry_id=desk.entry(*name, "named"),
            by=team.lead,
            now=now,
            **contact,
        )
        box = Box.new()
        locked = {"box": box, "locked": box.lock(phrase), "entry_id": desk.entry(*name, "box")}
        desk.act(ROLE, recipients.make_box, site=team.site, by=user, now=now, **locked)


def prove_recipients(desk: Desk, team: Team, now: datetime) -> None:
    """Each recipient answers a test, as the site must have seen lately."""
    for seat, row in sorted(standing_seats(team.site).items()):
        name = (team.site.code, "recipient-test", seat.value, now.isoformat())
        begun = {"seat": row, "entry_id": desk.entry(*name), "by": house(), "now": now}
        desk.act("the watch", recipients.begin_recipient_test, **begun)
        for number, test in enumerate(open_tests(row)):
            told = {"test": test, "entry_id": desk.entry(*name, str(number)), "by": row.user}
            at = now + timedelta(minutes=2)
            desk.act(ROLE, recipients.answer_recipient_test, now=at, **told)
