"""Records full of invented courses for the benchmarks, made once for a seed and the code they follow from."""

import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "populated"
# What the acts and their facts follow from: no page, no watch and no command but those that drive.
CODE = (
    *(
        f"src/holdfast/{part}/**/*.{kind}"
        for part in ("domain", "definitions", "interop", "records", "unblinded", "actions")
        for kind in ("py", "toml")
    ),
    "src/holdfast/cli/courses/**/*.*",
    "src/holdfast/cli/demonstration/**/*.*",
    "src/holdfast/cli/populate.py",
)


@dataclass(frozen=True)
class Populated:
    """A record's file, and the site key its words are sealed under; ``copied`` opens a copy of it.

    ``told`` is what the making of it took, and what it said at its end.
    """

    path: Path
    key: str
    told: Mapping[str, Any]


def populated(seed: int = 1, sites: int = 20, enrollments: int = 2000) -> Populated:
    """The record of a seed; driven now where this code has not driven it yet."""
    name = f"{seed}-{code_sha256()[:16]}"
    if (sites, enrollments) != (20, 2000):
        name += f"-{sites}x{enrollments}"
    path, key = KEPT / f"{name}.sqlite3", KEPT / f"{name}.key"
    if not path.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        _populate(path, key, seed, sites, enrollments)
    told = json.loads(path.with_suffix(".json").read_text("utf-8"))
    return Populated(path, key.read_text("ascii"), told)


def code_sha256() -> str:
    """One hash over everything that a populated record follows from."""
    digest = hashlib.sha256()
    found = {path for pattern in CODE for path in ROOT.glob(pattern)}
    for file in sorted(path for path in found if path.suffix != ".pyc" and path.is_file()):
        digest.update(f"{file.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


@contextmanager
def copied(kept: Populated) -> Iterator[None]:
    """Django at a copy of a populated record that can be written to, until the end."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    os.environ |= {"HOLDFAST_KEY": kept.key, "HOLDFAST_SECOND_FACTOR": "optional"}
    os.environ.pop("HOLDFAST_KEY_FILE", None)
    import django

    django.setup()
    from tests import databases

    with tempfile.TemporaryDirectory(dir=KEPT) as folder:
        copy = Path(folder) / "record.sqlite3"
        shutil.copyfile(kept.path, copy)
        with databases.pointed_at(f"sqlite:///{copy}"):
            yield


def _populate(path: Path, key: Path, seed: int, sites: int, enrollments: int) -> None:
    """Drive it beside its place and put it there whole: half a record is never found."""
    secret = os.urandom(32).hex()
    building = path.with_suffix(".building")
    for suffix in ("", "-wal", "-shm"):
        building.with_name(building.name + suffix).unlink(missing_ok=True)
    told = {"sites": sites, "enrollments": enrollments, "seed": seed}
    options = [word for name, value in told.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "holdfast", "populate", *options]
    command += ["--database", f"sqlite:///{building}"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HOLDFAST_")}
    began, before = time.monotonic(), _worked()
    said = _heard(command, environment | {"HOLDFAST_KEY": secret})
    took, worked = time.monotonic() - began, _worked() - before
    told = {"seconds": took, "seconds at work": worked, "said": said}
    path.with_suffix(".json").write_text(json.dumps(told), "utf-8")
    key.write_text(secret, "ascii")
    for suffix in ("-wal", "-shm"):
        building.with_name(building.name + suffix).unlink(missing_ok=True)
    building.rename(path)


def _worked() -> float:
    """Seconds of the processor that the commands run from here have taken."""
    work = resource.getrusage(resource.RUSAGE_CHILDREN)
    return work.ru_utime + work.ru_stime


def _heard(command: list[str], environment: dict[str, str]) -> list[str]:
    """Run a command to its end, show what it says, and keep that."""
    said = []
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as running:
        assert running.stdout is not None  # a pipe was asked for
        for line in running.stdout:
            print(line, end="", flush=True)
            said.append(line.rstrip())
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command)
    return said


if __name__ == "__main__":
    print(populated(*map(int, sys.argv[1:])).path)
