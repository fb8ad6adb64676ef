"""What a site was allowed, as the rules read it: one query for each table, no name opened."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

import orjson

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


def jurisdiction_fact(site: Site) -> SiteJurisdiction | None:
    """What was last recorded of the law that holds at a site."""
    rows = SiteJurisdiction.objects.filter(site=site, corrected_by=None)
    return rows.order_by("-position").first()


def jurisdiction_of(site: Site) -> Jurisdiction | None:
    """The jurisdiction of a site; None where nobody recorded it, or this release has no such file."""
    fact = jurisdiction_fact(site)
    if fact is None or fact.jurisdiction not in jurisdictions.names():
        return None
    return jurisdictions.load(fact.jurisdiction)


def standing_rows(site: Site) -> list[Approval]:
    """Every approval of a site that no later row corrects, in the order of recording."""
    rows = Approval.objects.filter(site=site, corrected_by=None)
    return list(rows.select_related("holder", "enrollment__site").order_by("position", "id"))


def first_rows(site: Site) -> dict[UUID, UUID]:
    """The first row of each approval of a site, by the id of every row that says the same anew."""
    first: dict[UUID, UUID] = {}
    pairs = Approval.objects.filter(site=site).order_by("position").values_list("id", "corrects_id")
    for row, corrects in pairs:
        first[row] = first[corrects] if corrects else row
    return first


def held_approvals(site: Site, rows: Iterable[Approval] | None = None) -> list[HeldApproval]:
    """The approvals of a site with what befell them, as the rules read them.

    What befell an approval befell it also in the words of a later correction.
    """
    first = first_rows(site)
    changes: dict[UUID, list[Change]] = defaultdict(list)
    befell = ApprovalChange.objects.filter(approval__site=site, corrected_by=None)
    for row in befell.order_by("position", "id"):
        changes[first[row.approval_id]].append(Change(ChangeKind(row.change), row.from_on))
    standing = standing_rows(site) if rows is None else rows
    return [_held(row, tuple(changes[first[row.id]])) for row in standing]


def findings_of_act(site: Site, intent: Intent, on: date) -> tuple[Finding, ...]:
    """Every approval an act needs at a site on a day of the site: what a gate asks."""
    return authority_findings(jurisdiction_of(site), intent, held_approvals(site), on)


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
