"""What is typed in about the law of custody: a notice with the fields of its form, and what came of a pattern."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from holdfast.domain.custody_rules import CustodyRule
from holdfast.records.custody_law import CustodyNotice, CustodyPatternSettled
from holdfast.web import fields
from holdfast.web.fields import CHOOSE
from holdfast.web.staff.clinical_forms import Moment

HOW_WORDS = {
    "portal": _("By the authority's own page"),
    "e-mail": _("By e-mail"),
    "letter": _("By letter"),
    "telephone": _("By telephone"),
    "in-person": _("In person"),
    "kept-on-file": _("It is kept on file; nobody asks that it be sent"),
}
OUTCOME_WORDS = {
    "explained": _("There is an ordinary explanation"),
    "followed-up": _("It was talked over with those concerned"),
    "reported": _("It was reported to the authority"),
    "no-finding": _("Nothing was found"),
}
_FIELD = "form-"


class NoticeForm(forms.Form):
    """That a notice, form or inventory was made, with every field of its form, and a signature."""

    entry_id = fields.entry_id()
    duty = forms.CharField(widget=forms.HiddenInput, max_length=200)
    made_at = Moment(_("Made at"), hint=_("By the site's own clock."))
    how = forms.ChoiceField(
        label=_("How?"), choices=[CHOOSE, *((code, HOW_WORDS[code]) for code in CustodyNotice.HOW)]
    )

    def __init__(self, *args: Any, rule: CustodyRule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in rule.fields:
            self.fields[_FIELD + one.code] = forms.CharField(label=one.title, max_length=2000)
        self.fields["password"] = fields.password_again()
        self.initial.setdefault("made_at", timezone.now())

    def told(self) -> dict[str, str]:
        """The fields of the form, by their codes."""
        return {
            name.removeprefix(_FIELD): value
            for name, value in self.cleaned_data.items()
            if name.startswith(_FIELD)
        }


class PatternForm(forms.Form):
    """What came of looking into a pattern."""

    entry_id = fields.entry_id()
    pattern = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("What came of it?"),
        choices=[
            CHOOSE,
            *((code, OUTCOME_WORDS[code]) for code in CustodyPatternSettled.OUTCOMES),
        ],
    )
    words = forms.CharField(
        label=_("In words"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
