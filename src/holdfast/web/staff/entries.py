"""What staff enter by hand: answers, medicines, conditions, and the corrections of each."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from holdfast.actions import answers as entering
from holdfast.actions.judging import latest_verdict
from holdfast.actions.outcomes import Answered
from holdfast.definitions import questions
from holdfast.definitions.sentences import question_sentence
from holdfast.domain.questions import Question, QuestionKind
from holdfast.records.care import Enrollment
from holdfast.records.histories import (
    EnrollmentPast,
    answers_of,
    enrollment_as_of,
    history_of,
    medications_of,
)
from holdfast.web.admitted import Admitted
from holdfast.web.staff.answer_forms import AnswerCorrectionForm, AnswerForm
from holdfast.web.staff.forms import (
    ConditionCorrectionForm,
    ConditionForm,
    MedicationCorrectionForm,
    MedicationForm,
)
from holdfast.web.staff.known import source_words, value_words
from holdfast.web.staff.outcome import onward
from holdfast.web.staff.screening import Sent, places_of, screening_page
from holdfast.web.staff.shown import read_shown
from holdfast.web.staff.who import enrollment_at


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: Admitted, site: str, enrollment_id: UUID, question: str) -> HttpResponse:
    """One answer to one question: beside its finding, or on a page of its own."""
    enrollment = enrollment_at(request, enrollment_id)
    asked = questions.load().questions.get(question)
    if asked is None or asked.kind is QuestionKind.ENTRY:
        raise Http404
    places = _places(enrollment, question)
    if request.method != "POST":
        return _answer_page(request, enrollment, AnswerForm(question=asked, places=places))
    form = AnswerForm(request.POST, question=asked, places=places)
    if form.is_valid():
        outcome = entering.record_answer(
            enrollment=enrollment,
            answer=form.answer(),
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if done := onward(request, enrollment, form, outcome, "answer-recorded"):
            return done
    return _answer_page(request, enrollment, form, status=422)


@require_POST
def medication(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """A medicine entered by hand."""
    enrollment = enrollment_at(request, enrollment_id)
    form = MedicationForm(request.POST, auto_id="medication-%s")
    if form.is_valid():
        outcome = entering.record_medication(
            enrollment=enrollment,
            medication=form.medication(),
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if done := onward(request, enrollment, form, outcome, "medication-recorded"):
            return done
    return screening_page(request, enrollment, Sent(medication=form))


@require_POST
def condition(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """A condition, procedure or allergy entered by hand."""
    enrollment = enrollment_at(request, enrollment_id)
    form = ConditionForm(request.POST, auto_id="condition-%s")
    if form.is_valid():
        outcome = entering.record_history(
            enrollment=enrollment,
            history=form.history(),
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if done := onward(request, enrollment, form, outcome, "condition-recorded"):
            return done
    return screening_page(request, enrollment, Sent(condition=form))


@require_http_methods(["GET", "HEAD", "POST"])
def correct(
    request: Admitted, site: str, enrollment_id: UUID, kind: str, fact_id: UUID
) -> HttpResponse:
    """A new entry in the place of an earlier one, which stays; it says why."""
    enrollment = enrollment_at(request, enrollment_id)
    past = enrollment_as_of(enrollment)
    found = {"answer": _answer_row, "medication": _medication_row, "history": _history_row}
    if kind not in found:
        raise Http404
    row, form_of, shown, act = found[kind](past, fact_id)
    form = form_of(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        outcome = act(
            None if told["is_withdrawn"] else form,
            reason=told["reason"],
            words=told["words"],
            entry_id=told["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if done := onward(request, enrollment, form, outcome, "answer-corrected"):
            return done
    context = {"enrollment": enrollment, "form": form, "row": row, **shown}
    status = 422 if request.method == "POST" else 200
    return render(request, "staff/correct.html", context, status=status)


_Found = tuple[Any, Callable[[Any], Any], Mapping[str, Any], Callable[..., Answered]]


def _answer_row(past: EnrollmentPast, fact_id: UUID) -> _Found:
    row, entry = _find(past.answers, answers_of(past), fact_id)
    asked = questions.load().questions[entry.question]
    value = entry.value
    initial = {
        "value": str(value).lower() if isinstance(value, bool) else value,
        "unit": entry.unit,
        "observed_on": entry.observed_on,
        "source": entry.source.kind.value,
    }

    def form(data: Any) -> AnswerCorrectionForm:
        return AnswerCorrectionForm(data, question=asked, initial=initial)

    def act(form: Any, **told: Any) -> Answered:
        return entering.correct_answer(answer=row, value=form.answer() if form else None, **told)

    shown = {
        "question": question_sentence(entry.question, get_language() or "en"),
        "value": value_words(entry),
        "source": source_words(entry, entry.observed_on),
    }
    return row, form, shown, act


def _medication_row(past: EnrollmentPast, fact_id: UUID) -> _Found:
    row, entry = _find(past.medications, medications_of(past), fact_id)
    initial = {
        "name": entry.name,
        "rxcuis": " ".join(entry.rxcuis),
        "is_current": _three(entry.is_current),
        "last_taken_on": entry.last_taken_on,
        "source": entry.source.kind.value,
    }

    def form(data: Any) -> MedicationCorrectionForm:
        return MedicationCorrectionForm(data, initial=initial)

    def act(form: Any, **told: Any) -> Answered:
        value = form.medication() if form else None
        return entering.correct_medication(medication=row, value=value, **told)

    shown = {
        "question": _("Medication"),
        "value": entry.name,
        "source": source_words(entry, entry.last_taken_on),
    }
    return row, form, shown, act


def _history_row(past: EnrollmentPast, fact_id: UUID) -> _Found:
    row, entry = _find(past.history, history_of(past), fact_id)
    initial = {
        "kind": entry.kind,
        "name": entry.name,
        "is_active": _three(entry.is_active),
        "onset_on": entry.onset_on,
        "source": entry.source.kind.value,
    }
    if entry.codes:
        initial |= dict(zip(("system", "code"), entry.codes[0], strict=True))

    def form(data: Any) -> ConditionCorrectionForm:
        return ConditionCorrectionForm(data, initial=initial)

    def act(form: Any, **told: Any) -> Answered:
        return entering.correct_history(history=row, value=form.history() if form else None, **told)

    shown = {
        "question": _("Condition, procedure or allergy"),
        "value": entry.name,
        "source": source_words(entry, entry.onset_on),
    }
    return row, form, shown, act


def _find(rows: list[Any], entries: list[Any], fact_id: UUID) -> tuple[Any, Any]:
    """The standing row of that id with what it says; not found where it was corrected already."""
    for row, entry in zip(rows, entries, strict=True):
        if row.id == fact_id:
            return row, entry
    raise Http404


def _three(value: bool | None) -> str:
    return {True: "true", False: "false", None: ""}[value]


def _places(enrollment: Enrollment, question: str) -> list[str]:
    """The places that findings of the latest verdict name for this question."""
    verdict = latest_verdict(enrollment.id)
    if verdict is None:
        return []
    asking = [f for f in read_shown(verdict, with_words=True).findings if f.question == question]
    return list(dict.fromkeys(place for finding in asking for place in places_of(finding)))


def _answer_page(
    request: Admitted, enrollment: Enrollment, form: AnswerForm, status: int = 200
) -> HttpResponse:
    """The form on its own page; for the script, only the form, put back in its own place."""
    asked: Question = form.asked
    form_id = f"form-{asked.code}"
    site = request.here.code
    context = {
        "enrollment": enrollment,
        "form": form,
        "form_id": form_id,
        "href": reverse("staff:answer", args=[site, enrollment.id, asked.code]),
        "sentence": question_sentence(asked.code, get_language() or "en"),
    }
    if not request.htmx:
        return render(request, "staff/answer.html", context, status=status)
    response = render(request, "staff/parts/answer_form.html", context, status=status)
    if status != 200:
        response["HX-Retarget"] = f"#{form_id}"
        response["HX-Reselect"] = f"#{form_id}"
        response["HX-Reswap"] = "outerHTML"
    return response
