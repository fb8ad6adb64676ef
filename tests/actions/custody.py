"""A clinic with a drug store: who handles drugs there, its places, and movements told in one line."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from holdfast.actions import people, stores
from holdfast.actions.movements import MovementTold, NewContainer, record_movement
from holdfast.actions.rooms import add_room
from holdfast.actions.second_person import SecondProof
from holdfast.actions.writing import lock
from holdfast.domain.movements import Kind, Place
from holdfast.records.models import (
    Container,
    CustodyPlace,
    DrugMovement,
    DrugStore,
    Room,
    Site,
    User,
)
from holdfast.records.session import DosingSession
from holdfast.records.supply_reads import ledger_at
from tests.actions.clinic import Clinic, enrolled, found, written

USE_BY = date(2027, 6, 30)


@dataclass
class Pharmacy:
    """The clinic, its store, and the places of it by code."""

    clinic: Clinic
    store: DrugStore
    places: dict[str, CustodyPlace]

    def place(self, code: str) -> UUID:
        return self.places[code].id

    def second(self, user: User, beside: User, now: datetime | None = None) -> SecondProof:
        """The proof of a PIN that was just entered."""
        at = now or self.clinic.now
        return SecondProof.made(user=user, beside=beside, now=at, method="pin")

    def move(self, kind: Kind, container: Any, capsules: str, **given: Any) -> Any:
        """One movement by the pharmacist with the therapist beside, now."""
        by = given.pop("by", self.clinic.pharmacist)
        second = given.pop("second", self.clinic.therapist)
        entry_id = given.pop("entry_id", uuid4())
        now = self.clinic.later(seconds=1)
        proofs = {
            "proof": given.pop("proof", self.clinic.proof(by)),
            "second": self.second(second, by) if isinstance(second, User) else second,
        }
        at = given.pop("at", now)
        told = MovementTold(kind=kind, container=container, capsules=capsules, at=at, **given)
        store = given.pop("store", self.store)
        return record_movement(store=store, told=told, entry_id=entry_id, by=by, now=now, **proofs)

    def received(self, capsules: str = "1-10", **given: Any) -> Container:
        """A bottle that was received into the safe."""
        label = replace(BOTTLE, code=f"b-{uuid4().hex[:12]}", **given)
        label = replace(label, size=max(label.size, int(capsules.rpartition("-")[2])))
        written(self.move(Kind.RECEIVE, label, capsules, to_place=self.place("safe")))
        return Container.objects.get(code=label.code)

    def kit(self, number: str = "4711") -> dict[str, Container]:
        """A kit in the safe: two capsules in the initial container, one in the other."""
        made = {}
        for part, capsules in (("initial", "1-2"), ("supplement", "1")):
            label = replace(
                BOTTLE, code=f"{number}-{part}", part=part, kit_number=number, lot="", size=2
            )
            written(self.move(Kind.RECEIVE, label, capsules, to_place=self.place("safe")))
            made[part] = Container.objects.get(code=label.code)
        return made

    def ledger(self) -> Any:
        """What the movements of the site add up to; the law holds, always."""
        ledger = ledger_at(self.clinic.site)
        assert ledger.broken() == []
        return ledger

    def on_hand(self, place: str, container: Container) -> list[int]:
        """The capsules of a container at a place."""
        found = self.ledger().at(f"place:{self.place(place).hex}", container.id.hex)
        return found.get(container.id.hex, [])


BOTTLE = NewContainer(
    code="b-1", part="bottle", size=10, use_by=USE_BY, product="MDMA 40 mg", lot="L-77"
)


def account(clinic: Clinic, role: str, login: str | None = None) -> User:
    """Somebody in a role of the site."""
    login = login or role
    told = {"login": login, "printed_name": login.title(), "password_hash": "!"}
    admin, now = clinic.administrator, clinic.now
    written(people.create_user(**told, entry_id=uuid4(), by=admin, now=now))
    user = User.objects.get(login=login)
    given = {"user": user, "site": clinic.site, "role": role, "valid_from": now}
    written(people.assign_role(**given, entry_id=uuid4(), by=admin, now=now))
    return user


def pharmacy(clinic: Clinic | None = None) -> Pharmacy:
    """A clinic with a store, and a place of every kind in it."""
    clinic = clinic or found()
    for role in ("pharmacist", "site-lead"):
        clinic.accounts[role] = account(clinic, role)
    by, now = clinic.pharmacist, clinic.now
    made = written(
        stores.open_store(
            site=clinic.site, code="main", title="Main", entry_id=uuid4(), by=by, now=now
        )
    )
    store = DrugStore.objects.select_related("site").get(id=made.stream_id)
    told = {"code": "r1", "title": "Room 1", "entry_id": uuid4(), "by": clinic.administrator}
    written(add_room(site=clinic.site, now=now, **told))
    room = Room.objects.get(code="r1")
    for kind in Place:
        code = "safe" if kind is Place.SAFE else kind.value
        where = room if kind is Place.ROOM_LOCK else None
        written(
            stores.add_place(
                store=store,
                code=code,
                title=code,
                kind=kind,
                room=where,
                entry_id=uuid4(),
                by=by,
                now=now,
            )
        )
    places = {each.code: each for each in CustodyPlace.objects.all()}
    return Pharmacy(clinic, store, places)


def last_movement() -> DrugMovement:
    """The movement that was written last."""
    return DrugMovement.objects.order_by("-position", "-turn")[0]


def as_built() -> Pharmacy:
    """The pharmacy of a database into which one was built."""
    site = Site.objects.get()
    accounts = {user.login: user for user in User.objects.all()}
    clinic = Clinic(site, accounts["admin"], accounts)
    store = DrugStore.objects.select_related("site").get()
    return Pharmacy(clinic, store, {each.code: each for each in CustodyPlace.objects.all()})


def a_session(clinic: Clinic, visit: str = "v1", **given: Any) -> DosingSession:
    """A person and their session, written plainly: no rule of a session is tested here."""
    enrollment = enrolled(clinic, **given)
    bound = {
        name: getattr(enrollment, name)
        for name in ("protocol_name", "protocol_version", "protocol_sha256")
    }
    session = DosingSession(
        site=clinic.site,
        enrollment=enrollment,
        visit=visit,
        number=1,
        came="open",
        opened_at=clinic.now,
        opened_by=clinic.therapist,
        **bound,
    )
    with transaction.atomic():
        stream = lock(enrollment.id, clinic.now)
        sent = stream.sent("session-opened", uuid4(), {})
        stream.write(sent, [session], by=clinic.therapist)
    return session


def in_session(clinic: Clinic) -> dict[str, Any]:
    """What every movement of the room says: whose it is, in which session, by the pair."""
    session = a_session(clinic)
    told = {"enrollment": session.enrollment_id, "session": session.id}
    return told | {"by": clinic.therapist, "second": clinic.physician}
