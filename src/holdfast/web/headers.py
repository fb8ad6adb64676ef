"""Headers every response carries, whatever made it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)

# Where a camera reads the code of a kit or container: there the page itself may ask for it.
CAMERA_AT = frozenset(
    {"pharmacy:receive", "pharmacy:move", "pharmacy:count", "pharmacy:box-act", "room:page"}
)

# What a browser forgets at log-out. Not its cookies: the choice of a theme is no secret. Not its
# storage: nothing lies there but entries that were not received, encrypted, and a room device's key.
FORGOTTEN = '"cache"'


def policy_at(route: str) -> str:
    """What a page may ask a browser for: nothing, but for the camera where it reads a code."""
    if route not in CAMERA_AT:
        return PERMISSIONS_POLICY
    return PERMISSIONS_POLICY.replace("camera=()", "camera=(self)")


class Headers:
    """No response but our static files may be kept by a browser or anything between."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        response["Permissions-Policy"] = policy_at(match.view_name if match else "")
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["X-Frame-Options"] = "DENY"
        is_static = request.path.startswith("/static/") and response.status_code in (200, 304)
        if not is_static:
            response["Cache-Control"] = "no-store"
        if match is not None and match.view_name == "log-out":
            response["Clear-Site-Data"] = FORGOTTEN
        return response
