"""The answers file: what a person wrote down, each with its source, refused with file and line."""

import json
from datetime import date
from decimal import Decimal

import pytest

from holdfast.cli.screen import prepare
from holdfast.definitions.answers_file import read
from holdfast.definitions.loading import DefinitionRefused
from holdfast.domain.answers import Answer, MedicationEntry, Source, SourceKind
from holdfast.domain.limits import SignedLimit
from tests.interop.made import AS_OF, BUNDLES

SOUND = """
format = 1

[[answer]]
question = "weight"
value = 71.50
unit = "kg"
observed_on = 2026-11-01
source = "seen"

[[answer]]
question = "born-on"
value = 1979-04-05
source = "told"
place = "telephone, 2 November"
corrects = "Patient"

[[medication]]
name = "sertraline"
rxcuis = ["36437"]
is_current = false
last_taken_on = 2026-01-02
source = "letter"

[[limit]]
code = "a-limit"
value = 48
unit = "kg"
signed_by = "Dr A. Example"
signed_on = 2026-01-15
"""

AS_JSON = {
    "format": 1,
    "answer": [
        {
            "question": "weight",
            "value": 71.50,
            "unit": "kg",
            "observed_on": "2026-11-01",
            "source": "seen",
        },
        {
            "question": "born-on",
            "value": "1979-04-05",
            "source": "told",
            "place": "telephone, 2 November",
            "corrects": "Patient",
        },
    ],
    "medication": [
        {
            "name": "sertraline",
            "rxcuis": ["36437"],
            "is_current": False,
            "last_taken_on": "2026-01-02",
            "source": "letter",
        }
    ],
    "limit": [
        {
            "code": "a-limit",
            "value": 48,
            "unit": "kg",
            "signed_by": "Dr A. Example",
            "signed_on": "2026-01-15",
        }
    ],
}


@pytest.fixture
def written(tmp_path):
    def write(text: str, name: str = "answers.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read(path, limits={"a-limit": "kg"}, as_of=AS_OF)

    return write


def test_everything_that_can_be_written(written):
    found = written(SOUND)
    assert found.answers == (
        Answer(
            "weight",
            Decimal("71.50"),
            Source(SourceKind.SEEN, "answer 1"),
            date(2026, 11, 1),
            "kg",
        ),
        Answer(
            "born-on",
            date(1979, 4, 5),
            Source(SourceKind.TOLD, "telephone, 2 November"),
            corrects="Patient",
        ),
    )
    assert found.medications == (
        MedicationEntry(
            "sertraline",
            ("36437",),
            False,
            date(2026, 1, 2),
            Source(SourceKind.LETTER, "medication 1"),
        ),
    )
    assert found.limits == (
        SignedLimit("a-limit", Decimal(48), "kg", "Dr A. Example", date(2026, 1, 15)),
    )


def test_json_says_the_same(written):
    assert written(json.dumps(AS_JSON, indent=2), "answers.json") == written(SOUND)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('"weight"', '"wieght"', 5, "'wieght' is not known"),
        ('unit = "kg"\nobs', 'unit = "stone"\nobs', 6, "not measured in 'stone'"),
        ('unit = "kg"\nobs', "obs", 6, "needs a unit"),
        ("71.50", '"heavy"', 6, "answered with a number"),
        ("71.50", "7150", 6, "expected 20 to 400"),
        ("value = 71.50\n", "", 4, "value is missing"),
        ("2026-11-01", '"yesterday"', 8, "not a date"),
        ("2026-11-01", "2026-12-01", 8, "lies after 2026-11-23"),
        ('"seen"', '"record"', 9, "'record' is not known"),
        ('source = "seen"', "", 4, "source is missing"),
        ('source = "seen"', 'source = "seen"\ncomment = "x"', 10, "unknown key 'comment'"),
        ('["36437"]', '["sertraline"]', 20, "RxNorm code is a number"),
        ("false", '"no"', 21, "wrong type"),
        ('name = "sertraline"\n', "", 18, "name is missing"),
        ('"a-limit"', '"other-limit"', 26, "not one to sign"),
        ("value = 48", "value = -48", 27, "not negative"),
        ('unit = "kg"\nsigned', 'unit = "ms"\nsigned', 28, "not measured in 'ms'"),
        ('signed_by = "Dr A. Example"\n', "", 25, "signed_by is missing"),
        ("signed_on = 2026-01-15", "", 25, "signed_on is missing"),
        ("format = 1", "format = 9", 2, "format 9"),
        ("[[answer]]", "[[answr]]", 4, "unknown key 'answr'"),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(written, old, new, line, words):
    assert SOUND.count(old) >= 1
    with pytest.raises(DefinitionRefused) as refused:
        written(SOUND.replace(old, new, 1))
    problem = refused.value.problems[0]
    assert (problem.line, problem.file.endswith("answers.toml")) == (line, True)
    assert words in problem.problem
    assert problem.mend


def test_a_limit_signed_twice_is_refused(written):
    again = SOUND + SOUND[SOUND.index("[[limit]]") :]
    with pytest.raises(DefinitionRefused, match="here twice"):
        written(again)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('{"answer": [\n{"question": "weight" "value": 1}]}', 2, "not JSON"),
        ('{"answer": [{}],\n"answer": []}', 1, "twice"),
        ('{"answer":\n[{"question": "weight", "value":\nNaN}]}', 1, "NaN"),
        ("[]", 1, "not an object"),
        (
            '{"answer": [\n  {"question": "weight", "value": 70, "unit": "kg", "source": "seen"},'
            '\n  {"question": "weight",\n   "value": 70, "unit": "g,{[", "source": "seen"}\n]}',
            4,
            "not measured in",
        ),
    ],
)
def test_json_that_does_not_fit_is_named_with_its_line(written, text, line, words):
    with pytest.raises(DefinitionRefused) as refused:
        written(text, "answers.json")
    assert refused.value.problems[0].line == line
    assert words in refused.value.problems[0].problem


def test_no_file_is_named(tmp_path):
    with pytest.raises(DefinitionRefused, match=r"nowhere\.toml:1"):
        read(tmp_path / "nowhere.toml", limits={}, as_of=AS_OF)


class TestVerdict:
    """What is written changes what is judged."""

    def outcome(self, tmp_path, text: str, code: str) -> str:
        path = tmp_path / "answers.toml"
        path.write_text(text, encoding="utf-8")
        raw = (BUNDLES / "little-known.json").read_bytes()
        found = prepare("mapp2", AS_OF, path).document(raw)
        return next(f["outcome"] for f in found["findings"] if f["code"] == code)

    def test_a_birth_date_that_was_told_answers_the_age(self, tmp_path):
        told = '[[answer]]\nquestion = "born-on"\nvalue = 1979-04-05\nsource = "told"\n'
        assert self.outcome(tmp_path, "", "age") == "unknown"
        assert self.outcome(tmp_path, told, "age") == "passed"

    def test_a_medicine_that_was_told_is_judged(self, tmp_path):
        told = '[[medication]]\nname = "phenelzine"\nis_current = true\nsource = "told"\n'
        assert self.outcome(tmp_path, told, "medication-irreversible-maoi") == "failed"


def test_json_nested_too_deep_says_so(written):
    with pytest.raises(DefinitionRefused, match="nested too deep"):
        written('{"answer": ' + "[" * 100_000 + "]" * 100_000 + "}", "answers.json")
