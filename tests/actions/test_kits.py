"""Kits: taken in, drawn, barred, recalled and asked for, so that nothing of it tells what is inside."""

import io
import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from holdfast.actions import kit_stock
from holdfast.actions.outcomes import Refusal
from holdfast.cli import main
from holdfast.domain.movements import Kind
from holdfast.domain.resupply import Shelf, request
from holdfast.records.models import (
    Discrepancy,
    JournalEntry,
    KitBarred,
    KitDispensed,
    KitKnown,
    KitsAskedFor,
    OutboxEntry,
    User,
)
from holdfast.unblinded.doors import arm_of, contents_of
from tests.actions import custody
from tests.actions.allocating import (
    ACTIVE,
    DESIGN,
    LOTS,
    PLACEBO,
    STUDY,
    activated,
    delivered,
    dispensed,
    hold_open,
    inside,
    kit_told,
    randomized,
    sealed_list,
    somebody,
    trial,
)
from tests.actions.clinic import written

GIVEN = {"mdma": ACTIVE, "placebo": PLACEBO}


@pytest.fixture
def clinic(own_database, monkeypatch):
    hold_open(monkeypatch)
    return trial()


@pytest.fixture
def file(clinic, tmp_path):
    """A list in force."""
    made = sealed_list(tmp_path)
    written(activated(clinic, made))
    return made


def one_person(clinic):
    enrollment = somebody(clinic)
    written(randomized(clinic, enrollment))
    return enrollment


def test_everybody_is_drawn_a_kit_of_what_their_arm_is_given(clinic, file):
    assert dispensed(clinic, somebody(clinic)).reason == "not-randomized"
    people = [one_person(clinic) for _ in range(4)]
    assert dispensed(clinic, people[0]) == Refusal("no-kit-here")
    written(delivered(clinic, file, 4))
    entry = uuid4()
    first = written(dispensed(clinic, people[0], entry_id=entry))
    assert written(dispensed(clinic, people[0], entry_id=entry)) == first
    for each in people[1:]:
        written(dispensed(clinic, each))
    for row in KitDispensed.objects.select_related("kit"):
        content = contents_of([row.kit.number], "dispense")[row.kit.number]
        assert content == GIVEN[arm_of(row.enrollment_id)]
    again = dispensed(clinic, people[0])
    assert again.reason == "dispensed-already"
    assert dispensed(clinic, people[0], "v1").reason == "visit-unknown"
    assert dispensed(clinic, people[0], by=clinic.therapist).reason == "not-permitted"
    told = "".join(OutboxEntry.objects.values_list("body", flat=True))
    told += "".join(bytes(row.event).decode() for row in JournalEntry.objects.all())
    for word in (ACTIVE, PLACEBO, *LOTS.values(), "placebo"):
        assert word not in told


def test_a_kit_without_an_order_is_not_drawn(clinic, file, monkeypatch):
    written(delivered(clinic, file, 2))
    monkeypatch.setattr("holdfast.actions.dispensing.standing_order", lambda *_: None)
    assert dispensed(clinic, one_person(clinic)).reason == "no-standing-order"
    assert not KitDispensed.objects.exists()


def test_a_site_that_lacks_one_content_gives_a_kit_to_nobody(clinic, file):
    """Were only those refused whose content is missing, the refusal would tell their arm."""
    written(delivered(clinic, file, 1))
    people = [one_person(clinic) for _ in range(6)]
    assert {arm_of(each.id) for each in people} == set(GIVEN)
    answers = [dispensed(clinic, each) for each in people]
    assert sum(not isinstance(each, Refusal) for each in answers) == 1
    assert {each.reason for each in answers if isinstance(each, Refusal)} == {"no-kit-here"}


def test_what_is_wrong_with_a_delivery_is_refused_and_nothing_is_written(clinic, file):
    kits = json.loads(inside(file))["kits"]
    active = [n for n, content in kits if content == ACTIVE]
    placebo = [n for n, content in kits if content == PLACEBO]
    good = [kit_told(active[0], ACTIVE), kit_told(placebo[0], PLACEBO)]
    mistyped = kit_told(active[1][:-1] + str((int(active[1][-1]) + 1) % 10), ACTIVE)
    asked = [
        ([], "delivery-without-kits"),
        ([good[0], good[0]], "kit-twice"),
        ([*good, mistyped], "kit-number-mistyped"),
        ([good[0], kit_told(placebo[0], PLACEBO, expires_on=date(2026, 3, 1))], "kit-expired"),
        ([good[0], kit_told(placebo[0], PLACEBO, lot="")], "kit-says-too-much"),
        ([good[0]], "complement-not-reached"),
        ([kit_told("197", ACTIVE)], "kit-number-mistyped"),
    ]
    for told, reason in asked:
        answer = delivered(clinic, file, 1, complement=1, kits=told)
        assert answer.reason == reason, told
    assert not KitKnown.objects.exists()
    written(delivered(clinic, file, 1, kits=good))
    assert delivered(clinic, file, 1, kits=good).reason == "kit-taken-in-already"
    assert delivered(clinic, file, 1, by=clinic.pharmacist).reason == "not-permitted"


