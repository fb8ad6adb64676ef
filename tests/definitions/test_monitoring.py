"""Definitions of a session are refused with file, line and mend where anything in them does not fit."""

import pytest

from holdfast.definitions import monitoring, protocols, session
from holdfast.definitions.loading import DefinitionRefused
from holdfast.domain.session_plan import Tier


def problems(read, path):
    with pytest.raises(DefinitionRefused) as refusal:
        read(path)
    return refusal.value.problems


@pytest.fixture
def spoiled(tmp_path):
    """A released file with one text in place of another, and the line at which it stands."""

    def spoil(original, before, after):
        text = original.read_text("utf-8")
        assert before in text, before
        changed = text.replace(before, after, 1)
        path = tmp_path / original.name
        path.write_text(changed, "utf-8")
        return path

    return spoil


def test_every_protocol_has_one_schedule_of_readings():
    assert set(monitoring.schedules()) == set(protocols.names())
    with pytest.raises(LookupError, match="no-such-protocol"):
        monitoring.schedule_of("no-such-protocol")


def test_the_rules_that_ship_tell_more_people_the_graver_it_is():
    tiers = monitoring.load().tiers
    assert list(tiers) == list(Tier)
    assert tiers[Tier.OBSERVE].sounds_at == ()


RULES = [
    ("format = 1", "format = 2", "format 2 is not read here"),
    ('tier = "observe"\ncompare', 'tier = "loud"\ncompare', "tier 'loud' is not known"),
    ('compare = "above"', 'compare = "over"', "compare 'over' is not known"),
    ('measure = "blood-pressure"\nfield', 'measure = "mood"\nfield', "measure 'mood' is not known"),
    ('field = "systolic_mmhg"', 'field = "score"', "field 'score' is not known"),
    ('number = "observe-systolic"', 'number = "nowhere"', "number 'nowhere' is not known"),
    (
        'number = "observe-systolic"',
        'number = "observe-temperature"',
        "is in Cel, not in mm[Hg]",
    ),
    ('repeat = "observe-repeat"', 'repeat = "dense-in-a-row"', "is in {#}, not in min"),
    ('in_a_row = "dense-in-a-row"', 'in_a_row = "dense-repeat"', "is in min, not in {#}"),
    (
        'when = "sustained"\nrepeat = "urgent-repeat"',
        'when = "sustained"',
        "how soon it is measured",
    ),
    ('when = "sustained"', 'when = "often"', "when 'often' is not known"),
    ('basis = "rise"', 'basis = "fall"', "basis 'fall' is not known"),
    (
        'code = "systolic-observed"',
        'code = "systolic-dense"',
        "rule 'systolic-dense' is here twice",
    ),
    ('code = "angina"', 'code = "systolic-dense"', "rule 'systolic-dense' is here twice"),
    ('code = "observe-repeat"\nvalue = 10', 'code = "observe-repeat"\nvalue = -1', "is below zero"),
    ('code = "observe-repeat"\nvalue = 10', 'code = "observe-repeat"', "do not go together"),
    ('code = "fluid-ceiling"\nunit', 'code = "fluid-ceiling"\nvalue = 3000\nunit', "do not go tog"),
    (
        'code = "dense-repeat"\nvalue',
        'code = "observe-repeat"\nvalue',
        "number 'observe-repeat' is here",
    ),
    ('unit = "mm[Hg]"', 'unit = "mmHg"', "unit 'mmHg' is not known"),
    ("sounds_at = []", 'sounds_at = ["physician-station"]', "observe sounds"),
    ("sounds_at = []", 'sounds_at = ["bedside"]', "sounds_at names 'bedside'"),
    (
        'told = ["therapists", "physician-board", "physician-page"]',
        'told = ["physician-page"]',
        "notify tells fewer than observe",
    ),
    ('code = "urgent"\ntold', 'code = "notify"\ntold', "tier 'notify' is here twice"),
    ('code = "urgent"\ntold', 'code = "notify"\ntold', "there is no tier 'urgent'"),
    ('terms = ["chest-pain"]', 'terms = ["heartache"]', "terms names 'heartache'"),
    ('terms = ["chest-pain"]', "terms = []", "a rule on nothing that is felt"),
    (
        'beside = ["systolic-observed", "diastolic-observed"]',
        'beside = ["high"]',
        "beside names 'high'",
    ),
    ('over = "fluid-ceiling"', 'over = "observe-repeat"', "is in min, not in mL"),
    ('over = "fluid-ceiling"', 'over = "fluid-ceiling"\nbeside = ["systolic-observed"]', "at once"),
    ('code = "silence"', 'code = "quiet"', "code 'quiet' is not known"),
    ('code = "silence"', 'code = "quiet"', "there is no signal 'silence'"),
    ('code = "repeat-missing"', 'code = "silence"', "signal 'silence' is here twice"),
    ('standing = "verified"', 'standing = "signed"', "standing 'signed' is not known"),
    ('reference = "vizeli"', 'reference = "nobody"', "reference 'nobody' is not in this file"),
    ('do = "cool"', 'do = "Cool down"', "is not a code"),
    ("bound = true", "bond = true", "unknown key 'bond'"),
]


