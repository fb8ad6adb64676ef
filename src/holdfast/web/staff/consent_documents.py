"""The consent documents of a site: their text, how hard it is to read, and which is in force."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.actions.consent_documents import figures_to_sign, put_consent_in_force
from holdfast.actions.outcomes import Receipt
from holdfast.definitions import consent, protocols
from holdfast.definitions.consent.document import ConsentDocument
from holdfast.definitions.consent.rendering import shown
from holdfast.domain.protocol import ProtocolVersion
from holdfast.records.access import covers, printed_name
from holdfast.records.consent import ConsentInForce
from holdfast.records.consents import in_force, local_words
from holdfast.web.admitted import Admitted, studies
from holdfast.web.done import done_words, go_on
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.consent_forms import LOCAL_WORDS, InForceForm

AIM = 8  # the highest school grade that the text should ask for


@require_safe
def page(request: Admitted, site: str) -> HttpResponse:
    """Every protocol with the document that is in force for it here."""
    seen = studies(request, "consent.see")
    versions = [protocols.load(name) for name in protocols.names() if covers(seen, name)]
    lines = [
        {
            "title": version.title,
            "row": in_force(request.here, version),
            "href": reverse("staff:consent-document", args=[request.here.code, version.name]),
        }
        for version in versions
        if consent.of_protocol(version.name)
    ]
    context = {"lines": lines, "done": done_words(request)}
    return render(request, "staff/consents.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: Admitted, site: str, protocol: str) -> HttpResponse:
    """The newest document for a protocol as people here would read it; a physician puts it in force."""
    documents = consent.of_protocol(protocol) if protocol in protocols.names() else ()
    if not documents:
        raise Http404
    version, document = protocols.load(protocol), documents[-1]
    form, status = None, 200
    if "consent.set" in request.permissions:
        row = in_force(request.here, version)
        form = InForceForm(
            request.POST if request.method == "POST" else None,
            document=document,
            protocol=version,
            initial=_said_before(row),
        )
    if request.method == "POST":
        if form is None:
            raise Http404
        status = 422
        if form.is_valid() and (answer := _signed(request, version, document, form)):
            return answer
    return _page(request, version, document, form, status)


def _said_before(row: ConsentInForce | None) -> dict[str, Any]:
    if row is None:
        return {}
    words = {f"local_{code}": text for code, text in local_words(row).items()}
    return words | {"consider_hours": row.consider_hours}


def _signed(
    request: Admitted, version: ProtocolVersion, document: ConsentDocument, form: InForceForm
) -> HttpResponse | None:
    """Put in force, and go on; None where something stands against it, said on the form."""
    proof = prove(request, form.cleaned_data["password"])
    if proof is None:
        form.add_error("password", not_proved(request, form.cleaned_data["password"]))
        return None
    outcome = put_consent_in_force(
        site=request.here,
        protocol=version,
        document=document,
        consider_hours=form.cleaned_data["consider_hours"],
        local=form.local_words(),
        signed_figures=form.cleaned_data["figures"],
        proof=proof,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return None
    address = reverse("staff:consent-document", args=[request.here.code, version.name])
    return go_on(request, address, "consent-set")


def _page(
    request: Admitted,
    version: ProtocolVersion,
    document: ConsentDocument,
    form: InForceForm | None,
    status: int,
) -> HttpResponse:
    row = in_force(request.here, version)
    local = local_words(row) if row else {code: f"[{LOCAL_WORDS[code]}]" for code in LOCAL_WORDS}
    grades = document.grades
    text = shown(document, version, "en", local)
    for section in text["sections"]:
        section["grade"] = grades.by_section[section["code"]]
        section["is_hard"] = section["grade"] > AIM
    fulfilled = {c: s for s in document.sections_for(version) for c in s.elements}
    context = {
        "protocol": version,
        "document": document,
        "row": row,
        "is_current": row is not None and row.document_sha256 == document.sha256,
        "set_by": printed_name(row.signature.signed_by) if row else "",
        "text": text,
        "grades": grades,
        "aim": AIM,
        "hardest": max(section["grade"] for section in text["sections"]),
        "elements": [
            {
                "wording": element.wording,
                "cites": "; ".join(element.cites),
                "section": document.words["en"].titles[fulfilled[element.code].code],
            }
            for element in consent.elements()
            if element.code in fulfilled
        ],
        "figures": list(document.cited.values()),
        "unsigned": len(figures_to_sign(document)),
        "form": form,
        "done": done_words(request),
    }
    return render(request, "staff/consent_document.html", context, status=status)
