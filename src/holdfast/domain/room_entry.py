"""An entry as a device sends it: JSON that the device signed, read strictly and never guessed at.

``schema`` 1, ``id``, ``opening``, ``enrollment`` (or null), ``kind``, ``words``, ``details`` (codes
and numbers that the kind has), ``at`` (the device's clock, ISO 8601 with its offset from UTC),
``offset_ms`` (by how much that clock was ahead of the server's; null, never compared), ``step``
(the switch it was made under; null, nobody had) and ``idle_ms``.

``schema`` 2 is an entry of a dosing session: besides these it has ``session`` and ``corrects`` (the
entry it corrects, or null), its kinds are those of a session, and ``details`` are their fields. It may
have ``waited_ms``: it was written before anybody wrote, and so much later, in the dialog that it opened,
somebody proved who they are. Its time stays its own; whose it is, is judged by the proof.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from holdfast.domain import session_entries
from holdfast.domain.room import CUSTODY, KINDS, Came, EntryKind, Written
from holdfast.domain.room_custody import CustodyTold, CustodyUnreadable, read_custody
from holdfast.domain.session_entries import EntryRefused, FieldValue

SCHEMA, SESSION_SCHEMA, CUSTODY_SCHEMA = 1, 2, 3
LONGEST_TEXT = 64 * 1024  # characters of the whole entry
MOST_OFFSET_MS = 366 * 86_400_000
_KEYS = {
    "schema",
    "id",
    "opening",
    "enrollment",
    "kind",
    "words",
    "details",
    "at",
    "offset_ms",
    "step",
    "idle_ms",
}
_SESSION_KEYS = _KEYS | {"session", "corrects"}
_WAITED_KEYS = _SESSION_KEYS | {"waited_ms"}
_CUSTODY_KEYS = _KEYS | {"movement", "signed"}
_FORMS = {
    frozenset(_KEYS): SCHEMA,
    frozenset(_SESSION_KEYS): SESSION_SCHEMA,
    frozenset(_WAITED_KEYS): SESSION_SCHEMA,
    frozenset(_CUSTODY_KEYS): CUSTODY_SCHEMA,
}
NO_SESSIONS: Mapping[str, session_entries.EntryKind] = {}


class EntryUnreadable(ValueError):
    """This is no entry; ``place`` names what is wrong, as a code. Nothing of it was recorded."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


@dataclass(frozen=True)
class RoomEntryTold:
    """What a device says was written."""

    id: UUID
    opening: UUID
    enrollment: UUID | None
    kind: EntryKind
    words: str
    details: Mapping[str, str | int]
    device_clock: datetime
    offset_ms: int | None
    step: UUID | None
    idle_ms: int
    session: UUID | None = None
    corrects: UUID | None = None
    waited_ms: int = 0
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    custody: CustodyTold | None = None

    @property
    def is_of_session(self) -> bool:
        """It is an entry of a dosing session."""
        return self.session is not None

    @property
    def at(self) -> datetime:
        """When it was written, by our clock as well as that is known."""
        return self.device_clock - timedelta(milliseconds=self.offset_ms or 0)

    @property
    def written(self) -> Written:
        """What decides whose it is."""
        proved = self.at + timedelta(milliseconds=self.waited_ms)
        return Written(proved, self.step, timedelta(milliseconds=self.idle_ms))


def read_entry(
    text: str, session_kinds: Mapping[str, session_entries.EntryKind] = NO_SESSIONS
) -> RoomEntryTold:
    """An entry from its exact text; ``EntryUnreadable`` for anything else.

    ``session_kinds`` are the kinds of entries of a dosing session that may be told in a room.
    """
    if len(text) > LONGEST_TEXT:
        raise EntryUnreadable("too-long")
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise EntryUnreadable("not-json") from None
    if not isinstance(told, dict) or frozenset(told) not in _FORMS:
        raise EntryUnreadable("keys")
    is_of_session = "session" in told
    if told["schema"] != _FORMS[frozenset(told)] or isinstance(told["schema"], bool):
        raise EntryUnreadable("schema")
    custody = _custody(told) if "movement" in told else None
    kind = CUSTODY if custody else _kind(told, session_kinds if is_of_session else None)
    return RoomEntryTold(
        id=_identifier(told, "id"),
        opening=_identifier(told, "opening"),
        enrollment=_identifier_or_none(told, "enrollment"),
        kind=kind,
        words=_words(told, kind),
        details={} if is_of_session else _details(told, kind),
        device_clock=_moment(told),
        offset_ms=None if told["offset_ms"] is None else _whole(told, "offset_ms", MOST_OFFSET_MS),
        step=_identifier_or_none(told, "step"),
        idle_ms=_whole(told, "idle_ms", MOST_OFFSET_MS, least=0),
        session=_identifier(told, "session") if is_of_session else None,
        corrects=_identifier_or_none(told, "corrects") if is_of_session else None,
        waited_ms=_whole(told, "waited_ms", MOST_OFFSET_MS, least=0) if "waited_ms" in told else 0,
        fields=_fields(told, session_kinds[kind.code]) if is_of_session else {},
        custody=custody,
    )


