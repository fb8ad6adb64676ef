"""What is typed in about the laboratory and the ECG: orders, cancelling, taking, reports, reviews."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.actions.results import Measured
from holdfast.definitions import clinical
from holdfast.web import fields
from holdfast.web.clinical import words as said
from holdfast.web.staff.clinical_forms import Moment, choice, day, text
from holdfast.web.staff.words import unit_words

OWN = "other"


class OrderForm(forms.Form):
    """What is ordered, and by when it is reviewed."""

    entry_id = fields.entry_id()
    test = choice(_("What is ordered?"), said.TESTS)
    review_due_at = Moment(
        _("Reviewed by a physician by"),
        hint=_("By the site's own clock. After that, the physician on call is paged."),
    )


class CancelForm(forms.Form):
    """That what was ordered is not wanted any more, and why."""

    entry_id = fields.entry_id()
    order = forms.UUIDField(widget=forms.HiddenInput)
    reason = choice(_("Why?"), said.CANCELLED)
    words = text(_("In words"), required=False, rows=2)


class CollectForm(forms.Form):
    """When what was ordered was taken."""

    entry_id = fields.entry_id()
    order = forms.UUIDField(widget=forms.HiddenInput)
    collected_at = Moment(_("Taken at"))


class ReportForm(forms.Form):
    """A report, line by line, with the laboratory's own range beside each value."""

    entry_id = fields.entry_id()
    order = forms.UUIDField(widget=forms.HiddenInput)
    resulted_at = Moment(_("Reported at"))

    def __init__(self, *args: Any, test: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [*clinical.tests()[test].analytes, OWN]
        for code in self.lines:
            self._add(code)

    def _add(self, code: str) -> None:
        known = clinical.analytes().get(code)
        if known is None:
            self.fields[f"{code}-loinc"] = forms.CharField(
                label=_("LOINC code of another line"), max_length=12, required=False
            )
        if known is not None and known.findings:
            found = [("", _("Not reported")), *((f, said.FINDINGS[f]) for f in known.findings)]
            self.fields[f"{code}-finding"] = forms.ChoiceField(
                label=said.ANALYTES[code], choices=found, required=False
            )
        else:
            title = said.ANALYTES[code] if known else _("Its value")
            self.fields[f"{code}-value"] = forms.DecimalField(
                label=title, required=False, max_digits=12
            )
            self._add_unit(code, known)
            self.fields[f"{code}-range"] = forms.CharField(
                label=_("The laboratory's own range"), max_length=120, required=False
            )
        self.fields[f"{code}-critical"] = forms.TypedChoiceField(
            label=_("Critical?"),
            choices=[("", _("Not said")), ("false", _("No")), ("true", _("Yes"))],
            coerce=lambda value: value == "true",
            empty_value=None,
            required=False,
        )

    def _add_unit(self, code: str, known: clinical.Analyte | None) -> None:
        field: forms.Field = forms.CharField(label=_("Unit (UCUM)"), max_length=30, required=False)
        if known is not None:
            units = [(unit, unit_words(unit)) for unit in known.units]
            field = forms.ChoiceField(label=_("Unit"), choices=units, required=False)
        self.fields[f"{code}-unit"] = field

    def rows(self) -> list[list[forms.BoundField]]:
        """The fields of each line of the report."""
        return [
            [self[name] for name in self.fields if name.startswith(f"{code}-")]
            for code in self.lines
        ]

    def measured(self) -> list[Measured]:
        """The lines that were reported."""
        return [line for code in self.lines if (line := self._line(code)) is not None]

    def _line(self, code: str) -> Measured | None:
        told = self.cleaned_data
        known = clinical.analytes().get(code)
        value, finding = told.get(f"{code}-value"), told.get(f"{code}-finding", "")
        loinc = known.loinc if known else told.get(f"{code}-loinc", "")
        if value is None and not finding and (known is not None or not loinc):
            return None
        return Measured(
            loinc,
            value,
            told.get(f"{code}-unit", "") if value is not None else "",
            finding,
            told.get(f"{code}-range", ""),
            told.get(f"{code}-critical"),
        )


class ReviewForm(forms.Form):
    """A physician's review of everything reported."""

    entry_id = fields.entry_id()
    order = forms.UUIDField(widget=forms.HiddenInput)
    is_acceptable = forms.TypedChoiceField(
        label=_("Do these results carry a session?"),
        choices=[("true", _("Yes")), ("false", _("No"))],
        coerce=lambda value: value == "true",
        widget=fields.Options,
    )
    stands_until = day(
        _("They stand until"),
        required=False,
        hint=_("The last day on which they may carry a session, as you decide for this person."),
    )
    resolves_critical = forms.BooleanField(
        label=_("I have dealt with the critical value"), required=False
    )
    words = text(_("What you see, and what follows"), required=False, rows=2)
    password = fields.password_again()
