"""Every protocol loads; whatever does not fit is refused with its file, its line and the mend."""

from pathlib import Path

import pytest

from holdfast.definitions import protocols
from holdfast.definitions.loading import DefinitionRefused
from holdfast.definitions.questions import load as load_questions
from holdfast.domain.findings import Standing

MAPP2 = protocols.PROTOCOLS / "mapp2" / "1.toml"


def _refused(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "p.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionRefused) as refused:
        protocols.read(file)
    return [str(problem).replace(str(file), "p.toml") for problem in refused.value.problems]


def _changed(old: str, new: str) -> str:
    text = MAPP2.read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new, 1)


def _line(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize("name", protocols.names())
def test_every_version_loads_and_says_where_everything_is_from(name):
    for number in protocols.versions(name):
        protocol = protocols.load(name, number)
        assert (protocol.name, protocol.version) == (name, number)
        assert protocol.not_known, "a protocol says plainly what no source told"
        for thing in (*protocol.criteria, *protocol.limits.values()):
            assert thing.reference.title, thing.code
            assert thing.reference.href.startswith("https://"), thing.code
            assert thing.standing is not Standing.SIGNED, thing.code
            assert thing.wording.endswith("."), thing.code


def test_every_protocol_that_was_promised_is_there():
    assert protocols.names() == (
        "autism-social-anxiety-2018",
        "example-low-dose-control",
        "group-veterans",
        "life-threatening-illness-2020",
        "mapp1",
        "mapp2",
        "mdd-2022",
        "mp12",
        "mp8",
        "oehen-2013",
        "single-dose-va",
        "social-anxiety-2023",
        "swiss-limited-medical-use",
        "tga-authorised-prescriber",
    )


@pytest.mark.parametrize(
    ("code", "value", "standing"),
    [
        ("age-at-least-years", 18, "verified"),
        ("ptsd-duration-at-least-months", 6, "verified"),
        ("contraception-after-last-dosing-days", 10, "verified"),
        ("report-new-conditions-within-hours", 48, "verified"),
        ("psychoactives-abstinence-hours", 24, "verified"),
        ("other-substance-free-months", 12, "secondary"),
        ("caps-5-total-at-least", 28, "from-memory"),
        ("systolic-uncontrolled-at-least-mmhg", 140, "from-memory"),
        ("diastolic-uncontrolled-at-least-mmhg", 90, "from-memory"),
        ("blood-pressure-readings-required", 3, "from-memory"),
        ("qtc-ceiling-male-ms", 450, "from-memory"),
        ("qtc-ceiling-female-ms", 460, "from-memory"),
        ("weight-floor-kg", 48, "from-memory"),
        ("mdma-last-use-months", 12, "from-memory"),
        ("mdma-lifetime-uses-at-most", 10, "from-memory"),
        ("alt-ceiling", None, "not-found"),
        ("ast-ceiling", None, "not-found"),
        ("egfr-floor", None, "not-found"),
        ("pregnancy-test-valid-days", None, "not-found"),
    ],
)
def test_the_numbers_of_mapp2_carry_how_far_they_were_checked(code, value, standing):
    """From the facts, section 2: [V] verified, [V2] secondary, [M] from memory, [?] not found."""
    limit = protocols.load("mapp2").limits[code]
    assert (limit.value, limit.standing.value) == (value, standing)


@pytest.mark.parametrize(
    ("code", "standing"),
    [
        ("consent", "verified"),
        ("psychosis", "secondary"),
        ("bipolar-1", "secondary"),
        ("family-history", "verified"),
        ("alcohol", "secondary"),
        ("other-substances", "secondary"),
        ("stroke", "from-memory"),
        ("hyponatraemia", "from-memory"),
        ("kidney", "not-found"),
        ("pregnancy", "verified"),
        ("litigation", "verified"),
        ("housing", "verified"),
    ],
)
def test_the_criteria_of_mapp2_carry_how_far_they_were_checked(code, standing):
    criterion = protocols.load("mapp2").criterion(code)
    assert criterion is not None
    assert criterion.standing.value == standing


def test_only_what_is_not_the_trials_own_rule_may_be_overridden():
    overridable = {c.code for c in protocols.load("mapp2").criteria if c.override}
    assert overridable == {"family-history", "litigation", "housing", "support"}


@pytest.mark.parametrize("name", ["oehen-2013", "tga-authorised-prescriber"])
def test_a_caution_that_is_borrowed_says_so_and_may_be_overridden(name):
    protocol = protocols.load(name)
    borrowed = [c for c in protocol.criteria if "caution" in c.wording]
    assert {"pregnancy", "psychosis", "stroke"} <= {c.code for c in borrowed}
    assert all(c.override == "physician" for c in borrowed)


def test_the_layout_of_a_file_changes_its_bytes_and_not_what_was_read(tmp_path):
    file = tmp_path / "1.toml"
    file.write_text("# a comment\n" + MAPP2.read_text(encoding="utf-8"), encoding="utf-8")
    released, laid_out = protocols.load("mapp2", 1), protocols.read(file)
    assert laid_out.sha256 != released.sha256
    assert laid_out.parsed_sha256 == released.parsed_sha256


def test_another_number_is_another_protocol(tmp_path):
    file = tmp_path / "1.toml"
    file.write_text(
        _changed('value = 48\nunit = "kg"', 'value = 45\nunit = "kg"'), encoding="utf-8"
    )
    assert protocols.read(file).parsed_sha256 != protocols.load("mapp2", 1).parsed_sha256


CASES = [
    ("value = 18", "value = -18", "limit 'age-at-least-years' is negative", "Correct"),
    (
        'href = "https://www.anzctr.org.au',
        'href = "javascript:alert(1)//www.anzctr.org.au',
        "href is not a page or a path",
        "https",
    ),
    ('question = "nursing"', 'question = "nursin"', "no question is called 'nursin'", "nursing"),
    (
        'at_least = "weight-floor-kg"',
        'at_least = "weight-flor-kg"',
        "no limit is called",
        "weight-floor-kg",
    ),
    (
        'valid_days = "weight-valid-days"',
        'valid_dais = "weight-valid-days"',
        "unknown key 'valid_dais'",
        "valid_days",
    ),
    ('unit = "kg"', 'unit = "stone"', "unit 'stone' is not known", "kg"),
    ('unit = "kg"', 'unit = "ms"', "limit 'weight-floor-kg' is in ms", "in kg"),
    ('code = "age"', 'code = "Age"', "code 'Age' is not a code", "lower-case"),
    ('code = "recording"', 'code = "living"', "criterion 'living' is here twice", "another code"),
    ('kind = "qtc"', 'kind = "qct"', "kind 'qct' is not known", "qtc"),
    (
        'standing = "verified"',
        'standing = "certain"',
        "standing 'certain' is not known",
        "verified",
    ),
    ('standing = "verified"', 'standing = "signed"', "standing 'signed' is not known", "verified"),
    (
        'reference = "ctg-elig"',
        'reference = "ctg"',
        "reference 'ctg' is not in this file",
        "ctg-elig",
    ),
    ('reference = "ctg-elig"\n', "", "reference is missing", "Add reference"),
    ('wording = "Is alive."\n', "", "wording is missing", "Add wording"),
    ('wording = "Is alive."', 'wording = ""', "wording is empty", "Write the wording"),
    ("value = 18", 'value = "18"', "value is of the wrong type", "number without quotes"),
    ("value = 18", "value = nan", "value is not a finite number", "Write a number"),
    ("value = 18\n", "", "is verified but has no value", "not-found"),
    ("required = true", 'required = "yes"', "required is of the wrong type", "true or false"),
    (
        'accepted = [\n  "intra',
        'accepted = [\n  "xntra',
        "has no choice 'xntrauterine-device'",
        "intrauterine-device",
    ),
    ("childbearing = true", "childbaring = true", "unknown key 'childbaring'", "childbearing"),
    ('by = "physician"', 'by = "therapist"', "by 'therapist' is not known", "physician"),
    (
        'override = { by = "physician" }',
        'override = "physician"',
        "override is of the wrong type",
        "a table",
    ),
    ("format = 1", "format = 3", "format 3 is not read here", "format = 1 or 2"),
    ("version = 1", "version = 0", "versions are counted from 1", "version = 1"),
    (
        'question = "weight"',
        'question = "nursing"',
        "'nursing' is a yes-no question",
        "Name a number",
    ),
    (
        'title = "Registry record ACTRN',
        'titel = "Registry record ACTRN',
        "unknown key 'titel'",
        "title",
    ),
]


@pytest.mark.parametrize(("old", "new", "problem", "mend"), CASES)
def test_what_does_not_fit_is_named_with_its_line_and_mend(tmp_path, old, new, problem, mend):
    text = _changed(old, new)
    said = [line for line in _refused(tmp_path, text) if problem in line]
    assert said, _refused(tmp_path, text)
    assert mend in said[0].split(problem, 1)[1]
    number, changed = int(said[0].split(":")[1]), _line(MAPP2.read_text(encoding="utf-8"), old)
    if "is missing" in problem or "no value" in problem or "wording is empty" in problem:
        assert changed - 8 <= number <= changed
    elif "is in ms" not in problem:  # said of the criterion, where the limit is named
        assert number - changed in (0, 1)


def test_a_missing_source_names_the_line_of_its_criterion(tmp_path):
    block = '[[criterion]]\ncode = "weight"\n'
    text = MAPP2.read_text(encoding="utf-8")
    start = text.index(block)
    end = text.index("[[criterion]]", start + 1)
    without = text[start:end].replace('reference = "phase3-protocol"\n', "")
    said = _refused(tmp_path, text[:start] + without + text[end:])
    assert said == [
        f"p.toml:{_line(text, block)}: reference is missing. "
        'Add reference = a text in quotes, like "sertraline".'
    ]


def test_all_problems_are_found_not_only_the_first(tmp_path):
    text = _changed('unit = "kg"', 'unit = "stone"').replace(
        'question = "nursing"', 'question = "x"'
    )
    said = _refused(tmp_path, text.replace('code = "age"', 'code = "Age"', 1))
    for problem in ("unit 'stone'", "no question is called 'x'", "code 'Age'"):
        assert any(problem in line for line in said), problem
    numbers = [int(line.split(":")[1]) for line in said]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize(
    ("old", "new"), [("value = 18", 'value = "18"'), ('standing = "verified"', 'standing = "sure"')]
)
def test_a_problem_of_a_limit_is_not_told_again_where_the_limit_is_used(tmp_path, old, new):
    assert len(_refused(tmp_path, _changed(old, new))) == 1


def test_a_limit_that_nothing_uses_was_meant_for_something(tmp_path):
    text = MAPP2.read_text(encoding="utf-8")
    extra = text.replace(
        "[[criterion]]",
        '[[limit]]\ncode = "spare"\nvalue = 1\nunit = "kg"\nstanding = "verified"\n'
        'reference = "ctg-elig"\nwording = "Spare."\n\n[[criterion]]',
        1,
    )
    assert [line.split(": ", 1)[1] for line in _refused(tmp_path, extra)] == [
        "no criterion uses limit 'spare'. Use it or take it out."
    ]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"name = ", "p.toml:1: this is not TOML"),
        (b"name = 1\nname = 2\n", "p.toml:2: this is not TOML"),
        (b"format = 1\n\xff\n", "p.toml:2: the file is not UTF-8 text"),
        (b"a" * 1_000_001, "p.toml:1: the file is larger than 1 MB"),
        (b"x = " + b"[" * 5000, "this is not TOML"),
        (b"", "p.toml:1: format is missing"),
        (b"\xef\xbb\xbfformat = 1\n", "p.toml:1: the file begins with a byte order mark"),
    ],
)
def test_what_is_not_a_definition_at_all(tmp_path, content, place):
    file = tmp_path / "p.toml"
    file.write_bytes(content)
    with pytest.raises(DefinitionRefused) as refused:
        protocols.read(file)
    assert place in str(refused.value).replace(str(file), "p.toml")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DefinitionRefused, match="cannot be read"):
        protocols.read(tmp_path / "none.toml")


