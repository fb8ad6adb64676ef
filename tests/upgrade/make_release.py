"""Makes the small database and the backup of this release that later releases must open.

Run once when a release is made, and whenever its tables change before it is released:
``python -m tests.upgrade.make_release``. What is made is committed in ``tests/upgrade/releases``.
"""

import gzip
import os
import shutil
import sqlite3
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

RELEASES = Path(__file__).with_name("releases")
SITE_KEY = "0102030405060708" * 4  # opens nothing but these files


def make(folder: Path) -> None:
    """Write ``database.sqlite3.gz``, ``record.backup`` and ``seals`` of the installed version."""
    folder.mkdir(parents=True)
    os.environ["HOLDFAST_KEY"] = SITE_KEY
    os.environ.pop("HOLDFAST_KEY_FILE", None)
    os.environ["HOLDFAST_SEALS"] = str(folder / "seals")
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "record.sqlite3"
        os.environ["HOLDFAST_DATABASE_URL"] = f"sqlite:///{path}"
        os.environ["DJANGO_SETTINGS_MODULE"] = "holdfast.settings"
        _write(folder)
        with sqlite3.connect(path) as opened:
            opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with gzip.GzipFile(folder / "database.sqlite3.gz", "wb", mtime=0) as packed:
            packed.write(path.read_bytes())


def _write(folder: Path) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from holdfast.records.backups import Keys, back_up
    from holdfast.records.keys import site_key
    from tests.records.full_record import full_record

    call_command("migrate", verbosity=0, interactive=False)
    record = full_record()
    back_up(folder / "record.backup", Keys(site_key()), now=record.clinic.now)
    connection.close()


if __name__ == "__main__":
    release = RELEASES / version("holdfast")
    if release.exists():
        if "--again" not in sys.argv:
            sys.exit(f"{release} is there already; --again makes it anew before it is released.")
        shutil.rmtree(release)
    make(release)
    print(release)
