"""Laboratory and ECG: ordered, collected, resulted, reviewed and signed in time, and not critical."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from holdfast.domain.findings import Finding, Outcome, Reference, Standing


@dataclass(frozen=True)
class Result:
    """One result of one test. Times are None where that step has not happened.

    ``is_critical`` is the laboratory's or the reviewer's own mark, None where nobody said;
    ``is_resolved`` says that a physician dealt with a critical value.
    """

    test: str
    collected_on: date
    resulted_at: datetime | None = None
    reviewed_at: datetime | None = None
    reviewed_by: str | None = None
    is_critical: bool | None = None
    is_acceptable: bool | None = None
    is_resolved: bool = False


@dataclass(frozen=True)
class NeededResult:
    """A test that must be recent. ``valid_days`` None: no number is signed."""

    test: str
    valid_days: int | None
    reference: Reference
    standing: Standing


# Every reason of a finding, with the values that always come with it.
RESULT_REASONS: dict[str, tuple[str, ...]] = {
    "result-accepted": ("test", "collected_on"),
    "result-missing": ("test",),
    "result-awaited": ("test", "collected_on"),
    "result-not-reviewed": ("test", "collected_on"),
    "result-critical": ("test", "collected_on"),
    "result-not-acceptable": ("test", "collected_on"),
    "result-too-old": ("test", "collected_on", "valid_days"),
    "result-validity-not-signed": ("test",),
}


def result_finding(needed: NeededResult, results: Sequence[Result], on: date) -> Finding:
    """Whether the latest result of a test stands on a day.

    An unresolved critical value stops, however many later results there are: a physician deals
    with it, not time.
    """
    own = [one for one in results if one.test == needed.test and one.collected_on <= on]
    if any(one.is_critical and not one.is_resolved for one in own):
        critical = next(one for one in own if one.is_critical and not one.is_resolved)
        return _finding(needed, Outcome.FAILED, "result-critical", critical)
    if not own:
        return _finding(needed, Outcome.UNKNOWN, "result-missing")
    last = max(own, key=lambda one: one.collected_on)
    if last.resulted_at is None:
        return _finding(needed, Outcome.UNKNOWN, "result-awaited", last)
    if last.reviewed_at is None or last.is_acceptable is None:
        return _finding(needed, Outcome.UNKNOWN, "result-not-reviewed", last)
    if not last.is_acceptable:
        return _finding(needed, Outcome.FAILED, "result-not-acceptable", last)
    if needed.valid_days is None:
        return _finding(needed, Outcome.UNKNOWN, "result-validity-not-signed")
    if (on - last.collected_on).days > needed.valid_days:
        return _finding(needed, Outcome.UNKNOWN, "result-too-old", last)
    return _finding(needed, Outcome.PASSED, "result-accepted", last)


def _finding(
    needed: NeededResult, outcome: Outcome, reason: str, result: Result | None = None
) -> Finding:
    told = {
        "test": needed.test,
        "collected_on": result.collected_on if result else None,
        "valid_days": needed.valid_days,
    }
    values = {name: value for name in RESULT_REASONS[reason] if (value := told[name]) is not None}
    return Finding(
        f"result-{needed.test}", outcome, reason, needed.reference, needed.standing, values
    )
