"""What staff may type in about approvals; a kind of approval shows only the fields that it names."""

import datetime
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, cast

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from holdfast.actions.authority import LONGEST_NUMBER, LONGEST_PRODUCT, LONGEST_VERSION
from holdfast.definitions import jurisdictions, protocols
from holdfast.domain.authority import Act, ApprovalKind, ChangeKind, Scope
from holdfast.records.access import covers
from holdfast.records.people import Site
from holdfast.web import fields
from holdfast.web.fields import CHOOSE
from holdfast.web.staff.authority_words import ACTS, CHANGES, ERRORS, holders, patients

CORRECTIONS: list[tuple[str, str | Promise]] = [
    CHOOSE,
    ("typing-error", _("A slip while typing")),
    ("source-corrected", _("The document was corrected or renewed under the same number")),
    ("better-source", _("A better source says otherwise")),
]


def _protocols(seen: frozenset[str] | None = None) -> list[tuple[str, Any]]:
    found = [
        (f"{name}/{number}", f"{protocols.load(name, number).title} ({number})")
        for name in protocols.names()
        if covers(seen, name)
        for number in protocols.versions(name)
    ]
    return [CHOOSE, *found]


class Document(forms.Form):
    """The scan of a document, of which the hash is kept, and the signature."""

    entry_id = fields.entry_id()
    document = forms.FileField(
        label=_("Scan of the document"),
        help_text=_("Only its hash is recorded. Keep the document itself where your site does."),
        required=False,
        max_length=200,
    )
    password = fields.password_again()

    def document_sha256(self) -> str | None:
        """The hash of the file that was sent; None where none was."""
        sent = self.cleaned_data.get("document")
        if sent is None:
            return None
        digest = sha256()
        for piece in sent.chunks():
            digest.update(piece)
        return digest.hexdigest()


class ScopeFields(forms.Form):
    """What an approval or an act is for."""

    protocol = forms.ChoiceField(label=_("Protocol and version"), choices=_protocols)
    consent = forms.CharField(
        label=_("Version of the consent document"),
        help_text=_("As it stands on it: letters, digits, points and hyphens, like 2.1."),
        max_length=LONGEST_VERSION,
    )
    product = forms.SlugField(
        label=_("Product"),
        help_text=_("In lower-case words joined by hyphens, like mdma-40-mg."),
        max_length=LONGEST_PRODUCT,
    )
    person = forms.ChoiceField(label=_("Who does the act, or holds the licence"))
    patient = forms.ChoiceField(label=_("Patient"))

    def fill_people(
        self, site: Site, now: datetime.datetime, seen: frozenset[str] | None = None
    ) -> None:
        """Offer the people of this site; patients and protocols of these studies alone."""
        offered = (
            ("person", holders(site, now)),
            ("patient", patients(site, seen)),
            ("protocol", _protocols(seen)[1:]),
        )
        for name, found in offered:
            if name in self.fields:
                cast(forms.ChoiceField, self.fields[name]).choices = [CHOOSE, *found]


class ApprovalForm(Document, ScopeFields):
    """One approval or licence, as its document says."""

    starts_on = forms.DateField(label=_("First day"), widget=fields.Day)
    ends_on = forms.DateField(
        label=_("Last day"),
        help_text=_("It is valid on this day too. Left empty, nobody knows that it still stands."),
        required=False,
        widget=fields.Day,
    )
    is_open_ended = forms.BooleanField(label=_("The document names no end"), required=False)
    act = forms.MultipleChoiceField(label=_("It lets its holder"), widget=fields.ManyOptions)
    number = forms.CharField(
        label=_("Number of the document"),
        help_text=_("It is kept encrypted."),
        required=False,
        max_length=LONGEST_NUMBER,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.ChoiceField(label=_("Why is it corrected?"), choices=CORRECTIONS)

    field_order = [
        "entry_id",
        "protocol",
        "consent",
        "product",
        "person",
        "patient",
        "act",
        "starts_on",
        "ends_on",
        "is_open_ended",
        "number",
        "document",
        "reason",
        "password",
    ]

    def __init__(
        self,
        *args: Any,
        kind: ApprovalKind,
        site: Site,
        now: datetime.datetime,
        corrects: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        absent = [scope.value for scope in Scope if scope not in kind.scope]
        for name in absent if corrects else [*absent, "reason"]:
            del self.fields[name]
        if Scope.ACT in kind.scope:
            choice = cast(forms.MultipleChoiceField, self.fields["act"])
            choice.choices = [(act.value, ACTS[act]) for act in kind.acts]
        self.fill_people(site, now)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is before the first."))
        if last and cleaned.get("is_open_ended"):
            self.add_error("is_open_ended", _("There is a last day already."))
        return cleaned


class ChangeForm(Document):
    """An approval was suspended, resumed or withdrawn."""

    change = forms.ChoiceField(
        label=_("What befell it?"),
        choices=[(kind.value, words) for kind, words in CHANGES.items()],
        widget=fields.Options,
    )
    from_on = forms.DateField(
        label=_("From which day on?"),
        help_text=_("Not needed for what was entered in error."),
        required=False,
        widget=fields.Day,
    )
    reason = forms.ChoiceField(
        label=_("Why was it an error?"),
        help_text=_("Only for what was entered in error."),
        choices=[fields.CHOOSE, *ERRORS.items()],
        required=False,
    )

    field_order = ("entry_id", "change", "from_on", "reason", "document", "password")

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        is_error = told.get("change") == ChangeKind.IN_ERROR.value
        if is_error and not told.get("reason"):
            self.add_error("reason", _("Say why it was an error."))
        if not is_error and "from_on" in told and told["from_on"] is None:
            self.add_error("from_on", _("Give the day."))
        return told

    def changed(self) -> ChangeKind:
        """What befell it."""
        return ChangeKind(self.cleaned_data["change"])


class JurisdictionForm(forms.Form):
    """Under which law the site works."""

    entry_id = fields.entry_id()
    jurisdiction = forms.ChoiceField(
        label=_("Jurisdiction"),
        choices=lambda: [(name, jurisdictions.load(name).title) for name in jurisdictions.names()],
        widget=fields.ColumnOptions,
    )
    password = fields.password_again()


class CheckForm(ScopeFields):
    """An act on a day, and as much as is known of what it concerns."""

    act = forms.ChoiceField(
        label=_("What is to be done?"), choices=[(act.value, ACTS[act]) for act in Act]
    )
    on = forms.DateField(label=_("On which day?"), widget=fields.Day)

    field_order = ("act", "on", "person", "patient", "product", "protocol", "consent")

    def __init__(
        self,
        *args: Any,
        site: Site,
        now: datetime.datetime,
        seen: frozenset[str] | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in self._left_open():
            self.fields[name].required = False
        self.fill_people(site, now, seen)

    def _left_open(self) -> Iterable[str]:
        return ("person", "patient", "product", "protocol", "consent")
