"""Seals: signed statements of how far every stream had come, chained to one another.

A seal names the heads of the streams that moved since the seal before it, and every 256th names
all of them; with the hash of the seal before, each covers the heads of all streams. It names the
rows of the keys in the same way, by their hash, so that a key that was swapped, restored or removed
is found without the site's key. It is signed with Ed25519 under a key derived from the site's.

A seal is exported, as one small file, to the folder ``HOLDFAST_SEALS``, which should be on another
machine: what is there shows a record that was cut, or replaced by an older copy of itself.
"""

import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction

from holdfast.records.canonical import document, row_sha256
from holdfast.records.columns import instant_text
from holdfast.records.journal import BEFORE_THE_FIRST, Seal
from holdfast.records.keyring import key_of_record
from holdfast.records.people import User
from holdfast.records.prepared import Prepared
from holdfast.records.whole_files import let_go, name_once

SCHEMA = 1
ALL_HEADS_EVERY = 256  # seals
_CONTEXT = b"holdfast seal 1\n"  # what is signed begins so: a signature serves for nothing else
_LOCK_NUMBER = 0x486F6C6466617374  # of PostgreSQL's advisory lock: one seal at a time

log = logging.getLogger("holdfast.seals")


class SealsDiffer(RuntimeError):
    """A seal was exported before with other content: the record is not the one that was sealed."""


@dataclass(frozen=True)
class SealedSoFar:
    """Heads and rows of keys, as the seals from the last full one on name them.

    ``sha256`` is that of the newest of these seals. It covers the seal before it, and so all that
    is known here.
    """

    sha256: str
    heads: dict[str, tuple[int, str]]
    keys: dict[str, str]

    def and_then(self, sha256: str, said: Mapping[str, Any]) -> "SealedSoFar":
        """The same with one more seal; the newest word of each counts."""
        heads = {stream: (position, head) for stream, position, head in said["heads"]}
        return SealedSoFar(sha256, {**self.heads, **heads}, {**self.keys, **dict(said["keys"])})


_NOTHING = SealedSoFar(BEFORE_THE_FIRST, {}, {})


def signed_bytes(body: str) -> bytes:
    """The exact bytes that a seal's signature covers."""
    return _CONTEXT + body.encode()


def public_key_of(key: Ed25519PrivateKey) -> str:
    """The public half, as 64 hexadecimal digits."""
    return key.public_key().public_bytes_raw().hex()


def select_key_rows(vendor: str) -> str:
    """A SELECT of every data key's row, whose first value is the id, the same in both databases."""
    form = "replace({}::text,'-','')" if vendor == "postgresql" else "{}"
    columns = (
        form.format("id"),
        form.format("owner"),
        "word_class, wrapped, wrapped_with, made_at",
        form.format("made_by_id"),
        "destroyed_at",
        form.format("destroyed_by_id"),
    )
    return f"SELECT {', '.join(columns)} FROM records_personkey"  # noqa: S608 - our own names


def make_seal(
    *,
    by: User,
    now: datetime,
    key: Ed25519PrivateKey | None = None,
    next_key: Ed25519PrivateKey | None = None,
) -> Seal:
    """Seal what is committed, and what this transaction has written, now.

    ``next_key`` is announced where the site's key is being rotated: the seals that follow are
    signed with it, and this one with ``key``, the former. The seal is exported once it is
    committed; where that fails, the watch tries again.
    """
    with transaction.atomic():
        _one_at_a_time()
        last = _LAST.first()
        number = last.number + 1 if last else 1
        is_full = number % ALL_HEADS_EVERY == 1
        known = _NOTHING if is_full or last is None else _sealed_so_far(last)
        signing = key or key_of_record().signing_key
        said = _said(number, last, known, by, now)
        said["is_full"] = is_full
        said["public_key"] = public_key_of(signing)
        said["next_public_key"] = public_key_of(next_key) if next_key else None
        body = document(said).decode()
        seal = Seal(
            number=number,
            sealed_at=now,
            sealed_by=by,
            body=body,
            sha256=sha256(body.encode()).hexdigest(),
            public_key=public_key_of(signing),
            signature=signing.sign(signed_bytes(body)).hex(),
        )
        seal.save(force_insert=True)
        transaction.on_commit(lambda: _export_committed(seal))
    _Remembered.sealed = known.and_then(seal.sha256, said)
    return seal


_LAST = Prepared(lambda: Seal.objects.order_by("-number")[:1])


class _Remembered:
    """What this process read last, so that a seal costs what changed and not what there is.

    Nothing here is believed: ``sealed`` counts only where the record's newest seal has its hash,
    and a row of a key has the hash that was made of these very values.
    """

    sealed: SealedSoFar = _NOTHING
    keys: Mapping[str, tuple[tuple[Any, ...], str]] = MappingProxyType({})  # values and hash, by id


