"""A dosing session: its plan, its entries, what was authorised, the alarms it raised, how it ended.

All of it is in the stream of the enrollment, but for the pages, which are in the site's. What an entry
means is judged in ``domain.monitoring`` and ``domain.dosing``; here is what happened.
"""

from typing import ClassVar

from django.db import models

from holdfast.records.bookings import Booking
from holdfast.records.care import PROTOCOL, Enrollment, ProtocolBound, Signature
from holdfast.records.columns import ExactDecimal, Instant, SafeText, SealedText, Sha256, names
from holdfast.records.duty import DutyPage
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.gates import GatePassed
from holdfast.records.people import Site, User
from holdfast.records.rooms import Room, RoomEntry


class PersonalLimit(Correctable):
    """A physician signed a number of the monitoring for one person and one visit, before the dose."""

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + "enrollment_id visit code value unit remark signed_at signed_by_id "
            "signature_id is_withdrawn"
        )
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="personal_limits")
    visit = SafeText(max_length=60)
    code = SafeText(max_length=60)
    value = ExactDecimal()
    unit = SafeText(max_length=30)
    remark = SealedText(null=True)
    signed_at = Instant()
    signed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")
    is_withdrawn = models.BooleanField(default=False)


class DosingSession(ProtocolBound, Fact):
    """A dosing session was opened. ``passed`` is the gate's authorisation to begin, where there was one.

    ``came`` is ``open``, or ``paper`` for one that is written down afterwards; ``opened_at`` when it
    began either way. Sessions of one ``group_key`` share a room and a team.
    """

    hashed: ClassVar = {
        1: names(
            FACT + PROTOCOL + "site_id enrollment_id visit number booking_id room_id group_key "
            "passed_id came opened_at opened_by_id"
        )
    }

    CAME = ("open", "paper")

    site = models.ForeignKey(Site, models.PROTECT, related_name="dosing_sessions")
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="dosing_sessions")
    visit = SafeText(max_length=60)
    number = models.IntegerField()  # which dosing session of the course, from 1
    booking = models.ForeignKey(Booking, models.PROTECT, null=True, related_name="+")
    room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="+")
    group_key = models.UUIDField(null=True)
    passed = models.ForeignKey(GatePassed, models.PROTECT, null=True, related_name="+")
    came = SafeText(max_length=10)
    opened_at = Instant()
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class SessionPlanned(Fact):
    """The plan of a session, compiled: canonical JSON of codes and numbers, without a word.

    ``course`` is, likewise, what was taken before and who is what. Compiled when the session is opened, and anew only where a personal limit is signed before the
    first dose; the newest stands.
    """

    hashed: ClassVar = {1: names(FACT + "session_id plan plan_sha256 course")}

    session = models.ForeignKey(DosingSession, models.PROTECT, related_name="plans")
    plan = models.TextField()
    plan_sha256 = Sha256()
    course = models.TextField()


class SessionFact(Fact):
    """One entry of a session. Its id is the entry's own, made by whoever wrote it.

    ``fields`` is canonical JSON of codes and numbers; words are sealed. ``written_by`` None: nobody's
    yet. ``corrects`` names an entry that may come later than its correction; ``counterpart`` is the
    fact in the other person's record where an entry was moved. An order and what sets a finding
    aside are signed.
    """

    hashed: ClassVar = {
        1: names(
            FACT + "session_id kind at fields words corrects counterpart written_by_id came "
            "room_entry_id signature_id"
        )
    }

    session = models.ForeignKey(DosingSession, models.PROTECT, related_name="facts")
    kind = SafeText(max_length=40)
    at = Instant()  # when it was true
    fields = models.TextField(default="{}")
    words = SealedText(null=True)
    corrects = models.UUIDField(null=True)
    counterpart = models.UUIDField(null=True)
    written_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    came = SafeText(max_length=10)
    room_entry = models.OneToOneField(
        RoomEntry, models.PROTECT, null=True, related_name="session_fact"
    )
    signature = models.ForeignKey(Signature, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["session", "position"], name="session_fact_in_order")]


class Authorisation(Fact):
    """A gate of the session was open: an authorisation of one act, until it expires.

    ``shown`` is the exact JSON of every finding, sealed; ``outcomes`` plain canonical JSON of
    condition, code, outcome, reason and who set it aside, without values. The dose is nominal.
    """

    hashed: ClassVar = {
        1: names(
            FACT + "session_id gate dose nominal_mg outcomes shown gates_sha256 plan_sha256 "
            "issued_at issued_by_id expires_at judged_at_position signature_id"
        )
    }

    session = models.ForeignKey(DosingSession, models.PROTECT, related_name="authorisations")
    gate = SafeText(max_length=40)
    dose = SafeText(max_length=20, default="")
    nominal_mg = ExactDecimal(null=True)
    outcomes = models.TextField()
    shown = SealedText()
    gates_sha256 = Sha256()
    plan_sha256 = Sha256()
    issued_at = Instant()
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+")  # who asked the gate
    expires_at = Instant()
    judged_at_position = models.BigIntegerField()
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")


class AlarmRaised(Fact):
    """A condition was judged true, and since when; it stays raised whatever becomes known later.

    ``condition`` is what it is known by; ``because``, ``told`` and ``sounds_at`` are canonical JSON
    lists of entry ids and of codes. ``judged_with`` is the entry it was judged with; None, the watch
    found it by the clock. Who acknowledged it is an entry of the session.
    """

    hashed: ClassVar = {
        1: names(
            FACT + "session_id condition code tier measure detail since known_at because do told "
            "sounds_at number value judged_with"
        )
    }

    session = models.ForeignKey(DosingSession, models.PROTECT, related_name="alarms")
    condition = SafeText(max_length=300)
    code = SafeText(max_length=60)
    tier = SafeText(max_length=20)
    measure = SafeText(max_length=60, default="")
    detail = SafeText(default="")
    since = Instant()
    known_at = Instant()
    because = models.TextField(default="[]")
    do = SafeText(max_length=60, default="")
    told = models.TextField(default="[]")
    sounds_at = models.TextField(default="[]")
    number = SafeText(max_length=60, default="")
    value = ExactDecimal(null=True)
    judged_with = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "condition"], name="one_condition_once")
        ]
        # Of what reaches beyond the room, what was not paged is looked for every few seconds.
        indexes = [models.Index(fields=["tier", "session"], name="alarm_by_tier")]


class AlarmPaged(Fact):
    """The signal of an alarm that reaches beyond the room: the page that carries it, in the site's stream."""

    hashed: ClassVar = {1: names(FACT + "alarm_id page_id")}

    REASONS = ("session-alarm-notify", "session-alarm-urgent", "session-alarm-emergency")

    alarm = models.OneToOneField(AlarmRaised, models.PROTECT, related_name="paged")
    page = models.ForeignKey(DutyPage, models.PROTECT, related_name="session_alarms")


class SessionClosed(Fact):
    """A session was closed, by the exit that its entries name."""

    hashed: ClassVar = {
        1: names(FACT + "session_id exit authorisation_id came closed_at closed_by_id")
    }

    session = models.OneToOneField(DosingSession, models.PROTECT, related_name="closing")
    exit = SafeText(max_length=40)
    authorisation = models.ForeignKey(Authorisation, models.PROTECT, null=True, related_name="+")
    came = SafeText(max_length=10)
    closed_at = Instant()
    closed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
