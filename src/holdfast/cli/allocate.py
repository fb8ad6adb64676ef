"""``holdfast allocate DESIGN.toml --out SEALED``: an allocation that nobody has seen."""

import argparse
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from holdfast.actions.allocations import Sealed


def add(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "allocate",
        help="make a sealed allocation from a design",
        description="Draws a seed, makes the lists and kit numbers of a design, and writes them "
        "sealed with the key of the site. Neither the seed nor a list is shown, now or later, to "
        "whoever runs it: what is printed follows from the design alone.",
    )
    parser.add_argument("design", metavar="DESIGN.toml", type=Path)
    parser.add_argument("--out", metavar="SEALED", type=Path, required=True, help="a new file")


def run(args: argparse.Namespace) -> int:
    """Make it: 0 done, 1 the design does not fit, 2 it cannot be written or there is no key."""
    import django

    django.setup()
    from holdfast.actions.allocations import seal_allocation
    from holdfast.definitions.loading import DefinitionRefused
    from holdfast.records.keys import KeyMissing

    try:
        made = seal_allocation(args.design, args.out)
    except DefinitionRefused as refused:
        print(refused, file=sys.stderr)
        return 1
    except FileExistsError:
        print(f"{args.out} is there already: name a new file.", file=sys.stderr)
        return 2
    except (KeyMissing, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(_lines(made, args.out)))
    return 0


def _lines(made: "Sealed", out: Path) -> list[str]:
    promised, told = made.promised, made.promised.predictability
    lines = [
        f"Sealed into {out} for protocol {made.heading.protocol}, version {made.heading.version}.",
        f"Commitment: {made.heading.commitment}",
        f"Strata: {promised.strata}" + (f", {promised.slots} slots in all" * bool(promised.slots)),
    ]
    if promised.largest_imbalance is not None:
        lines.append(
            "Two arms, each counted in its shares, are never further apart in a stratum than "
            f"{_number(promised.largest_imbalance)}."
        )
    if promised.seen_imbalance is not None:
        lines.append(
            f"In an invented trial of {told.slots} people two arms were at most "
            f"{_number(promised.seen_imbalance)} apart at any level."
        )
    lines.append(
        "Who knows the design and everything given before would guess "
        f"{_percent(told.guessed)} of the next arms rightly (by chance {_percent(told.by_chance)}), "
        f"and be certain of {_percent(Fraction(told.certain, told.slots))}. "
        "This is of invented lists, never of the one sealed."
    )
    return lines


def _number(value: Fraction) -> str:
    return f"{float(value):g}"


def _percent(value: Fraction) -> str:
    return f"{float(value) * 100:.1f} %"
