"""Calm pages for what went wrong. None shows more than a request id."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from holdfast.web.look_choice import chosen_theme

_WORDS: dict[int, tuple[Any, Any]] = {
    400: (
        _("This request could not be read"),
        _("Go back, reload the page and try again. Nothing was recorded."),
    ),
    403: (
        _("This form has expired"),
        _("Go back, reload the page and send it again. Nothing was recorded."),
    ),
    404: (
        _("Not found"),
        _("There is nothing at this address for you. It may be at another site, or misspelt."),
    ),
    405: (
        _("Nothing to see at this address"),
        _("A form is sent here; there is no page. Go back and use the form."),
    ),
    413: (
        _("This is too large"),
        _("A file may have at most 64 MB as it is sent, a form 1 MB. Nothing was read or kept."),
    ),
    429: (
        _("Too many attempts"),
        _("Wait a quarter of an hour and try again, or ask your administrator."),
    ),
    500: (
        _("Something went wrong on our side"),
        _(
            "Nothing was half recorded. Try again; if it happens again, give this number to your administrator."
        ),
    ),
}


def page(request: HttpRequest, status: int) -> HttpResponse:
    """The page of one status; the same words as JSON for the API."""
    title, words = _WORDS[status]
    request_id = getattr(request, "request_id", "")
    if request.path.startswith("/api/"):
        body = {"error": str(title), "mend": str(words), "request_id": request_id}
        return JsonResponse(body, status=status)
    text = render_to_string(
        "errors/error.html",
        {
            "title": title,
            "words": words,
            "status": status,
            "request_id": request_id if status == 500 else "",
            "theme": chosen_theme(request),
        },
    )
    return HttpResponse(text, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 404)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 404)


def wrong_method(request: HttpRequest) -> HttpResponse:
    return page(request, 405)


def too_large(request: HttpRequest) -> HttpResponse:
    return page(request, 413)


def too_many(request: HttpRequest) -> HttpResponse:
    return page(request, 429)


def server_error(request: HttpRequest) -> HttpResponse:
    return page(request, 500)
