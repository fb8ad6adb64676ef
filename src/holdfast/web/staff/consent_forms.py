"""Forms of a person's consent, one for each act, and of the document that a physician puts in force."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.actions.consent_documents import (
    LONGEST_CONSIDER_HOURS,
    LONGEST_WORDS,
    figures_to_sign,
)
from holdfast.definitions.consent.document import ConsentDocument
from holdfast.domain.protocol import ProtocolVersion
from holdfast.web import fields
from holdfast.web.staff.call_forms import ScanForm

LONGEST_TOLD = 4_000
LOCAL_WORDS = {
    "people": _("About how many people take part"),
    "injury": _("What happens and who pays if somebody is harmed"),
    "costs": _("What it costs the person, and what is paid to them"),
    "contact": _("Whom to ask and whom to tell of harm: names, numbers, hours"),
    "committee": _("How to reach the ethics committee"),
}
PLACES = [
    ("site", _("Here at the site")),
    ("video", _("By video")),
    ("phone", _("By telephone")),
]
CHECKS = [
    ("photo-document", _("A document with a photograph")),
    ("known-in-person", _("I know the person from before")),
    ("two-details", _("Two details only they know")),
    ("not-checked", _("Not checked this time")),
]
WAYS_GIVEN = [
    ("own-account", _("In their own account")),
    ("paper", _("On paper")),
    ("both", _("Both")),
]
WAYS_TAKEN_BACK = [("told", _("Told to us")), ("letter", _("By letter"))]
DOSE_STEPS = {
    "dose-given": ("dosed", _("A dose was given")),
    "dose-reported": ("dosed", _("A dose is reported to us")),
    "criteria-met": ("not-impaired", _("Not impaired: the criteria of the protocol are met")),
}


class Moment(forms.DateTimeInput):
    """A day and a time on the site's clock."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class Act(forms.Form):
    """One act: its id, made with the form."""

    entry_id = fields.entry_id()

    def moment(self, now: datetime) -> datetime:
        """When it was; now where nothing is said."""
        return self.cleaned_data["at"] or now


def at(words: Any) -> forms.DateTimeField:
    """When it was, on the site's clock; not in the future."""
    return forms.DateTimeField(
        label=words, help_text=_("Leave empty for now."), required=False, widget=Moment
    )


