"""``holdfast watch``: the night watch, in one process."""

import argparse
import signal
import threading
from typing import Any

from holdfast.cli.options import Subparsers, say, set_up, with_database, with_key, with_seals


def add(subparsers: Subparsers) -> None:
    """Add ``watch``."""
    parser = with_seals(
        with_key(
            with_database(
                subparsers.add_parser(
                    "watch",
                    help="tell what is overdue, deliver messages, seal, verify each night",
                    description="Runs until it is stopped. Run one beside the pages; each loop "
                    "leaves a heartbeat, and the pages say when one is missing.",
                )
            )
        )
    )
    parser.add_argument("--once", action="store_true", help="one turn of each loop, then leave")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Watch until told to stop; 1 where a loop failed in ``--once`` or broke."""
    set_up(args)
    from datetime import UTC, datetime

    from holdfast.watch.runner import TURNS, Watch, take_turn

    if args.once:
        taken = [take_turn(loop, datetime.now(UTC)) for loop in TURNS]  # each takes its turn
        return 0 if all(taken) else 1
    ended = threading.Event()

    def end(number: int, frame: Any) -> None:
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    watch = Watch().start()
    say(f"Watching: {', '.join(TURNS)}.")
    while not ended.wait(0.5):
        if watch.broken.is_set():
            watch.stop()
            return 1
    return 0 if watch.stop() else 1
