"""A process that breaks the blind of one person again and again until it is killed.

``python -m tests.faults.unblinder ENROLLMENT`` with a record in the environment. Before each it says the
id of the entry, and after it that the answer was given.
"""

import os
import sys
from datetime import UTC, datetime
from uuid import UUID, uuid4


def main(enrollment_id: UUID) -> None:
    """Break it for ever."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "holdfast.settings"
    django.setup()
    from holdfast.actions.code_breaks import break_code
    from holdfast.actions.outcomes import Receipt
    from holdfast.actions.signatures import ReauthenticationProof
    from holdfast.records.models import Enrollment, User

    enrollment = Enrollment.objects.select_related("site").get(id=enrollment_id)
    doctor = User.objects.get(login="physician")
    while True:
        entry_id, now = uuid4(), datetime.now(UTC)
        print("sent", entry_id.hex, flush=True)
        told = {"reason_code": "other", "words": "for unblinded eyes", "entry_id": entry_id}
        proof = ReauthenticationProof.made(user=doctor, now=now)
        answer = break_code(enrollment=enrollment, proof=proof, by=doctor, now=now, **told)
        assert isinstance(answer.answered, Receipt)
        print("shown", entry_id.hex, flush=True)


if __name__ == "__main__":
    main(UUID(sys.argv[1]))
