"""A room with its device, opened by two people; and entries as the device signs them."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from holdfast.actions import room_entries, room_openings, rooms
from holdfast.domain.room import StepKind
from holdfast.domain.room_entry import read_entry
from holdfast.records.models import Enrollment, Room, RoomDevice, RoomOpening, User
from tests.actions.clinic import Clinic, written

SESSION = "a session of the room"


@dataclass
class Tablet:
    """A device's own key, as it lies in a browser."""

    secret: str = "a secret of the device"
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))

    @property
    def secret_sha256(self) -> str:
        return sha256(self.secret.encode()).hexdigest()

    @property
    def public_key(self) -> str:
        form = PublicFormat.SubjectPublicKeyInfo
        return b64encode(self.key.public_key().public_bytes(Encoding.DER, form)).decode()

    def signed(self, text: str) -> str:
        """The raw signature that a browser makes."""
        r, s = decode_dss_signature(self.key.sign(text.encode(), ECDSA(SHA256())))
        return b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()


def entry_text(opening: RoomOpening, now: datetime, **told: Any) -> str:
    """The exact text of an entry."""
    entry = {
        "schema": 1,
        "id": str(uuid4()),
        "opening": str(opening.id),
        "enrollment": None,
        "kind": "note",
        "words": "calm, eyes closed",
        "details": {},
        "at": now.astimezone(UTC).isoformat(timespec="milliseconds"),
        "offset_ms": 0,
        "step": None,
        "idle_ms": 0,
    }
    return json.dumps(entry | told)


def enroll(clinic: Clinic, tablet: Tablet, code: str = "room-2") -> RoomDevice:
    """A room, and this tablet enrolled for it."""
    by = clinic.administrator
    made = {"entry_id": uuid4(), "by": by, "now": clinic.now}
    written(rooms.add_room(site=clinic.site, code=code, title="Room two", **made))
    written(
        rooms.enroll_device(
            room=Room.objects.get(code=code),
            label="tablet",
            secret_sha256=tablet.secret_sha256,
            public_key=tablet.public_key,
            **(made | {"entry_id": uuid4()}),
        )
    )
    return RoomDevice.objects.select_related("room", "site", "account").get(room__code=code)


def open_by(
    clinic: Clinic, device: RoomDevice, enrollments: list[Enrollment], *people: User, **given: Any
) -> Any:
    """Open the device by these people, each with a proof of their own."""
    told = {"entry_id": uuid4(), "now": clinic.now, "session_sha256": "ab" * 32} | given
    proofs = [(user, clinic.proof(user)) for user in people]
    return room_openings.open_room(device=device, proofs=proofs, enrollments=enrollments, **told)


def opened(clinic: Clinic, device: RoomDevice, enrollments: list[Enrollment]) -> RoomOpening:
    """The opening by therapist and physician."""
    receipt = written(open_by(clinic, device, enrollments, clinic.therapist, clinic.physician))
    found = RoomOpening.objects.select_related("device__account", "site")
    return found.get(id=receipt.fact_id("records_roomopening"))


def step(
    clinic: Clinic, opening: RoomOpening, user: User, kind: str = "writes", **given: Any
) -> Any:
    told = {"entry_id": uuid4(), "now": clinic.now, "proof": clinic.proof(user)} | given
    return room_openings.take_step(opening=opening, kind=StepKind(kind), by=user, **told)


def switched(clinic: Clinic, opening: RoomOpening, user: User) -> UUID:
    """Somebody switches to themselves; the id that only their page knows."""
    step_id = written(step(clinic, opening, user)).fact_id("records_roomstep")
    assert step_id is not None
    return step_id


def sent(clinic: Clinic, tablet: Tablet, opening: RoomOpening, text: str, **given: Any) -> Any:
    """What the server answers to an entry of the device."""
    told = {"has_session": True, "signature": tablet.signed(text), "now": clinic.now} | given
    device = RoomDevice.objects.select_related("account").get(id=opening.device_id)
    found = RoomOpening.objects.select_related("device", "site").get(id=opening.id)
    return room_entries.record_room_entry(
        device=device, opening=found, told=read_entry(text), text=text, **told
    )


def close(clinic: Clinic, opening: RoomOpening, user: User, **given: Any) -> Any:
    told = {"entry_id": uuid4(), "now": clinic.now, "unsent": 0, "proof": clinic.proof(user)}
    return room_openings.close_room(opening=opening, by=user, **(told | given))


def settle(clinic: Clinic, entry: Any, user: User, outcome: str = "mine", **given: Any) -> Any:
    told = {"entry_id": uuid4(), "now": clinic.now, "proof": clinic.proof(user)} | given
    return room_entries.settle_entry(entry=entry, outcome=outcome, by=user, **told)
