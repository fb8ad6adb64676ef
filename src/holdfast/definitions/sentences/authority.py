"""Findings about approvals as sentences."""

from functools import cache

from holdfast.definitions.loading import FOLDER
from holdfast.definitions.sentences import NoSentence, Sentences, filled, plain, read
from holdfast.domain.authority import AUTHORITY_REASONS
from holdfast.domain.findings import Finding

FILE = FOLDER / "sentences" / "authority.toml"
# Titles of approvals and jurisdictions are written as they stand.
_VERBATIM = ("title", "jurisdiction")


@cache
def load() -> Sentences:
    """The sentences that ship with this release."""
    return read(FILE, AUTHORITY_REASONS)


def authority_sentence(finding: Finding, language: str = "en") -> str:
    """A finding about an approval as a sentence; ``NoSentence`` if its reason has no template."""
    templates = load().templates.get(finding.reason)
    if templates is None:
        raise NoSentence(f"Reason {finding.reason!r} of {finding.code!r} has no sentence.")
    texts = {
        name: str(value) if name in _VERBATIM else plain(value, language)
        for name, value in finding.values.items()
    }
    return filled(templates.get(language, templates["en"]), texts)
