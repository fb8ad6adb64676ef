"""One row of the sealed room: padded to one length, sealed for its place alone.

AES-256-GCM under the room's own random key, with the table and the place authenticated, so that a row
that was moved does not open. Every row has the same length, whatever it says.
"""

import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
CLEAR_BYTES = 1024
ROOM_FOR = CLEAR_BYTES - 4  # what fits into one row; the length comes first


class RowBroken(RuntimeError):
    """A row of the sealed room does not open: altered, moved, or of another key."""


class RowTooLong(ValueError):
    """This is more than a row holds: nothing is cut off silently."""


@dataclass(frozen=True)
class RoomKey:
    """The key of the rows; it is in no ``repr``."""

    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "RoomKey":
        """A random key."""
        return cls(os.urandom(KEY_BYTES))

    def seal(self, kind: str, place: str, words: bytes) -> bytes:
        """A row for one place of one table."""
        if len(words) > ROOM_FOR:
            raise RowTooLong(f"{len(words)} bytes: a row holds {ROOM_FOR}.")
        padded = (len(words).to_bytes(4) + words).ljust(CLEAR_BYTES, b"\0")
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.secret).encrypt(nonce, padded, _place(kind, place))

    def open(self, kind: str, place: str, sealed: bytes) -> bytes:
        """What a row says; ``RowBroken`` where it is not what was sealed there."""
        nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            padded = AESGCM(self.secret).decrypt(nonce, rest, _place(kind, place))
        except InvalidTag:
            raise RowBroken("A row of the sealed room does not open.") from None
        return padded[4 : 4 + int.from_bytes(padded[:4])]


def _place(kind: str, place: str) -> bytes:
    return f"unblinded/{kind}/{place}".encode()
