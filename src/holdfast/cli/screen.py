"""``holdfast screen``: who of the referred people may enter a protocol, and why, without a database."""

import argparse
import gc
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from holdfast.definitions.answers_file import AnswersFile
    from holdfast.domain.interactions import InteractionTable
    from holdfast.domain.limits import SignedLimit
    from holdfast.domain.protocol import ProtocolVersion

READ, NOT_ALL_READ = 0, 2


def add(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add the ``screen`` command."""
    parser = subparsers.add_parser(
        "screen",
        help="say who of the referred people may enter a protocol, and why",
        description="Reads FHIR R4 bundles and prints, for each, the verdict with every reason. "
        "Nothing is stored. Exit code: 0 when all were read, 2 otherwise.",
    )
    parser.add_argument("--protocol", required=True, metavar="NAME", help="for example mapp2")
    parser.add_argument(
        "--as-of", type=_day, default=None, metavar="DATE", help="the day of the verdict, today"
    )
    parser.add_argument(
        "--answers", type=Path, metavar="FILE", help="answers, medicines and limits: TOML or JSON"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "bundles", nargs="+", metavar="BUNDLE", help="a .json or .json.gz file, or - for stdin"
    )


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise argparse.ArgumentTypeError("this is not a date: write it as 2026-03-31")
    return day


@dataclass(frozen=True)
class Screening:
    """What is the same for every bundle of one call."""

    protocol: "ProtocolVersion"
    table: "InteractionTable"
    as_of: date
    answers: "AnswersFile"
    signed: "Mapping[str, SignedLimit]"

    def document(self, data: bytes) -> dict[str, Any]:
        """The verdict on one bundle, as it is printed in JSON."""
        with _no_search_for_cycles():
            return self._document(data)

    def _document(self, data: bytes) -> dict[str, Any]:
        from holdfast.domain.eligibility import screen
        from holdfast.domain.medications import assess
        from holdfast.interop.fhir.referral import read_import
        from holdfast.interop.verdicts import verdict_document

        imported = read_import(data, as_of=self.as_of)
        referral = replace(
            imported.referral,
            answers=(*imported.referral.answers, *self.answers.answers),
            medications=(*imported.referral.medications, *self.answers.medications),
        )
        medications = assess(
            referral.medications, self.table, self.as_of, self.signed, referral.answers
        )
        verdict = screen(self.protocol, referral, self.as_of, self.signed, medications)
        return verdict_document(
            self.protocol, referral, self.as_of, verdict, medications, report=imported.report
        )


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """A parsed bundle has no cycles: searching its hundred thousand parts for some finds nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def prepare(protocol: str, as_of: date, answers: Path | None = None) -> Screening:
    """Load the protocol, the interaction table and the answers file.

    Raises
    ------
    UnknownProtocol, DefinitionRefused
        If there is no such protocol, or the answers file does not fit.
    """
    from holdfast.definitions import answers_file, interactions, protocols

    version = protocols.load(protocol)
    table = interactions.load()
    to_sign = {
        limit.code: limit.unit
        for limit in (*version.limits.values(), *table.limits.values())
        if limit.needs_signature
    }
    given = answers_file.AnswersFile()
    if answers is not None:
        given = answers_file.read(answers, limits=to_sign, as_of=as_of)
    signed = {limit.code: limit for limit in given.limits}
    return Screening(version, table, as_of, given, signed)


def run(args: argparse.Namespace) -> int:
    """Screen every bundle; a bundle that cannot be read is said on stderr and the others go on."""
    from holdfast.definitions.loading import DefinitionRefused
    from holdfast.definitions.protocols import UnknownProtocol

    as_of = args.as_of or datetime.now().astimezone().date()
    try:
        screening = prepare(args.protocol, as_of, args.answers)
    except (UnknownProtocol, DefinitionRefused) as refusal:
        print(f"holdfast screen: {refusal}", file=sys.stderr)
        return NOT_ALL_READ
    write = _write_json if args.format == "json" else _write_text
    are_read = [_screen_one(name, screening, write) for name in args.bundles]
    return READ if all(are_read) else NOT_ALL_READ


def _screen_one(name: str, screening: Screening, write: Any) -> bool:
    from holdfast.interop.fhir.document import read_bounded
    from holdfast.interop.fhir.referral import ReferralRefused

    try:
        if name == "-":
            data = read_bounded(sys.stdin.buffer)
        else:
            with Path(name).open("rb") as file:
                data = read_bounded(file)
        write(name, screening.document(data))
    except OSError as error:
        print(f"{name}: it cannot be read ({error.strerror}).", file=sys.stderr)
        return False
    except ReferralRefused as refusal:
        for problem in refusal.problems:
            print(f"{name}: {problem}", file=sys.stderr)
        return False
    return True


def _write_json(name: str, document: dict[str, Any]) -> None:
    import orjson

    sys.stdout.buffer.write(orjson.dumps(document) + b"\n")
    sys.stdout.buffer.flush()


def _write_text(name: str, document: dict[str, Any]) -> None:
    from holdfast.cli.verdict_text import as_text

    sys.stdout.write(as_text(name, document))
    sys.stdout.flush()
