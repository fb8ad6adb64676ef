"""Forms come from our own pages: Django's token, and the browser's word on where a form was sent from.

With ``Referrer-Policy: no-referrer`` a browser sends ``Origin: null`` even from our own pages, so
for that origin its ``Sec-Fetch-Site`` decides, which no page can set. The token is checked as ever.
"""

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from holdfast.web import errors
from holdfast.web.quiet import is_quiet


class OwnForms(CsrfViewMiddleware):
    """Django's protection, for pages that send no referrer."""

    def _origin_verified(self, request: HttpRequest) -> bool:
        if request.META.get("HTTP_ORIGIN") == "null":
            return request.headers.get("Sec-Fetch-Site") == "same-origin"
        return bool(super()._origin_verified(request))  # type: ignore[misc]

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        if is_quiet(request):  # Django's own answer would leave a line in the log
            return errors.form_expired(request, reason)
        answer: HttpResponse = super()._reject(request, reason)  # type: ignore[misc]
        return answer
