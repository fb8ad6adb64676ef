"""Blind counts: whoever counts writes what is there, and is shown nothing of what is expected, then or after."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from holdfast.actions.counting import count_place
from holdfast.actions.outcomes import Receipt, Refusal
from holdfast.actions.second_person import needs_two
from holdfast.records.supply import CustodyPlace, DrugStore
from holdfast.web import fields
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.fields import CHOOSE
from holdfast.web.pharmacy.forms import AT_FIELD
from holdfast.web.pharmacy.moving import container_named, custody_words, two_people
from holdfast.web.pharmacy.place import around, place_choices, store_at, whereabouts
from holdfast.web.pharmacy.two_people import TwoPeopleForm, proved, used

_LINE = re.compile(r"(\S+)\s+(\d{1,5})")


class CountForm(TwoPeopleForm):
    """What somebody sees at a place: one line for each container."""

    entry_id = fields.entry_id()
    target = forms.ChoiceField(label=gettext_lazy("Which place?"))
    code = forms.CharField(
        label=gettext_lazy("Containers and capsules"),
        help_text=gettext_lazy(
            "One line for each container: its code, a space, and how many capsules you count in it, "
            "such as B-77 10."
        ),
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
    )
    is_whole = forms.BooleanField(
        label=gettext_lazy("This is everything at this place: what is not named is not there."),
        required=False,
    )

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"] = forms.ChoiceField(
            label=gettext_lazy("Which place?"), choices=[CHOOSE, *places]
        )
        self.order_fields(["entry_id", "target", "code", "is_whole"])

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not told.get("code", "").strip() and not told.get("is_whole"):
            words = _("Write what you count. If the place is empty, say that this is everything.")
            self.add_error("code", words)
        return told


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str, store: str) -> HttpResponse:
    """Count a place, blind, with a second person."""
    here = store_at(request, store, "custody.count")
    given: dict[str, Any] = {"places": place_choices(here), **two_people(request)}
    if request.method != "POST":
        return _page(request, here, CountForm(**given))
    form = CountForm(request.POST, **given)
    if not form.is_valid() or (counted := _counted(here, form)) is None:
        return _page(request, here, form)
    present = proved(request, form, needs_two=needs_two(request.here, "count"))
    place = whereabouts(form.cleaned_data["target"])[0]
    if present is None or place is None:
        return _page(request, here, form)
    now = timezone.now()
    outcome = count_place(
        place=CustodyPlace.objects.select_related("store__site").get(id=place.id),
        counted=counted,
        at=now,
        present=present,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=now,
        is_whole=form.cleaned_data["is_whole"],
    )
    if isinstance(outcome, Receipt):
        used(request)
        return go_on(request, reverse("pharmacy:count", args=[site, store]), "drug-counted")
    reason = outcome.reason if isinstance(outcome, Refusal) else ""
    field = AT_FIELD.get(reason)
    form.add_error(field if field in form.fields else None, custody_words(outcome))
    return _page(request, here, form)


def _counted(store: DrugStore, form: CountForm) -> Mapping[UUID, int] | None:
    """The number of each container that was named; None, said at the field, where one is unclear."""
    found: dict[UUID, int] = {}
    for line in form.cleaned_data["code"].splitlines():
        if not line.strip():
            continue
        told = _LINE.fullmatch(line.strip())
        container = container_named(told[1], store) if told else None
        if told is None:
            words = _("This line is unclear: %(line)s. Write a code, a space and a number.")
            form.add_error("code", words % {"line": line.strip()[:60]})
            return None
        if container is None or container.id in found:
            words = _("Named twice, or no container of this store: %(code)s. Look at its label.")
            form.add_error("code", words % {"code": told[1]})
            return None
        found[container.id] = int(told[2])
    return found


def _page(request: Admitted, store: DrugStore, form: CountForm) -> HttpResponse:
    context = {**around(request, store, "count"), "form": form, "done": done_words(request)}
    status = 422 if form.is_bound else 200
    return render(request, "pharmacy/count.html", context, status=status)
