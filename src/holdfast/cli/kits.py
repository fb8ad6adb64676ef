"""Kits at a terminal: ``holdfast kits-in``, ``bar-kits``, ``ask-for-kits`` and ``recall-lot``.

Nothing of what is inside is printed, and each asks for the password of whoever does it.
"""

import argparse
import csv
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from holdfast.cli.clinic import Stopped, act_of, site_of
from holdfast.cli.options import refuse, set_up, with_database, with_key

if TYPE_CHECKING:
    from holdfast.actions.kit_stock import KitTold

COLUMNS = ("number", "lot", "expires_on", "certificate", "supplier", "weight", "temperature")
NEEDED = COLUMNS[:5]
GROUNDS = ("excursion", "damaged", "missing", "ends-soon")
MOST_BYTES = 4_000_000
NOT_UNDERSTOOD = 2


def add(subparsers: Any) -> None:
    """Add the commands."""
    taken = _parser(subparsers, "kits-in", "take in a delivery of kits, for unblinded eyes", _in)
    taken.description = (
        f"The file is CSV with the columns {', '.join(COLUMNS)}; the last two may be left out. "
        "What it says is sealed; others know the numbers and one use-by. Delete the file afterwards."
    )
    taken.add_argument("file", metavar="CSV", type=Path)
    taken.add_argument(
        "--complement",
        required=True,
        type=int,
        metavar="N",
        help="how many kits of every content stand at the site with it, at least",
    )
    bar = _parser(subparsers, "bar-kits", "take kits out of use by their numbers", _bar)
    bar.add_argument("numbers", metavar="NUMBER", nargs="+")
    bar.add_argument("--ground", required=True, choices=GROUNDS)
    ask = _parser(subparsers, "ask-for-kits", "ask for as many kits as were used", _ask)
    ask.add_argument("--least", required=True, type=int, metavar="N", help="of every content")
    ask.add_argument("--days", required=True, type=int, metavar="N", help="until they could come")
    recall = _parser(subparsers, "recall-lot", "recall a manufacturer's lot at a site", _recall)
    recall.description = (
        "The lot is asked for without being shown, or read as the second line of standard input, so "
        "that no list of commands keeps it. Kits of other contents are barred with it, so that to be "
        "barred tells nothing; what was given already opens a discrepancy."
    )


def _parser(subparsers: Any, name: str, text: str, act: Callable[..., Any]) -> Any:
    parser = subparsers.add_parser(name, help=text)
    with_key(with_database(parser))
    parser.add_argument("--site", required=True, metavar="CODE")
    parser.add_argument("--study", required=True, metavar="NAME", help="the protocol")
    parser.add_argument("--by", required=True, metavar="LOGIN", help="whose act this is")
    parser.set_defaults(run=run, act=act)
    return parser


def run(args: argparse.Namespace) -> int:
    """Do it: 0 done, 1 refused, 2 not understood."""
    set_up(args)
    from holdfast.actions.outcomes import Receipt
    from holdfast.records import readiness
    from holdfast.web.refusals import REFUSALS

    if problem := readiness.problem():
        return refuse(f"Not done. {problem}", NOT_UNDERSTOOD)
    try:
        answered, done = args.act(args)
    except Stopped as stopped:
        return refuse(str(stopped))
    if not isinstance(answered, Receipt):
        reason = getattr(answered, "reason", "conflict")
        return refuse(f"Not done. {REFUSALS.get(reason, reason)}")
    print(done)
    return 0


def _in(args: argparse.Namespace) -> tuple[Any, str]:
    from holdfast.actions.kit_stock import take_in_kits

    try:
        kits = read_kits(args.file)
    except (OSError, ValueError, csv.Error) as error:
        raise Stopped(f"Not done. {args.file} cannot be read: {error}") from None
    answered = take_in_kits(
        site=site_of(args.site),
        study=args.study,
        kits=kits,
        complement=args.complement,
        **act_of(args),
    )
    return answered, f"Taken in at {args.site}: {len(kits)} kits."


def _recall(args: argparse.Namespace) -> tuple[Any, str]:
    from holdfast.actions.kit_stock import recall_lot

    site, by = site_of(args.site), act_of(args)
    answered = recall_lot(site=site, study=args.study, lot=_lot(), **by)
    return answered, f"Recalled at {args.site}. The kits that may not be used are in the record."


def _bar(args: argparse.Namespace) -> tuple[Any, str]:
    from holdfast.actions.kit_stock import bar_kits

    site, by = site_of(args.site), act_of(args)
    told = {"kits": args.numbers, "ground": args.ground}
    answered = bar_kits(site=site, study=args.study, **told, **by)
    return answered, f"Taken out of use at {args.site}: {len(set(args.numbers))} kits."


def _ask(args: argparse.Namespace) -> tuple[Any, str]:
    from holdfast.actions.kit_stock import ask_for_kits

    site, by = site_of(args.site), act_of(args)
    told = {"least": args.least, "days": args.days}
    answered = ask_for_kits(site=site, study=args.study, **told, **by)
    return answered, f"Asked for kits for {args.site}."


def _lot() -> str:
    if sys.stdin.isatty():
        import getpass

        return getpass.getpass("Lot (not shown): ").strip()
    return sys.stdin.readline().strip()


def read_kits(file: Path) -> "list[KitTold]":
    """The kits of a file; ``ValueError`` names the line and what is wrong with it, and no value."""
    from holdfast.actions.kit_stock import KitTold

    if file.stat().st_size > MOST_BYTES:
        raise ValueError("the file is too long for a delivery.")
    with file.open(newline="", encoding="utf-8-sig") as lines:
        rows = csv.DictReader(lines, strict=True)
        there = rows.fieldnames or []
        if missing := [each for each in NEEDED if each not in there]:
            raise ValueError(f"there is no column {missing[0]}.")
        kits = []
        for row in rows:
            if None in row:
                raise ValueError(f"line {rows.line_num} has more fields than there are columns.")
            told = {each: (row.get(each) or "").strip() for each in COLUMNS}
            try:
                ends = date.fromisoformat(told.pop("expires_on"))
            except ValueError:
                raise ValueError(
                    f"line {rows.line_num}: expires_on is a date such as 2027-06-30."
                ) from None
            kits.append(KitTold(**told, expires_on=ends))
    return kits
