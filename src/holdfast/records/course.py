"""A course: opened for an enrollment, its visits as they were, its steps, and what deviated."""

from typing import ClassVar

from django.db import models

from holdfast.records.care import PROTOCOL, Confirmation, Enrollment, ProtocolBound, VerdictShown
from holdfast.records.columns import Instant, SafeText, SealedText, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.people import Site, User


class Course(ProtocolBound, Fact):
    """A course began for a referred person whose eligible verdict a physician signed.

    ``enrolled_on`` is the site's own day and anchors ``enrollment``. ``continues`` is the course
    at another site that goes on here.
    """

    hashed: ClassVar = {
        1: names(
            FACT + PROTOCOL + "enrollment_id enrolled_on verdict_id confirmation_id stage "
            "continues_id"
        )
    }

    enrollment = models.OneToOneField(Enrollment, models.PROTECT, related_name="course")
    enrolled_on = models.DateField()
    verdict = models.ForeignKey(VerdictShown, models.PROTECT, related_name="+")
    confirmation = models.ForeignKey(Confirmation, models.PROTECT, related_name="+")
    stage = SafeText(max_length=60)
    continues = models.ForeignKey("self", models.PROTECT, null=True, related_name="continued_by")


class VisitHeld(Correctable):
    """A visit took place, wherever it stood in the plan; recorded, and judged afterwards.

    ``visit`` is a code of the protocol, or empty for a visit that is not in the plan; ``kind`` says
    what it was for. ``on`` is the site's own day on which it began.
    """

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + "enrollment_id visit kind on began_at ended_at place remark "
            "is_withdrawn"
        )
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="visits_held")
    visit = SafeText(max_length=60, default="")
    kind = SafeText(max_length=20)
    on = models.DateField()
    began_at = Instant()
    ended_at = Instant(null=True)
    place = SafeText(max_length=20)
    remark = SealedText(null=True)
    is_withdrawn = models.BooleanField(default=False)  # it never was: entered in error


class VisitAttendance(Fact):
    """Somebody of the staff was at a visit, and as what."""

    hashed: ClassVar = {1: names(FACT + "held_id user_id seat")}

    SEATS = ("lead", "second", "physician", "rater", "coordinator", "attendant", "observer")

    held = models.ForeignKey(VisitHeld, models.PROTECT, related_name="attendance")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    seat = SafeText(max_length=20)


class VisitMissed(Correctable):
    """An appointment was not kept; the visit is still to come."""

    hashed: ClassVar = {
        1: names(FACT + CORRECTION + "enrollment_id visit on reason remark is_withdrawn")
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="visits_missed")
    visit = SafeText(max_length=60)
    on = models.DateField()
    reason = SafeText(max_length=40)
    remark = SealedText(null=True)
    is_withdrawn = models.BooleanField(default=False)


class VisitSkipped(Correctable):
    """A visit of the plan will not be, and why; taken back by a correction."""

    hashed: ClassVar = {
        1: names(FACT + CORRECTION + "enrollment_id visit reason remark is_withdrawn")
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="visits_skipped")
    visit = SafeText(max_length=60)
    reason = SafeText(max_length=40)
    remark = SealedText(null=True)
    is_withdrawn = models.BooleanField(default=False)


class CourseStep(Correctable):
    """A turn of a course, by its kind; ``on`` is the site's own day.

    ``stage`` and ``visits`` (canonical JSON of visit codes) are said where a stage is entered;
    ``to_site`` where the person goes on elsewhere.
    """

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + "enrollment_id kind on reason remark stage visits to_site_id "
            "is_withdrawn"
        )
    }

    KINDS = (
        "stage-entered",
        "paused",
        "resumed",
        "treatment-stopped",
        "lost",
        "found-again",
        "transferred",
        "completed",
        "closed",
    )

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="course_steps")
    kind = SafeText(max_length=20)
    on = models.DateField()
    reason = SafeText(max_length=40, default="")
    remark = SealedText(null=True)
    stage = SafeText(max_length=60, default="")
    visits = models.TextField(default="[]")
    to_site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+")
    is_withdrawn = models.BooleanField(default=False)


class CloseOut(Correctable):
    """What was settled at the end: medicines, continuing care, letters, what is told and when.

    Each is a code; ``plan`` is the continuing-care plan in words, sealed. Of the arm it holds
    whether and when it is told, never what it is.
    """

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + "enrollment_id step_id medicines care plan letters arm_told "
            "arm_told_on results_told results_told_on"
        )
    }

    MEDICINES = ("restarted", "restart-planned", "stays-without", "never-tapered", "not-settled")
    CARE = ("referrer", "own-clinic", "other-clinic", "declined", "none-needed", "not-settled")
    TOLD = ("told", "planned", "declined", "does-not-apply", "not-settled")
    LETTERS = ("referrer", "prescriber", "general-practitioner", "person")

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="close_outs")
    step = models.ForeignKey(CourseStep, models.PROTECT, related_name="close_outs")
    medicines = SafeText(max_length=20)
    care = SafeText(max_length=20)
    plan = SealedText(null=True)
    letters = models.TextField(default="[]")  # canonical JSON list of to whom
    arm_told = SafeText(max_length=20)
    arm_told_on = models.DateField(null=True)
    results_told = SafeText(max_length=20)
    results_told_on = models.DateField(null=True)


class ContactAttempt(Fact):
    """One try to reach a person who is not to be found, and what came of it."""

    hashed: ClassVar = {
        1: names(FACT + "enrollment_id tried_at tried_by_id channel outcome remark")
    }

    CHANNELS = ("call", "message", "email", "letter", "visit", "contact-person")
    OUTCOMES = ("reached", "no-answer", "message-left", "wrong-number", "returned")

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="contact_attempts")
    tried_at = Instant()
    tried_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    channel = SafeText(max_length=20)
    outcome = SafeText(max_length=20)
    remark = SealedText(null=True)


class Amended(ProtocolBound, Fact):
    """A running enrollment goes on under another version of its protocol, from this day on.

    ``changes`` is canonical JSON: part, code and what of each change. ``asks_for_consent``: the
    person must consent again before the next gated act.
    """

    hashed: ClassVar = {
        1: names(FACT + PROTOCOL + "enrollment_id from_version on changes asks_for_consent")
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="amendments")
    from_version = models.IntegerField()
    on = models.DateField()
    changes = models.TextField(default="[]")
    asks_for_consent = models.BooleanField()


class Deviation(Correctable):
    """Something was not as the protocol says, with its cause; found by the record or by somebody.

    ``held`` is the visit it befell, where it was one; ``cause`` the code of what explains it.
    """

    hashed: ClassVar = {
        1: names(
            FACT + CORRECTION + "enrollment_id kind visit held_id on cause remark is_withdrawn"
        )
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="deviations")
    kind = SafeText(max_length=60)
    visit = SafeText(max_length=60, default="")
    held = models.ForeignKey(VisitHeld, models.PROTECT, null=True, related_name="deviations")
    on = models.DateField()
    cause = SafeText(max_length=80, default="")
    remark = SealedText(null=True)
    is_withdrawn = models.BooleanField(default=False)
