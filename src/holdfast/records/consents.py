"""Where a consent stands: what is in force at the site, and every step the person has taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any
from uuid import UUID

import orjson
from django.db import models

from holdfast.definitions import consent as documents
from holdfast.definitions.consent.document import ConsentDocument
from holdfast.domain.consent import (
    Agreement,
    ConsentRequired,
    ConsentStep,
    Impairment,
    ImpairmentStep,
    Step,
    impairments,
)
from holdfast.domain.findings import Reference, Standing
from holdfast.domain.protocol import ProtocolVersion
from holdfast.records.care import Enrollment
from holdfast.records.consent import (
    AgreementItem,
    ComprehensionAttempt,
    ConsentConversation,
    ConsentGiven,
    ConsentInForce,
    ConsentSignature,
    ConsentWithdrawn,
)
from holdfast.records.consent import Impairment as ImpairmentRow
from holdfast.records.course import Amended
from holdfast.records.facts import Fact
from holdfast.records.keys import opened
from holdfast.records.people import Site
from holdfast.records.prepared import Prepared

SIGNED_HERE = Reference(
    "Signed by a physician of the site", "docs/consent.md#the-document-that-is-in-force"
)


def in_force(site: Site, protocol: ProtocolVersion) -> ConsentInForce | None:
    """The document that stands at a site for a protocol version; None where none was put in force."""
    return _IN_FORCE.first(site.id, protocol.sha256)


def _in_force(site: UUID, sha256: str) -> "models.QuerySet[ConsentInForce]":
    rows = ConsentInForce.objects.filter(site=site, protocol_sha256=sha256, corrected_by=None)
    return rows.select_related("signature").order_by("-position", "-id")[:1]


_IN_FORCE = Prepared(_in_force)


def local_words(row: ConsentInForce) -> dict[str, str]:
    """What the site itself says in the document, by code."""
    told: dict[str, str] = orjson.loads(opened(row, "local_words") or "{}")
    return told


@dataclass(frozen=True)
class ConsentNow:
    """Every fact of a person's consent under one protocol, oldest first."""

    enrollment: Enrollment
    protocol: ProtocolVersion
    in_force: ConsentInForce | None
    asked_anew: tuple[int, ...]  # positions of the amendments that ask for consent again
    given: Sequence[ConsentGiven]
    talks: Sequence[ConsentConversation]
    attempts: Sequence[ComprehensionAttempt]
    signatures: Sequence[ConsentSignature]
    withdrawals: Sequence[ConsentWithdrawn]
    impairments: tuple[Impairment, ...]

    @cached_property
    def document(self) -> ConsentDocument | None:
        """The document that is in force; None where there is none, or this release has it no more."""
        return documents.by_hash(self.in_force.document_sha256) if self.in_force else None

    @property
    def withdrawn_at(self) -> datetime | None:
        """When consent was last taken back."""
        return max((row.withdrawn_at for row in self.withdrawals), default=None)

    @property
    def version(self) -> str:
        """What a step must be of to count: the document, and the last amendment that asks again."""
        sha256 = self.in_force.document_sha256 if self.in_force else ""
        return f"{sha256}/{len(self.asked_anew)}"

    @cached_property
    def required(self) -> ConsentRequired | None:
        """What is asked of the consent; None where nothing is in force."""
        if self.in_force is None:
            return None
        hours = timedelta(hours=self.in_force.consider_hours)
        return ConsentRequired(self.version, hours, SIGNED_HERE, Standing.SIGNED)

    def counts(self, row: Fact, at: datetime) -> bool:
        """Whether a step is of what stands now, and not from before the person took it back."""
        sha256 = row.document_sha256  # type: ignore[attr-defined]  # every step names its document
        is_since = self.withdrawn_at is None or at > self.withdrawn_at
        return self._version_of(sha256, row) == self.version and is_since

    @property
    def last_given(self) -> ConsentGiven | None:
        """The text that the person has in hand and would sign."""
        mine = [row for row in self.given if self.counts(row, row.given_at)]
        return mine[-1] if mine else None

    @property
    def last_talk(self) -> ConsentConversation | None:
        """The last conversation that counts."""
        mine = [row for row in self.talks if self.counts(row, row.held_at)]
        return mine[-1] if mine else None

    def signed_by(self, party: str) -> ConsentSignature | None:
        """The signature of one party that counts now."""
        mine = [
            row for row in self.signatures if row.party == party and self.counts(row, row.signed_at)
        ]
        return mine[-1] if mine else None

    @cached_property
    def answered(self) -> Mapping[str, ComprehensionAttempt]:
        """The last answer to each question, of those given while the person was fit to."""
        return {
            row.question: row
            for row in self.attempts
            if self.counts(row, row.answered_at)
            and not any(spell.covers(row.answered_at) for spell in self.impairments)
        }

    @property
    def understood_at(self) -> datetime | None:
        """Since when every question of the document is answered rightly; None while one is not."""
        if self.document is None:
            return None
        rows = [self.answered.get(q.code) for q in self.document.questions_for(self.protocol)]
        right = [row for row in rows if row is not None and row.is_right]
        return max(row.answered_at for row in right) if rows and len(right) == len(rows) else None

    @property
    def steps(self) -> tuple[ConsentStep, ...]:
        """Every step as the rule reads it."""
        return (*self._handed(), *self._talked(), *self._understood(), *self._signed())

    def _handed(self) -> list[ConsentStep]:
        # Given again, in another language perhaps, the time to consider does not begin anew.
        first: dict[str, ConsentStep] = {}
        for row in self.given:
            if self.withdrawn_at is None or row.given_at > self.withdrawn_at:
                version = self._version_of(row.document_sha256, row)
                by = row.given_by_id.hex
                step = ConsentStep(Step.DOCUMENT_GIVEN, version, row.given_at, by)
                first.setdefault(version, step)
        return list(first.values())

    def _talked(self) -> list[ConsentStep]:
        found = []
        for row in self.talks:
            version = self._version_of(row.document_sha256, row)
            told = version, row.held_at, row.held_by_id.hex
            found.append(ConsentStep(Step.CONVERSATION_HELD, *told))
            if row.identity_check != ConsentConversation.NOT_CHECKED:
                found.append(ConsentStep(Step.IDENTITY_CHECKED, *told))
        return found

    def _understood(self) -> list[ConsentStep]:
        if (at := self.understood_at) is None:
            return []
        person = self.enrollment.person_id.hex
        return [ConsentStep(Step.COMPREHENSION_SHOWN, self.version, at, person)]

    def _signed(self) -> list[ConsentStep]:
        steps = {"person": Step.SIGNED_BY_PERSON, "clinician": Step.SIGNED_BY_CLINICIAN}
        return [
            ConsentStep(
                steps[row.party],
                self._version_of(row.document_sha256, row),
                row.signed_at,
                row.signed_by_id.hex,
            )
            for row in self.signatures
        ]

    def _version_of(self, sha256: str, row: Fact) -> str:
        return f"{sha256}/{sum(position < row.position for position in self.asked_anew)}"


