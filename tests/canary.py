"""Looks for planted words in anything that is kept: as they are, and as they may be written down."""

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.contrib.sessions.models import Session
from django.db import connection


def written_as(word: str) -> Iterator[bytes]:
    """A word in the forms in which programs write words down, all in small letters."""
    plain = word.encode()
    yield plain.lower()
    yield plain.hex().encode()
    yield plain.lower().hex().encode()
    yield word.lower().encode("utf-16-le")
    yield word.replace(" ", "%20").lower().encode()
    yield word.replace(" ", "+").lower().encode()
    for shift in range(3):  # base64 of the word somewhere inside a longer text
        whole = base64.b64encode(b"\0" * shift + plain)
        yield whole[-(-8 * shift // 6) : 8 * (shift + len(plain)) // 6].lower()


def found_in(data: bytes, words: Iterable[str]) -> list[str]:
    """The words that stand in some bytes; also inside what is compressed."""
    low = data.lower()
    found = [word for word in words if any(form in low for form in written_as(word))]
    if (inner := _unpacked(data)) is not None:
        found += found_in(inner, words)
    return sorted(set(found))


def _unpacked(data: bytes) -> bytes | None:
    try:
        if data[:2] == b"\x1f\x8b":
            return gzip.decompress(data)
        if data[:1] == b"\x78":
            return zlib.decompress(data)
    except (OSError, EOFError, zlib.error, binascii.Error):
        return None
    return None


def rows_of_everything() -> Iterator[tuple[str, bytes]]:
    """Every row of every table of the database in use, as bytes: its table, and what it says."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield table, b"\x1f".join(_bytes(value) for value in row)


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def in_database(words: Iterable[str]) -> list[str]:
    """Tables with a planted word, sessions opened as the server would open them."""
    words = tuple(words)
    found = {table for table, row in rows_of_everything() if found_in(row, words)}
    for session in Session.objects.all():
        if found_in(repr(session.get_decoded()).encode(), words):
            found.add("django_session, decoded")
    return sorted(found)


def in_files(files: Iterable[Path], words: Iterable[str]) -> list[str]:
    """Files with a planted word in their content or in their name."""
    words = tuple(words)
    return [
        file.name
        for file in files
        if found_in(file.read_bytes(), words) or found_in(file.name.encode(), words)
    ]
