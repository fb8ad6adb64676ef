"""Log-in in one step by passkey, or in two by password and second factor."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from holdfast.actions import tries
from holdfast.actions.second_factors import is_code_of, use_recovery_code
from holdfast.records.factors import has_second_factor, held_by
from holdfast.records.people import User
from holdfast.web import errors, passkeys
from holdfast.web.account import demonstration, standing
from holdfast.web.account.forms import LogInForm, SecondForm
from holdfast.web.reauthentication import address_of
from holdfast.web.sign_in_journal import note_refused

log = logging.getLogger("holdfast.web")

PENDING = "pending"  # whose password was right and whose second factor is still asked for
PENDING_LASTS_SECONDS = 5 * 60
CHALLENGES = tries.Limit("challenge", 300, timedelta(minutes=15))  # each opens a session of nobody
ANONYMOUS_LASTS_SECONDS = 15 * 60  # a session of nobody, for a challenge or a second step


@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Somebody says who they are. A wrong name and a wrong password get the same words."""
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect("home")
        return _page(request, LogInForm(), request.GET.get("next", ""))
    form, began = LogInForm(request.POST), time.monotonic()
    onward = request.POST.get("next", "")
    if not form.is_valid():
        return _page(request, form, onward, status=422)
    name = form.cleaned_data["login_name"]
    claimed = tries.claim(name, address_of(request), timezone.now())
    if claimed.is_refused:
        return too_many(request)
    user = authenticate(request, username=name, password=form.cleaned_data["password"])
    if not isinstance(user, User):
        note_refused(name, is_locked_now=claimed.is_last, method="password")
        form.add_error(None, _("This login name and password do not belong together."))
        no_sooner(began)
        return _page(request, form, onward, status=422)
    tries.give_back(claimed)
    if has_second_factor(user):
        return _to_second(request, user, onward)
    standing.let_in(request, user, "password")
    return HttpResponseRedirect(own_address(onward))


def _to_second(request: HttpRequest, user: User, onward: str) -> HttpResponse:
    request.session.flush()
    request.session.set_expiry(ANONYMOUS_LASTS_SECONDS)
    request.session[PENDING] = {"user": user.id.hex, "at": int(time.time()), "next": onward}
    return redirect("log-in-second")


def pending(request: HttpRequest) -> User | None:
    """Whose password was right in this session not long ago."""
    told = request.session.get(PENDING)
    if not told or time.time() - told["at"] > PENDING_LASTS_SECONDS:
        return None
    return User.objects.filter(id=UUID(told["user"]), is_active=True).first()


@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """The second step: a one-time code, a recovery code, or a passkey."""
    user = pending(request)
    if user is None:
        return redirect("log-in")
    form = SecondForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _second_page(request, user, form)
    began, answer = time.monotonic(), request.POST.get("passkey", "")
    if answer:
        return _by_passkey(request, user, form, answer)
    if not form.is_valid():
        return _second_page(request, user, form, status=422)
    checks = {
        "code": ("totp", is_code_of),
        "recovery_code": ("recovery-code", _is_recovery_code),
    }
    for field, (method, check) in checks.items():
        if given := form.cleaned_data[field]:
            return _by_code(request, user, form, field, method, check, given, began)
    form.add_error("code", _("Enter a code."))
    return _second_page(request, user, form, status=422)


def _is_recovery_code(user: User, code: str) -> bool:
    plain = code.replace("-", "").replace(" ", "")
    return use_recovery_code(user, plain, entry_id=uuid4(), now=timezone.now())


def _by_code(
    request: HttpRequest,
    user: User,
    form: SecondForm,
    field: str,
    method: str,
    check: Callable[[User, str], bool],
    given: str,
    began: float,
) -> HttpResponse:
    claimed = tries.claim(user.login, address_of(request), timezone.now())
    if claimed.is_refused:
        return too_many(request)
    if check(user, given):
        tries.give_back(claimed)
        return _in(request, user, f"password+{method}")
    note_refused(user.login, is_locked_now=claimed.is_last, method=method)
    form.add_error(field, _("This code is wrong, used or too old."))
    no_sooner(began)
    return _second_page(request, user, form, status=422)


