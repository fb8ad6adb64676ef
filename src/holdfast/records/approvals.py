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
from holdfast.records.prepared import Prepared
from holdfast.records.reading import once

Row = TypeVar("Row", bound=models.Model)


def _known(rows: "models.QuerySet[Row]", at: datetime | None) -> "models.QuerySet[Row]":
    """The rows that stood, uncorrected, as far as was known then; now, where no moment is named."""
    if at is None:
        return rows.filter(corrected_by=None)
    return rows.filter(recorded_at__lte=at).exclude(corrected_by__recorded_at__lte=at)


def jurisdiction_fact(site: Site, known_at: datetime | None = None) -> SiteJurisdiction | None:
    """What was last recorded of the law that holds at a site."""
    if known_at is None:
        return _LAW.first(site.id)
    rows = _known(SiteJurisdiction.objects.filter(site=site), known_at)
    return rows.order_by("-position").first()


# What stands now, by the site.
_LAW = Prepared(
    lambda site: _known(SiteJurisdiction.objects.filter(site=site), None).order_by("-position")[:1]
)
_EVERY = Prepared(lambda site: Approval.objects.filter(site=site).order_by("position"))
_STANDING = Prepared(lambda site: _in_order(site, None))
_CHANGES = Prepared(lambda site: _befell(site, None))


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
    changes = _CHANGES.rows(site.id) if known_at is None else _befell(site.id, known_at)
    never = ChangeKind.IN_ERROR.value
    gone = {first[each.approval_id] for each in changes if each.change == never}
    found = _STANDING.rows(site.id) if known_at is None else _in_order(site.id, known_at)
    return [row for row in found if first[row.id] not in gone]


def _in_order(site: UUID, at: datetime | None) -> "models.QuerySet[Approval]":
    rows = _known(Approval.objects.filter(site=site), at)
    return rows.select_related("holder", "enrollment__site").order_by("position", "id")


def _befell(site: UUID, at: datetime | None) -> "models.QuerySet[ApprovalChange]":
    return _known(ApprovalChange.objects.filter(approval__site=site), at).order_by("position", "id")


def first_rows(site: Site) -> dict[UUID, UUID]:
    """The first row of each approval of a site, by the id of every row that says the same anew."""
    first: dict[UUID, UUID] = {}
    for row in once(("approvals", site.id), lambda: _EVERY.rows(site.id)):
        first[row.id] = first[row.corrects_id] if row.corrects_id else row.id
    return first


def held_approvals(
    site: Site, rows: Iterable[Approval] | None = None, known_at: datetime | None = None
) -> list[HeldApproval]:
    """The approvals of a site with what befell them, as the rules read them.

    What befell an approval befell it also in the words of a later correction.
    """
    if rows is None and known_at is None:
        return once(("held", site.id), lambda: _held_approvals(site, None, None))
    return _held_approvals(site, rows, known_at)


def _held_approvals(
    site: Site, rows: Iterable[Approval] | None, known_at: datetime | None
) -> list[HeldApproval]:
    first = first_rows(site)
    changes: dict[UUID, list[Change]] = defaultdict(list)
    befell = _CHANGES.rows(site.id) if known_at is None else _befell(site.id, known_at)
    for row in befell:
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
