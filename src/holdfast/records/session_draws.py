"""Which recordings were drawn for independent review: by whom, by what seed, out of which sessions."""

from typing import ClassVar

from django.db import models

from holdfast.records.columns import Instant, SafeText, names
from holdfast.records.facts import FACT, Fact
from holdfast.records.people import Site, User


class RecordingsDrawn(Fact):
    """Closed sessions were drawn whose recordings somebody independent reviews; in the site's stream.

    ``among`` and ``drawn`` are canonical JSON lists of session ids: those it was drawn from, and those
    drawn. The same seed over the same sessions gives the same, so anybody can check it.
    """

    hashed: ClassVar = {
        1: names(FACT + "site_id seed share_percent since until among drawn drawn_at drawn_by_id")
    }

    site = models.ForeignKey(Site, models.PROTECT, related_name="recordings_drawn")
    seed = SafeText(max_length=60)
    share_percent = models.IntegerField()
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    among = models.TextField()
    drawn = models.TextField()
    drawn_at = Instant()
    drawn_by = models.ForeignKey(User, models.PROTECT, related_name="+")
