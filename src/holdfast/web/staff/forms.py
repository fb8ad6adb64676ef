"""What staff may type in, and what is wrong with it in words that help."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from holdfast.domain.questions import Question, QuestionKind
from holdfast.web import fields
from holdfast.web.staff.words import PRESCREENING_OUTCOMES, PRESCREENING_REASONS, REFERRAL_SOURCES


class ReferralForm(forms.Form):
    """A bundle, the protocol it is for, who sent it, and whether we may hold it."""

    entry_id = fields.entry_id()
    bundle = forms.FileField(
        label=_("FHIR bundle"),
        help_text=_("A file that ends in .json or .json.gz, at most 64 MB."),
        widget=forms.FileInput(attrs={"accept": ".json,.gz,application/json,application/gzip"}),
        max_length=200,
    )
    protocol = forms.ChoiceField(label=_("Protocol"))
    source = forms.ChoiceField(label=_("Who refers this person?"), choices=REFERRAL_SOURCES)
    consent_to_hold = forms.ChoiceField(
        label=_("Does the person permit us to hold their record?"),
        choices=[
            ("yes", _("Yes, the person permits it")),
            ("no", _("No: keep nothing, and count one person without a name in the pre-screening log")),
        ],
        widget=fields.ColumnOptions,
    )

    def __init__(self, *args: Any, protocols: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["protocol"].choices = list(protocols)  # type: ignore[attr-defined]

    def clean_bundle(self) -> Any:
        bundle = self.cleaned_data["bundle"]
        if not str(bundle.name).lower().endswith((".json", ".json.gz", ".gz")):
            raise forms.ValidationError(_("Choose a file that ends in .json or .json.gz."))
        return bundle


class AnswerForm(forms.Form):
    """One answer to one question; its value field follows the question's kind."""

    entry_id = fields.entry_id()
    question = forms.CharField(widget=forms.HiddenInput, max_length=200)
    source = fields.source()
    observed_on = fields.observed_on()

    def __init__(
        self,
        *args: Any,
        question: Question,
        choices: Mapping[str, str],
        sources: bool = True,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("auto_id", f"answer-{question.code}-%s")
        kwargs.setdefault("initial", {"question": question.code})
        super().__init__(*args, **kwargs)
        self.asked = question
        self.fields["value"] = _value_field(question, choices)
        if question.kind is QuestionKind.NUMBER:
            self.fields["unit"] = forms.ChoiceField(
                label=_("Unit"), choices=[(unit, unit) for unit in ("", *question.accepts)]
            )
        order = ["entry_id", "question", "value", "unit", "observed_on", "source"]
        self.order_fields(order)

    def clean_observed_on(self) -> datetime.date | None:
        return _not_in_the_future(self.cleaned_data["observed_on"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "value" not in cleaned or ("unit" in self.fields and "unit" not in cleaned):
            return cleaned
        if problem := self.asked.problem_with(cleaned["value"], cleaned.get("unit")):
            self.add_error("value", problem)
        return cleaned


class CorrectionForm(AnswerForm):
    """An answer that stands in another's place, with the reason why."""

    reason = forms.ChoiceField(
        label=_("Why is it corrected?"),
        choices=[
            ("typing-slip", _("A slip while typing")),
            ("misheard", _("Misheard or misread")),
            ("new-document", _("A document that says otherwise")),
            ("wrong-person", _("It belongs to somebody else")),
            ("other", _("Another reason")),
        ],
        widget=fields.Options,
    )
    words = forms.CharField(
        label=_("In your words"),
        help_text=_("Encrypted for this person. Leave empty if the reason says enough."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _value_field(question: Question, choices: Mapping[str, str]) -> forms.Field:
    match question.kind:
        case QuestionKind.YES_NO:
            return forms.TypedChoiceField(
                label=_("Answer"),
                choices=[("true", _("Yes")), ("false", _("No"))],
                coerce=lambda value: value == "true",
                widget=fields.Options,
            )
        case QuestionKind.NUMBER:
            return forms.DecimalField(
                label=_("Number"),
                max_digits=12,
                decimal_places=6,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )
        case QuestionKind.DATE:
            return forms.DateField(label=_("Date"), widget=fields.Day)
        case QuestionKind.CHOICE:
            return forms.ChoiceField(
                label=_("Answer"),
                choices=[(code, choices.get(code, code)) for code in question.choices],
                widget=fields.Options,
            )


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
        label=_("Last taken on"), required=False, widget=fields.Day, help_text=_("Leave empty if the day is not known.")
    )
    source = fields.source()

    def clean_last_taken_on(self) -> datetime.date | None:
        return _not_in_the_future(self.cleaned_data["last_taken_on"])

    def clean_rxcuis(self) -> tuple[str, ...]:
        return tuple(self.cleaned_data["rxcuis"].replace(",", " ").split())


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
        return _not_in_the_future(self.cleaned_data["onset_on"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if bool(cleaned.get("system")) != bool(cleaned.get("code")):
            self.add_error("code", _("A code needs its system, and a system its code."))
        return cleaned


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
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("What makes it right for this person. Encrypted for this person; it is part of the deviation on record."),
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
        self.fields["value"].label = _("Number, in %(unit)s") % {"unit": unit}


class PrescreeningForm(forms.Form):
    """One person considered: where from, what was decided and why. No name."""

    entry_id = fields.entry_id()
    source = forms.ChoiceField(label=_("Source of referral"), choices=REFERRAL_SOURCES)
    outcome = forms.ChoiceField(
        label=_("Decision"), choices=PRESCREENING_OUTCOMES, widget=fields.Options
    )
    reasons = forms.MultipleChoiceField(
        label=_("Reasons"),
        help_text=_("Needed where the person goes no further."),
        choices=PRESCREENING_REASONS,
        required=False,
        widget=fields.ManyOptions,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("outcome") == "excluded" and not cleaned.get("reasons"):
            self.add_error("reasons", _("Say why the person goes no further."))
        return cleaned


class AsOfForm(forms.Form):
    """A position in the stream, or a time: the last position at or before it."""

    position = forms.IntegerField(label=_("Position"), required=False, min_value=0)
    moment = forms.DateTimeField(
        label=_("or a time (UTC)"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("position") is not None and cleaned.get("moment"):
            self.add_error("moment", _("Choose a position or a time, not both."))
        return cleaned


def _not_in_the_future(day: datetime.date | None) -> datetime.date | None:
    if day is not None and day > timezone.now().date() + datetime.timedelta(days=1):
        raise forms.ValidationError(_("This day has not come yet."))
    return day
