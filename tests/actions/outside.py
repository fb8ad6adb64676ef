"""Three people outside a clinic: two recipients of concerns and the ethics committee's contact."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from holdfast.actions import concerns, people, recipients
from holdfast.domain.concerns import Seat
from holdfast.records.concern_keys import Box, ConcernKey, ReporterKey, new_phrase
from holdfast.records.concern_reads import open_tests, standing_seats
from holdfast.records.concerns import Concern
from holdfast.records.models import Site, User
from tests.actions.clinic import CANARY, Clinic, written

RECIPIENT = "complaint-recipient"
BOX_PHRASE = "acorn badge banjo barn basil basket beacon"
WORDS = json.dumps({"what": f"What {CANARY} said", "whom": CANARY})


@dataclass
class Outside:
    """Who holds which seat, with their open boxes, and the site lead who named them."""

    clinic: Clinic
    lead: User
    holders: dict[Seat, User]
    boxes: dict[Seat, Box]

    def raised(self, words: str = WORDS, now: datetime | None = None) -> tuple[Concern, str]:
        """A concern and the phrase by which its reporter comes back."""
        phrase = new_phrase()
        receipt = written(
            concerns.raise_concern(
                site=self.clinic.site,
                words=words,
                reporter=ReporterKey.of(phrase, self.clinic.site.id),
                entry_id=uuid4(),
                now=now or self.clinic.now,
            )
        )
        return Concern.objects.get(id=receipt.stream_id), phrase

    def key(self, concern: Concern, seat: Seat = Seat.FIRST) -> ConcernKey:
        """What the holder of a seat opens a concern with."""
        box = self.boxes[seat]
        share = concern.shares.get(public_key=box.public_key)
        return box.open(concern.id, share.sealed_key)

    def acknowledged(self, concern: Concern, seat: Seat) -> Any:
        """The holder of a seat says that they have it."""
        return concerns.acknowledge_concern(
            concern=concern, entry_id=uuid4(), by=self.holders[seat], now=self.clinic.now
        )


def person(clinic: Clinic, login: str, role: str) -> User:
    """An account with one role at the clinic's site."""
    admin, now = clinic.administrator, clinic.now
    written(
        people.create_user(
            login=login,
            printed_name=f"{login.title()} {CANARY}",
            password_hash="!",
            entry_id=uuid4(),
            by=admin,
            now=now,
        )
    )
    user = User.objects.get(login=login)
    given = {"valid_from": now, "entry_id": uuid4(), "by": admin, "now": now}
    written(people.assign_role(user=user, site=clinic.site, role=role, **given))
    return user


def named(site: Site, seat: Seat, user: User, by: User, now: datetime, **other: Any) -> Any:
    """A site lead names somebody for a seat."""
    told = {
        "name": f"{user.login} of the advocates",
        "email": f"{user.login}@outside.example",
        "phone": "+61 3 5550 0100",
        "texts": False,
        "entry_id": uuid4(),
    }
    return recipients.name_recipient(
        site=site, seat=seat.value, user=user, by=by, now=now, **(told | other)
    )


def boxed(site: Site, user: User, now: datetime, locked: str | None = None) -> Box:
    """A recipient makes their keys."""
    box = Box.new()
    locked = locked or box.lock(BOX_PHRASE)
    told = {"entry_id": uuid4(), "by": user, "now": now}
    written(recipients.make_box(site=site, box=box, locked=locked, **told))
    return box


def has_tested(site: Site, seat: Seat, now: datetime) -> None:
    """A test of a seat is begun, where none runs, and acknowledged by its holder."""
    row = standing_seats(site)[seat]
    told = {"entry_id": uuid4(), "now": now}
    if not open_tests(row):
        written(recipients.begin_recipient_test(seat=row, by=people.house(), **told))
    (test, *_) = open_tests(row)
    told["entry_id"] = uuid4()
    written(recipients.answer_recipient_test(test=test, by=row.user, **told))


def outside(clinic: Clinic) -> Outside:
    """All three seats named, with boxes and acknowledged tests."""
    lead = person(clinic, "lead", "site-lead")
    holders, boxes = {}, {}
    for seat in Seat:
        holders[seat] = person(clinic, f"outside-{seat}", RECIPIENT)
        written(named(clinic.site, seat, holders[seat], lead, clinic.now))
        boxes[seat] = boxed(clinic.site, holders[seat], clinic.now)
        has_tested(clinic.site, seat, clinic.now)
    return Outside(clinic, lead, holders, boxes)
