"""A person's consent: where it stands, and each step of it."""

from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions import agreements, consent, consent_documents
from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.papers import attach_scan
from holdfast.records.calls import Scan
from holdfast.records.care import Enrollment
from holdfast.records.consent import ConsentGiven
from holdfast.records.consents import ConsentNow, consent_now
from holdfast.records.keys import Erased
from holdfast.records.protocols import protocol_of
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.paper.consents import signed_pdf
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.staff import consent_forms as shapes
from holdfast.web.staff.consent_shown import shown
from holdfast.web.staff.who import enrollment_at, name_of

# What each act needs beyond the permission of its address; the actions ask again.
TALK = frozenset({"talk", "answer", "explain", "countersign", "impairment"})
DONE = {"paper": "consent-paper", "countersign": "consent-countersigned"}


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Every step of the consent that stands, and what is still to do."""
    return _page(request, enrollment_at(request, enrollment_id))


@require_POST
def act(request: Admitted, site: str, enrollment_id: UUID, consent_act: str) -> HttpResponse:
    """One step is recorded."""
    enrollment = enrollment_at(request, enrollment_id)
    here = consent_now(enrollment, protocol_of(enrollment))
    form = form_of(request, here, consent_act, bound=True)
    if form is None:
        raise Http404
    if form.is_valid():
        outcome = _recorded(request, here, consent_act, form)
        if isinstance(outcome, Receipt):
            address = reverse("staff:consent", args=[request.here.code, enrollment.id])
            return go_on(request, address, DONE.get(consent_act, "consent-recorded"))
        if outcome is not None:
            form.add_error(None, refusal_words(outcome))
    return _page(request, enrollment, consent_act, form)


@require_safe
def pdf(request: Admitted, site: str, enrollment_id: UUID, given_id: UUID) -> HttpResponse:
    """The document exactly as it was given, with the signatures that stand under it."""
    enrollment = enrollment_at(request, enrollment_id)
    given = ConsentGiven.objects.filter(id=given_id, enrollment=enrollment).first()
    if given is None:
        raise Http404
    try:
        content = signed_pdf(given, enrollment)
    except Erased:
        raise Http404 from None
    response = HttpResponse(content, content_type="application/pdf")
    name = f"{enrollment.label}-consent-{given.shown_sha256[:8]}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def form_of(
    request: Admitted, here: ConsentNow, name: str, *, bound: bool = False
) -> forms.Form | None:
    """The form of an act; None where this person may not do it, or nothing is there to do it to."""
    needs = {"consent.talk" if name in TALK else "consent.record"}
    if name == "paper":
        needs.add("call.record")  # who may attach a scan
    document = here.document
    if not needs <= request.permissions:
        return None
    told: dict[str, Any] = {"auto_id": f"{name}_%s"}
    told |= {"data": request.POST, "files": request.FILES} if bound else {}
    item = name.removeprefix("agree-")
    if name.startswith("agree-") and document is not None and document.item(item):
        return shapes.AgreeForm(**told, document=document, item=item)
    plain: dict[str, type[forms.Form]] = {
        "talk": shapes.TalkForm,
        "countersign": shapes.CountersignForm,
        "paper": shapes.PaperForm,
        "stop-word": shapes.StopWordForm,
        "withdraw": shapes.WithdrawForm,
        "impairment": shapes.ImpairmentForm,
    }
    if name == "withdraw" or (name in plain and document is not None):
        return plain[name](**told)
    if document is None:
        return None
    if name == "give":
        return shapes.GiveForm(**told, document=document)
    if name in ("answer", "explain"):
        shape = shapes.AnswerForm if name == "answer" else shapes.ExplainForm
        return shape(**told, document=document, protocol=here.protocol)
    return None


def _recorded(request: Admitted, here: ConsentNow, name: str, form: Any) -> Answered | None:
    """What the action answered; None where the proof did not hold, said on the form."""
    said = form.cleaned_data
    who: dict[str, Any] = {"enrollment": here.enrollment, "by": request.user}
    who |= {"entry_id": said["entry_id"], "now": timezone.now()}
    if name in ("paper", "countersign"):
        return _signed(request, here, name, form, who)
    if name.startswith("agree-"):
        item = name.removeprefix("agree-")
        return agreements.agree(
            **who, item=item, allowed=said["allowed"], agreed_at=form.moment(who["now"])
        )
    if name == "give":
        told = {"language": said["language"], "way": said["way"]}
        return consent_documents.give_consent_document(
            **who, **told, given_at=form.moment(who["now"])
        )
    if name == "talk":
        told = {k: said[k] for k in ("place", "identity_check", "talked")}
        return consent.record_consent_conversation(**who, **told, held_at=form.moment(who["now"]))
    if name == "answer":
        question, _, answer = said["answered"].partition(":")
        return consent.answer_comprehension(**who, question=question, answer=answer)
    if name == "explain":
        return consent.record_explanation(**who, question=said["question"], words=said["words"])
    if name == "stop-word":
        return agreements.choose_stop_word(**who, words=said["words"])
    if name == "withdraw":
        told = {"way": said["way"], "words": said["words"]}
        return agreements.withdraw_consent(**who, **told, withdrawn_at=form.moment(who["now"]))
    step, _words = shapes.DOSE_STEPS[said["basis"]]
    return agreements.record_impairment(
        **who, step=step, basis=said["basis"], found_at=form.moment(who["now"])
    )


def _signed(
    request: Admitted, here: ConsentNow, name: str, form: Any, who: dict[str, Any]
) -> Answered | None:
    """The clinician's signature, or a paper that somebody records with theirs."""
    given = here.last_given
    if given is None:
        return Refusal("no-document-given")
    proof = prove(request, form.cleaned_data["password"])
    if proof is None:
        form.add_error("password", not_proved(request, form.cleaned_data["password"]))
        return None
    who["now"] = timezone.now()  # the proof was made after the request began
    if name == "countersign":
        return consent.countersign_consent(**who, given=given, proof=proof)
    kept = attach_scan(
        **who | {"entry_id": uuid5(who["entry_id"], "scan")}, data=form.cleaned_data["scan"].read()
    )
    if not isinstance(kept, Receipt):
        return kept
    told = {"witness": form.cleaned_data["witness"], "signed_at": form.moment(who["now"])}
    scan = Scan.objects.get(position=kept.position, stream_id=kept.stream_id)
    return consent.record_paper_consent(**who, given=given, scan=scan, **told, proof=proof)


def _page(
    request: Admitted, enrollment: Enrollment, name: str = "", form: forms.Form | None = None
) -> HttpResponse:
    here = consent_now(enrollment, protocol_of(enrollment))

    def shape(wanted: str) -> forms.Form | None:
        return form if wanted == name and form is not None else form_of(request, here, wanted)

    context = {
        "enrollment": enrollment,
        "who": name_of(request, enrollment),
        "done": done_words(request),
        "form": form,
        "sent": name,
        **shown(request, here, shape),
    }
    return render(request, "staff/consent.html", context, status=422 if form is not None else 200)
