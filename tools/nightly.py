"""Runs what is too long for every change, in pieces, and writes docs/nightly.md with the commit it ran on.

``make nightly`` goes on where it was stopped: a piece that passed is not run again until a file that
it reads has changed. The page says at which commit each ran.
``NIGHTLY_ARGS=--again`` begins anew; a piece's name runs that piece alone.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from tools.reaches import ROOT, files_read, stamp, tests_that_reach

STATE = ROOT / "var" / "nightly.json"
PAGE = ROOT / "docs" / "nightly.md"
# A single test may take hours here; in the other profiles one that takes five minutes has hung.
LONG = ("-o", "faulthandler_timeout=14400")
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *LONG)
EXPLORING = {"HOLDFAST_PROPERTIES": "nightly"}

Result = Mapping[str, str | float]


def pieces() -> dict[str, tuple[Sequence[str], Mapping[str, str]]]:
    """Every piece by name: its command, and what it adds to the environment."""
    found: dict[str, tuple[Sequence[str], Mapping[str, str]]] = {}
    long = (ROOT / "tests" / "nightly.txt").read_text("utf-8")
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text, name = path.read_text("utf-8"), path.relative_to(ROOT).as_posix()
        if "mark.nightly" in text or name in long:
            found[f"long: {name}"] = ((*PYTEST, name, "-m", "nightly"), EXPLORING)
        if "@given" in text or "RuleBasedStateMachine" in text:
            found[f"properties: {name}"] = (
                (*PYTEST, name, "-m", "not nightly and not faults"),
                EXPLORING,
            )
    for path in sorted((ROOT / "src" / "holdfast" / "domain").glob("*.py")):
        if path.stem != "__init__":
            found[f"mutation: {path.stem}"] = (
                (sys.executable, "-m", "tools.mutation", path.stem),
                {},
            )
    for folder in ("tests/actions", "tests/watch"):
        found[f"postgresql: {folder}"] = ((*PYTEST, folder, "-m", "nightly and postgres"), {})
    if (ROOT / "benchmarks" / "verify.py").exists():
        found["million rows: verify"] = (
            (sys.executable, "benchmarks/run.py", "verify"),
            {"HOLDFAST_BENCH_ROWS": "1000000"},
        )
    return found


def stamp_of(name: str) -> str:
    """One hash over what a piece reads: the same hash gives the same outcome."""
    kind, _, what = name.partition(": ")
    if kind == "postgresql":
        return stamp(files_read(sorted((ROOT / what).glob("test_*.py"))))
    if kind != "mutation":
        return stamp(
            files_read([ROOT / what] if kind != "million rows" else [ROOT / "tests/web/x"])
        )
    module = ROOT / "src" / "holdfast" / "domain" / f"{what}.py"
    tests = tests_that_reach(module, ("tests/domain", "tests/spec"))
    return stamp([*files_read(tests), module, ROOT / "tools" / "mutation.py"])


def run(command: Sequence[str], environment: Mapping[str, str]) -> Result:
    """Run one piece: its outcome, its seconds and its last line."""
    start = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    if done.returncode:
        print("\n".join(lines[-40:]), flush=True)
    return {
        "outcome": "passed" if done.returncode == 0 else f"failed ({done.returncode})",
        "seconds": round(time.monotonic() - start, 1),
        "said": lines[-1].strip("= ") if lines else "",
    }


def commit() -> str:
    """The commit the work tree stands at, marked where something but our own reports differs."""
    if shutil.which("git") is None:
        return "unknown"

    def git(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False
        )

    name = git("rev-parse", "--short=12", "HEAD").stdout.strip() or "unknown"
    reports = (":!docs/nightly.md", ":!docs/benchmarks.md")
    differs = git("diff", "--quiet", "HEAD", "--", ".", *reports).returncode
    return f"{name}-dirty" if differs else name


def report(results: Mapping[str, Result], missing: Sequence[str]) -> str:
    """The page: every piece with its outcome and commit, and plainly what has not run."""
    failed = [name for name, result in results.items() if result["outcome"] != "passed"]
    rows = [
        f"| {name} | {result['outcome']} | `{result['commit']}` | {result['seconds']} "
        f"| {re.sub(r'[|]', '/', str(result['said']))} |"
        for name, result in sorted(results.items())
    ]
    return "\n".join(
        [
            "# The nightly run",
            "",
            f"Written {datetime.now(UTC):%Y-%m-%d %H:%M} UTC by `make nightly`. "
            f"{len(results) - len(failed)} pieces passed, {len(failed)} failed, {len(missing)} not run yet.",
            "A piece ran at the commit beside it, and nothing that it reads has changed since.",
            "",
            *([f"Not run yet: {', '.join(missing)}.", ""] if missing else []),
            "| piece | outcome | commit | seconds | said |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def main(words: Sequence[str]) -> int:
    """Run what has not passed as it stands; 0 if nothing failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", help="pieces to run; all that have not passed if none is named"
    )
    parser.add_argument("--again", action="store_true", help="forget what has ended")
    parser.add_argument("--list", action="store_true", help="name the pieces and stop")
    args = parser.parse_args(words)
    known = pieces()
    if args.list:
        print("\n".join(known))
        return 0
    kept = json.loads(STATE.read_text("utf-8")) if STATE.exists() and not args.again else {}
    results: dict[str, Result] = {
        name: result
        for name, result in kept.items()
        if name in known and result["stamp"] == stamp_of(name) and result["outcome"] == "passed"
    }
    for name in args.names or [name for name in known if name not in results]:
        print(f"== {name}", flush=True)
        results[name] = {"stamp": stamp_of(name), "commit": commit(), **run(*known[name])}
        print(
            f"   {results[name]['outcome']} in {results[name]['seconds']} s: {results[name]['said']}",
            flush=True,
        )
        STATE.parent.mkdir(exist_ok=True)
        STATE.write_text(json.dumps(results, indent=1), encoding="utf-8")
        PAGE.write_text(report(results, [n for n in known if n not in results]), encoding="utf-8")
    return int(any(result["outcome"] != "passed" for result in results.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
