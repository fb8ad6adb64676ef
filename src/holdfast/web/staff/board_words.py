"""Words of the board and of a course: states, acts behind gates, conditions, kinds of visits."""

from datetime import date, datetime
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from holdfast.definitions import protocols
from holdfast.domain.course import Status
from holdfast.domain.findings import Outcome
from holdfast.domain.gates import Act
from holdfast.records.board import NOT_JUDGED, NOT_READABLE, TO_ENROLL
from holdfast.records.clinical_now import PLANNED_CALL, RESULT_REVIEW

STATUSES = {
    TO_ENROLL: _("To enroll"),
    Status.RUNNING.value: _("Running"),
    Status.PAUSED.value: _("Paused"),
    Status.TREATMENT_STOPPED.value: _("Treatment stopped"),
    Status.LOST.value: _("Cannot be reached"),
    Status.TRANSFERRED.value: _("Transferred"),
    Status.COMPLETED.value: _("Completed"),
    Status.CLOSED.value: _("Closed"),
    NOT_READABLE: _("Protocol file changed"),
    NOT_JUDGED: _("Could not be judged"),
}
ACTS = {
    Act.ENROLL.value: _("Enroll"),
    Act.BEGIN_PREPARATION.value: _("Begin preparation"),
    Act.RANDOMIZE.value: _("Randomize"),
    Act.SCHEDULE_DOSING.value: _("Schedule the dosing session"),
    Act.BEGIN_DOSING.value: _("Begin the dosing session"),
}
# What is awaited besides a visit.
AWAITED = {
    PLANNED_CALL: _("Planned call"),
    RESULT_REVIEW: _("Results to be reviewed"),
}
# Every condition of definitions/gates.toml in as few words as the board has room for.
CONDITIONS = {
    "verdict": _("signed verdict"),
    "one-course": _("no other course"),
    "consent": _("consent"),
    "baseline-rating": _("baseline rating"),
    "eligibility-at-last-preparation": _("eligible at the last preparation"),
    "expectancy-participant": _("the person's expectancy"),
    "expectancy-therapists": _("the therapists' expectancy"),
    "psychedelic-use": _("psychedelic use"),
    "approvals": _("approvals"),
    "course": _("the course runs"),
    "pauses": _("nobody paused"),
    "pair": _("therapist pair"),
    "contact": _("reachable contact"),
    "safety-plan": _("safety plan"),
    "taper": _("taper and washout"),
    "results": _("laboratory and ECG"),
    "readiness": _("readiness"),
    "agreements": _("agreements, item by item"),
    "visits-before": _("visits before it"),
    "visits-skipped": _("a skipped visit"),
    "window": _("its window"),
    "booking": _("booking"),
    "post": _("on-call physician"),
    "washout-again": _("washout after postponing"),
    "eligibility-again": _("eligibility after postponing"),
    "restart-decided": _("restarting medicines decided"),
    "therapists-certified": _("therapists' certificates"),
    "willing-today": _("willing today"),
    "physician-clearance": _("physician's clearance"),
    "medicine-released": _("medicine released"),
    "room-ready": _("room ready"),
    "rescue-ready": _("emergency medication"),
    "pregnancy-test": _("pregnancy test"),
    "urine-drug-screen": _("urine drug screen"),
    "vital-signs-before": _("vital signs before"),
    "suicidality-asked": _("thoughts of suicide asked"),
    "health-asked": _("health asked"),
    "fasting": _("fasting"),
    "abstinence": _("abstinence"),
    "company-home": _("company home"),
    "night-attended": _("company overnight"),
    "record": _("the person's words were erased"),
}
SAID_BY = {
    Outcome.FAILED.value: _("Not met: %(what)s"),
    Outcome.UNKNOWN.value: _("Not known: %(what)s"),
}
KINDS = {
    "preparation": _("Preparation"),
    "dosing": _("Dosing session"),
    "integration": _("Integration"),
    "assessment": _("Assessment"),
    "call": _("Call"),
    "follow-up": _("Follow-up"),
}
PLACES_OF_VISITS = {
    "site": _("at the site"),
    "telehealth": _("by video"),
    "telephone": _("by telephone"),
    "site-overnight": _("at the site, overnight"),
}


@lru_cache(maxsize=256)
def visit_title(study: str, version: int, visit: str) -> str:
    """What a visit is called in the protocol version that a course stands under."""
    schedule = protocols.load(study, version).schedule
    found = schedule.visit(visit) if schedule else None
    return found.title if found else visit


def day_short(day: date) -> str:
    """A day with its weekday: ``Mon 2 Mar 2026``."""
    return date_format(day, "D j M Y")


def clock_short(starts: str) -> str:
    """A booking by the site's own clock: ``Mon 2 Mar 2026, 09:00``."""
    at = datetime.fromisoformat(starts)
    return f"{date_format(at.date(), 'D j M Y')}, {at:%H:%M}"
