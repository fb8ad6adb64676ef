"""A session on paper: packs that were made, what became of each, and the lines typed in from them."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from holdfast.records.care import Signature
from holdfast.records.clinical import ClinicalAlarm
from holdfast.records.columns import SafeText, Sha256, names
from holdfast.records.facts import FACT, Fact
from holdfast.records.people import Site, User
from holdfast.records.session import DosingSession, SessionFact


class SessionPack(Fact):
    """A pack of pages was printed for a session. Its serial is on every page; the bytes are hashed."""

    hashed: ClassVar = {1: names(FACT + "session_id serial content_sha256 plan_sha256")}

    session = models.ForeignKey(DosingSession, models.PROTECT, related_name="packs")
    serial = SafeText(max_length=40, unique=True)
    content_sha256 = Sha256()
    plan_sha256 = Sha256()


class PackSettled(Fact):
    """What became of a pack. One of which nothing is said is not accounted for."""

    hashed: ClassVar = {1: names(FACT + "pack_id outcome")}

    OUTCOMES = ("typed-in", "not-written-on", "not-printed", "lost")

    pack = models.OneToOneField(SessionPack, models.PROTECT, related_name="settled")
    outcome = SafeText(max_length=20)


class PaperLine(Fact):
    """One line that was on paper, typed in as an entry of the session and signed by who typed it.

    ``wrote`` is who wrote it on the paper, as the typist says; the entry is the typist's until that
    person signed. ``pack`` None: it was on other paper.
    """

    hashed: ClassVar = {1: names(FACT + "session_id pack_id entry_id page wrote_id signature_id")}

    session = models.ForeignKey(DosingSession, models.PROTECT, related_name="paper_lines")
    pack = models.ForeignKey(SessionPack, models.PROTECT, null=True, related_name="lines")
    entry = models.OneToOneField(SessionFact, models.PROTECT, related_name="paper_line")
    page = models.IntegerField(null=True)
    wrote = models.ForeignKey(User, models.PROTECT, related_name="+")
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class PaperLineSigned(Fact):
    """Who wrote a line on paper signed that it was typed in as they wrote it."""

    hashed: ClassVar = {1: names(FACT + "line_id signature_id")}

    line = models.OneToOneField(PaperLine, models.PROTECT, related_name="signed")
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


def packs_left(site: Site, closed_by: datetime) -> list[SessionPack]:
    """Packs of sessions closed by then of which nobody said what became of them, and not raised yet."""
    left = SessionPack.objects.filter(
        session__site=site, session__closing__recorded_at__lte=closed_by, settled=None
    )
    raised = ClinicalAlarm.objects.filter(kind="pack-unaccounted").values("about")
    rows = left.exclude(id__in=raised).select_related("session__enrollment__site")
    return list(rows.order_by("recorded_at", "id"))
