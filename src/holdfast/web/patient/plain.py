"""The plain pages: how the treatment is thought to work, what people ask, how to prepare."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.definitions.patient_pages import advertising_rules, load
from holdfast.domain.patient_pages import Claim, PlainPage, Section, may_be_public
from holdfast.domain.schedule import Place, VisitKind
from holdfast.records.courses import courses_of
from holdfast.records.models import SiteJurisdiction
from holdfast.records.people import Site
from holdfast.web.concerns.places import site_of
from holdfast.web.patient.place import Own, own_context, own_of
from holdfast.web.patient.said import SURE, WHO, spoken

READ = ("how-it-works", "questions")


@require_safe
def learn(request: HttpRequest, page: str) -> HttpResponse:
    """A plain page, to a person in their own account."""
    own = own_of(request)
    context = own_context(request, own) | _told(_known(page), None)
    return render(request, "patient/plain.html", context)


@require_safe
def public(request: HttpRequest, site: str, page: str) -> HttpResponse:
    """The same to whoever is logged in; to others only where the law of the site permits it."""
    here = site_of(site)
    plain = _known(page)
    if not request.user.is_authenticated and not is_public_at(here):
        return redirect_to_login(request.path)
    context = {"place": here, "is_public": True} | _told(plain, None)
    return render(request, "patient/plain.html", context)


@require_safe
def prepare(request: HttpRequest) -> HttpResponse:
    """How to prepare, by the protocol of the person's own course."""
    own = own_of(request)
    context = own_context(request, own) | _told(load("preparing"), _protocol(own) or "")
    context["stays_overnight"] = _stays_overnight(own)
    return render(request, "patient/prepare.html", context)


def is_public_at(site: Site) -> bool:
    """Whether the plain pages of a site may be seen without logging in."""
    rows = SiteJurisdiction.objects.filter(site=site, corrected_by=None)
    return may_be_public(advertising_rules(), list(rows.values_list("jurisdiction", flat=True)))


def _known(name: str) -> PlainPage:
    if name not in READ:
        raise Http404
    return load(name)


def _protocol(own: Own) -> str | None:
    """The protocol of the newest enrollment; None where there is none."""
    return own.enrollment.protocol_name if own.enrollment else None


def _stays_overnight(own: Own) -> bool:
    """Whether the protocol of the running course has a dosing session that goes on over the night."""
    return any(
        visit.kind is VisitKind.DOSING and visit.place is Place.SITE_OVERNIGHT
        for course in courses_of(own.enrollments).values()
        for visit in course.visits
    )


def _told(plain: PlainPage, protocol: str | None) -> dict[str, Any]:
    """A page in the language spoken now. With a protocol: the lines that hold under it."""
    language = spoken()
    return {
        "title": plain.title[language],
        "lead": plain.lead[language],
        "sections": [_section(each, protocol, language) for each in plain.sections],
        "name": plain.name,
    }


def _section(section: Section, protocol: str | None, language: str) -> dict[str, Any]:
    claims = section.claims if protocol is None else section.claims_for(protocol)
    return {
        "code": section.code,
        "heading": section.heading[language],
        "claims": [_claim(claim, language) for claim in claims],
    }


def _claim(claim: Claim, language: str) -> dict[str, Any]:
    return {
        "words": claim.words[language],
        "sure": SURE[claim.sure],
        "who": WHO.get(claim.who, ""),
        "people": claim.people,
        "source": claim.reference,
    }
