"""The clinical records of a course beside its tests: taper, safety, calls, notes, goals, readiness."""

from typing import ClassVar

from django.db import models

from holdfast.records.care import Enrollment
from holdfast.records.columns import ExactDecimal, Instant, SafeText, SealedText, names
from holdfast.records.facts import CORRECTION, FACT, Correctable, Fact
from holdfast.records.people import User


class OfCourse(Correctable):
    """Something recorded in a course that may be said anew; ``is_withdrawn``: entered in error."""

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="+")
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        abstract = True


OF_COURSE = FACT + CORRECTION + "enrollment_id is_withdrawn "


class TaperPlan(OfCourse):
    """How a medicine is tapered, agreed with who prescribes it outside; the names are sealed.

    ``restart_by`` says who decides on starting it again. The doses by day are ``TaperStep``.
    """

    hashed: ClassVar = {
        1: names(
            OF_COURSE + "medicine prescriber agreed_on stop_criteria symptoms restart_by "
            "last_dose_on"
        )
    }

    RESTART_BY = ("prescriber", "site-physician", "both")

    medicine = SealedText()
    prescriber = SealedText()
    agreed_on = models.DateField()
    stop_criteria = SealedText()
    symptoms = SealedText()
    restart_by = SafeText(max_length=20)
    last_dose_on = models.DateField(null=True)  # None: it is lowered, not stopped


class TaperStep(Fact):
    """From this day on this much a day, until the next step."""

    hashed: ClassVar = {1: names(FACT + "plan_id from_day dose unit")}

    plan = models.ForeignKey(TaperPlan, models.PROTECT, related_name="steps")
    from_day = models.DateField()
    dose = ExactDecimal()
    unit = SafeText(max_length=20)


class TaperTurn(Fact):
    """What befell a taper: held to, stopped, a dosing postponed, and what was decided then."""

    KINDS = ("finished", "stopped", "dosing-postponed", "stays-without", "restarted")

    hashed: ClassVar = {
        1: names(FACT + "enrollment_id plan_id kind on_day words decided_at decided_by_id")
    }

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="+")
    plan = models.ForeignKey(TaperPlan, models.PROTECT, related_name="turns")
    kind = SafeText(max_length=20)
    on_day = models.DateField()
    words = SealedText(null=True)
    decided_at = Instant()
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class SafetyPlan(OfCourse):
    """What the person and the team do when it becomes dangerous, in the person's own words."""

    hashed: ClassVar = {
        1: names(OF_COURSE + "warning_signs own_steps people places means agreed_on")
    }

    warning_signs = SealedText()
    own_steps = SealedText()
    people = SealedText()
    places = SealedText()
    means = SealedText()
    agreed_on = models.DateField()


class ReachableContact(OfCourse):
    """Somebody near the person who can be reached, and whether the person permits to call them."""

    hashed: ClassVar = {1: names(OF_COURSE + "name number relation may_call asked_on")}

    name = SealedText()
    number = SealedText()
    relation = SafeText(max_length=20)
    may_call = models.BooleanField()
    asked_on = models.DateField()

    RELATIONS = ("partner", "family", "friend", "clinician", "other")


class Goal(OfCourse):
    """What the person wants from the treatment, in their own words."""

    hashed: ClassVar = {1: names(OF_COURSE + "words set_on")}

    words = SealedText()
    set_on = models.DateField()


class GoalRating(OfCourse):
    """How near the person says they are to a goal, 0 to 10, at one visit."""

    hashed: ClassVar = {1: names(OF_COURSE + "goal_id visit rating rated_on words")}

    goal = models.ForeignKey(Goal, models.PROTECT, related_name="ratings")
    visit = SafeText(max_length=60, default="")
    rating = models.IntegerField()
    rated_on = models.DateField()
    words = SealedText(null=True)


class Readiness(OfCourse):
    """One of three judged whether it is time, and whether there is trust enough: None, cannot say."""

    JUDGES = ("person", "therapist")

    hashed: ClassVar = {
        1: names(OF_COURSE + "judge visit is_ready has_trust words judged_at judged_by_id")
    }

    judge = SafeText(max_length=20)
    visit = SafeText(max_length=60, default="")
    is_ready = models.BooleanField(null=True)
    has_trust = models.BooleanField(null=True)
    words = SealedText(null=True)
    judged_at = Instant()
    judged_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class Note(OfCourse):
    """A note of the general record."""

    KINDS = ("visit", "contact", "medical", "handover")

    hashed: ClassVar = {1: names(OF_COURSE + "kind visit words on_day")}

    kind = SafeText(max_length=20)
    visit = SafeText(max_length=60, default="")
    words = SealedText()
    on_day = models.DateField()


