"""The number that the pair calls where Holdfast cannot: the site's own, by telephone."""

from holdfast.records.calls import OnCallNumber
from holdfast.records.people import Site


def on_call_number(site: Site) -> str:
    """The number of the site's physician on call; empty where none is kept."""
    row = OnCallNumber.objects.filter(site=site, corrected_by=None).order_by("-position").first()
    return row.number if row else ""
