"""Kits are taken out of use in locked data too: nobody is given what must not be given."""

import json
from uuid import uuid4

from holdfast.actions import kit_stock
from holdfast.actions.outcomes import Refusal
from holdfast.records.models import KitBarred, KitKnown
from tests.actions.allocating import LOTS, STUDY, delivered, inside
from tests.actions.clinic import written
from tests.actions.test_database_locks import locked, with_signers
from tests.actions.test_kits import clinic, file, one_person

__all__ = ["clinic", "file"]


def test_a_lot_is_recalled_and_a_kit_is_barred_in_locked_data(clinic, file):
    content = json.loads(inside(file))["kits"][0][1]
    written(delivered(clinic, file, 4))
    one_person(clinic)
    with_signers(clinic)
    locked(clinic, study=STUDY)
    told = {"site": clinic.site, "study": STUDY, "now": clinic.now}
    asked = kit_stock.ask_for_kits(least=1, days=30, entry_id=uuid4(), by=clinic.pharmacist, **told)
    assert asked == Refusal("database-locked"), "nothing new is asked for"
    one = KitKnown.objects.order_by("number")[0].number
    bar = told | {"kits": [one], "ground": "damaged"}
    assert kit_stock.bar_kits(entry_id=uuid4(), by=clinic.rater, **bar).reason == "not-permitted"
    written(kit_stock.bar_kits(entry_id=uuid4(), by=clinic.pharmacist, **bar))
    recall = told | {"lot": LOTS[content]}
    written(kit_stock.recall_lot(entry_id=uuid4(), by=clinic.keeper, **recall))
    assert KitBarred.objects.filter(ground="recall").exists()
