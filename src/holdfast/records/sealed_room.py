"""The walls of the sealed room: its tables, who may reach them, and its rows as ciphertext.

Nothing here opens a row: what they say is for ``holdfast.unblinded``, by its doors in the actions. The
tables are no models, so that nothing that walks over models (an export, a form, the ORM) finds them.
Every table has the same two columns, a place and a sealed row of one length, whatever it says.

On SQLite they lie in the same file. On PostgreSQL in the schema ``unblinded``, of a role that nobody
can log in as; the web process reaches them only through SECURITY DEFINER functions, one for each door
and kind, and whoever owns the tables of the record also through those that a backup needs.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SCHEMA = "unblinded"
OWNER = "holdfast_unblinded"
SEALED_BYTES = 1052  # 12 of nonce, 1,024 of padded text, 16 of tag
KINDS = ("key", "part", "slot", "given", "kit", "stock", "note")
# What each door reads. ``open`` is what every door needs first: the room's own key, wrapped.
DOORS: Mapping[str, tuple[str, ...]] = {
    "open": ("key",),
    "randomize": ("part", "slot", "given"),
    "dispense": ("part", "given", "kit", "stock"),
    "emergency": ("given",),
    "safety": ("given", "stock", "note"),
    "export": ("part", "slot", "given", "kit", "stock", "note"),
    "stock": ("part", "kit", "stock", "note"),
}
REFUSAL = "append-only: record a correction instead"

WEB_ROLE = "HOLDFAST_WEB_ROLE"
HOW = (
    f"The sealed room belongs to the role {OWNER}, and this role may neither make it nor act for it. "
    "Let an administrator of PostgreSQL run, with the name of the role that migrates:  "
    f"CREATE ROLE {OWNER} NOLOGIN; GRANT {OWNER} TO <role>;  then run holdfast upgrade again. "
    "docs/deploy.md says more."
)


class RoomRefused(RuntimeError):
    """The database does not let the sealed room be built; the message says what to run."""


def table_of(kind: str, vendor: str) -> str:
    """The name of the table of one kind."""
    return f'"{SCHEMA}"."{kind}"' if vendor == "postgresql" else f'"unblinded_{kind}"'


def sqlite_names() -> frozenset[str]:
    """The tables of the room as they are called on SQLite."""
    return frozenset(f"unblinded_{kind}" for kind in KINDS)


def build(connection: Any) -> None:
    """Make the room in an empty or older database; what is there is left."""
    if connection.vendor == "postgresql":
        _build_on_postgres(connection)
    else:
        with connection.cursor() as cursor:
            for statement in _sqlite_statements():
                cursor.execute(statement)


def _sqlite_statements() -> Iterator[str]:
    for kind in KINDS:
        yield (
            f'CREATE TABLE IF NOT EXISTS "unblinded_{kind}" (place varchar(200) NOT NULL PRIMARY KEY, '
            f"sealed blob NOT NULL CHECK (length(sealed) = {SEALED_BYTES}))"
        )
    yield from _sqlite_triggers().values()


def _sqlite_triggers() -> dict[str, str]:
    found = {}
    for kind in KINDS:
        table = f"unblinded_{kind}"
        refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL} ({table})'); END"
        meets = f'EXISTS (SELECT 1 FROM "{table}" WHERE place = NEW.place)'  # noqa: S608 - our own names
        for name, event in (
            (f"{table}_no_update", f'BEFORE UPDATE ON "{table}"'),
            (f"{table}_no_delete", f'BEFORE DELETE ON "{table}"'),
            (f"{table}_no_replace", f'BEFORE INSERT ON "{table}" WHEN {meets}'),
        ):
            found[name] = f'CREATE TRIGGER "{name}" {event} {refuse}'
    return found


def _build_on_postgres(connection: Any) -> None:
    with connection.cursor() as cursor:
        was_lent = _become_member(cursor)
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [SCHEMA])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE SCHEMA {SCHEMA} AUTHORIZATION {OWNER}")
        cursor.execute("SELECT quote_ident(current_user)")
        me = str(cursor.fetchone()[0])
        web = _web_role(cursor)
        cursor.execute(f"SET LOCAL ROLE {OWNER}")
        for statement in (*_postgres_statements(), *_grants(me, web)):
            cursor.execute(statement)
        cursor.execute("RESET ROLE")
        if was_lent:
            cursor.execute(f"REVOKE {OWNER} FROM CURRENT_USER")


def _become_member(cursor: Any) -> bool:
    """Act for the room's owner; True where that was lent for now. ``RoomRefused`` where it may not."""
    cursor.execute(
        "SELECT rolsuper OR rolcreaterole, EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s) "
        "FROM pg_roles WHERE rolname = current_user",
        [OWNER],
    )
    may_make, is_there = cursor.fetchone()
    if not is_there:
        if not may_make:
            raise RoomRefused(HOW)
        cursor.execute(f"CREATE ROLE {OWNER} NOLOGIN")
    cursor.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [OWNER])
    if cursor.fetchone()[0]:
        return False
    if not may_make:
        raise RoomRefused(HOW)
    cursor.execute(f"GRANT {OWNER} TO CURRENT_USER")
    return True


