"""Break-glass: open one record in an emergency, and end it."""

from uuid import uuid4, uuid5

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from holdfast.actions.glass import break_glass, end_glass, record_miss
from holdfast.actions.outcomes import Receipt
from holdfast.definitions.roles import roles
from holdfast.records.glass import (
    GlassOpening,
    open_now,
)
from holdfast.records.glass_access import may_break_glass
from holdfast.records.glass_search import Sought, by_name, by_number
from holdfast.records.people import Site
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.glass.forms import BreakForm, EndForm
from holdfast.web.glass.words import NOT_FOUND
from holdfast.web.reauthentication import in_emergency, not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.words import permission_words

MOST = 200


@require_http_methods(["GET", "HEAD", "POST"])
def break_page(request: Admitted) -> HttpResponse:
    """Find one person exactly, say why, show who one is, and read."""
    if not may_break_glass(request.user, timezone.now()):
        raise Http404
    sites = list(Site.objects.order_by("code"))
    form = BreakForm(request.POST or None, sites=sites)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (answer := _broken(request, form)):
            return answer
    given = [permission_words(code) for code in sorted(roles().break_glass)]
    context = {"form": form, "given": given, "done": done_words(request)}
    return render(request, "glass/break.html", context, status=status)


def _broken(request: Admitted, form: BreakForm) -> HttpResponse | None:
    """Open it, and go there; None where something stands against it, said on the form."""
    shown, apart = form.cleaned_data["password"], in_emergency(request)
    proof = prove(request, shown, apart=apart)
    if proof is None:
        form.add_error("password", not_proved(request, shown, apart=apart))
        return None
    found = _sought(form)
    if found.enrollment is None:
        _missed(request, form, found)
        return None
    outcome = break_glass(
        enrollment=found.enrollment,
        way="number" if form.by_number() else "name",
        reason_code=form.cleaned_data["reason"],
        words=form.cleaned_data["words"],
        proof=proof,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return None
    here = [found.enrollment.site.code, found.enrollment.id]
    return go_on(request, reverse("staff:screening", args=here), "glass-broken")


def _sought(form: BreakForm) -> Sought:
    told = form.cleaned_data
    if form.by_number():
        return by_number(told["number"])
    site = Site.objects.get(code=told["site"])
    return by_name(site, told["given"], told["family"], told["born_on"])


def _missed(request: Admitted, form: BreakForm, found: Sought) -> None:
    """Say why nothing opened, and keep that somebody searched."""
    told, by_its_number = form.cleaned_data, form.by_number()
    code = told["number"].strip().upper().rpartition("-")[0] if by_its_number else told["site"]
    words = str(NOT_FOUND[found.match]) % {"numbers": ", ".join(found.numbers)}
    form.add_error("number" if by_its_number else "family", words)
    if site := Site.objects.filter(code=code).first():
        record_miss(
            site=site,
            way="number" if by_its_number else "name",
            answered=found.match,
            entry_id=uuid4(),
            by=request.user,
            now=timezone.now(),
        )


@require_POST
def end(request: Admitted) -> HttpResponse:
    """End what one opened, from any page."""
    form = EndForm(request.POST)
    opening = None
    if form.is_valid():
        mine = GlassOpening.objects.filter(user_id=request.user.id)
        opening = mine.filter(id=form.cleaned_data["opening"]).first()
    if opening is None:  # nothing of theirs, so that there is nothing to end
        return redirect("my-access")
    now = timezone.now()
    same = [
        row for row in open_now(request.user, now) if row.enrollment_id == opening.enrollment_id
    ]
    for row in same:  # a record that was opened twice is closed whole
        entry_id = uuid5(form.cleaned_data["entry_id"], row.id.hex)
        end_glass(opening=row, entry_id=entry_id, by=request.user, now=now)
    return go_on(request, reverse("my-access"), "glass-ended")
