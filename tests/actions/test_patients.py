"""A person's own account: invited, opened with a code once, and of ids alone; asking for a copy."""

from datetime import timedelta
from uuid import uuid4

import pytest

from holdfast.actions.disclosures import record_disclosure
from holdfast.actions.outcomes import Refusal
from holdfast.actions.patients import (
    accept_invitation,
    invite_patient,
    request_copy,
    standing_invitation,
)
from holdfast.actions.recovery import hash_of, new_code
from holdfast.records import access
from holdfast.records.models import PatientAccount, PatientInvitationEnd, RoleAssignment, User
from holdfast.records.patients import account_of, open_copy_request, patient_of
from tests.actions.clinic import enrolled, written


def invited(clinic, enrollment, **changed) -> str:
    code = new_code()
    given = {"code_sha256": hash_of(code), "entry_id": uuid4(), "by": clinic.coordinator}
    written(invite_patient(enrollment=enrollment, now=clinic.now, **(given | changed)))
    return code


def joined(clinic, code, **changed):
    given = {"login": "maple-river-42", "password_hash": "!", "entry_id": uuid4()}
    return accept_invitation(code=code, now=clinic.now, **(given | changed))


def test_a_code_opens_one_account_once(clinic, enrollment):
    code = invited(clinic, enrollment)
    written(joined(clinic, code.lower().replace("-", " ")))
    user = User.objects.get(login="maple-river-42")
    mine = patient_of(user)
    assert mine is not None
    assert mine.person_id == enrollment.person_id
    assert account_of(enrollment.person).user == user
    assert access.roles_of(user, clinic.site, clinic.later(seconds=1)) == ("patient",)
    assert joined(clinic, code) == Refusal("invitation-wrong")
    assert PatientAccount.objects.count() == 1


def test_nothing_of_the_person_stands_in_the_account(clinic, enrollment):
    written(joined(clinic, invited(clinic, enrollment)))
    user = User.objects.get(login="maple-river-42")
    assert access.printed_name(user) == "maple-river-42"
    assert not user.staff_records.exists()


@pytest.mark.parametrize(
    ("login", "reason"),
    [
        ("zebediah-1984", "login-tells-the-name"),
        ("my.canarybird", "login-tells-the-name"),
        ("Maple", "login-not-fit"),
        ("holdfast", "login-not-fit"),
        ("coordinator", "login-taken"),
    ],
)
def test_a_login_name_that_cannot_be(clinic, enrollment, login, reason):
    code = invited(clinic, enrollment)
    assert joined(clinic, code, login=login) == Refusal(reason)
    written(joined(clinic, code))  # nothing was lost: the code is still good


def test_a_code_ends_by_itself_and_by_a_later_one(clinic, enrollment):
    first = invited(clinic, enrollment)
    second = invited(clinic, enrollment)
    assert joined(clinic, first) == Refusal("invitation-wrong")
    assert PatientInvitationEnd.objects.get().outcome == "void"
    assert standing_invitation(second, clinic.now + timedelta(days=14, seconds=-1))
    assert standing_invitation(second, clinic.now + timedelta(days=14)) is None
    assert standing_invitation(new_code(), clinic.now) is None


def test_a_second_code_is_the_way_back_in(clinic, enrollment):
    written(joined(clinic, invited(clinic, enrollment)))
    written(joined(clinic, invited(clinic, enrollment), login="other-name", password_hash="new"))
    assert User.objects.get(login="maple-river-42").password == "new"
    assert not User.objects.filter(login="other-name").exists()
    assert RoleAssignment.objects.filter(role="patient").count() == 1


def test_who_may_not_invite_is_refused(clinic, enrollment):
    for by in (clinic.therapist, clinic.monitor, clinic.administrator):
        given = {"code_sha256": hash_of(new_code()), "entry_id": uuid4(), "by": by}
        answer = invite_patient(enrollment=enrollment, now=clinic.now, **given)
        assert answer == Refusal("not-permitted", {"permission": "patient.invite"})


def test_a_copy_is_asked_for_once_until_it_was_made(clinic, enrollment):
    written(joined(clinic, invited(clinic, enrollment)))
    user = User.objects.get(login="maple-river-42")
    given = {"by": user, "now": clinic.later(minutes=1)}
    written(request_copy(entry_id=uuid4(), **given))
    assert open_copy_request(enrollment.person_id) is not None
    assert request_copy(entry_id=uuid4(), **given) == Refusal("copy-requested-already")
    written(
        record_disclosure(
            enrollment=enrollment,
            kind="own-copy",
            recipient="person",
            content_sha256="ab" * 32,
            entry_id=uuid4(),
            by=clinic.coordinator,
            now=clinic.later(minutes=1),
        )
    )
    assert open_copy_request(enrollment.person_id) is None
    written(request_copy(entry_id=uuid4(), by=user, now=clinic.later(minutes=1)))


def test_nobody_asks_for_the_copy_of_another(clinic):
    enrolled(clinic)
    answer = request_copy(entry_id=uuid4(), by=clinic.physician, now=clinic.now)
    assert answer == Refusal("not-permitted", {"permission": "own.copy"})
