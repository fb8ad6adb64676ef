"""The form of an access review: one decision for each line of somebody else, and the list as shown."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.domain.access_review import Decision
from holdfast.records.access_lists import lines_of
from holdfast.records.people import Site
from holdfast.web import fields

LONGEST = 400_000  # characters of a list: a thousand lines


def field_of(assignment: str) -> str:
    """The name of the field that decides one role."""
    return f"decide-{assignment}"


class AccessReviewForm(forms.Form):
    """The list travels with it as exact text, so that what is signed is what was read."""

    entry_id = fields.entry_id()
    shown = forms.CharField(max_length=LONGEST, strip=False, widget=forms.HiddenInput)
    password = fields.password_again()

    def __init__(
        self, *args: Any, lines: Sequence[Mapping[str, Any]], reviewer: UUID, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for line in lines:
            if line["account"] != reviewer.hex:
                self.fields[field_of(str(line["assignment"]))] = forms.ChoiceField(
                    label=_("What becomes of it?"),
                    choices=[(Decision.KEEP, _("Keep")), (Decision.END, _("End"))],
                    widget=fields.Options,
                    error_messages={"required": _("Keep it or end it.")},
                )

    def field_for(self, assignment: str) -> Any:
        """The field of one line; None for the reviewer's own."""
        name = field_of(assignment)
        return self[name] if name in self.fields else None

    def decisions(self) -> dict[UUID, Decision]:
        """What was decided of each line."""
        return {
            UUID(name.removeprefix("decide-")): Decision(value)
            for name, value in self.cleaned_data.items()
            if name.startswith("decide-")
        }

    def was_shown(self, site: Site) -> str:
        """The list that was sent back, where it is one of this site; empty for anything else."""
        text = str(self.data.get("shown", ""))
        try:
            told = orjson.loads(text)
        except orjson.JSONDecodeError:
            return ""
        is_ours = isinstance(told, dict) and told.get("site") == site.code
        return text if is_ours else ""

    def lines_shown(self) -> list[dict[str, Any]]:
        """The lines of the list that was sent back; none where it is no list of ours."""
        try:
            lines: Any = lines_of(str(self.data.get("shown", "")))
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return []
        wanted = {"assignment", "account", "login", "name_record", "role", "study"}
        if not isinstance(lines, list):
            return []
        return [each for each in lines if isinstance(each, dict) and wanted <= set(each)]
