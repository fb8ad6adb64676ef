"""``holdfast allocate``: what is sealed follows from its seed, and nobody was shown any of it."""

import json
from pathlib import Path

import pytest

from holdfast.actions.allocations import PURPOSE, is_whole
from holdfast.analysis.randomization.allocation import (
    PADDED_TO,
    allocation,
    commitment,
    next_minimized,
)
from holdfast.analysis.randomization.chance import Seed
from holdfast.analysis.randomization.minimization import Margins
from holdfast.cli import main
from holdfast.definitions import allocation_design
from holdfast.definitions.loading import DefinitionRefused
from holdfast.records.keys import site_key
from holdfast.unblinded.sealed_file import NotOurs, opened, read_heading

BLOCKS = """
format = 1
title = "Two sites, by sex"
protocol = "mapp2"
version = 2
method = "permuted-blocks"
slots = 24
block_sizes = [4, 6, 8]

[[factor]]
code = "site"
levels = ["WREN", "LARK"]

[[factor]]
code = "sex"
levels = ["female", "male"]

[[content]]
code = "active"
arms = ["mdma"]
kits = 60

[[content]]
code = "inactive"
arms = ["placebo"]
kits = 60
"""
MINIMIZED = BLOCKS.replace(
    'method = "permuted-blocks"\nslots = 24\nblock_sizes = [4, 6, 8]',
    'method = "minimization"\ncoin = 0.8\nmeasure = "range"',
)


@pytest.fixture
def design(tmp_path) -> Path:
    file = tmp_path / "design.toml"
    file.write_text(BLOCKS)
    return file


def sealed_inside(file: Path) -> dict:
    return json.loads(opened(file.read_bytes(), site_key().subkey(PURPOSE)))


def test_what_is_sealed_follows_from_its_seed(design, tmp_path, capsys):
    out = tmp_path / "list.sealed"
    assert main(["allocate", str(design), "--out", str(out)]) == 0
    inside = sealed_inside(out)
    again = allocation(allocation_design.read(design), Seed(bytes.fromhex(inside["seed"])))
    assert [tuple(one["arms"]) for one in inside["lists"]] == list(again.lists.values())
    assert [(k.number, k.content) for k in again.kits] == [tuple(k) for k in inside["kits"]]
    assert len(again.lists) == 4
    assert inside["design"] == BLOCKS
    assert is_whole(out)
    assert out.stat().st_mode & 0o777 == 0o600
    said = capsys.readouterr().out
    assert read_heading(out.read_bytes()).commitment in said
    assert "never further apart in a stratum than 4." in said


def test_nothing_of_it_is_shown(design, tmp_path, capsys, caplog):
    out = tmp_path / "list.sealed"
    assert main(["allocate", str(design), "--out", str(out)]) == 0
    inside, captured = sealed_inside(out), capsys.readouterr()
    shown = captured.out + captured.err + caplog.text + out.read_text()
    for secret in (inside["seed"], inside["nonce"], *(number for number, _ in inside["kits"])):
        assert secret not in shown
    assert "placebo" not in shown
    assert repr(allocation(allocation_design.read(design), Seed(bytes(32)))) == "Allocation(sealed)"


def test_no_two_are_alike_and_all_are_as_long(design, tmp_path):
    made = []
    for number in range(2):
        out = tmp_path / f"{number}.sealed"
        assert main(["allocate", str(design), "--out", str(out)]) == 0
        made.append((sealed_inside(out)["lists"], out.stat().st_size))
    assert made[0][0] != made[1][0]
    assert made[0][1] == made[1][1]
    assert len(opened(out.read_bytes(), site_key().subkey(PURPOSE))) % PADDED_TO == 0


def test_a_short_list_is_not_found_from_its_commitment_by_trying(design, tmp_path):
    """Two documents of the same list and seed are known by different hashes: the nonce is inside."""
    out = tmp_path / "list.sealed"
    assert main(["allocate", str(design), "--out", str(out)]) == 0
    document = opened(out.read_bytes(), site_key().subkey(PURPOSE))
    nonce = json.loads(document)["nonce"].encode()
    assert commitment(document.replace(nonce, b"0" * 64)) != commitment(document)


