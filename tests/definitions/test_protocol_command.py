"""``holdfast protocol`` at the command line."""

import json

import pytest

from holdfast.cli import main
from holdfast.definitions import protocols


def test_list_names_every_protocol(capsys):
    assert main(["protocol", "list"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in protocols.names())


def test_list_as_json(capsys):
    assert main(["protocol", "list", "--format", "json"]) == 0
    heads = json.loads(capsys.readouterr().out)
    every = [(name, number) for name in protocols.names() for number in protocols.versions(name)]
    assert [(head["name"], head["version"]) for head in heads] == every
    assert [head["sha256"] for head in heads] == [protocols.load(*one).sha256 for one in every]


@pytest.mark.parametrize("name", protocols.names())
def test_show_says_the_standing_and_source_of_everything(capsys, name):
    assert main(["protocol", "show", name, "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    for thing in (*shown["criteria"], *shown["limits"]):
        assert thing["standing"]
        assert thing["reference"]["href"]
    assert main(["protocol", "show", name]) == 0
    text = capsys.readouterr().out
    assert all(limit["code"] in text for limit in shown["limits"])


def test_show_of_an_unknown_protocol_says_which_there_are(capsys):
    assert main(["protocol", "show", "mapp3"]) == 2
    assert "mapp1, mapp2, mdd-2022" in capsys.readouterr().err


def test_check_of_a_file_that_fits(capsys):
    assert main(["protocol", "check", str(protocols.PROTOCOLS / "mapp2" / "1.toml")]) == 0
    assert "mapp2 version 1 fits" in capsys.readouterr().out


def test_check_prints_every_problem_with_its_line(capsys, tmp_path):
    text = (protocols.PROTOCOLS / "mapp2" / "1.toml").read_text(encoding="utf-8")
    file = tmp_path / "bad.toml"
    file.write_text(text.replace('unit = "kg"', 'unit = "stone"').replace('"age"', '"Age"', 1))
    assert main(["protocol", "check", str(file)]) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) >= 2
    assert all(line.startswith(f"{file}:") for line in lines)
    assert lines[0].split(":", 2)[1].isdigit()
