"""Judging inside a transaction: what is known at the stream's position, and the verdict as shown.

The old verdicts stay as they were. A new one is written only where something a reader would see
has changed: a finding, an override, the protocol; not for the date alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from holdfast.actions.apart import apart
from holdfast.actions.outcomes import Receipt
from holdfast.actions.writing import LockedStream, message
from holdfast.definitions import interactions
from holdfast.definitions.sentences import question_sentence, sentence
from holdfast.domain.eligibility import screen
from holdfast.domain.findings import Decision, Finding, Outcome, Verdict
from holdfast.domain.limits import SignedLimit as LimitSignedForSite
from holdfast.domain.medications import MedicationAssessment, assess
from holdfast.domain.overrides import SetAside, decision_with, set_aside_in
from holdfast.domain.protocol import ProtocolVersion
from holdfast.records import worklist
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment, SignedLimit, VerdictShown
from holdfast.records.facts import Fact
from holdfast.records.histories import EnrollmentPast, referral_of
from holdfast.records.journal import OutboxEntry
from holdfast.records.keys import DataKey, sealed
from holdfast.records.people import Site, User
from holdfast.records.prepared import Prepared
from holdfast.records.protocols import protocol_of

SHOWN_SCHEMA = 1
NOT_JUDGED = "verdict-not-judged"


@dataclass(frozen=True)
class Judgement:
    """A verdict with all that it was made of."""

    protocol: ProtocolVersion
    as_of: date
    verdict: Verdict
    set_aside: Mapping[int, SetAside]
    medications: Sequence[MedicationAssessment]
    interactions_sha256: str

    @property
    def decision(self) -> Decision:
        """What the findings add up to, those set aside apart."""
        return decision_with(self.verdict, self.set_aside)


def local_date(site: Site, now: datetime) -> date:
    """The site's own date at a moment."""
    return now.astimezone(ZoneInfo(site.zone)).date()


def signed_limits(site: Site, protocol: ProtocolVersion) -> dict[str, SignedLimit]:
    """The limits that stand signed for a site and this protocol version, by code."""
    rows = _LIMITS.rows(site.id, protocol.sha256)
    # A few physicians signed all of them.
    users = {each: _USER.rows(each)[0] for each in {row.signed_by_id for row in rows}}
    for row in rows:
        row.signed_by = users[row.signed_by_id]
    return {row.code: row for row in rows}


_LIMITS = Prepared(
    lambda site, sha256: SignedLimit.objects.filter(
        site=site, protocol_sha256=sha256, corrected_by=None
    ).order_by("position", "id")
)
_USER = Prepared(lambda user: User.objects.filter(id=user))


def judged(enrollment: Enrollment, position: int, as_of: date) -> Judgement:
    """The verdict on what is known at a position, on a date."""
    protocol = protocol_of(enrollment, position)
    past = EnrollmentPast(enrollment, position)
    referral = referral_of(past)
    table = interactions.load()
    signed = {
        code: LimitSignedForSite(code, row.value, row.unit, row.signed_by.login, row.signed_on)
        for code, row in signed_limits(enrollment.site, protocol).items()
    }
    medications = assess(referral.medications, table, as_of, signed, referral.answers)
    verdict = screen(protocol, referral, as_of, signed, medications)
    return Judgement(
        protocol=protocol,
        as_of=as_of,
        verdict=verdict,
        set_aside=set_aside_in(verdict, _overrides(past)),
        medications=medications,
        interactions_sha256=table.sha256,
    )


def _overrides(past: EnrollmentPast) -> list[SetAside]:
    return [
        SetAside(
            criterion=row.criterion,
            outcome=Outcome(row.outcome),
            reason=row.finding_reason,
            role=row.role,
            reason_code=row.reason_code,
            override_id=str(row.id),
        )
        for row in past.overrides
    ]


def shown_document(judgement: Judgement, language: str) -> dict[str, Any]:
    """The verdict as it is shown, sentences included; what the sealed bytes say."""
    protocol = judgement.protocol
    return {
        "schema": SHOWN_SCHEMA,
        "protocol": {
            "name": protocol.name,
            "version": protocol.version,
            "sha256": protocol.sha256,
            "title": protocol.title,
        },
        "interactions_sha256": judgement.interactions_sha256,
        "as_of": judgement.as_of,
        "language": language,
        "verdict": judgement.decision.value,
        "is_eligible": judgement.decision is Decision.ELIGIBLE,
        "findings": [
            _shown_finding(finding, judgement, place, language)
            for place, finding in enumerate(judgement.verdict.findings)
        ],
        "medications": [medication.fields() for medication in judgement.medications],
    }


