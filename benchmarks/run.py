"""Runs every benchmark of this folder and writes docs/benchmarks.md: ratios measured in one run, with versions.

A benchmark is a module with ``main() -> list`` of rows; a row is a mapping of column to value, the same
columns throughout. ``make bench`` runs all; ``BENCH_ARGS="screen append"`` runs some and keeps what
the page says of the others.
"""

import importlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
NAMED = ("django", "numpy", "orjson", "psycopg", "cryptography")

Row = Mapping[str, Any]


def benchmarks() -> list[str]:
    """The modules of this folder that have a ``main``, by name."""
    return sorted(
        path.stem
        for path in Path(__file__).parent.glob("*.py")
        if path.stem != "run" and re.search(r"^def main\(", path.read_text("utf-8"), re.MULTILINE)
    )


def section(name: str, rows: Sequence[Row], seconds: float) -> str:
    """One benchmark as a heading, where and when it ran, and its table."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [
        f"## {name}",
        "",
        f"{_machine()} Commit `{_commit()}`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, "
        f"{seconds:.0f} s in all.",
        "",
        f"| {' | '.join(columns)} |",
        f"|{' --- |' * len(columns)}",
        *(f"| {' | '.join(_cell(row.get(column, '')) for column in columns)} |" for row in rows),
        "",
    ]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    return (
        f"{value:.3g}"
        if isinstance(value, float) and value < 1000
        else (f"{value:,.0f}" if isinstance(value, float) else str(value))
    )


def _machine() -> str:
    names = ", ".join(f"{name} {version(name)}" for name in NAMED)
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {names}."


def _commit() -> str:
    if shutil.which("git") is None:
        return "unknown"
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


def kept_sections(page: str) -> dict[str, str]:
    """What an earlier run wrote, by name."""
    parts = re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]
    return {part.splitlines()[0].removeprefix("## "): part for part in parts}


def main(names: Sequence[str]) -> int:
    """Run the named benchmarks, or all, and write the page."""
    sys.path.insert(0, str(ROOT))
    known = benchmarks()
    if unknown := [name for name in names if name not in known]:
        print(
            f"There is no benchmark {unknown[0]!r}; there are: {', '.join(known)}.", file=sys.stderr
        )
        return 2
    sections = kept_sections(PAGE.read_text("utf-8")) if PAGE.exists() else {}
    for name in names or known:
        print(f"== {name}", flush=True)
        start = time.perf_counter()
        rows = importlib.import_module(f"benchmarks.{name}").main()
        sections[name] = section(name, rows, time.perf_counter() - start)
        print(sections[name], flush=True)
    head = (
        "# Benchmarks\n\nRatios, because seconds belong to a machine: each compares two things done in the same run. "
        "Written by `make bench`.\n\n"
    )
    ordered = [sections[name].rstrip() for name in sorted(sections) if name in known]
    PAGE.write_text(head + "\n\n".join(ordered) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
