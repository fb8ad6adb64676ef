"""The interaction table: complete, sourced, and refused where it is not."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from holdfast.definitions import interactions, protocols
from holdfast.definitions.interactions.reading import read_folder
from holdfast.definitions.loading import DefinitionRefused
from holdfast.definitions.sentences import sentence
from holdfast.domain.answers import MedicationEntry, Source, SourceKind
from holdfast.domain.findings import Standing
from holdfast.domain.medications import assess, medication_findings
from holdfast.domain.medicine_rules import PLANNED
from holdfast.domain.reasons import MEDICINE_REASONS, PLAN_REASONS, STOPPING_REASONS

TABLE = interactions.load()

# Every agent that sections 3.1 and 3.2 of the pharmacology facts name.
NAMED_BY_THE_FACTS = [
    "phenelzine",
    "tranylcypromine",
    "isocarboxazid",
    "selegiline",
    "rasagiline",
    "safinamide",
    "moclobemide",
    "linezolid",
    "tedizolid",
    "methylthioninium",
    "harmala",
    "ayahuasca",
    "procarbazine",
    "furazolidone",
    "isoniazid",
    "fluoxetine",
    "paroxetine",
    "sertraline",
    "citalopram",
    "escitalopram",
    "fluvoxamine",
    "duloxetine",
    "venlafaxine",
    "desvenlafaxine",
    "levomilnacipran",
    "milnacipran",
    "clomipramine",
    "vortioxetine",
    "vilazodone",
    "nefazodone",
    "bupropion",
    "reboxetine",
    "atomoxetine",
    "viloxazine",
    "mirtazapine",
    "trazodone",
    "quinidine",
    "tipranavir",
    "dacomitinib",
    "abiraterone",
    "cinacalcet",
    "darifenacin",
    "darunavir",
    "mirabegron",
    "rolapitant",
    "terbinafine",
    "thioridazine",
    "perhexiline",
    "codeine",
    "tramadol",
    "metoprolol",
    "carvedilol",
    "risperidone",
    "haloperidol",
    "flecainide",
    "tamoxifen",
    "eliglustat",
    "dextromethorphan",
    "deutetrabenazine",
    "ritonavir",
    "cobicistat",
    "amphetamine",
    "methylphenidate",
    "modafinil",
    "phentermine",
    "pseudoephedrine",
    "cocaine",
    "alcohol",
    "rizatriptan",
    "eletriptan",
    "frovatriptan",
    "ergotamine",
    "tapentadol",
    "pethidine",
    "methadone",
    "fentanyl",
    "lithium",
    "lamotrigine",
    "valproate",
    "gabapentin",
    "pregabalin",
    "quetiapine",
    "lorazepam",
    "zolpidem",
    "buspirone",
    "pindolol",
    "clonidine",
    "doxazosin",
    "prazosin",
    "ondansetron",
    "sotalol",
    "amiodarone",
    "warfarin",
    "5-HTP",
    "tryptophan",
    "SAMe",
    "desmopressin",
    "carbamazepine",
    "hydrochlorothiazide",
    "disulfiram",
    "naltrexone",
    "metoclopramide",
    "esketamine",
    "ketamine",
    "psilocybin",
    "propranolol",
    "olanzapine",
    "aripiprazole",
    "diazepam",
    "midazolam",
]

# Codes that the facts mark as read in CPIC's table.
CODES = {
    "4493": "fluoxetine",
    "32937": "paroxetine",
    "36437": "sertraline",
    "2556": "citalopram",
    "321988": "escitalopram",
    "42355": "fluvoxamine",
    "39786": "venlafaxine",
    "72625": "duloxetine",
    "1455099": "vortioxetine",
    "42347": "bupropion",
    "15996": "mirtazapine",
    "38400": "atomoxetine",
    "9068": "quinidine",
    "37801": "terbinafine",
    "3289": "dextromethorphan",
    "6901": "methylphenidate",
    "30125": "modafinil",
    "20352": "carvedilol",
    "8787": "propranolol",
    "6918": "metoprolol",
    "10689": "tramadol",
    "6813": "methadone",
    "4337": "fentanyl",
    "5093": "haloperidol",
    "35636": "risperidone",
    "61381": "olanzapine",
    "89013": "aripiprazole",
    "3322": "diazepam",
    "6960": "midazolam",
    "26225": "ondansetron",
    "6915": "metoclopramide",
    "11289": "warfarin",
    "6038": "isoniazid",
    "7243": "naltrexone",
    "6878": "methylene blue",
}

WHOLE = """
format = 1
[reference.label]
title = "A label"
href = "docs/medications.md#from-memory"
[[limit]]
code = "examplamine-washout-days"
value = 3
unit = "d"
standing = "from-memory"
reference = "label"
wording = "Days for examplamine to leave."
[[class]]
code = "example"
while_taking = "stop"
danger = { value = "washout", reference = "label", standing = "from-memory" }
loss_of_benefit = { value = "none", reference = "label", standing = "from-memory" }
cyp2d6 = { inhibits = "none", substrate = false, reference = "label", standing = "from-memory" }
washout = { mechanism = "label", limits = ["examplamine-washout-days"], reference = "label", standing = "from-memory" }
[[class.agent]]
name = "examplamine"
also = ["Exa"]
"""


def refused(tmp_path: Path, text: str) -> str:
    (tmp_path / "example.toml").write_text(text)
    with pytest.raises(DefinitionRefused) as caught:
        read_folder(tmp_path)
    return str(caught.value)


@pytest.mark.parametrize("name", NAMED_BY_THE_FACTS)
def test_every_agent_of_the_facts_has_a_rule(name):
    from holdfast.domain.drug_names import match

    (agent,) = match(name, (), TABLE).agents
    assert TABLE.agents[agent].has_rule


def test_every_code_of_the_facts_is_there():
    for code, agent in CODES.items():
        assert TABLE.codes[code] == (agent,)


def test_codes_that_the_facts_did_not_verify_are_not_there():
    assert not {"734064", "1433212", "10737", "41493", "352741"} & set(TABLE.codes)


def test_every_statement_has_a_source():
    for agent in TABLE.agents.values():
        for said in (agent.danger, agent.loss_of_benefit, agent.cyp2d6, agent.washout):
            assert said is None or said.reference.href, agent.name


def test_an_agent_without_a_rule_claims_nothing():
    for agent in TABLE.agents.values():
        if not agent.has_rule:
            assert (agent.danger.value, agent.loss_of_benefit.value) == ("unknown", "unknown")
            assert agent.danger.standing is Standing.NOT_FOUND


def test_where_nothing_was_found_nothing_is_denied():
    """ "None" is a finding; where nobody looked, or nothing was found, the word is "unknown"."""
    for agent in TABLE.agents.values():
        for said in (agent.danger, agent.loss_of_benefit, agent.cyp2d6):
            assert said.value != "none" or said.standing is not Standing.NOT_FOUND, agent.name


@pytest.mark.parametrize(
    ("name", "cyp2d6"),
    [
        ("phenelzine", "unknown"),
        ("vortioxetine", "unknown"),
        ("ibuprofen", "unknown"),
        ("clonidine", "none"),  # Hysek 2012: no interaction with its kinetics
        ("codeine", "substrate"),
        ("sertraline", "inhibitor"),
        ("quinidine", "strong-inhibitor"),
        ("duloxetine", "moderate-inhibitor"),
    ],
)
def test_the_third_axis_says_what_the_facts_say(name, cyp2d6):
    assert TABLE.agents[name].cyp2d6.value == cyp2d6


def test_whether_an_maoi_takes_the_benefit_is_not_known():
    for agent in TABLE.agents.values():
        if "maoi" in agent.drug_class or agent.drug_class in ("mao-b-inhibitor", "harmala"):
            assert agent.loss_of_benefit.value == "unknown", agent.name


def test_no_rule_rests_on_the_retracted_papers():
    for path in interactions.FOLDER.glob("*.toml"):
        references = tomllib.loads(path.read_text()).get("reference", {})
        text = " ".join(reference["href"] for reference in references.values())
        assert not re.search(r"s00213-0(20-05710-w|19-05249-5|20-05548-2)", text)


def test_pages_of_ours_that_are_cited_exist():
    page = (Path(__file__).resolve().parents[2] / "docs" / "medications.md").read_text()
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", heading.lower()).strip().replace(" ", "-")
        for heading in re.findall(r"^## (.+)$", page, re.MULTILINE)
    }
    for path in interactions.FOLDER.glob("*.toml"):
        for anchor in re.findall(r"docs/medications\.md#([a-z0-9-]+)", path.read_text()):
            assert anchor in anchors, (path.name, anchor)


def test_every_reason_of_a_medicine_is_one_that_has_a_sentence():
    rules = Path(interactions.__file__).parents[2] / "domain"
    code = "".join((rules / name).read_text() for name in ("medications.py", "medicine_rules.py"))
    for reason in MEDICINE_REASONS:
        assert f'"{reason}"' in code, f"{reason} is said by no rule"
    for reason in re.findall(r'(?:PASSED|UNKNOWN|FAILED), "([a-z-]+)"', code):
        assert reason in MEDICINE_REASONS
    given = {a.stop_abruptly.value for a in TABLE.agents.values() if a.stop_abruptly}
    assert given == set(STOPPING_REASONS)
    planned = {a.after_session.value for a in TABLE.agents.values() if a.after_session} | PLANNED
    assert planned == set(PLAN_REASONS)
    assert all(any(flag in a.flags for a in TABLE.agents.values()) for flag in PLANNED)


def test_every_finding_of_every_medicine_reads_as_a_sentence():
    protocol = protocols.load("mapp2")
    source = Source(SourceKind.RECORD, "MedicationStatement/1")
    days = [None, date(2020, 1, 1), date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1)]
    for name in (*TABLE.agents, "herbal tea", "Phenelzine [Zoloft]"):
        entries = [
            MedicationEntry(name, (), is_current, last, source)
            for is_current in (True, False, None)
            for last in days
        ]
        for entry in entries:
            for finding in medication_findings(assess([entry], TABLE, date(2026, 3, 31), {})):
                said = sentence(finding, protocol)
                assert said[-1] in ".?", said
                assert not re.search(r"[{}]| [.,]|: *$|\bNone\b", said), said


def test_the_table_is_hashed_and_read_again_the_same():
    assert read_folder(interactions.FOLDER).sha256 == TABLE.sha256


def test_a_whole_file_is_read(tmp_path):
    (tmp_path / "example.toml").write_text(WHOLE)
    assert set(read_folder(tmp_path).names) == {"examplamine", "exa"}


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('also = ["Exa"]', 'alias = ["Exa"]', "alias"),
        ('reference = "label"\nwording', "wording", "reference is missing"),
        ('unit = "d"', 'unit = "day"', "unit 'day' is not known"),
        ("value = 3", "", "value is missing"),
        (
            'value = 3\nunit = "d"\nstanding = "from-memory"',
            'value = 3\nunit = "d"\nstanding = "not-found"',
            "has no value",
        ),
        ('limits = ["examplamine-washout-days"]', 'limits = ["other-days"]', "other-days"),
        ('value = "washout"', 'value = "lethal"', "lethal"),
        ("substrate = false", "substrate = true", "CYP2D6 substrate"),
        ("washout = {", "after = {", "must be stopped"),
        (
            'value = "none", reference = "label", standing = "from-memory"',
            'value = "none", reference = "label", standing = "not-found"',
            "'unknown'",
        ),
        (
            'substrate = false, reference = "label", standing = "from-memory"',
            'substrate = false, reference = "label", standing = "not-found"',
            "'unknown'",
        ),
        ('also = ["Exa"]', 'also = ["Exa"]\n[[class.agent]]\nname = "exa"', "already a name"),
        ("format = 1", "format = 2", "format 2"),
        ('href = "docs/medications.md#from-memory"', "", "href is missing"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(tmp_path, was, becomes, said):
    assert was in WHOLE
    message = refused(tmp_path, WHOLE.replace(was, becomes, 1))
    assert said in message
    assert re.search(r"example\.toml:\d+: ", message)


def test_an_observed_code_whose_words_are_no_agent_is_refused(tmp_path):
    observed = '[observed]\nreference = "label"\nstanding = "secondary"\n[observed.display]\n"1" = "Nothing known"\n'
    assert "nothing known" in refused(tmp_path, WHOLE + observed)