class PsychotherapyNote(OfCourse):
    """A therapist's own note on a conversation, kept apart: its own key, its own permission."""

    hashed: ClassVar = {1: names(OF_COURSE + "visit words on_day")}

    visit = SafeText(max_length=60, default="")
    words = SealedText()
    on_day = models.DateField()


class CallPlanned(OfCourse):
    """A call that must take place by a moment. ``after_dosing``: one missed is an alarm at once."""

    hashed: ClassVar = {1: names(OF_COURSE + "due_at after_dosing purpose visit")}

    PURPOSES = ("after-dosing", "safety", "taper", "follow-up", "other")

    due_at = Instant()
    after_dosing = models.BooleanField()
    purpose = SafeText(max_length=20)
    visit = SafeText(max_length=60, default="")


class CallHeld(OfCourse):
    """A call or video call, or a try. It begins with where the person is and a number to call back."""

    WAYS = ("telephone", "video")
    OUTCOMES = ("spoke", "no-answer", "message-left")

    hashed: ClassVar = {
        1: names(
            OF_COURSE + "planned_id way outcome whereabouts call_back safety answers called_at "
            "called_by_id"
        )
    }

    planned = models.ForeignKey(CallPlanned, models.PROTECT, null=True, related_name="calls")
    way = SafeText(max_length=20)
    outcome = SafeText(max_length=20)
    whereabouts = SealedText(null=True)
    call_back = SealedText(null=True)
    safety = SafeText(max_length=20, default="")  # a code of domain.calls.SAFETY
    answers = SealedText(null=True)  # canonical JSON: code of the question, the words
    called_at = Instant()
    called_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class EventCandidate(OfCourse):
    """Something that may be an adverse event, whatever told of it; a physician judges it later.

    ``source`` is where it came from, ``source_id`` the fact that told of it. No relation to the
    treatment is asked here.
    """

    SOURCES = (
        *("taper", "call", "visit", "session", "new-medicine", "laboratory", "person"),
        "other",
    )
    INTENSITIES = ("mild", "moderate", "severe", "not-known")

    hashed: ClassVar = {
        1: names(
            OF_COURSE + "words source source_id onset_on intensity ended_on is_ongoing "
            "is_serious known_at known_by_id"
        )
    }

    words = SealedText()
    source = SafeText(max_length=20)
    source_id = models.UUIDField(null=True)
    onset_on = models.DateField(null=True)
    intensity = SafeText(max_length=20)
    ended_on = models.DateField(null=True)
    is_ongoing = models.BooleanField(null=True)
    is_serious = models.BooleanField(null=True)
    known_at = Instant()
    known_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class OutsideTreatment(OfCourse):
    """A treatment by somebody else while the course runs: a medicine, a therapy, a hospital stay."""

    KINDS = ("medicine", "psychotherapy", "hospital", "other")

    hashed: ClassVar = {1: names(OF_COURSE + "kind words began_on ended_on")}

    kind = SafeText(max_length=20)
    words = SealedText()
    began_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)


_USE = OF_COURSE + "substance times last_used_on in_treatment words"


class PsychedelicUse(OfCourse):
    """How often in a lifetime a person took one psychedelic, inside a treatment or out of it.

    What this course gave is not told here: its sessions count it.
    """

    SUBSTANCES = (
        "mdma",
        "psilocybin",
        "lsd",
        "ayahuasca",
        "mescaline",
        "ketamine",
        "other",
    )

    HOW_KNOWN = ("told", "document", "estimated")

    hashed: ClassVar = {
        1: names(_USE),
        2: names(_USE + " total_mg how_known"),
    }

    substance = SafeText(max_length=20)
    times = models.IntegerField(null=True)  # None: not known
    last_used_on = models.DateField(null=True)
    in_treatment = models.BooleanField(null=True)
    words = SealedText(null=True)
    total_mg = ExactDecimal(null=True)  # milligrams of all of it together, at most; None: not known
    how_known = SafeText(max_length=20, null=True)  # how the milligrams are known


class ChecklistDone(OfCourse):
    """A checklist as it was gone through. ``items`` is canonical JSON: item and yes, no or n/a."""

    hashed: ClassVar = {1: names(OF_COURSE + "checklist visit items words done_at done_by_id")}

    checklist = SafeText(max_length=40)
    visit = SafeText(max_length=60, default="")
    items = models.TextField()
    words = SealedText(null=True)
    done_at = Instant()
    done_by = models.ForeignKey(User, models.PROTECT, related_name="+")
