"""Addresses of which no log says anything: the path of concerns, and pausing somebody's assignments.

A line that names them, or a status with no line to it, would tell the site that somebody came. So a
request to them leaves no line at all, whatever became of it; the person sees what became of it.
"""

from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse

from holdfast.web import errors

# The part of an address after the site's code.
ADDRESSES = frozenset(
    {"concern", "concern-back", "concern-card", "concern-paper", "concern-set-up"}
    | {"concerns", "pauses"}
)


def is_quiet(request: HttpRequest) -> bool:
    """True for an address that leaves no line in any log."""
    parts = request.path_info.split("/", 3)
    return len(parts) > 2 and parts[2] in ADDRESSES


class Quiet:
    """What goes wrong in a quiet view is answered here, before anything else writes of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page of what went wrong; None where another address failed."""
        if not is_quiet(request):
            return None
        if isinstance(exception, Http404):
            return errors.not_found(request)
        if isinstance(exception, SuspiciousOperation):
            return errors.bad_request(request)
        return errors.server_error(request)
