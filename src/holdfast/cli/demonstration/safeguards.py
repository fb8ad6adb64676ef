"""What guards the demonstration: tested outside recipients, a room's device, emergency openings, reviews."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from hashlib import sha256
from secrets import token_bytes
from uuid import UUID

from holdfast.actions import glass, operational_times, paging, recipients, rooms
from holdfast.actions.people import house
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.cli.demonstration import life
from holdfast.cli.demonstration.steps import Stage, Step, done
from holdfast.domain.concerns import Seat
from holdfast.records.care import Enrollment
from holdfast.records.concern_keys import Box
from holdfast.records.concern_reads import open_tests, standing_seats
from holdfast.records.duty import DutyPage
from holdfast.records.glass import GlassOpening
from holdfast.records.people import User
from holdfast.records.rooms import Room

SET_UP_DAYS_AGO = 53
TESTED_MINUTES_AGO = 45


def steps(clinic: Stage) -> Iterator[Step]:
    """Every step; the recipients are tested on the day itself."""
    at = clinic.now - timedelta(days=SET_UP_DAYS_AGO)
    for number, holder in enumerate(life.recipients()):
        yield clinic.step(at + timedelta(minutes=number), partial(_recipient, clinic, holder))
        tested = clinic.now - timedelta(minutes=TESTED_MINUTES_AGO)
        yield clinic.step(tested, partial(_tested, clinic, holder))
    for room in life.rooms():
        yield clinic.step(at + timedelta(minutes=10), partial(_room, clinic, room))
    for signed in life.operational_times():
        yield clinic.step(at + timedelta(minutes=15), partial(_time, clinic, signed))
    for opened in life.openings():
        began = clinic.office_hour(opened.site, opened.days_ago, "glass", opened.key)
        yield clinic.step(began, partial(_opening, clinic, opened))
        yield clinic.step(began + timedelta(minutes=4), partial(_seen, clinic, opened))
        if opened.verdict:
            yield clinic.step(began + timedelta(hours=20), partial(_reviewed, clinic, opened))


def _recipient(clinic: Stage, holder: life.Recipient, now: datetime) -> None:
    """Somebody outside holds a seat, and locks their box with the demonstration's phrase."""
    site, user = clinic.sites[holder.site], clinic.users[holder.login]
    done(
        recipients.name_recipient(
            site=site,
            seat=holder.seat,
            user=user,
            name=holder.name,
            email=holder.email,
            phone="",
            texts=False,
            entry_id=clinic.entry("recipient", holder.site, holder.seat),
            by=clinic.user("site-lead", holder.site),
            now=now,
        )
    )
    box = Box.new()
    done(
        recipients.make_box(
            site=site,
            box=box,
            locked=box.lock(life.box_phrase()),
            entry_id=clinic.entry("box", holder.site, holder.seat),
            by=user,
            now=now + timedelta(seconds=20),
        )
    )


def _tested(clinic: Stage, holder: life.Recipient, now: datetime) -> None:
    seat = standing_seats(clinic.sites[holder.site])[Seat(holder.seat)]
    done(
        recipients.begin_recipient_test(
            seat=seat,
            entry_id=clinic.entry("recipient-test", holder.site, holder.seat),
            by=house(),
            now=now,
        )
    )
    for number, test in enumerate(open_tests(seat)):
        done(
            recipients.answer_recipient_test(
                test=test,
                entry_id=clinic.entry("recipient-said", holder.site, holder.seat, str(number)),
                by=clinic.users[holder.login],
                now=now + timedelta(minutes=2),
            )
        )


def _room(clinic: Stage, room: life.RoomWithDevice, now: datetime) -> None:
    """A room, and a device in it whose own key nobody has: to write there, enroll another."""
    by = clinic.user("site-lead", room.site)
    done(
        rooms.add_room(
            site=clinic.sites[room.site],
            code=room.code,
            title=room.title,
            entry_id=clinic.entry("room", room.site, room.code),
            by=by,
            now=now,
        )
    )
    done(
        rooms.enroll_device(
            room=Room.objects.get(site=clinic.sites[room.site], code=room.code),
            label=room.device,
            secret_sha256=sha256(token_bytes(32)).hexdigest(),
            public_key=room.public_key,
            entry_id=clinic.entry("device", room.site, room.code, room.device),
            by=by,
            now=now + timedelta(minutes=1),
        )
    )


def _time(clinic: Stage, signed: life.OperationalTime, now: datetime) -> None:
    by = clinic.users[signed.by]
    done(
        operational_times.sign_operational_time(
            site=clinic.sites[signed.site],
            code=signed.code,
            value=Decimal(signed.value),
            proof=_proof(by, now),
            entry_id=clinic.entry("operational-time", signed.site, signed.code),
            by=by,
            now=now,
        )
    )


def _opening(clinic: Stage, opened: life.Opening, now: datetime) -> None:
    by = clinic.users[opened.by]
    done(
        glass.break_glass(
            enrollment=Enrollment.objects.select_related("site").get(
                site=clinic.sites[opened.site], number=opened.number
            ),
            way="number",
            reason_code=opened.reason,
            words=opened.words,
            proof=_proof(by, now),
            entry_id=clinic.entry("glass", opened.key),
            by=by,
            now=now,
        )
    )


def _seen(clinic: Stage, opened: life.Opening, now: datetime) -> None:
    """The site lead answers the page that the opening sent."""
    site = clinic.sites[opened.site]
    page = DutyPage.objects.filter(site=site, reason=DutyPage.GLASS).latest("asked_at")
    done(
        paging.answer_page(
            page=page,
            done="seen",
            entry_id=clinic.entry("glass-seen", opened.key),
            by=clinic.user("site-lead", opened.site),
            now=now,
        )
    )


def _reviewed(clinic: Stage, opened: life.Opening, now: datetime) -> None:
    by = clinic.user("site-lead", opened.site)
    row = GlassOpening.objects.get(id=_opened(clinic, opened))
    done(
        glass.review_glass(
            opening=row,
            verdict=opened.verdict,
            words=opened.review,
            proof=_proof(by, now),
            entry_id=clinic.entry("glass-reviewed", opened.key),
            by=by,
            now=now,
        )
    )


def _opened(clinic: Stage, opened: life.Opening) -> UUID:
    enrollment = Enrollment.objects.get(site=clinic.sites[opened.site], number=opened.number)
    rows = GlassOpening.objects.filter(enrollment=enrollment, user=clinic.users[opened.by])
    found: UUID = rows.latest("opened_at").id
    return found


def _proof(by: User, now: datetime) -> ReauthenticationProof:
    return ReauthenticationProof.made(user=by, now=now)
