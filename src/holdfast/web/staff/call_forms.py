"""What may be typed in at a first contact, for a scan, the waiting list, a letter, a crisis line."""

import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from holdfast.actions.contact import CHANGE_REASONS
from holdfast.definitions import letters
from holdfast.domain.calls import FORMS, SAFETY, WAYS, ContactWishes, FirstContact
from holdfast.domain.identity import PersonIdentity
from holdfast.domain.scans import LARGEST_SCAN_BYTES, name_fits, scan_problem
from holdfast.domain.waiting_list import REASONS
from holdfast.web import fields
from holdfast.web.fields import CHOOSE, not_in_the_future
from holdfast.web.staff.words import source_choices

FORM_WORDS = {
    "call": _("A call"),
    "web": _("A web inquiry"),
    "letter": _("A letter"),
}
SAFETY_WORDS = {
    "safe": _("They are safe"),
    "stayed-on-the-line": _("Not safe: I stayed with them until they were"),
    "handed-over": _("Not safe: handed over to the physician or a crisis line"),
    "emergency-called": _("Not safe: the emergency service was called"),
    "not-spoken-yet": _("Nobody has spoken with them yet (a web inquiry or a letter)"),
}
WAY_WORDS = {
    "telephone": _("By telephone"),
    "text-message": _("By text message"),
    "e-mail": _("By e-mail"),
    "post": _("By post"),
}
STEP_WORDS = {
    "joined": _("Joins the list"),
    "moved": _("Is moved on the list"),
    "left": _("Leaves the list"),
}
REASON_WORDS = {
    "no-place-yet": _("No place yet"),
    "own-wish": _("Their own wish"),
    "clinical-urgency": _("It is clinically urgent"),
    "entered-late": _("Was entered late"),
    "slip": _("A slip while typing"),
    "place-offered": _("A place was offered"),
    "not-eligible": _("Not eligible"),
    "no-reply": _("Could not be reached"),
    "other-treatment": _("Chose another treatment"),
}
LETTER_WORDS = {
    "accept": _("We would like to meet them"),
    "decline": _("We cannot offer this treatment"),
    "not-now": _("Not now"),
    "course-end": _("The course has ended"),
}
CHANGE_WORDS = {
    "said-anew": _("They said it anew"),
    "typing-error": _("A slip while typing"),
}
ADDRESSEE_WORDS = {"person": _("The person"), "referrer": _("The referrer")}
YES_NO: list[tuple[str, Promise]] = [("true", _("Yes")), ("false", _("No"))]
SAID = "decided-"  # the name of a field that says of one possible duplicate who it is


def _yes_no(words: Any, hint: Any = "") -> forms.TypedChoiceField:
    """Yes or no; nothing chosen is no permission."""
    return forms.TypedChoiceField(
        label=words,
        help_text=hint,
        choices=YES_NO,
        coerce=lambda value: value == "true",
        empty_value=None,
        required=False,
        widget=fields.Options,
    )


