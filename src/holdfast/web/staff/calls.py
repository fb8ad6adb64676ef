"""The first call: safety, permissions, who it is; then the script's questions, one by one."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.actions.calls import offered, open_call
from holdfast.actions.crisis_numbers import crisis_numbers, on_call_number, set_crisis_number
from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.prescreening import record_prescreening
from holdfast.definitions import calls, protocols, questions
from holdfast.definitions.sentences import question_sentence
from holdfast.domain.answers import Person
from holdfast.domain.calls import CallScript, Words
from holdfast.domain.questions import Question
from holdfast.records.access import covers
from holdfast.records.care import Enrollment
from holdfast.records.histories import enrollment_as_of, person_of
from holdfast.web.admitted import Admitted, studies, study_for
from holdfast.web.done import done_words, go_on
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.answer_forms import AnswerForm
from holdfast.web.staff.call_answers import keep
from holdfast.web.staff.call_forms import SAID, CrisisNumberForm, FirstContactForm, OnCallForm
from holdfast.web.staff.known import answers_by_question, day_words
from holdfast.web.staff.referral import protocol_choices
from holdfast.web.staff.who import enrollment_at, name_of, names_of
from holdfast.web.templatetags.look import standing_words

SOURCES = ("told", "letter", "seen")


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Admitted, site: str) -> HttpResponse:
    """Safety before anything else, then permission, then who it is."""
    choices = protocol_choices(request, "call.record")
    form = FirstContactForm(request.POST or None, protocols=choices)
    if request.method != "POST":
        return _new_page(request, form)
    if not form.is_valid():
        return _new_page(request, form, status=422)
    if form.cleaned_data["consent_to_hold"] == "no":
        return _count_only(request, form)
    outcome = _opened(request, form)
    if isinstance(outcome, Receipt):
        address = reverse("staff:call", args=[request.here.code, outcome.stream_id])
        return go_on(request, address, "call-opened")
    form.add_error(None, refusal_words(outcome))
    is_offer = isinstance(outcome, Refusal) and outcome.reason == "duplicates-undecided"
    return _new_page(request, form, _candidates(request, form) if is_offer else [], status=422)


def _opened(request: Admitted, form: FirstContactForm) -> Answered:
    told = form.cleaned_data
    decided = {
        UUID(name.removeprefix(SAID)): str(said)
        for name, said in request.POST.items()
        if name.startswith(SAID)
    }
    return open_call(
        site=request.here,
        protocol=protocols.load(told["protocol"]),
        script=calls.load(told["protocol"]),
        contact=form.contact(_language()),
        identity=form.identity(),
        sex=told["sex"] or None,
        source=told["source"],
        decided=decided,
        entry_id=told["entry_id"],
        by=request.user,
        now=timezone.now(),
    )


def _count_only(request: Admitted, form: FirstContactForm) -> HttpResponse:
    """No permission to hold: nothing is kept, and one person without a name is counted."""
    now = timezone.now()
    outcome = record_prescreening(
        site=request.here,
        referral_source=form.cleaned_data["source"],
        outcome="declined",
        reasons=["no-consent-to-hold"],
        study=study_for(request, "prescreening.record", form.cleaned_data["protocol"]),
        decided_at=now,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=now,
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return _new_page(request, form, status=422)
    address = reverse("staff:prescreening", args=[request.here.code])
    return go_on(request, address, "call-counted")


def _candidates(request: Admitted, form: FirstContactForm) -> list[dict[str, Any]]:
    identity = form.identity()
    told = Person(identity.born_on, form.cleaned_data["sex"] or None, None)
    seen = studies(request, "call.record")
    found = offered(request.here, identity, told, seen)
    rows = [
        row
        for row in Enrollment.objects.filter(person__in=found)
        .select_related("site")
        .order_by("number")
        if covers(seen, row.protocol_name)
    ]
    names = names_of(request, rows)
    by_person: dict[UUID, list[Enrollment]] = {}
    for row in rows:
        by_person.setdefault(row.person_id, []).append(row)
    return [
        {
            "field": f"{SAID}{person}",
            "said": request.POST.get(f"{SAID}{person}", ""),
            "who": names[mine[0].id] or mine[0].label,
            "born_on": _birthday(mine[0]),
            "labels": ", ".join(row.label for row in mine),
        }
        for person, mine in by_person.items()
    ]


def _birthday(enrollment: Enrollment) -> str:
    born_on = person_of(enrollment_as_of(enrollment)).born_on
    return day_words(born_on) if born_on else _("not known")


def _new_page(
    request: Admitted,
    form: FirstContactForm,
    candidates: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "candidates": candidates or [],
        **_script(request, calls.load(calls.GENERAL)),
    }
    return render(request, "staff/call_new.html", context, status=status)


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """The script's questions; each answer is kept by itself as it is given."""
    enrollment = enrollment_at(request, enrollment_id)
    source = request.GET.get("source", "told")
    source = source if source in SOURCES else "told"
    script = calls.load(enrollment.protocol_name)
    asked = _asked(enrollment, script)
    kept = answers_by_question(request, enrollment_as_of(enrollment))
    parts = [
        {
            "title": _said(part.words),
            "items": [
                _item(enrollment, asked[c], kept, source) for c in part.questions if c in asked
            ],
        }
        for part in script.parts
    ]
    context = {
        "enrollment": enrollment,
        "who": name_of(request, enrollment),
        "source": source,
        "sources": SOURCES,
        "parts": [part for part in parts if part["items"]],
        "done": done_words(request),
        **_script(request, script),
    }
    return render(request, "staff/call.html", context)


