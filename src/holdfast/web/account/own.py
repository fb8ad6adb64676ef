"""How one logs in: one's own passkeys, app for codes, recovery codes, PIN and sessions."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import uuid4

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.actions.outcomes import Receipt
from holdfast.actions.second_factors import (
    add_passkey,
    add_totp,
    make_recovery_codes,
    new_secret,
    opened_for,
    remove_factor,
    sealed_for,
)
from holdfast.actions.sign_ins import last_refused
from holdfast.records.factors import Factors, Held, has_second_factor, held_by
from holdfast.records.sign_in import ApiKey, OpenSession, Pin
from holdfast.web import passkeys
from holdfast.web.account import standing
from holdfast.web.account.entry import own_address
from holdfast.web.account.forms import PASSKEY_WORDS, ConfirmForm, PasskeyForm, TotpForm
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.reauthentication import check, not_proved
from holdfast.web.refusals import refusal_words

UNCONFIRMED = (
    "app-not-confirmed"  # in a session, sealed: what an app was shown and has not answered
)
View = Callable[..., HttpResponse]

DEVICE_WORDS = {
    "phone": gettext_lazy("Phone"),
    "tablet": gettext_lazy("Tablet"),
    "computer": gettext_lazy("Computer"),
    "unknown": gettext_lazy("Unknown device"),
}
METHOD_WORDS = {
    "password": gettext_lazy("password"),
    "passkey": gettext_lazy("passkey"),
    "totp": gettext_lazy("code from an app"),
    "recovery-code": gettext_lazy("recovery code"),
}


def shown_lately(view: View) -> View:
    """A page that changes how one logs in: whoever did not show who they are lately does so first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if standing.has_just_shown(request):
            return view(request, *args, **kwargs)
        onward = request.path if request.method in ("GET", "HEAD") else reverse("sign-in")
        return redirect(f"{reverse('confirm-who')}?{urlencode({'next': onward})}")

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_who(request: Admitted) -> HttpResponse:
    """Show once more who one is, before changing how one logs in."""
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    onward = own_address(request.POST.get("next", request.GET.get("next", "")))
    if request.method == "POST" and form.is_valid():
        shown = form.cleaned_data["password"]
        if shown.method != "pin" and check(request, shown):
            standing.just_shown(request)
            return redirect(onward)
        form.add_error("password", not_proved(request, shown))
    status = 422 if form.is_bound else 200
    told = {"form": form, "next": onward}
    return render(request, "account/confirm_who.html", told, status=status)


@require_safe
def page(request: Admitted) -> HttpResponse:
    """Everything by which this person logs in and signs, and where they are logged in."""
    pin = Pin.objects.filter(user=request.user).first()
    told = {
        "held": _told(held_by(request.user)),
        "pin_set_at": pin.set_at if pin else None,
        "sessions": _sessions(request),
        "last_refused_at": last_refused(request.user),
        "api_keys": ApiKey.objects.filter(
            user=request.user, corrected_by=None, is_withdrawn=False, valid_until__gt=timezone.now()
        ).order_by("-recorded_at"),
        "done": done_words(request),
    }
    return render(request, "account/sign_in.html", told)


def _told(held: Held) -> dict[str, Any]:
    return {
        "passkeys": [
            {
                "id": each.id,
                "words": PASSKEY_WORDS[each.kind],
                "added_at": each.added_at,
                "last_used_at": each.last_used_at,
            }
            for each in held.passkeys
        ],
        "has_totp": held.has_totp,
        "codes_left": held.codes_left,
        "is_protected": held.is_protected,
    }


def _sessions(request: Admitted) -> list[dict[str, Any]]:
    rows = OpenSession.objects.filter(user=request.user).order_by("-last_seen")
    return [
        {
            "id": row.id,
            "words": DEVICE_WORDS[row.kind],
            "method": [METHOD_WORDS[each] for each in row.method.split("+")],
            "since": row.since,
            "last_seen": row.last_seen,
            "is_this": row.session_key == request.session.session_key,
        }
        for row in rows
    ]


