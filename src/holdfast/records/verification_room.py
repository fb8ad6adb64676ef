"""The sealed room as ``verify`` sees it: a row for every fact that names one, none besides, all of them whole.

Nothing here tells what a row says. With the site's key each is opened and let go of again, so that one that
was altered, or moved to another place, is found; without it only whether it is there.
"""

from collections.abc import Iterator
from functools import partial
from math import prod

import orjson

from holdfast.records import sealed_room
from holdfast.records.keys import SiteKey
from holdfast.records.verification_report import Problem, Report
from holdfast.records.verification_snapshot import Snapshot

_LISTS = "SELECT id, slots, factors, kits FROM records_listactivated"
_GIVEN = "SELECT enrollment_id FROM records_slottaken"
_KITS = "SELECT number FROM records_kitknown"


def check_room(snapshot: Snapshot, report: Report, key: SiteKey | None) -> None:
    """Add what does not fit to the report."""
    if not sealed_room.is_there(snapshot) or not _has_facts(snapshot):
        return
    if not sealed_room.may_read_rows(snapshot):
        report.not_checked.append("the sealed room: this database role may not read its rows.")
        return
    rows = {kind: dict(sealed_room.ciphertext(snapshot, kind)) for kind in sealed_room.KINDS}
    for kind, place, what in (*_against_facts(snapshot, rows), *_opened(rows, key, report)):
        if not report.add(Problem(f"unblinded_{kind}", what, place)):
            return


def _has_facts(snapshot: Snapshot) -> bool:
    """Whether this record has the tables whose rows the room is compared with."""
    if snapshot.vendor == "postgresql":
        asked = "SELECT to_regclass('records_kitknown') IS NOT NULL"
        return bool(next(snapshot.rows(asked))[0])
    asked = "SELECT 1 FROM sqlite_master WHERE name = 'records_kitknown'"
    return next(snapshot.rows(asked), None) is not None


Rows = dict[str, dict[str, str]]
Found = Iterator[tuple[str, str, str]]  # kind, place, what is wrong


def _against_facts(snapshot: Snapshot, rows: Rows) -> Found:
    given = {_hex(row[0]) for row in snapshot.rows(_GIVEN)}
    yield from _differing("given", given, set(rows["given"]))
    slots: set[str] = set()
    kits = 0
    for list_id, length, factors, count in snapshot.rows(_LISTS):
        try:
            strata = prod(len(each["levels"]) for each in orjson.loads(factors))
        except (ValueError, TypeError, KeyError):
            yield "part", _hex(list_id), "the factors of this list cannot be read"
            continue
        place = partial("{}/{}/{}".format, _hex(list_id))
        slots |= {place(s, n) for s in range(1, strata + 1) for n in range(1, length + 1)}
        kits += count
        if _hex(list_id) not in rows["part"]:
            yield "part", _hex(list_id), "the list of this id is gone from the sealed room"
    yield from _differing("slot", slots, set(rows["slot"]))
    known = {str(row[0]) for row in snapshot.rows(_KITS)}
    yield from _differing("stock", known, set(rows["stock"]))
    if len(rows["kit"]) != kits or known - set(rows["kit"]):
        yield "kit", "", f"the lists have {kits} kits, the sealed room {len(rows['kit'])}"


def _differing(kind: str, wanted: set[str], there: set[str]) -> Found:
    for place in sorted(wanted - there):
        yield kind, place, "a fact names this row of the sealed room, but it is gone"
    for place in sorted(there - wanted):
        yield kind, place, "no fact names this row of the sealed room: it was inserted"


def _opened(rows: Rows, key: SiteKey | None, report: Report) -> Found:
    """Rows that do not open with the room's own key."""
    if key is None or not rows["key"]:
        if any(rows.values()):
            report.not_checked.append("whether rows of the sealed room open: there is no site key.")
        return
    own = None
    for place, sealed in rows["key"].items():
        if place.partition("/")[2] == key.fingerprint:
            own = sealed_room.opened(key.subkey("sealed-room"), "key", place, sealed)
    if own is None:
        yield "key", "", "the room's key does not open with this site's key"
        return
    for kind in set(sealed_room.KINDS) - {"key"}:
        for place, sealed in rows[kind].items():
            if sealed_room.opened(own, kind, place, sealed) is None:
                yield kind, place, "it was altered or moved: it does not open"


def _hex(value: object) -> str:
    return str(value).replace("-", "")
