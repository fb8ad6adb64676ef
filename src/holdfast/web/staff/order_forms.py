"""What a prescriber fills in to order the doses of a session, and to take an order back."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from holdfast.actions.orders import OrderTold, is_blinded
from holdfast.domain.orders import CANCEL_REASONS
from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.schedule import Visit, VisitKind
from holdfast.domain.session_compile import nominal_choices
from holdfast.web import fields
from holdfast.web.fields import CHOOSE

CANCEL_WORDS = {
    "finding-changed": _("Something was found of the person"),
    "person-declined": _("The person does not want it"),
    "session-put-off": _("The session is put off"),
    "ordered-in-error": _("It was ordered in error"),
    "prescriber-changed": _("Somebody else prescribes from now on"),
    "other": _("For another reason"),
}


def sessions_of(protocol: ProtocolVersion) -> list[Visit]:
    """The dosing sessions of a protocol, in the order of its file."""
    visits = protocol.schedule.visits if protocol.schedule else ()
    return [visit for visit in visits if visit.kind is VisitKind.DOSING]


def dose_words(initial: Decimal, supplement: Decimal | None) -> str:
    """Nominal doses in words."""
    if supplement is None:
        return _now("%(mg)s mg, no supplement") % {"mg": format(initial, "f")}
    told = {"mg": format(initial, "f"), "more": format(supplement, "f")}
    return _now("%(mg)s mg, and %(more)s mg if the gate of the supplement opens") % told


def dose_choices(protocol: ProtocolVersion) -> list[tuple[str, str]]:
    """Every choice of every session: the protocol's menu, with its supplement or without."""
    assert protocol.schedule is not None
    found = []
    for visit in sessions_of(protocol):
        menu = nominal_choices(protocol.schedule, visit, protocol.schedule.doses.get(visit.doses))
        for one in menu:
            for more in dict.fromkeys((one.supplemental_mg, None)):
                code = f"{visit.code}|{one.initial_mg}|{'' if more is None else more}"
                words = dose_words(one.initial_mg, more)
                found.append((code, f"{visit.title}: {words}"))
    return list(dict(found).items())


class DoseOrderForm(forms.Form):
    """The doses of one session, until when the order holds, and the signature."""

    entry_id = fields.entry_id()
    doses = forms.ChoiceField(
        label=_("Session and nominal doses"),
        help_text=_("From the protocol's menu. The supplement is given only if its gate opens."),
    )
    product = forms.ChoiceField(label=_("Product"), required=False)
    last_day = forms.DateField(
        label=_("The order holds until the end of"),
        help_text=_("Of the site's own day. A new finding about the person ends it earlier."),
        widget=fields.Day,
    )
    password = fields.password_again()

    def __init__(
        self,
        *args: Any,
        protocol: ProtocolVersion,
        products: Sequence[str],
        zone: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._zone = ZoneInfo(zone)
        doses = cast(forms.ChoiceField, self.fields["doses"])
        doses.choices = [CHOOSE, *dose_choices(protocol)]
        product = cast(forms.ChoiceField, self.fields["product"])
        product.choices = [CHOOSE, *((each, each) for each in products)]
        if all(is_blinded(protocol, visit) for visit in sessions_of(protocol)):
            del self.fields["product"]  # what a kit holds is not to be named

    def told(self) -> OrderTold:
        """The order as it was told."""
        visit, initial, supplement = self.cleaned_data["doses"].split("|")
        return OrderTold(
            visit=visit,
            initial_mg=Decimal(initial),
            supplement_mg=Decimal(supplement) if supplement else None,
            expires_at=self._end_of(self.cleaned_data["last_day"]),
            product=self.cleaned_data.get("product", ""),
        )

    def _end_of(self, day: date) -> datetime:
        return datetime.combine(day + timedelta(days=1), time(), tzinfo=self._zone)


class CancelOrderForm(forms.Form):
    """That an order is taken back, and why."""

    entry_id = fields.entry_id()
    order = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=_("Why?"),
        choices=[CHOOSE, *((code, CANCEL_WORDS[code]) for code in CANCEL_REASONS)],
    )
    words = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
