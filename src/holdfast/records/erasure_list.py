"""The list of erasures beside the exported seals, so that an older backup cannot undo one.

Each erasure is one small file, ``erasure-<request>.json``, signed with the site's key like a seal.
It names the keys that were destroyed and holds no word and no name. ``holdfast restore`` takes the
folder and destroys these keys again in whatever it restores.
"""

import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from holdfast.records.canonical import document
from holdfast.records.columns import instant_text
from holdfast.records.erasure import Erasure
from holdfast.records.keyring import key_of_record
from holdfast.records.keys import SiteKey
from holdfast.records.seals import public_key_of, seals_folder
from holdfast.records.whole_files import let_go, name_once

SCHEMA = 1
_CONTEXT = b"holdfast erasure 1\n"  # what is signed begins so: a signature serves for nothing else

log = logging.getLogger("holdfast.seals")


class ErasureListWrong(ValueError):
    """A file of the list that is not what the site wrote; the message names it."""


@dataclass(frozen=True)
class Erased:
    """One erasure as the list holds it."""

    request: UUID
    person: UUID
    keys: tuple[UUID, ...]
    rule: str
    reason: str
    erased_at: str
    signed_by: tuple[str, ...]

    @classmethod
    def of(cls, erasure: Erasure, signers: list[str]) -> "Erased":
        """An erasure that was written."""
        return cls(
            request=erasure.request_id,
            person=erasure.person_id,
            keys=tuple(UUID(key) for key in orjson.loads(erasure.keys)),
            rule=erasure.rule,
            reason=erasure.reason_code,
            erased_at=instant_text(erasure.recorded_at),
            signed_by=tuple(signers),
        )

    @property
    def body(self) -> bytes:
        """The exact bytes that are signed."""
        return document(
            {
                "schema": SCHEMA,
                "request": self.request.hex,
                "person": self.person.hex,
                "keys": [key.hex for key in self.keys],
                "rule": self.rule,
                "reason": self.reason,
                "erased_at": self.erased_at,
                "signed_by": list(self.signed_by),
            }
        )

    @property
    def file_name(self) -> str:
        """The name of its file: the id of the request."""
        return f"erasure-{self.request.hex}.json"


def export_committed(erased: Erased) -> None:
    """Write an erasure that was just committed. What fails is loud, and the watch tries again."""
    if (folder := seals_folder()) is None:
        return
    try:
        export(erased, folder)
    except OSError as error:
        log.error("erasure-not-exported", extra={"error": type(error).__name__})


def export(erased: Erased, folder: Path) -> bool:
    """Write an erasure's file whole and on the disk; False where one is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / erased.file_name
    if target.exists():
        return False
    key = key_of_record().signing_key
    content = document(
        {
            "schema": SCHEMA,
            "body": erased.body.decode(),
            "public_key": public_key_of(key),
            "signature": key.sign(_CONTEXT + erased.body).hex(),
        }
    )
    handle, name = tempfile.mkstemp(dir=folder, prefix=".erasure-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o444)
        name_once(Path(name), target)
    except FileExistsError:
        return False
    finally:
        let_go(Path(name))
    return True


def export_missing(folder: Path) -> int:
    """Write every erasure of the record that has no file in the folder; how many were written."""
    written = 0
    for row in Erasure.objects.select_related("request").order_by("recorded_at", "id"):
        signed = row.request.signatures.select_related("signature").order_by("number")
        signers = [one.signature.signed_by_id.hex for one in signed]
        written += export(Erased.of(row, signers), folder)
    return written


def read_list(folder: Path, site: SiteKey | None) -> list[Erased]:
    """Every erasure of a folder, each signed by a key of the site.

    Keys of the site are the one at hand and those by which the seals of the folder are signed.

    Raises
    ------
    ErasureListWrong
        If a file was altered or is signed by another key: what it says must then be looked at.
    """
    keys = _keys_of(folder) | ({public_key_of(site.signing_key)} if site else set())
    return [_read(path, keys) for path in sorted(folder.glob("erasure-*.json"))]


def _read(path: Path, keys: set[str]) -> Erased:
    try:
        told = orjson.loads(path.read_bytes())
        if told["public_key"] not in keys:
            raise ErasureListWrong(f"{path.name} is signed by no key of this site.")
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(told["public_key"]))
        key.verify(bytes.fromhex(told["signature"]), _CONTEXT + told["body"].encode())
        return _parsed(orjson.loads(told["body"]))
    except (InvalidSignature, KeyError, TypeError, orjson.JSONDecodeError) as error:
        raise ErasureListWrong(f"{path.name} is not what the site wrote.") from error


def _parsed(said: dict[str, Any]) -> Erased:
    return Erased(
        request=UUID(said["request"]),
        person=UUID(said["person"]),
        keys=tuple(UUID(key) for key in said["keys"]),
        rule=said["rule"],
        reason=said["reason"],
        erased_at=said["erased_at"],
        signed_by=tuple(said["signed_by"]),
    )


def _keys_of(folder: Path) -> set[str]:
    """The public keys that the seals of a folder are signed with."""
    found: set[str] = set()
    for path in folder.glob("seal-*.json"):
        try:
            found.add(orjson.loads(path.read_bytes())["public_key"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            continue
    return found
