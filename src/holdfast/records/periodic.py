"""Reports made from the record for a regulator: the counts as they were, and of which days."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models

from holdfast.domain.periodic_report import Event
from holdfast.records.clinical_care import EventCandidate
from holdfast.records.columns import SafeText, Sha256, names
from holdfast.records.course import VisitHeld
from holdfast.records.facts import FACT, Fact
from holdfast.records.people import Site


class PeriodicReport(Fact):
    """A report was made. ``content`` is canonical JSON of counts: nobody is named in it."""

    hashed: ClassVar = {1: names(FACT + "site_id kind first_day last_day content content_sha256")}

    site = models.ForeignKey(Site, models.PROTECT, related_name="periodic_reports")
    kind = SafeText(max_length=20)
    first_day = models.DateField()
    last_day = models.DateField()
    content = models.TextField()
    content_sha256 = Sha256()


def dosing_days(site: Site, protocol: str) -> list[list[date]]:
    """The days of every dosing session that was held, for each person under a protocol."""
    rows = VisitHeld.objects.filter(
        enrollment__site=site,
        enrollment__protocol_name=protocol,
        kind="dosing",
        corrected_by=None,
        is_withdrawn=False,
    ).values_list("enrollment__person_id", "on")
    found: dict[object, list[date]] = {}
    for person, day in rows:
        found.setdefault(person, []).append(day)
    return list(found.values())


def events_known(site: Site, protocol: str) -> Sequence[Event]:
    """Every possible adverse event under a protocol, by the site's own day on which it was known."""
    rows = EventCandidate.objects.filter(
        enrollment__site=site,
        enrollment__protocol_name=protocol,
        corrected_by=None,
        is_withdrawn=False,
    )
    zone = ZoneInfo(site.zone)
    return [Event(row.known_at.astimezone(zone).date(), row.is_serious) for row in rows]
