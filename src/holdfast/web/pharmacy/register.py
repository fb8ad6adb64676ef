"""The register of a store: every movement as it was written, with what is on hand after each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from holdfast.domain.accountability import fold
from holdfast.domain.movements import Kind, capsules_of
from holdfast.records.access import printed_name
from holdfast.records.people import User
from holdfast.records.supply import Discrepancy, DrugMovement, DrugStore
from holdfast.records.supply_reads import contained, movements_of
from holdfast.web.admitted import Admitted
from holdfast.web.pharmacy.place import around, store_at
from holdfast.web.pharmacy.words import EMERGENCY_WORDS, HAPPENED, PROBLEM_WORDS, REASON_WORDS

LINES = 25  # of a page
_LATE_SECONDS = 60  # what was written so much after it happened shows both times; technical, ours


@require_safe
def page(request: Admitted, site: str, store: str) -> HttpResponse:
    """A page of the register, the latest lines first."""
    here = store_at(request, store)
    rows = DrugMovement.objects.filter(store=here).order_by("-position", "-turn", "-id")
    rows = rows.select_related(
        "container", "from_place", "to_place", "enrollment__site", "act", "moved_by", "second"
    )
    pages = Paginator(rows, LINES).get_page(request.GET.get("page"))
    context = {
        **around(request, here, "register"),
        "pages": pages,
        "lines": _lines(request, here, list(pages.object_list), _from(pages)),
    }
    return render(request, "pharmacy/register.html", context)


def _from(pages: Any) -> int:
    """The number of the first line shown: lines are counted from the first ever written."""
    return int(pages.paginator.count) - (pages.number - 1) * LINES


def _lines(
    request: Admitted, store: DrugStore, rows: Sequence[DrugMovement], first: int
) -> list[dict[str, Any]]:
    names = _Names()
    problems: dict[UUID | None, list[Any]] = {}
    for each in Discrepancy.objects.filter(movement__in=[row.id for row in rows]):
        problems.setdefault(each.movement_id, []).append(PROBLEM_WORDS.get(each.code, each.code))
    balances = balances_after(store, rows)
    return [
        {
            "number": first - place,
            "at": row.at,
            "recorded_at": row.recorded_at,
            "is_late": (row.recorded_at - row.at).total_seconds() > _LATE_SECONDS,
            "words": HAPPENED.get(row.kind, row.kind),
            "reason": REASON_WORDS.get(row.reason or row.correction_reason, ""),
            "about": row.enrollment.label if row.enrollment else "",
            "problems": problems.get(row.id, []),
            "code": row.container.code,
            "capsules": row.capsules,
            "count": len(capsules_of(row.capsules)),
            "source": _end(row.from_place, row.from_holder_id, names),
            "target": _end(row.to_place, row.to_holder_id, names),
            "seal": row.seal,
            "by": names.of(row.moved_by),
            "second": names.of(row.second) if row.second else "",
            "alone": EMERGENCY_WORDS.get(row.act.emergency, _("one person, as the site signed")),
            "balance": balances[row.id],
            "correct": _correct(request, store, row),
        }
        for place, row in enumerate(rows)
    ]


class _Names:
    """Printed names by account, each opened once."""

    def __init__(self) -> None:
        self._known: dict[UUID, str] = {}

    def of(self, person: User) -> str:
        if person.id not in self._known:
            self._known[person.id] = printed_name(person)
        return self._known[person.id]


def _end(place: Any, holder: UUID | None, names: _Names) -> str:
    if place is not None:
        return str(place.title)
    return names.of(User.objects.get(id=holder)) if holder else ""


def _correct(request: Admitted, store: DrugStore, row: DrugMovement) -> str:
    """Where a line is corrected, for who may."""
    if row.kind == Kind.CORRECT or "custody.move" not in request.permissions:
        return ""
    address = reverse("pharmacy:move", args=[request.here.code, store.code, Kind.CORRECT.value])
    return f"{address}?corrects={row.id}"


def balances_after(store: DrugStore, rows: Sequence[DrugMovement]) -> Mapping[UUID, int]:
    """How many capsules of the container of each line were on hand after it was written."""
    containers = {row.container_id: row.container for row in rows}
    every = DrugMovement.objects.filter(container__in=list(containers)).order_by("turn")
    told: dict[str, list[Any]] = {}
    for movement in movements_of(every):
        told.setdefault(movement.container, []).append(movement)
    own = {one.id: one for one in contained(containers.values(), store.site.zone)}
    return {
        row.id: _on_hand(own[row.container_id.hex], _until(told[row.container_id.hex], row))
        for row in rows
    }


def _until(movements: Iterable[Any], row: DrugMovement) -> list[Any]:
    return [each for each in movements if each.turn <= row.turn]


def _on_hand(container: Any, movements: Sequence[Any]) -> int:
    return fold([container], movements).by_container[container.id].on_hand
