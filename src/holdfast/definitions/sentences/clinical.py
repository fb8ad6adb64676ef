"""Findings of the clinical records as sentences."""

from functools import cache

from holdfast.definitions import clinical
from holdfast.definitions.loading import FOLDER
from holdfast.definitions.sentences import NoSentence, Sentences, filled, plain, read
from holdfast.domain.clinical import CLINICAL_REASONS
from holdfast.domain.findings import Finding, Value
from holdfast.domain.results import RESULT_REASONS

FILE = FOLDER / "sentences" / "clinical.toml"


@cache
def load() -> Sentences:
    """The sentences that ship with this release."""
    return read(FILE, {**RESULT_REASONS, **CLINICAL_REASONS})


def clinical_sentence(finding: Finding, language: str = "en") -> str:
    """A finding of the clinical records as a sentence; ``NoSentence`` if its reason has no template."""
    templates = load().templates.get(finding.reason)
    if templates is None:
        raise NoSentence(f"Reason {finding.reason!r} of {finding.code!r} has no sentence.")
    texts = {name: _text(name, value, language) for name, value in finding.values.items()}
    written = filled(templates.get(language, templates["en"]), texts)
    return written[:1].upper() + written[1:]


def _text(name: str, value: Value, language: str) -> str:
    if name == "test" and (test := clinical.tests().get(str(value))):
        return test.title
    return plain(value, language)
