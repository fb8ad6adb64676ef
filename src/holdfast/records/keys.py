"""Keys and sealed words.

One site key of 32 random bytes comes from outside the database (``HOLDFAST_KEY_FILE`` or
``HOLDFAST_KEY``). Subkeys are derived from it by HKDF-SHA256, one for each purpose. Each owner
has a random data key for each class of words, wrapped by the site key in ``PersonKey``: 32 bytes
to seal (AES-256-GCM) and 32 to commit (HMAC-SHA256). Destroying it erases the words.

A sealed value is base64 of: version (1 byte), key id (16), nonce (12), ciphertext and tag,
commitment (32). The place (table, column, row) is authenticated, so that a value moved to
another row does not open. The commitment is keyed: it says nothing without the key, and a row's
hash covers it. Text is padded to whole blocks of 32 bytes, so that its length tells little.
"""

import base64
import hmac
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import models

from holdfast.records.columns import Sealed
from holdfast.records.people import PersonKey
from holdfast.records.prepared import Prepared

KEY_BYTES = 32
NONCE_BYTES = 12
BLOCK_BYTES = 32
VERSION = b"\x01"
_HEAD = 1 + 16 + NONCE_BYTES
_NAME = re.compile(r"[0-9a-f]{16}")


class KeyMissing(RuntimeError):
    """There is no site key, or not the one the words were sealed under."""


class Erased(RuntimeError):
    """The key of these words was destroyed: nobody can read them again."""


class SealBroken(RuntimeError):
    """A sealed value does not open: altered, moved from another row, or of another key."""


@dataclass(frozen=True)
class SiteKey:
    """The site's key, and what is derived from it."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise KeyMissing(f"A site key has {KEY_BYTES} bytes, as 64 hexadecimal digits.")

    def subkey(self, purpose: str) -> bytes:
        """32 bytes for one purpose; knowing one tells nothing of another."""
        return _derived(self.secret, purpose)

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that name this key and tell nothing of it."""
        return self.subkey("fingerprint").hex()[:16]

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        """The key that signs seals."""
        return Ed25519PrivateKey.from_private_bytes(self.subkey("seal-signing"))

    def token(self, kind: str, text: str) -> str:
        """The search token of a text: the same text gives the same token, which tells nothing."""
        return hmac.digest(self.subkey(f"search:{kind}"), text.encode(), "sha256").hex()

    def wrap(self, key_id: UUID, data_key: bytes) -> str:
        """A data key, encrypted for the database; bound to its row."""
        nonce = os.urandom(NONCE_BYTES)
        cipher = AESGCM(self.subkey("wrapping"))
        return base64.b64encode(nonce + cipher.encrypt(nonce, data_key, key_id.bytes)).decode()

    def unwrap(self, key_id: UUID, wrapped: str) -> bytes:
        """The data key of a row of ``PersonKey``."""
        raw = base64.b64decode(wrapped)
        try:
            return AESGCM(self.subkey("wrapping")).decrypt(
                raw[:NONCE_BYTES], raw[NONCE_BYTES:], key_id.bytes
            )
        except InvalidTag as wrong:
            raise KeyMissing("This site key does not open the keys of this database.") from wrong


@lru_cache(maxsize=64)
def _derived(secret: bytes, purpose: str) -> bytes:
    info = f"holdfast/1/{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(secret)


def site_key() -> SiteKey:
    """The site key of this installation, from ``HOLDFAST_KEY_FILE`` or ``HOLDFAST_KEY``."""
    if path := os.environ.get("HOLDFAST_KEY_FILE"):
        return _read(path)
    if text := os.environ.get("HOLDFAST_KEY"):
        return _parsed(text)
    raise KeyMissing(
        "There is no site key. Make one with: holdfast key create FILE, then set "
        "HOLDFAST_KEY_FILE to it. Keep a copy where the database is not."
    )


def site_key_named(fingerprint: str) -> SiteKey:
    """The site key with a fingerprint: the one that is set, or while it is rotated one beside it.

    The one that is set where neither has that name: it will open nothing, and say so.
    """
    key = site_key()
    path = os.environ.get("HOLDFAST_KEY_FILE")
    if key.fingerprint == fingerprint or not path or not _NAME.fullmatch(fingerprint):
        return key
    # The last again: the coming key may have taken its place since.
    for beside in (f"{path}.next", f"{path}.{fingerprint}", path):
        with suppress(KeyMissing):  # there is none, or it was just taken away
            if (found := _read(beside)).fingerprint == fingerprint:
                return found
    return key


def _parsed(text: str) -> SiteKey:
    try:
        return SiteKey(bytes.fromhex(text.strip()))
    except ValueError:
        raise KeyMissing("The site key is not 64 hexadecimal digits.") from None


def _read(path: str) -> SiteKey:
    try:
        return _parsed(Path(path).read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError):
        raise KeyMissing("The file that HOLDFAST_KEY_FILE names cannot be read.") from None


def create_key_file(path: Path) -> SiteKey:
    """A new site key in a new file that only its owner can read; an existing one is never touched.

    Raises ``FileExistsError`` where the file is there already.
    """
    made = SiteKey(os.urandom(KEY_BYTES))
    write_key_file(path, made)
    return made


def read_key_file(path: Path) -> SiteKey:
    """The site key in a file; ``KeyMissing`` where there is none."""
    return _read(str(path))


