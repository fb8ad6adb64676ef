"""Log-in form."""

from django import forms
from django.utils.translation import gettext_lazy as _


class LogInForm(forms.Form):
    """A login name (not a person's name) and a password."""

    login_name = forms.CharField(
        label=_("Login name"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
