"""Two people on one screen: each shows for themselves who they are, and neither can act for the other.

The first is whoever is logged in. The second is chosen by a tap on their name, and shows their own
passkey, PIN or password. A passkey is shown before the form is sent: what it was shown for, the whole
content of the form, is kept beside it in the session for two minutes, so that nothing can be changed
between the two people and under their names.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest, JsonResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from holdfast.actions.second_person import Present, SecondProof
from holdfast.actions.signatures import PROOF_LASTS, ReauthenticationProof
from holdfast.records import access
from holdfast.records.access import printed_name
from holdfast.records.factors import has_passkey
from holdfast.records.people import Site, User
from holdfast.web import passkeys
from holdfast.web.admitted import Admitted
from holdfast.web.fields import Options, Shown
from holdfast.web.json_acts import wrong
from holdfast.web.pharmacy.words import EMERGENCY_WORDS
from holdfast.web.reauthentication import (
    SIGNED_WHOLLY,
    address_of,
    prove,
    prove_by_passkey,
    prove_person,
)

CAME_IN = "witnesses-came-in"  # in a session: who showed here all components as the second person
SHOWN = "custody-shown"  # in a session: passkeys that were shown for the content of one form
WITNESS = "custody.witness"
# What is no part of what two people put their names to: how they show who they are.
OF_PROOF = frozenset(
    {"csrfmiddlewaretoken", "mine", "theirs", "passkey", "person", "second", "shown_for"}
)
ALONE = [("", gettext_lazy("Two people are here")), *EMERGENCY_WORDS.items()]


def witnesses(site: Site, me: User, now: datetime) -> list[tuple[str, str]]:
    """Who may stand beside somebody at a site, by printed name; never the person themselves."""
    people = [
        user
        for user in access.staff_at(site, now)
        if user.id != me.id and WITNESS in access.permissions_of(user, site, now)
    ]
    return sorted(((str(user.id), printed_name(user)) for user in people), key=lambda each: each[1])


def _secret() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("PIN or password"),
        required=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class TwoPeopleForm(forms.Form):
    """What every movement asks besides itself: who is here, and that each shows it."""

    second = forms.ChoiceField(
        label=gettext_lazy("Who is with you?"), required=False, widget=Options
    )
    mine = _secret()
    theirs = _secret()
    alone = forms.ChoiceField(
        label=gettext_lazy("Why only one person?"),
        help_text=gettext_lazy(
            "Only in an emergency. It is recorded, and somebody asks after it until it is settled."
        ),
        choices=ALONE,
        required=False,
    )

    def __init__(
        self, *args: Any, beside: Iterable[tuple[str, str]] = (), me: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.me = me
        cast(forms.ChoiceField, self.fields["second"]).choices = list(beside)

    @property
    def people(self) -> list[forms.BoundField]:
        """The fields that the part of the page for two people shows."""
        return [self[name] for name in ("second", "mine", "theirs", "alone")]

    # What is seldom said; it stands folded away below the rest.
    seldom: tuple[str, ...] = ()

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields of the movement itself."""
        ours = ("second", "mine", "theirs", "alone", *self.seldom)
        return [field for field in self.visible_fields() if field.name not in ours]

    @property
    def folded(self) -> list[forms.BoundField]:
        """The fields that are seldom said."""
        return [field for field in self.visible_fields() if field.name in self.seldom]

    @property
    def is_unfolded(self) -> bool:
        """Whether something is said there, or wrong."""
        return any(field.errors or (self.is_bound and field.value()) for field in self.folded)


def proved(request: Admitted, form: TwoPeopleForm, *, needs_two: bool = True) -> Present | None:
    """Who showed who they are with this form; None, said at the field, where somebody did not."""
    told, content = form.cleaned_data, content_of(request.POST)
    first = _held(request, request.user, content) or _mine(request, form, told["mine"])
    if told["alone"] and told["second"]:
        words = _("Two people are here, or one alone in an emergency: choose one of the two.")
        form.add_error("alone", words)
        return None
    second = User.objects.filter(id=told["second"]).first() if told["second"] else None
    if second is None:
        if needs_two and not told["alone"]:
            form.add_error("second", _("Tap the name of the second person."))
            return None
        return Present(proof=first, emergency=told["alone"]) if first else None
    theirs = _held(request, second, content) or _theirs(request, form, second, told["theirs"])
    if first is None or theirs is None:
        return None
    return Present(proof=first, second=_beside(request.user, theirs))


def _beside(first: User, theirs: ReauthenticationProof) -> SecondProof:
    """What the second showed, for this first person alone."""
    return SecondProof(
        id=theirs.id,
        user_id=theirs.user_id,
        beside_id=first.id,
        method=theirs.method,
        made_at=theirs.made_at,
        expires_at=theirs.expires_at,
    )


