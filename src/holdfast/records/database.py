"""Which database the record lives in: one address in, Django's ``DATABASES`` out.

``HOLDFAST_DATABASE_URL`` is ``sqlite:///relative/path``, ``sqlite:////absolute/path`` or
``postgresql://user:password@host:port/name?option=value``. Without it the record is
``var/holdfast.sqlite3`` on this machine.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

DEFAULT_URL = "sqlite:///var/holdfast.sqlite3"

# FULL: a receipt is given only for what is on the disk. recursive_triggers: a REPLACE fires the
# DELETE trigger. secure_delete: what is taken away is written over, so that a destroyed key is
# nowhere in the file. The busy timeout is in milliseconds.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; "
    "PRAGMA recursive_triggers = ON; PRAGMA secure_delete = ON; PRAGMA busy_timeout = 20000;"
)


def databases(environment: Mapping[str, str] | None = None) -> dict[str, dict[str, Any]]:
    """Django's ``DATABASES`` for the address in ``HOLDFAST_DATABASE_URL``.

    Raises
    ------
    ValueError
        If the address names neither SQLite nor PostgreSQL. The address itself is not repeated:
        it may hold a password.
    """
    values = os.environ if environment is None else environment
    return {"default": database(values.get("HOLDFAST_DATABASE_URL", "") or DEFAULT_URL)}


def database(url: str) -> dict[str, Any]:
    """Django's settings of one database address."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(url.removeprefix("sqlite://").removeprefix("/"))
    if parts.scheme in ("postgresql", "postgres"):
        return _postgresql(url)
    raise ValueError(
        "HOLDFAST_DATABASE_URL begins with neither sqlite:/// nor postgresql://; "
        "for example sqlite:///var/holdfast.sqlite3"
    )


def _sqlite(path: str) -> dict[str, Any]:
    name = unquote(path)
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS},
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    # A receipt is given only for what is on the disk, whatever the server's default is.
    options: dict[str, Any] = {"options": "-c synchronous_commit=on"}
    if pool := asked.pop("pool", ""):
        options["pool"] = {"min_size": 1, "max_size": int(pool), "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or asked.pop("host", ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options | asked,
    }
