"""The sealed room on PostgreSQL: what the web process's role can reach, and two who randomize at once."""

import threading
from uuid import uuid4

import psycopg
import pytest
from django.db import connections

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
def roles(postgres_cluster, django_db_blocker):
    """A database whose tables one role owns, and which the web process enters as another."""
    name, roles = f"room_{uuid4().hex[:8]}", {"owner": "room_owner", "web": "room_web"}
    with psycopg.connect(postgres_cluster.url("postgres"), autocommit=True) as super_user:
        for role in roles.values():
            super_user.execute(f"DROP ROLE IF EXISTS {role}")
            super_user.execute(f"CREATE ROLE {role} LOGIN")
        super_user.execute(f"CREATE DATABASE {name} OWNER {roles['owner']}")
    with django_db_blocker.unblock():
        yield {
            which: f"postgresql://{role}@127.0.0.1:{postgres_cluster.port}/{name}"
            for which, role in roles.items()
        } | {"super": postgres_cluster.url("postgres")}
    postgres_cluster.drop(name)
    with psycopg.connect(postgres_cluster.url("postgres"), autocommit=True) as super_user:
        for role in roles.values():
            super_user.execute(f"DROP ROLE {role}")


def refused(url: str, statement: str) -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            connection.execute(statement)
        except DENIED:
            return True
        return False


def test_the_web_role_reaches_a_row_by_a_door_alone(roles, tmp_path, monkeypatch):
    """A role that may not make the room is told what to run; and whoever serves pages opens no table."""
    with psycopg.connect(roles["super"], autocommit=True) as super_user:
        super_user.execute("DROP ROLE IF EXISTS holdfast_unblinded_of_tests")
        there = super_user.execute(
            "SELECT 1 FROM pg_roles WHERE rolname = %s", [sealed_room.OWNER]
        ).fetchone()
        if there is None:
            super_user.execute(f"CREATE ROLE {sealed_room.OWNER} NOLOGIN")
        with pytest.raises(sealed_room.RoomRefused, match="CREATE ROLE holdfast_unblinded NOLOGIN"):
            databases.migrate(roles["owner"])
        super_user.execute(f"GRANT {sealed_room.OWNER} TO room_owner")
    monkeypatch.setenv(sealed_room.WEB_ROLE, "room_web")
    databases.migrate(roles["owner"])
    hold_open(monkeypatch)
    with databases.pointed_at(roles["web"]):
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
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        ):
            assert refused(roles["web"], statement), statement
    assert refused(roles["web"], f"SET ROLE {sealed_room.OWNER}")
    assert not refused(roles["web"], "SELECT * FROM unblinded.emergency_given('{}')")
    assert refused(
        roles["web"], "CREATE FUNCTION unblinded.x() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    )
    with psycopg.connect(roles["owner"], autocommit=True) as owner:
        rows = owner.execute("SELECT * FROM unblinded.ciphertext_given()").fetchall()
        assert [len(sealed) for _, sealed in rows] == [sealed_room.SEALED_BYTES]
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            owner.execute("UPDATE unblinded.given SET place = 'x'")


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
