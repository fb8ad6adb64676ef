"""``holdfast activate SEALED``: two people put a sealed allocation in force, each by their own password."""

import argparse
from pathlib import Path
from typing import Any

from holdfast.cli.clinic import Stopped, act_of, site_of
from holdfast.cli.options import refuse, set_up, with_database, with_key

REASONS = ("trial-begins", "list-used-up", "site-joins", "other")


def add(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "activate",
        help="put a sealed allocation in force, by two people",
        description="Both are asked for their passwords and sign the commitment of the list. "
        "Nothing of the list is shown. What does not fit is refused, and nothing is written.",
    )
    with_key(with_database(parser))
    parser.add_argument("file", metavar="SEALED", type=Path)
    parser.add_argument("--protocol", required=True, metavar="NAME")
    parser.add_argument("--version", required=True, type=int, metavar="N", help="of the protocol")
    parser.add_argument("--site", required=True, action="append", metavar="CODE", dest="sites")
    parser.add_argument("--reason", required=True, choices=REASONS)
    parser.add_argument("--words", default="", help="more about the reason")
    parser.add_argument("--by", required=True, metavar="LOGIN")
    parser.add_argument("--second", required=True, metavar="LOGIN", help="who stands beside")


def run(args: argparse.Namespace) -> int:
    """Put it in force: 0 done, 1 refused, 2 not understood."""
    set_up(args)
    from holdfast.actions.outcomes import Receipt
    from holdfast.records import readiness
    from holdfast.web.refusals import REFUSALS

    if problem := readiness.problem():
        return refuse(f"Not done. {problem}", 2)
    try:
        answered = _activated(args)
    except Stopped as stopped:
        return refuse(str(stopped))
    except OSError as error:
        return refuse(f"{args.file} cannot be read: {error.strerror}.", 2)
    if not isinstance(answered, Receipt):
        reason = getattr(answered, "reason", "conflict")
        return refuse(f"Not done. {REFUSALS.get(reason, reason)}")
    print(f"In force at {', '.join(args.sites)}: {args.protocol}, version {args.version}.")
    return 0


def _activated(args: argparse.Namespace) -> Any:
    from holdfast.actions.activating import ToActivate, activate_list
    from holdfast.actions.second_person import SecondProof
    from holdfast.actions.signatures import ReauthenticationProof

    told = ToActivate(
        file=args.file.read_bytes(),
        protocol=args.protocol,
        version=args.version,
        sites=[site_of(code) for code in args.sites],
        reason=args.reason,
        words=args.words,
    )
    first = act_of(args)
    beside = act_of(argparse.Namespace(by=args.second))["by"]
    by, now = first["by"], first["now"]
    second = SecondProof.made(user=beside, beside=by, now=now, method="password")
    proof = ReauthenticationProof.made(user=by, now=now)
    return activate_list(told=told, proof=proof, second=second, **first)
