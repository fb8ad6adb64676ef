"""Activation and randomization: what is refused, who gets which slot, and what can be read of it."""

import io
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from holdfast.actions import activating, randomizing
from holdfast.actions.outcomes import Refusal
from holdfast.actions.people import house
from holdfast.actions.second_person import SecondProof
from holdfast.actions.site_key import rotate_site_key
from holdfast.analysis.randomization.allocation import allocation, next_minimized
from holdfast.analysis.randomization.blocks import imbalance, largest_imbalance
from holdfast.analysis.randomization.chance import Seed
from holdfast.analysis.randomization.minimization import Margins
from holdfast.cli import main
from holdfast.definitions.allocation_design import read_text
from holdfast.records import sealed_room
from holdfast.records.backups import Keys, back_up
from holdfast.records.backups_restore import restore
from holdfast.records.keys import SiteKey, site_key
from holdfast.records.models import ListActivated, Signature, SlotTaken, User
from holdfast.records.verification_run import verify_here
from holdfast.unblinded.doors import NotInTheRoom, RoomClosed, RowBroken, arm_of
from tests import databases
from tests.actions.allocating import (
    DESIGN,
    MINIMIZED,
    a_list,
    activated,
    delivered,
    hold_open,
    inside,
    randomized,
    sealed_again,
    sealed_list,
    somebody,
    trial,
)
from tests.actions.clinic import written


@pytest.fixture
def clinic(own_database):
    return trial()


def rows_of(table: str) -> list:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT place, sealed FROM "unblinded_{table}" ORDER BY place')
        return cursor.fetchall()


def nothing_written(before: int) -> bool:
    room = sum(len(rows_of(kind)) for kind in sealed_room.KINDS)
    return room == 0 and Signature.objects.count() == before and not ListActivated.objects.exists()


def with_body(file: bytes, **changed) -> bytes:
    """A list whose maker held the key and wrote something else into it."""
    body = json.loads(inside(file)) | changed
    return sealed_again(file, json.dumps(body).encode())


def spoiled(file: bytes, what: str) -> bytes:
    body = json.loads(inside(file))
    first = body["lists"][0]
    if what == "short":
        return with_body(file, lists=[first | {"arms": first["arms"][:-1]}, *body["lists"][1:]])
    if what == "twice":
        return with_body(file, kits=[body["kits"][0], *body["kits"][:-1]])
    if what == "arm":
        arms = ["heroin", *first["arms"][1:]]
        return with_body(file, lists=[first | {"arms": arms}, *body["lists"][1:]])
    if what == "swapped":
        arms = [{"mdma": "placebo", "placebo": "mdma"}[arm] for arm in first["arms"]]
        return with_body(file, lists=[first | {"arms": arms}, *body["lists"][1:]])
    if what == "byte":
        told = json.loads(file)
        told["sealed"] = (
            "A" + told["sealed"][1:] if told["sealed"][0] != "A" else "B" + told["sealed"][1:]
        )
        return json.dumps(told).encode()
    assert what == "commitment"
    return sealed_again(file, inside(file), commitment="ab" * 32)


def test_two_people_activate_a_list_and_it_is_read_by_its_doors_alone(clinic, tmp_path):
    file = sealed_list(tmp_path)
    receipt = written(activated(clinic, file, words="as the sponsor asked"))
    fact = ListActivated.objects.get()
    assert {fact.activated_by, fact.seconded_by} == {clinic.lead, clinic.keeper}
    assert Signature.objects.filter(meaning="activates-allocation").count() == 2
    assert receipt.stream_id == fact.id
    assert len(rows_of("slot")) == 48
    assert len(rows_of("kit")) == 16
    assert activated(clinic, file).reason in {"list-stands-here-already", "list-active-already"}
    assert verify_here().fits
    with pytest.raises(NotInTheRoom):
        arm_of(uuid4())


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("short", "list-of-wrong-length"),
        ("twice", "list-repeats-a-number"),
        ("arm", "list-arm-unknown"),
        ("swapped", "list-not-of-its-seed"),
        ("byte", "list-altered"),
        ("commitment", "list-altered"),
    ],
)
def test_a_list_that_is_not_what_it_must_be_is_refused_and_nothing_is_written(
    clinic, tmp_path, what, reason
):
    before = Signature.objects.count()
    assert activated(clinic, spoiled(sealed_list(tmp_path), what)) == Refusal(reason)
    assert nothing_written(before)
    with pytest.raises(RoomClosed):
        arm_of(uuid4())


