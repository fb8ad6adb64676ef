"""What a person chose about the look, kept in two cookies of one word each."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

THEME_COOKIE = "theme"
KEYS_COOKIE = "keys"
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
