"""Findings as sentences: templates by language beside the definition, filled in where they are shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from holdfast.definitions.interactions import load as load_interactions
from holdfast.definitions.loading import FOLDER, Document, Table, nearest, read_format
from holdfast.definitions.questions import LANGUAGES
from holdfast.definitions.questions import load as load_questions
from holdfast.domain.answers import SourceKind
from holdfast.domain.findings import Finding, Standing, Value
from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.reasons import MEDICINE_REASONS, PLAN_REASONS, REASONS, STOPPING_REASONS

FORMAT = 1
FILE = FOLDER / "sentences" / "eligibility.toml"
MEDICINES_FILE = FOLDER / "sentences" / "medications.toml"
# What a template may use beside the values that always come with its reason.
GIVEN = ("wording", "origin", "limits", "stop", "plan")
# Words somebody wrote, and names of substances: their hyphens are their own.
_VERBATIM = ("medicine", "ingredient", "ingredients")
_BLANKS = re.compile(r"[ \t]+")
_PLACE = re.compile(r"\{([^{}]*)\}")
# A count and the word that it counts.
_COUNTED = re.compile(r"\{([a-z_]+)\} (days|months|Tage|\{unit\})")
_SINGULAR = {"days": "day", "months": "month", "Tage": "Tag", "times": "time", "points": "point"}


@dataclass(frozen=True)
class Sentences:
    """The templates of every reason by language, and how a language writes dates and sources.

    ``signed`` is what a language adds where the site's number is not the one the protocol words.
    """

    templates: Mapping[str, Mapping[str, str]]
    months: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, Mapping[str, str]]
    signed: Mapping[str, str]
    sha256: str


class NoSentence(LookupError):
    """No template for a reason: a finding that nobody can read must never be shown as a blank."""


@cache
def load() -> Sentences:
    """The sentences that ship with this release."""
    return read(FILE, REASONS)


@cache
def load_medicines() -> Sentences:
    """The sentences about medicines; how dates are written stands with the others."""
    beside: dict[str, tuple[str, ...]] = {f"stop-{reason}": () for reason in STOPPING_REASONS}
    beside |= {f"plan-{reason}": () for reason in PLAN_REASONS}
    return read(MEDICINES_FILE, {**MEDICINE_REASONS, **beside})


def read(path: Path, reasons: Mapping[str, tuple[str, ...]]) -> Sentences:
    """Sentences from a file; a reason without one in English is a problem, as is one of no reason."""
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    languages, tables = root.named_tables("language"), root.named_tables("reason")
    months = {name: table.texts("months", required=True) for name, table in languages.items()}
    sources = {name: _sources(table) for name, table in languages.items()}
    signed = {name: table.text("signed") for name, table in languages.items()}
    for table in languages.values():
        table.finish()
    templates = {code: _template(code, table, reasons) for code, table in tables.items()}
    for reason in reasons:
        if reason not in templates:
            root.problem(None, f"reason {reason!r} has no sentence", f"Add [reason.{reason}]")
    root.finish()
    document.finish()
    return Sentences(templates, months, sources, signed, document.sha256)


def _sources(table: Table) -> dict[str, str]:
    inner = table.table("source", required=True)
    if inner is None:
        return {}
    found = {kind.value: inner.text(kind.value) for kind in SourceKind}
    inner.finish()
    return found


def _template(code: str, table: Table, reasons: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    if code not in reasons:
        table.problem(None, f"no criterion gives the reason {code!r}", nearest(code, reasons))
    found = {"en": table.text("en")}
    found |= {key: table.text(key) for key in LANGUAGES[1:] if key in table}
    allowed = (*reasons.get(code, ()), *GIVEN)
    for language, template in found.items():
        for place in _PLACE.findall(template):
            if place not in allowed:
                table.problem(language, f"{{{place}}} may be empty", nearest(place, allowed))
    table.finish()
    return found


def sentence(finding: Finding, protocol: ProtocolVersion, language: str = "en") -> str:
    """A finding of a protocol's criterion, or of a medicine, as a sentence.

    Raises
    ------
    NoSentence
        If its reason has no template.
    """
    known = load()
    criterion = protocol.criterion(finding.code)
    spoken = load_medicines() if criterion is None else known
    templates = spoken.templates.get(finding.reason)
    if templates is None:
        raise NoSentence(f"Reason {finding.reason!r} of {finding.code!r} has no sentence.")
    if language not in templates or language not in known.months:
        language = "en"
    texts = {name: plain(value, language) for name, value in finding.values.items()}
    texts |= {name: str(finding.values[name]) for name in _VERBATIM if name in finding.values}
    texts["wording"] = criterion.wording if criterion else ""
    for kind, name in (("stop", "stop_abruptly"), ("plan", "plan")):
        texts[kind] = _beside(kind, finding.values.get(name, ""), language)
    texts["origin"] = _origin(finding.values, language)
    if "limits" in finding.values:
        texts["limits"] = _limit_wordings(str(finding.values["limits"]), protocol)
    if "unit" in texts:
        texts["unit"] = _UNIT_WORDS.get(texts["unit"], texts["unit"])
    written = _named_once(filled(templates[language], texts), texts)
    return written + _signed_otherwise(finding, protocol, language)


def question_sentence(code: str, language: str = "en") -> str:
    """The sentence to ask for a question of the catalogue, in English if not in the language."""
    sentences = load_questions().questions[code].sentences
    return sentences.get(language, sentences["en"])


def filled(template: str, texts: Mapping[str, str]) -> str:
    """A template with its places filled, and no space left where a text is empty."""
    counted = _COUNTED.sub(lambda match: _one(match, texts), template)
    written = _PLACE.sub(lambda match: texts.get(match.group(1), ""), counted)
    return (_BLANKS.sub(" ", written) if "  " in written else written).strip()


def _one(counted: re.Match[str], texts: Mapping[str, str]) -> str:
    """A count and its word, in the singular where the count is 1."""
    if texts.get(counted[1]) != "1":
        return counted[0]
    word = texts.get("unit", "") if counted[2] == "{unit}" else counted[2]
    return f"{{{counted[1]}}} {_SINGULAR.get(word, counted[2])}"


def _named_once(written: str, texts: Mapping[str, str]) -> str:
    """Without the entry's words in front, where the sentence names the same medicine anyway."""
    medicine, ingredient = texts.get("medicine", ""), texts.get("ingredient", "")
    if not medicine or medicine.casefold() != ingredient.casefold():
        return written
    rest = written.removeprefix(f"{medicine}: ")
    return rest[:1].upper() + rest[1:]


