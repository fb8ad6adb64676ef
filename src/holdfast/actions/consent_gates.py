"""What a consent answers to a gate: whether it stands now, and what may happen under the drug."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from holdfast.domain.consent import (
    agreement_findings,
    consent_findings,
    no_document,
)
from holdfast.domain.findings import Finding
from holdfast.domain.protocol import ProtocolVersion
from holdfast.records.care import Enrollment
from holdfast.records.consent import AgreementItem
from holdfast.records.consents import ConsentNow, agreement_rows, agreements_of, consent_now


def consent_answers(
    enrollment: Enrollment, protocol: ProtocolVersion, now: datetime
) -> Mapping[str, Sequence[Finding]]:
    """The source of the conditions ``consent`` and ``agreements``."""
    consent = consent_now(enrollment, protocol)
    items = [item.code for item in consent.document.items] if consent.document else []
    has_word = AgreementItem.STOP_WORD in agreement_rows(enrollment)
    agreed = agreement_findings(items, agreements_of(enrollment), has_stop_word=has_word)
    return {
        "consent": found_of(consent, now),
        "agreements": agreed if items else (no_document(),),
    }


def found_of(consent: ConsentNow, now: datetime) -> tuple[Finding, ...]:
    """Everything that must hold for a consent to stand now."""
    if consent.required is None or consent.document is None:
        return (no_document(),)
    return consent_findings(
        consent.required,
        consent.steps,
        consent.impairments,
        withdrawn_at=consent.withdrawn_at,
        now=now,
    )
