"""A guess of the arm: signed once, and locked by that. What others guessed is on no page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from holdfast.actions.guesses import record_guess
from holdfast.actions.outcomes import Receipt
from holdfast.definitions import protocols
from holdfast.web.admitted import Admitted, studies
from holdfast.web.done import done_words, go_on
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.unblinding.forms import GuessForm
from holdfast.web.unblinding.reports import numbered


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str) -> HttpResponse:
    """One guess of one person, for oneself or as a participant said it."""
    form = GuessForm(request.POST or None, arms=_arms(request))
    form.fields["number"].initial = request.GET.get("number", "")[:40]
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (answer := _guessed(request, form)):
            return answer
    context = {"form": form, "done": done_words(request)}
    return render(request, "unblinding/guess.html", context, status=status)


def _arms(request: Admitted) -> list[tuple[str, str]]:
    """The arms of every protocol that one works for, by code: which are of whose is asked afterwards."""
    mine = studies(request, "guess.record")
    found: dict[str, str] = {}
    for name in protocols.names():
        schedule = protocols.load(name).schedule if mine is None or name in mine else None
        for arm in schedule.arms if schedule else ():
            found.setdefault(arm.code, arm.title)
    return sorted(found.items())


def _guessed(request: Admitted, form: GuessForm) -> HttpResponse | None:
    enrollment = numbered(request, form, "guess.record")
    if enrollment is None:
        return None
    told = form.cleaned_data
    proof = prove(request, told["password"])
    if proof is None:
        form.add_error("password", not_proved(request, told["password"]))
        return None
    outcome = record_guess(
        enrollment=enrollment,
        moment=told["moment"],
        guesser=told["guesser"],
        guess=told["guess"],
        confidence=told["confidence"],
        reason_code=told["reason"],
        proof=proof,
        entry_id=told["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return None
    return go_on(request, reverse("blind:guess", args=[request.here.code]), "guess-locked")
