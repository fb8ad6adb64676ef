"""A process that writes entries until it is killed, and says of each that it was acknowledged.

``python -m tests.faults.appender STREAM`` with the settings of a record in the environment. Each line on
stdout is the id of an entry whose receipt was given; it is flushed before the next is written.
"""

import os
import sys
from uuid import UUID, uuid4


def main(stream_id: UUID) -> None:
    """Write for ever."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    django.setup()
    from datetime import UTC, datetime

    from holdfast.actions.people import house
    from holdfast.actions.writing import lock, message, one_transaction

    by = house()

    @one_transaction
    def append(entry_id: UUID) -> None:
        stream = lock(stream_id, datetime.now(UTC))
        facts = [message("test-message", stream_id, number=n) for n in range(3)]
        stream.write(stream.sent("test-entry", entry_id, {}), facts, by=by)

    while True:
        entry_id = uuid4()
        append(entry_id)
        os.write(sys.stdout.fileno(), entry_id.hex.encode() + b"\n")


if __name__ == "__main__":
    main(UUID(sys.argv[1]))
