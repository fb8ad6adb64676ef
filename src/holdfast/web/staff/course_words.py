"""Words for what befell a course: why a visit stands where it stands, deviations, turns."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from holdfast.domain.course import CourseNow
from holdfast.domain.held import HELD_AGAIN, NOT_IN_PLAN, NOT_RUNNING, NOT_THE_PAIR
from holdfast.domain.schedule import ENROLLMENT
from holdfast.domain.visits import (
    FROM_ACTUAL,
    FROM_PLAN,
    HAPPENED,
    MOVED,
    NO_ANCHOR,
    NO_WINDOW,
    OUT_OF_ORDER,
    OVERDUE,
    SKIPPED,
    TOO_EARLY,
    TOO_LATE,
)
from holdfast.web.staff.board_words import CONDITIONS, STATUSES

REASONS = {
    HAPPENED: _("in its window"),
    TOO_EARLY: _("Before its window"),
    TOO_LATE: _("After its window"),
    OUT_OF_ORDER: _("Before a visit that comes first"),
    FROM_ACTUAL: _("counted from what happened"),
    FROM_PLAN: _("counted from what is planned"),
    MOVED: _("Can no longer be in its window"),
    OVERDUE: _("Overdue"),
    NO_WINDOW: _("No source gives its window"),
}
SKIPS = {
    SKIPPED: _("Will not be: it was skipped, or the treatment stopped"),
    NO_ANCHOR: _("Will not be: what it counts from did not happen"),
}
STEPS = {
    "stage-entered": _("Entered a stage"),
    "paused": _("Paused"),
    "resumed": _("Resumed"),
    "treatment-stopped": _("Treatment stopped; follow-up goes on"),
    "lost": _("Cannot be reached"),
    "found-again": _("Reached again"),
    "transferred": _("Transferred to another site"),
    "completed": _("Completed"),
    "closed": _("Closed"),
}
DEVIATIONS = {
    "condition-set-aside": _("A condition of a gate was set aside"),
    TOO_EARLY: _("Held before its window"),
    TOO_LATE: _("Held after its window"),
    OUT_OF_ORDER: _("Held before a visit that comes first"),
    "without-booking": _("Held without a booking"),
    "behind-shut-gate": _("Held although the gate was shut"),
    "without-gate": _("Held although no gate was passed"),
    NOT_IN_PLAN: _("Held, and is not in the plan"),
    HELD_AGAIN: _("Held once more"),
    NOT_THE_PAIR: _("Held without both therapists of the pair"),
    NOT_RUNNING: _("Held while the course did not run"),
    "procedure-left-out": _("Something of the procedure was left out"),
    "procedure-otherwise": _("Something of the procedure was done otherwise"),
    "document": _("A document is missing or wrong"),
    "eligibility": _("A criterion was not met"),
    "other": _("Another deviation"),
    "session-without-gate": _("A dosing session without the gate before it"),
    "entry-after-the-close": _("Something happened in a dosing session that was closed"),
    "given-without-authorisation": _("A dose without an authorisation"),
    "given-on-spoken-order": _("A dose on a spoken order"),
    "gate-shut-by-then": _("Authorised, and done when the gate was shut by then"),
    "given-outside-window": _("A supplement outside its window"),
    "given-before-initial-dose": _("A supplement before the initial dose"),
    "dose-doubled": _("A dose given twice"),
    "not-on-menu": _("A dose that the protocol does not have"),
    "not-as-ordered": _("Another dose than was ordered"),
    "over-session-most": _("More in one session than the protocol has at most"),
    "given-after-it-was-decided-against": _("A dose after it was decided against"),
    "given-after-the-end": _("A dose after the end of the session"),
    "recorded-late": _("A dose recorded long after it was"),
    "dose-record-taken-back": _("The record of a dose taken back"),
    "set-aside": _("A finding of a session set aside"),
    "released-without-authorisation": _("Went home, or stayed the night, without an authorisation"),
    "left-against-advice": _("Left against advice"),
    "dose-dropped": _("A dose dropped"),
    "dose-spat": _("A dose spat out"),
    "dose-vomited": _("Vomited after a dose"),
}


def cause_words(course: CourseNow, cause: str) -> str:
    """What explains a deviation: a visit by its title, a condition or state by its name."""
    if not cause:
        return ""
    if cause == ENROLLMENT:
        return _now("because of the day of enrollment")
    if visit := course.schedule.visit(cause):
        return _now("because of: %(visit)s") % {"visit": visit.title}
    return str((CONDITIONS | STATUSES).get(cause, cause))
