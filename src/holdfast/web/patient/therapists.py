"""Asking for another therapist in one's own account, without a reason; and taking it back."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from holdfast.actions.outcomes import Receipt
from holdfast.actions.pairs import ask_change, withdraw_ask
from holdfast.records.access import printed_name
from holdfast.records.bookings import ChangeAsked
from holdfast.records.care import Enrollment
from holdfast.records.courses import courses_of, standing
from holdfast.records.people import User
from holdfast.web import fields
from holdfast.web.admitted import Admitted
from holdfast.web.done import go_on
from holdfast.web.patient.place import Own, acts_for, own_context, own_of
from holdfast.web.refusals import refusal_words


class TherapistForm(forms.Form):
    """Instead of whom, or left open. There is no field for a reason."""

    entry_id = fields.entry_id()
    user = forms.ChoiceField(
        label=_("Instead of whom?"), required=False, widget=fields.Options, initial=""
    )

    def __init__(self, *args: Any, pair: list[User], **options: Any) -> None:
        super().__init__(*args, **options)
        if not pair:
            del self.fields["user"]
            return
        user = self.fields["user"]
        assert isinstance(user, forms.ChoiceField)
        names = [(str(each.id), printed_name(each)) for each in pair]
        user.choices = [("", _("I leave that open")), *names]


class TakeBackForm(forms.Form):
    """The request that is taken back."""

    entry_id = fields.entry_id()
    asked = forms.UUIDField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted) -> HttpResponse:
    """Ask for another therapist, and see what was asked and is not settled yet."""
    own = own_of(request)
    enrollment = _enrollment(own)
    if request.method != "POST" or enrollment is None:
        return _page(request, own, enrollment)
    pair = _pair(enrollment)
    form = TherapistForm(request.POST, pair=pair)
    if not form.is_valid():
        return _page(request, own, enrollment, form=form)
    wanted = form.cleaned_data.get("user", "")
    outcome = ask_change(
        enrollment=enrollment,
        side="patient",
        user=next((each for each in pair if str(each.id) == wanted), None),
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if isinstance(outcome, Receipt):
        return go_on(request, reverse("me-therapist"), "therapist-asked")
    form.add_error(None, refusal_words(outcome))
    return _page(request, own, enrollment, form=form)


@acts_for("me-therapist")
def take_back(request: Admitted) -> HttpResponse:
    """Take back what was asked."""
    own, form = own_of(request), TakeBackForm(request.POST)
    enrollment = _enrollment(own)
    asked = _asked(enrollment) if enrollment is not None and form.is_valid() else []
    row = next((each for each in asked if each.id == form.cleaned_data["asked"]), None)
    if row is None:  # settled meanwhile, or nobody's
        return HttpResponseRedirect(reverse("me-therapist"))
    outcome = withdraw_ask(
        asked=row, entry_id=form.cleaned_data["entry_id"], by=request.user, now=timezone.now()
    )
    if isinstance(outcome, Receipt):
        return go_on(request, reverse("me-therapist"), "therapist-unasked")
    form.add_error(None, refusal_words(outcome))
    return _page(request, own, enrollment, refused=form)


def _enrollment(own: Own) -> Enrollment | None:
    """The newest whose course goes on; the newest of all where none does."""
    courses = courses_of(own.enrollments)
    running = (e for e in own.enrollments if e.id in courses and not courses[e.id].is_over)
    return next(running, own.enrollment)


def _pair(enrollment: Enrollment) -> list[User]:
    """Their two therapists today, by seat; nobody before they are named."""
    course = courses_of([enrollment]).get(enrollment.id)
    pair = course.pair_on(timezone.localdate()) if course else None
    ids = [UUID(hex=each) for each in (pair.lead, pair.second)] if pair else []
    found = User.objects.in_bulk(ids)
    return [found[each] for each in ids if each in found]


def _asked(enrollment: Enrollment) -> list[ChangeAsked]:
    """What the person asked and nobody settled; what a therapist asked is not theirs to see."""
    rows = standing(ChangeAsked, [enrollment.id]).filter(side="patient", answered_by=None)
    return list(rows.select_related("enrollment__site", "user"))


def _page(
    request: Admitted,
    own: Own,
    enrollment: Enrollment | None,
    form: TherapistForm | None = None,
    refused: TakeBackForm | None = None,
) -> HttpResponse:
    context = own_context(request, own)
    if enrollment is not None:
        pair = _pair(enrollment)
        context |= {
            "pair": [printed_name(each) for each in pair],
            "form": form or TherapistForm(pair=pair),
            "refused": refused,
            "asked": [
                {
                    "at": row.asked_at,
                    "of": printed_name(row.user) if row.user else "",
                    "form": TakeBackForm(initial={"asked": row.id}, auto_id=f"{row.id}_%s"),
                }
                for row in _asked(enrollment)
            ],
        }
    status = 422 if form is not None or refused is not None else 200
    return render(request, "patient/therapist.html", context, status=status)