def test_one_use_by_stands_on_every_kit_of_a_delivery_and_ends_them(clinic, file):
    kits = json.loads(inside(file))["kits"]
    ends = {ACTIVE: date(2026, 3, 20), PLACEBO: date(2027, 1, 1)}
    told = [kit_told(number, content, expires_on=ends[content]) for number, content in kits]
    written(delivered(clinic, file, 8, kits=told))
    assert set(KitKnown.objects.values_list("use_by", flat=True)) == {ends[ACTIVE]}
    person = one_person(clinic)
    late = clinic.now + timedelta(days=20)
    assert dispensed(clinic, person, now=late).reason == "no-kit-here"
    written(dispensed(clinic, person, now=clinic.now + timedelta(days=10)))


def test_a_recalled_lot_takes_along_as_large_a_part_of_every_content(clinic, file):
    """Also of those given out; and whoever reads the list of recalled kits learns nothing from it."""
    kits = json.loads(inside(file))["kits"]
    bad = [number for number, content in kits if content == ACTIVE][:2]
    told = [
        kit_told(n, content, lot="BADLOT" if n in bad else LOTS[content]) for n, content in kits
    ]
    written(delivered(clinic, file, 8, kits=told))
    recall = {"site": clinic.site, "study": STUDY, "lot": "BADLOT", "now": clinic.now}
    assert kit_stock.recall_lot(**recall, entry_id=uuid4(), by=clinic.pharmacist).reason == (
        "not-permitted"
    )
    written(kit_stock.recall_lot(**recall, entry_id=uuid4(), by=clinic.keeper))
    barred = set(KitBarred.objects.values_list("kit__number", flat=True))
    assert set(bad) <= barred
    assert Counter(contents_of(barred, "stock").values()) == {ACTIVE: 2, PLACEBO: 2}
    # What was recalled counts as if all of it had been of one content: four of eight are left to draw.
    people = [one_person(clinic) for _ in range(5)]
    for each in people[:4]:
        written(dispensed(clinic, each))
    assert dispensed(clinic, people[4]).reason == "no-kit-here"
    assert not barred & set(KitDispensed.objects.values_list("kit__number", flat=True))
    unknown = recall | {"lot": "NOLOT"}
    assert kit_stock.recall_lot(**unknown, entry_id=uuid4(), by=clinic.keeper) == (
        Refusal("lot-not-here")
    )


def test_a_barred_kit_is_replaced_by_another(clinic, file):
    written(delivered(clinic, file, 4))
    person = one_person(clinic)
    written(dispensed(clinic, person))
    first = KitDispensed.objects.get().kit
    told = {"site": clinic.site, "study": STUDY, "entry_id": uuid4(), "now": clinic.now}
    told |= {"by": clinic.pharmacist, "ground": "excursion"}
    assert kit_stock.bar_kits(kits=["123"], **told).reason == "kit-not-here"
    written(kit_stock.bar_kits(kits=[first.number], **told))
    written(dispensed(clinic, person))
    second = KitDispensed.objects.exclude(kit=first).get().kit
    inside_both = contents_of([first.number, second.number], "dispense")
    assert len(set(inside_both.values())) == 1


def test_a_site_asks_for_as_many_kits_as_it_used(clinic, file):
    told = {"site": clinic.site, "study": STUDY, "least": 2, "days": 30, "now": clinic.now}

    def ask():
        return kit_stock.ask_for_kits(**told, entry_id=uuid4(), by=clinic.pharmacist)

    assert ask() == Refusal("kits-not-needed")
    written(delivered(clinic, file, 4))
    assert ask() == Refusal("kits-not-needed")
    for _ in range(3):
        written(dispensed(clinic, one_person(clinic), now=clinic.later(minutes=1)))
    written(ask())
    assert KitsAskedFor.objects.get().count == 3
    fill = {"site": clinic.site, "study": STUDY, "complement": 4, "now": clinic.now}
    split = kit_stock.to_fill(**fill, by=clinic.keeper)
    assert sum(split.values()) == 3
    assert kit_stock.to_fill(**fill, by=clinic.pharmacist) == {}
    assert delivered(clinic, file, 0, complement=4, kits=_some(file, split)).reason == (
        "complement-not-reached"
    )


