"""A page that needs words which were erased never fails: it leads to the page that says so."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from holdfast.records.keys import Erased


class ErasedWords:
    """Answers where a view met a destroyed key that it did not expect."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """On to the person's page, or 410 from the API; None for any other error."""
        match = request.resolver_match
        if not isinstance(error, Erased) or match is None:
            return None
        if match.view_name.startswith("api-"):
            return JsonResponse({"error": "words-erased"}, status=410)
        if "enrollment_id" not in match.kwargs or match.view_name == "staff:screening":
            return None
        address = reverse(
            "staff:screening", args=[match.kwargs["site"], match.kwargs["enrollment_id"]]
        )
        response: HttpResponse = HttpResponseRedirect(address)
        response.status_code = 303
        return response
