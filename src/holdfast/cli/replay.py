"""``holdfast replay FILE``: a whole dosing session from a file, through the rules that ran live."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def add(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "replay",
        help="judge a whole dosing session again",
        description="Prints gates and alarms minute by minute; docs/session-files.md says the form.",
    )
    parser.add_argument("file", metavar="FILE.json", help="a session's file, or - to read it here")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--every-minute", action="store_true", help="every minute, not only where something is new"
    )


def run(args: argparse.Namespace) -> int:
    """Print the replay: 0 done, 1 an authorisation was issued by a shut gate, 2 not a session file."""
    from holdfast.definitions.session import gates
    from holdfast.domain.replay import Replay
    from holdfast.interop.replay_document import replay_document, replay_lines
    from holdfast.interop.session_file import read_session_file
    from holdfast.interop.session_values import SessionFileRefused

    try:
        recorded = read_session_file(_bytes(args.file))
    except OSError as error:
        print(f"{args.file}: cannot be read ({error.strerror}). Name a file.", file=sys.stderr)
        return 2
    except SessionFileRefused as refused:
        print(f"{args.file}: {refused}", file=sys.stderr)
        return 2
    replay = Replay(gates.load(), recorded)
    if args.format == "json":
        document = replay_document(replay, is_every=args.every_minute)
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        for line in replay_lines(replay, is_every=args.every_minute):
            print(line)
    return 1 if replay.not_backed() else 0


def _bytes(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
