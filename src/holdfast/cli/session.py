"""``holdfast session export ID``: a dosing session of the record as a file for ``holdfast replay``."""

import argparse
import json
import sys
from pathlib import Path
from uuid import UUID

from holdfast.cli.options import Subparsers, refuse, set_up, with_database, with_key


def add(subparsers: Subparsers) -> None:
    """Add ``session``."""
    parser = subparsers.add_parser(
        "session",
        help="write a dosing session of the record to a file",
        description="The file holds ids, codes and numbers, no word and no name; "
        "docs/session-files.md says the form.",
    )
    which = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    export = with_key(with_database(which.add_parser("export", help="write one session to a file")))
    export.add_argument("session", metavar="ID", help="the session's id")
    export.add_argument("--out", metavar="FILE.json", help="a new file; otherwise it is printed")


def run(args: argparse.Namespace) -> int:
    """Write the session: 0 done, 1 there is no such session, 2 not understood."""
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
