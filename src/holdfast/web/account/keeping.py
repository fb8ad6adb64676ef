"""Changing one's own password, PIN and keys of programs, and ending one's own sessions."""

from uuid import UUID, uuid4

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from holdfast.actions.api_keys import hash_of, make_api_key, new_key, withdraw_api_key
from holdfast.actions.outcomes import Receipt
from holdfast.actions.passwords import change_password
from holdfast.actions.pins import remove_pin, set_pin
from holdfast.actions.sessions import end_other_sessions, end_session, moved_session
from holdfast.records.people import User
from holdfast.records.sign_in import Pin
from holdfast.web.account import standing
from holdfast.web.account.forms import ChangePasswordForm, PinForm
from holdfast.web.account.own import shown_lately
from holdfast.web.admitted import Admitted
from holdfast.web.done import go_on
from holdfast.web.reauthentication import check, not_proved
from holdfast.web.refusals import refusal_words


@shown_lately
@require_http_methods(["GET", "HEAD", "POST"])
def pin(request: Admitted) -> HttpResponse:
    """Choose the PIN by which one signs after the first signature of a session."""
    form = PinForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        answer = set_pin(
            request.user,
            form.cleaned_data["pin"],
            entry_id=uuid4(),
            by=request.user,
            now=timezone.now(),
        )
        if isinstance(answer, Receipt):
            return go_on(request, reverse("sign-in"), "pin-set")
        form.add_error("pin", refusal_words(answer))
    told = {"form": form, "has_pin": Pin.objects.filter(user=request.user).exists()}
    return render(request, "account/pin.html", told, status=422 if form.is_bound else 200)


@shown_lately
@require_POST
def pin_remove(request: Admitted) -> HttpResponse:
    """Take one's PIN away."""
    remove_pin(request.user, entry_id=uuid4(), by=request.user, now=timezone.now())
    return go_on(request, reverse("sign-in"), "pin-removed")


@require_http_methods(["GET", "HEAD", "POST"])
def password(request: Admitted) -> HttpResponse:
    """Choose a new password, with the old one or a passkey. Every other session of one's own ends."""
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_bound and form.is_valid() and _is_shown(request, form):
        key = str(request.session.session_key)
        change_password(
            password_hash=make_password(form.cleaned_data["new_password"]),
            session_key=key,
            entry_id=uuid4(),
            by=request.user,
            now=timezone.now(),
        )
        update_session_auth_hash(request, User.objects.get(id=request.user.id))
        moved_session(key, str(request.session.session_key))
        return go_on(request, reverse("sign-in"), "password-changed")
    return render(
        request, "account/password.html", {"form": form}, status=422 if form.is_bound else 200
    )


def _is_shown(request: Admitted, form: ChangePasswordForm) -> bool:
    shown = form.cleaned_data["password"]
    if shown.method != "pin" and check(request, shown):
        return True
    form.add_error("password", not_proved(request, shown))
    return False


@require_POST
def session_end(request: Admitted, session: UUID) -> HttpResponse:
    """End one of one's own sessions. Ending is always allowed, without showing who one is again."""
    answer = end_session(session_id=session, entry_id=uuid4(), by=request.user, now=timezone.now())
    if not isinstance(answer, Receipt):
        raise Http404
    if not request.session.exists(str(request.session.session_key)):
        return redirect("log-in")  # it was this one
    return go_on(request, reverse("sign-in"), "session-ended")


@require_POST
def sessions_end(request: Admitted) -> HttpResponse:
    """End every session of one's own but this one."""
    end_other_sessions(
        user=request.user,
        but=str(request.session.session_key),
        entry_id=uuid4(),
        by=request.user,
        now=timezone.now(),
    )
    return go_on(request, reverse("sign-in"), "sessions-ended")


@shown_lately
@require_POST
def api_key_make(request: Admitted) -> HttpResponse:
    """Make a key by which a program acts for this account; shown once."""
    if standing.is_required_of(request.user) and not request.session.get(standing.SECOND):
        raise Http404
    key = new_key()
    made = make_api_key(
        key_sha256=hash_of(key), entry_id=uuid4(), by=request.user, now=timezone.now()
    )
    if not isinstance(made, Receipt):
        raise Http404
    return render(request, "account/api_key.html", {"key": key, "made_at": timezone.now()})


@require_POST
def api_key_withdraw(request: Admitted, key: UUID) -> HttpResponse:
    """End a key of one's own."""
    answer = withdraw_api_key(key_id=key, entry_id=uuid4(), by=request.user, now=timezone.now())
    if not isinstance(answer, Receipt):
        raise Http404
    return go_on(request, reverse("sign-in"), "api-key-withdrawn")
