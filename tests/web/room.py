"""A room of the clinic that the pages look at, its tablet, and somebody opening it there."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from holdfast.records.models import Enrollment, RoomDevice, RoomOpening, Site, User
from tests.actions.clinic import Clinic
from tests.actions.room import Tablet, enroll, entry_text
from tests.web.clinic import PASSWORD

DOOR = "/NORTH/room/"


@dataclass
class Room:
    """The tablet's client and key, its device, and its clinic."""

    client: Client
    tablet: Tablet
    device: RoomDevice
    enrollment: Enrollment

    def open(self, *logins: str, numbers: str = "1", **given: str) -> Any:
        """Fill the form of the door."""
        first, second = logins or ("therapist", "physician")
        told = {
            "entry_id": str(uuid4()),
            "numbers": numbers,
            "first_login": first,
            "first_secret": PASSWORD,
            "second_login": second,
            "second_secret": PASSWORD,
        }
        return self.client.post(f"{DOOR}open/", told | given)

    @property
    def opening(self) -> RoomOpening:
        return RoomOpening.objects.select_related("device", "site").latest("recorded_at")

    def at(self, act: str) -> str:
        return f"{DOOR}{self.opening.id}/{act}"

    def post(self, act: str, **told: Any) -> Any:
        return self.client.post(
            self.at(f"{act}/"), json.dumps(told), content_type="application/json"
        )

    def step(self, who: str, kind: str = "writes", secret: str = PASSWORD, **given: Any) -> Any:
        person = str(User.objects.get(login=who).id)
        told = {"id": str(uuid4()), "kind": kind, "person": person, "secret": secret}
        return self.post("step", **(told | given))

    def switch(self, who: str) -> str:
        """Somebody switches to themselves; what only their page knows of it."""
        return str(self.step(who).json()["step"])

    def send(self, **told: Any) -> Any:
        """One entry, signed by the tablet."""
        text = entry_text(self.opening, timezone.now(), **told)
        return self.post("entries", entry=text, signature=self.tablet.signed(text))

    def state(self, switch: str = "") -> dict[str, Any]:
        headers = {"X-Writing": switch} if switch else {}
        answer = self.client.get(self.at("state/"), headers=headers)
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found


def enrolled_tablet(enrollment: Enrollment, client: Callable[[], Client]) -> Room:
    """A tablet enrolled for a room of the first site."""
    admin = User.objects.get(login="admin")
    clinic = Clinic(Site.objects.get(code="NORTH"), admin, {}, timezone.now())
    tablet = Tablet()
    device = enroll(clinic, tablet)
    made = client()
    made.cookies["room-device"] = f"{device.id.hex}.{tablet.secret}"
    return Room(made, tablet, device, enrollment)
