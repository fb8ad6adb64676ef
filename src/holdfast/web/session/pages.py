"""The physician's board of all rooms, and the page of one session, for people who are logged in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from holdfast.domain import monitoring
from holdfast.domain.session_entries import instant
from holdfast.records.access import covers
from holdfast.records.care import Enrollment
from holdfast.records.session import DosingSession
from holdfast.records.session_blind import hidden_from_onlookers
from holdfast.records.session_now import open_sessions
from holdfast.web.admitted import Admitted, studies
from holdfast.web.done import done_words
from holdfast.web.session.following import look_at
from holdfast.web.session.forms import OpenSessionForm
from holdfast.web.session.heard import heard_at
from holdfast.web.session.page_words import panel_words
from holdfast.web.session.shown import alarm_json, head, latest_of, names_of, told
from holdfast.web.session.telephone import on_call_number
from holdfast.web.staff.blind import looks_on
from holdfast.web.staff.who import enrollment_at


@require_safe
def board(request: Admitted, site: str) -> HttpResponse:
    """All rooms of the site; its script keeps it current."""
    context = {"words": panel_words(request.here), "person": str(request.user.id)}
    return render(request, "session/board.html", context)


@never_cache
@require_safe
def board_now(request: Admitted, site: str) -> JsonResponse:
    """Every open session that somebody may see, in short."""
    now, seen = timezone.now(), studies(request, "session.see")
    found = open_sessions(request.here)
    hidden = hidden_from_onlookers(found) if looks_on(request) else frozenset()
    rows = [
        row for row in found if covers(seen, row.enrollment.protocol_name) and row.id not in hidden
    ]
    return JsonResponse(
        {
            "now": instant(now),
            "csrf": get_token(request),
            "sessions": [_line(row, now) for row in rows],
            "may_run": "session.run" in request.permissions,
        }
    )


def _line(session: DosingSession, now: datetime) -> dict[str, Any]:
    look = look_at(session)
    with look.busy:
        alarms = [alarm_json(one) for one in look.alarms(now) if one.is_open or one.condition.holds]
        latest = latest_of(look.entries)
        since = monitoring.since_dose(look.entries, now)
        phase = monitoring.phase(look.plan, look.entries, now).value
        present = [
            one.person for one in monitoring.in_the_room(look.plan, look.entries, now).present
        ]
        numbers = {each.code: str(each.value) for each in look.plan.numbers.values()}
    heard = heard_at(session)
    return {
        **head(session),
        "position": look.position,
        "minutes": None if since is None else int(since.total_seconds() // 60),
        "phase": phase,
        "alarms": alarms,
        "latest": {name: [str(value), instant(at)] for name, (value, at) in latest.items()},
        "present": list(names_of(present).values()),
        "numbers": numbers,
        "units": {each.code: each.unit for each in look.plan.numbers.values()},
        "heard": instant(heard) if heard else None,
    }


def session_at(request: Admitted, enrollment_id: UUID) -> tuple[Enrollment, DosingSession | None]:
    """The newest session of somebody, or the one that the address asks for.

    Who only looks on is told of none that tells the arm.
    """
    enrollment = enrollment_at(request, enrollment_id)
    rows = DosingSession.objects.filter(enrollment=enrollment).select_related(
        "enrollment__site", "site", "room", "closing"
    )
    if looks_on(request):
        rows = rows.exclude(id__in=hidden_from_onlookers(rows))
    if wanted := request.GET.get("session", ""):
        try:
            return enrollment, rows.get(id=UUID(wanted))
        except (ValueError, DosingSession.DoesNotExist):
            raise Http404 from None
    return enrollment, rows.order_by("-opened_at", "-id").first()


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """One session; where none is open, how to open one."""
    enrollment, session = session_at(request, enrollment_id)
    return session_page(request, enrollment, session)


def session_page(
    request: Admitted,
    enrollment: Enrollment,
    session: DosingSession | None,
    form: forms.Form | None = None,
) -> HttpResponse:
    """The page of a session, or with the form to open one; as it was sent where it was not opened."""
    site, may_run = request.here.code, "session.run" in request.permissions
    context = {
        "enrollment": enrollment,
        "number": enrollment.label,
        "session": session,
        "open_form": form or (OpenSessionForm(enrollment=enrollment) if may_run else None),
        "form": form,
        "done": done_words(request),
        "words": panel_words(request.here),
        "person": str(request.user.id),
        "telephone": on_call_number(request.here),
        "may_run": may_run,
        "now_at": reverse("session:now", args=[site, enrollment.id]) + _wanted(session),
        "report_at": reverse("session:report", args=[site, enrollment.id]) + _wanted(session),
        "live_at": reverse("session:live", args=[site]),
        "gate_at": reverse("session:gate", args=[site, enrollment.id, "an-act"]),
    }
    return render(request, "session/session.html", context, status=422 if form else 200)


def _wanted(session: DosingSession | None) -> str:
    return f"?session={session.id}" if session else ""


@never_cache
@require_safe
def now(request: Admitted, site: str, enrollment_id: UUID) -> JsonResponse:
    """What the page of a session shows now; the entries only those behind ``after``."""
    _, session = session_at(request, enrollment_id)
    moment, after = timezone.now(), after_of(request)
    sessions = [told(session, moment, after=after, with_words=True)] if session else []
    return JsonResponse({"now": instant(moment), "csrf": get_token(request), "sessions": sessions})


def after_of(request: Any) -> int:
    """The position up to which a page knows a session; 0 where it knows nothing."""
    given = request.GET.get("after", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0
