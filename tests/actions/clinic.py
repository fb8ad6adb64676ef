"""A small clinic to write into: one site, somebody in each role, and one referred person."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from holdfast.actions import people, referrals
from holdfast.actions.outcomes import Receipt
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.definitions import protocols
from holdfast.domain.answers import (
    Answer,
    HistoryEntry,
    MedicationEntry,
    Person,
    Referral,
    Source,
    SourceKind,
)
from holdfast.domain.identity import PersonIdentity
from holdfast.records.models import Enrollment, Site, User

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CANARY = "Zebediah Canarybird"
ROLES = ("coordinator", "therapist", "physician", "monitor", "rater")


@dataclass
class Clinic:
    """The accounts by role, the site, and the moment it is."""

    site: Site
    administrator: User
    accounts: dict[str, User]
    now: datetime = NOW

    def __getattr__(self, role: str) -> User:
        return self.accounts[role]

    def later(self, **passed: int) -> datetime:
        """A moment after now; the clinic's clock moves there."""
        self.now += timedelta(**passed)
        return self.now

    def proof(self, user: User, now: datetime | None = None) -> ReauthenticationProof:
        """A proof that somebody just showed who they are."""
        return ReauthenticationProof.made(user=user, now=now or self.now)


def found(now: datetime = NOW) -> Clinic:
    """Found the organisation and open one site with somebody in each role."""
    written(
        people.found_organisation(
            login="admin",
            printed_name=f"Admin {CANARY}",
            password_hash="!",
            entry_id=uuid4(),
            now=now,
        )
    )
    admin = User.objects.get(login="admin")
    made = written(
        people.create_site(
            code="NORTH",
            name="North clinic",
            zone="Australia/Melbourne",
            entry_id=uuid4(),
            by=admin,
            now=now,
        )
    )
    site = Site.objects.get(id=made.stream_id)
    accounts = {role: _account(role, site, admin, now) for role in ROLES}
    return Clinic(site, admin, accounts, now)


def _account(role: str, site: Site, admin: User, now: datetime) -> User:
    written(
        people.create_user(
            login=role,
            printed_name=f"{role.title()} {CANARY}",
            password_hash="!",
            entry_id=uuid4(),
            by=admin,
            now=now,
        )
    )
    user = User.objects.get(login=role)
    written(
        people.assign_role(
            user=user, site=site, role=role, valid_from=now, entry_id=uuid4(), by=admin, now=now
        )
    )
    return user


def written(answered: Any) -> Receipt:
    """The receipt; anything else fails the test."""
    assert isinstance(answered, Receipt), answered
    return answered


def source(kind: SourceKind = SourceKind.RECORD, place: str = "") -> Source:
    return Source(kind, place)


def referral(*extra: Answer, medications: tuple[MedicationEntry, ...] = ()) -> Referral:
    """A referral whose every word is a canary."""
    return Referral(
        person=Person(born_on=date(1984, 6, 3), sex="female", is_deceased=False),
        answers=(
            Answer(
                "weight",
                Decimal("61.5"),
                source(place=f"Observation/{CANARY}"),
                date(2026, 2, 20),
                "kg",
            ),
            *extra,
        ),
        medications=medications
        or (
            MedicationEntry(
                f"sertraline for {CANARY}",
                ("36437",),
                True,
                None,
                source(place="MedicationRequest/1"),
            ),
        ),
        history=(
            HistoryEntry(
                "condition",
                f"PTSD of {CANARY}",
                (("http://snomed.info/sct", "47505003"), (CANARY, CANARY)),
                True,
                date(2019, 1, 1),
                None,
                source(place=f"Condition/{CANARY}"),
            ),
        ),
    )


IDENTITY = PersonIdentity(
    family="Canarybird",
    given="Zebediah",
    born_on=date(1984, 6, 3),
    identifiers=(("urn:hospital", "MRN-CANARYBIRD-1"),),
    contact=("+61 canarybird",),
)


def refer(
    clinic: Clinic,
    *,
    entry_id: UUID | None = None,
    bundle_sha256: str = "ab" * 32,
    identity: PersonIdentity = IDENTITY,
    told: Referral | None = None,
    protocol: str = "mapp2",
) -> Any:
    """Open the referral of the canary person."""
    return referrals.open_referral(
        site=clinic.site,
        protocol=protocols.load(protocol),
        referral=told or referral(),
        identity=identity,
        source="psychiatrist",
        bundle_sha256=bundle_sha256,
        entry_id=entry_id or uuid4(),
        by=clinic.coordinator,
        now=clinic.now,
    )


def enrolled(clinic: Clinic, **given: Any) -> Enrollment:
    """The enrollment of the canary person."""
    receipt = written(refer(clinic, **given))
    return Enrollment.objects.select_related("site").get(id=receipt.stream_id)
