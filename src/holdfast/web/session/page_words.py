"""Everything that the panel's script has to say, in the language of the page."""

from typing import Any

from holdfast.web.session.kinds import CHOICES, FIELDS, TAPS, choice_words, described
from holdfast.web.session.words import (
    ACTS,
    CONDITIONS,
    DO,
    MEASURES,
    OUTCOMES,
    PANEL,
    PHASES,
    TIERS,
    UNITS,
    plain,
)


def panel_words() -> dict[str, Any]:
    """Words by what they are of, and the kinds of entries with their fields."""
    return {
        "panel": plain(PANEL),
        "tiers": plain(TIERS),
        "phases": plain(PHASES),
        "measures": plain(MEASURES),
        "units": plain(UNITS),
        "conditions": plain(CONDITIONS),
        "do": plain(DO),
        "acts": plain(ACTS),
        "outcomes": plain(OUTCOMES),
        "fields": plain(FIELDS),
        "choices": plain(CHOICES),
        "taps": [[code, choice_words(code)] for code in TAPS],
        "kinds": described(),
    }
