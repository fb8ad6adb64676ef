"""A site's ledger against the rest of its record, and what the law of custody asks of it."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from holdfast.actions import custody_law
from holdfast.actions.outcomes import Refusal
from holdfast.actions.people import house
from holdfast.cli import main
from holdfast.domain.custody_deadlines import State
from holdfast.domain.movements import Kind
from holdfast.records.custody_now import duties_of, kept
from holdfast.records.journal import OutboxEntry
from holdfast.records.keys import opened
from holdfast.records.models import CustodyNotice, CustodyPattern, CustodyPatternSettled, User
from holdfast.records.reconciling import reconciled, record_of
from holdfast.records.supply import DrugMovement
from holdfast.records.supply_reads import movements_of
from holdfast.records.verification_run import verify_here
from tests.actions.approvals import in_jurisdiction
from tests.actions.clinic import written
from tests.actions.custody import in_session


def codes(pharmacy) -> set[str]:
    found = reconciled(pharmacy.clinic.site, pharmacy.clinic.now)
    return {one.code for one in found.differences}


def test_a_site_whose_record_agrees_has_no_difference(pharmacy, capsys):
    bottle = pharmacy.received("1-10")
    safe, away = pharmacy.place("safe"), pharmacy.place("quarantine")
    written(pharmacy.move(Kind.STORE, bottle.id, "1-2", from_place=safe, to_place=away))
    found = reconciled(pharmacy.clinic.site, pharmacy.clinic.now)
    assert (found.movements, found.capsules, found.differences) == (2, 10, ())
    told = movements_of(DrugMovement.objects.all())
    assert sorted(record_of(pharmacy.clinic.site, pharmacy.clinic.now).movements) == sorted(told)
    assert main(["reconcile"]) == 0
    assert "2 movements of 10 capsules in 1 containers. Nothing differs." in capsys.readouterr().out
    assert main(["reconcile", "--site", "EAST"]) == 2
    assert "There are: NORTH." in capsys.readouterr().err


def test_what_was_swallowed_without_dose_or_order_or_dispensing_is_named(pharmacy, capsys):
    kit = pharmacy.kit()["initial"]
    room = in_session(pharmacy.clinic)
    written(pharmacy.move(Kind.SWALLOWED, kit.id, "1", **room))
    assert codes(pharmacy) == {
        "movement-does-not-fit",
        "movement-without-dose",
        "given-without-order",
        "kit-not-dispensed",
    }
    assert main(["reconcile", "--site", "NORTH", "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)["sites"]["NORTH"]
    assert {one["code"] for one in told["differences"]} == codes(pharmacy)
    site, now = pharmacy.clinic.site, pharmacy.clinic.now
    found = reconciled(site, now)
    assert custody_law.tell_differences(site=site, found=found, by=house(), now=now) is not None
    assert custody_law.tell_differences(site=site, found=found, by=house(), now=now) is None
    assert OutboxEntry.objects.filter(kind="custody-differs").count() == 1


def told_notice(pharmacy, asked, /, **changed):
    by = changed.pop("by", pharmacy.clinic.accounts["site-lead"])
    given = {
        "how": "kept-on-file",
        "fields": {one.code: f"value of {one.code}" for one in asked.rule.fields},
        "made_at": pharmacy.clinic.now,
        "proof": pharmacy.clinic.proof(by),
        "entry_id": uuid4(),
        "now": pharmacy.clinic.now,
    }
    key = changed.pop("duty", asked.key)
    site = pharmacy.clinic.site
    return custody_law.record_notice(site=site, duty=key, by=by, **(given | changed))


def test_a_duty_is_open_until_its_notice_is_signed_with_every_field(pharmacy):
    clinic = pharmacy.clinic
    assert duties_of(clinic.site, clinic.now) == ()
    in_jurisdiction(clinic, "united-states")
    pharmacy.received("1-10")
    found = {one.rule.code.partition("/")[2]: one for one in duties_of(clinic.site, clinic.now)}
    assert set(found) == {"order-form", "initial-inventory"}
    first = found["initial-inventory"]
    assert first.state is State.DUE
    slips = {
        "custody-duty-unknown": {"duty": "united-states/theft-notice:nothing"},
        "custody-how-unknown": {"how": "pigeon"},
        "custody-notice-time": {"made_at": clinic.now + timedelta(hours=1)},
        "custody-fields-missing": {"fields": {}},
        "custody-field-unknown": {"fields": {"colour": "blue"}},
        "proof-missing": {"proof": None},
        "not-permitted": {"by": clinic.therapist},
    }
    for reason, changed in slips.items():
        assert told_notice(pharmacy, first, **changed).reason == reason
    assert not CustodyNotice.objects.exists()
    written(told_notice(pharmacy, first))
    assert told_notice(pharmacy, first) == Refusal("custody-duty-done")
    notice = CustodyNotice.objects.get()
    assert "value of taken-on" in (opened(notice, "content") or "")
    after = {one.rule.code.partition("/")[2]: one for one in duties_of(clinic.site, clinic.now)}
    assert after["initial-inventory"].state is State.DONE
    assert after["biennial-inventory"].state is State.DUE
    assert verify_here().fits


def test_a_duty_is_told_once_as_due_and_once_as_overdue(pharmacy):
    clinic = pharmacy.clinic
    in_jurisdiction(clinic, "united-states")
    pharmacy.received("1-10")

    def told() -> int:
        return sum(
            custody_law.tell_duty(site=clinic.site, duty=one, by=house(), now=clinic.now)
            is not None
            for one in duties_of(clinic.site, clinic.now)
        )

    assert (told(), told()) == (2, 0)
    clinic.later(days=2)
    assert (told(), told()) == (1, 0)  # the inventory is overdue now


def test_records_are_kept_for_the_longest_of_every_rule_and_no_less_is_said(pharmacy):
    clinic = pharmacy.clinic
    assert kept(clinic.site, clinic.now).not_known == ("jurisdiction",)
    in_jurisdiction(clinic, "victoria")
    found = kept(clinic.site, clinic.now)
    assert (found.until.year, found.is_settled) == (clinic.now.year + 3, False)
    assert "victoria/health-record" in found.not_known


@pytest.mark.parametrize("slip", ["own", "words", "outcome"])
def test_a_pattern_is_settled_by_somebody_who_is_not_in_it(pharmacy, slip):
    clinic = pharmacy.clinic
    lead = clinic.accounts["site-lead"]
    people = (clinic.pharmacist.id.hex, clinic.therapist.id.hex)
    told = {"site": clinic.site, "pattern": "waste-by-pair", "sign_of": "ab" * 32, "chance": None}
    told |= {"people": people, "numbers": {"wasted": "4"}, "told": lead, "by": house()}
    assert custody_law.note_pattern(**told, now=clinic.now) is not None
    assert custody_law.note_pattern(**told, now=clinic.now) is None
    pattern = CustodyPattern.objects.get()
    given = {"outcome": "explained", "words": "Two kits fell.", "by": lead}
    wrong, reason = {
        "own": ({"people": 0}, "custody-pattern-own"),
        "words": ({"words": " "}, "custody-words-missing"),
        "outcome": ({"outcome": "shrugged"}, "reason-unknown"),
    }[slip]
    if slip == "own":
        pattern.people = f'["{lead.id.hex}"]'
        wrong = {}
    asked = {"pattern": pattern, "entry_id": uuid4(), "now": clinic.now} | given
    assert custody_law.settle_pattern(**(asked | wrong)).reason == reason
    assert not CustodyPatternSettled.objects.exists()
    right = asked | {"pattern": CustodyPattern.objects.get(), "entry_id": uuid4()}
    written(custody_law.settle_pattern(**right))
    assert isinstance(CustodyPatternSettled.objects.get().settled_by, User)
    assert verify_here().fits
