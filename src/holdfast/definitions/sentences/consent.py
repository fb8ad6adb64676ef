"""Findings about consent and agreements as sentences."""

from functools import cache

from holdfast.definitions.loading import FOLDER
from holdfast.definitions.sentences import NoSentence, Sentences, filled, plain, read
from holdfast.domain.consent import AGREEMENT_REASONS, CONSENT_REASONS, Step
from holdfast.domain.findings import Finding

FILE = FOLDER / "sentences" / "consent.toml"
STEPS = {
    Step.DOCUMENT_GIVEN: "Document given",
    Step.CONVERSATION_HELD: "Conversation with a clinician",
    Step.IDENTITY_CHECKED: "Identity checked",
    Step.COMPREHENSION_SHOWN: "Every question answered rightly",
    Step.SIGNED_BY_PERSON: "Signed by the person",
    Step.SIGNED_BY_CLINICIAN: "Signed by the clinician",
}
ITEMS = {
    "supplement": "Supplemental dose",
    "touch": "Touch",
    "recording": "Recording",
    "observers": "Observers",
    "contacting": "Contacting others",
}


@cache
def load() -> Sentences:
    """The sentences that ship with this release."""
    return read(FILE, {**CONSENT_REASONS, **AGREEMENT_REASONS})


def consent_sentence(finding: Finding, language: str = "en") -> str:
    """A finding about consent as a sentence; ``NoSentence`` if its reason has no template."""
    templates = load().templates.get(finding.reason)
    if templates is None:
        raise NoSentence(f"Reason {finding.reason!r} of {finding.code!r} has no sentence.")
    texts = {name: _word(value, language) for name, value in finding.values.items()}
    return filled(templates.get(language, templates["en"]), texts)


def _word(value: object, language: str) -> str:
    known = {step.value: words for step, words in STEPS.items()} | ITEMS
    return known.get(str(value)) or plain(value, language)  # type: ignore[arg-type]
