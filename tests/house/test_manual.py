"""The committed manual is what the definitions and the tests say today."""

import pytest

from tests.house.source import ROOT, plant
from tools import manual

MADE = manual.pages()


@pytest.mark.parametrize("name", sorted(MADE))
def test_the_committed_page_is_what_make_manual_makes(name):
    path = manual.MANUAL / name
    assert path.is_file(), "run make manual"
    assert path.read_text("utf-8") == MADE[name], "run make manual"


def test_no_page_is_left_over():
    kept = {path.relative_to(manual.MANUAL).as_posix() for path in manual.MANUAL.rglob("*.md")}
    assert kept - set(MADE) == set(), "run make manual"


def test_every_criterion_of_a_protocol_is_on_its_page():
    text = (ROOT / "src/holdfast/definitions/protocols/mapp2/1.toml").read_text("utf-8")
    page = MADE["protocols/mapp2-1.md"]
    codes = [line.split('"')[1] for line in text.splitlines() if line.startswith("code = ")]
    assert codes
    assert [code for code in codes if f"`{code}`" not in page] == []


def test_a_changed_definition_changes_the_manual(tmp_path):
    original = ROOT / "src/holdfast/definitions/protocols/mapp2/1.toml"
    plant(tmp_path, "mapp2/1.toml", original.read_text("utf-8").replace("value = 18", "value = 19"))
    changed = manual.protocol_page(tmp_path / "mapp2" / "1.toml")
    assert changed != manual.protocol_page(original)
    assert "| 19 a |" in changed


def test_a_claim_of_a_test_becomes_a_heading_with_its_reason_and_its_table(tmp_path):
    plant(
        tmp_path,
        "test_hearts.py",
        '"""Hearts.\n\nWhy they matter."""\n\n\ndef test_a_weak_heart_stops(spec):\n'
        '    """Because it must."""\n    spec("mapp2", """\n    a | b\n    1 | 2\n    """, stops=["heart"])\n'
        "    assert True\n",
    )
    assert manual.spec_page(tmp_path / "test_hearts.py") == (
        "# Hearts\n\nWhy they matter.\n\n## A weak heart stops\n\nBecause it must.\n\nUnder `mapp2`:\n\n"
        "```\na | b\n1 | 2\n```\n\n- stops: `heart`\n\n```python\nassert True\n```\n"
    )
