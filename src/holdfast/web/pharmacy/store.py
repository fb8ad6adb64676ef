"""The stores of a site, and the page of one: what is where, what expires, what is open, what is owed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.outcomes import Answered, Receipt
from holdfast.actions.stores import add_place, open_store
from holdfast.domain.accountability import Ledger, Status
from holdfast.domain.movements import Kind, Place
from holdfast.records.access import printed_name
from holdfast.records.rooms import Room
from holdfast.records.supply import Container, CustodyPlace, Discrepancy, DrugStore, HeldContainer
from holdfast.records.supply_reads import expires_after, ledger_of_store, unconfirmed
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.pharmacy.place import around, places_of, store_at, stores_of
from holdfast.web.pharmacy.set_up_forms import PlaceForm, StoreForm
from holdfast.web.pharmacy.words import (
    ACTS,
    EMERGENCY_WORDS,
    HAPPENED,
    HOLD_WORDS,
    OF_THE_STORE,
    PARTS,
    PLACES,
    STATUSES,
)
from holdfast.web.refusals import refusal_words

SOON_DAYS = 60  # what is out of date within so many days is marked; technical, ours
# States that somebody still has to do something about.
_UNFINISHED = (
    *(Status.TRANSIT, Status.OPENED, Status.HANDED, Status.REFUSED, Status.DROPPED, Status.SPAT),
    *(Status.PART_TAKEN, Status.BACK),
)


@require_safe
def stores(request: Admitted, site: str) -> HttpResponse:
    """The stores of the site, and how to open one."""
    return _stores(request)


def _stores(request: Admitted, form: forms.Form | None = None) -> HttpResponse:
    may = "custody.set-up" in request.permissions
    context = {
        "stores": stores_of(request),
        "form": form or (StoreForm(request=request) if may else None),
        "done": done_words(request),
    }
    return render(request, "pharmacy/stores.html", context, status=422 if form else 200)


@require_POST
def open_it(request: Admitted, site: str) -> HttpResponse:
    """Open a store."""
    form = StoreForm(request.POST, request=request)
    if not form.is_valid():
        return _stores(request, form)
    told = form.cleaned_data
    outcome = open_store(
        site=request.here,
        code=told["code"],
        title=told["title"],
        study=told["study"] or None,
        entry_id=told["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    to = reverse("pharmacy:store", args=[site, told["code"]])
    return _set_up(request, outcome, form, to, "drug-store-opened") or _stores(request, form)


def _set_up(
    request: Admitted, outcome: Answered, form: forms.Form, address: str, done: str
) -> HttpResponse | None:
    if isinstance(outcome, Receipt):
        return go_on(request, address, done)
    form.add_error(None, refusal_words(outcome))
    return None


@require_safe
def page(request: Admitted, site: str, store: str) -> HttpResponse:
    """A store: its balance by place and container, and what is owed."""
    return _page(request, store_at(request, store))


@require_POST
def place_add(request: Admitted, site: str, store: str) -> HttpResponse:
    """Name a place of a store."""
    here = store_at(request, store, "custody.set-up")
    form = PlaceForm(request.POST, rooms=_rooms(request))
    if not form.is_valid():
        return _page(request, here, form)
    told = form.cleaned_data
    outcome = add_place(
        store=here,
        code=told["code"],
        title=told["title"],
        kind=Place(told["kind"]),
        room=Room.objects.get(id=told["room"]) if told["room"] else None,
        celsius=(told["least"], told["most"]) if told["source"] else None,
        range_source=told["source"],
        entry_id=told["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    to = reverse("pharmacy:store", args=[site, store])
    done = _set_up(request, outcome, form, to, "custody-place-added")
    return done or _page(request, here, form)


def _rooms(request: Admitted) -> list[tuple[str, str]]:
    rows = Room.objects.filter(site=request.here, corrected_by=None, is_withdrawn=False)
    return [(str(each.id), each.title) for each in rows.order_by("code")]


def _page(request: Admitted, store: DrugStore, form: PlaceForm | None = None) -> HttpResponse:
    now, ledger = timezone.now(), ledger_of_store(store)
    may = request.permissions
    rows = Container.objects.filter(movements__store=store).distinct()
    containers = {each.id.hex: each for each in rows}
    context = {
        **around(request, store, "store"),
        "at": date_format(timezone.localtime(now), "j M Y, H:i"),
        "owed": list(_owed(request, store, ledger, containers)),
        "groups": _groups(request, store),
        "kept_at": _places(store, ledger, containers, now),
        "place_form": form
        or (PlaceForm(rooms=_rooms(request)) if "custody.set-up" in may else None),
        "done": done_words(request),
    }
    return render(request, "pharmacy/store.html", context, status=422 if form else 200)


def _groups(request: Admitted, store: DrugStore) -> list[tuple[Any, list[dict[str, Any]]]]:
    """What somebody may do here, in groups; a correction begins at the line that it corrects."""
    found = []
    for title, kinds in OF_THE_STORE:
        acts = [{"words": ACTS[kind], "href": _way(request, store, kind)} for kind in kinds]
        found.append((title, acts))
    return found if "custody.move" in request.permissions else []


def _way(request: Admitted, store: DrugStore, kind: Kind) -> str:
    args = [request.here.code, store.code]
    if kind is Kind.CORRECT:
        return reverse("pharmacy:register", args=args)
    return reverse("pharmacy:move", args=[*args, kind.value])


def _places(
    store: DrugStore, ledger: Ledger, containers: Mapping[str, Container], now: datetime
) -> list[dict[str, Any]]:
    held = dict(
        HeldContainer.objects.filter(
            container__in=[each.id for each in containers.values()], hold__lifted=None
        ).values_list("container__id", "hold__code")
    )
    found = []
    for place in places_of(store):
        there = ledger.at(f"place:{place.id.hex}")
        cards = [
            _card(store, containers[key], numbers, ledger, held, now)
            for key, numbers in there.items()
            if key in containers
        ]
        found.append(
            {
                "code": place.code,
                "title": place.title,
                "kind": PLACES.get(place.kind, "") if place.kind != place.code else "",
                "count": sum(card["count"] for card in cards),
                "containers": sorted(cards, key=lambda card: (card["use_by"], card["code"])),
            }
        )
    return found


def _card(
    store: DrugStore,
    container: Container,
    numbers: Sequence[int],
    ledger: Ledger,
    held: Mapping[Any, str],
    now: datetime,
) -> dict[str, Any]:
    own, is_kit = ledger.capsules[container.id.hex], bool(container.kit_number)
    days = (expires_after(container, store.site.zone) - now).days
    states = {own[n].status for n in numbers} - {Status.STOCK}
    return {
        "code": container.code,
        "part": PARTS.get(container.part, container.part),
        # Of a kit its number and a common use-by, and nothing that could tell what is in it.
        "kit": container.kit_number,
        "lot": "" if is_kit else container.lot,
        "count": len(numbers),
        "size": container.size,
        "product": "" if is_kit else container.product,
        "mg": None if is_kit else container.nominal_mg,
        "use_by": container.use_by,
        "days": max(0, days) if days <= SOON_DAYS else 0,
        "is_expired": days < 0,
        "is_soon": 0 <= days <= SOON_DAYS,
        "held": HOLD_WORDS.get(held.get(container.id, ""), ""),
        "state": ", ".join(sorted(str(STATUSES[each]) for each in states)),
    }


def _owed(
    request: Admitted, store: DrugStore, ledger: Ledger, containers: Mapping[str, Container]
) -> Iterator[dict[str, Any]]:
    """What somebody still has to do: what is on its way or open, alone, not settled."""
    args = [request.here.code, store.code]
    waiting = Discrepancy.objects.filter(store=store, settled=None).order_by("opened_at")
    if first := waiting.first():
        yield {
            "mark": "failed",
            "words": _("Discrepancies to settle: %(n)s") % {"n": waiting.count()},
            "href": reverse("pharmacy:discrepancies", args=args),
            "more": _("the oldest since"),
            "at": first.opened_at,
        }
    for act in unconfirmed(request.here).filter(store=store):
        why = EMERGENCY_WORDS.get(act.emergency, _("The second person signed on paper"))
        yield {
            "mark": "unknown",
            "words": _("One person alone: %(what)s") % {"what": HAPPENED.get(act.kind, act.kind)},
            "more": f"{printed_name(act.first)}. {why}.",
            "at": act.recorded_at,
        }
    titles = {f"place:{each.id.hex}" for each in CustodyPlace.objects.filter(store=store)}
    for key, own in ledger.capsules.items():
        mine = {
            n: now
            for n, now in own.items()
            if now.status in _UNFINISHED
            and (
                now.where in titles or now.status is Status.TRANSIT or now.site == store.site_id.hex
            )
        }
        for status in dict.fromkeys(now.status for now in mine.values()):
            some = [n for n, now in mine.items() if now.status is status]
            yield {
                "mark": "unknown",
                "words": f"{containers[key].code}: {STATUSES[status]}",
                "more": _("%(n)s of its capsules, since") % {"n": len(some)},
                "at": own[some[0]].by.at,
            }
