"""The session box on the therapists' pages: what is in it, and what happens to each capsule, by two people."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.actions.movements import MovementTold
from holdfast.actions.second_person import needs_two
from holdfast.domain.accountability import FROM, ON_HAND, CapsuleNow
from holdfast.domain.movements import KINDS, Kind
from holdfast.records.boxes import IN_THE_ROOM
from holdfast.records.care import Enrollment
from holdfast.records.session import DosingSession
from holdfast.records.supply import Container, DrugMovement, DrugStore
from holdfast.records.supply_reads import ledger_of
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words
from holdfast.web.look_choice import dark_unless_chosen
from holdfast.web.pharmacy.forms import MoveForm
from holdfast.web.pharmacy.moving import movement_told, onward, recorded, two_people
from holdfast.web.pharmacy.people import enrollment_at
from holdfast.web.pharmacy.place import holder_choices, place_choices
from holdfast.web.pharmacy.two_people import proved
from holdfast.web.pharmacy.words import ACTS, OF_THE_BOX, PARTS, SAYS, STATUSES

# What comes next where everything goes well, and what may come after it was taken.
_NEXT = (Kind.OPEN, Kind.HAND_OVER, Kind.SWALLOWED)
_AFTER = (Kind.SPAT, Kind.VOMITED)
_ACTS = {kind.value: kind for kind in OF_THE_BOX}


def issued_to(enrollment: Enrollment) -> list[DrugMovement]:
    """The last issue of each container of somebody's box, which nobody corrected.

    Those of the session that goes on, and of an earlier one what is still in the room.
    """
    rows = DrugMovement.objects.filter(
        enrollment=enrollment, kind=Kind.ISSUE_BOX.value, corrected_by=None
    ).select_related("container", "store__site", "to_place")
    newest = {row.container_id: row for row in rows.order_by("turn")}
    session = _session(enrollment)
    visit = session.visit if session else ""
    found = [row for row in newest.values() if row.visit == visit or _is_in_the_room(row)]
    return sorted(found, key=lambda row: (row.dose, row.container.code))


def _is_in_the_room(issue: DrugMovement) -> bool:
    own = capsules_now(issue.container, issue.store.site.zone)
    return any(now.status in IN_THE_ROOM for now in own.values())


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """The containers of somebody's session box, and what may be done with each."""
    enrollment = enrollment_at(request, enrollment_id)
    may = "custody.box" in request.permissions
    context = {
        "enrollment": enrollment,
        "number": enrollment.label,
        "containers": [_container(request, enrollment, row, may) for row in issued_to(enrollment)],
        "done": done_words(request),
        "theme": dark_unless_chosen(request),
    }
    return render(request, "pharmacy/box.html", context)


def _container(
    request: Admitted, enrollment: Enrollment, issue: DrugMovement, may: bool
) -> dict[str, Any]:
    container, site = issue.container, request.here
    own = capsules_now(container, site.zone)
    return {
        "code": container.code,
        "part": PARTS.get(container.part, container.part),
        "seal": issue.seal,
        "use_by": container.use_by,
        "capsules": [
            {
                "number": number,
                "words": STATUSES[now.status],
                "is_gone": now.status not in ON_HAND,
            }
            for number, now in sorted(own.items())
        ],
        "acts": [
            {
                "words": ACTS[kind],
                "href": f"{_address(site.code, enrollment, kind)}?code={container.code}",
                "is_next": kind in _NEXT,
            }
            for kind in OF_THE_BOX
            if may and any(_may_follow(kind, now) for now in own.values())
        ],
    }


def _may_follow(kind: Kind, now: CapsuleNow) -> bool:
    """Whether an act can follow in the room; what is back in the store is not brought back again."""
    is_there = now.status in IN_THE_ROOM or kind in _AFTER
    return is_there and now.status in FROM[kind]


