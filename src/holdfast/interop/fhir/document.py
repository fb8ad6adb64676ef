"""Bytes to one JSON object, with every bound checked before it costs memory.

Duplicate keys are refused: two readers of the same bytes must not see two different patients, and
a parser that keeps the last one hides the first.
"""

import json
import re
import zlib
from typing import Any, BinaryIO, NamedTuple

import orjson

from holdfast.interop.fhir.refusal import ReferralRefused

MOST_BYTES = 64 * 1024 * 1024
"""The largest bundle read, in bytes after decompression."""

MOST_PARTS = 4_000_000
"""The most objects, lists and members read; a file of empty lists would otherwise fill the memory."""

_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1024 * 1024
_WHOLE = "the file"
_FEW = 20_000  # escapes followed one by one; above it, replacing them all is quicker


def read_bounded(stream: BinaryIO, *, limit: int = MOST_BYTES) -> bytes:
    """Everything in the stream, unpacked if it is gzip; refused as soon as it passes the limit."""
    packed = stream.read(limit + 1)
    if len(packed) > limit:
        raise _too_large(limit)
    return read_gzip(packed, limit=limit) if packed.startswith(_GZIP_MAGIC) else packed


def read_gzip(packed: bytes, *, limit: int = MOST_BYTES) -> bytes:
    """The bytes inside a gzip file of one or more members, never unpacking more than ``limit``."""
    parts: list[bytes] = []
    size = 0
    rest = packed
    while rest:
        unpacker = zlib.decompressobj(wbits=31)
        while not unpacker.eof:
            part = _unpack(unpacker, rest)
            size += len(part)
            if size > limit:
                raise _too_large(limit)
            parts.append(part)
            rest = unpacker.unconsumed_tail
            if not part and not rest and not unpacker.eof:
                raise ReferralRefused(
                    _WHOLE, "The gzip file ends too early.", "Send the complete file again."
                )
        rest = unpacker.unused_data
        if rest and not rest.startswith(_GZIP_MAGIC):
            raise ReferralRefused(
                _WHOLE,
                "Something follows the end of the gzip data.",
                "Send the file as it was written, with nothing added.",
            )
    return b"".join(parts)


def _unpack(unpacker: "zlib._Decompress", packed: bytes) -> bytes:
    try:
        return unpacker.decompress(packed, _CHUNK)
    except zlib.error:
        raise ReferralRefused(
            _WHOLE, "The gzip data is damaged.", "Pack the file again with gzip and send that."
        ) from None


def _too_large(limit: int) -> ReferralRefused:
    return ReferralRefused(
        _WHOLE,
        f"It is larger than {limit // (1024 * 1024)} MiB.",
        "Export one person only, without images and scanned documents.",
    )


class Document(NamedTuple):
    """A parsed object, each of its entries written compactly, and all of it so, for searching."""

    content: dict[str, Any]
    pieces: list[bytes]
    written: bytes


def read_document(data: bytes) -> Document:
    """The object in ``data``.

    Raises
    ------
    ReferralRefused
        If it is too large, is not UTF-8, is not JSON, names a key twice, or is no object.
    """
    if len(data) > MOST_BYTES:
        raise _too_large(MOST_BYTES)
    data = data.removeprefix(b"\xef\xbb\xbf")
    _refuse_too_many_parts(data)
    document = _parse(data)
    if type(document) is not dict:
        raise ReferralRefused(
            _WHOLE,
            "It is JSON, but not an object.",
            'Send a FHIR R4 Bundle: an object with "resourceType": "Bundle".',
        )
    frame, pieces = _written_compactly(document)
    written = b",".join((frame, *pieces))
    if _quotes(data) != _quotes(written):
        raise _duplicate_key(data)
    return Document(document, pieces, written)


def _written_compactly(document: dict[str, Any]) -> tuple[bytes, list[bytes]]:
    """The document without its entries, and each entry."""
    entries = document.get("entry")
    try:
        pieces = [orjson.dumps(each) for each in entries] if type(entries) is list else []
        return orjson.dumps({**document, "entry": None} if pieces else document), pieces
    except orjson.JSONEncodeError:
        raise _too_deep(_WHOLE) from None


def _too_deep(place: str) -> ReferralRefused:
    return ReferralRefused(
        place,
        "Objects or lists are nested more than 250 deep.",
        "No FHIR bundle is: export it again from the system that made it.",
    )


def _refuse_too_many_parts(data: bytes) -> None:
    if len(data) < MOST_PARTS:
        return
    if data.count(b",") + data.count(b"{") + data.count(b"[") > MOST_PARTS:
        raise ReferralRefused(
            _WHOLE,
            f"It has more than {MOST_PARTS:,} parts.",
            "Export one person only, or fewer years.",
        )


def _parse(data: bytes) -> object:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        line, column, position, reason = error.lineno, error.colno, error.pos, error.msg
    # Raised outside the except block, because the parser's error carries the whole document.
    if not _is_utf8(data):
        raise ReferralRefused(
            _WHOLE, "It is not UTF-8 text.", "Export it as JSON in UTF-8 and send that."
        )
    if "depth" in reason:
        raise _too_deep(f"line {line}, column {column}")
    if position >= len(data.rstrip()):
        place, problem = f"line {line}, column {column}", "The file ends too early, or is empty."
    else:
        place, problem = f"line {line}, column {column}", "It is not JSON from here on."
    raise ReferralRefused(place, problem, "Export it again as JSON; do not edit it by hand.")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _quotes(data: bytes) -> int:
    """How many quotation marks delimit a key or a text, leaving out the escaped ones.

    Each text written has two. A parser that dropped a duplicate key dropped two, so that the count
    before and after parsing tells, at the speed of a search, whether any key stood twice.
    """
    return data.count(b'"') - _escaped_quotes(data)


def _escaped_quotes(data: bytes) -> int:
    escaped = 0
    at = data.find(b"\\")
    for _ in range(_FEW):
        if at < 0:
            return escaped
        escaped += data[at + 1 : at + 2] == b'"'
        at = data.find(b"\\", at + 2)
    return data.replace(b"\\\\", b"").count(b'\\"')


_PLAIN_KEY = re.compile(r"[a-z][A-Za-z]{1,39}")


class _KeyTwice(Exception):
    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__()


def _refuse_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            raise _KeyTwice(key)
        seen[key] = value
    return seen


def _duplicate_key(data: bytes) -> ReferralRefused:
    key = ""
    try:
        json.loads(data, object_pairs_hook=_refuse_pairs)
    except _KeyTwice as duplicate:
        key = duplicate.key
    except (RecursionError, ValueError):
        key = (
            ""  # the slower parser gives up on what the quicker one reads; that it is twice stands
        )
    named = f'the key "{key}"' if _PLAIN_KEY.fullmatch(key) else "a key"
    return ReferralRefused(
        named,
        "It stands twice in one object, so that it has two meanings.",
        "Keep the right one and export again.",
    )
