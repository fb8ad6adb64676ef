"""A new site key: every word still opens, every person is still found, the old key opens nothing."""

import os
from uuid import uuid4

import pytest

from holdfast.actions.people import house
from holdfast.actions.site_key import rotate_site_key
from holdfast.records.histories import enrollment_as_of, identity_of
from holdfast.records.keys import Erased, KeyMissing, SiteKey, site_key
from holdfast.records.models import IdentityToken, PersonKey, Seal
from holdfast.records.search import people_with_identifier
from tests.actions.clinic import IDENTITY, enrolled, written


def rotate(clinic, new):
    return rotate_site_key(new=new, entry_id=uuid4(), by=house(), now=clinic.now)


def test_after_a_rotation_everything_opens_with_the_new_key_alone(clinic, monkeypatch):
    enrollment = enrolled(clinic)
    old, new = site_key(), SiteKey(os.urandom(32))
    tokens = set(IdentityToken.objects.values_list("person_id", "site_id", "kind"))
    before = set(IdentityToken.objects.values_list("token", flat=True))
    written(rotate(clinic, new))
    with pytest.raises(KeyMissing):
        identity_of(enrollment_as_of(enrollment))
    monkeypatch.setenv("HOLDFAST_KEY", new.secret.hex())
    assert identity_of(enrollment_as_of(enrollment)) == IDENTITY
    assert [p.id for p in people_with_identifier(clinic.site, IDENTITY.identifiers)] == [
        enrollment.person_id
    ]
    assert set(PersonKey.objects.values_list("wrapped_with", flat=True)) == {new.fingerprint}
    assert set(IdentityToken.objects.values_list("person_id", "site_id", "kind")) == tokens
    assert not before & set(IdentityToken.objects.values_list("token", flat=True))
    assert old.fingerprint != new.fingerprint
    public = new.signing_key.public_key().public_bytes_raw().hex()
    assert all(public in seal.body for seal in Seal.objects.order_by("-number")[:2])


def test_a_destroyed_key_stays_destroyed(one_clinic, monkeypatch):
    enrollment = enrolled(one_clinic)
    rows = PersonKey.objects.filter(owner=enrollment.person_id, word_class="identity")
    rows.update(wrapped=None, destroyed_at=one_clinic.now, destroyed_by=house())
    new = SiteKey(os.urandom(32))
    written(rotate(one_clinic, new))
    monkeypatch.setenv("HOLDFAST_KEY", new.secret.hex())
    assert rows.get().wrapped is None
    with pytest.raises((Erased, KeyMissing)):
        identity_of(enrollment_as_of(enrollment))
    assert not IdentityToken.objects.exists()
