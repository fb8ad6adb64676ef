"""Approvals and licences are recorded, corrected, suspended, resumed and withdrawn, each signed.

What should never have been recorded is entered in error: signed, with a reason, and kept.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import LockedStream, Sent, lock, one_transaction, refused_where_erased
from holdfast.definitions import jurisdictions, protocols
from holdfast.domain.authority import Act, ApprovalKind, ChangeKind, Scope
from holdfast.records.access import roles_of
from holdfast.records.approvals import first_rows, jurisdiction_fact, jurisdiction_of
from holdfast.records.authority import Approval, ApprovalChange, SiteJurisdiction
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment
from holdfast.records.facts import Fact
from holdfast.records.keys import DataKey, data_key_of, sealed
from holdfast.records.people import PersonKey, Site, User

PERMISSION = "authority.record"
ERROR_REASONS = ("typing-error", "recorded-twice", "of-another", "no-approval")
CORRECTION_REASONS = ("typing-error", "source-corrected", "better-source")
_PRODUCT = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
LONGEST_PRODUCT, LONGEST_VERSION, LONGEST_NUMBER = 60, 40, 120


@dataclass(frozen=True, kw_only=True)
class ApprovalTold:
    """What somebody read on the document of an approval.

    ``number`` is the document's own; it is sealed. ``ends_on`` is the last day; leave it None
    where the document names none, and say ``is_open_ended`` where it says that there is none.
    """

    kind: str
    starts_on: date
    ends_on: date | None = None
    is_open_ended: bool = False
    protocol: tuple[str, int] | None = None
    consent_version: str | None = None
    product: str | None = None
    holder: User | None = None
    enrollment: Enrollment | None = None
    permits: tuple[Act, ...] = ()
    number: str = ""
    document_sha256: str | None = None

    def content(self) -> dict[str, Any]:
        """What the same entry is known by."""
        return {
            "kind": self.kind,
            "starts_on": self.starts_on,
            "ends_on": self.ends_on,
            "is_open_ended": self.is_open_ended,
            "protocol": list(self.protocol) if self.protocol else None,
            "consent_version": self.consent_version,
            "product": self.product,
            "holder": self.holder.id if self.holder else None,
            "enrollment": self.enrollment.id if self.enrollment else None,
            "permits": sorted(self.permits),
            "number": self.number,
            "document": self.document_sha256,
        }


@one_transaction
def set_jurisdiction(
    *,
    site: Site,
    jurisdiction: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Say under which law a site works; a second time corrects the first."""
    if refusal := refused(by, site, PERMISSION, now):
        return refusal
    if jurisdiction not in jurisdictions.names():
        return Refusal("jurisdiction-unknown")
    stream = lock(site.id, now)
    sent = stream.sent("jurisdiction-recorded", entry_id, {"jurisdiction": jurisdiction})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := proof_refused(proof, by, now):
        return refusal
    before = jurisdiction_fact(site)
    fact = SiteJurisdiction(
        id=uuid5(entry_id, "jurisdiction"),
        corrects_id=before.id if before else None,
        correction_reason="recorded-anew" if before else "",
        site=site,
        jurisdiction=jurisdiction,
        jurisdiction_sha256=jurisdictions.load(jurisdiction).sha256,
        signature_id=uuid5(entry_id, "signature"),
    )
    values = {"jurisdiction": jurisdiction}
    return _signed(stream, sent, fact, "records-jurisdiction", site, by, proof, values)