def told(words: Any, *, required: bool = True, hint: Any = "") -> forms.CharField:
    """Words about a person: sealed."""
    return forms.CharField(
        label=words,
        help_text=hint,
        required=required,
        max_length=LONGEST_TOLD,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class GiveForm(Act):
    """The document is given."""

    language = forms.ChoiceField(label=_("Language of the document"), widget=fields.Options)
    way = forms.ChoiceField(label=_("How it is given"), choices=WAYS_GIVEN, widget=fields.Options)
    at = at(_("When was it given?"))

    def __init__(self, *args: Any, document: ConsentDocument, **more: Any) -> None:
        super().__init__(*args, **more)
        language: Any = self.fields["language"]
        language.choices = [
            (code, words.parts["own"]["language"]) for code, words in document.words.items()
        ]


class TalkForm(Act):
    """A clinician talked it over."""

    place = forms.ChoiceField(label=_("Where"), choices=PLACES, widget=fields.Options)
    identity_check = forms.ChoiceField(
        label=_("How do you know who it is?"), choices=CHECKS, widget=fields.ColumnOptions
    )
    talked = told(
        _("What they asked, and what you answered"),
        required=False,
        hint=_("Kept encrypted for this person."),
    )
    at = at(_("When did you speak?"))


class AnswerForm(Act):
    """The person answers a question to the clinician beside them."""

    answered = forms.ChoiceField(label=_("Question and what they answered"))

    def __init__(
        self, *args: Any, document: ConsentDocument, protocol: ProtocolVersion, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        parts = document.words["en"].parts
        answered: Any = self.fields["answered"]
        answered.choices = [
            fields.CHOOSE,
            *(
                (
                    parts["question"][q.code],
                    [(f"{q.code}:{a}", parts[f"answer.{q.code}"][a]) for a in q.answers],
                )
                for q in document.questions_for(protocol)
            ),
        ]


class ExplainForm(Act):
    """What was explained."""

    question = forms.ChoiceField(label=_("About which question"))
    words = told(_("What you explained, and how they took it"))

    def __init__(
        self, *args: Any, document: ConsentDocument, protocol: ProtocolVersion, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        parts = document.words["en"].parts
        question: Any = self.fields["question"]
        asked = document.questions_for(protocol)
        question.choices = [fields.CHOOSE, *((q.code, parts["question"][q.code]) for q in asked)]


class CountersignForm(Act):
    """The clinician signs."""

    password = fields.password_again()


class PaperForm(ScanForm):
    """The person signed on paper."""

    witness = forms.CharField(
        label=_("Who saw them sign"),
        help_text=_("The name of the witness, as on the paper. Kept encrypted."),
        max_length=200,
    )
    at = at(_("When did they sign?"))
    password = fields.password_again()

    def moment(self, now: datetime) -> datetime:
        """When it was; now where nothing is said."""
        return self.cleaned_data["at"] or now


class AgreeForm(Act):
    """What the person allows of one thing."""

    item = forms.CharField(max_length=60, widget=forms.HiddenInput)
    allowed = forms.MultipleChoiceField(
        label=_("The person allows"), required=False, widget=fields.ManyOptions
    )
    at = at(_("When did they say so?"))

    def __init__(self, *args: Any, document: ConsentDocument, item: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.initial["item"] = item
        words, offered = document.words["en"].parts[f"item.{item}"], document.item(item)
        allowed: Any = self.fields["allowed"]
        allowed.choices = [(c, words[c]) for c in (offered.choices if offered else ())]
        allowed.help_text = _("Choose none where they allow none of it.")


class StopWordForm(Act):
    """The person's stop-word."""

    words = forms.CharField(label=_("The person's stop-word or sign"), max_length=100)


class WithdrawForm(Act):
    """The person took their consent back."""

    way = forms.ChoiceField(label=_("How"), choices=WAYS_TAKEN_BACK, widget=fields.Options)
    words = told(_("What they said"), required=False, hint=_("They do not have to say why."))
    at = at(_("When?"))


class ImpairmentForm(Act):
    """A dose, or that it has worn off."""

    basis = forms.ChoiceField(
        label=_("What happened"),
        choices=[(code, words) for code, (_step, words) in DOSE_STEPS.items()],
        widget=fields.ColumnOptions,
    )
    at = at(_("When?"))


class InForceForm(Act):
    """A physician puts a document in force: the time to consider, the site's words, figures checked."""

    consider_hours = forms.IntegerField(
        label=_("Time to consider, in hours"),
        help_text=_("From being given the document to signing. No source gives a number."),
        min_value=1,
        max_value=LONGEST_CONSIDER_HOURS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    password = fields.password_again()

    def __init__(
        self, *args: Any, document: ConsentDocument, protocol: ProtocolVersion, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.local = list(dict.fromkeys(document.local_for(protocol)))
        for code in self.local:
            self.fields[f"local_{code}"] = forms.CharField(
                label=LOCAL_WORDS[code],
                max_length=LONGEST_WORDS,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        self.fields["figures"] = forms.MultipleChoiceField(
            label=_("Figures that I checked against the paper"),
            help_text=_("Until one is checked, patients are told no number for it."),
            choices=_figures(document),
            required=False,
            widget=fields.ManyOptions,
        )
        self.order_fields(
            ["entry_id", "consider_hours", *(f"local_{c}" for c in self.local), "figures"]
        )

    def local_words(self) -> dict[str, str]:
        """What the site says, by code."""
        return {code: self.cleaned_data[f"local_{code}"] for code in self.local}


def _figures(document: ConsentDocument) -> Sequence[tuple[str, str]]:
    rows = [document.cited[code] for code in figures_to_sign(document)]
    return [(f.code, f"{f.wording} {f.people}: {f.percent} %") for f in rows]


Forms = dict[str, Callable[..., forms.Form]]
