"""Words for the codes of staff pages, in the reader's language."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFERRAL_SOURCES: list[tuple[str, Promise]] = [
    ("general-practitioner", _("General practitioner")),
    ("psychiatrist", _("Psychiatrist")),
    ("psychotherapist", _("Psychotherapist")),
    ("hospital", _("Hospital")),
    ("veterans-service", _("Veterans' service")),
    ("patient-organisation", _("Patient organisation")),
    ("self", _("The person themselves")),
    ("advertisement", _("Advertisement or website")),
    ("other", _("Somebody else")),
]
PRESCREENING_OUTCOMES: list[tuple[str, Promise]] = [
    ("assessed", _("Considered, not decided yet")),
    ("screening", _("Goes on to screening")),
    ("excluded", _("Goes no further")),
    ("declined", _("Does not want to")),
    ("not-now", _("Not now")),
    ("no-contact", _("Could not be reached")),
]
PRESCREENING_REASONS: list[tuple[str, Promise]] = [
    ("age", _("Age")),
    ("diagnosis", _("Not the condition that is treated")),
    ("severity", _("Not severe enough, or not long enough")),
    ("psychosis-or-mania", _("Psychosis or mania")),
    ("suicide-risk", _("Risk of suicide")),
    ("substance-use", _("Use of alcohol or drugs")),
    ("heart-or-circulation", _("Heart or circulation")),
    ("other-medical", _("Another medical reason")),
    ("medication", _("A medicine that cannot be stopped")),
    ("pregnancy", _("Pregnancy, nursing or contraception")),
    ("prior-mdma", _("Earlier use of MDMA")),
    ("distance", _("Too far away")),
    ("language", _("Language")),
    ("no-support", _("No support at home")),
    ("no-consent", _("No consent to hold the record")),
    ("other", _("Another reason")),
]
SOURCE_KINDS = {
    "told": _("told to us"),
    "letter": _("from a letter"),
    "seen": _("seen here"),
    "record": _("imported record"),
}
WAITING = {
    "ask": _("Questions to ask"),
    "confirm": _("Verdict to confirm"),
    "decide": _("Ineligible: to be decided"),
    "done": _("Confirmed"),
}


def word(pairs: list[tuple[str, Promise]], code: str) -> Any:
    """The words of a code; the code itself where it is newer than this list."""
    return dict(pairs).get(code, code)
