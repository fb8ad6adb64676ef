"""The key of a person's private journal: theirs alone, and never the site's.

A data key of the class ``private`` is wrapped under a key that is stretched (scrypt, RFC 7914) from
a phrase which the person chose and nobody keeps. It has its row among the other keys, so that seals
cover it, backups carry it and erasure destroys it; but who holds the database, the site key and
every backup reads no word. Where the phrase is forgotten, the words are gone: that is the price.

What is wrapped is base64 of: version (1 byte), salt (16), cost (1, as a power of two), nonce (12),
ciphertext and tag. The id of the key is authenticated.
"""

import base64
import os
import unicodedata
from hashlib import scrypt
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from holdfast.records.keys import KEY_BYTES, NONCE_BYTES, DataKey, Erased, KeyMissing
from holdfast.records.people import PersonKey

SHORTEST_PHRASE = 12  # characters: ours, as for passwords; no source says so for a journal
WRAPPED_WITH = "phrase"  # stands where other keys name the site key
SALT_BYTES = 16
_VERSION = b"\x01"
# 128 MiB and about half a second for each guess: OWASP, Password Storage Cheat Sheet, scrypt.
COST, _BLOCK, _LANES = 17, 8, 1
_MOST_COST = 20  # a row cannot make the machine compute for hours


class PhraseWrong(ValueError):
    """This phrase does not open the key; or its row was altered."""


def _stretched(phrase: str, salt: bytes, cost: int) -> bytes:
    tidy = " ".join(unicodedata.normalize("NFKC", phrase).split())
    memory = 256 * _BLOCK * 2**cost
    return scrypt(
        tidy.encode(),
        salt=salt,
        n=2**cost,
        r=_BLOCK,
        p=_LANES,
        maxmem=memory,
        dklen=KEY_BYTES,
    )


def wrap_private(key_id: UUID, secret: bytes, phrase: str, *, cost: int = COST) -> str:
    """A data key, wrapped under a phrase, for the row with this id.

    ``cost`` is the power of two of scrypt's N, 10 to 20. Raises ``ValueError`` for a phrase of
    less than 12 characters.
    """
    if len(phrase.strip()) < SHORTEST_PHRASE:
        raise ValueError(f"A phrase has at least {SHORTEST_PHRASE} characters.")
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    sealed = AESGCM(_stretched(phrase, salt, cost)).encrypt(nonce, secret, key_id.bytes)
    return base64.b64encode(_VERSION + salt + bytes([cost]) + nonce + sealed).decode()


def open_private(row: PersonKey, phrase: str) -> DataKey:
    """The opened private key of a row.

    Raises
    ------
    PhraseWrong
        If the phrase is another, or the row was altered.
    Erased
        If the key was destroyed.
    """
    if row.word_class != PersonKey.PRIVATE:
        raise KeyMissing(f"The {row.word_class} key is no private one.")
    if row.wrapped is None:
        raise Erased(f"The private key of {row.owner} was destroyed.")
    try:
        version, salt, cost, nonce, sealed = _parts(row.wrapped)
        if version != _VERSION or cost > _MOST_COST:
            raise PhraseWrong("This is no private key of this version.")
        opening = AESGCM(_stretched(phrase, salt, cost))
        return DataKey(row.id, opening.decrypt(nonce, sealed, row.id.bytes))
    except (InvalidTag, ValueError, IndexError):
        raise PhraseWrong("This phrase does not open it.") from None


def _parts(wrapped: str) -> tuple[bytes, bytes, int, bytes, bytes]:
    raw = base64.b64decode(wrapped, validate=True)
    salt, rest = raw[1 : 1 + SALT_BYTES], raw[1 + SALT_BYTES :]
    return raw[:1], salt, rest[0], rest[1 : 1 + NONCE_BYTES], rest[1 + NONCE_BYTES :]


def is_well_formed(wrapped: str) -> bool:
    """Whether a wrapped private key has the form of one: all that can be said without the phrase."""
    try:
        version, salt, cost, _, sealed = _parts(wrapped)
        exact = base64.b64encode(base64.b64decode(wrapped)).decode() == wrapped
    except (ValueError, IndexError):
        return False
    is_whole = len(salt) == SALT_BYTES and len(sealed) == 2 * KEY_BYTES + 16
    return exact and version == _VERSION and cost <= _MOST_COST and is_whole
