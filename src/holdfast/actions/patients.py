"""A person's own account: invited by staff with a code that is good once, opened by the person.

The account tells no name: the login name is made up, and the link to the person is a fact of ids.
A second invitation, for somebody who has an account, is the way back in for who lost their password.
"""

from datetime import datetime
from uuid import UUID, uuid5

from allauth.mfa.models import Authenticator

from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.people import HOUSE_LOGIN, LOGIN, opened_as
from holdfast.actions.permission import refused
from holdfast.actions.recovery import hash_of
from holdfast.actions.sessions import end_all
from holdfast.actions.writing import lock, make_key, one_transaction, refused_where_erased
from holdfast.records.access import holds_anywhere
from holdfast.records.care import Enrollment
from holdfast.records.facts import Fact
from holdfast.records.forgotten import is_erased
from holdfast.records.glass import time_in_force
from holdfast.records.histories import enrollment_as_of, identity_of
from holdfast.records.patients import (
    CopyRequest,
    PatientAccount,
    PatientInvitation,
    PatientInvitationEnd,
    account_of,
    enrollments_of,
    open_copy_request,
    patient_of,
)
from holdfast.records.people import PersonKey, RoleAssignment, User
from holdfast.records.search import plain_words
from holdfast.records.sign_in import Pin

LASTS = "invitation-lasts"
_SHORTEST_NAME = 3  # letters; a shorter one may stand in any login name


@one_transaction
def invite_patient(
    *, enrollment: Enrollment, code_sha256: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Keep the hash of a code for a person; earlier codes that were not used become void."""
    if refusal := refused(by, enrollment, "patient.invite", now):
        return refusal
    if is_erased(enrollment.person_id):
        return Refusal("words-erased")
    stream = lock(enrollment.id, now)
    sent = stream.sent("patient-invited", entry_id, {"code": code_sha256})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    invitation = PatientInvitation(
        id=uuid5(entry_id, "invitation"),
        enrollment=enrollment,
        person_id=enrollment.person_id,
        code_sha256=code_sha256,
        valid_until=stream.now + time_in_force(enrollment.site, LASTS),
    )
    before = PatientInvitation.objects.filter(person=enrollment.person_id, end=None)
    void: list[Fact] = [
        PatientInvitationEnd(id=uuid5(entry_id, f"void/{row.id}"), invitation=row, outcome="void")
        for row in before.order_by("position")
    ]
    return stream.write(sent, [invitation, *void], by=by)


def standing_invitation(code: str, now: datetime) -> PatientInvitation | None:
    """The invitation of a code that is not used, not void and not too old; None for any other."""
    rows = PatientInvitation.objects.filter(code_sha256=hash_of(code), end=None)
    row = rows.select_related("enrollment__site", "person").order_by("-position").first()
    return row if row is not None and now < row.valid_until else None


@refused_where_erased
@one_transaction
def accept_invitation(
    *, code: str, login: str, password_hash: str, entry_id: UUID, now: datetime
) -> Answered:
    """Open the account of an invited person, or set a new password for the one they have.

    ``password_hash`` is made at the edge. With a new password every second factor, PIN and
    session is taken away. Sent again, the code is used and refused.
    """
    row = standing_invitation(code, now)
    if row is None or is_erased(row.person_id):
        return Refusal("invitation-wrong")
    site = lock(row.enrollment.site_id, now)
    stream = lock(row.enrollment_id, site.now)
    if PatientInvitationEnd.objects.filter(invitation=row).exists():
        return Refusal("invitation-wrong")
    used = PatientInvitationEnd(id=uuid5(entry_id, "used"), invitation=row, outcome="used")
    if mine := account_of(row.person):
        User.objects.filter(id=mine.user_id).update(password=password_hash)
        Authenticator.objects.filter(user=mine.user).delete()
        Pin.objects.filter(user=mine.user).delete()
        end_all(mine.user)
        sent = stream.sent("patient-account-recovered", entry_id, {"invitation": row.id})
        return stream.write(sent, [used], by=mine.user)
    if refusal := login_refused(row.enrollment, login):
        return refusal
    user = User(id=uuid5(entry_id, "user"), login=login, password=password_hash)
    user.save(force_insert=True)
    key = make_key(owner=user.id, word_class=PersonKey.IDENTITY, by=user, now=stream.now)
    account = PatientAccount(
        id=uuid5(entry_id, "account"),
        user=user,
        person_id=row.person_id,
        site_id=row.enrollment.site_id,
    )
    role = RoleAssignment(
        id=uuid5(entry_id, "role"),
        user=user,
        site_id=row.enrollment.site_id,
        role="patient",
        valid_from=site.now,
    )
    given = site.sent("role-given", uuid5(entry_id, "role-given"), {"invitation": row.id})
    site.write(given, [role], by=user, values={"user": user.id.hex, "role": "patient"})
    sent = stream.sent("patient-account-opened", entry_id, {"invitation": row.id})
    values = opened_as(user.id, login)
    return stream.write(sent, [used, account], by=user, keys=[key.id], values=values)


def login_refused(enrollment: Enrollment, login: str) -> Refusal | None:
    """A refusal where a login name does not fit, is taken, or tells who the person is."""
    if not LOGIN.fullmatch(login) or login == HOUSE_LOGIN:
        return Refusal("login-not-fit")
    told = identity_of(enrollment_as_of(enrollment))
    spoken = f"{told.given} {told.family}" if told else ""
    if any(len(w) >= _SHORTEST_NAME and w in login for w in plain_words(spoken).split()):
        return Refusal("login-tells-the-name")
    if User.objects.filter(login=login).exists():
        return Refusal("login-taken")
    return None


@one_transaction
def request_copy(*, entry_id: UUID, by: User, now: datetime) -> Answered:
    """A person asks in their own account for a copy of their record; once until one was made."""
    account = patient_of(by)
    if account is None or not holds_anywhere(by, "own.copy", now):
        return Refusal("not-permitted", {"permission": "own.copy"})
    if is_erased(account.person_id):
        return Refusal("words-erased")
    enrollment = enrollments_of(account)[0]
    stream = lock(enrollment.id, now)
    sent = stream.sent("copy-requested", entry_id, {"person": account.person_id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if open_copy_request(account.person_id) is not None:
        return Refusal("copy-requested-already")
    fact = CopyRequest(
        id=uuid5(entry_id, "copy-request"), enrollment=enrollment, person_id=account.person_id
    )
    written: Receipt = stream.write(sent, [fact], by=by)
    return written