@pytest.mark.parametrize(("before", "after", "said"), RULES)
def test_a_rule_that_does_not_fit_is_refused_in_its_place(spoiled, before, after, said):
    path = spoiled(monitoring.RULES, before, after)
    found = [one for one in problems(monitoring.read_rules, path) if said in one.problem]
    assert found, said
    changed = path.read_text("utf-8")
    assert all(1 <= one.line <= changed.count("\n") + 1 and one.mend for one in found)
    if not any(words in said for words in ("there is no", "tells fewer", "is here")):
        first = changed.index(after.splitlines()[0])
        assert abs(found[0].line - changed.count("\n", 0, first) - 1) <= 12
    assert str(found[0]).startswith(f"{path}:")


SCHEDULE = monitoring.MONITORING / "schedule-phase-2.toml"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('anchor = "each-dose"\nevery = "pressure-every"', 'anchor = "each-dose"', "do not go"),
        ('anchor = "session-end"', 'anchor = "session-end"\nevery = "pressure-every"', "do not go"),
        ('anchor = "session-end"', 'anchor = "midnight"', "anchor 'midnight' is not known"),
        ('within = "reading-recent"', 'within = "fluid-ceiling"', "is in mL, not in min"),
        ('every = "pressure-every"', 'every = "often"', "every 'often' is not known"),
        ('measures = ["temperature"]', "measures = []", "nothing is due"),
        ('measures = ["temperature"]', 'measures = ["mood"]', "measures names 'mood'"),
        ('code = "pressure-every"', 'code = "reading-grace"', "is in the rules as well"),
        ('code = "distress"\n', 'code = "pressure"\n', "due reading 'pressure' is here twice"),
        ("format = 1", "format = 9", "format 9 is not read here"),
        ("protocols = [", "protokolle = [", "unknown key 'protokolle'"),
    ],
)
def test_a_schedule_that_does_not_fit_is_refused(spoiled, before, after, said):
    path = spoiled(SCHEDULE, before, after)
    found = problems(lambda p: monitoring.read_schedule(p, monitoring.load()), path)
    assert any(said in one.problem for one in found), [str(one) for one in found]
    assert all(one.mend for one in found)


def test_a_protocol_in_two_schedules_is_refused(monkeypatch, tmp_path):
    for name in ("schedule-a.toml", "schedule-b.toml"):
        (tmp_path / name).write_text(SCHEDULE.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(monitoring, "MONITORING", tmp_path)
    with pytest.raises(DefinitionRefused, match="is in schedule-a as well"):
        monitoring.schedules.__wrapped__()


ENTRIES = [
    ("least = 40, most = 300", "least = 300, most = 40", "is not above least"),
    ("least = 40, most = 300", "most = 300", "least is missing"),
    ('unit = "Cel", least = 30', 'unit = "F", least = 30', "unit 'F' is not known"),
    ("decimals = 2", "decimals = 4", "decimals cannot be read"),
    ('below = "systolic_mmhg"', 'below = "upper"', "is below no field"),
    (
        'together = ["systolic_mmhg", "diastolic_mmhg"]',
        'together = ["upper"]',
        "together names 'upper'",
    ),
    ('any_of = ["systolic_mmhg"', 'any_of = ["upper"', "any_of names 'upper'"),
    ('how = { list = "how" }', 'how = { list = "ways" }', "list 'ways' is not known"),
    ("device = {}", "Device = {}", "is no name of a field"),
    ("temperature_site = {", "systolic_mmhg = {", "field 'systolic_mmhg' is here twice"),
    ('code = "distress"', 'code = "reading"', "kind 'reading' is here twice"),
    (
        'score = { unit = "{score}", least = 0, most = 10, required = true, reference = "house"',
        'score = { unit = "{score}", least = 0, most = 10, required = true, reference = "x"',
        "reference 'x' is not in this file",
    ),
    ("is_impaired = { required = true }", "is_impaired = { required = 1 }", "wrong type"),
    ("format = 1", "format = 3", "format 3 is not read here"),
]


@pytest.mark.parametrize(("before", "after", "said"), ENTRIES)
def test_a_kind_of_entry_that_does_not_fit_is_refused(spoiled, before, after, said):
    found = problems(session.read, spoiled(session.FILE, before, after))
    assert any(said in one.problem for one in found), [str(one) for one in found]
    assert all(one.mend for one in found)


def test_a_choice_that_is_no_list_is_refused(spoiled):
    found = problems(session.read, spoiled(session.FILE, "[choices]", '[choices]\nodd = "one"'))
    assert any("odd is of the wrong type" in one.problem for one in found)
