"""Words for the codes of staff pages, in the reader's language."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from holdfast.definitions.prescreening import codes

# Who goes on to screening is written by the referral itself, and shown with these words.
SCREENING = _("Goes on to screening")
PRESCREENING_OUTCOMES: list[tuple[str, Promise]] = [
    ("assessed", _("Considered, not decided yet")),
    ("excluded", _("Goes no further")),
    ("declined", _("Does not want to")),
    ("not-now", _("Not now")),
    ("no-contact", _("Could not be reached")),
]
SOURCE_KINDS = {
    "told": _("told to us"),
    "letter": _("from a letter"),
    "seen": _("seen here"),
    "record": _("imported record"),
}
CORRECTION_WORDS = {
    "typing-error": _("A slip while typing"),
    "wrong-person": _("It belongs to somebody else"),
    "source-corrected": _("The source was corrected"),
    "better-source": _("A better source says otherwise"),
    "no-longer-true": _("It was never so, or is not so any more"),
    "changed-in-call": _("Said otherwise while the call went on"),
}
OVERRIDE_WORDS = {
    "specialist-opinion": _("A specialist's opinion"),
    "stable-under-treatment": _("Stable under treatment"),
    "source-read-in-full": _("The protocol's own text was read in full"),
    "risk-accepted-with-person": _("The risk was weighed and accepted with the person"),
    "finding-outdated": _("What was found is outdated"),
}
UNITS = {
    "{score}": _("points"),
    "{#}": _("times"),
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "[lb_av]": "lb",
    "a": _("years"),
    "mo": _("months"),
    "wk": _("weeks"),
    "d": _("days"),
    "h": _("hours"),
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "umol/L": "µmol/L",
}


def unit_words(unit: str) -> str:
    """A UCUM unit as people write it."""
    return str(UNITS.get(unit, unit))


# Words of codes that are not written as other words are.
WRITTEN_SO = {
    "lsd": "LSD",
    "hiv": "HIV",
    "dmt": "DMT",
    "qt": "QT",
    "wpw": "WPW",
    "pvcs": "PVCs",
    "parkinsons": "Parkinson's",
}


def choice_source(code: str) -> str:
    """The English words of a choice, before translation.

    >>> choice_source("long-qt-syndrome"), choice_source("hiv")
    ('Long QT syndrome', 'HIV')
    """
    words = [WRITTEN_SO.get(word, word) for word in code.split("-")]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def choice_word(code: str) -> str:
    """A choice of a question, in words."""
    return gettext(choice_source(code))


def source_choices() -> list[tuple[str, str]]:
    """Where a referral may come from."""
    return [(code, gettext(words)) for code, words in codes().sources.items()]


def reason_choices() -> list[tuple[str, str]]:
    """Why somebody may not go on."""
    return [(code, gettext(words)) for code, words in codes().reasons.items()]


def source_word(code: str) -> str:
    """Where a referral came from; the code itself where it is newer than our list."""
    return gettext(codes().sources.get(code, code))


def reason_word(code: str) -> str:
    """Why somebody did not go on; the code itself where it is newer than our list."""
    return gettext(codes().reasons.get(code, code))