def test_who_activates_for_what_and_beside_whom_is_checked(clinic, tmp_path):
    file, before = sealed_list(tmp_path), Signature.objects.count()
    lead, keeper, coordinator = clinic.lead, clinic.keeper, clinic.coordinator

    def beside(user, first=lead):
        return SecondProof.made(user=user, beside=first, now=clinic.now, method="pin")

    asked = [
        ({"version": 1}, "list-of-another-protocol"),
        ({"protocol": "mapp1"}, "list-of-another-protocol"),
        ({"reason": "because"}, "reason-unknown"),
        ({"second": None}, "second-missing"),
        ({"second": beside(lead)}, "second-is-the-first"),
        ({"second": beside(keeper, coordinator)}, "proof-of-another"),
        ({"second": beside(coordinator)}, "not-permitted"),
        ({"second": replace(beside(keeper), expires_at=clinic.now)}, "proof-expired"),
        ({"proof": None}, "proof-missing"),
        ({"by": coordinator}, "not-permitted"),
    ]
    assert [activated(clinic, file, **told).reason for told, _ in asked] == [r for _, r in asked]
    assert activated(clinic, b"{}").reason == "list-not-a-sealed-one"
    other = sealed_list(tmp_path, DESIGN.replace('"NORTH", "LARK"', '"WREN", "LARK"'))
    assert activated(clinic, other).reason == "list-not-for-this-site"
    assert nothing_written(before)


def test_every_prefix_of_every_stratum_is_as_balanced_as_the_blocks_promise(
    clinic, tmp_path, monkeypatch
):
    """Through the action, in an order that mixes the strata; and the same list comes from its seed."""
    file = sealed_list(tmp_path)
    written(activated(clinic, file))
    hold_open(monkeypatch)
    body = json.loads(inside(file))
    design = read_text(body["design"])
    again = allocation(design, Seed(bytes.fromhex(body["seed"])))
    counts: dict[str, Counter] = {"female": Counter(), "male": Counter()}
    worst = largest_imbalance(design.ratio, design.block_sizes)
    for number in range(1, 21):
        sex = "female" if number % 5 < 3 else "male"
        enrollment = somebody(clinic)
        written(randomized(clinic, enrollment, sex))
        slot = SlotTaken.objects.get(enrollment=enrollment)
        arm = arm_of(enrollment.id)
        assert slot.number == number
        assert arm == again.lists[(("site", "NORTH"), ("sex", sex))][slot.place - 1]
        counts[sex][arm] += 1
        assert imbalance(design.ratio, counts[sex]) <= worst
    last = somebody(clinic)
    assert randomized(clinic, last).reason == "list-used-up"
    with pytest.raises(NotInTheRoom):
        arm_of(last.id)


def test_people_are_minimized_on_what_was_given_before(clinic, tmp_path, monkeypatch):
    file = sealed_list(tmp_path, MINIMIZED)
    written(activated(clinic, file))
    hold_open(monkeypatch)
    body = json.loads(inside(file))
    design, seed, margins = read_text(body["design"]), Seed(bytes.fromhex(body["seed"])), Margins()
    for place, sex in enumerate(("female", "male", "male", "female", "male", "male"), 1):
        enrollment, levels = somebody(clinic), {"site": "NORTH", "sex": sex}
        written(randomized(clinic, enrollment, sex))
        wanted = next_minimized(design, seed, place, margins, levels)
        assert arm_of(enrollment.id, "safety") == wanted
        margins.add(wanted, levels)


def test_nobody_is_randomized_whose_prerequisites_are_not_all_met(clinic, tmp_path, monkeypatch):
    a_list(clinic, tmp_path)
    enrollment = somebody(clinic)
    answer = randomizing.may_randomize(enrollment, clinic.now)
    named = {one.condition.code for one in answer.judged}
    assert named == {
        *("course", "verdict", "consent", "approvals"),
        *("eligibility-at-last-preparation", "baseline-rating"),
    }
    assert not answer.is_open
    refused = randomized(clinic, enrollment)
    assert refused.reason == "gate-shut"
    assert "baseline-rating" in refused.values["by"]
    assert not SlotTaken.objects.exists()
    hold_open(monkeypatch)
    assert randomized(clinic, enrollment, "other") == Refusal("level-unknown", {"factor": "sex"})
    extra = {"sex": "male", "age": "old"}
    assert randomized(clinic, enrollment, levels=extra).reason == "level-unknown"
    assert randomized(clinic, enrollment, by=clinic.therapist).reason == "not-permitted"
    entry = uuid4()
    first = written(randomized(clinic, enrollment, entry_id=entry))
    assert written(randomized(clinic, enrollment, entry_id=entry)) == first
    assert randomized(clinic, enrollment).reason == "randomized-already"
    assert SlotTaken.objects.count() == 1


def test_rows_of_the_room_tell_nothing_and_lie_nowhere_else(clinic, tmp_path, monkeypatch):
    """Every row is as long as every other, and no word of it is in the file, the journal or a message."""
    file = sealed_list(tmp_path)
    written(activated(clinic, file))
    hold_open(monkeypatch)
    written(delivered(clinic, file, 3))
    enrollment = somebody(clinic)
    written(randomized(clinic, enrollment))
    rows = [row for kind in sealed_room.KINDS for row in rows_of(kind)]
    assert {len(sealed) for _, sealed in rows} == {sealed_room.SEALED_BYTES}
    assert len({bytes(sealed) for _, sealed in rows}) == len(rows)
    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    stored = Path(connection.settings_dict["NAME"]).read_bytes().lower()
    for word in (b"zanzibar", b"quixote", json.loads(inside(file))["seed"].encode()):
        assert word not in stored
    assert b"placebo" not in stored  # the arm's own label, which the protocol file alone has


