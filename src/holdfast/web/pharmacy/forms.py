"""What may be typed in about a movement: the fields that its kind asks, then the two people."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.domain.movements import (
    KINDS,
    REASONS,
    SEAL_READ,
    CapsulesWrong,
    Kind,
    canonical,
)
from holdfast.web import fields
from holdfast.web.fields import CHOOSE
from holdfast.web.pharmacy.two_people import TwoPeopleForm
from holdfast.web.pharmacy.words import DOSES, PARTS, REASON_WORDS

CAPSULES = {
    "capsules-missing": _("Name the capsules by their numbers, such as 1-3,7."),
    "count-negative": _("A number of a capsule is 1 or more. Write 1-3,7."),
    "capsule-repeated": _("A capsule is named twice. Name each once, such as 1-3,7."),
    "capsules-unclear": _("This names no capsules. Write numbers and ranges, such as 1-3,7."),
}


def code_field(**more: Any) -> forms.CharField:
    """The code of a kit or container: typed, read by the camera, or by a scanner that types."""
    attrs = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
    return forms.CharField(
        label=_("Code of the container"),
        max_length=60,
        widget=forms.TextInput(attrs=attrs | more.pop("attrs", {})),
        **more,
    )


def capsules_field() -> forms.CharField:
    """Capsules of a container by number."""
    return forms.CharField(
        label=_("Capsules"),
        help_text=_("By number: one, some or a range, such as 1-3,7. Empty: all that are here."),
        max_length=400,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )


def short_text(label: Any, *, most: int = 60, required: bool = True, help_text: Any = "") -> Any:
    """One line."""
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def words_field() -> forms.CharField:
    """Words beside a movement; they are kept sealed."""
    return forms.CharField(
        label=_("In words"),
        help_text=_("Leave empty if there is nothing to say. Kept sealed."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class CapsulesForm(TwoPeopleForm):
    """Anything that names capsules: the text is read strictly and kept in one form."""

    def clean_capsules(self) -> str:
        told = str(self.cleaned_data["capsules"]).strip()
        if not told and not self.fields["capsules"].required:
            return ""
        try:
            return canonical(told)
        except CapsulesWrong as error:
            raise forms.ValidationError(CAPSULES[error.reason], code=error.reason) from None


# Refusals of what should not be, which is recorded all the same where somebody says that it happened.
ONLY_IF_IT_HAPPENED = frozenset(("does-not-fit", "lot-expired"))


class HappenedForm(CapsulesForm):
    """What has happened is recorded, whatever the book says of it."""

    happened = forms.BooleanField(
        label=_("It has happened already. Record it, and open a discrepancy."), required=False
    )
    asks_whether_it_happened = False

    @property
    def asked(self) -> list[forms.BoundField]:
        found = super().asked
        is_asked = self.asks_whether_it_happened or self.data.get("happened")
        return [field for field in found if field.name != "happened" or is_asked]

    def refused(self, reason: str, words: str) -> None:
        """Say why it was refused, and ask whether it happened where that would change it."""
        self.asks_whether_it_happened = reason in ONLY_IF_IT_HAPPENED
        place = AT_FIELD.get(reason)
        self.add_error(place if place in self.fields else None, words)


# At which field a refusal is said; where it is nobody's, above the form.
AT_FIELD = {
    "capsule-unknown": "capsules",
    "container-unknown": "code",
    "container-received-already": "code",
    "kit-received-already": "code",
    "lot-expired": "expires_on",
    "dose-missing": "dose",
    "seal-missing": "seal",
    "seal-does-not-fit": "seal",
    "minutes-missing": "minutes",
    "moment-in-the-future": "at",
    "place-missing": "target",
    "place-given-up": "target",
    "reason-unknown": "reason",
    "person-missing": "person",
    "person-unknown": "person",
    "session-missing": "visit",
    "session-of-another": "visit",
    "second-missing": "second",
    "witness-is-actor": "second",
    "witness-benefits": "second",
    "witness-may-not": "second",
    "second-expired": "theirs",
    "proof-expired": "mine",
    "proof-used": "mine",
    "emergency-unclear": "alone",
}


class MoveForm(HappenedForm):
    """One movement of one container, with what its kind asks."""

    entry_id = fields.entry_id()
    code = code_field()
    capsules = capsules_field()
    at = forms.DateTimeField(
        label=_("When?"),
        help_text=_("Leave empty for now. What happened earlier is recorded with both times."),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(
        self,
        *args: Any,
        kind: Kind,
        places: Sequence[tuple[str, str]],
        far: Sequence[tuple[str, str]] = (),
        holders: Sequence[tuple[str, str]] = (),
        visits: Sequence[tuple[str, str]] = (),
        is_of_a_box: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, needs = kind, KINDS[kind]
        self.seldom = ("capsules", "at", "words") if is_of_a_box else ("at", "words")
        if needs.source and not is_of_a_box:
            anywhere = [*places, *(holders if needs.source == "any" else ())]
            self._choose("source", _("From"), anywhere)
        if needs.target:
            targets = [*places, *(far if kind is Kind.TRANSFER_OUT else ())]
            self._choose("target", _("To"), targets)
            self.fields["target"].required = not (is_of_a_box and kind in _STAY)
        if kind is Kind.HAND_OVER:
            self._choose("to", _("To whom?"), [("person", _("To the person")), *holders])
        if (needs.enrollment or needs.session) and not is_of_a_box:
            self.fields["person"] = short_text(_("Number of the person"), most=40)
            if needs.session:
                self._choose("visit", _("For which session?"), visits)
        if kind is Kind.ISSUE_BOX:
            self._choose("dose", _("For which dose?"), DOSES.items())
            self.fields["dose"].required = False
            self.fields["dose"].help_text = _("Leave empty for a kit: its label says it.")
        if needs.seal or kind in SEAL_READ:
            label = _("Number of the seal, as you read it") if kind in SEAL_READ else _SEAL
            self.fields["seal"] = short_text(label, most=40, required=needs.seal)
        if kind in SEAL_READ:
            self.fields["is_broken"] = forms.BooleanField(
                label=_("The seal was broken before"), required=False
            )
        if needs.minutes:
            self.fields["minutes"] = forms.IntegerField(
                label=_("Minutes after it was taken"), min_value=0, max_value=1440
            )
        if needs.reason:
            self._choose("reason", _("Why?"), [(c, REASON_WORDS[c]) for c in REASONS[kind]])
        if kind is Kind.CORRECT:
            self.fields["corrects"] = forms.UUIDField(widget=forms.HiddenInput)
            del self.fields["code"], self.fields["capsules"], self.fields["at"]
        self.fields["words"] = words_field()
        self.order_fields([*_IN_ORDER, "at", "words", "happened"])

    def _choose(self, name: str, label: Any, choices: Iterable[tuple[str, Any]]) -> None:
        self.fields[name] = forms.ChoiceField(label=label, choices=[CHOOSE, *choices])


_SEAL = _("Number of the seal")
_STAY = (Kind.REFUSED, Kind.SPAT)  # where nobody says where: in the lock of the room
_IN_ORDER = (
    *("entry_id", "corrects", "code", "capsules", "source", "to", "target", "person", "visit"),
    *("dose", "seal", "is_broken", "minutes", "reason"),
)


OF_A_BOTTLE = _("Of a bottle; of a kit leave it empty.")


class ReceiveForm(HappenedForm):
    """A delivery: what the paper says, and what was counted out of the parcel."""

    entry_id = fields.entry_id()
    part = forms.ChoiceField(label=_("What is it?"), choices=PARTS.items(), widget=fields.Options)
    code = code_field(help_text=_("As it stands on its label."))
    kit_number = short_text(
        _("Number of the kit"),
        most=40,
        required=False,
        help_text=_("Only for a container of a kit. What is in it, and its lot, nobody asks here."),
    )
    size = forms.IntegerField(
        label=_("Capsules, as you counted them"),
        min_value=1,
        max_value=10_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    expires_on = forms.DateField(
        label=_("Use by"),
        help_text=_(
            "Of a kit that is on the site's list the common use-by stands, whatever you write."
        ),
        required=False,
        widget=fields.Day,
    )
    product = short_text(_("Product"), most=80, required=False, help_text=OF_A_BOTTLE)
    nominal_mg = forms.DecimalField(
        label=_("Strength of a capsule as the label says, mg"),
        required=False,
        min_value=Decimal("0.001"),
        max_digits=8,
        decimal_places=3,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    lot = short_text(_("Lot"), most=40, required=False, help_text=OF_A_BOTTLE)
    supplier = short_text(_("Supplier"), most=120, required=False, help_text=OF_A_BOTTLE)
    order_form = short_text(_("Number of the order form"), required=False)
    certificate = short_text(_("Number of the certificate of analysis"), required=False)
    document = forms.FileField(
        label=_("The delivery note or certificate, as a file"),
        help_text=_("Its hash is recorded, the file itself is not kept here."),
        required=False,
    )
    target = forms.ChoiceField(label=_("Into which place?"))
    seal = short_text(_("Number of the seal of the parcel"), most=40, required=False)
    words = words_field()

    def __init__(self, *args: Any, places: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["target"]).choices = [CHOOSE, *places]
        self.order_fields([*(n for n in self.fields if n != "happened"), "happened"])

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("part") == "bottle":
            self._is_a_bottle(told)
        else:
            self._is_of_a_kit(told)
        return told

    def _is_a_bottle(self, told: dict[str, Any]) -> None:
        if told.get("kit_number"):
            self.add_error("kit_number", _("A bottle has no number of a kit. Leave it empty."))
        for name in ("lot", "product", "supplier", "expires_on"):
            if not told.get(name) and name not in self.errors:
                self.add_error(name, _("Write it as the label or the paper says."))

    def _is_of_a_kit(self, told: dict[str, Any]) -> None:
        """Of a kit its number and a use-by stand here, and nothing that could tell what is in it."""
        if not told.get("kit_number"):
            self.add_error("kit_number", _("Write the number of the kit, as its label says."))
        if not told.get("expires_on") and "expires_on" not in self.errors:
            self.add_error("expires_on", _("Write the use-by that its label says."))
        for name in ("lot", "product", "nominal_mg", "supplier", "certificate", "document"):
            if told.get(name):
                self.add_error(
                    name, _("Leave this empty: of a kit it is for the sealed room alone.")
                )
