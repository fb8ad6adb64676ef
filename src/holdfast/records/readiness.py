"""Whether the record may be written to: migrated, held by its triggers, and with its key."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError

from holdfast.records import keyring, triggers


def problem() -> str | None:
    """What stands against writing to the record, in words; None if nothing does."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if pending:
            return f"{len(pending)} migrations are pending. Run: holdfast upgrade"
        triggers.require_triggers(connection)
        if wrong := keyring.problem_with_key():
            return wrong
    except DatabaseError:
        return "The database cannot be opened. Look at HOLDFAST_DATABASE_URL."
    except triggers.TriggersMissing as found:
        return str(found)
    finally:
        connection.close()
    return None
