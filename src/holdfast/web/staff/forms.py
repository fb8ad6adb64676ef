"""What staff may type in, and what is wrong with it in words that help."""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.actions.verdicts import OVERRIDE_REASONS
from holdfast.domain.answers import HistoryEntry, MedicationEntry, Source, SourceKind
from holdfast.web import fields
from holdfast.web.fields import CHOOSE, not_in_the_future
from holdfast.web.staff.answer_forms import Correction
from holdfast.web.staff.words import (
    OVERRIDE_WORDS,
    PRESCREENING_OUTCOMES,
    reason_choices,
    source_choices,
    unit_words,
)

GZIP_BEGINS = b"\x1f\x8b"  # RFC 1952


class ReferralForm(forms.Form):
    """A bundle, the protocol it is for, who sent it, and whether we may hold it."""

    entry_id = fields.entry_id()
    bundle = forms.FileField(
        label=_("FHIR bundle"),
        help_text=_("A file that ends in .json or .json.gz, at most 64 MB."),
        widget=forms.FileInput(attrs={"accept": ".json,.gz,application/json,application/gzip"}),
        max_length=200,
        required=False,
    )
    protocol = forms.ChoiceField(label=_("Protocol"))
    source = forms.ChoiceField(
        label=_("Who refers this person?"), choices=lambda: [CHOOSE, *source_choices()]
    )
    consent_to_hold = forms.ChoiceField(
        label=_("Does the person permit us to hold their record?"),
        choices=[
            ("yes", _("Yes, the person permits it")),
            (
                "no",
                _("No: keep nothing, and count one person without a name in the pre-screening log"),
            ),
        ],
        widget=fields.ColumnOptions,
    )

    def __init__(self, *args: Any, protocols: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast(forms.ChoiceField, self.fields["protocol"])
        choice.choices = [CHOOSE, *protocols]

    def clean_bundle(self) -> Any:
        bundle = self.cleaned_data["bundle"]
        if bundle is not None and not str(bundle.name).lower().endswith(
            (".json", ".json.gz", ".gz")
        ):
            raise forms.ValidationError(_("Choose a file that ends in .json or .json.gz."))
        if bundle is not None:
            is_packed = bundle.read(len(GZIP_BEGINS)) == GZIP_BEGINS
            bundle.seek(0)
            if is_packed != str(bundle.name).lower().endswith(".gz"):
                raise forms.ValidationError(
                    _("The name of this file ends as another kind of file.")
                )
        return bundle

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_missing = not cleaned.get("bundle") and "bundle" not in self.errors
        if cleaned.get("consent_to_hold") == "yes" and is_missing:
            self.add_error("bundle", _("Choose a file that ends in .json or .json.gz."))
        return cleaned


class MedicationForm(forms.Form):
    """A medicine a person takes or took."""

    entry_id = fields.entry_id()
    name = forms.CharField(
        label=_("Name"),
        help_text=_("As it is written on the box, or its ingredient."),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    rxcuis = forms.RegexField(
        label=_("RxNorm codes"),
        help_text=_("Digits, with spaces between; leave empty if you do not have any."),
        regex=r"^\s*\d{1,8}(?:[\s,]+\d{1,8})*\s*$",
        required=False,
        error_messages={"invalid": _("RxNorm codes are digits, with spaces between.")},
    )
    is_current = fields.yes_no_unknown(_("Is it being taken now?"))
    last_taken_on = forms.DateField(
        label=_("Last taken on"),
        required=False,
        widget=fields.Day,
        help_text=_("Leave empty if the day is not known."),
    )
    source = fields.source()

    def clean_last_taken_on(self) -> datetime.date | None:
        return not_in_the_future(self.cleaned_data["last_taken_on"])

    def clean_rxcuis(self) -> tuple[str, ...]:
        return tuple(self.cleaned_data["rxcuis"].replace(",", " ").split())

    def medication(self) -> MedicationEntry:
        """What was typed, as the rules read it."""
        told = self.cleaned_data
        return MedicationEntry(
            name=told["name"],
            rxcuis=told["rxcuis"],
            is_current=told["is_current"],
            last_taken_on=told["last_taken_on"],
            source=Source(SourceKind(told["source"])),
        )


class MedicationCorrectionForm(Correction, MedicationForm):
    """A medicine as it should have been entered."""


CODE_SYSTEMS = [
    ("", _("No code")),
    ("http://snomed.info/sct", "SNOMED CT"),
    ("http://hl7.org/fhir/sid/icd-10-cm", "ICD-10-CM"),
    ("http://hl7.org/fhir/sid/icd-10", "ICD-10"),
]


class ConditionForm(forms.Form):
    """A condition, procedure or allergy."""

    entry_id = fields.entry_id()
    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=[
            ("condition", _("Condition")),
            ("procedure", _("Procedure")),
            ("allergy", _("Allergy")),
        ],
        widget=fields.Options,
    )
    name = forms.CharField(
        label=_("Name"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    system = forms.ChoiceField(label=_("Code system"), choices=CODE_SYSTEMS, required=False)
    code = forms.CharField(label=_("Code"), max_length=40, required=False)
    is_active = fields.yes_no_unknown(_("Is it present now?"))
    onset_on = forms.DateField(label=_("Since"), required=False, widget=fields.Day)
    source = fields.source()

    def clean_onset_on(self) -> datetime.date | None:
        return not_in_the_future(self.cleaned_data["onset_on"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if bool(cleaned.get("system")) != bool(cleaned.get("code")):
            self.add_error("code", _("A code needs its system, and a system its code."))
        return cleaned

    def history(self) -> HistoryEntry:
        """What was typed, as the rules read it."""
        told = self.cleaned_data
        codes = ((told["system"], told["code"]),) if told["code"] else ()
        return HistoryEntry(
            kind=told["kind"],
            name=told["name"],
            codes=codes,
            is_active=told["is_active"],
            onset_on=told["onset_on"],
            abated_on=None,
            source=Source(SourceKind(told["source"])),
        )


class ConditionCorrectionForm(Correction, ConditionForm):
    """A condition, procedure or allergy as it should have been entered."""


class ConfirmForm(forms.Form):
    """A physician signs one verdict as it was shown."""

    entry_id = fields.entry_id()
    verdict = forms.UUIDField(widget=forms.HiddenInput)
    password = fields.password_again()


class OverrideForm(forms.Form):
    """A finding set aside where the protocol allows it, with a reason."""

    entry_id = fields.entry_id()
    verdict = forms.UUIDField(widget=forms.HiddenInput)
    criterion = forms.CharField(widget=forms.HiddenInput, max_length=200)
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[(code, OVERRIDE_WORDS[code]) for code in OVERRIDE_REASONS],
        widget=fields.ColumnOptions,
    )
    words = forms.CharField(
        label=_("What makes it right for this person"),
        help_text=_("Encrypted for this person; it is part of the deviation on record."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    password = fields.password_again()


class LimitForm(forms.Form):
    """A number that a physician signs for a site."""

    entry_id = fields.entry_id()
    value = forms.DecimalField(
        label=_("Number"),
        max_digits=12,
        decimal_places=6,
        min_value=Decimal(0),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    password = fields.password_again()

    def __init__(self, *args: Any, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].label = _("Number, in %(unit)s") % {"unit": unit_words(unit)}


class PrescreeningForm(forms.Form):
    """One person considered: where from, for which study, what was decided and why. No name."""

    entry_id = fields.entry_id()
    study = forms.ChoiceField(label=_("For which study?"))
    source = forms.ChoiceField(
        label=_("Source of referral"), choices=lambda: [CHOOSE, *source_choices()]
    )
    outcome = forms.ChoiceField(
        label=_("Decision"), choices=PRESCREENING_OUTCOMES, widget=fields.Options
    )
    reasons = forms.MultipleChoiceField(
        label=_("Reasons"),
        help_text=_("Needed where the person goes no further."),
        choices=reason_choices,
        required=False,
        widget=fields.ManyOptions,
    )

    def __init__(
        self, *args: Any, protocols: Iterable[tuple[str, str]], for_any: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choice = cast(forms.ChoiceField, self.fields["study"])
        choice.required = not for_any
        choice.choices = [*([("", _("Not for one study"))] if for_any else []), *protocols]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("outcome") == "excluded" and not cleaned.get("reasons"):
            self.add_error("reasons", _("Say why the person goes no further."))
        return cleaned


class AsOfForm(forms.Form):
    """A position in the stream, or a time: the last position at or before it."""

    position = forms.IntegerField(label=_("Position"), required=False, min_value=0)
    moment = forms.DateTimeField(
        label=_("or a time at this site"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("position") is not None and cleaned.get("moment"):
            self.add_error("moment", _("Choose a position or a time, not both."))
        return cleaned