def consent_now(enrollment: Enrollment, protocol: ProtocolVersion) -> ConsentNow:
    """Where a person's consent stands. ``protocol`` is the version they are under."""

    def rows(model: type[Fact]) -> list[Any]:
        return _in_order(model).rows(enrollment.id)

    return ConsentNow(
        enrollment=enrollment,
        protocol=protocol,
        in_force=in_force(enrollment.site, protocol),
        asked_anew=tuple(row.position for row in rows(Amended) if row.asks_for_consent),
        given=rows(ConsentGiven),
        talks=rows(ConsentConversation),
        attempts=rows(ComprehensionAttempt),
        signatures=rows(ConsentSignature),
        withdrawals=rows(ConsentWithdrawn),
        impairments=impairments_of(enrollment),
    )


@cache
def _in_order(model: type[Fact]) -> Prepared[Fact]:
    """The rows of a kind of an enrollment, oldest first."""

    def mine(enrollment: UUID) -> "models.QuerySet[Fact]":
        rows = model.objects.filter(enrollment=enrollment)  # type: ignore[misc]  # each names it
        return rows.order_by("position", "id")

    return Prepared(mine)


def impairments_of(enrollment: Enrollment) -> tuple[Impairment, ...]:
    """The spells from a dose until somebody found the person not impaired."""
    rows: list[Any] = _in_order(ImpairmentRow).rows(enrollment.id)
    return impairments(ImpairmentStep(row.step == "dosed", row.found_at) for row in rows)


def agreement_rows(enrollment: Enrollment) -> Mapping[str, AgreementItem]:
    """The newest of each item that may happen under the drug, and of the stop-word.

    By when it was said, not by when it was written down: what came late from paper does not undo
    what the person said since.
    """
    rows: list[Any] = _in_order(AgreementItem).rows(enrollment.id)
    return {row.item: row for row in sorted(rows, key=lambda row: row.agreed_at)}


def agreements_of(enrollment: Enrollment) -> tuple[Agreement, ...]:
    """What the person agreed to, item by item."""
    return tuple(
        Agreement(row.item, frozenset(orjson.loads(row.allowed)))
        for row in agreement_rows(enrollment).values()
        if row.item != AgreementItem.STOP_WORD
    )