def used(request: Admitted) -> None:
    """What was shown for a form is over once its movement is recorded."""
    request.session.pop(SHOWN, None)


def _mine(request: Admitted, form: TwoPeopleForm, secret: str) -> ReauthenticationProof | None:
    if not secret:
        form.add_error("mine", _("Show who you are: your passkey, PIN or password."))
        return None
    shown = Shown(_method(secret), secret)
    if shown.method == "pin" and not request.session.get(SIGNED_WHOLLY):
        words = _("The first time after you log in, use your passkey or your password.")
        form.add_error("mine", words)
        return None
    proof = prove(request, shown)
    if proof is None:
        form.add_error("mine", _("This is not yours, or there were too many tries."))
    return proof


def _theirs(
    request: Admitted, form: TwoPeopleForm, second: User, secret: str
) -> ReauthenticationProof | None:
    """The second person: all components the first time on this screen, then the PIN is enough."""
    name = printed_name(second)
    if not secret:
        form.add_error("theirs", _("%(name)s shows passkey, PIN or password.") % {"name": name})
        return None
    method, came_in = _method(secret), request.session.get(CAME_IN, [])
    if method == "pin" and second.id.hex not in came_in:
        words = _("The first time on this screen, %(name)s uses the passkey or the password.")
        form.add_error("theirs", words % {"name": name})
        return None
    proof = prove_person(
        second, secret, address=address_of(request), method=method, apart=_pair(request, second)
    )
    if proof is None:
        words = _("This is not that of %(name)s, or there were too many tries.")
        form.add_error("theirs", words % {"name": name})
    elif method == "password":
        _came_in(request, second)
    return proof


def _pair(request: Admitted, second: User) -> str:
    """What wrong tries of a second person are counted for: these two people, and no log-in."""
    return f"beside/{request.user.id.hex}/{second.id.hex}"


def _method(secret: str) -> str:
    """All digits is a PIN: no password may be."""
    return "pin" if secret.isascii() and secret.isdigit() else "password"


def _came_in(request: HttpRequest, person: User) -> None:
    known = request.session.get(CAME_IN, [])
    request.session[CAME_IN] = sorted({*known, person.id.hex})


def content_of(told: QueryDict) -> str:
    """The hash of everything that a form says, but for how two people show who they are."""
    pairs = sorted((k, v) for k, vs in told.lists() if k not in OF_PROOF for v in vs)
    return sha256(repr(pairs).encode()).hexdigest()


def _held(request: HttpRequest, person: User, content: str) -> ReauthenticationProof | None:
    """A passkey that this person showed for exactly this content, not two minutes ago."""
    kept: Mapping[str, Any] = request.session.get(SHOWN, {}).get(person.id.hex, {})
    if kept.get("content") != content:
        return None
    made_at = datetime.fromisoformat(kept["made_at"])
    if not timedelta(0) <= timezone.now() - made_at < PROOF_LASTS:
        return None
    return ReauthenticationProof(
        id=UUID(kept["id"]),
        user_id=person.id,
        method="passkey",
        made_at=made_at,
        expires_at=made_at + PROOF_LASTS,
    )


def _person(request: Admitted) -> User | None:
    """Whoever is to show a passkey here: oneself, or somebody who may stand beside; nobody else."""
    told = request.POST.get("person", "")
    here = {str(request.user.id)} | {
        key for key, _name in witnesses(request.here, request.user, timezone.now())
    }
    return User.objects.get(id=told) if told in here else None


@require_POST
def passkey(request: Admitted, site: str) -> JsonResponse:
    """What a browser needs to use the passkey of one of the two people."""
    person = _person(request)
    if person is None:
        return wrong(_("Tap a name first."))
    if not has_passkey(person):
        words = _("%(name)s has no passkey. Use the PIN or the password.")
        return wrong(words % {"name": printed_name(person)})
    return JsonResponse(passkeys.to_show(request, person))


@require_POST
def shown(request: Admitted, site: str) -> JsonResponse:
    """One of the two shows a passkey for what the form says now."""
    person = _person(request)
    if person is None:
        return wrong(_("Tap a name first."))
    apart = "" if person.id == request.user.id else _pair(request, person)
    proof = prove_by_passkey(request, person, request.POST.get("passkey", ""), apart=apart)
    if proof is None:
        return wrong(_("This passkey was not accepted."))
    kept = {
        "id": uuid4().hex,
        "made_at": proof.made_at.isoformat(),
        "content": content_of(request.POST),
    }
    request.session[SHOWN] = request.session.get(SHOWN, {}) | {person.id.hex: kept}
    if person.id == request.user.id:
        request.session[SIGNED_WHOLLY] = True
    else:
        _came_in(request, person)
    return JsonResponse({"shown": printed_name(person)})
