"""Verdicts: judged, confirmed by a physician, and findings set aside where the protocol allows."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

import orjson

from holdfast.actions.judging import judge_after, judge_in, latest_verdict, local_date
from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import (
    LockedStream,
    lock,
    message,
    one_transaction,
    refused_where_erased,
)
from holdfast.domain.findings import Decision
from holdfast.records import access, worklist
from holdfast.records.care import Confirmation, Enrollment, Override, VerdictShown
from holdfast.records.keys import DataKey, Erased, data_key_of, opened, sealed
from holdfast.records.people import PersonKey, User
from holdfast.records.protocols import protocol_of

# Why a finding may be set aside; free words may be added, sealed.
OVERRIDE_REASONS = (
    "specialist-opinion",
    "stable-under-treatment",
    "source-read-in-full",
    "risk-accepted-with-person",
    "finding-outdated",
)


# What a physician's signature on a verdict means. An undetermined one confirms nothing.
SIGNED_AS = {
    Decision.ELIGIBLE: "confirms-verdict",
    Decision.INELIGIBLE: "confirms-verdict",
    Decision.UNDETERMINED: "cannot-be-decided-today",
}


def shown(verdict: VerdictShown) -> dict[str, Any]:
    """A verdict as it was shown, opened for somebody who may see it."""
    told: dict[str, Any] = orjson.loads(opened(verdict, "shown") or "{}")
    return told


@one_transaction
def judge(
    *,
    enrollment: Enrollment,
    as_of: date,
    by: User,
    now: datetime,
    because: str = "asked",
    language: str = "en",
) -> Receipt | None:
    """Judge an enrollment on a date; None where nothing a reader would see has changed.

    Judging refuses nobody: it records what follows from what is known. Where words were erased
    the last verdict stands as it was; where a rule breaks, it is told that nobody could judge.
    """
    stream = lock(enrollment.id, now)
    try:
        key = data_key_of(enrollment.person_id, PersonKey.WORDS)
        return judge_after(
            stream, enrollment, as_of=as_of, because=because, key=key, by=by, language=language
        )
    except Erased:
        return None


@refused_where_erased
@one_transaction
def confirm_verdict(
    *,
    verdict: VerdictShown,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """A physician signs the verdict that stands, as it was shown.

    The verdict is judged again first, on the site's date: where that shows anything else, or
    where it is not the latest, signing is refused and there is a new verdict to read. An
    undetermined verdict is signed as what it is: the signature says that it cannot be decided
    today, the signed verdict says why, and the person stays on the worklist for the answers.
    """
    enrollment = Enrollment.objects.select_related("site").get(id=verdict.enrollment_id)
    if refusal := refused(by, enrollment, "verdict.confirm", now):
        return refusal
    stream = lock(enrollment.id, now)
    sent = stream.sent("verdict-confirmed", entry_id, {"verdict": verdict.id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    key = data_key_of(enrollment.person_id, PersonKey.WORDS)
    if refusal := _not_the_latest(stream, enrollment, verdict, key, by):
        return refusal
    if Confirmation.objects.filter(verdict=verdict).exists():
        return Refusal("already-confirmed")
    confirmation = Confirmation(
        id=uuid5(entry_id, "confirmation"),
        enrollment=enrollment,
        verdict=verdict,
        decision=verdict.decision,
        signature_id=uuid5(entry_id, "signature"),
    )
    signature = sign(
        stream,
        confirmation.signature_id,
        [verdict, confirmation],
        meaning=SIGNED_AS[Decision(verdict.decision)],
        role=role_with(by, enrollment, "verdict.confirm", now),
        by=by,
        proof=proof,
    )
    told = message(
        "verdict-confirmed",
        confirmation.id,
        site=enrollment.site_id.hex,
        decision=verdict.decision,
    )
    values = {"verdict": verdict.id.hex, "decision": verdict.decision}
    receipt = stream.write(sent, [signature, confirmation, told], by=by, values=values)
    worklist.follow(enrollment)
    return receipt


@refused_where_erased
@one_transaction
def override_finding(
    *,
    verdict: VerdictShown,
    criterion: str,
    reason: str,
    words: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Set one finding of the latest verdict aside, where the protocol names who may.

    The finding stays in every later verdict as it was, shown as set aside by that role.
    """
    enrollment = Enrollment.objects.select_related("site").get(id=verdict.enrollment_id)
    if refusal := refused(by, enrollment, "verdict.override", now):
        return refusal
    stream = lock(enrollment.id, now)
    what = {"verdict": verdict.id, "criterion": criterion, "reason": reason, "words": words}
    sent = stream.sent("finding-overridden", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := _override_refused(enrollment, criterion, reason, by, now):
        return refusal
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    key = data_key_of(enrollment.person_id, PersonKey.WORDS)
    if refusal := _not_the_latest(stream, enrollment, verdict, key, by):
        return refusal
    finding = _finding(verdict, criterion)
    if finding is None:
        return Refusal("nothing-to-override", {"criterion": criterion})
    return _write_override(stream, sent, enrollment, verdict, finding, reason, words, proof, by)


def _write_override(
    stream: LockedStream,
    sent: Any,
    enrollment: Enrollment,
    verdict: VerdictShown,
    finding: list[str],
    reason: str,
    words: str,
    proof: ReauthenticationProof,
    by: User,
) -> Receipt:
    criterion, outcome, finding_reason = finding[:3]
    key = data_key_of(enrollment.person_id, PersonKey.WORDS)
    role = protocol_of(enrollment).criterion(criterion).override or ""  # type: ignore[union-attr]
    override = Override(
        id=uuid5(sent.entry_id, "override"),
        enrollment=enrollment,
        verdict=verdict,
        criterion=criterion,
        outcome=outcome,
        finding_reason=finding_reason,
        role=role,
        reason_code=reason,
        signature_id=uuid5(sent.entry_id, "signature"),
    )
    if words:
        override.reason_words = sealed(key, override, "reason_words", words)
    signature = sign(
        stream,
        override.signature_id,
        [verdict, override],
        meaning="overrides-finding",
        role=role,
        by=by,
        proof=proof,
    )
    told = message(
        "finding-overridden", override.id, site=enrollment.site_id.hex, criterion=criterion
    )
    values = {"verdict": verdict.id.hex, "criterion": criterion, "reason": reason}
    receipt = stream.write(sent, [signature, override, told], by=by, values=values)
    as_of = local_date(enrollment.site, stream.now)
    judge_in(stream, enrollment, as_of=as_of, because="override", key=key, by=by)
    return receipt


def _override_refused(
    enrollment: Enrollment, criterion: str, reason: str, by: User, now: datetime
) -> Refusal | None:
    """A refusal where the protocol does not let this person set this criterion aside."""
    if reason not in OVERRIDE_REASONS:
        return Refusal("reason-unknown")
    rule = protocol_of(enrollment).criterion(criterion)
    if rule is None or rule.override is None:
        return Refusal("not-overridable", {"criterion": criterion})
    if rule.override not in access.roles_of(by, enrollment.site, now, enrollment.protocol_name):
        return Refusal("another-role-may", {"criterion": criterion, "role": rule.override})
    return None


def _finding(verdict: VerdictShown, criterion: str) -> list[str] | None:
    """The finding of a criterion that stops or asks, as the verdict's outcomes hold it."""
    for finding in orjson.loads(verdict.outcomes):
        if finding[0] == criterion and finding[1] != "passed" and finding[4] is None:
            found: list[str] = finding
            return found
    return None


def _not_the_latest(
    stream: LockedStream, enrollment: Enrollment, verdict: VerdictShown, key: DataKey, by: User
) -> Refusal | None:
    """Judge again on the site's date; a refusal where the verdict is not the one that stands."""
    as_of = local_date(enrollment.site, stream.now)
    judge_in(
        stream,
        enrollment,
        as_of=as_of,
        because="date",
        key=key,
        by=by,
        language=verdict.language,
    )
    latest = latest_verdict(enrollment.id)
    if latest is None or latest.id != verdict.id:
        return Refusal("verdict-not-latest", {"latest": str(latest.id) if latest else ""})
    return None
