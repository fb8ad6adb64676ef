"""How the actions open the sealed room: with the site's key that the record names, on their connection."""

from django.db import DEFAULT_DB_ALIAS, connections

from holdfast.records.keyring import hold_key_of_record
from holdfast.records.keys import SiteKey, site_key_named
from holdfast.unblinded import room
from holdfast.unblinded.room import Room

PURPOSE = "sealed-room"


def _subkey(fingerprint: str) -> bytes:
    return site_key_named(fingerprint).subkey(PURPOSE)


def open_room() -> Room:
    """The room as it stands; ``RoomClosed`` where no list was ever activated."""
    return room.opened(connections[DEFAULT_DB_ALIAS], _subkey)


def first_or_open_room() -> Room:
    """The room, its key made where there is none; in the transaction that brings the first list in."""
    held = hold_key_of_record()
    return room.opened_or_made(connections[DEFAULT_DB_ALIAS], held.fingerprint, _subkey)


def rewrap(new: SiteKey) -> None:
    """Wrap the room's key under a new site key, where there is one."""
    try:
        standing = open_room()
    except room.RoomClosed:
        return
    room.wrapped_anew(standing, new.fingerprint, new.subkey(PURPOSE))
