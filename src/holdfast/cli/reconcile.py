"""``holdfast reconcile``: the whole ledger of each site against orders, kits, doses and counts."""

import argparse
import json
import sys
from typing import Any

from holdfast.cli.options import Subparsers, set_up, with_database, with_key


def add(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = with_key(
        with_database(
            subparsers.add_parser(
                "reconcile",
                help="compare every capsule on record with everything else that is on record of it",
                description="Folds every movement anew and names each difference from orders, "
                "dispensed kits, doses of sessions and counts. Tells no arm.",
            )
        )
    )
    parser.add_argument("--site", metavar="CODE", help="one site; by default, each of them")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """Print what differs: 0 nothing does, 1 something does, 2 there is no such site."""
    set_up(args)
    from datetime import UTC, datetime

    from holdfast.records.people import Site
    from holdfast.records.reconciling import reconciled

    sites = list(Site.objects.order_by("code"))
    if args.site is not None:
        known = [site.code for site in sites]
        sites = [site for site in sites if site.code == args.site]
        if not sites:
            print(
                f"There is no site {args.site!r}. There are: {', '.join(known)}.", file=sys.stderr
            )
            return 2
    now = datetime.now(UTC)
    found = {site.code: reconciled(site, now) for site in sites}
    if args.format == "json":
        told = {
            "schema": 1,
            "at": now.isoformat(),
            "sites": {c: _json(r) for c, r in found.items()},
        }
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for code, one in found.items():
            print("\n".join(_lines(code, one)))
    return 0 if all(one.fits for one in found.values()) else 1


def _json(found: Any) -> dict[str, Any]:
    return {
        "movements": found.movements,
        "containers": found.containers,
        "capsules": found.capsules,
        "fits": found.fits,
        "differences": [
            {"code": one.code, "about": one.about, **dict(one.told)} for one in found.differences
        ],
    }


def _lines(code: str, found: Any) -> list[str]:
    from holdfast.domain.reconciled import DIFFERENCES

    read = (
        f"{code}: {found.movements} movements of {found.capsules} capsules "
        f"in {found.containers} containers"
    )
    if found.fits:
        return [f"{read}. Nothing differs."]
    lines = [f"{read}. {len(found.differences)} differ:"]
    for one in found.differences:
        told = ", ".join(f"{name} {value}" for name, value in one.told)
        lines.append(f"  {one.code}  {one.about}  {told}".rstrip())
        lines.append(f"    {DIFFERENCES[one.code]}")
    return lines