@require_POST
def answer(request: Admitted, site: str, enrollment_id: UUID, question: str) -> HttpResponse:
    """Keep one answer; the page's script asks for the line that says so, and knows it by a header."""
    enrollment = enrollment_at(request, enrollment_id)
    asked = _asked(enrollment, calls.load(enrollment.protocol_name)).get(question)
    if asked is None:
        raise Http404
    form = AnswerForm(request.POST, question=asked, auto_id=f"{question}-%s")
    problem = keep(request, enrollment, form)
    by_script = "X-Keep" in request.headers
    if not by_script and not problem:
        address = reverse("staff:call", args=[request.here.code, enrollment.id])
        source = form.data.get("source", "told")
        return HttpResponseRedirect(f"{address}?source={source}#asked-{question}")
    kept = answers_by_question(request, enrollment_as_of(enrollment)).get(question, [])
    context = {"enrollment": enrollment, "kept": kept, "problem": problem, "code": question}
    name = "staff/parts/call_kept.html" if by_script else "staff/call_kept.html"
    response = render(request, name, context, status=422 if problem else 200)
    response["X-Kept"] = "no" if problem else "yes"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def numbers(request: Admitted, site: str) -> HttpResponse:
    """The crisis lines of a site, by country; the administrator sets them."""
    form = CrisisNumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        outcome = set_crisis_number(
            site=request.here,
            country=told["country"],
            number=told["number"],
            title=told["title"],
            entry_id=told["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if isinstance(outcome, Receipt):
            return go_on(request, request.path, "crisis-number-set")
        form.add_error(None, refusal_words(outcome))
    context = {
        "form": form,
        "numbers": crisis_numbers(request.here),
        "done": done_words(request),
        "on_call": on_call_number(request.here),
        "on_call_form": OnCallForm(auto_id="on_call_%s"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "staff/crisis_numbers.html", context, status=status)


def _language() -> str:
    return get_language() or "en"


def _said(words: Words) -> str:
    return words.get(_language(), words["en"])


def _script(request: Admitted, script: CallScript) -> dict[str, Any]:
    """The words to say, and what to do if somebody is not safe."""
    steps = [
        {
            "words": _said(step.words),
            "source": f"{standing_words(step.standing.value)} · {step.reference.title}",
        }
        for step in script.crisis
    ]
    sources = {step["source"] for step in steps}
    says = {place: _said(words) for place, words in script.says.items()}
    return {
        "says": says,
        "steps": steps,
        "crisis_source": sources.pop() if len(sources) == 1 else "",  # said once for all of them
        "numbers": crisis_numbers(request.here),
    }


def _asked(enrollment: Enrollment, script: CallScript) -> dict[str, Question]:
    """The script's questions that the protocol asks and that the identity does not answer."""
    catalogue = questions.load().questions
    of_protocol = protocols.load(enrollment.protocol_name, enrollment.protocol_version).questions
    person = person_of(enrollment_as_of(enrollment))
    told = {"born-on"} if person.born_on else set()
    told |= {"sex-assigned-at-birth"} if person.sex else set()
    codes = [code for part in script.parts for code in part.questions]
    return {code: catalogue[code] for code in codes if code in of_protocol and code not in told}


def _item(enrollment: Enrollment, question: Question, kept: Any, source: str) -> dict[str, Any]:
    today = local_date(enrollment.site, timezone.now())
    form = AnswerForm(
        question=question,
        auto_id=f"{question.code}-%s",
        initial={"source": source, "observed_on": today if source != "letter" else None},
    )
    form.fields["value"].label = question_sentence(question.code, _language())
    return {"code": question.code, "form": form, "kept": kept.get(question.code, [])}