def test_one_that_is_there_is_never_written_over(design, tmp_path, capsys):
    out = tmp_path / "list.sealed"
    out.write_bytes(b"mine")
    assert main(["allocate", str(design), "--out", str(out)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert out.read_bytes() == b"mine"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["design.toml", "list.sealed"]


def test_an_altered_file_or_another_key_opens_nothing(design, tmp_path, monkeypatch):
    out = tmp_path / "list.sealed"
    assert main(["allocate", str(design), "--out", str(out)]) == 0
    told = json.loads(out.read_bytes())
    for name, value in [("commitment", "0" * 64), ("version", 3), ("sealed", "AAAA")]:
        changed = tmp_path / f"{name}.sealed"
        changed.write_text(json.dumps(told | {name: value}))
        with pytest.raises(NotOurs):
            is_whole(changed)
    monkeypatch.setenv("HOLDFAST_KEY", "ab" * 32)
    with pytest.raises(NotOurs, match="another key"):
        is_whole(out)


def test_minimization_is_the_same_each_time_from_its_seed(tmp_path, capsys):
    file, out = tmp_path / "design.toml", tmp_path / "list.sealed"
    file.write_text(MINIMIZED)
    assert main(["allocate", str(file), "--out", str(out)]) == 0
    assert "1000 people" in capsys.readouterr().out
    design, seed = allocation_design.read(file), Seed(bytes.fromhex(sealed_inside(out)["seed"]))
    levels = {"site": "WREN", "sex": "female"}
    first = [next_minimized(design, seed, place, Margins(), levels) for place in range(1, 40)]
    assert first == [next_minimized(design, seed, n, Margins(), levels) for n in range(1, 40)]
    assert set(first) == {"mdma", "placebo"}


@pytest.mark.parametrize(
    ("wrong", "right", "line", "why"),
    [
        ("format = 2", "format = 1", 2, "not read here"),
        ('protocol = "map2"', 'protocol = "mapp2"', 4, "no protocol 'map2'"),
        ("version = 9", "version = 2", 4, "of version 9"),
        ('method = "coin"', 'method = "permuted-blocks"', 6, "not known"),
        ("slots = 0", "slots = 24", 7, "0 slots"),
        ("slots = 30000", "slots = 24", 7, "in each of 4 strata"),
        ("block_sizes = [4, 5]", "block_sizes = [4, 6, 8]", 8, "block of 5"),
        ("block_sizes = []", "block_sizes = [4, 6, 8]", 8, "no sizes"),
        ("block_sizes = [true]", "block_sizes = [4, 6, 8]", 8, "no sizes"),
        ('levels = ["WREN"]', 'levels = ["WREN", "LARK"]', 12, "at least two levels"),
        ('code = "site"', 'code = "sex"', 11, "here twice"),
        ('arms = ["mdma", "middle"]', 'arms = ["mdma"]', 20, "no arm 'middle'"),
        ('arms = ["placebo"]', 'arms = ["mdma"]', 20, "its content twice"),
        ("kits = -1", "kits = 60", 21, "-1 kits"),
        ("coin = 0.8\nslots = 24", "slots = 24", 7, "unknown key 'coin'"),
    ],
)
def test_a_design_that_does_not_fit_is_refused_with_its_line(tmp_path, wrong, right, line, why):
    file = tmp_path / "design.toml"
    file.write_text(BLOCKS.replace(right, wrong, 1))
    with pytest.raises(DefinitionRefused) as refused:
        allocation_design.read(file)
    assert any(p.line >= line and why in str(p) for p in refused.value.problems), refused.value


def test_every_arm_of_the_protocol_has_a_content(tmp_path):
    file = tmp_path / "design.toml"
    file.write_text(BLOCKS[: BLOCKS.rindex("[[content]]")])
    with pytest.raises(DefinitionRefused, match="arm 'placebo' of the protocol has no content"):
        allocation_design.read(file)


def test_a_refused_design_writes_nothing(tmp_path, capsys):
    file, out = tmp_path / "design.toml", tmp_path / "list.sealed"
    file.write_text(BLOCKS.replace("slots = 24", "slots = -1"))
    assert main(["allocate", str(file), "--out", str(out)]) == 1
    assert "Write 1 to 25000" in capsys.readouterr().err
    assert not out.exists()