def _line(words: Any, hint: Any = "", longest: int = 200, **given: Any) -> forms.CharField:
    return forms.CharField(
        label=words,
        help_text=hint,
        max_length=longest,
        required=given.get("required", False),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ContactForm(forms.Form):
    """What a person permits of contact; nothing chosen is no permission."""

    may_contact = _yes_no(_("May we get in touch again?"))
    ways = forms.MultipleChoiceField(
        label=_("How?"),
        choices=[(code, WAY_WORDS[code]) for code in WAYS],
        required=False,
        widget=fields.ManyOptions,
    )
    when = _line(_("When is it good for them?"), _("In their words; encrypted."), 300)
    may_leave_message = _yes_no(_("May we leave a message?"))
    may_tell_referrer = _yes_no(_("May we tell the referrer about their health?"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("may_contact") and not cleaned.get("ways"):
            self.add_error("ways", _("Say how they may be reached."))
        if cleaned.get("may_leave_message") and not cleaned.get("may_contact"):
            self.add_error("may_contact", _("Who may not be contacted gets no message."))
        return cleaned

    def wishes(self) -> ContactWishes:
        """What was permitted, as the rules read it."""
        told = self.cleaned_data
        return ContactWishes(
            may_contact=told["may_contact"] is True,
            ways=tuple(told["ways"]) if told["may_contact"] else (),
            may_leave_message=told["may_leave_message"] is True,
            may_tell_referrer=told["may_tell_referrer"] is True,
            when=told["when"],
        )


class FirstContactForm(ContactForm):
    """Safety first, then permission to hold; the rest counts only where it was given."""

    entry_id = fields.entry_id()
    form = forms.ChoiceField(
        label=_("How did they come to us?"),
        choices=[(code, FORM_WORDS[code]) for code in FORMS],
        widget=fields.Options,
    )
    safety = forms.ChoiceField(
        label=_("How did it end?"),
        choices=[(code, SAFETY_WORDS[code]) for code in SAFETY],
        widget=fields.ColumnOptions,
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
    source = forms.ChoiceField(
        label=_("Who refers this person?"), choices=lambda: [CHOOSE, *source_choices()]
    )
    protocol = forms.ChoiceField(label=_("Protocol"), required=False)
    given = _line(_("Given name"))
    family = _line(_("Family name"))
    born_on = forms.DateField(
        label=_("Date of birth, if it is known"),
        required=False,
        widget=fields.Day,
    )
    sex = forms.ChoiceField(
        label=_("Sex assigned at birth"),
        choices=[("female", _("Female")), ("male", _("Male")), ("", _("Not known"))],
        required=False,
        widget=fields.Options,
    )
    reach = _line(
        _("Where can we reach them?"),
        _("A telephone number, an address. Encrypted for this person."),
        300,
    )
    field_order = ("entry_id", "form", "safety", "consent_to_hold", "source", "given", "family")

    def __init__(self, *args: Any, protocols: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["protocol"].choices = [CHOOSE, *protocols]  # type: ignore[attr-defined]

    def clean_born_on(self) -> datetime.date | None:
        return not_in_the_future(self.cleaned_data["born_on"])

    def clean(self) -> dict[str, Any]:
        """Where nothing may be held, nothing further is looked at."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("consent_to_hold") != "yes":
            for name in set(self.errors) - {"entry_id", "consent_to_hold", "source"}:
                del self.errors[name]
            return cleaned
        if not cleaned.get("protocol"):
            self.add_error("protocol", _("Choose a protocol."))
        if not cleaned.get("family"):
            self.add_error("family", _("Write the name they gave, even if it is only one."))
        if cleaned.get("form") == "call" and cleaned.get("safety") == "not-spoken-yet":
            self.add_error("safety", _("Ask it now: it comes before anything else."))
        return cleaned

    def contact(self, language: str) -> FirstContact:
        """What was permitted, as the rules read it."""
        told = self.cleaned_data
        return FirstContact(
            form=told["form"], language=language, safety=told["safety"], **vars(self.wishes())
        )

    def identity(self) -> PersonIdentity:
        """Who they are, as they told it."""
        told = self.cleaned_data
        reach = (told["reach"],) if told["reach"] else ()
        return PersonIdentity(told["family"], told["given"], told["born_on"], (), reach)


class ContactChangeForm(ContactForm):
    """What a person permits from now on, and why it is said anew."""

    entry_id = fields.entry_id()
    reason = forms.ChoiceField(
        label=_("Why does it change?"),
        choices=[(code, CHANGE_WORDS[code]) for code in CHANGE_REASONS],
        widget=fields.Options,
    )


class ScanForm(forms.Form):
    """A scanned paper."""

    entry_id = fields.entry_id()
    scan = forms.FileField(
        label=_("Scan"),
        help_text=_("A PDF, JPEG or PNG of at most 8 MB. It is encrypted for this person."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        max_length=200,
    )

    def clean_scan(self) -> Any:
        scan = self.cleaned_data["scan"]
        if scan.size > LARGEST_SCAN_BYTES:
            raise forms.ValidationError(_("This scan is larger than 8 MB."))
        data = scan.read()
        scan.seek(0)
        if scan_problem(data) is None and not name_fits(str(scan.name), data):
            raise forms.ValidationError(_("The name of this file ends as another kind of file."))
        return scan


class WaitingForm(forms.Form):
    """One step on the waiting list."""

    entry_id = fields.entry_id()
    step = forms.ChoiceField(
        label=_("What happens?"), choices=list(STEP_WORDS.items()), widget=fields.Options
    )
    reason = forms.ChoiceField(
        label=_("Why?"),
        choices=[
            CHOOSE,
            *(
                (STEP_WORDS[step], [(r, REASON_WORDS[r]) for r in why])
                for step, why in REASONS.items()
            ),
        ],
    )
    on_day = forms.DateField(label=_("On which day?"), widget=fields.Day)
    counts_from = forms.DateField(
        label=_("The wait counts from"),
        help_text=_("Leave empty for the same day."),
        required=False,
        widget=fields.Day,
    )


class LetterForm(forms.Form):
    """A letter: which, to whom, and what is added to it."""

    entry_id = fields.entry_id()
    kind = forms.ChoiceField(
        label=_("What does it say?"),
        choices=[(code, LETTER_WORDS[code]) for code in letters.KINDS],
        widget=fields.ColumnOptions,
    )
    addressee = forms.ChoiceField(
        label=_("To whom?"), choices=list(ADDRESSEE_WORDS.items()), widget=fields.Options
    )
    name = _line(_("Name of who reads it"), _("As it stands after the greeting."), required=True)
    address = forms.CharField(
        label=_("Postal address"),
        help_text=_("As it stands in the window of the envelope; empty if it is handed over."),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=lambda: [(c, get_language_info(c)["name_local"]) for c in letters.languages()],
        initial="en",
        widget=fields.Options,
    )
    detail = forms.CharField(
        label=_("Anything to add?"),
        help_text=_("To a referrer only with the person's permission."),
        required=False,
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class CrisisNumberForm(forms.Form):
    """A public crisis line of one country."""

    entry_id = fields.entry_id()
    country = forms.RegexField(
        label=_("Country"),
        help_text=_("Two capital letters, for example AU."),
        regex=r"^[A-Z]{2}$",
        error_messages={"invalid": _("Write the two capital letters of the country.")},
    )
    number = forms.RegexField(
        label=_("Number"),
        regex=r"^\+?[0-9][0-9 ()/-]{1,38}$",
        error_messages={"invalid": _("A number has digits and spaces.")},
    )
    title = _line(_("What it is called"), "", 120, required=True)


class OnCallForm(forms.Form):
    """The number by which people in treatment reach the site at any hour."""

    entry_id = fields.entry_id()
    number = forms.RegexField(
        label=_("Number at any hour"),
        help_text=_("People in treatment see it on their first page. Try it first."),
        regex=r"^\+?[0-9][0-9 ()/-]{1,38}$",
        error_messages={"invalid": _("A number has digits and spaces.")},
    )
