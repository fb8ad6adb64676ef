"""``holdfast session``: a dosing session as a file for ``holdfast replay``; which recordings are reviewed."""

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from uuid import UUID

from holdfast.cli.options import Subparsers, refuse, set_up, with_database, with_key


def add(subparsers: Subparsers) -> None:
    """Add ``session``."""
    parser = subparsers.add_parser(
        "session",
        help="write a dosing session to a file, or draw recordings for review",
        description="The file holds ids, codes and numbers, no word and no name; "
        "docs/session-files.md says the form.",
    )
    which = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    export = with_key(with_database(which.add_parser("export", help="write one session to a file")))
    export.add_argument("session", metavar="ID", help="the session's id")
    export.add_argument("--out", metavar="FILE.json", help="a new file; otherwise it is printed")
    draw = which.add_parser(
        "draw",
        help="draw closed sessions whose recordings an independent rater reviews",
        description="The same seed over the same sessions draws the same, so a draw can be repeated "
        "and checked. Printed are numbers, coverage, files, hashes and who keeps them.",
    )
    with_key(with_database(draw))
    draw.add_argument("site", metavar="SITE", help="the code of the site")
    draw.add_argument("--seed", required=True, help="what it is drawn by, agreed before: 2026-q2")
    draw.add_argument("--count", type=int, required=True, help="how many sessions")
    draw.add_argument("--from", dest="since", type=date.fromisoformat, metavar="DAY", default=None)
    draw.add_argument("--until", type=date.fromisoformat, metavar="DAY", default=None)


def run(args: argparse.Namespace) -> int:
    """Write the session or draw: 0 done, 1 there is no such session or site, 2 not understood."""
    return _draw(args) if args.what == "draw" else _export(args)


def _draw(args: argparse.Namespace) -> int:
    if args.count < 1:
        return refuse("Draw one session at least.", 2)
    set_up(args)
    from holdfast.records.people import Site
    from holdfast.records.session_review import drawn_for_review

    site = Site.objects.filter(code=args.site).first()
    if site is None:
        return refuse(f"There is no site {args.site} in this record.")
    told = drawn_for_review(site, args.seed, args.count, since=args.since, until=args.until)
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return 0


def _export(args: argparse.Namespace) -> int:
    try:
        session_id = UUID(args.session)
    except ValueError:
        return refuse(f"{args.session!r} is no id. Name the session's id.", 2)
    set_up(args)
    from holdfast.interop.session_file import session_document
    from holdfast.records.session import DosingSession
    from holdfast.records.session_export import recorded, signed_when_planned

    found = DosingSession.objects.select_related("enrollment__site", "site").filter(id=session_id)
    session = found.first()
    if session is None:
        return refuse(f"There is no session {session_id} in this record.")
    document = session_document(recorded(session), signed_when_planned(session))
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    if args.out is None:
        sys.stdout.write(text)
        return 0
    try:
        with Path(args.out).open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return refuse(f"{args.out} is there already. Name a new file.")
    except OSError as error:
        return refuse(f"{args.out} cannot be written ({error.strerror}). Name another.")
    return 0
