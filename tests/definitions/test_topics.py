"""Every question stands in exactly one topic; a file where one does not is refused."""

import pytest

from holdfast.definitions.loading import DefinitionRefused
from holdfast.definitions.questions import LANGUAGES, topics
from holdfast.definitions.questions import load as load_questions


def test_every_question_has_one_topic_in_every_language():
    assert set(topics.topic_by_question()) == set(load_questions().questions)
    for topic in topics.load():
        assert all(topic.title(language) for language in LANGUAGES)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('    "weight",\n', "", "question 'weight' has no topic"),
        ('"weight"', '"weigth"', "there is no question 'weigth'"),
        ('"weight"', '"weight",\n    "egfr"', "stands in two topics"),
        ('code = "heart"', 'code = "heart"\ncolour = "red"', "unknown key 'colour'"),
        ('code = "heart"', 'code = "person"', "is here twice"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, old, new, said):
    text = topics.FILE.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "topics.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionRefused) as refused:
        topics.read(file)
    assert said in " ".join(str(problem) for problem in refused.value.problems)
