"""Whether the database protects its facts: our triggers there, none of anybody else, a whole file."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from holdfast.records.facts import append_only_models
from holdfast.records.sealed_room import our_triggers
from holdfast.records.triggers import missing_triggers
from holdfast.records.verification_snapshot import Snapshot, SqliteSnapshot, damage

_SQLITE_OBJECTS = (
    "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY name"
)
_POSTGRES_OBJECTS = """
    SELECT 'trigger', t.tgname::text FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND n.nspname = current_schema()
    UNION ALL
    SELECT 'rule', rulename::text FROM pg_rules WHERE schemaname = current_schema()
    UNION ALL
    SELECT 'view', viewname::text FROM pg_views WHERE schemaname = current_schema()
    UNION ALL
    SELECT 'policy', policyname::text FROM pg_policies WHERE schemaname = current_schema()
    ORDER BY 2
"""


@contextmanager
def file_check(snapshot: Snapshot) -> Iterator["Future[list[str]]"]:
    """SQLite's own check of the file, beside the verification: it needs no Python while it runs."""
    with ThreadPoolExecutor(1) as beside:
        if isinstance(snapshot, SqliteSnapshot) and snapshot.path is not None:
            yield beside.submit(damage, snapshot.path)
        else:
            yield beside.submit(list)


def protection(snapshot: Snapshot, damaged: Sequence[str]) -> list[str]:
    """What is wrong with the database itself, in plain words; empty when all is well."""
    told = [f"the file is damaged: {'; '.join(damaged)[:300]}"] if damaged else []
    return [*_missing(snapshot), *_foreign(snapshot), *told]


def _missing(snapshot: Snapshot) -> Iterator[str]:
    if missing := missing_triggers(snapshot):
        yield (
            f"the database does not protect its facts: {len(missing)} triggers are missing, "
            f"altered or switched off, the first {missing[0]}"
        )


def _foreign(snapshot: Snapshot) -> Iterator[str]:
    """Triggers, rules and views that are none of ours could write or show other rows."""
    is_postgres = snapshot.vendor == "postgresql"
    ours = {
        f"{model._meta.db_table}_{ending}"
        for model in append_only_models()
        for ending in ("no_update", "no_delete", "no_replace", "no_change", "no_truncate")
    } | our_triggers()
    for kind, name in snapshot.rows(_POSTGRES_OBJECTS if is_postgres else _SQLITE_OBJECTS):
        if name not in ours:
            yield f"the {kind} {ascii(name)[:80]} is none of ours: somebody put it there"
