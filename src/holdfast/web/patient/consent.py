"""A person's consent on their own phone: read it part by part, answer, and see what comes next.

Every page is one thing. What was answered is kept when it is sent; how far somebody read stays in a
cookie of two numbers, so that a phone that goes dark loses nothing.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.actions.consent import answer_comprehension
from holdfast.actions.outcomes import Receipt
from holdfast.definitions import consent as documents
from holdfast.definitions.consent.document import ConsentDocument, Words
from holdfast.definitions.consent.rendering import fill
from holdfast.records.access import printed_name
from holdfast.records.care import Enrollment
from holdfast.records.consent import AgreementItem, ConsentGiven
from holdfast.records.consents import ConsentNow, agreement_rows, consent_now
from holdfast.records.keys import Erased
from holdfast.records.protocols import protocol_of
from holdfast.web.paper.consents import signed_pdf, text_of
from holdfast.web.patient.language import language_of
from holdfast.web.patient.place import own_context, own_of
from holdfast.web.refusals import refusal_words

READ = "__Host-read" if settings.TLS else "read"
_A_QUARTER_SECONDS = 90 * 24 * 3600


@dataclass(frozen=True)
class Mine:
    """The consent of the person of this session, in the language in which they have it."""

    enrollment: Enrollment
    now: ConsentNow
    document: ConsentDocument
    given: ConsentGiven
    words: Words
    text: dict[str, Any]

    @property
    def page(self) -> Any:
        """The words of the pages themselves."""
        return self.words.parts["page"]

    def day(self, at: Any) -> str:
        """A moment as this language has it, in the clinic's zone."""
        return date_format(timezone.localtime(at), "j F Y, H:i")


def mine_of(request: HttpRequest, *, any_version: bool = False) -> Mine | None:
    """What the person has in hand; None where nothing was given, or their words were erased.

    With ``any_version`` also what an earlier version gave them: to say less, and to take it back,
    needs no new document.
    """
    own = own_of(request)
    for enrollment in own.enrollments:
        here = consent_now(enrollment, protocol_of(enrollment))
        given = here.last_given
        if given is None and any_version and here.given:
            given = here.given[-1]
        document = documents.by_hash(given.document_sha256) if given else None
        if given is None or document is None:
            continue
        try:
            text = text_of(given)
        except Erased:
            return None
        translation.activate(given.language)
        vars(request)["spoken"] = given.language
        return Mine(enrollment, here, document, given, document.words[given.language], text)
    return None


def spoken(request: HttpRequest) -> Words:
    """The words for somebody who was given nothing: in the language of their other pages."""
    newest = documents.load(documents.codes()[0], documents.versions(documents.codes()[0])[-1])
    return newest.words[language_of(request)]


