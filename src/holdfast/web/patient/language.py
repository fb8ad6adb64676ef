"""The language of the patient's pages: what the person chose, else what their browser asks for."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_POST

from holdfast.web.account.views import A_YEAR_SECONDS, own_address

COOKIE = "__Host-language" if settings.TLS else "language"
FIRST = "en"


def languages() -> dict[str, str]:
    """The languages of the patient's pages, each by its own name."""
    return dict(settings.PATIENT_LANGUAGES)


def is_own_page(route: str) -> bool:
    """Whether a route is one of the patient's pages."""
    return route in ("me", "join", "learn") or route.startswith("me-")


def language_of(request: HttpRequest) -> str:
    """The language in which this person reads the patient's pages."""
    known = languages()
    if (chosen := request.COOKIES.get(COOKIE)) in known:
        return str(chosen)
    asked = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    return next((s for tag, _ in asked if (s := tag.split("-")[0]) in known), FIRST)


class OwnLanguage:
    """Speaks the person's language on the patient's pages, and the staff's on every other."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = translation.get_language()
        try:
            response = self.get_response(request)
        finally:
            translation.activate(before or FIRST)
        if spoken := vars(request).get("spoken"):
            response.headers["Content-Language"] = spoken
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        match = request.resolver_match
        if match is not None and is_own_page(match.view_name):
            vars(request)["spoken"] = language_of(request)
            translation.activate(language_of(request))


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keeps the chosen language in a cookie of one word."""
    response = HttpResponseRedirect(own_address(request.POST.get("back", "")))
    if (value := request.POST.get("language")) in languages():
        response.set_cookie(
            COOKIE,
            str(value),
            max_age=A_YEAR_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings.TLS,
        )
    return response
