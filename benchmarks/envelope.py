"""The expected course, quick and exact, beside the same by 20,000 persons drawn.

Warm: every table is made. Where other work shares the cores, the processor's time says more. Cold: in a new process, with all imports, as the command has it. The
misses are of the quick bands against persons drawn: of the lines in per cent of what they say, of
the changes in per cent of the larger of the change and a tenth of the typical rise. More persons
show how much of a miss is the chance of drawing.
"""

import os
import subprocess
import sys
import time
from statistics import median
from typing import Any

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "200"))
COLD_ROUNDS = 5
MANY = 20_000
MORE = 160_000

ASKED = "envelope --initial 120 --supplement 60@105 --weight 80 --sex male"


def main() -> list[dict[str, Any]]:
    """One row for each of three questions, then one for the command."""
    from holdfast.analysis.exposure.people import Dose, Person, initial_and_supplement

    man = Person(weight_kg=80, sex="male")
    slow = Person(weight_kg=55, sex="female", cyp2d6_activity=0)
    both = initial_and_supplement(120, Dose(105, 60))
    return [
        _measured("120 + 60 mg, 80 kg", man, both, "three-state"),
        _measured(
            "80 + 40 mg, 55 kg, activity 0",
            slow,
            initial_and_supplement(80, Dose(120, 40)),
            "three-state",
        ),
        _measured("120 + 60 mg, 80 kg, published", man, both, "one-compartment"),
        _command(),
    ]


def _measured(what: str, person: Any, doses: Any, model: str) -> dict[str, Any]:
    from holdfast.analysis.exposure.bands import envelope
    from holdfast.analysis.exposure.sampling import envelope_of_many

    quick = envelope(person, doses, model=model)
    taken, worked = [], []
    for _ in range(ROUNDS):
        began, processor = time.perf_counter_ns(), time.process_time_ns()
        envelope(person, doses, model=model)
        taken.append(time.perf_counter_ns() - began)
        worked.append(time.process_time_ns() - processor)
    began = time.perf_counter_ns()
    slow = envelope_of_many(person, doses, persons=MANY, seed=1, model=model)
    drawn = time.perf_counter_ns() - began
    more = envelope_of_many(person, doses, persons=MORE, seed=2, model=model)
    lines, changes = _missed(quick, slow)
    return {
        "what": what,
        "warm, ms": median(taken) / 1e6,
        "of the processor, ms": median(worked) / 1e6,
        "least, ms": min(taken) / 1e6,
        "aim, ms": "5",
        f"{MANY:,} drawn, ms": drawn / 1e6,
        "times as fast": drawn / median(taken),
        "lines miss, %": lines,
        "aim, %": "2",
        "changes miss, %": changes,
        f"changes miss {MORE:,}, %": _missed(quick, more)[1],
    }


def _missed(quick: Any, drawn: Any) -> tuple[float, float]:
    """The worst of all lines, and of all changes of vital signs, in per cent."""
    import numpy as np

    from holdfast.definitions.exposure import load

    lines, changes = [], []
    for measure, ours in quick.bands.items():
        theirs = drawn.bands[measure]
        there = theirs.values > 1.0
        lines.append(np.abs(ours.values[there] / theirs.values[there] - 1).max())
        if measure != "concentration":
            tenth = load("effects")[f"{measure.replace('_', '-')}-rise"] / 10
            apart = np.abs(ours.changes - theirs.changes)
            changes.append((apart / np.maximum(theirs.changes, tenth)).max())
    return 100 * float(max(lines)), 100 * float(max(changes))


def _command() -> dict[str, Any]:
    """The whole command in a new process, beside an empty Python."""
    asked, empty = [], []
    for _ in range(COLD_ROUNDS):
        for words, taken in (
            (["-m", "holdfast", *ASKED.split()], asked),
            (["-c", "pass"], empty),
        ):
            began = time.perf_counter_ns()
            subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
            taken.append(time.perf_counter_ns() - began)
    return {
        "what": "the command, from nothing",
        "warm, ms": median(asked) / 1e6,
        "least, ms": min(asked) / 1e6,
        "aim, ms": "",
        "times as fast": median(empty) / median(asked),
    }


if __name__ == "__main__":
    for row in main():
        print(row)
