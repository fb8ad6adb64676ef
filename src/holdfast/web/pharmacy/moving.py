"""Movements of a store: receive, put away, send on, assign, issue, return, waste, destroy, lose, find, correct."""

from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from holdfast.actions.movements import MovementTold, NewContainer, record_movement
from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.second_person import Present, needs_two
from holdfast.domain.accountability import FROM
from holdfast.domain.movements import Kind, ranges
from holdfast.records.access import printed_name
from holdfast.records.allocation import KitKnown
from holdfast.records.care import Enrollment
from holdfast.records.supply import Container, CustodyPlace, DrugMovement, DrugStore
from holdfast.records.supply_reads import ledger_of
from holdfast.web.admitted import Admitted
from holdfast.web.custody_refusals import CUSTODY
from holdfast.web.done import go_on
from holdfast.web.pharmacy.forms import MoveForm, ReceiveForm
from holdfast.web.pharmacy.people import dosing_visits, person_named
from holdfast.web.pharmacy.place import (
    around,
    far_choices,
    holder_choices,
    place_choices,
    store_at,
    whereabouts,
)
from holdfast.web.pharmacy.two_people import TwoPeopleForm, proved, used, witnesses
from holdfast.web.pharmacy.words import ACTS, OF_THE_STORE, PROBLEM_WORDS, SAYS
from holdfast.web.refusals import refusal_words

_MOVES = {kind.value: kind for _title, kinds in OF_THE_STORE for kind in kinds}


def two_people(request: Admitted) -> dict[str, Any]:
    """What a form of two people is made with."""
    now = timezone.now()
    beside = witnesses(request.here, request.user, now)
    return {"beside": beside, "me": printed_name(request.user)}


def kind_named(move: str) -> Kind:
    """A kind of movement that is made at the store; not found for any other."""
    if (kind := _MOVES.get(move)) is None:
        raise Http404
    return kind


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str, store: str, move: str) -> HttpResponse:
    """One movement of one container, by two people."""
    here = store_at(request, store, "custody.move")
    kind = kind_named(move)
    given: dict[str, Any] = {
        "kind": kind,
        "places": place_choices(here),
        "far": far_choices(request, here),
        "holders": holder_choices(request),
        "visits": dosing_visits(request),
        **two_people(request),
    }
    if request.method != "POST":
        first = {name: request.GET[name] for name in ("code", "corrects") if name in request.GET}
        return _page(request, here, kind, MoveForm(initial=first, **given))
    form = MoveForm(request.POST, **given)
    if not form.is_valid() or (told := movement_told(request, here, form)) is None:
        return _page(request, here, kind, form)
    present = proved(request, form, needs_two=needs_two(request.here, kind.value))
    if present is None:
        return _page(request, here, kind, form)
    outcome = recorded(request, here, told, present, form)
    return onward(request, outcome, form) or _page(request, here, kind, form)


def _page(request: Admitted, store: DrugStore, kind: Kind, form: MoveForm) -> HttpResponse:
    address = reverse("pharmacy:move", args=[request.here.code, store.code, kind.value])
    context = {
        **around(request, store, "store"),
        "form": form,
        "act": ACTS[kind],
        "says": SAYS[kind],
        "action": address,
    }
    status = 422 if form.is_bound else 200
    return render(request, "pharmacy/move.html", context, status=status)


def recorded(
    request: Admitted, store: DrugStore, told: MovementTold, present: Present, form: TwoPeopleForm
) -> Answered:
    """Record a movement with who is there."""
    return record_movement(
        store=store,
        told=told,
        second=present.second,
        proof=present.proof,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )


def onward(
    request: Admitted, outcome: Answered, form: Any, address: str = ""
) -> HttpResponse | None:
    """Where somebody goes when it is recorded; None, said on the form, where it was refused."""
    if isinstance(outcome, Receipt):
        used(request)
        differs = outcome.fact_id("records_discrepancy") is not None
        code = request.resolver_match.kwargs.get("store", "") if request.resolver_match else ""
        to = address or reverse("pharmacy:store", args=[request.here.code, code])
        return go_on(request, to, "drug-moved-differs" if differs else "drug-moved")
    reason = outcome.reason if isinstance(outcome, Refusal) else ""
    form.refused(reason, custody_words(outcome))
    return None


def custody_words(outcome: Answered) -> Any:
    """The words of a refusal of custody; what does not fit is named in words as well."""
    if isinstance(outcome, Refusal) and outcome.reason == "does-not-fit":
        problem = str(outcome.values.get("problem", ""))
        return CUSTODY["does-not-fit"] % {"problem": PROBLEM_WORDS.get(problem, problem)}
    return refusal_words(outcome)


def container_named(code: str, store: DrugStore) -> Container | None:
    """A container that was ever in a store or is on its way there, by what its label says."""
    rows = Container.objects.select_related("store")
    same = list(rows.filter(code__iexact=code.strip())[:2])
    exact = rows.filter(code=code.strip()).first()
    found = exact or (same[0] if len(same) == 1 else None)
    if found is None:
        return None
    ours = CustodyPlace.objects.filter(store=store)
    moved = DrugMovement.objects.filter(container=found, to_place__in=ours)
    return found if found.store_id == store.id or moved.exists() else None


