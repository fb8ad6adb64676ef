"""The plan of a session: compiled from the protocol and what was signed, written and read again."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from holdfast.definitions import monitoring, protocols
from holdfast.domain.findings import Standing
from holdfast.domain.limits import SignedLimit
from holdfast.domain.schedule import DoseChoice
from holdfast.domain.session_compile import NoSuchSession, compile_plan
from holdfast.domain.session_plan import Compare, PlanUnreadable, Tier, from_json
from tests.session_kit import DAY, plan_of, signed_numbers, usual_plan


def doses(protocol, number=1, visit=""):
    plan = compile_plan(
        monitoring.load(),
        monitoring.schedule_of(protocol),
        protocols.load(protocol),
        session="s",
        session_number=number,
        on=DAY,
        signed={},
        visit=visit,
    )
    return [(str(c.initial_mg), str(c.supplemental_mg)) for c in plan.choices]


@pytest.mark.parametrize("name", protocols.names())
def test_every_protocol_has_a_plan_that_is_written_and_read(name):
    plan = plan_of(name)
    told = json.loads(json.dumps(plan.to_json()))
    assert from_json(told) == plan
    assert from_json(told).sha256 == plan.sha256
    assert plan.unsigned == ()
    assert plan.choices


def test_a_plan_says_what_it_was_made_of():
    plan, version = plan_of("mapp2"), protocols.load("mapp2")
    assert (plan.protocol, plan.protocol_version) == ("mapp2", version.version)
    assert plan.protocol_sha256 == version.sha256
    assert monitoring.load().sha256 in plan.definitions_sha256
    assert monitoring.schedule_of("mapp2").sha256 in plan.definitions_sha256
    assert (plan.session, plan.session_number, plan.compiled_on) == ("session-1", 1, DAY)
    assert plan.supplement_after_minutes == (90, 120)
    assert (plan.minutes, plan.is_overnight) == (480, True)


def test_another_signature_is_another_plan():
    other = plan_of(also={"urgent-systolic": "175"})
    assert other.sha256 != usual_plan().sha256
    assert plan_of().sha256 == usual_plan().sha256


def test_only_what_was_read_in_a_source_runs_unsigned():
    plan = plan_of(nothing_signed=True)
    running = {code: str(n.value) for code, n in plan.numbers.items() if n.value is not None}
    assert running == {
        "observe-systolic": "160",
        "observe-heart-rate": "100",
        "observe-temperature": "38",
        "therapists-in-room": "2",
        "clock-tolerance": "1",
    }
    assert set(plan.unsigned) == plan.numbers.keys() - running.keys()
    assert plan.numbers["urgent-systolic"].standing is Standing.FROM_MEMORY
    assert plan.numbers["urgent-systolic"].signed_by == ""


def test_a_signed_number_names_who_signed_it():
    number = usual_plan().numbers["urgent-systolic"]
    assert (number.value, number.standing, number.signed_by) == (180, Standing.SIGNED, "physician")
    assert usual_plan().numbers["observe-systolic"].signed_by == ""
    assert usual_plan().value("no-such-number") is None


def test_a_number_signed_tomorrow_does_not_run_today():
    signed = signed_numbers()
    later = replace(signed["urgent-systolic"], signed_on=DAY + timedelta(days=1))
    plan = compile_plan(
        monitoring.load(),
        monitoring.schedule_of("mp8"),
        protocols.load("mp8"),
        session="s",
        session_number=1,
        on=DAY,
        signed={**signed, "urgent-systolic": later},
    )
    assert plan.unsigned == ("urgent-systolic",)


def test_a_widest_that_is_signed_tomorrow_or_in_another_unit_widens_nothing():
    from tests.spec.test_monitoring_person import own

    for widest in (
        SignedLimit("urgent-systolic-widest", Decimal(190), "mm[Hg]", "p", DAY + timedelta(days=1)),
        SignedLimit("urgent-systolic-widest", Decimal(190), "Cel", "p", DAY),
    ):
        plan = compile_plan(
            monitoring.load(),
            monitoring.schedule_of("mp8"),
            protocols.load("mp8"),
            session="s",
            session_number=1,
            on=DAY,
            signed={**signed_numbers(), widest.code: widest},
            personal=[own("urgent-systolic", "185")],
        )
        assert plan.value("urgent-systolic") == 180
        assert [one.reason for one in plan.not_taken] == ["widest-not-signed"]


def test_the_room_knows_the_doses_and_not_the_arm():
    """Placebo and active placebo are given as what they are nominally."""
    assert doses("mapp2") == [("80", "40")]
    assert doses("mapp2", 2) == [("80", "40"), ("120", "60")]
    assert doses("oehen-2013") == [("125", "62.5")]
    assert doses("swiss-limited-medical-use")[:2] == [("100", "None"), ("125", "None")]


def test_in_an_open_stage_every_choice_is_there():
    version = protocols.load("tga-authorised-prescriber")
    assert doses(version.name) == [("80", "40"), ("120", "60")]


def test_a_choice_that_no_arm_owns_is_everybodys():
    version = protocols.load("mapp2")
    visit = next(v for v in version.schedule.visits if v.kind == "dosing")
    menu = version.schedule.doses[visit.doses]
    shared = replace(menu, choices=(*menu.choices, DoseChoice(Decimal(60), None)))
    schedule = replace(version.schedule, doses={**version.schedule.doses, visit.doses: shared})
    plan = compile_plan(
        monitoring.load(),
        monitoring.schedule_of("mapp2"),
        replace(version, schedule=schedule),
        session="s",
        session_number=1,
        on=DAY,
        signed={},
    )
    assert [c.initial_mg for c in plan.choices] == [80, 60]


def test_a_session_is_found_by_its_number_or_its_visit():
    sessions = [v for v in protocols.load("mapp2").schedule.visits if v.kind == "dosing"]
    assert plan_of("mapp2", number=3).visit == sessions[2].code
    assert doses("mapp2", 1, sessions[1].code) == doses("mapp2", 2)


@pytest.mark.parametrize("number", [0, 4])
def test_a_session_that_is_not_in_the_protocol_has_no_plan(number):
    with pytest.raises(NoSuchSession, match="it has 3"):
        plan_of("mapp2", number=number)


@pytest.mark.parametrize("visit", ["no-such-visit", "preparation-1"])
def test_a_visit_that_is_no_dosing_session_has_no_plan(visit):
    with pytest.raises(NoSuchSession, match=visit):
        doses("mapp2", 1, visit)


def test_a_protocol_that_says_only_who_may_enter_has_no_plan():
    version = replace(protocols.load("mapp2"), schedule=None)
    with pytest.raises(NoSuchSession, match="no schedule"):
        compile_plan(
            monitoring.load(),
            monitoring.schedule_of("mapp2"),
            version,
            session="s",
            session_number=1,
            on=DAY,
            signed={},
        )


def test_what_is_recorded_is_in_the_plan():
    assert usual_plan().streams == ("picture", "sound")
    assert plan_of(is_recorded=False).streams == ()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda told: told.update(schema=2), "schema"),
        (lambda told: told.pop("limits"), "limits: missing"),
        (lambda told: told.update(limits=[{"code": "x"}]), "measure: missing"),
        (lambda told: told["limits"][0].update(tier="loud"), "loud"),
        (lambda told: told["numbers"][0].update(value="many"), "plan"),
        (lambda told: told.update(tiers=None), "plan"),
        (lambda told: told.update(compiled_on="today"), "plan"),
    ],
)
def test_what_is_no_plan_is_refused(spoil, said):
    told = usual_plan().to_json()
    spoil(told)
    with pytest.raises(PlanUnreadable, match=said):
        from_json(told)


def test_what_is_no_object_is_no_plan():
    with pytest.raises(PlanUnreadable):
        from_json([])


@pytest.mark.parametrize(
    ("compare", "expected", "is_upper"),
    [
        (Compare.ABOVE, (False, False, True), True),
        (Compare.AT_OR_ABOVE, (False, True, True), True),
        (Compare.BELOW, (True, False, False), False),
        (Compare.AT_OR_BELOW, (True, True, False), False),
    ],
)
def test_a_limit_is_breached_on_its_own_side(compare, expected, is_upper):
    values = [Decimal(9), Decimal(10), Decimal(11)]
    assert tuple(compare.is_breached(value, Decimal(10)) for value in values) == expected
    assert compare.is_upper is is_upper


def test_the_tiers_have_an_order():
    assert [tier.rank for tier in Tier] == [0, 1, 2, 3]
