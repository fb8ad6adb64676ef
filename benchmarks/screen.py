"""``holdfast screen`` against ``json.loads`` of the same bytes, and how soon the command answers.

In one warm process: from the bytes of a bundle to the bytes of its verdict, with every check on,
against parsing alone with the standard library. The two are interleaved, so that the machine's
mood falls on both; times are of the processor, and the ratio is the median of the rounds'. The twelve reference bundles are measured where they
are found, and bundles of our own making otherwise.
"""

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import orjson

from holdfast.cli.screen import prepare

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))
STARTS = 11
AS_OF = date(2026, 11, 23)
ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / "tests" / "interop" / "bundles"
AIM_RATIO, AIM_SECONDS = 2.0, 0.5


def main() -> list[dict[str, Any]]:
    """One row for the warm ratio and one for the start-up."""
    name, bundles = _bundles()
    return [_warm(name, bundles), _start_up()]


def _bundles() -> tuple[str, list[bytes]]:
    folder = Path(os.environ.get("HOLDFAST_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
    files = sorted((folder / "referrals").glob("*.json.gz"))
    if files:
        return "reference bundles", [gzip.decompress(file.read_bytes()) for file in files]
    return "our own small bundles", [file.read_bytes() for file in sorted(OWN.glob("*.json"))]


def _warm(name: str, bundles: Sequence[bytes]) -> dict[str, Any]:
    screening = prepare("mapp2", AS_OF)

    def verdict(data: bytes) -> object:
        return orjson.dumps(screening.document(data))

    for each in bundles:
        verdict(each)
    parsed, screened = [], []
    for _ in range(ROUNDS):
        parsed.append(_seconds(json.loads, bundles))
        screened.append(_seconds(verdict, bundles))
    return {
        "what": f"{len(bundles)} {name}, {sum(map(len, bundles)) / 1e6:.1f} MB",
        "holdfast, ms": median(screened) * 1000,
        "json.loads, ms": median(parsed) * 1000,
        "ratio": median(ours / theirs for ours, theirs in zip(screened, parsed, strict=True)),
        "aim": f"at most {AIM_RATIO}",
    }


def _seconds(work: Callable[[bytes], object], bundles: Sequence[bytes]) -> float:
    began = time.process_time()
    for each in bundles:
        work(each)
    return time.process_time() - began


def _start_up() -> dict[str, Any]:
    """From calling the command to its end, with one small bundle, against an empty Python."""
    asked = [sys.executable, "-m", "holdfast", "screen", "--protocol", "mapp2", "--format", "json"]
    bundle = str(OWN / "whole-person.json")
    whole, empty = [], []
    for _ in range(STARTS):
        empty.append(_call([sys.executable, "-c", ""]))
        whole.append(_call([*asked, bundle]))
    return {
        "what": "start-up, one small bundle",
        "holdfast, ms": median(whole) * 1000,
        "json.loads, ms": f"an empty Python {median(empty) * 1000:.0f}",
        "ratio": median(whole) / median(empty),
        "aim": f"under {AIM_SECONDS * 1000:.0f} ms",
    }


def _call(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    for row in main():
        print(row)
