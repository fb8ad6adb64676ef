"""Rewrites the sealed room of a file: other words for arms and contents, and who has which swapped.

Nothing outside the room is touched, and inside it only words: every row keeps its place.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection, transaction

from holdfast.actions.sealed_room import open_room
from holdfast.records import sealed_room

ROWS = ("slot", "given", "kit", "stock", "note")


def rewrite(words: Mapping[str, str]) -> int:
    """Put one word for another in every row and document; how many said something else before."""
    room, changed = open_room(), 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            for name in sorted(sealed_room.our_triggers()):
                cursor.execute(f'DROP TRIGGER "{name}"')
        for kind in ROWS:
            for place, was in said_by(kind).items():
                now = _swapped(was, words)
                changed += was != now
                _execute(f'DELETE FROM "unblinded_{kind}" WHERE place = %s', place)
                room.put(kind, place, now)
        for place in [each for each in _places("part") if "/" not in each]:
            was = room.document("export", place)
            now = _in_text(was, words)
            changed += was != now
            _execute('DELETE FROM "unblinded_part" WHERE place = %s', place)
            _execute('DELETE FROM "unblinded_part" WHERE place LIKE %s', f"{place}/%")
            room.put_document(place, now)
    sealed_room.build(connection)
    assert sealed_room.missing_protection(connection) == ()
    return changed


def said_by(kind: str) -> dict[str, Any]:
    """What every row of a kind says, by place: what only the room knows."""
    places = _places(kind)
    found: dict[str, Any] = {}
    for start in range(0, len(places), 500):
        found |= open_room().read("export", kind, places[start : start + 500])
    return {place: found[place] for place in places}


def outside_view() -> Iterator[tuple[str, bytes]]:
    """What the file tells of the room to who has no key: places, their order, and lengths."""
    with connection.cursor() as cursor:
        for kind in sealed_room.KINDS:
            cursor.execute(f'SELECT place, length(sealed) FROM "unblinded_{kind}" ORDER BY rowid')
            yield kind, repr(cursor.fetchall()).encode()


def _places(kind: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT place FROM "unblinded_{kind}" ORDER BY rowid')
        return [str(place) for (place,) in cursor.fetchall()]


def _execute(statement: str, place: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [place])


def _swapped(told: Any, words: Mapping[str, str]) -> Any:
    if isinstance(told, dict):
        return {words.get(key, key): _swapped(value, words) for key, value in told.items()}
    if isinstance(told, list):
        return [_swapped(each, words) for each in told]
    return words.get(told, told) if isinstance(told, str) else told


def _in_text(text: bytes, words: Mapping[str, str]) -> bytes:
    """Whole words, all at once, so that two that change places do."""
    told = "|".join(map(re.escape, words))
    pattern = rf"(?<![\w-])(?:{told})(?![\w-])".encode()
    return re.sub(pattern, lambda found: words[found.group().decode()].encode(), text)