def capsules_now(container: Container, zone: str) -> Mapping[int, CapsuleNow]:
    """The state of each capsule of a container."""
    return ledger_of([container], zone).capsules.get(container.id.hex, {})


def _address(site: str, enrollment: Enrollment, kind: Kind) -> str:
    return reverse("pharmacy:box-act", args=[site, enrollment.id, kind.value])


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: Admitted, site: str, enrollment_id: UUID, move: str) -> HttpResponse:
    """What happens to a container of the box, by two people."""
    enrollment = enrollment_at(request, enrollment_id)
    kind = _ACTS.get(move)
    if kind is None:
        raise Http404
    rows = issued_to(enrollment)
    named = request.POST.get("code") or request.GET.get("code") or ""
    issue = next((row for row in rows if row.container.code == named), None)
    store = issue.store if issue else rows[0].store if rows else None
    given: dict[str, Any] = {
        "kind": kind,
        "places": place_choices(store) if store else [],
        "holders": holder_choices(request),
        "is_of_a_box": True,
        **two_people(request),
    }
    if request.method != "POST":
        form = MoveForm(initial={"code": named} | _first(kind, issue), **given)
        return _act(request, enrollment, kind, form)
    form = MoveForm(request.POST, **given)
    is_valid = form.is_valid()
    if issue is None or store is None:
        form.add_error("code", _("This is none of the containers of this box. Look at the label."))
        return _act(request, enrollment, kind, form)
    told = _told(request, store, form, enrollment, issue) if is_valid else None
    if told is None:
        return _act(request, enrollment, kind, form)
    present = proved(request, form, needs_two=needs_two(request.here, kind.value))
    if present is None:
        return _act(request, enrollment, kind, form)
    outcome = recorded(request, store, told, present, form)
    to = reverse("pharmacy:box", args=[site, enrollment.id])
    return onward(request, outcome, form, to) or _act(request, enrollment, kind, form)


def _told(
    request: Admitted,
    store: DrugStore,
    form: MoveForm,
    enrollment: Enrollment,
    issue: DrugMovement,
) -> MovementTold | None:
    """The movement, for the session that goes on, or the one that the box was issued for."""
    session = _session(enrollment)
    said: dict[str, Any] = {
        "session": session.id if session else None,
        "visit": "" if session else issue.visit,
    }
    if KINDS[form.kind].source:
        said |= from_there(issue.container, request.here.zone, form.kind)
    return movement_told(request, store, form, enrollment=enrollment, **said)


def _first(kind: Kind, issue: DrugMovement | None) -> dict[str, Any]:
    """What the form of an act says before anybody typed: it goes back to where it came from."""
    if issue is None:
        return {}
    back = issue.from_place_id if kind is Kind.RETURN_BOX else issue.to_place_id
    return {"target": f"place:{back}", "to": "person"}


def _session(enrollment: Enrollment) -> DosingSession | None:
    """The dosing session of somebody that goes on."""
    rows = DosingSession.objects.filter(enrollment=enrollment, closing=None)
    return rows.order_by("-opened_at", "-id").first()


def from_there(container: Container, zone: str, kind: Kind) -> dict[str, UUID | None]:
    """Where the book has what a movement takes: the place or the person that it is taken from."""
    own = capsules_now(container, zone)
    where = next((now.where for now in own.values() if now.status in FROM[kind]), "")
    what, _colon, key = where.partition(":")
    return {
        "from_place": UUID(hex=key) if what == "place" else None,
        "from_holder": UUID(hex=key) if what == "holder" else None,
    }


def _act(request: Admitted, enrollment: Enrollment, kind: Kind, form: MoveForm) -> HttpResponse:
    context = {
        "enrollment": enrollment,
        "form": form,
        "act": ACTS[kind],
        "says": SAYS[kind],
        "action": _address(request.here.code, enrollment, kind),
        "theme": dark_unless_chosen(request),
    }
    return render(request, "pharmacy/box_act.html", context, status=422 if form.is_bound else 200)
