"""The sealed room on PostgreSQL: what the web process's role can reach, and two who randomize at once."""

import threading
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, connections, transaction

from holdfast.records import sealed_room
from holdfast.records.models import KitDispensed, SlotTaken
from holdfast.unblinded.doors import arm_of
from tests import databases
from tests.actions.allocating import (
    a_list,
    activated,
    delivered,
    dispensed,
    hold_open,
    randomized,
    sealed_list,
    somebody,
    trial,
)
from tests.actions.clinic import written

pytestmark = pytest.mark.postgres
DENIED = psycopg.errors.InsufficientPrivilege


@pytest.fixture
def roles(postgres_cluster):
    """Two roles of this test: one that owns tables, and the one of the web process."""
    names = ("room_owner", "room_web")
    with psycopg.connect(postgres_cluster.url("postgres"), autocommit=True) as super_user:
        for name in names:
            super_user.execute(f"DROP ROLE IF EXISTS {name}")
            super_user.execute(f"CREATE ROLE {name} LOGIN")
        yield super_user
        for name in names:
            super_user.execute(f"DROP ROLE IF EXISTS {name}")


def as_role(url: str, role: str) -> str:
    return url.replace("//holdfast@", f"//{role}@")


def refused(url: str, statement: str) -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            connection.execute(statement)
        except DENIED:
            return True
        return False


def built(url: str) -> None:
    with databases.pointed_at(url), transaction.atomic():
        sealed_room.build(connections["default"])


def test_a_role_that_may_not_build_the_room_is_told_what_to_run(
    roles, postgres_cluster, migrated_template, django_db_blocker
):
    name = f"room_{uuid4().hex[:8]}"
    roles.execute(f"CREATE DATABASE {name} OWNER room_owner")
    url = as_role(postgres_cluster.url(name), "room_owner")
    with django_db_blocker.unblock():
        with pytest.raises(sealed_room.RoomRefused, match="CREATE ROLE holdfast_unblinded NOLOGIN"):
            built(url)
        assert not refused(url, "SELECT 1")
        roles.execute(f"GRANT {sealed_room.OWNER} TO room_owner")
        built(url)
    assert not refused(url, "SELECT * FROM unblinded.ciphertext_given()")
    postgres_cluster.drop(name)


def test_the_web_role_reaches_a_row_by_a_door_alone(
    roles, postgres_database, tmp_path, monkeypatch
):
    """Whoever serves pages opens no table, whatever the framework's accounts are."""
    monkeypatch.setenv(sealed_room.WEB_ROLE, "room_web")
    built(postgres_database)
    sealed_room.let_the_web_in(connections["default"])
    web = as_role(postgres_database, "room_web")
    hold_open(monkeypatch)
    with databases.pointed_at(web):
        clinic = trial()
        a_list(clinic, tmp_path)
        enrollment = somebody(clinic)
        written(randomized(clinic, enrollment))
        assert arm_of(enrollment.id) in {"mdma", "placebo"}
    for kind in sealed_room.KINDS:
        table = f"unblinded.{kind}"
        for statement in (
            f"SELECT * FROM {table}",
            f"SELECT count(*) FROM {table}",
            f"INSERT INTO {table} VALUES ('a', 'b')",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
            f"SELECT * FROM unblinded.ciphertext_{kind}()",
            f"SELECT unblinded.restore_{kind}('a', 'b')",
        ):
            assert refused(web, statement), statement
    for statement in (
        f"SET ROLE {sealed_room.OWNER}",
        "CREATE FUNCTION unblinded.x() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE unblinded.given DISABLE TRIGGER ALL",
    ):
        assert refused(web, statement), statement
    assert not refused(web, "SELECT * FROM unblinded.emergency_given('{}')")
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT * FROM unblinded.ciphertext_given()")
        assert [len(sealed) for _, sealed in cursor.fetchall()] == [sealed_room.SEALED_BYTES]
        with pytest.raises(DatabaseError, match="append-only"):
            cursor.execute("UPDATE unblinded.given SET place = 'x'")
        cursor.execute("DROP OWNED BY room_web")


def at_once(acts) -> list:
    """Each in a thread of its own, begun together."""
    barrier, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        try:
            barrier.wait()
            answers[number] = act()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_many_at_once_never_take_one_slot_or_one_kit(postgres_database, tmp_path, monkeypatch):
    clinic = trial()
    hold_open(monkeypatch)
    file = sealed_list(tmp_path)
    written(activated(clinic, file))
    written(delivered(clinic, file, 8))
    people = [somebody(clinic) for _ in range(8)]
    for answer in at_once([lambda e=each: randomized(clinic, e) for each in people]):
        written(answer)
    assert sorted(SlotTaken.objects.values_list("number", flat=True)) == list(range(1, 9))
    assert sorted(SlotTaken.objects.values_list("place", flat=True)) == list(range(1, 9))
    twice = [lambda e=each: dispensed(clinic, e) for each in people for _ in range(2)]
    answers = at_once(twice)
    assert KitDispensed.objects.count() == 8
    assert len(set(KitDispensed.objects.values_list("kit", flat=True))) == 8
    assert sum(getattr(each, "reason", "") == "dispensed-already" for each in answers) == 8
