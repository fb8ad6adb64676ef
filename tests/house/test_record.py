"""Nothing is recorded without who and when; every model is append-only or says why not; the triggers come back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor

from holdfast.records import triggers
from holdfast.records.columns import Instant
from holdfast.records.facts import Fact, append_only_models
from holdfast.records.mutable import MUTABLE
from tests import databases
from tests.house.source import listed

MOMENTS = Path(__file__).with_name("moments.txt")
OURS = tuple(m for m in apps.get_models() if m.__module__.startswith("holdfast."))


def acts_without_a_doer(model: type[models.Model]) -> Iterator[str]:
    """Fields that say when something was done, with none beside them that says by whom."""
    names = {field.name for field in model._meta.get_fields()}
    for field in model._meta.concrete_fields:
        is_moment = isinstance(field, Instant | models.DateTimeField)
        if is_moment and field.name.endswith("_at") and f"{field.name[:-3]}_by" not in names:
            yield f"{model.__name__}.{field.name}"


def test_every_act_has_its_doer():
    found = {place for model in OURS for place in acts_without_a_doer(model)}
    assert found - set(listed(MOMENTS)) == set()


def test_the_list_of_moments_is_not_stale():
    found = {place for model in OURS for place in acts_without_a_doer(model)}
    assert set(listed(MOMENTS)) - found == set()


def test_an_act_without_its_doer_is_found():
    class Whispered(models.Model):
        whispered_at = Instant()
        shouted_at = Instant()
        shouted_by = models.TextField()

        class Meta:
            app_label = "planted"

        def __str__(self) -> str:
            return "planted"

    assert list(acts_without_a_doer(Whispered)) == ["Whispered.whispered_at"]


def test_every_fact_says_when_by_whom_and_in_which_form():
    for model in OURS:
        if issubclass(model, Fact):
            names = {field.name for field in model._meta.concrete_fields}
            assert {"recorded_at", "recorded_by", "schema", "stream", "position"} <= names


def test_every_model_is_append_only_or_on_the_short_list_with_a_reason():
    append_only = {model.__name__ for model in append_only_models()}
    assert {model.__name__ for model in OURS} - append_only == set(MUTABLE)
    assert all(len(reason) > 20 for reason in MUTABLE.values())


def test_every_model_in_another_app_of_ours_is_protected_too():
    """Triggers are made for the app ``records``; a model elsewhere would have none."""
    assert {model._meta.app_label for model in OURS} == {"records"}


def present_but_unprotected() -> list[str]:
    """Names of missing triggers whose table exists at this step of the migrations."""
    tables = set(connection.introspection.table_names())
    owners = {m._meta.db_table for m in append_only_models()}
    return [
        name
        for name in triggers.missing_triggers(connection)
        if any(name.startswith(f"{table}_no_") for table in owners & tables)
    ]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_database(request, tmp_path, django_db_blocker):
    """A database without a table, of either kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    else:
        cluster = request.getfixturevalue("postgres_cluster")
        url = cluster.url(cluster.create_empty())
    with django_db_blocker.unblock(), databases.pointed_at(url):
        yield url


def test_the_triggers_are_there_after_every_migration_step(empty_database):
    """One step at a time, as a site that skipped no release would have gone."""
    plan = MigrationExecutor(connection).migration_plan(
        MigrationExecutor(connection).loader.graph.leaf_nodes()
    )
    for migration in (each for each, _ in plan if each.app_label == "records"):
        call_command("migrate", "records", migration.name, verbosity=0)
        assert present_but_unprotected() == [], migration.name
    call_command("migrate", verbosity=0)
    assert triggers.missing_triggers(connection) == ()


def test_a_table_rebuilt_by_hand_is_found_and_mended(own_database):
    """What a migration on SQLite does: make the table anew. The triggers go with the old one."""
    table = append_only_models()[0]._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [table])
        (statement,) = cursor.fetchone()
        anew = re.sub(rf'"{table}"', f'"{table}_new"', statement, count=1)
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute(anew)
        cursor.execute(f'DROP TABLE "{table}"')
        cursor.execute(f'ALTER TABLE "{table}_new" RENAME TO "{table}"')
    assert any(name.startswith(table) for name in triggers.missing_triggers(connection))
    with pytest.raises(triggers.TriggersMissing):
        triggers.require_triggers(connection)
    call_command("migrate", verbosity=0)
    assert triggers.missing_triggers(connection) == ()