def write_key_file(path: Path, key: SiteKey) -> None:
    """A site key in a new file that only its owner can read; ``FileExistsError`` if it is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key.secret.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())


@dataclass(frozen=True)
class DataKey:
    """The opened key of one owner and one class of words; lives no longer than one action."""

    id: UUID
    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "DataKey":
        """A random key."""
        return cls(uuid4(), os.urandom(2 * KEY_BYTES))

    def seal(self, text: str, *, table: str, column: str, row: UUID) -> Sealed:
        """A text, sealed for one column of one row."""
        place = f"{table}/{column}/{row.hex}".encode()
        words = text.encode()
        padded = len(words).to_bytes(4, "big") + words
        padded += b"\0" * (-len(padded) % BLOCK_BYTES)
        nonce = os.urandom(NONCE_BYTES)
        ciphertext = AESGCM(self.secret[:KEY_BYTES]).encrypt(nonce, padded, place)
        commitment = self._commitment(place, words)
        return Sealed(
            base64.b64encode(VERSION + self.id.bytes + nonce + ciphertext + commitment).decode()
        )

    def open(self, sealed: Sealed, *, table: str, column: str, row: UUID) -> str:
        """What a sealed value says; ``SealBroken`` where it was altered or moved."""
        place = f"{table}/{column}/{row.hex}".encode()
        raw = _raw(sealed)
        try:
            padded = AESGCM(self.secret[:KEY_BYTES]).decrypt(
                raw[_HEAD - NONCE_BYTES : _HEAD], raw[_HEAD:-32], place
            )
        except InvalidTag:
            raise SealBroken(f"{table}.{column} of {row} does not open.") from None
        words = padded[4 : 4 + int.from_bytes(padded[:4], "big")]
        if not hmac.compare_digest(self._commitment(place, words), raw[-32:]):
            raise SealBroken(f"{table}.{column} of {row} does not fit its commitment.")
        return words.decode()

    def token(self, purpose: str, content: bytes) -> str:
        """A keyed hash: equal content of the same owner gives equal tokens, and tells nothing."""
        return hmac.digest(self.secret[KEY_BYTES:], purpose.encode() + b"/" + content, sha256).hex()

    def _commitment(self, place: bytes, words: bytes) -> bytes:
        return hmac.digest(self.secret[KEY_BYTES:], place + b"\0" + words, sha256)


def _raw(sealed: Sealed) -> bytes:
    try:
        raw = base64.b64decode(sealed.stored, validate=True)
    except ValueError:
        raise SealBroken("A sealed value is not what was stored.") from None
    if raw[:1] != VERSION or len(raw) < _HEAD + 16 + 32:
        raise SealBroken("A sealed value is not what was stored.")
    return raw


def key_id_of(sealed: Sealed) -> UUID:
    """Which ``PersonKey`` a sealed value needs."""
    return UUID(bytes=_raw(sealed)[1:17])


def data_key(row: PersonKey) -> DataKey:
    """The opened key of a row; ``Erased`` where it was destroyed."""
    if row.wrapped is None:
        raise Erased(f"The {row.word_class} key of {row.owner} was destroyed.")
    if row.word_class == PersonKey.PRIVATE:
        raise KeyMissing("A private key is opened by the person's own phrase alone.")
    return DataKey(row.id, site_key_named(row.wrapped_with).unwrap(row.id, row.wrapped))


def data_key_of(owner: UUID, word_class: str) -> DataKey:
    """The key of one owner and class; ``KeyMissing`` where there is none."""
    row = KEY_OF.first(owner, word_class)
    if row is None:
        raise KeyMissing(f"There is no {word_class} key of {owner}.")
    return data_key(row)


KEY_OF = Prepared(
    lambda owner, word_class: PersonKey.objects.filter(owner=owner, word_class=word_class).order_by(
        "id"
    )[:1]
)
_KEY = Prepared(lambda key_id: PersonKey.objects.filter(id=key_id))


def _keys(ids: set[UUID]) -> Iterable[PersonKey]:
    """The rows of keys; most often all words are of one."""
    return _KEY.rows(*ids) if len(ids) == 1 else PersonKey.objects.filter(id__in=ids)


def opened(fact: models.Model, column: str) -> str | None:
    """What one sealed column of one row says: the one way to read it."""
    return opened_all([fact], column)[0]


def opened_all(facts: Iterable[models.Model], column: str) -> list[str | None]:
    """What one sealed column of many rows says, reading each key once."""
    rows = list(facts)
    ids = {key_id_of(s) for row in rows if (s := getattr(row, column)) is not None}
    keys = {row.id: data_key(row) for row in _keys(ids)}
    return [_opened(row, column, keys) for row in rows]


def opened_rows(several: Iterable[tuple[models.Model, str]]) -> list[str | None]:
    """What sealed columns of many rows say, reading each key once; None where its key was destroyed."""
    wanted = list(several)
    ids = {key_id_of(s) for row, column in wanted if (s := getattr(row, column)) is not None}
    keys: dict[UUID, DataKey] = {}
    gone = set()
    for row in _keys(ids):
        try:
            keys[row.id] = data_key(row)
        except Erased:
            gone.add(row.id)
    return [
        None
        if (s := getattr(row, column)) is not None and key_id_of(s) in gone
        else _opened(row, column, keys)
        for row, column in wanted
    ]


def _opened(row: models.Model, column: str, keys: dict[UUID, DataKey]) -> str | None:
    sealed: Sealed | None = getattr(row, column)
    if sealed is None:
        return None
    if (key := keys.get(key_id_of(sealed))) is None:
        raise KeyMissing("The key of a sealed value is not in this database.")
    return key.open(sealed, table=row._meta.db_table, column=column, row=row.pk)


def sealed(key: DataKey, fact: models.Model, column: str, text: str) -> Sealed:
    """A text sealed for one column of a fact that is about to be written."""
    return key.seal(text, table=fact._meta.db_table, column=column, row=fact.pk)
