"""Everything that the panel's script has to say, in the language of the page."""

from typing import Any

from holdfast.definitions.session import ambulance
from holdfast.records.people import Site
from holdfast.web.session.kept_words import KEPT
from holdfast.web.session.kinds import CHOICES, FIELDS, TAPS, choice_words, described
from holdfast.web.session.telephone import numbers_of
from holdfast.web.session.words import (
    ACTS,
    CONDITIONS,
    DO,
    MEASURES,
    OUTCOMES,
    PANEL,
    PHASES,
    STANDINGS,
    TIERS,
    UNITS,
    plain,
)


def panel_words(site: Site) -> dict[str, Any]:
    """Words by what they are of, the kinds of entries with their fields, and the card of the site."""
    return {
        "card": {
            "avoid": [
                [one.wording, str(STANDINGS[one.standing.value])] for one in ambulance.load()
            ],
            "numbers": numbers_of(site),
        },
        "panel": plain({**PANEL, **KEPT}),
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
