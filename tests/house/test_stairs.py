"""The stairs go down only: the import contracts in pyproject.toml hold."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.house.source import ROOT, plant


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the copy of the house in ``folder``."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def a_copy(folder: Path) -> Path:
    """The package and its contracts, somewhere else."""
    leave = shutil.ignore_patterns("__pycache__", "static", "fonts", "locale")
    shutil.copytree(ROOT / "src", folder / "src", ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_every_import_goes_down_the_stairs():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_django_in_a_rule_is_found(tmp_path):
    copy = a_copy(tmp_path)
    plant(copy, "src/holdfast/domain/washed.py", "from django.db import models\n")
    assert "No Django below the archive BROKEN" in lint_imports(copy).stdout


def test_an_import_up_the_stairs_a_new_room_and_a_door_into_the_sealed_room_are_found(tmp_path):
    copy = a_copy(tmp_path)
    plant(copy, "src/holdfast/records/upwards.py", "import holdfast.actions\n")
    plant(copy, "src/holdfast/watch/peeking.py", "import holdfast.unblinded\n")
    said = lint_imports(copy).stdout
    assert "The stairs go down only BROKEN" in said
    assert "The sealed room opens to its doors in actions alone BROKEN" in said


def test_a_module_on_no_stair_is_found(tmp_path):
    copy = a_copy(tmp_path)
    plant(copy, "src/holdfast/attic.py", "")
    assert "The stairs go down only BROKEN" in lint_imports(copy).stdout


def test_two_modules_that_import_each_other_are_found(tmp_path):
    copy = a_copy(tmp_path)
    plant(copy, "src/holdfast/domain/hen.py", "import holdfast.domain.egg\n")
    plant(copy, "src/holdfast/domain/egg.py", "import holdfast.domain.hen\n")
    assert "No circles among neighbours BROKEN" in lint_imports(copy).stdout
