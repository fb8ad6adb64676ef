"""Triggers by which the database itself refuses to change or remove a fact.

They are generated from the list of append-only models and put back after every migrate, because
a table rebuilt by a migration on SQLite loses its triggers. Start-up and ``verify`` refuse to
run where one is missing, altered or switched off.
"""

from typing import Any

from django.db import connections, models

from holdfast.records.facts import append_only_models
from holdfast.records.sealed_room import REFUSAL, let_the_web_in, missing_protection

_POSTGRES_FUNCTION = "holdfast_refuse_change"
_POSTGRES_BODY = f"BEGIN RAISE EXCEPTION '{REFUSAL} (%)', TG_TABLE_NAME; END"


class TriggersMissing(RuntimeError):
    """The database does not protect its facts; nothing may be written to it or vouched for."""


def _unique_sets(model: type[models.Model]) -> list[tuple[str, ...]]:
    """Every set of columns that may not occur twice; a REPLACE would remove the row it meets."""
    columns = {field.name: str(field.column) for field in model._meta.concrete_fields}
    single = [(columns[field.name],) for field in model._meta.concrete_fields if field.unique]
    several = [
        tuple(columns[name] for name in constraint.fields)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
    ]
    return single + several


def _sqlite_triggers(model: type[models.Model]) -> dict[str, str]:
    table = model._meta.db_table
    meets = " OR ".join(
        f'EXISTS (SELECT 1 FROM "{table}" WHERE '  # noqa: S608 - our own names
        + " AND ".join(f'"{column}" = NEW."{column}"' for column in columns)
        + ")"
        for columns in _unique_sets(model)
    )
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL} ({table})'); END"
    return {
        f"{table}_no_update": f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE ON "{table}" '
        f"{refuse}",
        f"{table}_no_delete": f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" '
        f"{refuse}",
        f"{table}_no_replace": f'CREATE TRIGGER "{table}_no_replace" BEFORE INSERT ON "{table}" '
        f"WHEN {meets} {refuse}",
    }


def _postgres_triggers(model: type[models.Model]) -> dict[str, str]:
    table = model._meta.db_table
    call = f"EXECUTE FUNCTION {_POSTGRES_FUNCTION}()"
    return {
        f"{table}_no_change": f'CREATE TRIGGER "{table}_no_change" BEFORE UPDATE OR DELETE '
        f'ON "{table}" FOR EACH ROW {call}',
        f"{table}_no_truncate": f'CREATE TRIGGER "{table}_no_truncate" BEFORE TRUNCATE '
        f'ON "{table}" FOR EACH STATEMENT {call}',
    }


def install(connection: Any) -> None:
    """Put every trigger in place, replacing what is there; a table yet to be made is left out."""
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {_POSTGRES_FUNCTION}() RETURNS trigger "
                f"LANGUAGE plpgsql AS $refuse${_POSTGRES_BODY}$refuse$"
            )
        for model in append_only_models():
            table = model._meta.db_table
            if table not in there:
                continue
            if connection.vendor == "postgresql":
                for name, statement in _postgres_triggers(model).items():
                    cursor.execute(f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"')
                    cursor.execute(statement)
                    # ALWAYS: fires in a replication session too.
                    cursor.execute(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{name}"')
            else:
                for name, statement in _sqlite_triggers(model).items():
                    cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')
                    cursor.execute(statement)


def install_after_migrate(*, using: str, plan: Any = (), **_: Any) -> None:
    """Put every trigger back after a migrate, at whatever step it ended."""
    install(connections[using])
    let_the_web_in(connections[using])


def missing_triggers(connection: Any) -> tuple[str, ...]:
    """Names of triggers that are absent, altered or switched off; empty when all is well."""
    room = missing_protection(connection)
    if connection.vendor == "postgresql":
        return (*_missing_on_postgres(connection), *room)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = dict(cursor.fetchall())
    wanted = {k: v for model in append_only_models() for k, v in _sqlite_triggers(model).items()}
    return (*sorted(n for n, text in wanted.items() if found.get(n) != text), *room)


def _missing_on_postgres(connection: Any) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, c.relname FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE t.tgenabled = 'A' AND p.proname = %s AND p.prosrc = %s "
            "AND pg_table_is_visible(c.oid)",
            [_POSTGRES_FUNCTION, _POSTGRES_BODY],
        )
        found = set(cursor.fetchall())
    wanted = {
        (name, model._meta.db_table)
        for model in append_only_models()
        for name in _postgres_triggers(model)
    }
    return tuple(sorted(name for name, table in wanted - found))


def require_triggers(connection: Any) -> None:
    """Raise ``TriggersMissing`` where the database does not protect its facts."""
    if missing := missing_triggers(connection):
        raise TriggersMissing(
            f"The database does not protect its facts: {len(missing)} triggers are missing or "
            f"altered, the first {missing[0]}. Run holdfast upgrade; if that does not help, "
            "somebody removed them: run holdfast verify and tell the site's administrator."
        )
