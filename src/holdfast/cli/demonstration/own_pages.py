"""The demonstration's patient: invited by the coordinator, in an account of their own."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from holdfast.actions.patients import accept_invitation, invite_patient
from holdfast.actions.recovery import hash_of
from holdfast.cli.demonstration import house
from holdfast.cli.demonstration.steps import Step, done
from holdfast.records.care import Enrollment
from holdfast.records.forgotten import is_erased
from holdfast.records.people import User

ROLE = "patient"
_CODE = "DEMONSTRATION"  # used within the hour: it opens nothing any more
INVITED_MINUTES_AGO, JOINED_MINUTES_AGO = 40, 25


def steps(clinic: Any, password_hash: str) -> Iterator[Step]:
    """A code on paper, and the account that it opened."""
    for account in house.accounts():
        if account.role == ROLE:
            invited = clinic.now - timedelta(minutes=INVITED_MINUTES_AGO)
            joined = clinic.now - timedelta(minutes=JOINED_MINUTES_AGO)
            yield clinic.step(invited, partial(_invite, clinic, account))
            yield clinic.step(joined, partial(_join, clinic, account, password_hash))


def _invite(clinic: Any, account: house.Account, now: datetime) -> None:
    site = account.sites[0]
    here = Enrollment.objects.filter(site=clinic.sites[site]).select_related("site")
    rows = (row for row in here.order_by("number") if not is_erased(row.person_id))
    done(
        invite_patient(
            enrollment=next(rows),
            code_sha256=hash_of(_CODE),
            entry_id=clinic.entry("invited", account.login),
            by=clinic.user("coordinator", site),
            now=now,
        )
    )


def _join(clinic: Any, account: house.Account, password_hash: str, now: datetime) -> None:
    done(
        accept_invitation(
            code=_CODE,
            login=account.login,
            password_hash=password_hash,
            entry_id=clinic.entry("joined", account.login),
            now=now,
        )
    )
    clinic.users[account.login] = User.objects.get(login=account.login)
