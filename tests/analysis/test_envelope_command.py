"""``holdfast envelope``: what it prints, and what it says of what it cannot read."""

import json
import xml.etree.ElementTree as ET

import pytest

from holdfast.cli import main

ASKED = (
    "envelope",
    "--initial",
    "120",
    "--supplement",
    "60@105",
    "--weight",
    "80",
    "--sex",
    "male",
)
SVG = "{http://www.w3.org/2000/svg}"


def printed(capsys, *words):
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def rows(capsys, *words):
    return json.loads(printed(capsys, *words))["rows"]


def test_json_has_rows_of_five_measures(capsys):
    found = rows(capsys, *ASKED, "--format", "json")
    assert set(found[0]) == {
        *("minute", "measure", "low", "median", "high"),
        *("low_change", "median_change", "high_change"),
    }
    assert {row["measure"] for row in found} == {
        *("concentration", "systolic", "diastolic", "heart_rate", "temperature")
    }
    assert {row["minute"] for row in found} == set(range(0, 481, 5))


def test_json_is_what_is_printed_when_nothing_is_said(capsys):
    assert rows(capsys, *ASKED) == rows(capsys, *ASKED, "--cyp2d6-activity", "1")


def test_no_supplement_may_be_said_or_left_out(capsys):
    alone = ("envelope", "--initial", "120", "--weight", "80", "--sex", "male")
    assert rows(capsys, *alone) == rows(capsys, *alone, "--supplement", "none")
    assert rows(capsys, *alone) != rows(capsys, *ASKED)


def test_activity_baseline_meal_and_model_each_change_something(capsys):
    usual = rows(capsys, *ASKED)
    for more in (
        ("--cyp2d6-activity", "0.5"),
        ("--baseline", "118/76 64 36.6"),
        ("--has-eaten",),
        ("--model", "one-compartment"),
    ):
        assert rows(capsys, *ASKED, *more) != usual


def test_the_label_goes_with_the_numbers(capsys):
    found = json.loads(printed(capsys, *ASKED))
    assert found["label"] == "context, not a limit"
    assert found["units"]["systolic"] == "mm[Hg]"
    assert found["doses"] == [{"minute": 0.0, "mg": 120.0}, {"minute": 105.0, "mg": 60.0}]
    assert found["model"]["name"] == "three-state"


def test_the_drawing_is_whole_and_labels_every_band(capsys):
    text = printed(capsys, *ASKED, "--format", "svg")
    drawing = ET.fromstring(text)
    assert drawing.tag == f"{SVG}svg"
    assert drawing.get("role") == "img"
    title, told = drawing.find(f"{SVG}title"), drawing.find(f"{SVG}desc")
    assert drawing.get("aria-labelledby") == f"{title.get('id')} {told.get('id')}"
    assert "context, not a limit" in told.text
    assert "Systolic pressure: highest median" in told.text
    panels = drawing.findall(f"{SVG}g")
    assert len(panels) == len(drawing.findall(f".//{SVG}polygon")) == 5
    for panel in panels:
        assert "context, not a limit" in "".join(panel.itertext())
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    assert "<script" not in text


def test_every_drawn_point_lies_on_the_paper(capsys):
    drawing = ET.fromstring(printed(capsys, *ASKED, "--format", "svg"))
    _, _, width, height = map(float, drawing.get("viewBox").split())
    for shape in drawing.iter():
        for pair in (shape.get("points") or "").split():
            across, down = map(float, pair.split(","))
            assert 0 <= across <= width
            assert 0 <= down <= height


def with_(option, value):
    words = list(ASKED)
    if option in words:
        words[words.index(option) + 1] = value
        return words
    return [*words, option, value]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--initial", "-120", "Give 1 to 500 mg"),
        ("--initial", "0", "no initial dose for it to follow"),
        ("--initial", "none", "no initial dose for it to follow"),
        ("--initial", "12o", "Write it like --initial 120"),
        ("--initial", "nan", "Write it like --initial 120"),
        ("--initial", "9999", "Give 1 to 500 mg"),
        ("--supplement", "60", "Write mg@minutes, like 60@105, or none"),
        ("--supplement", "", "Write mg@minutes, like 60@105, or none"),
        ("--supplement", "60@0", "not after the initial dose"),
        ("--supplement", "60@-15", "not after the initial dose"),
        ("--supplement", "0@105", "Give 1 to 500 mg"),
        ("--supplement", "60@999", "Give 0 to 480 minutes"),
        ("--supplement", "60@105@110", "Write mg@minutes, like 60@105, or none"),
        ("--weight", "8", "Give 30 to 300 kg"),
        ("--weight", "8000", "Give 30 to 300 kg"),
        ("--weight", "-80", "Give 30 to 300 kg"),
        ("--weight", "heavy", "Write it like --weight 80"),
        ("--cyp2d6-activity", "-1", "Give 0 to 3"),
        ("--cyp2d6-activity", "normal", "Write it like --cyp2d6-activity 1"),
        ("--baseline", "124", "like"),
        ("--baseline", "76/124 68 36.9", "not below the systolic"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place_and_the_mend(capsys, option, value, said):
    assert main(with_(option, value)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    place = "--supplement" if "follow" in said else option
    assert err.startswith(place)
    assert said in err


def test_without_any_dose_there_is_nothing_to_expect(capsys):
    assert main(["envelope", "--weight", "80", "--sex", "male"]) == 2
    assert "--initial: there is no dose" in capsys.readouterr().err


def test_a_supplement_alone_is_refused(capsys):
    words = ["envelope", "--supplement", "60@105", "--weight", "80", "--sex", "male"]
    assert main(words) == 2
    assert "no initial dose for it to follow" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ASKED[:5],
        ("envelope", "--initial", "120", "--weight", "80"),
        ("envelope", "--initial", "120", "--sex", "male"),
        (*ASKED, "--sex", "other"),
        (*ASKED, "--format", "png"),
        (*ASKED, "--model", "toy"),
        with_("--supplement", "-60@105"),
    ],
)
def test_what_the_command_line_itself_refuses_names_the_option(capsys, words):
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert "--" in capsys.readouterr().err


def test_an_activity_that_the_published_model_does_not_know_is_refused(capsys):
    assert main([*ASKED, "--model", "one-compartment", "--cyp2d6-activity", "0"]) == 2
    assert "take the three-state model" in capsys.readouterr().err
