"""The ``holdfast`` command. Only the module of the command asked for is imported.

A command module has ``add(subparsers)``, which adds its command or commands, and
``run(args) -> int``, which does the work and returns the exit code. A module that serves several
commands may set a ``run`` of its own on each parser with ``set_defaults(run=...)``. What is slow
to import (Django above all) is imported inside ``run``.
"""

import argparse
import difflib
import importlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("screen", "screen", "say who of the referred people may enter a protocol, and why"),
    ("protocol", "protocol", "list, show or check protocol versions"),
    ("plan", "plan", "print every visit of a course with its dates"),
    ("envelope", "envelope", "the expected course of a session: context, not a limit"),
    ("replay", "replay", "judge a whole dosing session again, minute by minute, from its file"),
    ("simulate-session", "simulate", "a whole dosing session of an invented person, as a file"),
    ("allocate", "allocate", "make a sealed allocation from a design"),
    ("activate", "activate", "put a sealed allocation in force, by two people"),
    ("kits-in", "kits", "take in a delivery of kits, for unblinded eyes"),
    ("bar-kits", "kits", "take kits out of use by their numbers"),
    ("ask-for-kits", "kits", "ask for as many kits as were used"),
    ("recall-lot", "kits", "recall a manufacturer's lot at a site"),
    ("closed-export", "closed_export", "make the sealed file of arms that two people signed for"),
    ("reconcile", "reconcile", "compare every capsule with orders, kits, doses and counts"),
    ("serve", "serve", "serve the pages and the API"),
    ("demo", "demo", "set up and serve the demonstration clinic"),
    ("populate", "populate", "fill an empty record with invented courses"),
    ("found", "clinic", "begin an empty record with its first administrator"),
    ("site", "clinic", "open a site"),
    ("account", "clinic", "open an account"),
    ("role", "clinic", "give an account a role at a site"),
    ("log-out", "clinic", "end every session of an account, or of everybody"),
    ("import", "clinic", "take FHIR R4 bundles in as referrals"),
    ("own-copy", "copies", "write a person's own copy of their record"),
    ("report", "report", "make a periodic report from the record"),
    ("session", "session", "write a dosing session to a file, or draw recordings for review"),
    ("verify", "record", "recompute chains, seals and signatures of the record"),
    ("backup", "record", "write the whole record to one sealed file"),
    ("restore", "record", "read a backup into an empty record, verifying it first"),
    ("rebuild", "record", "make the projections anew from the facts"),
    ("upgrade", "record", "back up, migrate, verify and report"),
    ("key", "record", "create or rotate the key of the site"),
    ("seal", "record", "seal the heads of all streams now"),
    ("watch", "record", "tell what is overdue, deliver messages, seal, verify each night"),
)
"""Name, module under ``holdfast.cli`` and one line of help, in the order shown."""


class CommandParser(argparse.ArgumentParser):
    """Says, for a command that does not exist, which one was perhaps meant."""

    def error(self, message: str) -> NoReturn:
        """Print usage and what is wrong to stderr, and leave with exit code 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {message}\nTry: {self.prog} --help\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 found wrong, 2 not understood."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(words)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; what is left in the buffer must not raise at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _run(words: list[str]) -> int:
    modules = {name: module for name, module, _ in COMMANDS}
    parser = CommandParser(
        prog="holdfast", description="Runs MDMA-assisted therapy: treatment in clinics and trials."
    )
    parser.add_argument("--version", action="store_true", help="print the version and leave")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    if words and words[0] in modules:
        module = importlib.import_module(f"{__name__}.{modules[words[0]]}")
        module.add(subparsers)
        args = parser.parse_args(words)
        return int(getattr(args, "run", module.run)(args))
    for name, _, text in COMMANDS:
        subparsers.add_parser(name, help=text)
    if words and not words[0].startswith("-"):
        near = difflib.get_close_matches(words[0], modules, n=1)
        meant = f" Did you mean {near[0]!r}?" if near else ""
        parser.error(f"there is no command {words[0][:40]!r}.{meant}")
    if parser.parse_args(words).version:
        return _print_version()
    parser.print_help()
    return 2


def _print_version() -> int:
    from importlib.metadata import version

    print(f"holdfast {version('holdfast')}")
    return 0
