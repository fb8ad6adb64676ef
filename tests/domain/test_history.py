"""Only a positive record makes an answer, and it keeps where it came from."""

from datetime import date

import pytest

from holdfast.definitions.terminology import load_conditions
from holdfast.domain.answers import HistoryEntry, Source, SourceKind
from holdfast.domain.history import ICD_10_CM, answers_from_history

TODAY = date(2026, 3, 31)
SOURCE = Source(SourceKind.RECORD, "Condition/1")


def _answers(name, *, icd=None, active=True, onset=None, ended=None, kind="condition", as_of=TODAY):
    codes = ((ICD_10_CM, icd),) if icd else (("http://snomed.info/sct", "1"),)
    entry = HistoryEntry(kind, name, codes, active, onset, ended, SOURCE)
    found = answers_from_history((entry,), load_conditions(), as_of)
    assert all(answer.source == SOURCE for answer in found)
    return {(answer.question, answer.value) for answer in found}


@pytest.mark.parametrize(
    ("name", "question", "value"),
    [
        ("Seizure disorder", "conditions-on-record", "epilepsy-or-seizures"),
        ("Epilepsy", "conditions-on-record", "epilepsy-or-seizures"),
        ("Epilepsy, unspecified, not intractable", "conditions-on-record", "epilepsy-or-seizures"),
        ("Atrial Fibrillation", "arrhythmia", "other"),
        ("Ventricular tachycardia", "arrhythmia", "ventricular"),
        ("Coronary Heart Disease", "condition-harmed-by-pressor-effect", True),
        ("History of cardiac arrest (situation)", "condition-harmed-by-pressor-effect", True),
        ("Stroke", "stroke-or-tia-ever", True),
        ("Hypertension", "hypertension", True),
        ("Essential hypertension (disorder)", "hypertension", True),
        ("Alcoholism", "alcohol-use-disorder-on-record", True),
        ("Severe alcohol use disorder (disorder)", "alcohol-use-disorder", "severe"),
        ("Alcohol use disorder, severe", "alcohol-use-disorder", "severe"),
        ("Alcohol dependence, severe", "alcohol-use-disorder-on-record", True),
        ("Cannabis use disorder, severe", "cannabis-use-disorder", "severe"),
        ("Homelessness", "stable-living-situation", False),
        ("Opioid abuse (disorder)", "other-substance-use-disorder-ever", True),
        ("Opioid abuse (disorder)", "other-substance-use-disorder-now", True),
        ("Posttraumatic stress disorder", "ptsd-on-record", True),
        ("Post-traumatic stress disorder (disorder)", "ptsd-on-record", True),
        ("Alzheimer's disease (disorder)", "conditions-on-record", "dementia"),
        (
            "Familial Alzheimer's disease of early onset (disorder)",
            "conditions-on-record",
            "dementia",
        ),
        ("Drug overdose", "conditions-on-record", "drug-overdose"),
        ("Traumatic brain injury (disorder)", "conditions-on-record", "traumatic-brain-injury"),
        ("Schizophrenia", "psychotic-disorder-ever", True),
        ("Bipolar I disorder", "bipolar-1-ever", True),
        ("Bipolar disorder", "conditions-on-record", "bipolar-unspecified"),
        ("Borderline personality disorder", "personality-disorder", True),
        ("Major depression with psychotic features", "psychotic-depression-ever", True),
        ("Major depression disorder", "conditions-on-record", "depression"),
        ("Normal pregnancy", "pregnant", True),
        ("Diabetes mellitus type 2", "diabetes-type-2", True),
        ("Non-small cell lung cancer (disorder)", "conditions-on-record", "cancer"),
        ("Heat stroke", "hyperthermia-ever", True),
    ],
)
def test_a_positive_record_answers(name, question, value):
    assert (question, value) in _answers(name)


