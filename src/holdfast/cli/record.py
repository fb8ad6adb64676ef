"""Commands that look after the record: verify, seal, backup, restore, rebuild, upgrade, key, watch.

Each answers with exit code 0 when it is done, 1 when something does not fit or could not be done,
and 2 when the command was not understood.
"""

import argparse

from holdfast.cli.options import (
    Subparsers,
    refuse,
    say,
    set_up,
    with_database,
    with_key,
    with_seals,
)


def add(subparsers: Subparsers) -> None:
    """Add every command that looks after the record."""
    from holdfast.cli import record_backups, record_keys, record_watch

    _add_verify(subparsers)
    _add_seal(subparsers)
    _add_rebuild(subparsers)
    record_backups.add(subparsers)
    record_keys.add(subparsers)
    record_watch.add(subparsers)


def _add_verify(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "verify",
        help="recompute chains, seals and signatures of the record",
        description="Reads the whole record, live or not, and changes nothing. Exit 0 when "
        "every row fits; otherwise exit 1, and the first row that does not fit is named. Without "
        "the site key it says what could not be checked.",
    )
    with_seals(with_key(with_database(parser)))
    parser.set_defaults(run=verify)


def verify(args: argparse.Namespace) -> int:
    """Verify the record and print the report."""
    set_up(args)
    from holdfast.records.keys import KeyMissing
    from holdfast.records.verification_run import verify_here
    from holdfast.records.verification_snapshot import DatabaseAbsent

    try:
        report = verify_here()
    except (DatabaseAbsent, KeyMissing, ValueError) as error:
        return refuse(str(error), 2)
    for line in report.lines():
        say(line)
    return 0 if report.fits else 1


def _add_seal(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "seal",
        help="seal the heads of all streams now",
        description="Signs how far every stream has come, and exports what was not exported yet.",
    )
    with_seals(with_key(with_database(parser)))
    parser.set_defaults(run=seal)


def seal(args: argparse.Namespace) -> int:
    """Make one seal now."""
    set_up(args)
    from datetime import UTC, datetime

    from holdfast.actions.people import house
    from holdfast.records.keys import KeyMissing
    from holdfast.records.people import User
    from holdfast.records.seals import SealsDiffer, export_missing, make_seal, seals_folder

    try:
        made = make_seal(by=house(), now=datetime.now(UTC))
        folder = seals_folder()
        exported = None if folder is None else export_missing(folder)
    except (KeyMissing, SealsDiffer, OSError) as error:
        return refuse(str(error))
    except User.DoesNotExist:
        return refuse("This record was never founded: there is nothing to seal.")
    where = "nowhere: HOLDFAST_SEALS is not set" if exported is None else str(folder)
    say(f"Seal {made.number} made. Exported to {where}.")
    return 0


def _add_rebuild(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "rebuild",
        help="make the projections anew from the facts",
        description="Projections are tables of moments made from facts. They decide nothing.",
    )
    with_database(parser)
    parser.set_defaults(run=rebuild)


def rebuild(args: argparse.Namespace) -> int:
    """Make every projection again."""
    set_up(args)
    from datetime import UTC, datetime

    from holdfast.actions import board
    from holdfast.records import worklist

    differed = len(worklist.compare())
    say(f"{worklist.rebuild()} moments made from the facts; {differed} had differed.")
    now = datetime.now(UTC)
    differed = len(board.compare(now))
    say(f"{board.rebuild(now)} courses put on the board; {differed} had differed.")
    return 0


def run(args: argparse.Namespace) -> int:
    """Each command sets its own ``run``."""
    return refuse(f"{args.command} is not done here.", 2)
