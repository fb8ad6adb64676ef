"""The file of a backup: a plain header, then compressed and encrypted pieces in a fixed order.

===========  =====================================================================================
magic        ``HOLDFAST BACKUP 1`` and a line end
header       4 bytes of length, then JSON: schema, and the file's key, wrapped for those who may
             open it. The file's key is random and serves this file alone
pieces       4 bytes of length, then AES-256-GCM of up to 256 KiB of a zlib stream. The nonce is the
             number of the piece, and whether it is the last; the hash of magic and header is
             authenticated with each
===========  =====================================================================================

So nothing can be changed, left out, put in another order or cut off without being noticed; nothing
may follow the last piece.
"""

import base64
import os
import struct
import zlib
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, BinaryIO

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from holdfast.records.backups_recipients import NotARecipient, Recipient, RecoveryKey
from holdfast.records.keys import SiteKey

MAGIC = b"HOLDFAST BACKUP 1\n"
SCHEMA = 1
PIECE = 256 * 1024  # bytes of the compressed stream in one piece
_LONGEST_HEADER = 64 * 1024
_FILE_KEY, _SITE_KEY = "backup-file-key", "site-key"


class BackupRefused(ValueError):
    """A file is no backup, was cut or altered, or cannot be opened with the key at hand."""


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def header_for(file_key: bytes, site: SiteKey | None, recipients: list[Recipient]) -> bytes:
    """The header by which the site, and each recipient, can open the file."""
    told: dict[str, Any] = {"schema": SCHEMA, "site": None, "recipients": [], "site_keys": []}
    if site is not None:
        nonce = os.urandom(12)
        wrapped = AESGCM(site.subkey("backup")).encrypt(nonce, file_key, MAGIC)
        told["site"] = {
            "fingerprint": site.fingerprint,
            "wrapped": base64.b64encode(nonce + wrapped).decode(),
        }
    for recipient in recipients:
        told["recipients"].append(recipient.seal(file_key, _FILE_KEY))
        if site is not None:
            told["site_keys"].append(recipient.seal(site.secret, _SITE_KEY))
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)


class SealedWriter:
    """Writes lines into a file, compressed and encrypted."""

    def __init__(self, file: BinaryIO, site: SiteKey | None, recipients: list[Recipient]) -> None:
        file_key = os.urandom(32)
        header = header_for(file_key, site, recipients)
        self._file = file
        self._cipher = AESGCM(file_key)
        self._bound = sha256(MAGIC + header).digest()
        self._compressed = zlib.compressobj(level=6)
        self._waiting = bytearray()
        self._number = 0
        file.write(MAGIC + struct.pack(">I", len(header)) + header)

    def write(self, data: bytes) -> None:
        """Add bytes to the stream."""
        self._waiting += self._compressed.compress(data)
        while len(self._waiting) > PIECE:
            self._piece(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]

    def finish(self) -> None:
        """Write what is left, marked as the last."""
        self._waiting += self._compressed.flush()
        while len(self._waiting) > PIECE:
            self._piece(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]
        self._piece(bytes(self._waiting), is_last=True)

    def _piece(self, data: bytes, *, is_last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, is_last), data, self._bound)
        self._file.write(struct.pack(">I", len(sealed)) + sealed)
        self._number += 1


class SealedReader:
    """Reads the lines of a file; every byte is authenticated before it is given out."""

    def __init__(
        self, file: BinaryIO, site: SiteKey | None = None, recovery: RecoveryKey | None = None
    ) -> None:
        self._file = file
        magic = file.read(len(MAGIC))
        if magic != MAGIC:
            raise BackupRefused("This is no backup of Holdfast, or its first bytes were altered.")
        header = self._exactly(self._length(_LONGEST_HEADER))
        try:
            self.told = orjson.loads(header)
            if self.told["schema"] != SCHEMA:
                raise BackupRefused("This backup was made by a later version of Holdfast.")
            self.site = site or self._recovered(recovery)
            self._cipher = AESGCM(self._file_key(site, recovery))
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            raise BackupRefused("The header of this backup was altered.") from None
        self._bound = sha256(MAGIC + header).digest()

    def _recovered(self, recovery: RecoveryKey | None) -> SiteKey | None:
        """The site key that was sealed to this recipient, if there is one."""
        if recovery is None:
            return None
        own = recovery.recipient.public_key.hex()
        for box in self.told["site_keys"]:
            if box["recipient"] == own:
                return SiteKey(_opened(recovery, box, _SITE_KEY))
        return None

    def _file_key(self, site: SiteKey | None, recovery: RecoveryKey | None) -> bytes:
        if recovery is not None:
            own = recovery.recipient.public_key.hex()
            for box in self.told["recipients"]:
                if box["recipient"] == own:
                    return _opened(recovery, box, _FILE_KEY)
        if site is not None and (own_box := self.told["site"]) is not None:
            return _unwrapped(site, own_box)
        raise BackupRefused(
            "The key at hand does not open this backup: it needs the site key it was made under, "
            "or the recovery key of a recipient it was made for."
        )

    def lines(self) -> Iterator[bytes]:
        """Every line of the stream, in bounded memory.

        Raises ``BackupRefused`` where anything was altered or cut off.
        """
        rest = b""
        for data in self._stream():
            rest += data
            *whole, rest = rest.split(b"\n")
            yield from whole
        if rest:
            raise BackupRefused("This backup does not end where it should.")

    def _stream(self) -> Iterator[bytes]:
        plain = zlib.decompressobj()
        try:
            for piece in self._pieces():
                while piece:
                    yield plain.decompress(piece, 8 * PIECE)
                    piece = plain.unconsumed_tail
            yield plain.flush()
        except zlib.error:
            raise BackupRefused("This backup cannot be unpacked.") from None
        if not plain.eof:
            raise BackupRefused("This backup does not end where it should.")

    def _pieces(self) -> Iterator[bytes]:
        number, is_last = 0, False
        while not is_last:
            sealed = self._exactly(self._length(PIECE + 16))
            piece, is_last = self._open(number, sealed)
            number += 1
            yield piece
        if self._file.read(1):
            raise BackupRefused("Something was added after the end of this backup.")

    def _open(self, number: int, sealed: bytes) -> tuple[bytes, bool]:
        for is_last in (False, True):
            try:
                piece = self._cipher.decrypt(_nonce(number, is_last), sealed, self._bound)
            except InvalidTag:
                continue
            return piece, is_last
        raise BackupRefused(
            f"This backup was altered: piece {number + 1} is not as it was written."
        )

    def _length(self, most: int) -> int:
        (length,) = struct.unpack(">I", self._exactly(4))
        if length > most:
            raise BackupRefused("This backup was altered: a piece is longer than any can be.")
        return int(length)

    def _exactly(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) != size:
            raise BackupRefused("This backup was cut off: it ends before its end mark.")
        return data


def _opened(recovery: RecoveryKey, box: dict[str, str], purpose: str) -> bytes:
    try:
        return recovery.open(box, purpose)
    except NotARecipient:
        raise BackupRefused("The header of this backup was altered.") from None


def _unwrapped(site: SiteKey, box: dict[str, str]) -> bytes:
    if box["fingerprint"] != site.fingerprint:
        raise BackupRefused(
            f"This backup was made under the site key {box['fingerprint'][:16]!a}, not under the "
            f"one at hand, {site.fingerprint}."
        )
    try:
        raw = base64.b64decode(box["wrapped"], validate=True)
        return AESGCM(site.subkey("backup")).decrypt(raw[:12], raw[12:], MAGIC)
    except (InvalidTag, ValueError):
        raise BackupRefused("The header of this backup was altered.") from None