@pytest.mark.parametrize(
    ("code", "question", "value"),
    [
        ("F43.12", "ptsd-on-record", True),
        ("F20.0", "psychotic-disorder-ever", True),
        ("F31.2", "bipolar-1-ever", True),
        ("F33.3", "psychotic-depression-ever", True),
        ("I48.91", "arrhythmia", "other"),
        ("I47.20", "arrhythmia", "ventricular"),
        ("I63.9", "stroke-or-tia-ever", True),
        ("F11.20", "other-substance-use-disorder-now", True),
        ("E11.9", "diabetes-type-2", True),
    ],
)
def test_a_code_answers_whatever_its_words(code, question, value):
    assert (question, value) in _answers("as coded", icd=code)


@pytest.mark.parametrize(
    "name",
    [
        "Family history of schizophrenia",
        "FH: stroke",
        "Suspected stroke",
        "Stroke ruled out",
        "No history of seizure",
        "No epilepsy",
        "Possible bipolar I disorder",
        "At risk of psychosis",
        "Screening for hypertension",
        "Never had a stroke",
        "Viral sinusitis (disorder)",
        "Prediabetes",
        "Childhood attention deficit",
    ],
)
def test_what_is_not_positive_answers_nothing(name):
    assert _answers(name) == set()


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("Major depression without psychotic features", "psychotic-depression-ever"),
        ("Bipolar II disorder", "bipolar-1-ever"),
        ("Heat stroke", "stroke-or-tia-ever"),
        ("Pulmonary hypertension", "hypertension"),
        ("Nonalcoholic fatty liver disease", "alcohol-use-disorder-on-record"),
        ("Non-alcoholic steatohepatitis", "alcohol-use-disorder-on-record"),
        ("Major depression disorder", "psychotic-depression-ever"),
        ("Opioid dependence, in remission", "other-substance-use-disorder-now"),
        ("Gestational diabetes", "diabetes-type-2"),
    ],
)
def test_like_words_for_something_else_do_not_answer(name, question):
    assert question not in {asked for asked, _ in _answers(name)}


@pytest.mark.parametrize(
    ("code", "question"),
    [
        ("F31.81", "bipolar-1-ever"),
        ("I49.3", "arrhythmia"),
        ("F11.21", "other-substance-use-disorder-now"),
        ("H40.001", "glaucoma"),
    ],
)
def test_a_code_for_something_else_does_not_answer(code, question):
    assert question not in {asked for asked, _ in _answers("as coded", icd=code)}


@pytest.mark.parametrize(
    "entry",
    [
        {"active": False, "onset": date(2014, 1, 1), "ended": date(2014, 9, 1)},
        {"active": True, "ended": date(2014, 9, 1)},
        {"active": None},
        {"active": True, "onset": date(2026, 4, 1)},
    ],
)
def test_a_pregnancy_that_is_not_known_to_be_now_answers_nothing(entry):
    assert _answers("Normal pregnancy", **entry) == set()


def test_a_pregnancy_is_one_until_the_day_it_ended():
    entry = {"active": True, "ended": date(2026, 3, 31)}
    assert _answers("Normal pregnancy", **entry, as_of=date(2026, 3, 30)) == {("pregnant", True)}
    assert _answers("Normal pregnancy", **entry, as_of=date(2026, 3, 31)) == set()


def test_the_dates_of_a_record_answer_the_questions_of_time():
    onset, ended = date(2019, 6, 1), date(2024, 5, 1)
    assert ("ptsd-onset", onset) in _answers("PTSD", onset=onset)
    found = _answers("Cocaine dependence", active=False, onset=onset, ended=ended)
    assert ("other-substance-use-disorder-last-met", ended) in found


def test_an_allergy_is_no_condition():
    assert _answers("Stroke", kind="allergy") == set()


@pytest.mark.parametrize("name", ["Severe alcohol use disorder", "Homeless (finding)"])
def test_what_was_so_once_does_not_answer_for_now(name):
    now = {"alcohol-use-disorder", "stable-living-situation"}
    assert not {question for question, _ in _answers(name, active=False)} & now
    assert not {q for q, _ in _answers(name, ended=date(2025, 1, 1))} & now


def test_a_severe_depression_does_not_make_an_alcohol_use_disorder_severe():
    found = _answers("Severe depression with alcohol use disorder")
    assert ("alcohol-use-disorder-on-record", True) in found
    assert not any(question == "alcohol-use-disorder" for question, _ in found)
