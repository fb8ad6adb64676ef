"""The keys of concerns: none of them is the site's, and the site's opens none of them.

Each concern has a random key. It is sealed to the public key of each outside recipient (X25519, as
for backups) and, for the reporter, under a key derived from their phrase (scrypt). A recipient's
private key is locked by a phrase of their own and is opened for one visit at a time. Who holds
the database and the site key reads no word: a phrase is needed, and phrases are kept nowhere.
"""

import base64
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from hashlib import scrypt, sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from holdfast.definitions.concerns import phrase_words
from holdfast.records.backups_recipients import Recipient, RecoveryKey

WORDS_IN_A_PHRASE = 7  # of 256 words: 56 random bits, behind scrypt and counted tries
BLOCK_BYTES = 512  # texts are padded to whole blocks, so that their length tells little
NONCE_BYTES = 12
# RFC 7914: 64 MiB and about a fifth of a second for each guess.
_COST, _BLOCK, _LANES, _MEMORY = 2**16, 8, 1, 96 * 1024 * 1024


class NotOpened(ValueError):
    """The phrase or key is not the one that this was closed with."""


def new_phrase() -> str:
    """Random words to write down; nobody keeps them but who was shown them."""
    return " ".join(secrets.choice(phrase_words()) for _ in range(WORDS_IN_A_PHRASE))


def tidy_phrase(typed: str) -> str | None:
    """A phrase as it was meant, whatever stands between its words; None if it cannot be one."""
    words = "".join(c if c.isalpha() else " " for c in typed.lower()).split()
    known = set(phrase_words())
    if len(words) != WORDS_IN_A_PHRASE or not known.issuperset(words):
        return None
    return " ".join(words)


def _stretched(phrase: str, salt: bytes, length: int) -> bytes:
    return scrypt(
        phrase.encode(), salt=salt, n=_COST, r=_BLOCK, p=_LANES, maxmem=_MEMORY, dklen=length
    )


@dataclass(frozen=True)
class ReporterKey:
    """What follows from a reporter's phrase: how the concern is found, and what opens it."""

    lookup: str
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, phrase: str, site: UUID) -> "ReporterKey":
        """The key of a tidy phrase at one site."""
        raw = _stretched(phrase, b"holdfast concern 1" + site.bytes, 64)
        return cls(sha256(raw[:32]).hexdigest(), raw[32:])

    def close(self, key: "ConcernKey") -> str:
        """The concern's key, to be opened by the same phrase."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self.secret).encrypt(nonce, key.secret, key.concern.bytes)
        return base64.b64encode(nonce + sealed).decode()

    def open(self, concern: UUID, sealed_key: str) -> "ConcernKey":
        """The concern's key; ``NotOpened`` where it was altered."""
        raw = base64.b64decode(sealed_key)
        try:
            secret = AESGCM(self.secret).decrypt(
                raw[:NONCE_BYTES], raw[NONCE_BYTES:], concern.bytes
            )
        except InvalidTag:
            raise NotOpened("This phrase does not open it.") from None
        return ConcernKey(concern, secret)


@dataclass(frozen=True)
class ConcernKey:
    """The key of one concern."""

    concern: UUID
    secret: bytes = field(repr=False)

    @classmethod
    def new(cls, concern: UUID) -> "ConcernKey":
        """A random key."""
        return cls(concern, os.urandom(32))

    def enclose(self, text: str, *, place: str, row: UUID) -> str:
        """A text for one place of one row, as base64."""
        words = text.encode()
        padded = len(words).to_bytes(4, "big") + words
        padded += b"\0" * (-len(padded) % BLOCK_BYTES)
        nonce = os.urandom(NONCE_BYTES)
        bound = self._place(place, row)
        return base64.b64encode(nonce + AESGCM(self.secret).encrypt(nonce, padded, bound)).decode()

    def read(self, enclosed: str, *, place: str, row: UUID) -> str:
        """What was enclosed; ``NotOpened`` where it was altered or moved."""
        try:
            raw = base64.b64decode(enclosed, validate=True)
            padded = AESGCM(self.secret).decrypt(
                raw[:NONCE_BYTES], raw[NONCE_BYTES:], self._place(place, row)
            )
        except (InvalidTag, ValueError):
            raise NotOpened(f"{place} of {row} does not open.") from None
        return padded[4 : 4 + int.from_bytes(padded[:4], "big")].decode()

    def token(self, content: str) -> str:
        """A keyed hash by which the same content is known again."""
        return hmac.digest(self.secret, b"content/" + content.encode(), sha256).hex()

    def for_recipient(self, public_key: str) -> str:
        """This key, to be opened by one recipient's box alone."""
        sealed = Recipient(bytes.fromhex(public_key)).seal(self.secret, _purpose(self.concern))
        return json.dumps(sealed, sort_keys=True)

    def _place(self, place: str, row: UUID) -> bytes:
        return f"{self.concern.hex}/{place}/{row.hex}".encode()


def _purpose(concern: UUID) -> str:
    return f"concern/{concern.hex}"


@dataclass(frozen=True)
class Box:
    """A recipient's opened private key."""

    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "Box":
        """A new pair of keys."""
        return cls(X25519PrivateKey.generate().private_bytes_raw())

    @property
    def public_key(self) -> str:
        """The public half, as 64 hexadecimal digits."""
        own = X25519PrivateKey.from_private_bytes(self.secret)
        return own.public_key().public_bytes_raw().hex()

    def lock(self, phrase: str) -> str:
        """The private half, locked by a phrase."""
        salt, nonce = os.urandom(16), os.urandom(NONCE_BYTES)
        cipher = AESGCM(_stretched(phrase, salt, 32))
        return base64.b64encode(salt + nonce + cipher.encrypt(nonce, self.secret, b"box")).decode()

    @classmethod
    def unlock(cls, locked: str, phrase: str) -> "Box":
        """The opened box; ``NotOpened`` for another phrase."""
        raw = base64.b64decode(locked)
        salt, nonce, sealed = raw[:16], raw[16:28], raw[28:]
        try:
            return cls(AESGCM(_stretched(phrase, salt, 32)).decrypt(nonce, sealed, b"box"))
        except InvalidTag:
            raise NotOpened("This phrase does not open it.") from None

    def open(self, concern: UUID, sealed_key: str) -> ConcernKey:
        """The key of a concern that was sealed to this box."""
        try:
            secret = RecoveryKey(self.secret).open(json.loads(sealed_key), _purpose(concern))
        except ValueError:
            raise NotOpened("This box does not open it.") from None
        return ConcernKey(concern, secret)
