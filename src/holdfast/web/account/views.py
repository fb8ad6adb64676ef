"""Log-in and log-out, the look, and what this is."""

from importlib.metadata import version

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.sessions import forget_session
from holdfast.domain.findings import Standing
from holdfast.records import access
from holdfast.web import look_choice
from holdfast.web.account.entry import own_address
from holdfast.web.sign_in_journal import note_signed_out
from holdfast.web.words import STANDING_WORDS

A_YEAR_SECONDS = 365 * 24 * 3600


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One's own pages, a recipient's box, or the worklist of one's first site; else one's access."""
    now = timezone.now()
    if access.holds_anywhere(request.user, "own.see", now):
        return redirect("me")
    for site in access.sites_of(request.user, now):
        if "concern.read" in access.permissions_of(request.user, site, now):
            return redirect("concerns", site=site.code)
        if "worklist.see" in access.permissions_of(request.user, site, now):
            return redirect("staff:worklist", site=site.code)
    return redirect("my-access")


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Ends the session on the server, not only in the browser."""
    user, session_key = request.user, str(request.session.session_key)
    logout(request)
    forget_session(session_key)
    note_signed_out(user)
    return redirect("log-in")


@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Keeps the chosen theme and shortcuts in a cookie of one word each."""
    response = HttpResponseRedirect(own_address(request.POST.get("back", "")))
    for field, cookie, allowed in (
        ("theme", look_choice.THEME_COOKIE, set(look_choice.THEMES)),
        ("keys", look_choice.KEYS_COOKIE, {"on", "off"}),
    ):
        if (value := request.POST.get(field)) in allowed:
            response.set_cookie(
                cookie,
                str(value),
                max_age=A_YEAR_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=settings.TLS,
            )
    return response


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What this is, what it promises, and what the marks mean."""
    standings = {name.value: STANDING_WORDS[name] for name in Standing}
    return render(
        request, "account/about.html", {"standings": standings, "version": version("holdfast")}
    )