@require_safe
def set_up(request: Admitted) -> HttpResponse:
    """The first page of somebody who has no second factor yet and needs one."""
    if has_second_factor(request.user):
        return redirect("sign-in")
    return render(request, "account/set_up.html", {"form": PasskeyForm()})


@shown_lately
@require_http_methods(["GET", "HEAD", "POST"])
def passkey_add(request: Admitted) -> HttpResponse:
    """Make a passkey on this device, or on one beside it."""
    form = PasskeyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        credential = passkeys.created(request, form.cleaned_data["credential"])
        if credential is None:
            form.add_error(
                None, _("This passkey was not accepted. Nothing was changed. Try again.")
            )
        else:
            made = add_passkey(
                kind=form.cleaned_data["kind"],
                credential=credential,
                entry_id=uuid4(),
                by=request.user,
                now=timezone.now(),
            )
            if isinstance(made, Receipt):
                return _added(request, "passkey-added")
            form.add_error(None, refusal_words(made))
    return render(
        request, "account/passkey_add.html", {"form": form}, status=422 if form.is_bound else 200
    )


@shown_lately
@require_http_methods(["GET", "HEAD", "POST"])
def totp(request: Admitted) -> HttpResponse:
    """Set up an app for codes: its secret as a picture and as letters, confirmed by a first code."""
    form = TotpForm(request.POST if request.method == "POST" else None)
    kept = request.session.get(UNCONFIRMED)
    secret = opened_for(request.user, kept) if kept and form.is_bound else new_secret()
    if form.is_bound and kept and form.is_valid():
        made = add_totp(
            secret=secret,
            code=form.cleaned_data["code"],
            entry_id=uuid4(),
            by=request.user,
            now=timezone.now(),
        )
        if isinstance(made, Receipt):
            del request.session[UNCONFIRMED]
            return _added(request, "totp-added")
        form.add_error("code", refusal_words(made))
    request.session[UNCONFIRMED] = sealed_for(request.user, secret, now=timezone.now())
    told = {"form": form, "picture": _picture(request, secret), "secret": _in_fours(secret)}
    return render(request, "account/totp.html", told, status=422 if form.is_bound else 200)


def _picture(request: Admitted, secret: str) -> str:
    """The QR code of a secret, drawn by us: lines of an SVG, without style or script."""
    code = segno.make(Factors().build_totp_url(request.user, secret), error="m")
    drawn = code.svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True)
    return mark_safe(drawn)  # noqa: S308  # made of numbers by the library


def _in_fours(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _added(request: Admitted, done: str) -> HttpResponse:
    """A factor was added. With the first one come the recovery codes."""
    is_first = not request.session.get(standing.SECOND)
    request.session[standing.SECOND] = True
    standing.just_shown(request)
    if is_first or not held_by(request.user).codes_left:
        return _codes_page(request)
    return go_on(request, reverse("sign-in"), done)


@shown_lately
@require_POST
def recovery_codes(request: Admitted) -> HttpResponse:
    """Make new recovery codes, in place of all earlier ones."""
    if not has_second_factor(request.user):
        raise Http404
    return _codes_page(request)


def _codes_page(request: Admitted) -> HttpResponse:
    codes = make_recovery_codes(entry_id=uuid4(), by=request.user, now=timezone.now())
    told = {"codes": [f"{code[:5]}-{code[5:]}" for code in codes], "made_at": timezone.now()}
    return render(request, "account/recovery_codes.html", told)


@shown_lately
@require_POST
def factor_remove(request: Admitted, factor: str) -> HttpResponse:
    """Take away one of one's own factors; never the last where the site requires one."""
    held = held_by(request.user)
    if len(held.passkeys) + held.has_totp <= 1 and standing.is_required_of(request.user):
        return go_on(request, reverse("sign-in"), "factor-is-the-last")
    answer = remove_factor(factor=factor, entry_id=uuid4(), by=request.user, now=timezone.now())
    if not isinstance(answer, Receipt):
        raise Http404
    return go_on(request, reverse("sign-in"), "factor-removed")
