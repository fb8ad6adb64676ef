"""What a site was allowed, as the rules read it: one query for each table, no name opened.

``known_at`` reads the record as it was known at a moment: what was recorded, corrected or entered
in error after it is not yet known. Asking twice for the same past gives the same answer.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

import orjson
from django.db import models

from holdfast.definitions import jurisdictions
from holdfast.domain.authority import (
    Act,
    Change,
    ChangeKind,
    HeldApproval,
    Intent,
    Jurisdiction,
    authority_findings,
)
from holdfast.domain.findings import Finding
from holdfast.records.authority import Approval, ApprovalChange, SiteJurisdiction
from holdfast.records.people import Site

Row = TypeVar("Row", bound=models.Model)


def _known(rows: "models.QuerySet[Row]", at: datetime | None) -> "models.QuerySet[Row]":
    """The rows that stood, uncorrected, as far as was known then; now, where no moment is named."""
    if at is None:
        return rows.filter(corrected_by=None)
    return rows.filter(recorded_at__lte=at).exclude(corrected_by__recorded_at__lte=at)


def jurisdiction_fact(site: Site, known_at: datetime | None = None) -> SiteJurisdiction | None:
    """What was last recorded of the law that holds at a site."""
    rows = _known(SiteJurisdiction.objects.filter(site=site), known_at)
    return rows.order_by("-position").first()


def jurisdiction_of(site: Site, known_at: datetime | None = None) -> Jurisdiction | None:
    """The jurisdiction of a site; None where nobody recorded it, or this release has no such file."""
    fact = jurisdiction_fact(site, known_at)
    if fact is None or fact.jurisdiction not in jurisdictions.names():
        return None
    return jurisdictions.load(fact.jurisdiction)


def standing_rows(site: Site, known_at: datetime | None = None) -> list[Approval]:
    """Every approval of a site that no later row corrects, in the order of recording.

    What was entered in error never was, and is not among them.
    """
    first = first_rows(site)
    errors = _known(ApprovalChange.objects.filter(approval__site=site), known_at)
    never = errors.filter(change=ChangeKind.IN_ERROR.value).values_list("approval_id", flat=True)
    gone = {first[row] for row in never}
    rows = _known(Approval.objects.filter(site=site), known_at)
    found = rows.select_related("holder", "enrollment__site").order_by("position", "id")
    return [row for row in found if first[row.id] not in gone]


def first_rows(site: Site) -> dict[UUID, UUID]:
    """The first row of each approval of a site, by the id of every row that says the same anew."""
    first: dict[UUID, UUID] = {}
    pairs = Approval.objects.filter(site=site).order_by("position").values_list("id", "corrects_id")
    for row, corrects in pairs:
        first[row] = first[corrects] if corrects else row
    return first


def held_approvals(
    site: Site, rows: Iterable[Approval] | None = None, known_at: datetime | None = None
) -> list[HeldApproval]:
    """The approvals of a site with what befell them, as the rules read them.

    What befell an approval befell it also in the words of a later correction.
    """
    first = first_rows(site)
    changes: dict[UUID, list[Change]] = defaultdict(list)
    befell = _known(ApprovalChange.objects.filter(approval__site=site), known_at)
    for row in befell.order_by("position", "id"):
        changes[first[row.approval_id]].append(Change(ChangeKind(row.change), row.from_on))
    standing = standing_rows(site, known_at) if rows is None else rows
    return [_held(row, tuple(changes[first[row.id]])) for row in standing]


def findings_of_act(
    site: Site, intent: Intent, on: date, known_at: datetime | None = None
) -> tuple[Finding, ...]:
    """Every approval an act needs at a site on the day of the act: what a gate asks.

    With ``known_at``, what the gate would have answered from what was known then.
    """
    held = held_approvals(site, known_at=known_at)
    return authority_findings(jurisdiction_of(site, known_at), intent, held, on)


def protocol_text(name: str | None, version: int | None) -> str | None:
    """How a protocol and its version are named in approvals: ``mapp2/1``."""
    return f"{name}/{version}" if name else None


def _held(row: Approval, changes: tuple[Change, ...]) -> HeldApproval:
    return HeldApproval(
        id=row.id.hex,
        kind=row.kind,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        is_open_ended=row.is_open_ended,
        protocol=protocol_text(row.protocol_name, row.protocol_version),
        consent=row.consent_version,
        product=row.product,
        person=row.holder_id.hex if row.holder_id else None,
        patient=row.enrollment_id.hex if row.enrollment_id else None,
        permits=frozenset(Act(code) for code in orjson.loads(row.permits)),
        changes=changes,
    )
