"""The catalogue of questions says how a coded result answers; one that does not fit is refused."""

import pytest

from holdfast.definitions import questions
from holdfast.definitions.loading import DefinitionRefused

WHOLE = """
format = 1

[[question]]
code = "test"
kind = "choice"
choices = ["negative", "positive"]
loinc = ["1-1"]
answered_by = ["physician"]
en = "What was the result?"

[[question.result]]
answer = "positive"
codes = ["LA1-1"]
words = ["positive", "detected"]
boolean = true

[[question.result]]
answer = "negative"
words = ["negative"]

[[question]]
code = "state"
kind = "yes-no"
loinc = ["2-2"]
answered_by = ["physician"]
en = "Is it so?"

[[question.result]]
answer = true
words = ["so"]
"""


def _read(tmp_path, text):
    file = tmp_path / "questions.toml"
    file.write_text(text, encoding="utf-8")
    return questions.read(file)


def test_a_coded_result_is_read(tmp_path):
    by_loinc = _read(tmp_path, WHOLE).by_loinc()
    positive, negative = by_loinc["1-1"].results
    assert (positive.answer, positive.codes, positive.boolean) == ("positive", ("LA1-1",), True)
    assert (negative.answer, negative.words, negative.boolean) == ("negative", ("negative",), None)
    assert by_loinc["2-2"].results[0].answer is True


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("boolean = true", "boolean = true\ncolour = 1", "unknown key 'colour'"),
        ("boolean = true", 'boolean = "yes"', "true or false"),
        ('answer = "positive"', 'answer = "positiv"', "positiv"),
        ("answer = true", 'answer = "yes"', "true or false"),
        ('answer = "negative"', 'answer = "positive"', "twice"),
        ('words = ["negative"]', 'words = ["detected"]', "'detected' means two answers"),
        ('words = ["negative"]', 'words = ["negative"]\ncodes = ["LA1-1"]', "two answers"),
        ('words = ["negative"]', 'words = ["negative"]\nboolean = true', "two answers"),
        ('words = ["negative"]', 'words = ["Negative"]', "is not in the form"),
        ('words = ["negative"]', "", "nothing says"),
        ('loinc = ["1-1"]\n', "", "no observation code"),
        ('[[question.result]]\nanswer = true\nwords = ["so"]', "", "no result"),
        ('loinc = ["2-2"]', 'loinc = ["1-1"]', "answers two questions"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(tmp_path, old, new, said):
    assert old in WHOLE
    with pytest.raises(DefinitionRefused) as refused:
        _read(tmp_path, WHOLE.replace(old, new, 1))
    assert said in " ".join(str(problem) for problem in refused.value.problems)


def test_the_pregnancy_questions_name_their_observations():
    by_loinc = questions.load().by_loinc()
    assert [by_loinc[c].code for c in ("2106-3", "2118-8", "82810-3")] == [
        "pregnancy-test",
        "pregnancy-test",
        "pregnant",
    ]
