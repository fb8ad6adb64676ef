"""Makes the demonstration's database: key, migrations, the clinic, a seal and the mark.

It runs in a process of its own whose settings name the database that is being built.
"""

import signal
from datetime import UTC, datetime
from pathlib import Path

from holdfast.cli.demonstration.bundles import SEED
from holdfast.cli.demonstration.folder import Folder, mark


def build(folder: Folder, database: Path) -> None:
    """Build the whole demonstration into a new file at ``database``."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us stops us
    folder.take_over(database)
    _key(folder)

    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        # Nothing is promised of a file that has no name yet; it is put on the disk when it is whole.
        cursor.execute("PRAGMA synchronous = OFF")
    now = datetime.now(UTC)
    from holdfast.actions.people import house
    from holdfast.cli.demonstration import clinic
    from holdfast.records.seals import make_seal

    clinic.build(now)
    make_seal(by=house(), now=now)
    connection.close()
    mark(database, SEED, now.date().isoformat())


def _key(folder: Folder) -> None:
    """The demonstration's own site key, made once."""
    if folder.key.exists():
        return
    import django

    django.setup()
    from holdfast.records.keys import create_key_file

    create_key_file(folder.key)