def show(
    request: HttpRequest, template: str, mine: Mine | None, status: int = 200, **more: Any
) -> HttpResponse:
    """One of these pages, in the frame of a person's own pages."""
    words = mine.words if mine else spoken(request)
    context = own_context(request, own_of(request)) | {
        "page": {code.replace("-", "_"): text for code, text in words.parts["page"].items()},
        "lang": words.language,
        "consent": mine,
        **more,
    }
    return render(request, f"patient/{template}.html", context, status=status)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What was done, and the one thing that comes next."""
    mine = mine_of(request)
    if mine is not None:
        return show(request, "consent", mine, **_overview(request, mine))
    return show(request, "consent", mine_of(request, any_version=True), **_nothing(request))


def _nothing(request: HttpRequest) -> dict[str, Any]:
    """What is said to somebody with nothing to read: taken back, a new version to come, or none."""
    mine = mine_of(request, any_version=True)
    if mine is None:
        return {"nothing": spoken(request).parts["page"]["none-given"]}
    if (at := mine.now.withdrawn_at) is not None:
        return {"nothing": fill(mine.page["withdrawn"], {"day": mine.day(at)})}
    return {"nothing": mine.page["new-version"], "items": items(mine), "may_take_back": True}


def _overview(request: HttpRequest, mine: Mine) -> dict[str, Any]:
    here, page, now = mine.now, mine.page, timezone.now()
    signed, talk = here.signed_by("person"), here.last_talk
    second = here.signed_by("clinician")
    return {
        "is_impaired": _is_impaired(mine),
        "way": way(request, mine),
        "talked": fill(
            page["talk-held"], {"name": printed_name(talk.held_by), "day": mine.day(talk.held_at)}
        )
        if talk
        else "",
        "signed": fill(page["signed"], {"day": mine.day(signed.signed_at)}) if signed else "",
        "second": fill(page["both-signed"], {"day": mine.day(second.signed_at)}) if second else "",
        "wait": waiting(mine, now),
        "items": items(mine) if signed or agreement_rows(mine.enrollment) else [],
        "is_again": any(row.document_sha256 != mine.document.sha256 for row in here.signatures),
        "may_take_back": True,
    }


def waiting(mine: Mine, now: Any) -> str:
    """From when on the person may sign, where that is still to come."""
    given = [step for step in mine.now.steps if step.step == "document-given"]
    required = mine.now.required
    first = next((step for step in given if step.version == mine.now.version), None)
    if first is None or required is None or required.consider is None:
        return ""
    until = first.at + required.consider
    return fill(mine.page["wait"], {"moment": mine.day(until)}) if now < until else ""


def _is_impaired(mine: Mine) -> bool:
    return any(spell.until is None for spell in mine.now.impairments)


def way(request: HttpRequest, mine: Mine) -> dict[str, Any]:
    """Where the next thing to do is: read on, answer, or sign."""
    parts = len(mine.text["sections"])
    part, unanswered = read_to(request, mine), open_questions(mine)
    step = {"number": str(part), "total": str(parts)}
    total = len(mine.document.questions_for(mine.now.protocol))
    return {
        "read": fill(mine.page["step"], step),
        "is_read": part >= parts,
        "read_href": reverse("me-consent-read", args=[1 if part >= parts else max(part, 1)]),
        "answered": fill(
            mine.page["step"], {"number": str(total - len(unanswered)), "total": str(total)}
        ),
        "ask_href": reverse("me-consent-question", args=[unanswered[0]]) if unanswered else "",
    }


def open_questions(mine: Mine) -> list[str]:
    """The questions whose last answer was not right, or that were never answered."""
    answered = mine.now.answered
    asked = [q.code for q in mine.document.questions_for(mine.now.protocol)]
    return [c for c in asked if (row := answered.get(c)) is None or not row.is_right]


def items(mine: Mine) -> list[dict[str, Any]]:
    """What may happen on the day, with what was chosen."""
    rows, page = agreement_rows(mine.enrollment), mine.page
    told = [(item.code, mine.words.parts[f"item.{item.code}"]) for item in mine.document.items]
    found = [(code, words["title"]) for code, words in told]
    found.append((AgreementItem.STOP_WORD, page["stop-word"]))
    return [
        {
            "title": title,
            "is_decided": code in rows,
            "said": page["kept"] if code in rows else page["undecided"],
            "href": reverse("me-consent-item", args=[code]),
        }
        for code, title in found
    ]


def read_to(request: HttpRequest, mine: Mine) -> int:
    """How far the person read this very text, from the cookie; 0 where it says nothing of it."""
    told = request.COOKIES.get(READ, "")
    which, _, part = told.partition(":")
    if which != mine.given.shown_sha256[:16] or not part.isdecimal():
        return 0
    return min(int(part[:4]), len(mine.text["sections"]))


@require_safe
def read(request: HttpRequest, part: int) -> HttpResponse:
    """One part of the document."""
    mine = mine_of(request)
    if mine is None:
        return HttpResponseRedirect(reverse("me-consent"))
    sections = mine.text["sections"]
    if not 1 <= part <= len(sections):
        raise Http404
    is_last = part == len(sections)
    response = show(
        request,
        "consent_read",
        mine,
        section=sections[part - 1],
        intro=mine.text["intro"] if part == 1 else "",
        step=fill(mine.page["step"], {"number": str(part), "total": str(len(sections))}),
        share=round(100 * part / len(sections)),
        before=reverse("me-consent-read", args=[part - 1]) if part > 1 else reverse("me-consent"),
        after=_after_reading(mine) if is_last else reverse("me-consent-read", args=[part + 1]),
    )
    furthest = max(part, read_to(request, mine))
    response.set_cookie(
        READ,
        f"{mine.given.shown_sha256[:16]}:{furthest}",
        max_age=_A_QUARTER_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.TLS,
    )
    return response


def _after_reading(mine: Mine) -> str:
    unanswered = open_questions(mine)
    if unanswered and not mine.now.signed_by("person"):
        return reverse("me-consent-question", args=[unanswered[0]])
    return reverse("me-consent")


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, ask: str) -> HttpResponse:
    """One question. A right answer leads on; a wrong one to the part where it stands."""
    mine = mine_of(request)
    if mine is None or mine.now.signed_by("person"):
        return HttpResponseRedirect(reverse("me-consent"))
    asked = mine.document.question(ask)
    mine_asked = mine.document.questions_for(mine.now.protocol)
    if asked is None or asked not in mine_asked:
        raise Http404
    problem, chosen = "", ""
    if request.method == "POST":
        chosen = request.POST.get("answer", "")
        outcome = answer_comprehension(
            enrollment=mine.enrollment,
            question=ask,
            answer=chosen,
            entry_id=_sent_id(request),
            by=request.user,  # type: ignore[arg-type]  # web.permissions let only an account in
            now=timezone.now(),
        )
        if isinstance(outcome, Receipt) and chosen == asked.right:
            return HttpResponseRedirect(_next_question(mine, ask))
        problem = mine.page["wrong"] if isinstance(outcome, Receipt) else refusal_words(outcome)
    answers = mine.words.parts[f"answer.{ask}"]
    section = [s["code"] for s in mine.text["sections"]].index(asked.section)
    return show(
        request,
        "consent_question",
        mine,
        status=422 if problem else 200,
        asked=mine.words.parts["question"][ask],
        answers=[{"code": c, "words": answers[c], "is_on": c == chosen} for c in asked.answers],
        problem=problem,
        entry_id=uuid4(),
        href=reverse("me-consent-question", args=[ask]),
        read_href=reverse("me-consent-read", args=[section + 1]),
        step=fill(
            mine.page["step"],
            {"number": str(mine_asked.index(asked) + 1), "total": str(len(mine_asked))},
        ),
    )


def _sent_id(request: HttpRequest) -> UUID:
    """The id made with the form; a new one where none came that is one."""
    try:
        return UUID(request.POST.get("entry_id", ""))
    except ValueError:
        return uuid4()


def _next_question(mine: Mine, done: str) -> str:
    left = [code for code in open_questions(mine) if code != done]
    return reverse("me-consent-question", args=[left[0]]) if left else reverse("me-consent")


@require_safe
def pdf(request: HttpRequest) -> HttpResponse:
    """The whole document exactly as it was given, with the signatures."""
    mine = mine_of(request)
    if mine is None:
        return HttpResponseRedirect(reverse("me-consent"))
    content = signed_pdf(mine.given, mine.enrollment)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="consent.pdf"'
    return response
