"""``holdfast plan NAME``: every visit of a course with its dates, from what has happened so far."""

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import date
from typing import Any

COLUMNS = ("code", "kind", "earliest", "target", "latest", "actual", "counts from", "because")


def add(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser("plan", help="every visit of a course with its dates")
    parser.add_argument("name", metavar="NAME", help="a protocol that ships, see protocol list")
    parser.add_argument("--version", type=int, help="which version (the latest if not said)")
    parser.add_argument(
        "--anchor", metavar="enrollment=DATE", required=True, help="the day of enrollment"
    )
    parser.add_argument(
        "--actual", metavar="VISIT=DATE", action="append", default=[], help="a visit that was"
    )
    parser.add_argument(
        "--skip", metavar="VISIT", action="append", default=[], help="a visit that will not be"
    )
    parser.add_argument("--arm", help="the visits of one arm alone")
    parser.add_argument("--stage", help="the visits of one stage alone")
    parser.add_argument("--as-of", metavar="DATE", help="mark what is overdue on this day")
    parser.add_argument("--format", choices=("text", "json"), default="text")


class WordsWrong(ValueError):
    """What was typed cannot be read; the message names it and the mend."""


def run(args: argparse.Namespace) -> int:
    """Print the plan: 0 done, 1 the definition does not fit, 2 what was typed cannot be read."""
    from holdfast.definitions import protocols
    from holdfast.definitions.loading import DefinitionRefused
    from holdfast.domain.visits import plan

    try:
        protocol = protocols.load(args.name, args.version)
        planned = plan(
            _visits(protocol, args.stage, args.arm),
            enrolled_on=_anchor(args.anchor),
            actual=_actual(args.actual),
            skipped=frozenset(args.skip),
            as_of=_day(args.as_of, "--as-of") if args.as_of else None,
        )
    except DefinitionRefused as refused:
        print(refused, file=sys.stderr)
        return 1
    except (protocols.UnknownProtocol, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    rows = [fields(one) for one in planned]
    if args.format == "json":
        print(json.dumps({"visits": rows}, ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(rows)))
    return 0


def fields(planned: Any) -> dict[str, Any]:
    """A planned visit as JSON-ready fields; a date nobody can know is null."""
    days = ("earliest", "target", "latest", "actual")
    return {
        "code": planned.visit.code,
        "kind": planned.visit.kind.value,
        "title": planned.visit.title,
        **{day: value.isoformat() if (value := getattr(planned, day)) else None for day in days},
        "anchor": planned.anchor,
        "reason": planned.reason,
        "cause": planned.cause or None,
        "deviation": planned.is_deviation,
        "suggested": planned.visit.window.is_suggested,
    }


def _visits(protocol: Any, stage: str | None, arm: str | None) -> Any:
    schedule = protocol.schedule
    if schedule is None:
        raise WordsWrong(f"{protocol.name} version {protocol.version} says no visits.")
    for what, said, known in (
        ("stage", stage, [part.code for part in schedule.stages]),
        ("arm", arm, [part.code for part in schedule.arms]),
    ):
        if said and said not in known:
            names = ", ".join(known) or "none"
            raise WordsWrong(f"There is no {what} {said!r}. Known here: {names}.")
    return schedule.of(stage or "", arm or "")


def _anchor(said: str) -> date:
    name, _, day = said.partition("=")
    if name != "enrollment":
        raise WordsWrong(
            f"--anchor {said}: a course counts from enrollment. Write enrollment=DATE."
        )
    return _day(day, "--anchor")


def _actual(said: list[str]) -> Mapping[str, date]:
    found: dict[str, date] = {}
    for text in said:
        code, _, day = text.partition("=")
        if code in found:
            raise WordsWrong(f"--actual {text}: visit {code!r} is here twice. Leave one of them.")
        found[code] = _day(day, f"--actual {code}")
    return found


def _day(said: str, where: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise WordsWrong(f"{where}: {said!r} is not a date. Write it like 2026-03-31.") from None


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    table = [COLUMNS, *(_cells(row) for row in rows)]
    widths = [max(len(row[place]) for row in table) for place in range(len(COLUMNS))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    because = " ".join(part for part in (row["reason"], row["cause"]) if part)
    days = [row[day] or "-" for day in ("earliest", "target", "latest", "actual")]
    if row["suggested"] and row["target"]:
        days[1] += "*"
    mark = "! " if row["deviation"] else ""
    return (row["code"], row["kind"], *days, row["anchor"], mark + because)
