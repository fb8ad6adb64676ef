"""What it took to drive the populated record of the other benchmarks, from an empty file to its verifying.

It is driven once for a seed and the code that it follows from; where it was driven before, this is
what it took then. Time at work is of this one process: on a machine that does other things too, the
rest was waiting.
"""

import os
import re
from typing import Any

from benchmarks.populated import populated

SITES = int(os.environ.get("BENCH_SITES", "20"))
COURSES = int(os.environ.get("BENCH_COURSES", "2000"))


def main() -> list[dict[str, Any]]:
    """One row."""
    kept = populated(1, SITES, COURSES)
    told, said = kept.told, "\n".join(kept.told["said"])
    acts = re.search(r"(\d+) acts in", said)
    rows = re.search(r"(\d+) journal rows and (\d+) facts in (\d+) streams; (\d+) seals", said)
    assert acts is not None  # a command that ended well says all of this
    assert rows is not None
    number = int(acts[1])
    return [
        {
            "people": COURSES,
            "sites": SITES,
            "acts": f"{number:,}",
            "journal rows": f"{int(rows[1]):,}",
            "facts": f"{int(rows[2]):,}",
            "seals": f"{int(rows[4]):,}",
            "file, MB": kept.path.stat().st_size / 1e6,
            "minutes": told["seconds"] / 60,
            "aim, minutes": "15",
            "of it at work, minutes": told["seconds at work"] / 60,
            "at work for each act, ms": 1000 * told["seconds at work"] / number,
            "verified": "fits",
        }
    ]


if __name__ == "__main__":
    for row in main():
        print(row)
