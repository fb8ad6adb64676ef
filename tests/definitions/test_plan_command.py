"""``holdfast plan`` and ``holdfast protocol diff``: what a coordinator and a sponsor ask for."""

import json
from pathlib import Path

import pytest

from holdfast.cli import main
from holdfast.definitions import protocols

MAPP2 = Path(protocols.__file__).parent / "mapp2" / "2.toml"
WEEK = ["--anchor", "enrollment=2026-01-05"]


def planned(capsys, *words):
    assert main(["plan", "mapp2", *WEEK, *words, "--format", "json"]) == 0
    return {visit["code"]: visit for visit in json.loads(capsys.readouterr().out)["visits"]}


def test_a_plan_has_every_visit_with_its_dates(capsys):
    visits = planned(capsys)
    assert len(visits) == len(protocols.load("mapp2").schedule.visits)
    assert {visit["kind"] for visit in visits.values()} == {
        "preparation",
        "dosing",
        "integration",
        "assessment",
        "call",
        "follow-up",
    }
    for visit in visits.values():
        assert {"earliest", "target", "latest", "actual", "anchor", "reason"} <= set(visit)


def test_a_dosing_session_that_was_moves_the_next_by_three_to_five_weeks(capsys):
    visits = planned(capsys, "--actual", "v4=2026-01-20", "--actual", "v5=2026-01-28")
    second = visits["v10"]
    assert (second["earliest"], second["target"], second["latest"]) == (
        "2026-02-18",
        "2026-02-25",
        "2026-03-04",
    )
    assert second["anchor"] == "v5"
    assert visits["v6"]["earliest"] == visits["v6"]["latest"] == "2026-01-29"
    assert [visits[f"call-1-{n}"]["target"] for n in (1, 7)] == ["2026-01-29", "2026-02-04"]


def test_a_visit_out_of_its_window_is_a_deviation_with_its_cause(capsys):
    visits = planned(
        capsys,
        *("--actual", "v4=2026-01-20", "--actual", "v5=2026-01-28"),
        "--actual",
        "v9=2026-01-28",
    )
    assert visits["v9"]["deviation"] is True
    assert (visits["v9"]["reason"], visits["v9"]["cause"]) == ("happened-before-its-window", "v5")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--anchor", "baseline=2026-01-05"], "Write enrollment=DATE"),
        (["--anchor", "enrollment=05.01.2026"], "Write it like 2026-03-31"),
        ([*WEEK, "--actual", "v99=2026-01-05"], "There is no visit 'v99'"),
        ([*WEEK, "--actual", "v5"], "is not a date"),
        ([*WEEK, "--actual", "v5=2026-01-05", "--actual", "v5=2026-01-06"], "is here twice"),
        ([*WEEK, "--actual", "v5=2026-01-05", "--skip", "v5"], "both have happened"),
        ([*WEEK, "--arm", "mdma-125"], "Known here: mdma, placebo"),
        ([*WEEK, "--stage", "second"], "Known here: main"),
        ([*WEEK, "--version", "1"], "says no visits"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_mend(capsys, words, said):
    assert main(["plan", "mapp2", *words]) == 2
    assert said in capsys.readouterr().err


def test_the_table_marks_what_is_ours_and_what_deviates(capsys):
    assert main(["plan", "mapp2", *WEEK, "--actual", "v5=2026-01-06"]) == 0
    text = capsys.readouterr().out
    assert "2026-01-12*" in text
    assert "! happened-out-of-order v4" in text


def differs(capsys, tmp_path, old, new):
    text = MAPP2.read_text("utf-8")
    assert old in text
    file = tmp_path / "2.toml"
    file.write_text(text.replace(old, new, 1), "utf-8")
    assert main(["protocol", "diff", "mapp2/2", str(file)]) == 0
    return capsys.readouterr().out


def test_an_amendment_says_which_visits_move_and_who_consents_again(capsys, tmp_path):
    said = differs(capsys, tmp_path, "latest_days = 35", "latest_days = 42")
    assert "visit v10: window was 21 to 35 days, target 28, is now 21 to 42 days" in said
    assert "Planned visits that move: v10, v15." in said
    assert "must consent again" in said


def test_a_change_of_who_may_enter_asks_nobody_to_consent_again(capsys, tmp_path):
    said = differs(
        capsys,
        tmp_path,
        "# Arms and stages",
        '[[limit]]\ncode = "weight-floor-kg"\nvalue = 50\nunit = "kg"\nstanding = "from-memory"\n'
        'reference = "phase3-protocol"\nwording = "Body weight is at least this."\n\n# Arms and stages',
    )
    assert "limit weight-floor-kg: value was 48 kg, is now 50 kg." in said
    assert "Nobody needs to consent again." in said
    assert "move: none" in said


def test_the_same_version_changes_nothing(capsys):
    assert main(["protocol", "diff", "mapp2/2", "mapp2/2"]) == 0
    assert "Nothing changes." in capsys.readouterr().out


def test_the_page_of_a_schedule_has_a_row_for_each_activity(capsys):
    assert main(["protocol", "show", "mdd-2022", "--format", "html"]) == 0
    page = capsys.readouterr().out
    assert page.count("<tr>") == 1 + len(protocols.load("mdd-2022").schedule.activities)
    assert "<script" not in page