def _shown_finding(
    finding: Finding, judgement: Judgement, place: int, language: str
) -> dict[str, Any]:
    aside = judgement.set_aside.get(place)
    criterion = judgement.protocol.criterion(finding.code)
    asks = finding.question if finding.outcome is not Outcome.PASSED else None
    return {
        "code": finding.code,
        "outcome": finding.outcome.value,
        "reason": finding.reason,
        "values": dict(finding.values),
        "reference": {"title": finding.reference.title, "href": finding.reference.href},
        "standing": finding.standing.value,
        "question": finding.question,
        "sentence": sentence(finding, judgement.protocol, language),
        "ask": question_sentence(asks, language) if asks else None,
        "wording": criterion.wording if criterion else None,
        "may_override": criterion.override if criterion else None,
        "set_aside": None
        if aside is None
        else {
            "role": aside.role,
            "reason_code": aside.reason_code,
            "override": aside.override_id,
        },
    }


def latest_verdict(enrollment_id: UUID) -> VerdictShown | None:
    """The verdict that stands now."""
    return worklist.NEWEST_VERDICT.first(enrollment_id)


def judge_in(
    stream: LockedStream,
    enrollment: Enrollment,
    *,
    as_of: date,
    because: str,
    key: DataKey,
    by: User,
    language: str = "en",
) -> Receipt | None:
    """Judge what the locked stream holds; write the verdict where it differs from the last.

    None where nothing a reader would see has changed: the same verdict after a failure to judge
    is written, for it ends what the screens said.
    """
    judgement = judged(enrollment, stream.position, as_of)
    shown = shown_document(judgement, language)
    token = key.token("findings", document(_without_the_date(shown)))
    last = latest_verdict(enrollment.id)
    if (
        last is not None
        and last.findings_token == token
        and not_judged_since(enrollment.id) is None
    ):
        return None
    fact = VerdictShown(
        id=uuid4(),
        enrollment_id=enrollment.id,
        protocol_name=judgement.protocol.name,
        protocol_version=judgement.protocol.version,
        protocol_sha256=judgement.protocol.sha256,
        as_of=as_of,
        decision=judgement.decision.value,
        outcomes=document(outcomes_of(judgement)).decode(),
        language=language,
        interactions_sha256=judgement.interactions_sha256,
        terminology_sha256=judgement.protocol.conditions.sha256,
        because=because,
        judged_at_position=stream.position,
        findings_token=token,
    )
    fact.shown = sealed(key, fact, "shown", document(shown).decode())
    facts: list[Fact] = [fact]
    if last is None or last.decision != fact.decision:
        facts.append(
            message("verdict-changed", fact.id, site=enrollment.site_id.hex, decision=fact.decision)
        )
    sent = stream.sent("verdict-shown", uuid4(), {"verdict": fact.id})
    values = {"decision": fact.decision, "because": because, "as_of": as_of}
    receipt = stream.write(sent, facts, by=by, values=values)
    worklist.follow(enrollment)
    return receipt


def judge_after(
    stream: LockedStream,
    enrollment: Enrollment,
    *,
    as_of: date,
    because: str,
    key: DataKey,
    by: User,
    language: str = "en",
) -> Receipt | None:
    """Judge as ``judge_in`` does, after a fact of this transaction: where judging breaks, the fact stays.

    The last verdict then stands as what was shown, and the entry "not-judged" after it says that
    it is not today's: screens show that, and the watch judges again and fails until it can.
    """
    position, head = stream.position, stream.head

    def broke() -> None:
        stream.position, stream.head = position, head
        if not_judged_since(enrollment.id) is None:  # told once, until a verdict follows
            stream.tell(NOT_JUDGED, by=by)

    again = partial(judge_in, as_of=as_of, because=because, key=key, by=by, language=language)
    return apart("not-judged", partial(again, stream, enrollment), broke)


def not_judged_since(enrollment_id: UUID) -> datetime | None:
    """When judging last failed, where no verdict followed since; None where all is well."""
    last = latest_verdict(enrollment_id)
    told = OutboxEntry.objects.filter(
        stream_id=enrollment_id, kind=NOT_JUDGED, position__gt=last.position if last else 0
    )
    return told.order_by("position").values_list("recorded_at", flat=True).first()


def not_judged_at(site: Site) -> list[Enrollment]:
    """Who at a site could not be judged, with no verdict since."""
    told = OutboxEntry.objects.filter(kind=NOT_JUDGED).values("stream_id")
    rows = Enrollment.objects.filter(site=site, id__in=told).select_related("site", "person")
    return [row for row in rows.order_by("number") if not_judged_since(row.id) is not None]


def _without_the_date(shown: dict[str, Any]) -> dict[str, Any]:
    """What a reader would call the same verdict on another day.

    The earliest session of a medicine still taken is counted from that day, and moves with it.
    """
    medicines = [{**each, "earliest_dosing_on": None} for each in shown["medications"]]
    return {**shown, "as_of": None, "medications": medicines}


def outcomes_of(judgement: Judgement) -> list[list[str | None]]:
    """Code, outcome, reason, standing, and the role that set it aside: no value, no word."""
    return [
        [
            finding.code,
            finding.outcome.value,
            finding.reason,
            finding.standing.value,
            judgement.set_aside[place].role if place in judgement.set_aside else None,
        ]
        for place, finding in enumerate(judgement.verdict.findings)
    ]
