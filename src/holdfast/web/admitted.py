"""A request that the permission table let in: who asks, at which site, with which permissions."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from holdfast.records.people import Site, User


class Admitted(HttpRequest):
    """What a view may rely on. ``web.permissions`` sets it before any view of a site runs."""

    user: User
    here: Site
    permissions: frozenset[str]
    request_id: str
    htmx: HtmxDetails
    by_header: bool