def test_a_file_in_the_wrong_place_is_refused():
    with pytest.raises(DefinitionRefused, match=r"lies at mapp2/2\.toml"):
        protocols.read(MAPP2, expected=("mapp2", 2))


@pytest.mark.parametrize("name", ["mapp3", "", "../mapp2", "mapp2/1", "MAPP2"])
def test_an_unknown_protocol_says_which_there_are(name):
    with pytest.raises(protocols.UnknownProtocol, match="mapp1, mapp2, mdd-2022"):
        protocols.load(name)


def test_an_unknown_version_says_which_there_are():
    with pytest.raises(protocols.UnknownProtocol, match=r"no version 7\. It has: 1"):
        protocols.load("mapp2", 7)


def test_a_protocol_is_read_once():
    assert protocols.load("mapp2") is protocols.load("mapp2", protocols.versions("mapp2")[-1])


def test_every_question_of_the_catalogue_is_asked_by_somebody():
    asked = {code for name in protocols.names() for code in protocols.load(name).questions}
    assert set(load_questions().questions) == asked


def test_no_observation_code_answers_two_questions():
    by_loinc = load_questions().by_loinc()
    assert by_loinc["8480-6"].code == "blood-pressure-systolic"
    assert by_loinc["29463-7"].accepts == ("kg", "g", "[lb_av]")
