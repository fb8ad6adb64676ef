"""After a rotation the seals' history still verifies; what was erased is said, not called tampering."""

import os
from uuid import UUID, uuid4

from holdfast.actions.people import house
from holdfast.actions.site_key import rotate_site_key
from holdfast.records.keys import SiteKey, site_key
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import written
from tests.records.attacker import Attacker
from tests.records.full_record import FullRecord, full_record


def rotated(record: FullRecord, monkeypatch) -> SiteKey:
    """Rotate the site key and use the new one; the former key."""
    old, new = site_key(), SiteKey(os.urandom(32))
    written(rotate_site_key(new=new, entry_id=uuid4(), by=house(), now=record.now()))
    monkeypatch.setenv("HOLDFAST_KEY", new.secret.hex())
    return old


def test_seals_before_and_after_a_rotation_verify(any_database, clean_seals, monkeypatch):
    """With the new key, and without any: the old key announced the new one."""
    record = full_record()
    old = rotated(record, monkeypatch)
    assert verify_here().fits
    record.seal()
    report = verify_here()
    assert report.fits, list(report.lines())
    monkeypatch.setenv("HOLDFAST_KEY", old.secret.hex())
    assert not verify_here().fits
    monkeypatch.delenv("HOLDFAST_KEY")
    assert verify_here().fits


def test_what_was_erased_is_said_and_still_fits(any_database, clean_seals):
    """An entry says which key was destroyed; nobody can read the words again, and nothing moved."""
    record = full_record()
    key = record.key.id
    record.append(record.enrollments[0], [], values={"keys": [key.hex]}, kind="keys-destroyed")
    attacker = Attacker(any_database)
    attacker.run(
        "UPDATE records_personkey SET wrapped = NULL, destroyed_at = %s WHERE id = %s",
        ["2026-03-02T11:00:00.000000Z", key.hex if attacker.is_sqlite else key],
    )
    record.seal()
    report = verify_here()
    assert report.fits, list(report.lines())
    assert str(UUID(key.hex)) in report.erased[0]
    assert any(line.startswith("Erased: words of the class") for line in report.lines())


def test_a_destroyed_key_that_is_back_is_found(own_database, clean_seals):
    """Out of an old backup, say: what was erased must stay erased."""
    record = full_record()
    record.append(
        record.enrollments[0], [], values={"keys": [record.key.id.hex]}, kind="keys-destroyed"
    )
    assert "its bytes are back" in str(verify_here().problems[0])


def test_another_log_in_name_in_the_place_of_one_is_found(any_database, clean_seals):
    """Whoever logs in by the altered name would sign as somebody else."""
    full_record()
    attacker = Attacker(any_database)
    attacker.run("UPDATE records_user SET login = 'somebody' WHERE login = 'physician'")
    report = verify_here()
    assert not report.fits
    assert report.problems[0].table == "records_user"
    assert "log-in name" in report.problems[0].what
    attacker.run("UPDATE records_user SET login = 'physician' WHERE login = 'somebody'")
    assert verify_here().fits
