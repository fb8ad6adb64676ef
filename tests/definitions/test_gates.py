"""The gates as data: every condition answered by somebody, and a file that does not fit refused."""

import pytest

from holdfast.actions.course_gates import OWN
from holdfast.actions.gates import SOURCES
from holdfast.definitions import gates, pairs
from holdfast.definitions.loading import DefinitionRefused
from holdfast.definitions.roles import roles
from holdfast.definitions.sentences.gates import GATE_REASONS
from holdfast.definitions.sentences.gates import load as load_sentences
from holdfast.domain.attestations import ATTESTATION_REASONS
from holdfast.domain.gates import Act

TEXT = gates.FILE.read_text("utf-8")


def problems(tmp_path, text):
    path = tmp_path / "gates.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(DefinitionRefused) as refused:
        gates.read(path)
    return [str(problem) for problem in refused.value.problems]


def test_every_act_has_its_gate_and_every_condition_its_source():
    known = gates.load()
    assert set(known.gates) == set(Act)
    for condition in known.conditions.values():
        assert condition.wording.endswith(".")
        assert condition.reference.title


def test_whoever_states_a_condition_may_state():
    for stated in gates.load().stated.values():
        for role in stated.by:
            assert "gate.state" in roles().granted[role]


def test_who_may_set_aside_may_override():
    named = {c.override for c in gates.load().conditions.values() if c.override}
    assert named == {"physician"}
    assert all("gate.override" in roles().granted[role] for role in named)


def test_every_reason_has_its_words():
    assert set(load_sentences().templates) == set(GATE_REASONS) >= set(ATTESTATION_REASONS)


def test_there_is_a_source_for_each_kind_of_answer():
    assert len(OWN) == len(set(OWN))
    assert len(SOURCES) == len(set(SOURCES))
    assert {"course", "clinical", "consent"} == set(gates.ANSWERED)


def test_a_gate_that_names_no_condition_is_refused_with_its_line(tmp_path):
    text = TEXT.replace('"verdict", "one-course",', '"verdct", "one-course",')
    line = text[: text.index('"verdct"')].count("\n") + 1
    (found,) = problems(tmp_path, text)
    assert (
        f"gates.toml:{line}: the gate names 'verdct', which is no condition of this file" in found
    )
    assert "Did you mean 'verdict'" in found


def test_a_condition_that_nobody_answers_is_refused_with_its_line(tmp_path):
    planted = '[[condition]]\ncode = "weather"\nwording = "It is fine."\nreference = "house"\nstanding = "derived"\n\n[[gate]]\nact = "enroll"'
    text = TEXT.replace('[[gate]]\nact = "enroll"', planted)
    text = text.replace('"verdict", "one-course",', '"weather", "verdict", "one-course",')
    line = text[: text.index('"weather", "verdict"')].count("\n") + 1
    (found,) = problems(tmp_path, text)
    assert f"gates.toml:{line}: the gate names 'weather', and nobody answers" in found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('act = "enroll"', 'act = "enrol"', "act 'enrol' is not known"),
        ('standing = "secondary"', 'standing = "not-found"', "has no source"),
        ('lasts = "same-day"', 'lasts = "a-while"', "lasts 'a-while' is not known"),
        ('value = "date"', 'value = "text"', "lasts until a value that is no date"),
        ('override = "physician"', 'overide = "physician"', "unknown key 'overide'"),
        ('"window", ', "", "no gate asks for 'window'"),
        ('reference = "swiss"', 'reference = "nowhere"', "reference 'nowhere' is not in this file"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, old, new, said):
    assert old in TEXT
    assert any(said in found for found in problems(tmp_path, TEXT.replace(old, new, 1)))


def test_a_gate_without_conditions_is_refused(tmp_path):
    head, tail = TEXT.split('title = "Begin preparation"\n', 1)
    _, rest = tail.split("]\n", 1)
    text = f'{head}title = "Begin preparation"\nconditions = []\n{rest}'
    assert any("never opens" in found for found in problems(tmp_path, text))


def test_the_two_seats_of_a_pair_are_data(tmp_path):
    assert {code: seat.act for code, seat in pairs.seats().items()} == {
        "lead": "leading-session",
        "second": "assisting-session",
    }
    path = tmp_path / "pairs.toml"
    path.write_text(pairs.FILE.read_text("utf-8").replace('"therapist",', '"wizard",', 1), "utf-8")
    with pytest.raises(DefinitionRefused, match="role 'wizard' is not known"):
        pairs.read(path)
