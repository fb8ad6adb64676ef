"""The file of an allocation: a heading that everybody may read, and the rest sealed.

AES-256-GCM under the sealed room's key, the heading authenticated with it. The heading has the
protocol, the hash of the design and the commitment by which the list is known before it is opened;
nothing of the seed, the list or the kits.
"""

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KIND = "holdfast-allocation"
SCHEMA = 1
_NONCE_BYTES = 12


class NotOurs(ValueError):
    """The file is no sealed allocation, was altered, or was sealed with another key."""


@dataclass(frozen=True)
class Heading:
    """What everybody may read. ``key`` is the fingerprint of the key that it was sealed with."""

    protocol: str
    version: int
    design_sha256: str
    commitment: str
    key: str


def sealed(heading: Heading, document: bytes, key: bytes) -> bytes:
    """The file: one line of JSON."""
    open_part = _open_part(heading)
    nonce = os.urandom(_NONCE_BYTES)
    closed = nonce + AESGCM(key).encrypt(nonce, document, _bytes(open_part))
    return _bytes({**open_part, "sealed": base64.b64encode(closed).decode()}) + b"\n"


def read_heading(content: bytes) -> Heading:
    """The heading of a file; ``NotOurs`` says what it is not."""
    try:
        told = json.loads(content)
        if told["kind"] != KIND or told["schema"] != SCHEMA or not isinstance(told["sealed"], str):
            raise KeyError("kind")
        return Heading(**{name: told[name] for name in Heading.__dataclass_fields__})
    except (ValueError, KeyError, TypeError):
        raise NotOurs("This file is no sealed allocation of this release.") from None


def opened(content: bytes, key: bytes) -> bytes:
    """What is inside. ``NotOurs`` where one byte was changed or the key is another."""
    heading = read_heading(content)
    try:
        closed = base64.b64decode(json.loads(content)["sealed"], validate=True)
        nonce, rest = closed[:_NONCE_BYTES], closed[_NONCE_BYTES:]
        return AESGCM(key).decrypt(nonce, rest, _bytes(_open_part(heading)))
    except (InvalidTag, ValueError):
        raise NotOurs("The allocation was altered, or sealed with another key.") from None


def _open_part(heading: Heading) -> dict[str, object]:
    return {"kind": KIND, "schema": SCHEMA, **vars(heading)}


def _bytes(told: Mapping[str, object]) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
