"""Which new passwords are too easy to guess. What characters they are made of is nobody's business.

A password of any characters will do, if a guesser who knows the usual tricks needs many tries. The
tries are counted in bits by the cheapest way to put the password together from what guessers try
first: the 20,000 stolen passwords of Django's list, words of this place, rows of keys, and
repetition. The numbers are ours: rough, and meant to refuse ``password1234`` and ``Holdfast2026!``
while four everyday words pass.
"""

from functools import cache
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LEAST_BITS = 36.0
# What somebody guessing here would try; the log-in name is added. docs/asvs.md, V6.1.2.
WORDS_OF_THIS_PLACE = frozenset(
    [
        "holdfast",
        "mdma",
        "ecstasy",
        "psychedelic",
        "psychedelics",
        "therapy",
        "therapist",
        "assisted",
        "clinic",
        "clinical",
        "trial",
        "study",
        "patient",
        "patients",
        "physician",
        "pharmacist",
        "pharmacy",
        "coordinator",
        "rater",
        "monitor",
        "auditor",
        "administrator",
        "admin",
        "safety",
        "sponsor",
        "dosing",
        "session",
        "medicine",
        "hospital",
        "research",
        "ptsd",
        "caps",
    ]
)
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "012345678901234567890",
    "qwertyuiop",
    "qwertzuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)
_SWAPPED = str.maketrans("013457@$!", "oleastasi")
_LONGEST_PART, _SHORTEST_PART = 24, 3
_LETTER, _DIGIT_OR_SIGN = 4.7, 3.3  # bits of one character that nothing gives away
_COMMON, _ROW, _PLACE, _AGAIN = 14.3, 6.0, 5.0, 2.0  # bits of a whole part


class NotEasilyGuessed:
    """Refuses a password that the usual tricks find soon."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ``ValidationError`` for what guessers try first."""
        login = user.get_username().casefold() if user else ""
        if bits_of(password, login) < LEAST_BITS:
            raise ValidationError(_("This password is easy to guess."), code="easily-guessed")

    def get_help_text(self) -> str:
        """What is asked of a new password."""
        return _("Some words that do not belong together make a good one. Any characters will do.")


def bits_of(password: str, login: str = "") -> float:
    """How many bits of guessing a password is worth, at most; 20 is a million tries.

    Examples
    --------
    >>> bits_of("password1234") < LEAST_BITS < bits_of("correct horse battery staple")
    True
    """
    places = WORDS_OF_THIS_PLACE | ({login} if login else frozenset())
    folded = password.casefold()
    return min(_cheapest(form, places) for form in (folded, folded.translate(_SWAPPED)))


def _cheapest(text: str, places: frozenset[str]) -> float:
    """The bits of the cheapest way to put a text together from known parts and single characters."""
    bits = [0.0]
    for end in range(1, len(text) + 1):
        last = text[end - 1]
        one = 1.0 if last == text[end - 2 : end - 1] else _character(last)
        best = bits[end - 1] + one
        for start in range(max(0, end - _LONGEST_PART), end - _SHORTEST_PART + 1):
            part = _part(text, start, end, places)
            if part is not None:
                best = min(best, bits[start] + part)
        bits.append(best)
    return bits[-1]


def _character(one: str) -> float:
    return _LETTER if one.isalpha() else _DIGIT_OR_SIGN


def _part(text: str, start: int, end: int, places: frozenset[str]) -> float | None:
    """The bits of a part that guessers know; None for one they do not."""
    part = text[start:end]
    if part in text[:start]:
        return _AGAIN
    if part in places:
        return _PLACE
    if any(part in row or part in row[::-1] for row in _ROWS):
        return _ROW
    return _COMMON if part in _stolen() else None


@cache
def _stolen() -> frozenset[str]:
    """Django's list of passwords that were stolen and published."""
    return frozenset(CommonPasswordValidator().passwords)
