"""One-time codes and recovery codes: sealed, good once, kept through rotation, backup and restore."""

import os
import time
from pathlib import Path
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection

from holdfast.actions import second_factors as factors
from holdfast.actions.outcomes import Refusal
from holdfast.actions.people import house
from holdfast.actions.pins import is_pin_of, set_pin
from holdfast.actions.site_key import rotate_site_key
from holdfast.records.backups import Keys, back_up
from holdfast.records.backups_restore import restore
from holdfast.records.factors import factor_of, held_by
from holdfast.records.keys import SealBroken, SiteKey, site_key
from holdfast.records.models import User
from holdfast.records.verification_run import verify_here
from tests import databases
from tests.actions.clinic import NOW, Clinic, written

PIN = "493817"


def code_of(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def with_app(clinic: Clinic, who: User | None = None) -> str:
    secret, by = factors.new_secret(), who or clinic.physician
    code = code_of(secret, -1)
    written(factors.add_totp(secret=secret, code=code, entry_id=uuid4(), by=by, now=clinic.now))
    return secret


def with_codes(clinic: Clinic) -> list[str]:
    by = clinic.physician
    return list(factors.make_recovery_codes(entry_id=uuid4(), by=by, now=clinic.now))


def used(clinic: Clinic, code: str) -> bool:
    return factors.use_recovery_code(clinic.physician, code, entry_id=uuid4(), now=clinic.now)


def test_a_code_is_good_once_and_only_near_its_time(clinic):
    secret, who = with_app(clinic), clinic.physician
    assert not factors.is_code_of(who, code_of(secret, -1))  # it confirmed the app
    right = code_of(secret)
    assert factors.is_code_of(who, f"{right[:3]} {right[3:]}")
    assert not factors.is_code_of(who, right)
    assert not factors.is_code_of(who, code_of(secret, -1))  # nothing older than the last
    assert not factors.is_code_of(who, code_of(secret, 5))
    assert not factors.is_code_of(clinic.coordinator, code_of(secret, 1))


def test_an_app_that_shows_a_wrong_code_is_not_kept(clinic):
    answer = factors.add_totp(
        secret=factors.new_secret(),
        code="000000",
        entry_id=uuid4(),
        by=clinic.physician,
        now=clinic.now,
    )
    assert answer == Refusal("code-wrong")
    assert not held_by(clinic.physician).is_protected


def test_each_of_ten_recovery_codes_is_good_once_and_new_ones_void_the_old(clinic):
    with_app(clinic)
    codes = with_codes(clinic)
    assert len(set(codes)) == 10
    assert used(clinic, codes[3])
    assert not used(clinic, codes[3])
    assert held_by(clinic.physician).codes_left == 9
    fresh = with_codes(clinic)
    assert not used(clinic, codes[4])
    assert used(clinic, fresh[0])


def test_neither_the_secret_nor_a_code_stands_anywhere_in_the_database(clinic):
    secret = with_app(clinic)
    codes = with_codes(clinic)
    set_pin(clinic.physician, PIN, entry_id=uuid4(), by=clinic.physician, now=clinic.now)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            told = repr(
                [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor]
            )
            assert secret not in told, table
            assert not any(code in told for code in codes), table
            assert PIN not in told, table


def test_a_factor_moved_to_another_account_does_not_open(clinic):
    secret = with_app(clinic)
    Authenticator.objects.update(user=clinic.coordinator)
    with pytest.raises(SealBroken):
        factors.is_code_of(clinic.coordinator, code_of(secret))


def test_they_hold_after_the_site_key_was_rotated(clinic, monkeypatch):
    secret, codes = with_app(clinic), with_codes(clinic)
    set_pin(clinic.physician, PIN, entry_id=uuid4(), by=clinic.physician, now=clinic.now)
    new = SiteKey(os.urandom(32))
    written(rotate_site_key(new=new, entry_id=uuid4(), by=house(), now=clinic.later(minutes=1)))
    monkeypatch.setenv("HOLDFAST_KEY", new.secret.hex())
    assert factors.is_code_of(clinic.physician, code_of(secret))
    assert used(clinic, codes[0])
    assert is_pin_of(clinic.physician, PIN)
    assert verify_here().fits


@pytest.mark.parametrize("into", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_restore_locks_nobody_out(clinic, into, tmp_path: Path, request):
    """From either database into either: apps, codes and PINs open what they opened before."""
    secret, codes = with_app(clinic), with_codes(clinic)
    set_pin(clinic.physician, PIN, entry_id=uuid4(), by=clinic.physician, now=clinic.now)
    file, login = tmp_path / "record.backup", clinic.physician.login
    back_up(file, Keys(site_key()), now=NOW)
    if into == "sqlite":
        url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    else:
        cluster = request.getfixturevalue("postgres_cluster")
        url = cluster.url(cluster.create_empty())
    with databases.pointed_at(url):
        restore(file, site=site_key(), recovery=None)
        who = User.objects.get(login=login)
        assert factors.is_code_of(who, code_of(secret))
        assert factors.use_recovery_code(who, codes[0], entry_id=uuid4(), now=clinic.now)
        assert is_pin_of(who, PIN)
        written(  # the numbering of the library's rows goes on after those restored
            factors.add_passkey(
                kind="phone", credential={}, entry_id=uuid4(), by=who, now=clinic.later(minutes=1)
            )
        )
        assert verify_here().fits


def test_with_the_last_factor_the_recovery_codes_go(clinic):
    with_app(clinic)
    with_codes(clinic)
    told = {"entry_id": uuid4(), "by": clinic.physician, "now": clinic.now}
    assert factors.remove_factor(factor="7", **told) == Refusal("factor-unknown")
    written(factors.remove_factor(factor="totp", **told))
    assert factor_of(clinic.physician, "recovery_codes") is None
    assert held_by(clinic.physician).codes_left == 0


def test_a_passkey_is_named_by_a_code_never_by_free_words(clinic):
    told = {"credential": {}, "entry_id": uuid4(), "by": clinic.physician, "now": clinic.now}
    answer = factors.add_passkey(kind="Canarybird's phone", **told)
    assert answer == Refusal("passkey-kind-unknown")
