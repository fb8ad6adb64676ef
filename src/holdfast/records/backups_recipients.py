"""Recovery recipients: somebody who can open a backup when the site's key is lost.

A recipient has a private key, kept in a safe, and a public key that the site holds. A secret is
sealed to the public key by X25519 with a key made for this once, HKDF-SHA256 and AES-256-GCM;
only the private key opens it.
"""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PUBLIC = "holdfast-recipient-1"
PRIVATE = "holdfast-recovery-key-1"


class NotARecipient(ValueError):
    """A file does not hold the key that it should hold."""


@dataclass(frozen=True)
class Recipient:
    """The public half."""

    public_key: bytes

    def seal(self, secret: bytes, purpose: str) -> dict[str, str]:
        """A secret that only the recipient's private key opens, for one purpose."""
        once = X25519PrivateKey.generate()
        mine = once.public_key().public_bytes_raw()
        shared = once.exchange(X25519PublicKey.from_public_bytes(self.public_key))
        cipher = AESGCM(_derived(shared, mine, self.public_key, purpose))
        # The key serves this once, so that one fixed nonce is enough.
        return {
            "recipient": self.public_key.hex(),
            "once": mine.hex(),
            "sealed": base64.b64encode(cipher.encrypt(bytes(12), secret, None)).decode(),
        }


@dataclass(frozen=True)
class RecoveryKey:
    """The private half."""

    secret: bytes = field(repr=False)

    @property
    def recipient(self) -> Recipient:
        """The public half that belongs to it."""
        own = X25519PrivateKey.from_private_bytes(self.secret)
        return Recipient(own.public_key().public_bytes_raw())

    def open(self, box: Mapping[str, str], purpose: str) -> bytes:
        """What was sealed to this recipient; ``NotARecipient`` where it was another."""
        own = X25519PrivateKey.from_private_bytes(self.secret)
        try:
            once = bytes.fromhex(box["once"])
            shared = own.exchange(X25519PublicKey.from_public_bytes(once))
            key = _derived(shared, once, self.recipient.public_key, purpose)
            return AESGCM(key).decrypt(bytes(12), base64.b64decode(box["sealed"]), None)
        except (InvalidTag, KeyError, ValueError):
            raise NotARecipient("It was sealed to another recipient, or was altered.") from None


def _derived(shared: bytes, once: bytes, recipient: bytes, purpose: str) -> bytes:
    info = f"holdfast/1/recipient/{purpose}/".encode() + once + recipient
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(shared)


def create_recovery_key(path: Path) -> Recipient:
    """A new recovery key in a new file that only its owner can read, its public half beside it.

    The public half is ``path`` with ``.pub`` at the end. ``FileExistsError`` where one is there.
    """
    made = RecoveryKey(os.urandom(32))
    public = path.with_name(path.name + ".pub")
    if public.exists():
        raise FileExistsError(f"{public} is there already.")
    _write_new(path, f"{PRIVATE} {made.secret.hex()}\n", 0o600)
    _write_new(public, f"{PUBLIC} {made.recipient.public_key.hex()}\n", 0o644)
    return made.recipient


def _write_new(path: Path, text: str, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def read_recipient(path: Path) -> Recipient:
    """The public key in a file."""
    return Recipient(_read(path, PUBLIC))


def read_recovery_key(path: Path) -> RecoveryKey:
    """The private key in a file."""
    return RecoveryKey(_read(path, PRIVATE))


def _read(path: Path, wanted: str) -> bytes:
    try:
        kind, digits = path.read_text(encoding="ascii").split()
        key = bytes.fromhex(digits)
    except (OSError, ValueError):
        raise NotARecipient(f"{path} cannot be read as one line '{wanted} <64 digits>'.") from None
    if kind != wanted or len(key) != 32:
        raise NotARecipient(f"{path} holds no {wanted}; it begins with {kind[:30]!a}.")
    return key
