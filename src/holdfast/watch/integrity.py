"""Verifies the whole record each night: triggers, chains, facts, seals, projections, replay."""

from datetime import datetime

from holdfast.actions import board
from holdfast.actions.replay import differing_sessions, differing_verdicts
from holdfast.records.verification_run import verify_here


class RecordDoesNotFit(RuntimeError):
    """The record was altered, or a projection or a verdict does not follow from it."""


def check(now: datetime) -> int:
    """One turn; how many journal rows were verified. ``RecordDoesNotFit`` where any does not."""
    report = verify_here()
    if not report.fits:
        first = [str(problem) for problem in report.problems] + report.protection
        raise RecordDoesNotFit(first[0])
    if report.notes:
        raise RecordDoesNotFit(report.notes[0])
    if differing := differing_verdicts():
        raise RecordDoesNotFit(
            f"{len(differing)} verdicts differ when judged again, the first that of enrollment "
            f"{differing[0]}"
        )
    if sessions := differing_sessions(now):
        raise RecordDoesNotFit(
            f"{len(sessions)} closed sessions raise other alarms when judged again, the first "
            f"{sessions[0]}"
        )
    if rows := board.differing(now):
        raise RecordDoesNotFit(
            f"{len(rows)} rows of the board do not follow from the record, the first that of "
            f"enrollment {rows[0]}: holdfast rebuild makes them again"
        )
    return report.entries
