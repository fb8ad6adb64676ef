"""``holdfast protocol list | show | diff | check``: what a protocol says, what an amendment changes, what fits."""

import argparse
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from holdfast.cli.schedule_shown import (
    change_fields,
    change_lines,
    schedule_fields,
    schedule_lines,
    schedule_page,
)


def add(subparsers: Any) -> None:
    """Add the command and its three parts."""
    parser = subparsers.add_parser("protocol", help="list, show or check protocol versions")
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    listing = parts.add_parser("list", help="every protocol and version that ships")
    _add_format(listing)
    showing = parts.add_parser("show", help="a protocol's criteria, limits and sources")
    showing.add_argument("name", metavar="NAME")
    showing.add_argument("--version", type=int, help="which version (the latest if not said)")
    _add_format(showing, "html", "usdm")
    differing = parts.add_parser("diff", help="what an amendment changes, in words")
    differing.add_argument("old", metavar="A", help="NAME/VERSION or a file")
    differing.add_argument("new", metavar="B", help="NAME/VERSION or a file")
    _add_format(differing)
    checking = parts.add_parser("check", help="every problem of a protocol file, with its line")
    checking.add_argument("file", metavar="FILE", type=Path)


def _add_format(parser: argparse.ArgumentParser, *more: str) -> None:
    parser.add_argument("--format", choices=("text", "json", *more), default="text")


def run(args: argparse.Namespace) -> int:
    """Do the part asked for: 0 done, 1 a definition does not fit, 2 no such protocol."""
    from holdfast.definitions.loading import DefinitionRefused
    from holdfast.definitions.protocols import UnknownProtocol

    parts = {"list": _list, "show": _show, "diff": _diff, "check": _check}
    try:
        return parts[args.part](args)
    except DefinitionRefused as refused:
        print(refused, file=sys.stderr)
        return 1
    except (UnknownProtocol, ValueError) as error:
        print(error, file=sys.stderr)
        return 2


def _list(args: argparse.Namespace) -> int:
    from holdfast.definitions import protocols

    versions = [protocols.load(n, v) for n in protocols.names() for v in protocols.versions(n)]
    if args.format == "json":
        heads = [
            {"name": p.name, "version": p.version, "sha256": p.sha256, "title": p.title}
            for p in versions
        ]
        print(json.dumps(heads, ensure_ascii=False, indent=2))
        return 0
    width = max(len(p.name) for p in versions)
    for p in versions:
        print(f"{p.name:{width}}  {p.version}  {p.title}")
    return 0


def _show(args: argparse.Namespace) -> int:
    from holdfast.definitions import protocols

    protocol = protocols.load(args.name, args.version)
    if args.format == "json":
        print(json.dumps(fields(protocol), ensure_ascii=False, indent=2))
    elif args.format == "text":
        print("\n".join(_lines(protocol)))
    elif args.format == "html":
        print(schedule_page(protocol))
    else:
        from holdfast.interop.usdm import study

        print(json.dumps(study(protocol), ensure_ascii=False, indent=2))
    return 0


def _diff(args: argparse.Namespace) -> int:
    from holdfast.domain.amendments import changes

    old, new = _version(args.old), _version(args.new)
    found = changes(old, new)
    if args.format == "json":
        print(json.dumps({"changes": [change_fields(c) for c in found]}, indent=2))
        return 0
    print(f"From {old.name} version {old.version} to {new.name} version {new.version}:")
    print("\n".join(change_lines(found)))
    return 0


def _version(said: str) -> Any:
    """A version by name and number, or from a file."""
    from holdfast.definitions import protocols

    if said.endswith(".toml"):
        return protocols.read(Path(said))
    name, _, number = said.partition("/")
    if number and not number.isdecimal():
        raise protocols.UnknownProtocol(f"{said!r} is no version. Write NAME/VERSION or a file.")
    return protocols.load(name, int(number) if number else None)


def _check(args: argparse.Namespace) -> int:
    from holdfast.definitions import protocols

    protocol = protocols.read(args.file)
    counts = f"{len(protocol.criteria)} criteria, {len(protocol.limits)} limits"
    print(f"{args.file}: {protocol.name} version {protocol.version} fits: {counts}.")
    return 0


def fields(protocol: Any) -> dict[str, Any]:
    """A protocol version as JSON-ready fields; numbers as text, exactly as the file has them."""
    return {
        "format": protocol.format,
        "name": protocol.name,
        "version": protocol.version,
        "sha256": protocol.sha256,
        "parsed_sha256": protocol.parsed_sha256,
        "title": protocol.title,
        "not_known": list(protocol.not_known),
        "criteria": [
            {
                "code": c.code,
                "kind": c.kind,
                "wording": c.wording,
                "standing": c.standing.value,
                "reference": _reference(c.reference),
                "questions": list(c.questions),
                "limits": list(c.limits),
                "override_by": c.override,
            }
            for c in protocol.criteria
        ],
        "limits": [
            {
                "code": limit.code,
                "value": None if limit.value is None else str(limit.value),
                "unit": limit.unit,
                "standing": limit.standing.value,
                "needs_signature": limit.needs_signature,
                "reference": _reference(limit.reference),
                "wording": limit.wording,
            }
            for limit in protocol.limits.values()
        ],
        "questions": [_question(question) for question in protocol.questions.values()],
        "schedule": schedule_fields(protocol.schedule) if protocol.schedule else None,
    }


def _question(question: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"code": question.code, "kind": question.kind.value}
    if question.choices:
        found["choices"] = list(question.choices)
    if question.unit:
        found |= {"unit": question.unit, "accepts": list(question.accepts)}
        found["range"] = [_number(question.lowest), _number(question.highest)]
    found["answered_by"] = list(question.answered_by)
    found["sentence"] = question.sentences["en"]
    return found


def _number(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _reference(reference: Any) -> dict[str, str]:
    return {"title": reference.title, "href": reference.href}


def _lines(protocol: Any) -> list[str]:
    lines = [f"{protocol.name} version {protocol.version}: {protocol.title}"]
    lines += [f"sha256 {protocol.sha256}", "", "Not known:"]
    lines += [f"  {text}" for text in protocol.not_known]
    lines += ["", "Criteria:"]
    for c in protocol.criteria:
        override = f"; may be overridden by a {c.override}" if c.override else ""
        lines += [f"  {c.code}: {c.wording}"]
        lines += [f"      {c.standing.value}{override}. {c.reference.title}, {c.reference.href}"]
    lines += ["", "Limits:"]
    for limit in protocol.limits.values():
        value = "no number" if limit.value is None else str(limit.value)
        signing = ", runs once signed for the site" if limit.needs_signature else ""
        lines += [f"  {limit.code}: {value} {limit.unit} ({limit.standing.value}{signing})"]
        lines += [f"      {limit.wording} {limit.reference.title}, {limit.reference.href}"]
    if protocol.schedule:
        lines += ["", "Schedule of activities:", *schedule_lines(protocol.schedule)]
    return lines
