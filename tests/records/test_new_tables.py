"""An empty database is the same, table for table, as the framework's own way would have made it."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

THE_FRAMEWORKS_WAY = """
from django.db.migrations.state import ProjectState
kept = ProjectState.add_model, ProjectState.reload_model
import django
django.setup()
if {slowly}:
    assert ProjectState.add_model is not kept[0]
    ProjectState.add_model, ProjectState.reload_model = kept
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
"""


def tables(path: Path, *, slowly: bool) -> set[tuple[object, ...]]:
    program = THE_FRAMEWORKS_WAY.format(slowly=slowly)
    known = {
        "HOLDFAST_DATABASE_URL": f"sqlite:///{path}",
        "DJANGO_SETTINGS_MODULE": "holdfast.settings",
    }
    subprocess.run([sys.executable, "-c", program], env=os.environ | known, check=True)
    with sqlite3.connect(path) as opened:
        return set(opened.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))


def test_an_empty_database_is_what_the_framework_would_have_made(tmp_path):
    ours = tables(tmp_path / "ours.sqlite3", slowly=False)
    assert len(ours) > 100
    assert ours == tables(tmp_path / "theirs.sqlite3", slowly=True)
