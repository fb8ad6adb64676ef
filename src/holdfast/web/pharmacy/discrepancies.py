"""Discrepancies: reported, settled by name with a second person; acts of one alone, confirmed afterwards."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.discrepancies import (
    REPORTED,
    confirm_act,
    in_it,
    report_discrepancy,
    settle_discrepancy,
)
from holdfast.actions.outcomes import Answered, Receipt
from holdfast.actions.second_person import needs_two
from holdfast.records.access import printed_name
from holdfast.records.supply import (
    CustodyAct,
    Discrepancy,
    DiscrepancySettled,
    DrugStore,
)
from holdfast.records.supply_reads import unconfirmed
from holdfast.web import fields
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.fields import CHOOSE
from holdfast.web.pharmacy.forms import code_field
from holdfast.web.pharmacy.moving import container_named, custody_words, two_people
from holdfast.web.pharmacy.place import around, store_at
from holdfast.web.pharmacy.two_people import TwoPeopleForm, proved, used
from holdfast.web.pharmacy.words import (
    CONFIRM_WORDS,
    EMERGENCY_WORDS,
    HAPPENED,
    OUTCOME_WORDS,
    PROBLEM_WORDS,
)
from holdfast.web.reauthentication import not_proved, prove

SHOWN_SETTLED = 20  # the last that were settled; all of them stand in the record


def _words() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("What was found out?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SettleForm(TwoPeopleForm):
    """How a discrepancy is settled, and what was found out."""

    entry_id = fields.entry_id()
    outcome = forms.ChoiceField(
        label=gettext_lazy("How is it settled?"), choices=[CHOOSE, *OUTCOME_WORDS.items()]
    )
    words = _words()


class ReportForm(forms.Form):
    """What somebody sees that no movement and no count says."""

    entry_id = fields.entry_id()
    what = forms.ChoiceField(
        label=gettext_lazy("What does not fit?"),
        choices=[CHOOSE, *((code, PROBLEM_WORDS[code]) for code in REPORTED)],
    )
    code = code_field(required=False)
    words = forms.CharField(
        label=gettext_lazy("In words"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ConfirmForm(forms.Form):
    """Whether what one did alone was as it was told."""

    entry_id = fields.entry_id()
    outcome = forms.ChoiceField(
        label=gettext_lazy("Was it as it was told?"),
        choices=CONFIRM_WORDS.items(),
        widget=fields.Options,
    )
    password = fields.password_again()


@require_safe
def page(request: Admitted, site: str, store: str) -> HttpResponse:
    """What does not fit and is not settled yet; what was settled last."""
    return _page(request, store_at(request, store))


def _page(
    request: Admitted, store: DrugStore, form: forms.Form | None = None, of: UUID | None = None
) -> HttpResponse:
    may = request.permissions
    rows = Discrepancy.objects.filter(store=store).select_related(
        "container", "movement", "count", "act", "opened_by", "settled__settled_by"
    )
    open_ = rows.filter(settled=None).order_by("opened_at", "id")
    settled = rows.exclude(settled=None).order_by("-settled__settled_at")[:SHOWN_SETTLED]
    pair = two_people(request)
    context = {
        **around(request, store, "discrepancies"),
        "open": [_open(request, row, pair, form if row.id == of else None) for row in open_],
        "alone": [
            _alone(request, act, form if act.id == of else None)
            for act in unconfirmed(request.here).filter(store=store)
        ],
        "settled": [_settled(row) for row in settled],
        "report_form": form if isinstance(form, ReportForm) else ReportForm(auto_id="report_%s"),
        "may_confirm": "custody.witness" in may,
        "done": done_words(request),
    }
    status = 422 if form is not None else 200
    return render(request, "pharmacy/discrepancies.html", context, status=status)


def _open(
    request: Admitted, row: Discrepancy, pair: dict[str, Any], sent: forms.Form | None
) -> dict[str, Any]:
    """One that is open. Whoever is in it is shown no numbers: they may count again, blind."""
    is_in_it = request.user.id in in_it(row)
    may = "custody.settle" in request.permissions and not is_in_it
    form = sent or (SettleForm(**pair, auto_id=f"settle-{row.id}-%s") if may else None)
    return {
        "id": row.id,
        "words": PROBLEM_WORDS.get(row.code, row.code),
        "at": row.opened_at,
        "code": row.container.code if row.container else "",
        "capsules": row.capsules,
        "numbers": _numbers(row) if may else "",
        "by": _("Opened by what %(name)s recorded.") % {"name": printed_name(row.opened_by)},
        "form": form,
        "is_in_it": is_in_it,
    }


def _numbers(row: Discrepancy) -> str:
    if row.expected is None:
        return ""
    told = {"found": row.found, "expected": row.expected}
    return _("%(found)s counted, %(expected)s by the book") % told


def _alone(request: Admitted, act: CustodyAct, sent: forms.Form | None) -> dict[str, Any]:
    may = "custody.witness" in request.permissions and act.first_id != request.user.id
    return {
        "id": act.id,
        "words": HAPPENED.get(act.kind, act.kind),
        "by": printed_name(act.first),
        "why": EMERGENCY_WORDS.get(act.emergency, _("The second person signed on paper")),
        "at": act.recorded_at,
        "form": sent or (ConfirmForm(auto_id=f"confirm-{act.id}-%s") if may else None),
    }


def _settled(row: Discrepancy) -> dict[str, Any]:
    settled: DiscrepancySettled = row.settled
    return {
        "words": PROBLEM_WORDS.get(row.code, row.code),
        "code": row.container.code if row.container else "",
        "outcome": OUTCOME_WORDS.get(settled.outcome, settled.outcome),
        "by": printed_name(settled.settled_by),
        "at": settled.settled_at,
    }


def _onward(request: Admitted, outcome: Answered, form: forms.Form, done: str) -> Any:
    """Back to the list where it is recorded; None, said on the form, where it was refused."""
    if isinstance(outcome, Receipt):
        used(request)
        kwargs = request.resolver_match.kwargs if request.resolver_match else {}
        args = [request.here.code, kwargs["store"]]
        return go_on(request, reverse("pharmacy:discrepancies", args=args), done)
    form.add_error(None, custody_words(outcome))
    return None


@require_POST
def settle(request: Admitted, site: str, store: str, discrepancy_id: UUID) -> HttpResponse:
    """Settle one by name, with a second person; neither made what does not fit."""
    here = store_at(request, store, "custody.settle")
    row = Discrepancy.objects.filter(store=here, id=discrepancy_id)
    found = row.select_related("store__site", "movement", "act", "container").first()
    if found is None:
        raise Http404
    auto_id = f"settle-{found.id}-%s"
    form = SettleForm(request.POST, **two_people(request), auto_id=auto_id)
    if form.is_valid():
        needs = needs_two(request.here, "settle")
        if present := proved(request, form, needs_two=needs):
            outcome = settle_discrepancy(
                discrepancy=found,
                outcome=form.cleaned_data["outcome"],
                words=form.cleaned_data["words"],
                present=present,
                entry_id=form.cleaned_data["entry_id"],
                by=request.user,
                now=timezone.now(),
            )
            if done := _onward(request, outcome, form, "discrepancy-settled"):
                return done
    return _page(request, here, form, found.id)


@require_POST
def report(request: Admitted, site: str, store: str) -> HttpResponse:
    """Report what no movement and no count says. Nobody is refused a second look."""
    here = store_at(request, store)
    form = ReportForm(request.POST, auto_id="report_%s")
    if not form.is_valid():
        return _page(request, here, form)
    told = form.cleaned_data
    container = container_named(told["code"], here) if told["code"].strip() else None
    if told["code"].strip() and container is None:
        form.add_error(
            "code", _("No container here has this code. Leave it empty, and describe it.")
        )
        return _page(request, here, form)
    outcome = report_discrepancy(
        store=here,
        code=told["what"],
        words=told["words"],
        container=container,
        entry_id=told["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    return _onward(request, outcome, form, "discrepancy-reported") or _page(request, here, form)


@require_POST
def confirm(request: Admitted, site: str, store: str, act_id: UUID) -> HttpResponse:
    """Say whether what one person did alone was as it was told."""
    here = store_at(request, store, "custody.witness")
    act = CustodyAct.objects.filter(store=here, id=act_id).select_related("store__site").first()
    if act is None:
        raise Http404
    form = ConfirmForm(request.POST, auto_id=f"confirm-{act.id}-%s")
    if form.is_valid():
        proof = prove(request, form.cleaned_data["password"])
        if proof is None:
            form.add_error("password", not_proved(request, form.cleaned_data["password"]))
            return _page(request, here, form, act.id)
        outcome = confirm_act(
            act=act,
            outcome=form.cleaned_data["outcome"],
            proof=proof,
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if done := _onward(request, outcome, form, "custody-confirmed"):
            return done
    return _page(request, here, form, act.id)
