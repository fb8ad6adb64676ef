"""A request that the permission table let in: who asks, at which site, with which permissions."""

from django.http import HttpRequest
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from holdfast.records import access
from holdfast.records.people import Site, User


class Admitted(HttpRequest):
    """What a view may rely on. ``web.permissions`` sets it before any view of a site runs."""

    user: User
    here: Site
    study: str | None  # of the enrollment or protocol that the address names
    permissions: frozenset[str]  # for that study; where the address names none, for any
    request_id: str
    htmx: HtmxDetails
    by_header: bool


def studies(request: Admitted, permission: str) -> frozenset[str] | None:
    """The studies of the request's site for which the person asking may; None for every one."""
    return access.studies_of(request.user, request.here, permission, timezone.now())


def study_for(request: Admitted, permission: str, chosen: str) -> str | None:
    """The study an entry belongs to: the chosen one, or the only one this person works for."""
    if chosen:
        return chosen
    mine = studies(request, permission)
    return next(iter(mine)) if mine is not None and len(mine) == 1 else None
