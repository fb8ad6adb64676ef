"""Forms for answers: one question, one conversation, and the correction of an answer."""

import datetime
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.actions.answers import CORRECTION_REASONS
from holdfast.domain.answers import Answer, Source, SourceKind
from holdfast.domain.questions import LONGEST_TEXT, Question, QuestionKind
from holdfast.web import fields
from holdfast.web.fields import not_in_the_future
from holdfast.web.staff.words import CORRECTION_WORDS, choice_word, unit_words


class AnswerForm(forms.Form):
    """One answer to one question; its value field follows the question's kind.

    ``places`` are those of the record's own answers that this one may say were wrong.
    """

    entry_id = fields.entry_id()
    source = fields.source()
    observed_on = fields.observed_on()

    def __init__(
        self, *args: Any, question: Question, places: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = question
        self.fields["value"] = _value_field(question)
        if question.kind is QuestionKind.NUMBER:
            units = [(unit, unit_words(unit)) for unit in question.accepts]
            if len(units) > 1:
                units.insert(0, ("", str(_("Choose"))))
            self.fields["unit"] = forms.ChoiceField(label=_("Unit"), choices=units)
        if places:
            self.fields["corrects"] = _corrects_field(places)
        self.order_fields(["entry_id", "value", "unit", "observed_on", "source", "corrects"])

    def clean_observed_on(self) -> datetime.date | None:
        return not_in_the_future(self.cleaned_data["observed_on"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "value" not in cleaned or ("unit" in self.fields and "unit" not in cleaned):
            return cleaned
        if problem := self.asked.problem_with(cleaned["value"], cleaned.get("unit")):
            self.add_error("value", problem)
        return cleaned

    def answer(self) -> Answer:
        """What was typed, as the rules read it. The place of a hand-made entry is its own id."""
        told = self.cleaned_data
        return Answer(
            question=self.asked.code,
            value=told["value"],
            source=Source(SourceKind(told["source"])),
            observed_on=told["observed_on"],
            unit=told.get("unit") or None,
            corrects=told.get("corrects") or None,
        )


def _corrects_field(places: Sequence[str]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Does it correct what is recorded?"),
        help_text=_("Two answers that contradict each other stay open until one names the other."),
        choices=[("", _("No, it stands beside it")), *((place, place) for place in places)],
        required=False,
        widget=fields.ColumnOptions,
    )


class ConversationForm(forms.Form):
    """The answers of one conversation: each may be left open, and all are recorded together."""

    entry_id = fields.entry_id()
    source = fields.source()
    observed_on = forms.DateField(label=_("On which day?"), widget=fields.Day)

    def __init__(self, *args: Any, asked: Sequence[tuple[Question, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        for question, sentence in asked:
            field = _value_field(question)
            field.label, field.required = sentence, False
            if isinstance(field, forms.ChoiceField):
                given = cast(list[Any], field.choices)
                field.choices = [*given, ("", _("Leave open"))]
                field.initial = ""
            else:
                field.widget.attrs["aria-labelledby"] = f"asked-{question.code}"
            if isinstance(field, forms.TypedChoiceField):
                field.empty_value = None
            self.fields[question.code] = field
            if question.kind is QuestionKind.NUMBER and len(question.accepts) > 1:
                units = [(unit, unit_words(unit)) for unit in question.accepts]
                self.fields[f"{question.code}.unit"] = forms.ChoiceField(
                    label=_("Unit"),
                    choices=[("", _("Unit")), *units],
                    required=False,
                    widget=forms.Select(attrs={"aria-label": _("Unit"), "data-unit": "yes"}),
                )

    def clean_observed_on(self) -> datetime.date | None:
        return not_in_the_future(self.cleaned_data["observed_on"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for question, _sentence in self.asked:
            value = cleaned.get(question.code)
            if value in (None, ""):
                continue
            if problem := question.problem_with(value, self._unit(question)):
                self.add_error(question.code, problem)
        return cleaned

    def _unit(self, question: Question) -> str | None:
        if question.kind is not QuestionKind.NUMBER:
            return None
        if len(question.accepts) == 1:
            return question.accepts[0]
        return self.cleaned_data.get(f"{question.code}.unit") or None

    def answers(self) -> list[Answer]:
        """What was answered, as the rules read it; what was left open is not there."""
        told = self.cleaned_data
        return [
            Answer(
                question=question.code,
                value=told[question.code],
                source=Source(SourceKind(told["source"])),
                observed_on=told["observed_on"],
                unit=self._unit(question),
            )
            for question, _sentence in self.asked
            if told.get(question.code) not in (None, "")
        ]


class Correction(forms.Form):
    """Why an entry is corrected, in a code and, encrypted, in words."""

    reason = forms.ChoiceField(
        label=_("Why is it corrected?"),
        choices=[(code, CORRECTION_WORDS[code]) for code in CORRECTION_REASONS],
        widget=fields.Options,
    )
    words = forms.CharField(
        label=_("In your words"),
        help_text=_("Encrypted for this person. Leave empty if the reason says enough."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    is_withdrawn = forms.BooleanField(
        label=_("Withdraw it: it is not known any more"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """Where the entry is withdrawn, what stands in the other fields does not count."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("is_withdrawn"):
            for name in set(self.errors) - {"entry_id", "reason", "words"}:
                del self.errors[name]
        return cleaned


class AnswerCorrectionForm(Correction, AnswerForm):
    """An answer that stands in another's place."""


def _value_field(question: Question) -> forms.Field:
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
                choices=[(code, choice_word(code)) for code in question.choices],
                widget=fields.Options,
            )
        case _:
            return forms.CharField(
                label=_("Answer"),
                max_length=LONGEST_TEXT,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