def _custody(told: Mapping[str, Any]) -> CustodyTold:
    """The movement that an entry carries: told of this very entry, opening and moment."""
    if told["kind"] != CUSTODY.code:
        raise EntryUnreadable("kind")
    try:
        found = read_custody(told["movement"], told["signed"])
    except CustodyUnreadable as error:
        raise EntryUnreadable(error.place) from None
    if (found.entry, found.opening) != (_identifier(told, "id"), _identifier(told, "opening")):
        raise EntryUnreadable("movement.entry")
    if found.at != told["at"]:
        raise EntryUnreadable("movement.at")
    return found


def _kind(
    told: Mapping[str, Any], session_kinds: Mapping[str, session_entries.EntryKind] | None
) -> EntryKind:
    """What kind it is; every kind of a session may have words, and is of one person."""
    code = told["kind"]
    if isinstance(code, str) and session_kinds is None and code in KINDS:
        return KINDS[code]
    if isinstance(code, str) and session_kinds is not None and code in session_kinds:
        return EntryKind(code)
    raise EntryUnreadable("kind")


def _fields(told: Mapping[str, Any], kind: session_entries.EntryKind) -> Mapping[str, FieldValue]:
    try:
        return session_entries.read_fields(told["details"], kind, "details")
    except EntryRefused as error:
        raise EntryUnreadable(error.place) from None


def how_it_came(*, is_signed: bool, is_revoked: bool, is_closed: bool, is_standing: bool) -> Came:
    """How an entry reached the record; what casts most doubt on it is named."""
    if not is_signed:
        return Came.UNSIGNED
    if is_revoked:
        return Came.REVOKED
    if is_closed:
        return Came.CLOSED
    return Came.OPEN if is_standing else Came.EXPIRED


def _identifier(told: Mapping[str, Any], name: str) -> UUID:
    try:
        return UUID(told[name])
    except (ValueError, TypeError, AttributeError):
        raise EntryUnreadable(name) from None


def _identifier_or_none(told: Mapping[str, Any], name: str) -> UUID | None:
    return None if told[name] is None else _identifier(told, name)


def _words(told: Mapping[str, Any], kind: EntryKind) -> str:
    words = told["words"]
    if not isinstance(words, str) or "\0" in words or (words and not kind.has_words):
        raise EntryUnreadable("words")
    try:
        words.encode()
    except UnicodeEncodeError:  # half a character
        raise EntryUnreadable("words") from None
    return words


def _details(told: Mapping[str, Any], kind: EntryKind) -> Mapping[str, str | int]:
    """Codes and whole numbers by the names that the kind has; free words have no place here."""
    details = told["details"]
    if not isinstance(details, dict) or not set(details) <= kind.fields:
        raise EntryUnreadable("details")
    for value in details.values():
        is_number = isinstance(value, int) and not isinstance(value, bool)
        is_code = isinstance(value, str) and _is_code(value)
        if not (is_number or is_code):
            raise EntryUnreadable("details")
    return details


def _is_code(value: str) -> bool:
    return 0 < len(value) <= 60 and set(value) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")


def _moment(told: Mapping[str, Any]) -> datetime:
    try:
        moment = datetime.fromisoformat(told["at"])
    except (ValueError, TypeError):
        raise EntryUnreadable("at") from None
    if moment.tzinfo is None or not 2000 <= moment.year <= 2200:
        raise EntryUnreadable("at")
    return moment


def _whole(told: Mapping[str, Any], name: str, most: int, *, least: int | None = None) -> int:
    number = told[name]
    lowest = -most if least is None else least
    if isinstance(number, bool) or not isinstance(number, int) or not lowest <= number <= most:
        raise EntryUnreadable(name)
    return number
