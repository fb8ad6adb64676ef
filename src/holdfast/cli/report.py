"""``holdfast report tga``: the six-monthly report of an authorised prescriber, in numbers alone."""

import argparse
import os
import sys
from datetime import date
from pathlib import Path

from holdfast.cli.options import Subparsers, refuse, say, set_up, with_database, with_key


def add(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "report",
        help="make a periodic report from the record",
        description="Counts a period from the record and keeps the report as it was made. "
        "Nobody is named in it.",
    )
    kinds = parser.add_subparsers(dest="kind", metavar="REPORT", required=True)
    tga = kinds.add_parser("tga", help="six-monthly report of an authorised prescriber (Australia)")
    with_key(with_database(tga))
    tga.add_argument("--site", required=True, metavar="CODE", help="the code of the site")
    tga.add_argument("--from", dest="first", required=True, metavar="DATE", type=_day)
    tga.add_argument("--to", dest="last", required=True, metavar="DATE", type=_day)
    tga.add_argument("--format", choices=("json", "csv", "pdf"), default="json")
    tga.add_argument("--out", type=Path, metavar="FILE", help="a new file; otherwise to the screen")
    tga.set_defaults(run=run)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!a} is no day; write 2026-01-01") from None


def run(args: argparse.Namespace) -> int:
    """Make one report: 0 done, 1 it cannot be made, 2 what was typed does not fit."""
    if args.format == "pdf" and args.out is None:
        return refuse("A PDF goes into a file: name it with --out.", 2)
    if args.out is not None and args.out.exists():
        return refuse(f"{args.out} is there already; it was left as it is.")
    set_up(args)
    from datetime import UTC, datetime
    from uuid import uuid4

    from holdfast.actions.outcomes import Receipt
    from holdfast.actions.people import house
    from holdfast.actions.periodic_reports import make_tga_report
    from holdfast.records.people import Site
    from holdfast.records.periodic import PeriodicReport
    from holdfast.web.paper.reports import report_bytes

    site = Site.objects.filter(code=args.site).first()
    if site is None:
        return refuse(f"There is no site {args.site!a}.")
    answered = make_tga_report(
        site=site,
        first_day=args.first,
        last_day=args.last,
        entry_id=uuid4(),
        by=house(),
        now=datetime.now(UTC),
    )
    if not isinstance(answered, Receipt):
        reason = getattr(answered, "reason", "conflict")
        return refuse(_WHY.get(reason, f"The report was not made ({reason})."), 2)
    fact_id = answered.facts[0][1]
    made = PeriodicReport.objects.select_related("site").get(id=fact_id)
    return _hand_over(report_bytes(made, args.format), args.out)


_WHY = {
    "ends-before-it-begins": "The period ends before it begins.",
    "period-not-over": "The period is not over at the site yet.",
}


def _hand_over(data: bytes, out: Path | None) -> int:
    if out is None:
        sys.stdout.write(data.decode())
        if not data.endswith(b"\n"):
            sys.stdout.write("\n")
        return 0
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    say(f"Written: {out}. The report is on record.")
    return 0
