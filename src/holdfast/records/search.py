"""Finding a person by keyed tokens of name, date of birth and identifiers: no readable index."""

import unicodedata
from collections.abc import Iterable
from uuid import UUID

from holdfast.domain.answers import Person as PersonForRules
from holdfast.domain.identity import PersonIdentity
from holdfast.records.keyring import hold_key_of_record, key_of_record
from holdfast.records.keys import SiteKey
from holdfast.records.people import IdentityToken, Person, Site


def plain_words(text: str) -> str:
    """A name as it is compared: no accents, no capitals, single spaces."""
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())


def _identifier(system: str, value: str) -> str:
    return f"{system.strip()}|{value.strip()}"


def tokens_of(
    key: SiteKey, identity: PersonIdentity, person: PersonForRules
) -> set[tuple[str, str]]:
    """Every (kind, token) by which this person can be found."""
    found = {
        ("identifier", key.token("identifier", _identifier(system, value)))
        for system, value in identity.identifiers
        if value.strip()
    }
    for name in (identity.family, f"{identity.given} {identity.family}"):
        if plain := plain_words(name):
            found.add(("name", key.token("name", plain)))
    if born_on := person.born_on or identity.born_on:
        found.add(("born-on", key.token("born-on", born_on.isoformat())))
    return found


def index_identity(
    person: Person, site: Site, identity: PersonIdentity, known: PersonForRules
) -> None:
    """Add the tokens of an identity; those that are there already stay."""
    IdentityToken.objects.bulk_create(
        (
            IdentityToken(person=person, site=site, kind=kind, token=token)
            for kind, token in sorted(tokens_of(hold_key_of_record(), identity, known))
        ),
        ignore_conflicts=True,
    )


def people_with_identifier(site: Site, identifiers: Iterable[tuple[str, str]]) -> list[Person]:
    """The people of a site who have any of these identifiers."""
    key = hold_key_of_record()  # who is not found is opened anew: no rotation may lie between
    wanted = [
        key.token("identifier", _identifier(system, value))
        for system, value in identifiers
        if value.strip()
    ]
    return _people(site, "identifier", wanted)


def people_named(site: Site, name: str) -> list[Person]:
    """The people of a site with this family name, or this given and family name."""
    plain = plain_words(name)
    return _people(site, "name", [key_of_record().token("name", plain)] if plain else [])


def possible_duplicates(
    site: Site, identity: PersonIdentity, known: PersonForRules
) -> list[Person]:
    """The people of a site who may be this one: the same day of birth and family name, or both names.

    They are offered to a person, who decides; nothing follows from them by itself.
    """
    born_on = known.born_on or identity.born_on
    full = f"{identity.given} {identity.family}" if identity.given and identity.family else ""
    found = {person.id: person for person in people_named(site, full)}
    if born_on is not None:
        token = key_of_record().token("born-on", born_on.isoformat())
        born = {person.id for person in _people(site, "born-on", [token])}
        named = people_named(site, identity.family)
        found |= {person.id: person for person in named if person.id in born}
    return sorted(found.values(), key=lambda person: person.id.hex)


def _people(site: Site, kind: str, tokens: list[str]) -> list[Person]:
    if not tokens:
        return []
    found: Iterable[UUID] = IdentityToken.objects.filter(
        site=site, kind=kind, token__in=tokens
    ).values_list("person_id", flat=True)
    return list(Person.objects.filter(id__in=set(found)).order_by("id"))
