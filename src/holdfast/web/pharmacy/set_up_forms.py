"""Opening a store and naming its places."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.domain.movements import Place
from holdfast.records.care import Enrollment
from holdfast.web import fields
from holdfast.web.admitted import Admitted, studies
from holdfast.web.fields import CHOOSE
from holdfast.web.pharmacy.forms import short_text
from holdfast.web.pharmacy.words import PLACES

CODE_HELP = _("Small letters, digits and hyphens, such as main-safe.")
SOURCES = {
    "": _("Not given"),
    "label": _("The label"),
    "protocol": _("The protocol"),
    "manufacturer": _("The manufacturer"),
}


class StoreForm(forms.Form):
    """A store: its own places and its own register."""

    entry_id = fields.entry_id()
    code = short_text(_("Code"), most=20, help_text=CODE_HELP)
    title = short_text(_("Title"), most=80)
    study = forms.ChoiceField(label=_("Whose stock?"), required=False)

    def __init__(self, *args: Any, request: Admitted, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = studies(request, "custody.set-up")
        rows = Enrollment.objects.filter(site=request.here).values_list("protocol_name", flat=True)
        names = sorted({name for name in rows if mine is None or name in mine} | (mine or set()))
        whole = [("", _("The whole site's"))] if mine is None else []
        choices = [*whole, *((name, name) for name in names)]
        cast(forms.ChoiceField, self.fields["study"]).choices = choices


def _degrees(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        max_digits=5,
        decimal_places=1,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class PlaceForm(forms.Form):
    """A place of a store, with the range of temperature that its label allows."""

    entry_id = fields.entry_id()
    code = short_text(_("Code"), most=20, help_text=CODE_HELP)
    title = short_text(_("Title"), most=80)
    kind = forms.ChoiceField(
        label=_("What is it?"), choices=[(each.value, PLACES[each]) for each in Place]
    )
    room = forms.ChoiceField(
        label=_("In which room?"), help_text=_("For the lock of a room only."), required=False
    )
    least = _degrees(_("Not colder than, °C"))
    most = _degrees(_("Not warmer than, °C"))
    source = forms.ChoiceField(label=_("Who says so?"), choices=SOURCES.items(), required=False)

    def __init__(self, *args: Any, rooms: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["room"]).choices = [CHOOSE, *rooms]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        both = told.get("least") is not None and told.get("most") is not None
        if bool(told.get("source")) != both:
            words = _("Give both temperatures and who says so, or none of the three.")
            self.add_error("source", words)
        if (told.get("kind") == Place.ROOM_LOCK) != bool(told.get("room")):
            self.add_error("room", _("Choose the room for the lock of a room, and for no other."))
        return told
