"""``holdfast backup``, ``holdfast restore`` and ``holdfast upgrade``."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.cli.options import (
    Subparsers,
    existing_file,
    refuse,
    say,
    set_up,
    with_database,
    with_key,
)

if TYPE_CHECKING:
    from holdfast.records.keys import SiteKey

WITHOUT_RECIPIENT = (
    "No recovery recipient: only the site key can open this backup. If the site key is lost, "
    "this backup is lost with it, and every name and word in it. Make a recipient with: holdfast "
    "key recipient create FILE; keep FILE in a safe and give FILE.pub with --recipient."
)
SITE_KEY_LEFT_OUT = (
    "There is no site key at hand, so the backup does not hold it: the names and words in this "
    "backup can be read only where the site key is kept."
)


def add(subparsers: Subparsers) -> None:
    """Add the three commands."""
    _add_backup(subparsers)
    _add_restore(subparsers)
    _add_upgrade(subparsers)


def _add_backup(subparsers: Subparsers) -> None:
    backup_parser = with_key(
        with_database(
            subparsers.add_parser(
                "backup",
                help="write the whole record to one sealed file",
                description="Writes the record of this moment, while others go on writing, into "
                "one compressed and encrypted file that restores into SQLite or PostgreSQL. Web "
                "sessions and heartbeats are left out.",
            )
        )
    )
    backup_parser.add_argument("file", type=Path, metavar="FILE", help="a file that is not there")
    backup_parser.add_argument(
        "--recipient",
        action="append",
        default=[],
        type=existing_file,
        metavar="FILE",
        help="public key of who can open it when the site key is lost; may be given several times",
    )
    backup_parser.set_defaults(run=backup)


def _add_restore(subparsers: Subparsers) -> None:
    restore_parser = with_key(
        with_database(
            subparsers.add_parser(
                "restore",
                help="read a backup into an empty record, verifying it first",
                description="Restores a backup into an empty database of either kind. A file that "
                "was cut or altered, or a record that does not verify, changes nothing.",
            )
        )
    )
    restore_parser.add_argument("file", type=existing_file, metavar="FILE", help="the backup")
    restore_parser.add_argument(
        "--recovery-key", type=existing_file, metavar="FILE", help="private key of a recipient"
    )
    restore_parser.add_argument(
        "--site-key-out",
        type=Path,
        metavar="FILE",
        help="write the site key that the backup holds for the recipient to this new file",
    )
    restore_parser.add_argument(
        "--erasures",
        type=Path,
        metavar="FOLDER",
        help="the exported list of erasures, carried out again in what is restored "
        "(HOLDFAST_SEALS)",
    )
    restore_parser.add_argument(
        "--no-erasure-list",
        action="store_true",
        help="restore although there is no list: whatever was erased after the backup comes back",
    )
    restore_parser.set_defaults(run=restore)


def _add_upgrade(subparsers: Subparsers) -> None:
    upgrade_parser = with_key(
        with_database(
            subparsers.add_parser(
                "upgrade",
                help="back up, migrate, verify and report",
                description="Makes a backup, brings the database to this version, verifies it and "
                "reports. Where anything fails the old database stays as it was.",
            )
        )
    )
    upgrade_parser.add_argument(
        "--backup", type=Path, metavar="FILE", help="where the backup goes (beside the database)"
    )
    upgrade_parser.add_argument(
        "--recipient", action="append", default=[], type=existing_file, metavar="FILE"
    )
    upgrade_parser.set_defaults(run=upgrade)


def _recipients(args: argparse.Namespace) -> list[Path]:
    """The recipients named, or asked for where somebody is there to answer."""
    if args.recipient:
        return list(args.recipient)
    if named := os.environ.get("HOLDFAST_RECIPIENT"):
        return [existing_file(named)]
    if sys.stdin.isatty():
        answer = input("Recovery recipient (file of the public key; empty for none): ").strip()
        if answer:
            return [existing_file(answer)]
    print(WITHOUT_RECIPIENT, file=sys.stderr)
    return []


def backup(args: argparse.Namespace) -> int:
    """Write one backup."""
    set_up(args)
    from datetime import UTC, datetime

    from holdfast.records.backups import BackupFailed, Keys, back_up
    from holdfast.records.backups_recipients import NotARecipient, read_recipient
    from holdfast.records.keys import KeyMissing
    from holdfast.records.verification_run import key_if_there_is_one
    from holdfast.records.verification_snapshot import DatabaseAbsent

    try:
        recipients = tuple(read_recipient(path) for path in _recipients(args))
        keys = Keys(key_if_there_is_one(), recipients)
        if keys.site is None:
            print(SITE_KEY_LEFT_OUT, file=sys.stderr)
        manifest = back_up(args.file, keys, now=datetime.now(UTC))
    except (
        argparse.ArgumentTypeError,
        BackupFailed,
        DatabaseAbsent,
        FileExistsError,
        KeyMissing,
        NotARecipient,
    ) as error:
        return refuse(str(error))
    rows = sum(manifest.rows.values())
    seal = f"seal {manifest.last_seal}" if manifest.last_seal else "no seal"
    say(f"Backed up: {rows} rows as of {manifest.made_at}, up to {seal}, in {args.file}.")
    say("Left out: web sessions and the heartbeats of the watch.")
    return 0


def restore(args: argparse.Namespace) -> int:
    """Restore one backup, and say so only when it was verified."""
    set_up(args)
    from holdfast.records.backups_file import BackupRefused
    from holdfast.records.backups_recipients import NotARecipient, read_recovery_key
    from holdfast.records.backups_restore import RestoreRefused
    from holdfast.records.backups_restore import restore as restored
    from holdfast.records.erasure_list import ErasureListWrong
    from holdfast.records.keys import KeyMissing, write_key_file
    from holdfast.records.verification_run import key_if_there_is_one

    if args.site_key_out is not None and args.site_key_out.exists():
        return refuse(f"{args.site_key_out} is there already; it was left as it is.")
    if problem := _problem_with_list(args):
        return refuse(f"Not restored. {problem}")
    try:
        recovery = read_recovery_key(args.recovery_key) if args.recovery_key else None
        done = restored(
            args.file, site=key_if_there_is_one(), recovery=recovery, then=_erase_again(args)
        )
        if args.site_key_out is not None and done.site is not None:
            write_key_file(args.site_key_out, done.site)
    except (
        BackupRefused,
        ErasureListWrong,
        KeyMissing,
        NotARecipient,
        OSError,
        RestoreRefused,
    ) as error:
        return refuse(f"Not restored. {error}")
    for line in done.report.lines():
        say(line)
    say(f"Restored: the record as of {done.manifest.made_at}. Everybody must log in again.")
    say(
        "What was recorded after that moment is not in it. Seals exported after seal "
        f"{done.manifest.last_seal or 0} belong to the lost record: keep their folder, and set "
        "HOLDFAST_SEALS to a new one."
    )
    if done.site is None:
        say("The site key was not at hand: without it no name and no word can be read.")
    elif args.site_key_out is not None:
        say(f"The site key is in {args.site_key_out}.")
    return 0


def _list_of(args: argparse.Namespace) -> Path | None:
    from holdfast.records.seals import seals_folder

    return None if args.no_erasure_list else args.erasures or seals_folder()


def _problem_with_list(args: argparse.Namespace) -> str | None:
    """Why an older backup might bring back what was erased since; None where it cannot.

    A list that is missing, or a folder that was never the site's, looks like one with nothing in
    it: so it is asked for, and its absence has to be said.
    """
    mend = (
        "Give the folder of exported seals (--erasures FOLDER or HOLDFAST_SEALS); or say "
        "--no-erasure-list: then whatever was erased after the backup comes back."
    )
    if args.no_erasure_list:
        return "--erasures and --no-erasure-list contradict each other." if args.erasures else None
    folder = _list_of(args)
    if folder is None:
        return f"Which erasures came after the backup is not known. {mend}"
    if not folder.is_dir() or not any(folder.glob("seal-*.json")):
        return f"{folder} holds no exported seal, so it is no list of erasures. {mend}"
    return None


def _erase_again(args: argparse.Namespace) -> "Callable[[SiteKey | None], None]":
    """Carries out again, in what is restored, every erasure of the exported list."""
    from datetime import UTC, datetime

    from holdfast.actions.erasure_again import erase_again
    from holdfast.records.erasure_list import read_list

    folder = _list_of(args)

    def again(site: "SiteKey | None") -> None:
        if folder is None:
            say("Without a list of erasures: what was erased after the backup is back.")
            return
        listed = read_list(folder, site)
        if listed and site is not None and "HOLDFAST_KEY_FILE" not in os.environ:
            os.environ.setdefault("HOLDFAST_KEY", site.secret.hex())
        done = erase_again(listed, now=datetime.now(UTC))
        say(f"Erased again: the words of {done} people, of {len(listed)} erasures in {folder}.")

    return again


def upgrade(args: argparse.Namespace) -> int:
    """Back up, migrate, verify, report."""
    set_up(args)
    from holdfast.records.backups_recipients import NotARecipient, read_recipient
    from holdfast.records.upgrading import UpgradeFailed
    from holdfast.records.upgrading import upgrade as upgraded

    try:
        recipients = tuple(read_recipient(path) for path in _recipients(args))
        for line in upgraded(args.backup, recipients):
            say(line)
    except (argparse.ArgumentTypeError, NotARecipient, UpgradeFailed) as error:
        return refuse(str(error))
    return 0
