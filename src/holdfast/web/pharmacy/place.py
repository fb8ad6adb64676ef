"""What the pages of a store share: the store itself, its tabs, its places and the people about it."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from holdfast.domain.movements import Place
from holdfast.records import access
from holdfast.records.access import covers, printed_name
from holdfast.records.people import User
from holdfast.records.supply import CustodyPlace, Discrepancy, DrugStore
from holdfast.web.admitted import Admitted, studies
from holdfast.web.pharmacy.words import PLACES

TABS = (
    ("store", _("On hand")),
    ("register", _("Register")),
    ("receive", _("Receive")),
    ("count", _("Count")),
    ("discrepancies", _("Discrepancies")),
    ("labels", _("Labels")),
)
_NEEDS = {"receive": "custody.move", "count": "custody.count"}


def store_at(request: Admitted, code: str, permission: str = "custody.see") -> DrugStore:
    """A store of this site of which somebody may see the stock; not found for anybody else."""
    row = DrugStore.objects.filter(site=request.here, code=code).select_related("site").first()
    if row is None or not covers(studies(request, permission), row.study):
        raise Http404
    return row


def stores_of(request: Admitted) -> list[DrugStore]:
    """The stores of this site whose stock somebody may see, by code."""
    mine = studies(request, "custody.see")
    rows = DrugStore.objects.filter(site=request.here).order_by("code")
    return [row for row in rows if covers(mine, row.study)]


def around(request: Admitted, store: DrugStore, here: str) -> dict[str, Any]:
    """The context of every page of a store. Whoever counts is not shown whether it differs."""
    waiting = Discrepancy.objects.filter(store=store, settled=None).count()
    return {
        "store": store,
        "tabs": [
            {
                "href": reverse(f"pharmacy:{name}", args=[request.here.code, store.code]),
                "words": words,
                "here": name == here,
                "count": waiting if name == "discrepancies" and here != "count" else 0,
            }
            for name, words in TABS
            if _NEEDS.get(name, "custody.see") in request.permissions
        ],
    }


def places_of(store: DrugStore) -> list[CustodyPlace]:
    """The places of a store that stand: the safe first, then by code."""
    rows = CustodyPlace.objects.filter(store=store, corrected_by=None, is_withdrawn=False)
    order = [each.value for each in Place]
    return sorted(rows, key=lambda row: (order.index(row.kind), row.code))


def place_choices(store: DrugStore) -> list[tuple[str, str]]:
    """The places of a store, for a form."""
    return [
        (f"place:{each.id}", f"{each.title} ({PLACES.get(each.kind, each.kind)})")
        for each in places_of(store)
    ]


def holder_choices(request: Admitted) -> list[tuple[str, str]]:
    """Whoever may hold a capsule for a while at this site, for a form."""
    now = timezone.now()
    held = {"custody.move", "custody.box"}
    people = [
        user
        for user in access.staff_at(request.here, now)
        if held & access.permissions_of(user, request.here, now)
    ]
    pairs = [(f"holder:{user.id}", printed_name(user)) for user in people]
    return sorted(pairs, key=lambda each: each[1])


def whereabouts(told: str) -> tuple[CustodyPlace | None, User | None]:
    """The place or the person that a choice of a form names."""
    what, _colon, key = told.partition(":")
    if not key:
        return None, None
    if what == "place":
        return CustodyPlace.objects.get(id=UUID(key)), None
    return None, User.objects.get(id=UUID(key))


def far_choices(request: Admitted, store: DrugStore) -> list[tuple[str, str]]:
    """The safes of other stores to which something may be sent, here and at other sites."""
    mine = studies(request, "custody.move")
    rows = CustodyPlace.objects.filter(corrected_by=None, is_withdrawn=False)
    rows = rows.exclude(store=store).select_related("store__site").order_by("store__code", "code")
    return [
        (f"place:{each.id}", f"{each.store.site.name}, {each.store.title}: {each.title}")
        for each in rows
        if each.kind in (Place.SAFE, Place.QUARANTINE) and covers(mine, each.store.study)
    ]