def test_an_altered_or_moved_row_does_not_open(clinic, tmp_path, monkeypatch):
    a_list(clinic, tmp_path)
    hold_open(monkeypatch)
    several = [somebody(clinic) for _ in range(2)]
    for each in several:
        written(randomized(clinic, each))
    assert verify_here().fits
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER unblinded_given_no_update")
        cursor.execute(
            "UPDATE unblinded_given SET sealed = (SELECT sealed FROM unblinded_given WHERE place = %s) "
            "WHERE place = %s",
            [several[0].id.hex, several[1].id.hex],
        )
    with pytest.raises(RowBroken):
        arm_of(several[1].id)
    report = verify_here()
    assert not report.fits
    assert "unblinded_given_no_update" in " ".join(report.protection)
    assert any(problem.table == "unblinded_given" for problem in report.problems)


def test_a_rotation_wraps_the_rooms_key_and_seals_no_row_again(clinic, tmp_path, monkeypatch):
    a_list(clinic, tmp_path)
    hold_open(monkeypatch)
    enrollment = somebody(clinic)
    written(randomized(clinic, enrollment))
    arm, before = arm_of(enrollment.id), {k: rows_of(k) for k in sealed_room.KINDS}
    new = SiteKey(bytes(range(32)))
    written(rotate_site_key(new=new, entry_id=uuid4(), by=house(), now=clinic.now))
    monkeypatch.setenv("HOLDFAST_KEY", new.secret.hex())
    assert arm_of(enrollment.id) == arm
    assert [len(rows_of(k)) - len(before[k]) for k in sealed_room.KINDS] == [1, 0, 0, 0, 0, 0, 0]
    written(randomized(clinic, somebody(clinic)))
    assert verify_here().fits


@pytest.mark.nightly
def test_a_backup_carries_the_room_as_it_is_sealed(clinic, tmp_path, monkeypatch):
    """In each run the backups of a full record do so too; here the arm is read again."""
    a_list(clinic, tmp_path)
    hold_open(monkeypatch)
    enrollment = somebody(clinic)
    written(randomized(clinic, enrollment))
    arm, before = arm_of(enrollment.id), {k: rows_of(k) for k in sealed_room.KINDS}
    backup = tmp_path / "record.backup"
    back_up(backup, Keys(site_key()), now=clinic.now)
    with databases.pointed_at(f"sqlite:///{tmp_path}/again.sqlite3"):
        assert restore(backup, site=site_key(), recovery=None).report.fits
        assert {k: rows_of(k) for k in sealed_room.KINDS} == before
        assert arm_of(enrollment.id) == arm


def test_the_command_asks_both_for_their_passwords_and_tells_what_was_refused(
    clinic, tmp_path, capsys, monkeypatch
):
    file = tmp_path / "list.sealed"
    file.write_bytes(sealed_list(tmp_path))
    for login in ("lead", "keeper"):
        user = User.objects.get(login=login)
        user.set_password(f"the words of {login}")
        user.save()
    words = ["activate", str(file), "--protocol", "mapp2", "--site", "NORTH", "--by", "lead"]
    words += ["--second", "keeper", "--reason", "trial-begins"]

    def typed(*lines):
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))

    typed("the words of lead", "wrong")
    assert main([*words, "--version", "2"]) == 1
    typed("the words of lead", "the words of keeper")
    assert main([*words, "--version", "1"]) == 1
    assert "another protocol, or another version" in capsys.readouterr().err
    assert not ListActivated.objects.exists()
    typed("the words of lead", "the words of keeper")
    assert main([*words, "--version", "2"]) == 0
    assert ListActivated.objects.get().seconded_by.login == "keeper"
    assert "mdma" not in capsys.readouterr().out


def test_a_list_that_is_replaced_while_somebody_waits_for_it_gives_no_slot(
    clinic, tmp_path, monkeypatch
):
    hold_open(monkeypatch)
    former = a_list(clinic, tmp_path)
    locked, real = [], activating.lock
    monkeypatch.setattr(activating, "lock", lambda *told: locked.append(told[0]) or real(*told))
    written(activated(clinic, sealed_list(tmp_path), reason="list-used-up"))
    assert former.id in locked
    newer = ListActivated.objects.get(follows=former)
    stale, standing = [former], randomizing.list_at
    monkeypatch.setattr(
        randomizing, "list_at", lambda *told: stale.pop() if stale else standing(*told)
    )
    written(randomized(clinic, somebody(clinic)))
    assert SlotTaken.objects.get().activated_id == newer.id
