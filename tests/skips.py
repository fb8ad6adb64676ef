"""What a run skipped, why, and whether it was allowed to.

``tests/allowed_skips.txt`` holds one line for each skip that may happen where everything is
installed: a pattern for the test, a bar, a pattern for the reason, a bar, and why it is allowed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

ALLOWED = Path(__file__).with_name("allowed_skips.txt")


@dataclass(frozen=True)
class Skip:
    """One test that did not run, and the reason it gave."""

    test: str
    reason: str


@dataclass(frozen=True)
class AllowedSkip:
    """One line of the list: patterns of test and reason, and why the skip is allowed."""

    test: str
    reason: str
    why: str

    def covers(self, skip: Skip) -> bool:
        """Both patterns match, in the manner of file names."""
        return fnmatchcase(skip.test, self.test) and fnmatchcase(skip.reason, self.reason)


def allowed(path: Path = ALLOWED) -> tuple[AllowedSkip, ...]:
    """The list, in order. Raises ValueError for a line that does not have three parts."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    rows = []
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 3 or not all(parts):
            raise ValueError(f"{path.name}:{number}: expected test | reason | why, got {line!r}.")
        rows.append(AllowedSkip(*parts))
    return tuple(rows)


def collected(reports: Iterable) -> tuple[Skip, ...]:
    """The skips among pytest's reports, without the word pytest puts before each."""
    found = []
    for report in reports:
        longrepr = getattr(report, "longrepr", None)
        reason = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
        found.append(Skip(report.nodeid, reason.removeprefix("Skipped: ")))
    return tuple(found)


def not_allowed(found: Sequence[Skip], allowed: Sequence[AllowedSkip]) -> tuple[Skip, ...]:
    """The skips that no line of the list covers."""
    return tuple(skip for skip in found if not any(line.covers(skip) for line in allowed))


def must_be_allowed(environment: Mapping[str, str]) -> bool:
    """True in continuous integration, where everything that can be installed is."""
    words = (environment.get("CI", ""), environment.get("HOLDFAST_CI", ""))
    return any(word.lower() in {"1", "true", "yes"} for word in words)


def report(found: Sequence[Skip], allowed: Sequence[AllowedSkip]) -> str:
    """What a person reads at the end of a run."""
    if not found:
        return "Nothing was skipped."
    refused = set(not_allowed(found, allowed))
    by_reason: dict[str, list[Skip]] = {}
    for skip in found:
        by_reason.setdefault(skip.reason, []).append(skip)
    lines = [f"Skipped: {len(found)}, of which {len(refused)} not on tests/allowed_skips.txt."]
    for reason, group in sorted(by_reason.items()):
        mark = "NOT ALLOWED" if refused.intersection(group) else "allowed"
        lines.append(f"  {len(group):4} {mark}: {reason} (for example {group[0].test})")
    return "\n".join(lines)
