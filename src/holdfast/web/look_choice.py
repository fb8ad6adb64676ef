"""What a person chose about the look, kept in two cookies of one word each."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

# With TLS a browser takes such a name from this very host alone, whatever its neighbours set.
_HOST = "__Host-" if settings.TLS else ""
THEME_COOKIE = f"{_HOST}theme"
KEYS_COOKIE = f"{_HOST}keys"
THEMES = {
    "auto": _("As the device"),
    "light": _("Light"),
    "dark": _("Dark"),
    "contrast": _("High contrast"),
}


def chosen_theme(request: HttpRequest) -> str:
    """The chosen theme; ``auto`` follows the device."""
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def keys_are_on(request: HttpRequest) -> bool:
    """False where the person switched single-key shortcuts off (WCAG 2.1.4)."""
    return request.COOKIES.get(KEYS_COOKIE) != "off"


def dark_unless_chosen(request: HttpRequest) -> str:
    """Dark, unless somebody chose otherwise in this browser: a session's room is dim."""
    return chosen_theme(request) if THEME_COOKIE in request.COOKIES else "dark"
