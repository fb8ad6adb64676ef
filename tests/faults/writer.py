"""A process that writes until it is ended, and says on stdout what it sent and what receipt it got.

``python -m tests.faults.writer [largest file in bytes]``, with the database and the key in the environment.
"""

import os
import resource
import sys
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4


def send(entry_id: UUID) -> Any:
    """Open one referral whose content follows from its id, so that it can be sent again."""
    from holdfast.records.models import Site, User
    from tests.actions.clinic import IDENTITY, NOW, Clinic, refer

    site = Site.objects.get(code="NORTH")
    users = {name: User.objects.get(login=name) for name in ("admin", "coordinator")}
    clinic = Clinic(site, users["admin"], users, NOW)
    # Somebody else each time: the same person referred again would add to the same enrollment.
    identity = replace(IDENTITY, family=entry_id.hex, identifiers=(("urn:hospital", entry_id.hex),))
    digest = sha256(entry_id.bytes).hexdigest()
    return refer(clinic, entry_id=entry_id, identity=identity, bundle_sha256=digest)


def main() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "holdfast.settings"
    django.setup()
    if len(sys.argv) > 1:
        largest = int(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    while True:
        entry_id = uuid4()
        print("sent", entry_id, flush=True)
        receipt = send(entry_id)
        print("received", entry_id, receipt.entry_hash, flush=True)


if __name__ == "__main__":
    main()
