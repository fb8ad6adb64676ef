"""``verify``: does the whole record fit together, and if not, which row is the first that does not?

The chains, the seals and their signatures, the electronic signatures, the facts against the
journal in both directions, the keys, the accounts and the triggers; all of one moment, read only.
The site's key is not needed for any of it but to say that the seals are this site's and that the
data keys open. What was not checked is said.
"""

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from holdfast.records.keys import SiteKey
from holdfast.records.seals import public_key_of
from holdfast.records.verification_facts import FactSums, name_differences, read_facts
from holdfast.records.verification_journal import JournalWalk, read_named_facts
from holdfast.records.verification_keys import KeyCheck, check_accounts
from holdfast.records.verification_protection import file_check, protection
from holdfast.records.verification_report import Problem, Report
from holdfast.records.verification_room import check_room
from holdfast.records.verification_seals import check_seals
from holdfast.records.verification_signatures import SignatureCheck
from holdfast.records.verification_snapshot import NotText, Snapshot, SqliteSnapshot


@dataclass(frozen=True)
class Wanted:
    """What to verify with."""

    seals: Path | None = None  # folder of exported seals
    key: SiteKey | None = field(default=None, repr=False)


def verify(snapshot: Snapshot, wanted: Wanted) -> Report:
    """Verify one moment of a record. A damaged file is a finding, not an error."""
    try:
        return _verify(snapshot, wanted)
    except NotText:
        assert isinstance(snapshot, SqliteSnapshot)
        snapshot.accept_any_bytes()
        return _verify(snapshot, wanted)
    except (sqlite3.DatabaseError, psycopg.DatabaseError) as error:
        report = Report()
        report.add(Problem("database", f"it cannot be read: {_first_line(error)}"))
        return report


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _verify(snapshot: Snapshot, wanted: Wanted) -> Report:
    with file_check(snapshot) as damaged:
        report = _verify_rows(snapshot, wanted)
        report.protection += protection(snapshot, damaged.result())
    return report


def _verify_rows(snapshot: Snapshot, wanted: Wanted) -> Report:
    report = Report()
    public_key = public_key_of(wanted.key.signing_key) if wanted.key else None
    seals = Report()  # rows are named before the seals that show them
    sealed = check_seals(snapshot, seals, wanted.seals, public_key)
    sums = FactSums()
    walk = JournalWalk(snapshot, report, sums, sealed)
    walked = walk.walk()
    read = read_facts(snapshot, sums, report)
    name_differences(snapshot, sums, report, read_named_facts(snapshot))
    _take_over(report, seals)
    SignatureCheck(snapshot, report, sealed).check()  # a seal that is wrong covers no signature
    KeyCheck(report, walked, wanted.key).check(snapshot, sealed, read)
    check_accounts(snapshot, report, walked)
    check_room(snapshot, report, wanted.key)
    return report


def _take_over(report: Report, seals: Report) -> None:
    for problem in seals.problems:
        report.add(problem)
    report.seals, report.exported_seals = seals.seals, seals.exported_seals
    report.unsealed_since, report.last_seal = seals.unsealed_since, seals.last_seal
    report.not_checked += seals.not_checked