def _web_role(cursor: Any) -> str | None:
    """The role that the web process logs in as, quoted; None where none is named."""
    if not (name := os.environ.get(WEB_ROLE, "")):
        return None
    cursor.execute("SELECT quote_ident(rolname) FROM pg_roles WHERE rolname = %s", [name])
    found = cursor.fetchone()
    if found is None:
        raise RoomRefused(f"{WEB_ROLE} names a role that is not there: create it first.")
    return str(found[0])


def _postgres_statements() -> Iterator[str]:
    yield (
        f"CREATE OR REPLACE FUNCTION {SCHEMA}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$refuse${_POSTGRES_BODY}$refuse$"
    )
    for kind in KINDS:
        table = f"{SCHEMA}.{kind}"
        yield (
            f"CREATE TABLE IF NOT EXISTS {table} (place varchar(200) NOT NULL PRIMARY KEY, sealed bytea "
            f"NOT NULL CHECK (octet_length(sealed) = {SEALED_BYTES}))"
        )
        call = f"EXECUTE FUNCTION {SCHEMA}.refuse_change()"
        for name, event in (
            (f"{kind}_no_change", f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"),
            (f"{kind}_no_truncate", f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"),
        ):
            yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
            yield f"CREATE TRIGGER {name} {event} {call}"
            yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
    yield from (text for _, text in _functions())


_POSTGRES_BODY = f"BEGIN RAISE EXCEPTION '{REFUSAL} (%)', TG_TABLE_NAME; END"


def _functions() -> Iterator[tuple[str, str]]:
    """Signature and text of every function of the room."""
    rows = "TABLE (place varchar, sealed bytea)"
    for kind in KINDS:
        table = f"{SCHEMA}.{kind}"
        insert = f"INSERT INTO {table} (place, sealed) VALUES ($1, $2)"  # noqa: S608 - our own names
        for verb in ("put", "restore"):
            yield _function(f"{verb}_{kind}(text, bytea)", "void", insert)
        every = f'SELECT t.place, t.sealed FROM {table} t ORDER BY t.place COLLATE "C"'  # noqa: S608
        yield _function(f"ciphertext_{kind}()", rows, every)
    for door, kinds in DOORS.items():
        for kind in kinds:
            asked = f"SELECT t.place, t.sealed FROM {SCHEMA}.{kind} t"  # noqa: S608 - our own names
            only = "" if kind == "key" else " WHERE t.place = ANY ($1)"
            yield _function(f"{door}_{kind}(text[])", rows, asked + only)


def _function(signature: str, returns: str, body: str) -> tuple[str, str]:
    name = f"{SCHEMA}.{signature}"
    return name, (
        f"CREATE OR REPLACE FUNCTION {name} RETURNS {returns} LANGUAGE sql VOLATILE "
        f"SECURITY DEFINER SET search_path = {SCHEMA}, pg_temp AS $door${body}$door$"
    )


def _is_for_backups(name: str) -> bool:
    return name.startswith((f"{SCHEMA}.ciphertext_", f"{SCHEMA}.restore_"))


def _grants(me: str, web: str | None) -> Iterator[str]:
    """The doors to the web process alone; what backups need to who owns the record's tables."""
    yield f"REVOKE ALL ON SCHEMA {SCHEMA} FROM PUBLIC"
    yield f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {SCHEMA} FROM PUBLIC"
    for role in {me, web or me} - {OWNER}:
        yield f"GRANT USAGE ON SCHEMA {SCHEMA} TO {role}"
    for name, _ in _functions():
        role = me if _is_for_backups(name) else web or me
        if role != OWNER:
            yield f"GRANT EXECUTE ON FUNCTION {name} TO {role}"
        if web and web != me and not _is_for_backups(name):
            yield f"REVOKE EXECUTE ON FUNCTION {name} FROM {me}"


def is_there(connection: Any) -> bool:
    """Whether the room was built: an older record has none."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [SCHEMA])
        else:
            cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'unblinded_key'")
        return cursor.fetchone() is not None


def let_the_web_in(connection: Any) -> None:
    """After each migrate: what the named web role needs of the record's tables, and the doors."""
    if connection.vendor != "postgresql" or not os.environ.get(WEB_ROLE):
        return
    with connection.cursor() as cursor:
        web = _web_role(cursor)
        cursor.execute("SELECT quote_ident(current_schema())")
        schema = cursor.fetchone()[0]
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {web}")
        what = "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES"
        cursor.execute(f"GRANT {what} IN SCHEMA {schema} TO {web}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {web}")
    if not is_there(connection):
        return
    with connection.cursor() as cursor:
        asked = "SELECT has_schema_privilege(%s, %s, 'USAGE')"
        cursor.execute(asked, [os.environ[WEB_ROLE], SCHEMA])
        known = cursor.fetchone()[0]
    if not known:
        from django.db import transaction

        with transaction.atomic(using=connection.alias):
            build(connection)


def missing_protection(database: Any) -> tuple[str, ...]:
    """Triggers of the room that are absent, altered or switched off. ``database`` is any moment of one."""
    with database.cursor() as cursor:
        if database.vendor != "postgresql":
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE tbl_name LIKE 'unblinded\\_%' ESCAPE '\\'"
            )
            found = dict(cursor.fetchall())
            if "unblinded_key" not in found:
                return ()  # an older record has no room
            wanted = _sqlite_triggers().items()
            return tuple(sorted(name for name, text in wanted if found.get(name) != text))
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [SCHEMA])
        if cursor.fetchone() is None:
            return ()
        cursor.execute(
            "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE t.tgenabled = 'A' AND n.nspname = %s AND p.prosrc = %s",
            [SCHEMA, _POSTGRES_BODY],
        )
        there = {row[0] for row in cursor.fetchall()}
    wanted_names = {f"{kind}_{end}" for kind in KINDS for end in ("no_change", "no_truncate")}
    return tuple(sorted(wanted_names - there))


