"""``holdfast populate``: fill an empty record with invented courses, through the product's actions."""

import argparse
import gc
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from holdfast.cli.options import Subparsers, refuse, say, set_up, with_database, with_key

DONE, REFUSED, NOT_UNDERSTOOD = 0, 1, 2


def add(subparsers: Subparsers) -> None:
    """Add ``populate``."""
    parser = subparsers.add_parser(
        "populate",
        help="fill an empty record with invented courses",
        description="Drives invented people through the same actions as the pages, in simulated "
        "time, into an empty record, and verifies it. The same seed and day give the same.",
    )
    with_key(with_database(parser))
    parser.add_argument("--sites", type=_count, default=20, help="how many sites (20)")
    parser.add_argument("--enrollments", type=_count, default=2000, help="how many people (2000)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another record (1)")
    parser.add_argument(
        "--until",
        type=_moment,
        default=None,
        metavar="DATE",
        help="the last day, at noon UTC (today); nothing is later",
    )
    parser.set_defaults(run=run)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 100_000):
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a number from 1 to 100000")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(hour=12, tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a date: YYYY-MM-DD") from None


def run(args: argparse.Namespace) -> int:
    """Fill the record of the settings; 0 done and verified, 1 not, 2 not understood."""
    set_up(args)
    from django.contrib.auth.hashers import make_password
    from django.core.management import call_command
    from django.db import connection

    from holdfast.cli.courses.clinics import Clinics, Wanted, until_today
    from holdfast.cli.demonstration.steps import Refused
    from holdfast.records.journal import Stream
    from holdfast.records.keys import KeyMissing, site_key
    from holdfast.records.verification_run import verify_here

    try:
        site_key()
    except KeyMissing as missing:
        return refuse(f"Not done. {missing}", NOT_UNDERSTOOD)
    there = connection.introspection.table_names()
    if Stream._meta.db_table in there and Stream.objects.exists():
        return refuse("Not done. This record is not empty; it was left as it is.", REFUSED)
    call_command("migrate", verbosity=0, interactive=False)
    began, began_work = time.monotonic(), time.process_time()
    wanted = Wanted(args.sites, args.enrollments, args.seed, args.until or until_today())
    clinics = Clinics(wanted, make_password(None))  # nobody logs in here
    try:
        with _in_bulk():
            clinics.fill(say)
    except Refused as refused:
        return refuse(f"Stopped. {refused}", REFUSED)
    filled, worked = time.monotonic() - began, time.process_time() - began_work
    report = verify_here()
    for line in report.lines():
        say(line)
    acts = clinics.desk.counts.total()
    say(
        f"{args.enrollments} people at {args.sites} sites, {acts} acts in {filled:.0f} s, "
        f"{worked:.0f} of them at work ({1000 * worked / acts:.1f} ms an act); verified in {time.monotonic() - began - filled:.0f} s."
    )
    return DONE if report.fits else REFUSED


@contextmanager
def _in_bulk() -> Iterator[None]:
    """On SQLite, put everything on the disk once at the end: until then nothing is promised of it."""
    from django.db import connection

    # What is loaded stays, and an act leaves nothing that points in a circle for long.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = OFF")
        yield
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    descriptor = os.open(connection.settings_dict["NAME"], os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