def _some(file, split):
    """A delivery that brings all that is missing but one kit."""
    there, found = set(KitKnown.objects.values_list("number", flat=True)), []
    left = Counter(split)
    for number, content in json.loads(inside(file))["kits"]:
        if number not in there and left[content]:
            left[content] -= 1
            found.append(kit_told(number, content))
    return found[:-1]


def test_a_content_can_be_for_some_visits_alone(clinic, tmp_path):
    """A crossover: who was given the one in the first sessions is given the other in the last."""
    switched = DESIGN.replace(
        'arms = ["mdma"]\nkits = 8', 'arms = ["mdma"]\nvisits = ["v5", "v10"]\nkits = 8'
    )
    switched += '\n[[content]]\ncode = "later"\narms = ["mdma"]\nvisits = ["v15"]\nkits = 4\n'
    body = json.loads(inside(sealed_list(tmp_path, switched)))
    assert Counter(content for _, content in body["kits"]) == {ACTIVE: 8, PLACEBO: 8, "later": 4}
    made = sealed_list(tmp_path, switched)
    written(activated(clinic, made))
    kits = [kit_told(n, c if c in LOTS else ACTIVE) for n, c in json.loads(inside(made))["kits"]]
    written(delivered(clinic, made, 4, kits=kits))
    person = next(p for p in (one_person(clinic) for _ in range(6)) if arm_of(p.id) == "mdma")
    drawn = {}
    for visit in ("v5", "v15"):
        written(dispensed(clinic, person, visit))
        number = KitDispensed.objects.get(enrollment=person, visit=visit).kit.number
        drawn[visit] = contents_of([number], "dispense")[number]
    assert drawn == {"v5": ACTIVE, "v15": "later"}


@pytest.mark.parametrize("used", range(8))
def test_no_content_ever_falls_below_the_least_before_kits_are_asked_for(used):
    """Whatever was drawn: the worst case is that all of it was of one content."""
    shelf = Shelf(complement=7, used=used, ahead=2, least=1)
    scarcest = shelf.complement - used - shelf.ahead
    assert request(shelf).is_due == (scarcest < shelf.least)
    assert request(shelf).kits in (0, used)
    with pytest.raises(ValueError, match="0 or more"):
        Shelf(1, -1, 0, 0)


def test_a_recall_reaches_kits_of_a_replaced_list_and_people_who_were_given_them(
    clinic, file, tmp_path, monkeypatch
):
    made = custody.account
    monkeypatch.setattr(custody, "account", lambda c, role: made(c, role, f"store-{role}"))
    store = custody.pharmacy(clinic)
    kits = json.loads(inside(file))["kits"]
    told = [kit_told(number, content, lot="BADLOT") for number, content in kits]
    first = {n for one in GIVEN.values() for n in [n for n, c in kits if c == one][:7]}
    written(delivered(clinic, file, 7, kits=[one for one in told if one.number in first]))
    person = one_person(clinic)
    written(dispensed(clinic, person))
    initial = store.kit(KitDispensed.objects.get().kit.number)["initial"]
    given = {"from_place": store.place("safe"), "enrollment": person.id, "visit": "v5"}
    written(store.move(Kind.ASSIGN, initial.id, "1-2", **given))
    written(store.move(Kind.HAND_OVER, initial.id, "1-2", **given, happened=True))
    newer = sealed_list(tmp_path)
    written(activated(clinic, newer, reason="list-used-up"))
    before = set(Discrepancy.objects.values_list("id", flat=True))
    recall = {"site": clinic.site, "study": STUDY, "lot": "BADLOT"}
    recall |= {"now": clinic.later(minutes=1), "by": clinic.keeper}
    written(kit_stock.recall_lot(**recall, entry_id=uuid4()))
    assert KitBarred.objects.count() == 14
    assert OutboxEntry.objects.filter(kind="kits-barred").count() == 1
    new = Discrepancy.objects.exclude(id__in=before)
    assert [(one.code, one.capsules, one.store_id) for one in new] == [
        ("held-back", "1-2", store.store.id)
    ]
    assert Discrepancy.objects.get(id=new[0].id).movement.kind == Kind.HAND_OVER.value
    # Who was randomized by the list that was replaced is still given its kits.
    left = [told[kits.index(each)] for each in kits if each[0] not in first]
    written(delivered(clinic, file, 1, kits=left, now=clinic.later(minutes=2)))
    late = somebody(clinic)
    written(randomized(clinic, late))
    assert dispensed(clinic, late).reason == "no-kit-here"
    written(dispensed(clinic, person, now=clinic.later(minutes=3)))