def plain(value: Value, language: str = "en") -> str:
    """A value as people write it: 31 March 2026, 49.9, yes; never an exponent, never a code's hyphens.

    Examples
    --------
    >>> plain(Decimal("48.00")), plain(date(2026, 3, 31))
    ('48', '31 March 2026')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        months = load().months.get(language)
        return f"{value.day} {months[value.month - 1]} {value.year}" if months else str(value)
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value).replace("-", " ")


_UNIT_WORDS = {
    "mm[Hg]": "mmHg",
    "{score}": "points",
    "{#}": "times",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "[lb_av]": "lb",
    "mo": "months",
}


def _signed_otherwise(finding: Finding, protocol: ProtocolVersion, language: str) -> str:
    """What the site signed, where that is not the number in the words of the protocol; else nothing."""
    limit = protocol.limits.get(str(finding.values.get("limit", "")))
    if limit is None or limit.value is None or finding.standing is not Standing.SIGNED:
        return ""
    names = ("limit_value", "months", "systolic")
    ran = next((finding.values[name] for name in names if name in finding.values), limit.value)
    if ran == limit.value:
        return ""
    texts = {"value": plain(ran, language), "unit": _UNIT_WORDS.get(limit.unit, limit.unit)}
    return f" {filled(load().signed[language], texts)}"


def _origin(values: Mapping[str, Value], language: str) -> str:
    sources = load().sources[language]
    kind = str(values.get("source", ""))
    parts = [sources[kind]] if kind in sources else []
    if isinstance(observed_on := values.get("observed_on"), date):
        parts.append(plain(observed_on, language))
    return f" ({', '.join(parts)})" if parts else ""


def _beside(kind: str, codes: Value, language: str) -> str:
    """The sentences that stand beside a reason: why not to stop, what to plan; often none."""
    found = (load_medicines().templates.get(f"{kind}-{code}") for code in str(codes).split(", "))
    return " ".join(each.get(language, each["en"]) for each in found if each)


def _limit_wordings(codes: str, protocol: ProtocolVersion) -> str:
    medicines = load_interactions().limits
    limits = (protocol.limits.get(code) or medicines.get(code) for code in codes.split(", "))
    return " ".join(limit.wording for limit in limits if limit)
