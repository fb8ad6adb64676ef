"""``holdfast own-copy``: a person's own copy of their record, as one ZIP."""

import argparse
import os
from pathlib import Path

from holdfast.cli.options import Subparsers, refuse, say, set_up, with_database, with_key


def add(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "own-copy",
        help="write a person's own copy of their record",
        description="Writes one ZIP with a page to read and a file for machines. That it was "
        "handed out is on record before the file is written.",
    )
    with_key(with_database(parser))
    parser.add_argument("enrollment", metavar="ENROLLMENT", help="such as NORTH-0007")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="a new file")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write one copy; only its owner can read the file."""
    set_up(args)
    from datetime import UTC, datetime
    from uuid import uuid4

    from holdfast.actions.people import house
    from holdfast.records.care import Enrollment
    from holdfast.records.keys import Erased, KeyMissing
    from holdfast.web.own_copy import CopyRefused, hand_out

    site, _dash, number = args.enrollment.rpartition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return refuse("An enrollment is written as the site's code and its number: NORTH-0007.", 2)
    found = Enrollment.objects.select_related("site").filter(site__code=site, number=int(number))
    if (enrollment := found.first()) is None:
        return refuse(f"There is no enrollment {args.enrollment!a}.")
    if args.out.exists():
        return refuse(f"{args.out} is there already; it was left as it is.")
    try:
        made = hand_out(enrollment, entry_id=uuid4(), by=house(), now=datetime.now(UTC))
        handle = os.open(args.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(made)
    except Erased:
        return refuse("The words of this person were erased: there is nothing to hand out.")
    except (CopyRefused, KeyMissing, OSError) as error:
        return refuse(str(error))
    say(f"Written: the own copy of {enrollment.label} in {args.out}. It is on record as disclosed.")
    return 0
