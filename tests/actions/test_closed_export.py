"""The closed export: two sign who gets the arms; one file, sealed to one key, counted, and nothing else."""

from uuid import uuid4

import orjson
import pytest

from holdfast.actions import people
from holdfast.actions.closed_export import ask_export, make_export, open_export, sign_export
from holdfast.actions.outcomes import Receipt, Refusal
from holdfast.records.backups_recipients import NotARecipient, RecoveryKey
from holdfast.records.models import (
    ClosedExportAsked,
    ClosedExportMade,
    RoleAssignment,
    User,
)
from tests import canary
from tests.actions.blinded import CANARY_ARM, allocated, broken
from tests.actions.clinic import Clinic, enrolled, written
from tests.actions.test_database_locks import with_signers

KEY = RecoveryKey(b"k" * 32)
WORDS = "canarywords for unblinded eyes"


@pytest.fixture
def trial(one_clinic) -> Clinic:
    """The clinic with people of the sponsor and an unblinded statistician."""
    clinic, told = with_signers(one_clinic), {"by": one_clinic.administrator, "now": one_clinic.now}
    opened = {"login": "knows", "printed_name": "Knows", "password_hash": "!"}
    written(people.create_user(entry_id=uuid4(), **opened, **told))
    clinic.accounts["knows"] = User.objects.get(login="knows")
    given = {"user": clinic.knows, "site": clinic.site, "role": "statistician-unblinded"}
    written(people.assign_role(entry_id=uuid4(), valid_from=clinic.now, **given, **told))
    return clinic


def acted(clinic: Clinic, action, by: User, **given):
    told = {"proof": clinic.proof(by), "entry_id": uuid4(), "by": by, "now": clinic.now}
    return action(**(told | given))


def asked(clinic: Clinic, by=None, **given):
    told = {"site": clinic.site, "study": "mapp2", "statistician": clinic.knows}
    told |= {"purpose": "final-analysis", "public_key": KEY.recipient.public_key.hex()}
    return acted(clinic, ask_export, by or clinic.monitor, **(told | given))


def request() -> ClosedExportAsked:
    return ClosedExportAsked.objects.select_related("site", "statistician").get()


def test_a_request_that_does_not_fit_is_refused(trial):
    for given, why in (
        ({"purpose": "curious"}, "reason-unknown"),
        ({"public_key": "ab"}, "recipient-does-not-fit"),
        ({"public_key": "zz" * 32}, "recipient-does-not-fit"),
        ({"proof": None}, "proof-missing"),
    ):
        assert asked(trial, **given) == Refusal(why)
    assert asked(trial, statistician=trial.monitor) == Refusal("not-unblinded")
    assert asked(trial, by=trial.physician).reason == "not-permitted"
    assert not ClosedExportAsked.objects.exists()


def test_the_file_is_made_once_after_two_signed_and_opens_with_one_key_alone(trial, tmp_path):
    clinic, enrollment = trial, enrolled(trial)
    allocated(enrollment, CANARY_ARM)
    broken(clinic, enrollment, words=WORDS)
    target = tmp_path / "arms.sealed"
    written(asked(clinic))
    making = {"target": target, "now": clinic.now}
    assert make_export(asked=request(), **making) == Refusal("two-people-needed")
    own = acted(clinic, sign_export, clinic.monitor, asked=request())
    assert own == Refusal("two-people-needed")
    written(acted(clinic, sign_export, clinic.sponsor, asked=request()))
    twice = acted(clinic, sign_export, clinic.sponsor, asked=request())
    assert twice == Refusal("signed-already")
    assert isinstance(make_export(asked=request(), **making), Receipt)
    content = target.read_bytes()
    assert canary.found_in(content, [CANARY_ARM, "canarywords"]) == []
    assert [file.name for file in tmp_path.iterdir() if "arms" in file.name] == [target.name]
    inside = orjson.loads(open_export(content, KEY))
    (row,) = inside["people"]
    assert (row["enrollment"], row["arm"], row["notes"]) == (enrollment.label, CANARY_ARM, [WORDS])
    with pytest.raises(NotARecipient):
        open_export(content, RecoveryKey(b"x" * 32))
    made = ClosedExportMade.objects.get()
    assert (made.people, made.number) == (1, 1)
    with pytest.raises(FileExistsError):
        make_export(asked=request(), **making)
    making["target"] = tmp_path / "again.sealed"
    assert make_export(asked=request(), **making) == Refusal("made-already")
    assert not making["target"].exists()
    assert canary.in_database([CANARY_ARM, "canarywords"]) == []


def test_who_is_no_statistician_any_more_gets_no_file(trial, tmp_path):
    clinic = trial
    enrolled(clinic)
    written(asked(clinic))
    written(acted(clinic, sign_export, clinic.sponsor, asked=request()))
    held = RoleAssignment.objects.get(user=clinic.knows)
    told = {"entry_id": uuid4(), "by": clinic.administrator, "now": clinic.now}
    written(
        people.end_role(assignment=held, valid_until=clinic.now, reason="left-the-site", **told)
    )
    making = {"target": tmp_path / "arms.sealed", "now": clinic.later(minutes=1)}
    assert make_export(asked=request(), **making) == Refusal("not-unblinded")
    assert list(tmp_path.glob("*arms*")) == []
