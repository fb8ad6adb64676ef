"""Static files straight from the package; their address carries a hash, so nothing stale is shown."""

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class HashedAddresses(StaticFilesStorage):
    """Adds ``?v=<hash>`` to each address; no collecting, no second copy on the disk."""

    def url(self, name: str | None) -> str:
        address = super().url(name)
        return f"{address}?v={_hash(name)}" if name else address


@cache
def _hash(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        raise ValueError(f"No static file {name}.")
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12]
