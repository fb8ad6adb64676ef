"""docs/part-11.md answers every section of the regulation, by tests that exist or as the site's own duty."""

import re

from tests.house.source import ROOT

PAGE = ROOT / "docs" / "part-11.md"
ROW = re.compile(r"^\| (11\.\d+(?:\([a-z]\))?(?:\(\d\))?(?:\([ivx]+\))?) \|(.*)\|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/.]+?)(?:::(test_\w+))?`")
SECTIONS = {
    *(f"11.10({letter})" for letter in "abcdefghijk"),
    "11.30",
    "11.50(a)",
    "11.50(b)",
    "11.70",
    *(f"11.100({letter})" for letter in "abc"),
    "11.200(a)(1)",
    "11.200(a)(1)(i)",
    "11.200(a)(1)(ii)",
    "11.200(a)(2)",
    "11.200(a)(3)",
    "11.200(b)",
    *(f"11.300({letter})" for letter in "abcde"),
}


def rows() -> dict[str, str]:
    return dict(ROW.findall(PAGE.read_text(encoding="utf-8")))


def test_every_section_is_answered():
    assert set(rows()) == SECTIONS


def test_every_answer_names_a_test_or_says_whose_duty_it_is():
    for section, said in rows().items():
        assert TEST.search(said) or "the site's duty" in said, section


def test_every_test_that_is_named_exists():
    for section, said in rows().items():
        for file, name in TEST.findall(said):
            assert (ROOT / file).exists(), (section, file)
            if name:
                assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), (section, name)
