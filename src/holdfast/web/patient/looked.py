"""Who looked at me: on a person's own pages, in plain words."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from holdfast.domain.glass import Verdict
from holdfast.records.looks import Opened, emergency_openings, handed_out, looks_at
from holdfast.records.patients import patient_of
from holdfast.web.glass.words import PLAIN_REASONS, PLAIN_VERDICTS
from holdfast.web.words import PARTS, PLAIN_HANDED_OUT, role_title


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every day on which somebody looked, what was handed out, and every emergency opening."""
    mine = patient_of(request.user)
    context: dict[str, Any] = {"mine": mine}
    if mine is not None:
        timezone.activate(ZoneInfo(mine.site.zone))  # web.permissions deactivates it
        context |= {"place": mine.site, **_shown(mine.person_id)}
    return render(request, "patient/looked.html", context)


def _shown(person_id: Any) -> dict[str, Any]:
    return {
        "looks": [
            {
                "day": each.day,
                "part": PARTS[each.part],
                "who": each.who,
                "roles": _titles(each.roles),
                "in_emergency": each.in_emergency,
            }
            for each in looks_at(person_id)
        ],
        "handed_out": [
            {
                "what": PLAIN_HANDED_OUT.get((each.kind, each.recipient), each.kind),
                "at": each.at,
                "who": each.who,
                "roles": _titles(each.roles),
            }
            for each in handed_out(person_id)
        ],
        "openings": [_opening(each) for each in emergency_openings(person_id)],
    }


def _opening(each: Opened) -> dict[str, Any]:
    return {
        "at": each.at,
        "who": each.who,
        "roles": _titles(each.roles),
        "reason": PLAIN_REASONS.get(each.reason, ""),
        "verdict": PLAIN_VERDICTS[Verdict(each.verdict)] if each.verdict else "",
    }


def _titles(roles: tuple[str, ...]) -> list[str]:
    return [role_title(role) for role in roles]
