"""The card that a site prints and lays out: the address as words and as a picture to scan."""

import os
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from holdfast.records.people import Site
from holdfast.web import errors
from holdfast.web.concerns.places import CARDS, refused_for_now, site_of
from holdfast.web.concerns.public import reachable
from holdfast.web.paper import card_pdf

SVG = "http://www.w3.org/2000/svg"  # Typst asks for the name; a page does not


@require_safe
def page(request: HttpRequest, site: str) -> HttpResponse:
    """What the card says, and the file to print."""
    here = site_of(site)
    context = {"place": here, "address": _address(request, here), "readers": reachable(here)}
    return render(request, "concerns/card.html", context)


@require_safe
def paper(request: HttpRequest, site: str) -> HttpResponse:
    """The card as PDF, A6."""
    here = site_of(site)
    if refused_for_now(request, CARDS):
        return errors.too_many(request)
    now = timezone.now()
    response = HttpResponse(card_pdf(_content(request, here), now), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="card.pdf"'
    return response


def _address(request: HttpRequest, site: Site) -> str:
    path = reverse("concern-new", args=[site.code])
    ours = os.environ.get("HOLDFAST_ADDRESS", "").rstrip("/")
    return f"{ours}{path}" if ours else request.build_absolute_uri(path)


def _content(request: HttpRequest, site: Site) -> dict[str, Any]:
    address = _address(request, site)
    picture = segno.make(address, error="m", micro=False).svg_inline(border=2, scale=8)
    return {
        "language": get_language() or "en",
        "site": site.name,
        "title": _("Did something feel wrong?"),
        "says": _(
            "You can tell two people who do not work here. You do not need to give your name. "
            "Nobody at this site sees what you write, or that you wrote."
        ),
        "address": address,
        "address_label": _("Scan this, or type:"),
        "picture": picture.replace("<svg", f'<svg xmlns="{SVG}"', 1),
        "picture_says": _("A code to scan that opens the address beside it"),
        "readers_label": _("Or write or call:"),
        "readers": [
            {
                "name": each["contact"].name,
                "lines": [x for x in (each["contact"].phone, each["contact"].email) if x],
            }
            for each in reachable(site)
        ],
        "nobody": _("The two people outside are not named yet."),
        "danger": _("In danger now? Call the emergency number of the place where you are."),
    }
