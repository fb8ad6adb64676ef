"""What codes are called on the patient's pages, and how days are written there."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from holdfast.domain.course import Status
from holdfast.domain.patient_pages import Sure, Who
from holdfast.domain.schedule import Place, VisitKind
from holdfast.domain.whereabouts import Station

STATIONS = {
    Station.PREPARATION: _("Preparation"),
    Station.DOSING: _("Dosing"),
    Station.INTEGRATION: _("Integration"),
    Station.FOLLOW_UP: _("Follow-up"),
}
ABOUT = {
    Station.PREPARATION: _("You get to know your two therapists and make ready together."),
    Station.DOSING: _("The day of the medicine. Your two therapists are with you all day."),
    Station.INTEGRATION: _("You talk about what came up, and what it means for your life."),
    Station.FOLLOW_UP: _("The clinic stays in touch and asks how you are."),
}
VISITS = {
    VisitKind.PREPARATION: _("Preparation session"),
    VisitKind.DOSING: _("Dosing session"),
    VisitKind.INTEGRATION: _("Integration session"),
    VisitKind.ASSESSMENT: _("Interview about how you are"),
    VisitKind.CALL: _("Call from the clinic"),
    VisitKind.FOLLOW_UP: _("Follow-up"),
}
OTHER_VISIT = _("Appointment")
PLACES = {
    Place.SITE: _("At the clinic"),
    Place.TELEHEALTH: _("By video"),
    Place.TELEPHONE: _("By telephone"),
    Place.SITE_OVERNIGHT: _("At the clinic, with the night after"),
}
STATUSES = {
    Status.CLOSED: _("Your course here has ended."),
    Status.TRANSFERRED: _("Your course goes on at another clinic."),
    Status.COMPLETED: _("Your course is complete."),
    Status.LOST: _("The clinic is trying to reach you. Please call them."),
    Status.PAUSED: _("Your course is paused. The clinic tells you when it goes on."),
    Status.TREATMENT_STOPPED: _(
        "There will be no more dosing sessions. The clinic stays with you."
    ),
}
SURE = {
    Sure.SEEN_AGAIN: _("More than one study saw this."),
    Sure.SEVERAL_STUDIES: _("Several studies together saw this."),
    Sure.MANY_PEOPLE: _("Counted in many people. For you it may be different."),
    Sure.ONE_STUDY: _("One study saw this. Others may see something else."),
    Sure.ONE_SMALL_STUDY: _("One study with few people. It is a first hint."),
    Sure.DEPENDS_ON_DOSE: _("One study. It was seen at one dose and not at another."),
    Sure.COULD_BE_CHANCE: _("This could be chance. It is not sure."),
    Sure.DOUBTED: _("A large study. An agency has doubts about how it was done."),
    Sure.REVIEW: _("People who read all studies on this say so."),
    Sure.OFFICIAL: _("On public record."),
    Sure.RULE: _("A rule of your protocol."),
    Sure.PRACTICE: _("What one clinic does. Yours may differ."),
}
WHO = {
    Who.HEALTHY: _("healthy people"),
    Who.VOLUNTEERS: _("people"),
    Who.PTSD: _("people with PTSD"),
    Who.USERS: _("people who took it by themselves"),
}
DAYS = {
    "en": "l j F Y",
    "de": "l, j. F Y",
    "fr": "l j F Y",
    "es": r"l j \d\e F \d\e Y",
}


def spoken() -> str:
    """The language that is spoken now, one of the four."""
    language = (get_language() or "en").split("-")[0]
    return language if language in DAYS else "en"


def day(value: date) -> str:
    """A day with its weekday, as it is written in the language spoken now."""
    return date_format(value, DAYS[spoken()])


def visit_words(kind: VisitKind | None) -> str:
    """What a visit is called to the person: by its kind alone, which tells of no arm."""
    return str(VISITS[kind] if kind else OTHER_VISIT)
