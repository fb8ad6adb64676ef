"""Finding one person in an emergency: by their number, or by exact name and day of birth at a site.

Never a list: the answer is one enrollment or none. It goes through the keyed index, so that no
name is read and nothing is told of anybody who was not asked for exactly.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from holdfast.domain.glass import Found, Match, matched
from holdfast.records.care import Enrollment
from holdfast.records.keyring import key_of_record
from holdfast.records.people import IdentityToken, Site
from holdfast.records.search import people_named, plain_words

_NUMBER = re.compile(r"(?P<site>[A-Z0-9][A-Z0-9-]{0,19})-(?P<number>[0-9]{1,8})")


@dataclass(frozen=True)
class Sought:
    """What a search answers; ``numbers`` only where one person has several records."""

    match: Match
    enrollment: Enrollment | None = None
    numbers: Sequence[str] = ()


def by_number(label: str) -> Sought:
    """The enrollment with this number as people write it: ``NORTH-0007``."""
    written = _NUMBER.fullmatch(label.strip().upper())
    if written is None:
        return Sought(Match.NOBODY)
    row = (
        Enrollment.objects.filter(site__code=written["site"], number=int(written["number"]))
        .select_related("site", "person")
        .first()
    )
    return Sought(Match.ONE, row) if row else Sought(Match.NOBODY)


def by_name(site: Site, given: str, family: str, born_on: date) -> Sought:
    """The enrollment of the one person with exactly this name and day of birth at a site."""
    if not plain_words(given) or not plain_words(family):
        return Sought(Match.NOBODY)
    born = set(
        IdentityToken.objects.filter(
            site=site, kind="born-on", token=key_of_record().token("born-on", born_on.isoformat())
        ).values_list("person_id", flat=True)
    )
    people = [each for each in people_named(site, f"{given} {family}") if each.id in born]
    rows = list(
        Enrollment.objects.filter(site=site, person__in=people)
        .select_related("site", "person")
        .order_by("number")
    )
    found = [
        Found(person.id, [row.number for row in rows if row.person_id == person.id])
        for person in people
    ]
    match = matched(found)
    if match is Match.ONE:
        return Sought(match, rows[0])
    numbers = [row.label for row in rows] if match is Match.SEVERAL_RECORDS else []
    return Sought(match, None, numbers)
