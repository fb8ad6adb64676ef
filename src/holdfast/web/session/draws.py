"""Draws of recordings for independent review: each as it was made, and what is there of every session drawn."""

from typing import Any

import orjson
from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.outcomes import Receipt
from holdfast.actions.session_draws import LONGEST_SEED, draw_recordings
from holdfast.records.access import printed_name
from holdfast.records.session import DosingSession
from holdfast.records.session_blind import hidden_from_onlookers
from holdfast.records.session_draws import RecordingsDrawn
from holdfast.records.session_review import described
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.fields import Day, entry_id
from holdfast.web.refusals import refusal_words
from holdfast.web.session.kinds import choice_words
from holdfast.web.session.shown import names_of


class DrawForm(forms.Form):
    """What is drawn, by what seed."""

    entry_id = entry_id()
    seed = forms.CharField(
        label=_("Seed"),
        max_length=LONGEST_SEED,
        help_text=_("Agreed before anybody draws, for example 2026-q2."),
    )
    share_percent = forms.IntegerField(
        label=_("Share of the sessions, in per cent"), min_value=1, max_value=100
    )
    since = forms.DateField(label=_("Opened from"), widget=Day, required=False)
    until = forms.DateField(label=_("Opened until"), widget=Day, required=False)


@require_safe
def page(request: Admitted, site: str) -> HttpResponse:
    """Every draw of the site, the newest first."""
    return _page(request, DrawForm(auto_id="draw_%s"))


@require_POST
def draw(request: Admitted, site: str) -> HttpResponse:
    """Draw, once; it stays on record with its seed."""
    form = DrawForm(request.POST, auto_id="draw_%s")
    if not form.is_valid():
        return _page(request, form, 422)
    outcome = draw_recordings(
        site=request.here, by=request.user, now=timezone.now(), **form.cleaned_data
    )
    if isinstance(outcome, Receipt):
        return go_on(request, request.path.removesuffix("draw/"), "recordings-drawn")
    form.add_error(None, refusal_words(outcome))
    return _page(request, form, 422)


def _page(request: Admitted, form: DrawForm, status: int = 200) -> HttpResponse:
    rows = RecordingsDrawn.objects.filter(site=request.here).select_related("drawn_by")
    draws = [_draw(row) for row in rows.order_by("-position")]
    context = {"form": form, "draws": draws, "done": done_words(request)}
    return render(request, "session/draws.html", context, status=status)


def _draw(row: RecordingsDrawn) -> dict[str, Any]:
    ids = orjson.loads(row.drawn)
    found = DosingSession.objects.filter(id__in=ids).select_related("enrollment__site", "closing")
    hidden = hidden_from_onlookers(found)
    return {
        "seed": row.seed,
        "share": row.share_percent,
        "since": row.since,
        "until": row.until,
        "at": row.drawn_at,
        "by": printed_name(row.drawn_by),
        "of": len(orjson.loads(row.among)),
        "count": len(ids),
        "sessions": [
            _session(described(each)) for each in found.order_by("id") if each.id not in hidden
        ],
    }


def _session(told: dict[str, Any]) -> dict[str, Any]:
    names = names_of(each["custodian"] for each in told["files"])
    covered = [
        f"{choice_words(stream)} {share} %"
        for stream, share in told["covered_percent"].items()
        if share is not None
    ]
    return {
        "number": told["number"],
        "visit": told["visit"],
        "covered": ", ".join(covered),
        "files": [
            {
                "file": each["file"],
                "stream": choice_words(each["stream"]),
                "sha256": each["sha256"],
                "keeper": names.get(each["custodian"], ""),
            }
            for each in told["files"]
        ],
        "without": ", ".join(told["files_without_a_hash"]),
    }
