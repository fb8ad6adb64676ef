"""Findings of the gates of a dosing session as sentences."""

from functools import cache

from holdfast.definitions.loading import FOLDER
from holdfast.definitions.sentences import Sentences, filled, plain, read
from holdfast.definitions.sentences.gates import gate_sentence
from holdfast.domain.dosing_reasons import DOSING_REASONS
from holdfast.domain.findings import Finding

FILE = FOLDER / "sentences" / "dosing.toml"
_VERBATIM = ("by", "limits", "limit", "alarm")


@cache
def load() -> Sentences:
    """The sentences that ship with this release."""
    return read(FILE, DOSING_REASONS)


def dosing_sentence(finding: Finding, language: str = "en") -> str:
    """A finding of a session's gate as a sentence; one that was handed in, as its own gate says it.

    ``NoSentence`` if its reason has no template anywhere.
    """
    templates = load().templates.get(finding.reason)
    if templates is None:
        return gate_sentence(finding, language)
    texts = {
        name: str(value) if name in _VERBATIM else plain(value, language)
        for name, value in finding.values.items()
    }
    return filled(templates.get(language, templates["en"]), texts)
