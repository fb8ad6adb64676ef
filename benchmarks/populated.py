"""Records full of invented courses for the benchmarks, made once for a seed and the code they follow from."""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "populated"
CODE = ("src/holdfast/**/*.py", "src/holdfast/**/*.toml")


@dataclass(frozen=True)
class Populated:
    """A record's file, and the site key its words are sealed under. Copy it before writing to it."""

    path: Path
    key: str


def populated(seed: int = 1, sites: int = 20, enrollments: int = 2000) -> Populated:
    """The record of a seed; driven now where this code has not driven it yet."""
    name = f"{seed}-{code_sha256()[:16]}"
    if (sites, enrollments) != (20, 2000):
        name += f"-{sites}x{enrollments}"
    path, key = KEPT / f"{name}.sqlite3", KEPT / f"{name}.key"
    if not path.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        _populate(path, key, seed, sites, enrollments)
    return Populated(path, key.read_text("ascii"))


def code_sha256() -> str:
    """One hash over everything that a populated record follows from."""
    digest = hashlib.sha256()
    for file in sorted(path for pattern in CODE for path in ROOT.glob(pattern)):
        digest.update(f"{file.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


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
    subprocess.run(command, check=True, env=environment | {"HOLDFAST_KEY": secret})
    key.write_text(secret, "ascii")
    building.rename(path)


if __name__ == "__main__":
    print(populated(*map(int, sys.argv[1:])).path)
