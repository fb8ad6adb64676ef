"""``holdfast key``: create, rotate and show the site key, and make recovery recipients."""

import argparse
import os
from pathlib import Path

from holdfast.cli.options import Subparsers, refuse, say, set_up, with_database, with_key


def add(subparsers: Subparsers) -> None:
    """Add ``key`` with its parts."""
    parser = subparsers.add_parser(
        "key",
        help="create or rotate the key of the site",
        description="The site key opens every name and word of the record and signs its seals. "
        "Keep a copy where the database is not.",
    )
    parts = parser.add_subparsers(metavar="PART", required=True)
    created = parts.add_parser("create", help="a new site key in a new file")
    created.add_argument("file", type=Path, metavar="FILE", help="a file that is not there")
    created.set_defaults(run=create)
    rotated = with_key(with_database(parts.add_parser("rotate", help="replace the site key")))
    rotated.set_defaults(run=rotate)
    shown = with_key(parts.add_parser("show", help="what may be known of the site key"))
    shown.set_defaults(run=show)
    recipient = parts.add_parser("recipient", help="who can open backups when the key is lost")
    recipients = recipient.add_subparsers(metavar="PART", required=True)
    made = recipients.add_parser("create", help="a new recovery key, and its public half")
    made.add_argument("file", type=Path, metavar="FILE", help="a file that is not there")
    made.set_defaults(run=create_recipient)


def create(args: argparse.Namespace) -> int:
    """Make a site key."""
    set_up(args)
    from holdfast.records.keys import create_key_file

    try:
        made = create_key_file(args.file)
    except FileExistsError:
        return refuse(f"{args.file} is there already; it was left as it is.")
    except OSError as error:
        return refuse(f"{args.file} could not be written: {error.strerror}.")
    say(f"Site key {made.fingerprint} is in {args.file}, readable by its owner alone.")
    say(f"Set HOLDFAST_KEY_FILE={args.file}. Keep a copy where the database is not:")
    say("without it no name and no word of the record can be read, by anybody.")
    return 0


def show(args: argparse.Namespace) -> int:
    """Print the fingerprint and the public key; never the key."""
    set_up(args)
    from holdfast.records.keys import KeyMissing, site_key
    from holdfast.records.seals import public_key_of

    try:
        key = site_key()
    except KeyMissing as error:
        return refuse(str(error))
    say(f"fingerprint       {key.fingerprint}")
    say(f"signs seals with  {public_key_of(key.signing_key)}  (Ed25519, public)")
    return 0


def create_recipient(args: argparse.Namespace) -> int:
    """Make a recovery key and its public half."""
    set_up(args)
    from holdfast.records.backups_recipients import create_recovery_key

    try:
        create_recovery_key(args.file)
    except FileExistsError as error:
        return refuse(f"{error.filename or args.file} is there already; nothing was written.")
    except OSError as error:
        return refuse(f"{args.file} could not be written: {error.strerror}.")
    say(f"The recovery key is in {args.file}: keep it in a safe, away from this machine.")
    say(f"Its public half is in {args.file}.pub: give it to holdfast backup with --recipient.")
    return 0


def rotate(args: argparse.Namespace) -> int:
    """Replace the site key; a rotation that was cut short is finished."""
    set_up(args)
    from holdfast.records.keys import KeyMissing

    if not (name := os.environ.get("HOLDFAST_KEY_FILE")):
        return refuse("Name the file of the site key: --key-file FILE or HOLDFAST_KEY_FILE.")
    path = Path(name)
    try:
        old, new = _rotated(path)
    except (KeyMissing, OSError) as error:
        return refuse(str(error))
    say(f"The site key is now {new}, in {path}. The former one, {old}, is in {path}.{old}.")
    say("Earlier backups without a recipient need the former key: keep it as long as them.")
    say("Make a backup now. Everybody must log in again.")
    return 0


def _rotated(path: Path) -> tuple[str, str]:
    """Fingerprints of the former and the new key; the file holds the new one at the end.

    The new key is on the disk before the record is wrapped with it, and takes its place after:
    whatever is cut short, one of the two files opens the record.
    """
    from datetime import UTC, datetime
    from uuid import UUID, uuid5

    from holdfast.actions.outcomes import Refusal
    from holdfast.actions.people import house
    from holdfast.actions.site_key import rotate_site_key
    from holdfast.records.keys import (
        KeyMissing,
        create_key_file,
        read_key_file,
        site_key,
        write_key_file,
    )
    from holdfast.records.people import PersonKey

    coming = path.with_name(path.name + ".next")
    old = site_key()
    new = read_key_file(coming) if coming.exists() else create_key_file(coming)
    kept = path.with_name(f"{path.name}.{old.fingerprint}")
    if not kept.exists():
        write_key_file(kept, old)
    if PersonKey.objects.filter(wrapped_with=old.fingerprint).exists():
        entry_id = uuid5(UUID(int=0), f"site-key-rotated/{old.fingerprint}/{new.fingerprint}")
        done = rotate_site_key(new=new, entry_id=entry_id, by=house(), now=datetime.now(UTC))
        if isinstance(done, Refusal):
            raise KeyMissing(f"The key was not rotated: {done.reason}.")
    os.replace(coming, path)
    return old.fingerprint, new.fingerprint
