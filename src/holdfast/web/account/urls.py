"""Addresses of log-in, the look, and a person's own access."""

from django.urls import path

from holdfast.web import pulse
from holdfast.web.account import entry, keeping, my_access, own, recovering, views

urlpatterns = [
    path("", views.home, name="home"),
    path("log-in/", entry.log_in, name="log-in"),
    path("log-in/second/", entry.second, name="log-in-second"),
    path("log-in/passkey/", entry.by_passkey, name="log-in-passkey"),
    path("passkey/options/", entry.passkey_options, name="passkey-options"),
    path("sign-in/", own.page, name="sign-in"),
    path("sign-in/confirm/", own.confirm_who, name="confirm-who"),
    path("sign-in/set-up/", own.set_up, name="sign-in-setup"),
    path("sign-in/passkey/", own.passkey_add, name="passkey-add"),
    path("sign-in/codes-app/", own.totp, name="totp"),
    path("sign-in/recovery-codes/", own.recovery_codes, name="recovery-codes"),
    path("sign-in/remove/<slug:factor>/", own.factor_remove, name="factor-remove"),
    path("sign-in/pin/", keeping.pin, name="pin"),
    path("sign-in/pin/remove/", keeping.pin_remove, name="pin-remove"),
    path("sign-in/password/", keeping.password, name="password"),
    path("sign-in/sessions/end/", keeping.sessions_end, name="sessions-end"),
    path("sign-in/sessions/<uuid:session>/end/", keeping.session_end, name="session-end"),
    path("sign-in/keys/make/", keeping.api_key_make, name="program-key-make"),
    path("sign-in/keys/<uuid:key>/end/", keeping.api_key_withdraw, name="program-key-end"),
    path("recover/", recovering.recover, name="recover"),
    path("log-out/", views.log_out, name="log-out"),
    path("look/", views.look, name="look"),
    path("about/", views.about, name="about"),
    path("my-access/", my_access.page, name="my-access"),
    path("pulse/", pulse.pulse, name="pulse"),
]