def _by_passkey(request: HttpRequest, user: User, form: SecondForm, answer: str) -> HttpResponse:
    claimed = tries.claim("", address_of(request), timezone.now())
    if claimed.is_refused:
        return too_many(request)
    if passkeys.shown(request, answer, user):
        tries.give_back(claimed)
        return _in(request, user, "password+passkey")
    note_refused(user.login, is_locked_now=False, method="passkey")
    form.add_error(None, passkey_refused())
    return _second_page(request, user, form, status=422)


def _in(request: HttpRequest, user: User, method: str) -> HttpResponse:
    onward = request.session.pop(PENDING)["next"]
    standing.let_in(request, user, method)
    return HttpResponseRedirect(own_address(onward))


@require_POST
def by_passkey(request: HttpRequest) -> HttpResponse:
    """Log in by a passkey alone: it is had, and it verified its user."""
    onward = request.POST.get("next", "")
    claimed = tries.claim("", address_of(request), timezone.now())
    if claimed.is_refused:
        return too_many(request)
    user = passkeys.shown(request, request.POST.get("passkey", ""), None)
    if user is None:
        form = LogInForm()
        return _page(request, form, onward, status=422, problem=passkey_refused())
    tries.give_back(claimed)
    standing.let_in(request, user, "passkey")
    return HttpResponseRedirect(own_address(onward))


@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """A challenge for the browser: to log in, for the second step, to sign, or to make a passkey."""
    purpose = request.POST.get("purpose", "")
    if purpose == "log-in" and not request.user.is_authenticated:
        if tries.is_too_many(CHALLENGES, address_of(request), timezone.now()):
            return JsonResponse({"error": "too-many"}, status=429)
        request.session.set_expiry(ANONYMOUS_LASTS_SECONDS)
        return JsonResponse(passkeys.to_show(request, None))
    if purpose == "second" and (user := pending(request)):
        return JsonResponse(passkeys.to_show(request, user))
    if isinstance(request.user, User):
        if purpose == "sign":
            return JsonResponse(passkeys.to_show(request, request.user))
        if purpose == "create" and standing.has_just_shown(request):
            return JsonResponse(passkeys.to_create(request, request.user))
    return JsonResponse({"error": "not-now"}, status=409)


def passkey_refused() -> str:
    """What is said where a passkey's answer does not hold."""
    return _("This passkey was not accepted. Try again, or log in another way.")


def too_many(request: HttpRequest) -> HttpResponse:
    """The calm page for too many wrong tries."""
    log.warning("sign-in-locked", extra={"request_id": vars(request)["request_id"]})
    return errors.too_many(request)


def no_sooner(began: float) -> None:
    """Wait until as much time has passed as any wrong try takes."""
    time.sleep(max(0.0, settings.SIGN_IN_FLOOR_SECONDS - (time.monotonic() - began)))


def own_address(address: str) -> str:
    """An address of our own to go on to; the first page for anything else."""
    own = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if own and address.startswith("/") else "/"


def _page(
    request: HttpRequest, form: LogInForm, onward: str, *, status: int = 200, problem: str = ""
) -> HttpResponse:
    told: dict[str, Any] = {"form": form, "next": onward, "problem": problem}
    told["is_optional"] = settings.DEMONSTRATION and settings.SECOND_FACTOR == "optional"
    told["people"] = demonstration.people() if settings.DEMONSTRATION else []
    return render(request, "account/log_in.html", told, status=status)


def _second_page(
    request: HttpRequest, user: User, form: SecondForm, *, status: int = 200
) -> HttpResponse:
    told = {"form": form, "held": held_by(user)}
    return render(request, "account/second.html", told, status=status)