@refused_where_erased
@one_transaction
def record_approval(
    *,
    site: Site,
    told: ApprovalTold,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
    corrects: Approval | None = None,
    correction_reason: str = "",
) -> Answered:
    """Record an approval or licence of a site, signed; or correct one, naming it and saying why."""
    if refusal := refused(by, site, PERMISSION, now):
        return refusal
    stream = lock(site.id, now)
    what = told.content() | {"corrects": corrects.id if corrects else None}
    sent = stream.sent("approval-recorded", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := _unfit(site, told, now) or _uncorrectable(site, corrects, correction_reason):
        return refusal
    if refusal := proof_refused(proof, by, now):
        return refusal
    fact = _fact(site, told, entry_id)
    if corrects is not None:
        fact.corrects_id, fact.correction_reason = corrects.id, correction_reason
    if told.number:
        fact.number = sealed(_key_for(stream, told), fact, "number", told.number)
    return _signed(stream, sent, fact, "records-approval", site, by, proof, {"approval": told.kind})


@refused_where_erased
@one_transaction
def change_approval(
    *,
    approval: Approval,
    change: ChangeKind,
    from_on: date,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
    document_sha256: str | None = None,
    reason: str = "",
) -> Answered:
    """Suspend, resume or withdraw an approval from a day of the site on, signed.

    What was entered in error says why; it never stood, so that its day is the approval's first.
    """
    site = approval.site
    if refusal := refused(by, site, PERMISSION, now):
        return refusal
    stream = lock(site.id, now)
    what = {
        "approval": approval.id,
        "change": change.value,
        "from_on": from_on,
        "document": document_sha256,
    } | ({"reason": reason} if reason else {})
    sent = stream.sent(f"approval-{change.value}", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := _unchangeable(approval, change, document_sha256):
        return refusal
    if (change is ChangeKind.IN_ERROR) != (reason in ERROR_REASONS):
        return Refusal("reason-unknown")
    if refusal := proof_refused(proof, by, now):
        return refusal
    fact = ApprovalChange(
        id=uuid5(entry_id, "change"),
        approval=approval,
        change=change.value,
        correction_reason=reason,
        from_on=approval.starts_on if change is ChangeKind.IN_ERROR else from_on,
        document_sha256=document_sha256,
        signature_id=uuid5(entry_id, "signature"),
    )
    values = {"approval": approval.kind, "change": change.value}
    return _signed(stream, sent, fact, "changes-approval", site, by, proof, values)


def _signed(
    stream: LockedStream,
    sent: Sent,
    fact: SiteJurisdiction | Approval | ApprovalChange,
    meaning: str,
    site: Site,
    by: User,
    proof: ReauthenticationProof | None,
    values: dict[str, str],
) -> Receipt:
    """Write a fact with the signature over it."""
    assert proof is not None
    role = role_with(by, site, PERMISSION, stream.now)
    signed: Sequence[Fact] = [fact]
    signature = sign(
        stream, fact.signature_id, signed, meaning=meaning, role=role, by=by, proof=proof
    )
    return stream.write(sent, [signature, fact], by=by, values=values)


def _fact(site: Site, told: ApprovalTold, entry_id: UUID) -> Approval:
    name, version = told.protocol or (None, None)
    return Approval(
        id=uuid5(entry_id, "approval"),
        site=site,
        kind=told.kind,
        starts_on=told.starts_on,
        ends_on=told.ends_on,
        is_open_ended=told.is_open_ended,
        protocol_name=name,
        protocol_version=version,
        consent_version=told.consent_version,
        product=told.product,
        holder=told.holder,
        enrollment=told.enrollment,
        permits=document(sorted(told.permits)).decode(),
        document_sha256=told.document_sha256,
        signature_id=uuid5(entry_id, "signature"),
    )


def _key_for(stream: LockedStream, told: ApprovalTold) -> DataKey:
    """The key of whoever the number tells of: the patient, the holder, or the organisation."""
    if told.enrollment is not None:
        return data_key_of(told.enrollment.person_id, PersonKey.WORDS)
    if told.holder is not None:
        return data_key_of(told.holder.id, PersonKey.IDENTITY)
    return stream.receipts


def _unfit(site: Site, told: ApprovalTold, now: datetime) -> Refusal | None:
    """A refusal where what was told cannot be an approval of this site."""
    jurisdiction = jurisdiction_of(site)
    if jurisdiction is None:
        return Refusal("jurisdiction-missing")
    kind = jurisdiction.kind(told.kind)
    if kind is None:
        return Refusal("approval-kind-unknown")
    if told.ends_on is not None and (told.is_open_ended or told.ends_on < told.starts_on):
        return Refusal("approval-days-do-not-fit")
    if len(told.number) > LONGEST_NUMBER or not _is_hash(told.document_sha256):
        return Refusal("document-does-not-fit")
    return _out_of_scope(kind, told) or _not_of_the_site(site, told, now)


def _is_hash(sha256: str | None) -> bool:
    return sha256 is None or _SHA256.fullmatch(sha256) is not None


def _out_of_scope(kind: ApprovalKind, told: ApprovalTold) -> Refusal | None:
    """An approval names what its kind is for, and nothing else."""
    named = {
        Scope.PROTOCOL: told.protocol,
        Scope.CONSENT: told.consent_version,
        Scope.PRODUCT: told.product,
        Scope.PERSON: told.holder,
        Scope.PATIENT: told.enrollment,
        Scope.ACT: told.permits,
    }
    for scope, value in named.items():
        if bool(value) != (scope in kind.scope):
            reason = "scope-not-of-this-kind" if value else "scope-missing"
            return Refusal(reason, {"scope": scope.value})
    if set(told.permits) - set(kind.acts):
        return Refusal("scope-not-of-this-kind", {"scope": Scope.ACT.value})
    return _codes_unfit(told)


def _codes_unfit(told: ApprovalTold) -> Refusal | None:
    """Products and consent versions stand in plain columns: codes, so that no name gets in."""
    product, consent = told.product or "x", told.consent_version or "x"
    if len(product) > LONGEST_PRODUCT or not _PRODUCT.fullmatch(product):
        return Refusal("product-does-not-fit")
    if len(consent) > LONGEST_VERSION or not _VERSION.fullmatch(consent):
        return Refusal("consent-version-does-not-fit")
    name, version = told.protocol or (None, 0)
    if name and (name not in protocols.names() or version not in protocols.versions(name)):
        return Refusal("protocol-unknown")
    return None


def _not_of_the_site(site: Site, told: ApprovalTold, now: datetime) -> Refusal | None:
    if told.holder is not None and not roles_of(told.holder, site, now):
        return Refusal("holder-of-another-site")
    if told.enrollment is not None and told.enrollment.site_id != site.id:
        return Refusal("enrollment-of-another-site")
    return None


def _uncorrectable(site: Site, corrects: Approval | None, reason: str) -> Refusal | None:
    if corrects is None:
        return None
    if corrects.site_id != site.id:
        return Refusal("approval-of-another-site")
    if Approval.objects.filter(corrects=corrects).exists():
        return Refusal("already-corrected")
    return None if reason in CORRECTION_REASONS else Refusal("reason-unknown")


def _unchangeable(approval: Approval, change: ChangeKind, sha256: str | None) -> Refusal | None:
    """A refusal where an approval was corrected or withdrawn, or is not suspended to be resumed."""
    if not _is_hash(sha256):
        return Refusal("document-does-not-fit")
    if Approval.objects.filter(corrects=approval).exists():
        return Refusal("already-corrected")
    first = first_rows(approval.site)
    same = [row for row, begun in first.items() if begun == first[approval.id]]
    rows = ApprovalChange.objects.filter(approval_id__in=same, corrected_by=None)
    befell = list(rows.order_by("position", "id").values_list("change", flat=True))
    if ChangeKind.IN_ERROR.value in befell:
        return Refusal("already-corrected")
    if change is ChangeKind.IN_ERROR:
        return None
    if ChangeKind.WITHDRAWN.value in befell:
        return Refusal("already-withdrawn")
    last = befell[-1] if befell else ChangeKind.RESUMED.value
    if change is not ChangeKind.WITHDRAWN and change.value == last:
        return Refusal("nothing-to-change")
    return None
