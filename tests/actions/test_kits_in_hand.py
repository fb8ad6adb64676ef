"""Kits in hand where a list stands: their numbers are checked, and only one drawn for a person goes to them."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from holdfast.actions.outcomes import Refusal
from holdfast.analysis.randomization.kits import with_check_digits
from holdfast.domain.movements import Kind
from holdfast.records.models import Discrepancy, DrugMovement, KitDispensed
from tests.actions.allocating import (
    activated,
    delivered,
    dispensed,
    hold_open,
    randomized,
    sealed_list,
    somebody,
)
from tests.actions.clinic import written
from tests.actions.custody import BOTTLE, pharmacy
from tests.actions.running import add_person


@pytest.fixture
def trial(own_database, monkeypatch, tmp_path):
    """A store at a site of a trial whose list is in force, and somebody for whom a kit was drawn."""
    hold_open(monkeypatch)
    stock = pharmacy()
    for login, role in (("lead", "site-lead"), ("keeper", "pharmacist-unblinded")):
        add_person(stock.clinic, login, role)
    file = sealed_list(tmp_path)
    written(activated(stock.clinic, file))
    written(delivered(stock.clinic, file, 4))
    person = somebody(stock.clinic)
    written(randomized(stock.clinic, person))
    written(dispensed(stock.clinic, person))
    return SimpleNamespace(stock=stock, person=person, drawn=KitDispensed.objects.get())


def assigned(trial, container, **given):
    told = {"from_place": trial.stock.place("safe"), "enrollment": trial.person.id}
    return trial.stock.move(Kind.ASSIGN, container.id, "1", **(told | given))


def test_a_number_that_no_list_could_hold_is_a_discrepancy_once_it_is_here(trial):
    slipped = str(int(trial.drawn.kit.number) + 1)
    label = replace(BOTTLE, part="initial", kit_number=slipped, lot="")
    told = {"capsules": "1-2", "to_place": trial.stock.place("safe")}
    before = DrugMovement.objects.count()
    refused = trial.stock.move(Kind.RECEIVE, label, **told)
    assert refused == Refusal("does-not-fit", {"problem": "kit-number-mistyped"})
    assert DrugMovement.objects.count() == before
    written(trial.stock.move(Kind.RECEIVE, label, happened=True, **told))
    assert Discrepancy.objects.get().code == "kit-number-mistyped"


def test_a_kit_that_nobody_drew_goes_to_nobody(trial):
    kit = trial.stock.kit(with_check_digits("100"))
    refused = Refusal("does-not-fit", {"problem": "kit-not-dispensed"})
    assert assigned(trial, kit["initial"]) == refused


def test_a_kit_goes_to_the_visit_for_which_it_was_drawn(trial):
    kit = trial.stock.kit(trial.drawn.kit.number)
    written(assigned(trial, kit["initial"], visit=trial.drawn.visit))
    of_another = Refusal("does-not-fit", {"problem": "kit-of-another"})
    assert assigned(trial, kit["supplement"], visit="another") == of_another
    assert not Discrepancy.objects.exists()
