"""``holdfast closed-export REQUEST --out FILE``: the arms of a study, sealed to one statistician's key."""

import argparse
from pathlib import Path
from uuid import UUID

from holdfast.cli.options import Subparsers, refuse, say, set_up, with_database, with_key

_WHY = {
    "two-people-needed": "Two people must sign the request first.",
    "made-already": "The file of this request was made already. Another needs another request.",
    "not-unblinded": "The named person is no unblinded statistician of this study any more.",
}


def add(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = with_key(
        with_database(
            subparsers.add_parser(
                "closed-export",
                help="make the sealed file of arms that two people signed for",
                description="Makes the file of one closed export, once: sealed to the key that the "
                "signed request names, and counted. Nothing of it is shown.",
            )
        )
    )
    parser.add_argument("request", metavar="REQUEST", type=UUID, help="the id on its page")
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="a new file")


def run(args: argparse.Namespace) -> int:
    """Make it: 0 made, 1 refused, 2 it cannot be written."""
    set_up(args)
    from datetime import UTC, datetime

    from holdfast.actions.closed_export import make_export
    from holdfast.actions.outcomes import Receipt
    from holdfast.records.unblinding import ClosedExportAsked, ClosedExportMade

    rows = ClosedExportAsked.objects.select_related("site", "statistician")
    asked = rows.filter(id=args.request).first()
    if asked is None:
        return refuse("There is no such request.")
    try:
        answered = make_export(asked=asked, target=args.out, now=datetime.now(UTC))
    except FileExistsError:
        return refuse(f"{args.out} is there already: name a new file.", 2)
    except OSError as error:
        return refuse(str(error), 2)
    if not isinstance(answered, Receipt):
        reason = getattr(answered, "reason", "conflict")
        return refuse(_WHY.get(reason, f"The file was not made ({reason})."))
    made = ClosedExportMade.objects.get(asked=asked)
    say(f"Sealed into {args.out}: {made.people} people of {asked.study}, for one recipient.")
    say(f"SHA-256: {made.file_sha256}. Closed export number {made.number} of this site.")
    return 0
