"""A seal says the same whatever the process that makes it remembers."""

from collections.abc import Callable
from datetime import timedelta

import orjson
import pytest
from django.db import transaction

from holdfast.records import seals
from holdfast.records.models import PersonKey, Seal
from holdfast.records.seals import make_seal
from tests.actions.clinic import NOW, enrolled


def _remembers_nothing() -> None:
    seals._Remembered.sealed = seals._NOTHING
    seals._Remembered.keys = {}


def _undone(clinic, before: Callable[[], object] = lambda: None) -> str:
    """What a seal would say now; the seal itself is undone."""
    before()
    with transaction.atomic():
        body = make_seal(by=clinic.administrator, now=NOW + timedelta(days=1)).body
        transaction.set_rollback(True)
    return body


def test_whoever_remembers_nothing_seals_the_same(clinic, enrollment):
    make_seal(by=clinic.administrator, now=NOW)
    enrolled(clinic, protocol="oehen-2013", bundle_sha256="cd" * 32)
    said = _undone(clinic)
    assert orjson.loads(said)["heads"]
    assert orjson.loads(said)["previous"] == Seal.objects.latest("number").sha256
    assert _undone(clinic) == said  # the seal before was undone, and nothing follows from it
    assert _undone(clinic, _remembers_nothing) == said


@pytest.mark.parametrize("all_heads_every", [2, 3])
def test_a_full_seal_begins_anew(one_clinic, monkeypatch, all_heads_every):
    monkeypatch.setattr(seals, "ALL_HEADS_EVERY", all_heads_every)
    for number in range(4):
        enrolled(one_clinic, bundle_sha256=f"{number:064}")
        remembered = _undone(one_clinic)
        assert _undone(one_clinic, _remembers_nothing) == remembered
        make_seal(by=one_clinic.administrator, now=NOW)


def test_a_key_that_was_swapped_behind_its_back_is_in_the_next_seal(one_clinic):
    enrolled(one_clinic)
    make_seal(by=one_clinic.administrator, now=NOW)
    assert orjson.loads(_undone(one_clinic))["keys"] == []
    key = PersonKey.objects.exclude(wrapped=None).order_by("id").last()
    PersonKey.objects.filter(id=key.id).update(wrapped=key.wrapped[::-1])
    ((named, _hash),) = orjson.loads(_undone(one_clinic))["keys"]
    assert named == key.id.hex
