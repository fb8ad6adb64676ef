"""What the papers of custody say, from the record: a register, an accountability log, a statement.

Nothing of them follows from an arm: a blinded kit is its number, whatever is inside, and lists stand in
the order of writing or of names.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from holdfast.domain.register import Account, RegisterLine, accounts, register_lines
from holdfast.records.people import Site
from holdfast.records.supply import Container, DrugMovement, DrugStore
from holdfast.records.supply_reads import contained, movements_of, told_movement


@dataclass(frozen=True)
class Written:
    """One line of a register with the row that it is of."""

    row: DrugMovement
    line: RegisterLine


def drug_of(container: Container) -> str:
    """What a container is called in a register: product and strength, as its label says."""
    if container.nominal_mg is None or f"{container.nominal_mg:f} mg" in container.product:
        return container.product
    return f"{container.product} {container.nominal_mg:f} mg"


def register_of(store: DrugStore) -> list[Written]:
    """Every line of a store, sorted by drug and then as they were written."""
    rows = list(
        DrugMovement.objects.filter(store=store)
        .select_related("container", "moved_by", "second", "enrollment__site", "from_place")
        .select_related("to_place", "store")
        .order_by("position", "turn", "id")
    )
    drugs = {row.container_id.hex: drug_of(row.container) for row in rows}
    containers = {row.container_id: row.container for row in rows}
    known = {one.id: one for one in contained(containers.values(), store.site.zone)}
    told = [told_movement(row, store.site_id) for row in rows]
    lines = register_lines(told, drugs, known)
    written = [Written(row, line) for row, line in zip(rows, lines, strict=True)]
    return sorted(written, key=lambda one: one.line.drug)


def log_of(site: Site, study: str | None) -> list[tuple[Account, Sequence[Container]]]:
    """The accounts of a trial at a site: one for each kit, or for each lot of what has no kit."""
    containers = list(_containers(site).filter(store__study=study).order_by("code"))
    groups = {one.id.hex: _group(one) for one in containers}
    own: dict[str, list[Container]] = {}
    for one in containers:
        own.setdefault(groups[one.id.hex], []).append(one)
    found = _accounts(site, containers, groups)
    return [(account, own.get(account.name, ())) for account in found]


def statement_of(site: Site) -> list[Account]:
    """The accounts of everything at a site: one for each drug as its label says."""
    containers = list(_containers(site).order_by("code"))
    return _accounts(site, containers, {one.id.hex: drug_of(one) for one in containers})


def _group(container: Container) -> str:
    if container.kit_number:
        return f"Kit {container.kit_number}"
    return f"{drug_of(container)}, lot {container.lot}" if container.lot else container.code


def _containers(site: Site) -> "QuerySet[Container]":
    moved: Any = DrugMovement.objects.filter(store__site=site).values("container_id")
    return Container.objects.filter(id__in=moved)


def _accounts(site: Site, containers: Iterable[Container], groups: dict[str, str]) -> list[Account]:
    known = {one.id: one for one in contained(containers, site.zone)}
    rows = DrugMovement.objects.filter(container_id__in=[one.id for one in containers])
    return accounts(movements_of(rows), groups, known, site.id.hex)
