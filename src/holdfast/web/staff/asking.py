"""Asking: the open questions of one enrollment, answered in one conversation."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from holdfast.actions.answers import record_answers
from holdfast.actions.judging import local_date
from holdfast.definitions import questions
from holdfast.definitions.sentences import question_sentence
from holdfast.domain.questions import Question, QuestionKind
from holdfast.records.care import Enrollment
from holdfast.records.histories import enrollment_as_of
from holdfast.web.admitted import Admitted
from holdfast.web.staff.answer_forms import ConversationForm
from holdfast.web.staff.outcome import onward
from holdfast.web.staff.screening import places_of, verdict_of_today
from holdfast.web.staff.shown import FindingShown, read_shown
from holdfast.web.staff.topics import by_topic
from holdfast.web.staff.who import enrollment_at, name_of
from holdfast.web.staff.words import unit_words
from holdfast.web.words import role_title

EVERYBODY = "all"
# Kinds that are answered one by one, beside the medicine they are about.
ONE_BY_ONE = (QuestionKind.ENTRY, QuestionKind.TEXT)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Every open question that one conversation can answer; what is left open stays unknown."""
    enrollment = enrollment_at(request, enrollment_id)
    findings = open_questions(request, enrollment)
    by = request.GET.get("by", EVERYBODY)
    asked = [(q, f) for q, f in findings if by == EVERYBODY or by in q.answered_by]
    form = _form(request, enrollment, [question for question, _finding in asked])
    if request.method == "POST" and form.is_valid():
        outcome = record_answers(
            enrollment=enrollment,
            answers=form.answers(),
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if done := onward(request, enrollment, form, outcome, "answers-recorded"):
            return done
    context = {
        "enrollment": enrollment,
        "who": name_of(request, enrollment),
        "form": form,
        "asked": len(asked),
        "groups": by_topic(
            [_item(form, question, finding) for question, finding in asked],
            lambda item: str(item["code"]),
        ),
        "tabs": _tabs(findings),
        "by": by,
    }
    return render(request, "staff/ask.html", context, status=422 if form.is_bound else 200)


def open_questions(
    request: Admitted, enrollment: Enrollment
) -> list[tuple[Question, FindingShown]]:
    """Each open question once, in the protocol's order, with the first finding that asks it."""
    catalogue = questions.load().questions
    answered = {row.question for row in enrollment_as_of(enrollment).answers}
    found: dict[str, tuple[Question, FindingShown]] = {}
    for finding in read_shown(verdict_of_today(request, enrollment), with_words=True).asks:
        question = catalogue.get(finding.question or "")
        # Answers that contradict each other are settled one by one, where each can be named.
        if question is None or question.kind in ONE_BY_ONE or places_of(finding):
            continue
        if finding.awaits_signature and question.code in answered:
            continue
        found.setdefault(question.code, (question, finding))
    return list(found.values())


def _form(request: Admitted, enrollment: Enrollment, asked: list[Question]) -> ConversationForm:
    language = get_language() or "en"
    return ConversationForm(
        request.POST if request.method == "POST" else None,
        asked=[(question, question_sentence(question.code, language)) for question in asked],
        initial={"observed_on": local_date(enrollment.site, timezone.now())},
    )


def _item(form: ConversationForm, question: Question, finding: FindingShown) -> dict[str, Any]:
    unit = f"{question.code}.unit"
    known = question.accepts[0] if len(question.accepts) == 1 else ""
    return {
        "code": question.code,
        "label_id": f"asked-{question.code}",
        "value": form[question.code],
        "unit": form[unit] if unit in form.fields else None,
        "unit_words": unit_words(known) if known else "",
        "is_wide": len(question.choices) > 3,
        "why": finding.sentence,
    }


def _tabs(findings: list[tuple[Question, FindingShown]]) -> list[dict[str, Any]]:
    roles = dict.fromkeys(role for question, _finding in findings for role in question.answered_by)
    rows = [{"code": EVERYBODY, "words": _("Everybody"), "count": len(findings)}]
    for role in roles:
        count = sum(role in question.answered_by for question, _finding in findings)
        words = _("The person") if role == "person" else role_title(role)
        rows.append({"code": role, "words": words, "count": count})
    return rows
