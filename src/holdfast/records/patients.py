"""A person's own account: the invitation to it, the account, and what they asked for in it."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from holdfast.records.care import Enrollment
from holdfast.records.columns import Instant, SafeText, Sha256, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.people import Person, Site, User
from holdfast.records.prepared import Prepared


class PatientInvitation(Fact):
    """A person was given a code that is good once; its hash tells nothing of it."""

    hashed: ClassVar = {1: names(FACT + "enrollment_id person_id code_sha256 valid_until")}

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="invitations")
    person = models.ForeignKey(Person, models.PROTECT, related_name="invitations")
    code_sha256 = Sha256(db_index=True)
    valid_until = Instant()


class PatientInvitationEnd(Fact):
    """An invitation was used, or made void by a later one. It opens nothing any more."""

    hashed: ClassVar = {1: names(FACT + "invitation_id outcome")}

    OUTCOMES = ("used", "void")

    invitation = models.OneToOneField(PatientInvitation, models.PROTECT, related_name="end")
    outcome = SafeText(max_length=20)


class PatientAccount(Correctable):
    """Which account is a person's own. Who they are stands in their Identity alone, sealed."""

    hashed: ClassVar = {1: names(FACT + CORRECTION + "user_id person_id site_id is_closed")}

    user = models.ForeignKey(User, models.PROTECT, related_name="patient_accounts")
    person = models.ForeignKey(Person, models.PROTECT, related_name="accounts")
    site = models.ForeignKey(Site, models.PROTECT, related_name="patient_accounts")
    is_closed = models.BooleanField(default=False)


class CopyRequest(Fact):
    """A person asked in their own account for a copy of their record; staff hand it over."""

    hashed: ClassVar = {1: names(FACT + "enrollment_id person_id")}

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="copy_requests")
    person = models.ForeignKey(Person, models.PROTECT, related_name="copy_requests")


def patient_of(user: Any) -> PatientAccount | None:
    """The person whose own account this is; None for everybody else."""
    if not isinstance(user, User) or not user.is_active:
        return None
    return _ACCOUNT_OF.first(user.id)


def _own_account(user: UUID) -> "models.QuerySet[PatientAccount]":
    rows = PatientAccount.objects.filter(user=user, corrected_by=None, is_closed=False)
    return rows.select_related("site", "person").order_by("-position")[:1]


_ACCOUNT_OF = Prepared(_own_account)


def account_of(person: Person) -> PatientAccount | None:
    """The account that is this person's own; None where they have none."""
    rows = PatientAccount.objects.filter(person=person, corrected_by=None, is_closed=False)
    return rows.select_related("user").order_by("-position").first()


def enrollments_of(account: PatientAccount) -> list[Enrollment]:
    """Every enrollment of the person at the site, the newest first."""
    rows = Enrollment.objects.filter(person=account.person_id, site=account.site_id)
    return list(rows.select_related("site").order_by("-number"))


def open_copy_request(person_id: Any) -> CopyRequest | None:
    """What the person asked for last, where no copy was made for them since."""
    asked = CopyRequest.objects.filter(person_id=person_id).order_by("-recorded_at", "-id").first()
    if asked is None:
        return None
    made = asked.enrollment.disclosures.model.objects.filter(
        person_id=person_id, kind="own-copy", recorded_at__gte=asked.recorded_at
    )
    return None if made.exists() else asked
