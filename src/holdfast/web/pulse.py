"""The pulse that every page asks for: does the watch live, and is a page open where I am?

It is no act of a person: it neither keeps a session awake nor writes anything. Everybody who can
open a page is told whether the watch lives; open pages are told to whom they concern.
"""

from datetime import datetime, timedelta

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from holdfast.domain import duty
from holdfast.records import access, heartbeats
from holdfast.records.duty import DutyPage
from holdfast.records.rota import duty_now, page_value, pages_of

LOOP = "paging"  # the loop whose silence is told within 45 seconds
_MILLISECOND = timedelta(milliseconds=1)


@never_cache
@require_safe
def pulse(request: HttpRequest) -> JsonResponse:
    """The loops that are stale, how old the watch's last sign of life is, and my sites' pages."""
    now = timezone.now()
    return JsonResponse(
        {
            "known": request.user.is_authenticated,
            "stale": [stale.loop for stale in heartbeats.stale(now)],
            "pages": _open_at(request, now) if request.user.is_authenticated else [],
        }
        | _age(now)
    )


def _age(now: datetime) -> dict[str, int | None]:
    """What a browser needs to go on judging by itself until it is answered again."""
    beat = heartbeats.last_beat(LOOP)
    return {
        "age_ms": (now - beat) // _MILLISECOND if beat else None,
        "silent_after_ms": heartbeats.silent_after(LOOP) // _MILLISECOND,
    }


def _open_at(request: HttpRequest, now: datetime) -> list[str]:
    sites = [
        site
        for site in access.sites_of(request.user, now)
        if "duty.see" in access.permissions_of(request.user, site, now)
    ]
    open_at = []
    for site in sites:
        rows = [row for row in pages_of(site, now) if row.reason != DutyPage.TEST]
        if rows:
            state = duty_now(site, rows, now)
            if any(not duty.is_answered(page_value(row), state) for row in rows):
                open_at.append(site.code)
    return open_at
