"""Matching: every name leads to its own medicine, and to no other. Nothing is guessed."""

import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.definitions import interactions
from holdfast.domain.drug_names import folded, match, normalized

TABLE = interactions.load()
REFERENCE_DATA = Path(
    os.environ.get(
        "HOLDFAST_REFERENCE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"
    )
)

# What each text of the public bundles is, written down by hand from the text alone.
OBSERVED = {
    "24 HR Donepezil hydrochloride 10 MG / Memantine hydrochloride 28 MG Extended Release Oral Capsule": (
        "donepezil",
        "memantine",
    ),
    "NDA020800 0.3 ML Epinephrine 1 MG/ML Auto-Injector": ("epinephrine",),
    "200 ACTUAT Albuterol 0.09 MG/ACTUAT Metered Dose Inhaler": ("salbutamol",),
    "Acetaminophen 325 MG / HYDROcodone Bitartrate 7.5 MG Oral Tablet": (
        "hydrocodone",
        "paracetamol",
    ),
    "Acetaminophen/Hydrocodone": ("hydrocodone", "paracetamol"),
    "Carbamazepine[Tegretol]": ("carbamazepine",),
    "Meperidine Hydrochloride 50 MG Oral Tablet": ("pethidine",),
    "Penicillin V Potassium 500 MG Oral Tablet": ("penicillin v",),
    "168 HR Ethinyl Estradiol 0.00146 MG/HR / norelgestromin 0.00625 MG/HR Transdermal System": (
        "ethinylestradiol",
        "norelgestromin",
    ),
    "24hr nicotine transdermal patch": ("nicotine",),
    "ferrous sulfate 325 MG Oral Tablet": ("ferrous sulfate",),
    "Ortho Tri-Cyclen 28 Day Pack": ("ethinylestradiol", "norgestimate"),
}


def medicine_texts() -> set[tuple[str, str]]:
    """Every code and text of every medicine in the public bundles."""
    folder = REFERENCE_DATA / "referrals"
    if not folder.is_dir():
        pytest.skip(f"reference data: no {folder}")
    found = set()
    for path in folder.glob("*.json.gz"):
        for entry in json.loads(gzip.decompress(path.read_bytes()))["entry"]:
            concept = entry["resource"].get("medicationCodeableConcept", {})
            found |= {(coding["code"], coding["display"]) for coding in concept.get("coding", ())}
    return found


@pytest.mark.parametrize("text", OBSERVED)
def test_texts_of_the_public_bundles_are_what_they_say(text):
    assert match(text, (), TABLE).agents == OBSERVED[text]


def test_every_medicine_of_every_public_bundle_is_matched_and_code_agrees_with_name():
    texts = medicine_texts()
    assert len(texts) == 45
    for code, display in texts:
        by_name = match(display, (), TABLE)
        assert by_name.agents, display
        assert not by_name.unmatched, display
        assert match(display, (code,), TABLE) == by_name
        assert match("", (code,), TABLE).agents == by_name.agents


@pytest.mark.parametrize("name", sorted(TABLE.agents))
def test_every_agent_is_reachable_by_its_name(name):
    assert match(name, (), TABLE).agents == (name,)
    assert match(f"{name.upper()} 10 MG Oral Tablet", (), TABLE).agents == (name,)


def test_every_brand_leads_to_its_agents_alone():
    for words, agents in TABLE.names.items():
        assert match(words, (), TABLE).agents == tuple(sorted(agents)), words


def _named_by_whole_words(text: str) -> set[str]:
    """Every agent that some of the words, one after the other and each of them whole, name."""
    words = normalized(text).split()
    runs = [words[i:j] for i in range(len(words)) for j in range(i + 1, len(words) + 1)]
    return {agent for run in runs for agent in TABLE.names.get(" ".join(run), ())}


