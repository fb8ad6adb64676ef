"""Findings of a gate as sentences, whichever rule they come from."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from holdfast.definitions.loading import FOLDER
from holdfast.definitions.sentences import NoSentence, Sentences, filled, plain, read
from holdfast.definitions.sentences.authority import authority_sentence
from holdfast.definitions.sentences.clinical import clinical_sentence
from holdfast.definitions.sentences.consent import consent_sentence
from holdfast.definitions.sentences.duty import duty_sentence
from holdfast.domain.attestations import ATTESTATION_REASONS
from holdfast.domain.authority import AUTHORITY_REASONS
from holdfast.domain.box_rules import BOX_REASONS
from holdfast.domain.clinical import CLINICAL_REASONS
from holdfast.domain.consent import AGREEMENT_REASONS, CONSENT_REASONS
from holdfast.domain.course_gates import COURSE_REASONS
from holdfast.domain.findings import Finding
from holdfast.domain.orders import ORDER_REASONS
from holdfast.domain.reachability import REACHABILITY_REASONS
from holdfast.domain.reservations import BOOKING_REASONS
from holdfast.domain.results import RESULT_REASONS
from holdfast.domain.session_handed import HANDED_REASONS

FILE = FOLDER / "sentences" / "gates.toml"
# Every reason that this file words; a rule that answers a gate adds its own here.
GATE_REASONS: Mapping[str, tuple[str, ...]] = {
    **COURSE_REASONS,
    **BOOKING_REASONS,
    **ATTESTATION_REASONS,
    **HANDED_REASONS,
    **BOX_REASONS,
    **ORDER_REASONS,
}
_VERBATIM = ("visit", "label", "by", "test", "dose", "findings", "approvals")


@cache
def load() -> Sentences:
    """The sentences that ship with this release."""
    return read(FILE, GATE_REASONS)


def gate_sentence(
    finding: Finding, language: str = "en", titles: Mapping[str, str] = MappingProxyType({})
) -> str:
    """A finding of a gate as a sentence; ``NoSentence`` if its reason has no template.

    ``titles`` are what visits are called, by code.
    """
    templates = load().templates.get(finding.reason)
    if templates is None:
        if finding.reason in AUTHORITY_REASONS:
            return authority_sentence(finding, language)
        if finding.reason in REACHABILITY_REASONS:
            return duty_sentence(finding, language)
        if finding.reason in {**CONSENT_REASONS, **AGREEMENT_REASONS}:
            return consent_sentence(finding, language)
        if finding.reason in {**CLINICAL_REASONS, **RESULT_REASONS}:
            return clinical_sentence(finding, language)
        raise NoSentence(f"Reason {finding.reason!r} of {finding.code!r} has no sentence.")
    texts = {
        name: str(value) if name in _VERBATIM else plain(value, language)
        for name, value in finding.values.items()
    }
    if "visit" in texts:
        texts["visit"] = titles.get(texts["visit"], texts["visit"])
    return filled(templates.get(language, templates["en"]), texts)
