"""The pulse that every page asks for: does the watch live, and is a page open where I am?

It is no act of a person: it neither keeps a session awake nor writes anything.
"""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from holdfast.domain import duty
from holdfast.records import access, heartbeats
from holdfast.records.duty import DutyPage
from holdfast.records.rota import duty_now, page_value, pages_of


@never_cache
@require_safe
def pulse(request: HttpRequest) -> JsonResponse:
    """The loops that are stale, and the sites of mine with open pages, by code."""
    now = timezone.now()
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
    return JsonResponse({"stale": [s.loop for s in heartbeats.stale(now)], "pages": open_at})