def _said(
    number: int, last: Seal | None, known: SealedSoFar, by: User, now: datetime
) -> dict[str, Any]:
    heads, keys = _heads(), _keys()
    changed_heads = [
        [stream, *head] for stream, head in heads.items() if known.heads.get(stream) != head
    ]
    changed_keys = [[key, row] for key, row in keys.items() if known.keys.get(key) != row]
    return {
        "schema": SCHEMA,
        "number": number,
        "sealed_at": instant_text(now),
        "sealed_by": by.id.hex,
        "previous": last.sha256 if last else BEFORE_THE_FIRST,
        "streams": len(heads),
        "entries": sum(position for position, _ in heads.values()),
        "heads": sorted(changed_heads),
        "keys": sorted(changed_keys),
    }


def _one_at_a_time() -> None:
    """Wait until no other seal is being made. On SQLite the transaction is the lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_NUMBER])


def _heads() -> dict[str, tuple[int, str]]:
    form = "replace(id::text,'-','')" if connection.vendor == "postgresql" else "id"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {form}, position, head FROM records_stream")  # noqa: S608
        return {stream: (position, head) for stream, position, head in cursor.fetchall()}


def _keys() -> dict[str, str]:
    """The hash of each row of a key; one whose every value is as it was has the hash it had."""
    known = _Remembered.keys
    found: dict[str, tuple[tuple[Any, ...], str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(select_key_rows(connection.vendor))
        for row in cursor.fetchall():
            before = known.get(row[0])
            if before is None or before[0] != row:
                before = row, row_sha256(list(row))
            found[row[0]] = before
    _Remembered.keys = found
    return {key: hashed for key, (_, hashed) in found.items()}


def _sealed_so_far(last: Seal) -> SealedSoFar:
    """What the seals from the last full one on say."""
    known = _Remembered.sealed
    if known.sha256 == last.sha256:
        return known
    first = last.number - (last.number - 1) % ALL_HEADS_EVERY
    several = Seal.objects.filter(number__gte=first).order_by("number")
    known = _NOTHING
    for digest, body in several.values_list("sha256", "body"):
        known = known.and_then(digest, orjson.loads(body))
    return known


def seals_folder() -> Path | None:
    """The folder that seals are exported to; None where the site has set none."""
    return Path(name) if (name := os.environ.get("HOLDFAST_SEALS")) else None


def exported_name(number: int) -> str:
    """The name of the file of one seal."""
    return f"seal-{number:012d}.json"


def _export_committed(seal: Seal) -> None:
    """Export a seal that was just committed. What fails is loud, and the watch tries again."""
    if (folder := seals_folder()) is None:
        return
    try:
        export(seal, folder)
    except OSError as error:
        log.error("seal-not-exported", extra={"error": type(error).__name__})


def exported_bytes(seal: Seal) -> bytes:
    """The content of a seal's file."""
    return document(
        {
            "schema": SCHEMA,
            "number": seal.number,
            "body": seal.body,
            "sha256": seal.sha256,
            "public_key": seal.public_key,
            "signature": seal.signature,
        }
    )


def export(seal: Seal, folder: Path) -> bool:
    """Write a seal's file whole and on the disk; False where the same was there already.

    A file is never written over: ``SealsDiffer`` where one is there with other content.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target, content = folder / exported_name(seal.number), exported_bytes(seal)
    if target.exists():
        return _same_as_before(target, content, seal.number)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".seal-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o444)
        name_once(Path(name), target)
    except FileExistsError:
        return _same_as_before(target, content, seal.number)
    finally:
        let_go(Path(name))
    return True


def _same_as_before(target: Path, content: bytes, number: int) -> bool:
    if target.read_bytes() != content:
        raise SealsDiffer(f"Seal {number} was exported before with other content.")
    return False


def export_missing(folder: Path) -> int:
    """Export every seal that has no file in the folder; how many were written.

    Raises ``OSError`` where the folder cannot be written, and ``SealsDiffer`` where the newest
    exported seal is not the one in the database.
    """
    there = {path.name for path in folder.glob("seal-*.json")} if folder.is_dir() else set()
    written = 0
    for seal in _without_file(there):
        written += export(seal, folder)
    newest = Seal.objects.order_by("-number").first()
    if newest is not None:
        export(newest, folder)  # compares, where it is there
    return written


def _without_file(there: set[str]) -> Iterator[Seal]:
    numbers = Seal.objects.order_by("number").values_list("number", flat=True)
    missing = [number for number in numbers if exported_name(number) not in there]
    for number in missing:
        yield Seal.objects.get(number=number)