def our_triggers() -> frozenset[str]:
    """The names of the room's triggers on SQLite, which are none of anybody else's."""
    return frozenset(_sqlite_triggers())


def may_read_rows(snapshot: Any) -> bool:
    """Whether this database role may read the rows as ciphertext: a backup's may, the web's may not."""
    if snapshot.vendor != "postgresql":
        return True
    asked = "SELECT has_schema_privilege(%s, 'USAGE')", [SCHEMA]
    if not next(snapshot.rows(*asked))[0]:
        return False
    asked = "SELECT has_function_privilege(%s, 'EXECUTE')", [f"{SCHEMA}.ciphertext_slot()"]
    return bool(next(snapshot.rows(*asked))[0])


def kind_of(table: str) -> str | None:
    """Which kind a table of a backup holds; None where it is none of the room's."""
    kind = table.removeprefix("unblinded_")
    return kind if table != kind and kind in KINDS else None


def count_rows(snapshot: Any) -> dict[str, int]:
    """How many rows each table has, under the name that a backup gives it; none of an older record."""
    if not is_there(snapshot):
        return {}
    return {f"unblinded_{kind}": sum(1 for _ in ciphertext(snapshot, kind)) for kind in KINDS}


def ciphertext(snapshot: Any, kind: str) -> Iterator[tuple[str, str]]:
    """Every row of one kind in the order of places, sealed as it lies there, in base64."""
    if snapshot.vendor == "postgresql":
        asked = f"SELECT place, sealed FROM {SCHEMA}.ciphertext_{kind}()"  # noqa: S608 - our own names
    else:
        asked = f'SELECT place, sealed FROM "unblinded_{kind}" ORDER BY place'  # noqa: S608
    for place, sealed in snapshot.rows(asked):
        yield str(place), b64encode(bytes(sealed)).decode()


def opened(key: bytes, kind: str, place: str, sealed: str) -> bytes | None:
    """What a row holds, for ``verify`` alone, which lets go of it; None where it does not open.

    As ``unblinded.rows`` seals it: the length first, then the words, then nothing but zeros.
    """
    raw = b64decode(sealed)
    try:
        padded = AESGCM(key).decrypt(raw[:12], raw[12:], f"unblinded/{kind}/{place}".encode())
    except (InvalidTag, ValueError):
        return None
    return padded[4 : 4 + int.from_bytes(padded[:4])]


def put_back(connection: Any, kind: str, rows: Sequence[Sequence[str]]) -> None:
    """Rows out of a backup, as they were."""
    if connection.vendor == "postgresql":
        statement = f"SELECT {SCHEMA}.restore_{kind}(%s, %s)"
    else:
        statement = f'INSERT INTO "unblinded_{kind}" (place, sealed) VALUES (%s, %s)'  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(place, b64decode(sealed)) for place, sealed in rows])
