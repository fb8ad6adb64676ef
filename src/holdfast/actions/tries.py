"""Wrong tries, counted in the database for all processes together.

A try is counted before it is checked and given back when it was right: as many requests at once
as anybody likes cannot try more often than the limits say. Passwords, one-time codes, recovery
codes and PINs of one name share one count; a passkey cannot be guessed and is counted by address
alone, so that nobody can lock a person out who has one.

Some tries are counted apart from the log-in: of whoever stands beside somebody, for each two people;
and in an emergency, for one session. Nobody can use up there what a log-in has, nor the other way.

The limits are ours: NIST SP 800-63B asks for at most 100 wrong tries in a row for one account.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from holdfast.records.columns import instant_text
from holdfast.records.keys import site_key
from holdfast.records.sign_in import TryCount
from holdfast.records.statements import run

KEPT_KEYS = 20_000  # those that end first are forgotten, so that a flood cannot fill the table


@dataclass(frozen=True)
class Limit:
    """So many wrong tries within a window that begins with the first of them."""

    kind: str
    tries: int
    window: timedelta


PER_NAME = Limit("name", 5, timedelta(minutes=15))
PER_NAME_A_DAY = Limit("name-day", 50, timedelta(days=1))
PER_ADDRESS = Limit("address", 30, timedelta(minutes=15))
BY_NAME = (PER_NAME, PER_NAME_A_DAY)

_COUNT = (
    "INSERT INTO records_trycount (key, began, until, tries) VALUES (%s, %s, %s, 1) "
    "ON CONFLICT (key) DO UPDATE SET "
    "tries = CASE WHEN records_trycount.until <= excluded.began THEN 1 "
    "ELSE records_trycount.tries + 1 END, "
    "until = CASE WHEN records_trycount.until <= excluded.began THEN excluded.until "
    "ELSE records_trycount.until END, "
    "began = CASE WHEN records_trycount.until <= excluded.began THEN excluded.began "
    "ELSE records_trycount.began END RETURNING tries"
)
_GIVE_BACK = "UPDATE records_trycount SET tries = tries - 1 WHERE key = %s AND tries > 0"


@dataclass(frozen=True)
class Claim:
    """A try that was counted as wrong until it is given back."""

    name: str
    address: str
    is_refused: bool  # too many before it: nothing may be checked
    is_last: bool  # the next one will be refused
    apart: str = ""  # what it is counted for, where not for the log-in


def claim(name: str, address: str, now: datetime, *, apart: str = "") -> Claim:
    """Count one try by name and address; an empty name is counted by address alone.

    ``apart`` names what it is for, where the log-in is not to feel it: a count of its own.
    """
    keys = _keys(name, address, apart)
    most = [limit.tries for limit, _ in keys]
    _forget_old(now)
    with transaction.atomic():
        counts = [_count(key, limit, now) for limit, key in keys]
        over = [count > top for count, top in zip(counts, most, strict=True)]
        if any(over):  # a refused try tells nothing and counts no more
            _give_back(key for _, key in keys)
    named = len(BY_NAME) if name else 0
    last = [count >= top for count, top in zip(counts[:named], most[:named], strict=True)]
    return Claim(name, address, is_refused=any(over), is_last=any(last), apart=apart)


def give_back(claimed: Claim) -> None:
    """The try was right: it does not count. Earlier wrong ones do."""
    with transaction.atomic():
        _give_back(key for _, key in _keys(claimed.name, claimed.address, claimed.apart))


def clear(name: str, *, apart: str = "") -> None:
    """A person showed who they are, wholly: the wrong tries of the quarter of an hour are over.

    Those of the day stay, so that one who knows a password cannot try codes without end.
    """
    TryCount.objects.filter(key=_named(PER_NAME, name, apart)).delete()


def is_locked(name: str, now: datetime, *, apart: str = "") -> bool:
    """Whether a name has used up its tries; reading changes nothing."""
    for limit in BY_NAME:
        row = TryCount.objects.filter(key=_named(limit, name, apart)).first()
        if row is not None and now < row.until and row.tries >= limit.tries:
            return True
    return False


def is_too_many(limit: Limit, address: str, now: datetime) -> bool:
    """Count one act of an address under a limit of its own; True where there were too many."""
    _forget_old(now)
    with transaction.atomic():
        return _count(_key(limit.kind, address), limit, now) > limit.tries


def _keys(name: str, address: str, apart: str) -> Sequence[tuple[Limit, str]]:
    """Always in the same order, so that two at once do not wait for each other in a circle."""
    named = [(limit, _named(limit, name, apart)) for limit in BY_NAME if name]
    return [*named, (PER_ADDRESS, _kept_for(PER_ADDRESS, address, apart))]


def _named(limit: Limit, name: str, apart: str) -> str:
    return _kept_for(limit, name.casefold(), apart)


def _kept_for(limit: Limit, value: str, apart: str) -> str:
    return _key(f"apart-{limit.kind}", f"{apart}/{value}") if apart else _key(limit.kind, value)


def _key(kind: str, value: str) -> str:
    return hmac.digest(site_key().subkey("tries"), f"{kind}/{value}".encode(), sha256).hex()


def _count(key: str, limit: Limit, now: datetime) -> int:
    values = [key, instant_text(now), instant_text(now + limit.window)]
    return int(run(connections[DEFAULT_DB_ALIAS], _COUNT, values).fetchone()[0])


def _give_back(keys: Iterable[str]) -> None:
    for key in keys:
        run(connections[DEFAULT_DB_ALIAS], _GIVE_BACK, [key])


def _forget_old(now: datetime) -> None:
    TryCount.objects.filter(until__lte=now).delete()
    if (surplus := TryCount.objects.count() - KEPT_KEYS) > 0:
        oldest = TryCount.objects.order_by("until").values_list("key", flat=True)[:surplus]
        TryCount.objects.filter(key__in=list(oldest)).delete()
