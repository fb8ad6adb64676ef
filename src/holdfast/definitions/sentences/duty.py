"""Findings about duty as sentences."""

from functools import cache

from holdfast.definitions.loading import FOLDER
from holdfast.definitions.sentences import NoSentence, Sentences, filled, plain, read
from holdfast.domain.findings import Finding
from holdfast.domain.reachability import REACHABILITY_REASONS

FILE = FOLDER / "sentences" / "duty.toml"


@cache
def load() -> Sentences:
    """The sentences that ship with this release."""
    return read(FILE, REACHABILITY_REASONS)


def duty_sentence(finding: Finding, language: str = "en") -> str:
    """A finding about duty as a sentence; ``NoSentence`` if its reason has no template."""
    templates = load().templates.get(finding.reason)
    if templates is None:
        raise NoSentence(f"Reason {finding.reason!r} of {finding.code!r} has no sentence.")
    texts = {name: plain(value, language) for name, value in finding.values.items()}
    written = filled(templates.get(language, templates["en"]), texts)
    return written[:1].upper() + written[1:]
