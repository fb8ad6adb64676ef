"""A record with dosing sessions under way, each with as many readings and open alarms as are asked for.

Everything is written by the product's own acts, judged and journalled, one journal entry for each
reading. Only the wait for the disk is shared: many acts of the history are one transaction.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

PASSWORD = "calm-sea-4711"
EVERY = timedelta(seconds=2)  # of the readings that are there already
TOGETHER = 500  # entries of the history in one transaction
HIGH = 171  # mmHg systolic, above the verified 160
VISIT = "v5"


@dataclass(frozen=True)
class Account:
    """Somebody who logs in, and the secret of their codes app."""

    login: str
    id: UUID
    secret: str


@dataclass(frozen=True)
class Sitting:
    """One open session, and who writes in it."""

    enrollment: UUID
    session: UUID
    writer: Account
    site: str


@dataclass(frozen=True)
class Built:
    """The sessions of a record, those who only watch, and how long the making took, in seconds."""

    sittings: Sequence[Sitting]
    watchers: Sequence[tuple[str, Account]]  # the code of a site, and who watches there
    seconds: float


def build(histories: Sequence[int], alarms: int, watchers: int) -> Built:
    """Fill an empty, migrated database with one session for each number of readings there are.

    The last reading of each is of now.
    """
    from django.contrib.auth.hashers import make_password
    from django.utils import timezone

    from holdfast.records.models import User
    from tests.actions.clinic import found

    began = time.perf_counter()
    start = timezone.now() - EVERY * max(histories) - timedelta(minutes=20)
    clinic = found(start - timedelta(days=2))
    team = [_account(clinic, f"therapist-{n}", "therapist") for n in range(len(histories))]
    seeing = [_account(clinic, f"physician-{n}", "physician") for n in range(watchers)]
    User.objects.exclude(login="holdfast").update(password=make_password(PASSWORD))
    clinic.later(days=1)
    sittings = [
        _sitting(clinic, writer, start, readings=readings, alarms=alarms, number=number)
        for number, (writer, readings) in enumerate(zip(team, histories, strict=True))
    ]
    watching = [(clinic.site.code, each) for each in seeing]
    return Built(sittings, watching, time.perf_counter() - began)


def _account(clinic: Any, login: str, role: str) -> Account:
    """An account that logs in with password and codes."""
    from django.utils import timezone

    from holdfast.actions import second_factors
    from tests.actions.clinic import written
    from tests.actions.running import add_person
    from tests.actions.test_second_factors import code_of

    user = add_person(clinic, login, role)
    secret = second_factors.new_secret()
    told = {"secret": secret, "code": code_of(secret, -1), "entry_id": uuid4()}
    written(second_factors.add_totp(by=user, now=timezone.now(), **told))
    return Account(login, user.id, secret)


def _sitting(
    clinic: Any, writer: Account, start: datetime, *, readings: int, alarms: int, number: int
) -> Sitting:
    from holdfast.actions.session_opening import open_session
    from holdfast.domain.identity import PersonIdentity
    from holdfast.records.models import DosingSession
    from tests.actions.clinic import IDENTITY, enrolled, written

    identity = PersonIdentity(
        family=f"Canarybird-{number}",
        given="Zebediah",
        born_on=IDENTITY.born_on,
        identifiers=(("urn:hospital", f"MRN-CANARYBIRD-{number}"),),
        contact=("+61 canarybird",),
    )
    enrollment = enrolled(clinic, identity=identity, bundle_sha256=f"{number:064x}")
    by = clinic.accounts[writer.login]
    told = {"visit": VISIT, "entry_id": uuid4(), "by": by}
    written(open_session(enrollment=enrollment, now=start, began_at=start, **told))
    session = DosingSession.objects.select_related("enrollment__site", "site").get(
        enrollment=enrollment
    )
    _history(session, by, start, readings, alarms)
    return Sitting(enrollment.id, session.id, writer, clinic.site.code)


def _history(session: Any, by: Any, start: datetime, readings: int, alarms: int) -> None:
    """Who is there, the dose, the readings; and so many alarms that nobody has acknowledged."""
    told = [_told("came-in", start, {"person": str(by.id), "role": "therapist"})]
    told += [_told("dose-given", start + timedelta(minutes=5), _DOSE)]
    began = start + timedelta(minutes=6)
    for number in range(readings):
        pressure = HIGH if number % 2 == 0 and number < 2 * alarms else 120 + number % 20
        told.append(_told("reading", began + EVERY * number, line(pressure, number)))
    for at in range(0, len(told), TOGETHER):
        _write(session, by, told[at : at + TOGETHER])
    _acknowledge(session, by, leave=alarms)


_DOSE: dict[str, Any] = {"dose": "initial", "nominal_mg": Decimal(80)}


def line(systolic: int, number: int) -> dict[str, Any]:
    """The fields of one reading, ``142/88 96 37.4``."""
    return {
        "systolic_mmhg": Decimal(systolic),
        "diastolic_mmhg": Decimal(70 + number % 15),
        "heart_rate_per_min": Decimal(70 + number % 20),
        "temperature_celsius": Decimal(f"36.{number % 9}"),
    }


def _told(kind: str, at: datetime, fields: dict[str, Any]) -> Any:
    from holdfast.actions.session_entries import EntryTold

    return EntryTold(uuid4(), kind, at, fields)


def _write(session: Any, by: Any, several: Sequence[Any]) -> None:
    """Entries as ``record_entry`` writes each, but in one transaction; the first is judged with all.

    Each has a journal entry of its own at its own time.
    """
    from holdfast.actions.session_entries import _content, session_fact, write_entries
    from holdfast.actions.writing import lock, one_transaction

    @one_transaction
    def whole() -> None:
        for told in several:
            stream = lock(session.enrollment_id, told.at + timedelta(milliseconds=300))
            sent = stream.sent("session-entry-recorded", told.id, _content(session, told))
            fact = session_fact(session, told, came="page", written_by=by)
            values = {"kind": told.kind, "came": "page", "session": session.id.hex}
            write_entries(stream, sent, session, [fact], by=by, values=values)

    whole()


def _acknowledge(session: Any, by: Any, *, leave: int) -> None:
    """Acknowledge whatever is open but so many high readings."""
    from django.utils import timezone

    from holdfast.actions.session_entries import record_entry
    from holdfast.actions.session_watching import raise_by_time
    from holdfast.records.models import AlarmRaised
    from tests.actions.clinic import written

    raise_by_time(session, by=by, now=timezone.now())
    kept = 0
    for row in AlarmRaised.objects.filter(session=session).order_by("position", "condition"):
        if row.code == "systolic-observed" and kept < leave:
            kept += 1
            continue
        told = _told(
            "acknowledgement", timezone.now(), {"condition": row.condition, "done": "seen"}
        )
        written(record_entry(session=session, told=told, came="page", by=by, now=timezone.now()))