def movement_told(
    request: Admitted,
    store: DrugStore,
    form: MoveForm,
    *,
    enrollment: Enrollment | None = None,
    **given: Any,
) -> MovementTold | None:
    """The movement of a form; None, said at the field, where it names what is not there."""
    told, kind = form.cleaned_data, form.kind
    if kind is Kind.CORRECT:
        return _correction(store, form)
    container = container_named(told["code"], store)
    if container is None:
        words = _("No container here has this code. Look at the label; receive it first.")
        form.add_error("code", words)
        return None
    if told.get("person"):
        enrollment = person_named(request, told["person"])
        if enrollment is None:
            form.add_error("person", _("There is nobody here by this number."))
            return None
    from_place, from_holder = whereabouts(told.get("source", ""))
    to_place, to_holder = whereabouts(told.get("target", "") or told.get("to", ""))
    capsules = told["capsules"] or all_that_fit(container, store, kind, told.get("source", ""))
    if not capsules:
        words = _("By the book there is none of it that this could be. Name the capsules.")
        form.add_error("capsules", words)
        return None
    said = {
        "from_place": from_place.id if from_place else None,
        "from_holder": from_holder.id if from_holder else None,
        "to_place": to_place.id if to_place else None,
        "to_holder": to_holder.id if to_holder else None,
        "enrollment": enrollment.id if enrollment else None,
        "visit": told.get("visit", ""),
        "dose": told.get("dose", ""),
    }
    return MovementTold(
        kind=kind,
        container=container.id,
        capsules=capsules,
        at=told["at"] or timezone.now(),
        seal=told.get("seal", "").strip(),
        words=told["words"].strip(),
        reason="seal-broken" if told.get("is_broken") else told.get("reason", ""),
        minutes=told.get("minutes"),
        happened=told["happened"],
        emergency=told["alone"],
        **(said | given),
    )


def _correction(store: DrugStore, form: MoveForm) -> MovementTold | None:
    """An earlier line never was so."""
    told = form.cleaned_data
    line = DrugMovement.objects.filter(store=store, id=told["corrects"]).first()
    if line is None:
        raise Http404
    return MovementTold(
        kind=Kind.CORRECT,
        container=line.container_id,
        capsules=line.capsules,
        at=timezone.now(),
        corrects=line.id,
        correction_reason=told["reason"],
        words=told["words"].strip(),
        happened=told["happened"],
        emergency=told["alone"],
    )


def all_that_fit(container: Container, store: DrugStore, kind: Kind, source: str) -> str:
    """The capsules of a container to which a movement can happen now, at a place if one is named."""
    own = ledger_of([container], store.site.zone).capsules.get(container.id.hex, {})
    what, _colon, key = source.partition(":")
    where = f"{what}:{UUID(key).hex}" if key else ""
    fit = [n for n, now in own.items() if now.status in FROM[kind]]
    return ranges(n for n in fit if not where or own[n].where == where)


@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: Admitted, site: str, store: str) -> HttpResponse:
    """A delivery, received by two people: what the paper says and what they counted."""
    here = store_at(request, store, "custody.move")
    given: dict[str, Any] = {"places": place_choices(here), **two_people(request)}
    if request.method != "POST":
        return _receive(request, here, ReceiveForm(initial={"part": "bottle"}, **given))
    form = ReceiveForm(request.POST, request.FILES, **given)
    if not form.is_valid():
        return _receive(request, here, form)
    present = proved(request, form, needs_two=needs_two(request.here, Kind.RECEIVE.value))
    if present is None:
        return _receive(request, here, form)
    outcome = recorded(request, here, _delivery(request, form), present, form)
    return onward(request, outcome, form) or _receive(request, here, form)


def _receive(request: Admitted, store: DrugStore, form: ReceiveForm) -> HttpResponse:
    context = {**around(request, store, "receive"), "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "pharmacy/receive.html", context, status=status)


KIT = "Study kit"  # what is said of the product of a kit: the same of every one


def _common_use_by(request: Admitted, number: str) -> date | None:
    """The use-by that blinded people are told of a kit, where it is on the site's list."""
    row = KitKnown.objects.filter(site=request.here, number=number).first()
    return row.use_by if row else None


def _delivery(request: Admitted, form: ReceiveForm) -> MovementTold:
    told = form.cleaned_data
    size, file, kit = told["size"], told["document"], told["kit_number"].strip()
    new = NewContainer(
        code=told["code"].strip(),
        part=told["part"],
        size=size,
        use_by=(kit and _common_use_by(request, kit)) or told["expires_on"],
        product=KIT if kit else told["product"],
        kit_number=kit,
        lot=told["lot"].strip(),
        nominal_mg=told["nominal_mg"],
    )
    papers = [
        (_("Supplier"), told["supplier"]),
        (_("Order form"), told["order_form"]),
        (_("Certificate"), told["certificate"]),
    ]
    place, _nobody = whereabouts(told["target"])
    return MovementTold(
        kind=Kind.RECEIVE,
        container=new,
        capsules=ranges(range(1, size + 1)),
        at=timezone.now(),
        to_place=place.id if place else None,
        seal=told["seal"].strip(),
        document_sha256=sha256(file.read()).hexdigest() if file else "",
        document_words="\n".join(f"{name}: {words}" for name, words in papers if words),
        words=told["words"].strip(),
        happened=told["happened"],
        emergency=told["alone"],
    )