def test_when_no_kit_is_left_follows_from_numbers_that_everybody_knows(clinic, tmp_path):
    """Two of each content: after two draws nobody gets one, whether both were of one content or not."""
    short = DESIGN.replace("slots = 12\nblock_sizes = [4, 6]", "slots = 12\nblock_sizes = [6]")
    made = sealed_list(tmp_path, short)
    written(activated(clinic, made))
    written(delivered(clinic, made, 2))
    by_arm: dict[str, list] = {}
    for _ in range(6):
        person = one_person(clinic)
        by_arm.setdefault(arm_of(person.id), []).append(person)
    for arm in by_arm:
        by_arm[arm].sort(key=lambda each: each.id)
    drawn = [people[0] for people in by_arm.values()]
    for each in drawn:  # one of each: a kit of each content is still here
        written(dispensed(clinic, each))
    here = set(KitKnown.objects.filter(dispensed=None).values_list("number", flat=True))
    assert set(contents_of(here, "stock").values()) == {ACTIVE, PLACEBO}
    for people in by_arm.values():
        assert dispensed(clinic, people[1]) == Refusal("no-kit-here")


def test_kits_that_are_about_to_end_do_not_end_those_that_come(clinic, file):
    kits = json.loads(inside(file))["kits"]
    soon = clinic.now.date() + timedelta(days=10)
    told = {c: [kit_told(n, c) for n, content in kits if content == c] for c in LOTS}
    old = [replace(one, expires_on=soon) for own in told.values() for one in own[:2]]
    new = [one for own in told.values() for one in own[2:4]]
    written(delivered(clinic, file, 2, kits=old))
    later = {"kits": new, "now": clinic.later(minutes=1)}
    assert delivered(clinic, file, 2, **later) == Refusal("kits-here-end-too-soon")
    bar = {"site": clinic.site, "study": STUDY, "ground": "ends-soon", "entry_id": uuid4()}
    bar |= {"kits": [one.number for one in old], "now": clinic.now, "by": clinic.pharmacist}
    written(kit_stock.bar_kits(**bar))
    written(delivered(clinic, file, 2, **later))
    ends = KitKnown.objects.filter(number__in=[one.number for one in new])
    assert set(ends.values_list("use_by", flat=True)) == {date(2026, 12, 31)}


def test_the_commands_take_in_bar_ask_and_recall_and_show_nothing_of_what_is_inside(
    clinic, file, tmp_path, capsys, monkeypatch
):
    for login in ("keeper", "pharmacist"):
        user = User.objects.get(login=login)
        user.set_password(f"the words of {login}")
        user.save()
    papers = tmp_path / "delivery.csv"
    head = "number,lot,expires_on,certificate,supplier"
    rows = [f"{n},{LOTS[c]},2099-12-31,coa,maker" for n, c in json.loads(inside(file))["kits"]]
    at = ["--site", "NORTH", "--study", STUDY, "--by"]

    def run(who, *words, lines=()):
        typed = "\n".join([f"the words of {who}", *lines]) + "\n"
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return main([*words, *at, who])

    taken = ("kits-in", str(papers), "--complement", "8")
    papers.write_text("\n".join([head, *rows[:-1], rows[-1].replace("2099-12-31", "soon")]))
    assert run("keeper", *taken) == 1
    assert "line 17: expires_on" in capsys.readouterr().err
    papers.write_text("\n".join([head, *rows]))
    assert run("pharmacist", *taken) == 1
    assert not KitKnown.objects.exists()
    assert run("keeper", *taken) == 0
    assert KitKnown.objects.count() == 16
    number = KitKnown.objects.order_by("number")[0].number
    assert run("pharmacist", "bar-kits", number, "--ground", "damaged") == 0
    assert KitBarred.objects.get().kit.number == number
    assert run("pharmacist", "ask-for-kits", "--least", "8", "--days", "7") == 0
    assert KitsAskedFor.objects.get().count == 1
    assert run("keeper", "recall-lot", lines=["NOLOT"]) == 1
    assert run("keeper", "recall-lot", lines=[LOTS[ACTIVE]]) == 0
    assert KitBarred.objects.filter(ground="recall").count() == 16
    said = "".join(capsys.readouterr())
    for word in (ACTIVE, PLACEBO, *LOTS.values(), "NOLOT"):
        assert word not in said
