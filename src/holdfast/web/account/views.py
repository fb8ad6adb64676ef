"""Log-in and log-out, the look, what this is, and a person's own access."""

import logging
from importlib.metadata import version
from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.actions import tries
from holdfast.definitions.roles import roles
from holdfast.domain.findings import Standing
from holdfast.records import access
from holdfast.web import errors, look_choice
from holdfast.web.account.forms import LogInForm
from holdfast.web.account.journal import note_refused, note_signed_in, note_signed_out
from holdfast.web.reauthentication import address_of
from holdfast.web.words import STANDING_WORDS, permission_words, role_title

log = logging.getLogger("holdfast.web")

A_YEAR_SECONDS = 365 * 24 * 3600


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The worklist of the first site where this person has one; else their access."""
    now = timezone.now()
    for site in access.sites_of(request.user, now):
        if "worklist.see" in access.permissions_of(request.user, site, now):
            return redirect("staff:worklist", site=site.code)
    return redirect("my-access")


@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Somebody says who they are. A wrong name and a wrong password get the same words."""
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect("home")
        return _log_in_page(request, LogInForm(), request.GET.get("next", ""))
    form = LogInForm(request.POST)
    if not form.is_valid():
        return _log_in_page(request, form, request.POST.get("next", ""), status=422)
    name, address = form.cleaned_data["login_name"], address_of(request)
    claimed = tries.claim(name, address, timezone.now())
    if claimed.is_refused:
        log.warning("sign-in-locked", extra={"request_id": vars(request)["request_id"]})
        return errors.too_many(request)
    user = authenticate(request, username=name, password=form.cleaned_data["password"])
    if user is None:
        note_refused(name, is_locked_now=claimed.is_last, method="password")
        form.add_error(None, _("This login name and password do not belong together."))
        return _log_in_page(request, form, request.POST.get("next", ""), status=422)
    tries.give_back(claimed)
    tries.clear(name)
    login(request, user)
    note_signed_in(user, method="password")
    return HttpResponseRedirect(_safe(request, request.POST.get("next", "")))


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Ends the session on the server, not only in the browser."""
    user = request.user
    logout(request)
    note_signed_out(user)
    return redirect("log-in")


@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Keeps the chosen theme and shortcuts in a cookie of one word each."""
    response = HttpResponseRedirect(_safe(request, request.POST.get("back", "")))
    for cookie, allowed in (
        (look_choice.THEME_COOKIE, set(look_choice.THEMES)),
        (look_choice.KEYS_COOKIE, {"on", "off"}),
    ):
        if (value := request.POST.get(cookie)) in allowed:
            response.set_cookie(
                cookie,
                str(value),
                max_age=A_YEAR_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure(),
            )
    return response


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What this is, what it promises, and what the marks mean."""
    standings = {name.value: STANDING_WORDS[name] for name in Standing}
    return render(
        request, "account/about.html", {"standings": standings, "version": version("holdfast")}
    )


@require_safe
def my_access(request: HttpRequest) -> HttpResponse:
    """What this person may see and do, site by site."""
    now = timezone.now()
    entries = [_entry(request, site, now) for site in access.sites_of(request.user, now)]
    return render(request, "account/my_access.html", {"access": entries})


def _entry(request: HttpRequest, site: Any, now: Any) -> dict[str, Any]:
    held = access.permissions_of(request.user, site, now)
    return {
        "site": site,
        "roles": [role_title(role) for role in access.roles_of(request.user, site, now)],
        "words": [permission_words(code) for code in roles().permissions if code in held],
        "may_open": "worklist.see" in held,
    }


def _log_in_page(
    request: HttpRequest, form: LogInForm, onward: str, status: int = 200
) -> HttpResponse:
    return render(request, "account/log_in.html", {"form": form, "next": onward}, status=status)


def _safe(request: HttpRequest, address: str) -> str:
    """An address of our own to go on to; the first page for anything else."""
    own = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if own and address.startswith("/") else "/"
