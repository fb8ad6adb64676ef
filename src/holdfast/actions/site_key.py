"""Rotating the site's key: every data key is wrapped anew, and the search index made again.

No word is sealed anew: data keys stay as they are, so rotation takes seconds, not hours. The
last seal under the old key names the new one, so that the chain of seals does not break. The
caller puts the new key where the old one was once this has returned; processes that run read it
with their next act.
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import orjson
from django.db import connection

from holdfast.actions import sealed_room
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.people import HOUSE
from holdfast.actions.writing import lock, one_transaction
from holdfast.domain.answers import Person as PersonForRules
from holdfast.domain.identity import PersonIdentity
from holdfast.records.journal import ORGANISATION
from holdfast.records.keys import SiteKey, opened_all, site_key
from holdfast.records.people import Identity, IdentityToken, PersonKey, User
from holdfast.records.seals import make_seal
from holdfast.records.search import tokens_of

_BATCH = 500


@one_transaction
def rotate_site_key(*, new: SiteKey, entry_id: UUID, by: User, now: datetime) -> Answered:
    """Wrap every data key with ``new``; the house does it, from the command line.

    Keys that were destroyed stay destroyed.
    """
    if by.id != HOUSE:
        return Refusal("not-permitted", {"permission": "key.rotate"})
    old = site_key()
    if old == new:
        return Refusal("same-key")
    stream = lock(ORGANISATION, now)
    _hold_the_keys()
    told = {"from": old.fingerprint, "to": new.fingerprint}
    sent = stream.sent("site-key-rotated", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    tokens = list(_tokens(new))
    _wrap_all(old, new)
    sealed_room.rewrap(new)
    IdentityToken.objects.all().delete()
    IdentityToken.objects.bulk_create(tokens, batch_size=_BATCH)
    receipt = stream.write(sent, [], by=by, values=told)
    make_seal(by=by, now=stream.now, key=old.signing_key, next_key=new.signing_key)
    return receipt


def _hold_the_keys() -> None:
    """Let nobody add a data key until all are wrapped anew. On SQLite the transaction does."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE records_personkey IN EXCLUSIVE MODE")


def _wrap_all(old: SiteKey, new: SiteKey) -> None:
    ours = PersonKey.objects.exclude(word_class=PersonKey.PRIVATE)  # those are no site's
    rows = list(ours.exclude(wrapped=None))
    for row in rows:
        assert row.wrapped is not None
        row.wrapped = new.wrap(row.id, old.unwrap(row.id, row.wrapped))
        row.wrapped_with = new.fingerprint
    PersonKey.objects.bulk_update(rows, ["wrapped", "wrapped_with"], batch_size=_BATCH)


def _tokens(new: SiteKey) -> Iterable[IdentityToken]:
    """The search index under the new key, from every identity whose key is not destroyed."""
    alive = PersonKey.objects.filter(word_class=PersonKey.IDENTITY).exclude(wrapped=None)
    rows = Identity.objects.filter(person_id__in=alive.values("owner")).select_related("person")
    found: dict[tuple[UUID, str, str], IdentityToken] = {}
    identities = list(rows)
    for row, text in zip(identities, opened_all(identities, "words"), strict=True):
        words = orjson.loads(text or "{}")
        born_on = date.fromisoformat(words["born_on"]) if words["born_on"] else None
        identity = PersonIdentity(
            family=words["family"],
            given=words["given"],
            identifiers=tuple((system, value) for system, value in words["identifiers"]),
        )
        known = PersonForRules(born_on=born_on, sex=None, is_deceased=None)
        for kind, token in sorted(tokens_of(new, identity, known)):
            found[(row.person_id, kind, token)] = IdentityToken(
                person_id=row.person_id, site_id=row.person.site_id, kind=kind, token=token
            )
    return found.values()
