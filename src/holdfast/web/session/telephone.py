"""The number that the pair calls where Holdfast cannot: the site's own, by telephone."""

from django.utils.translation import gettext as _

from holdfast.records.calls import CrisisNumber, OnCallNumber
from holdfast.records.people import Site


def on_call_number(site: Site) -> str:
    """The number of the site's physician on call; empty where none is kept."""
    row = OnCallNumber.objects.filter(site=site, corrected_by=None).order_by("-position").first()
    return row.number if row else ""


def numbers_of(site: Site) -> list[list[str]]:
    """The site's own numbers with what each is, the physician on call first."""
    own = on_call_number(site)
    lines = CrisisNumber.objects.filter(site=site, corrected_by=None).order_by("country", "title")
    return [
        *([[str(_("Physician on call")), own]] if own else []),
        *([line.title, line.number] for line in lines),
    ]
