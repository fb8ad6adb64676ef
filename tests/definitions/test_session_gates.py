"""The files of a session's gates are refused where they could be wrong quietly."""

import pytest

from holdfast.definitions.loading import DefinitionRefused
from holdfast.definitions.sentences.dosing import FILE as SENTENCES
from holdfast.definitions.sentences.dosing import dosing_sentence
from holdfast.definitions.session import ambulance, exits, gates, limits
from holdfast.domain.dosing_reasons import DOSING_REASONS
from holdfast.domain.findings import Finding, Outcome, Reference, Standing
from holdfast.domain.session_gates import SessionAct

FILES = {
    gates.FILE: gates.read,
    gates.EXITS: exits.read_exits,
    limits.FILE: limits.read,
    ambulance.FILE: ambulance.read,
}


def refused(tmp_path, file, old, new):
    text = file.read_text("utf-8")
    assert old in text
    path = tmp_path / file.name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionRefused) as caught:
        FILES[file](path)
    return str(caught.value)


def test_every_gate_is_there_and_ends_what_it_issues():
    loaded = gates.load()
    assert set(loaded.gates) == set(SessionAct)
    assert all(gate.lasts.total_seconds() > 0 for gate in loaded.gates.values())
    assert set(loaded.exits) == {
        "home-with-escort",
        "overnight",
        "extended-stay",
        "transfer-to-hospital",
        "left-against-advice",
        "death",
    }


def test_only_the_two_ways_out_of_a_good_day_have_a_gate():
    acts = {code: one.act for code, one in gates.load().exits.items() if one.act is not None}
    assert acts == {
        "home-with-escort": SessionAct.RELEASE_HOME,
        "overnight": SessionAct.RELEASE_TO_OVERNIGHT,
    }


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('answered = "rule"', 'answered = "hope"', "answered 'hope' is not known"),
        ('code = "hours"', 'code = "minutes-over"', "no rule answers 'minutes-over'"),
        (
            'answered = "stated"\nstated = { by = ["therapist", "physician"], lasts = "same-day" }',
            'answered = "stated"',
            "nobody is named who states it",
        ),
        ('lasts = "same-day"', 'lasts = "for-ever"', "lasts 'for-ever' is not known"),
        ('by = ["therapist", "physician"]', "by = []", "nobody may state it"),
        ('needs = "plan"\n', 'needs = "luck"\n', "needs 'luck' is not known"),
        ('override = "physician"\nneeds = "plan"', 'needs = "plan"', "nobody may set it aside"),
        ("minutes = 15", "minutes = 0", "0 minutes"),
        ("minutes = 15", "minutes = 241", "241 minutes"),
        ('act = "give-initial-dose"', 'act = "give-anything"', "act 'give-anything' is not known"),
        (
            '"session-open", "entries-attributed"',
            '"session-open", "entries-atributed"',
            "which is no condition",
        ),
        ('reference = "house"', 'reference = "hearsay"', "reference 'hearsay' is not in this file"),
        ('standing = "derived"', 'standing = "not-found"', "has no source"),
        ('wording = "', 'worded = "', "unknown key 'worded'"),
    ],
)
def test_a_gate_file_that_does_not_fit_is_refused_with_its_line(tmp_path, old, new, problem):
    said = refused(tmp_path, gates.FILE, old, new)
    assert problem in said
    assert "gates.toml:" in said


def test_a_condition_that_no_gate_asks_for_and_a_rule_that_is_stated_are_refused(tmp_path):
    said = refused(
        tmp_path, gates.FILE, '"entries-attributed", "no-dose-yet", ', '"entries-attributed", '
    )
    assert "no gate asks for 'no-dose-yet'" in said
    said = refused(
        tmp_path,
        gates.FILE,
        'answered = "rule"',
        'answered = "rule"\nstated = { by = ["physician"], lasts = "session" }',
    )
    assert "a rule of the session answers it" in said


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (gates.EXITS, 'gate = "release-home"', 'gate = "release"', "gate 'release' is not known"),
        (gates.EXITS, 'tier = "urgent"', 'tier = "loud"', "tier 'loud' is not known"),
        (gates.EXITS, '"risks-told"', '"Risks told"', "is no code"),
        (gates.EXITS, "is_final = true", 'is_final = "yes"', "of the wrong type"),
        (gates.EXITS, 'code = "overnight"', 'code = "death"', "'death' is here twice"),
        (limits.FILE, 'unit = "mg"', 'unit = "grain"', "unit 'grain' is not known"),
        (limits.FILE, 'standing = "not-found"', 'standing = "verified"', "and has no value"),
        (ambulance.FILE, 'code = "maoi"', 'code = "warming"', "'warming' is here twice"),
        (ambulance.FILE, 'standing = "secondary"', 'standing = "sure"', "is not known"),
    ],
)
def test_the_files_beside_it_are_refused_likewise(tmp_path, file, old, new, problem):
    said = refused(tmp_path, file, old, new)
    assert problem in said
    assert f"{file.name}:" in said


def test_every_reason_has_a_sentence_that_uses_what_comes_with_it():
    text = SENTENCES.read_text("utf-8")
    for reason, values in DOSING_REASONS.items():
        finding = Finding(
            "any",
            Outcome.FAILED,
            reason,
            Reference("a", "docs/session.md"),
            Standing.DERIVED,
            dict.fromkeys(values, "x"),
        )
        said = dosing_sentence(finding)
        assert said[-1] in ".?"
        assert "{" not in said
        assert f"[reason.{reason}]" in text