@given(st.sampled_from(sorted(TABLE.names)), st.text("abcdefghijklmnopqrstuvwxyz", min_size=1))
def test_a_name_inside_a_longer_word_is_never_found(name, letters):
    """No "fluoxetine" in "fluvoxamine", no "iron" in "spironolactone"."""
    for word in (letters + name, name + letters):
        assert set(match(word, (), TABLE).agents) <= _named_by_whole_words(word)


@pytest.mark.parametrize(
    "text",
    [
        "SERTRALINE HCL",
        "  sertraline   hydrochloride  50mg ",
        "Sértraline",
        "sertra\u200bline",
        "ＳＥＲＴＲＡＬＩＮＥ 100 ＭＧ",
        "sertraline\t50\u00a0mg",
        "Zoloft",
        "sertraline 50 MG Oral Tablet [Zoloft]",
        "Sertraline [Brand nobody listed]",
        "Sertraline (Zoloft)",
        "sertraline 50 mg once daily at bedtime",
        "sertraline-hydrochloride",
        "sertraline 12.5-25 mg",
        "1 ML sertraline 20 MG/ML Oral Solution",
    ],
)
def test_the_same_medicine_however_it_is_written(text):
    found = match(text, (), TABLE)
    assert (found.agents, found.unmatched) == (("sertraline",), ())


@pytest.mark.parametrize(
    "text",
    [
        "sertralin",
        "setraline",
        "sеrtraline",
        "sertralineX",
        "xsertraline",
        "sertra line",
        "",
        "50 mg",
        "???",
    ],
)
def test_what_only_looks_like_it_is_not_it(text):
    """Misspelled, a Cyrillic letter, glued to another word, broken, or nothing at all."""
    found = match(text, (), TABLE)
    assert found.agents == ()
    assert found.unmatched


@pytest.mark.parametrize(
    ("text", "agents"),
    [
        ("Tylenol with Codeine #3", ("codeine", "paracetamol")),
        ("sertraline and trazodone", ("sertraline", "trazodone")),
        ("sertraline + bupropion", ("bupropion", "sertraline")),
        ("Contrave", ("bupropion", "naltrexone")),
        ("Nuedexta 20/10 mg", ("dextromethorphan", "quinidine")),
        ("Paxlovid", ("nirmatrelvir", "ritonavir")),
        (
            "{21 (Ethinyl Estradiol 0.035 MG / norgestimate 0.25 MG Oral Tablet) / 7 (inert "
            "ingredients 1 MG Oral Tablet) } Pack [Sprintec 28 Day]",
            ("ethinylestradiol", "norgestimate"),
        ),
        ("Robitussin DM", ("dextromethorphan", "guaifenesin")),
        ("5-HTP 100 mg", ("5-hydroxytryptophan",)),
        ("3,4-Methylenedioxymethamphetamine", ("mdma",)),
    ],
)
def test_combinations_are_taken_apart(text, agents):
    found = match(text, (), TABLE)
    assert (found.agents, found.unmatched) == (agents, ())


def test_a_brand_that_is_another_medicine_contradicts():
    assert match("Sertraline 50 MG [Prozac]", (), TABLE).is_contradictory


def test_code_and_name_must_agree():
    assert match("Sertraline", ("4493",), TABLE).is_contradictory
    assert not match("Sertraline", ("36437",), TABLE).is_contradictory
    assert not match("Sertraline", ("999999999",), TABLE).is_contradictory
    assert match("Sertraline / Xyzamine", ("36437",), TABLE).unmatched == ("xyzamine",)


def test_a_single_code_does_not_speak_for_a_combination_nobody_knows():
    found = match("Xyzamine / Abcprazole", ("36437",), TABLE)
    assert (found.agents, found.unmatched) == (("sertraline",), ("xyzamine", "abcprazole"))


@given(st.text())
def test_any_text_is_folded_once_and_for_all(text):
    assert folded(folded(text)) == folded(text)
    assert normalized(normalized(text)) == normalized(text)


@given(st.text(), st.lists(st.text(max_size=8), max_size=3))
def test_any_text_gets_an_answer(name, codes):
    found = match(name, codes, TABLE)
    assert found.agents or found.unmatched
