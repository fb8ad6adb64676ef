"""What the commands of the record share: their options, the settings they point at, and how they speak."""

import argparse
import os
import sys
from pathlib import Path
from typing import TypeAlias

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def with_database(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add ``--database``."""
    parser.add_argument(
        "--database",
        metavar="URL",
        help="sqlite:///path or postgresql://...; otherwise HOLDFAST_DATABASE_URL",
    )
    return parser


def with_key(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add ``--key-file``."""
    parser.add_argument(
        "--key-file", metavar="FILE", help="the site key; otherwise HOLDFAST_KEY_FILE"
    )
    return parser


def with_seals(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add ``--seals``."""
    parser.add_argument(
        "--seals", metavar="DIR", help="folder of exported seals; otherwise HOLDFAST_SEALS"
    )
    return parser


def set_up(args: argparse.Namespace) -> None:
    """Point the settings at what the command names, then set Django up."""
    for option, name in (
        ("database", "HOLDFAST_DATABASE_URL"),
        ("key_file", "HOLDFAST_KEY_FILE"),
        ("seals", "HOLDFAST_SEALS"),
    ):
        if value := getattr(args, option, None):
            os.environ[name] = str(value)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    import django

    django.setup()


def say(words: str) -> None:
    """One line to whoever gave the command."""
    print(words, flush=True)


def refuse(words: str, code: int = 1) -> int:
    """Say why it was not done, to stderr."""
    print(words, file=sys.stderr, flush=True)
    return code


def existing_file(text: str) -> Path:
    """A path that names a file, for ``argparse``."""
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return path
