"""How many wrong passwords are enough: counted by login name and by address, in this process.

Five wrong for one name, or thirty from one address, within a quarter of an hour lock that name or
address for the rest of it. The counts are kept in memory; each refusal is also in the journal. With
several processes each counts for itself, which multiplies the allowance by their number.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

WINDOW_SECONDS = 15 * 60
PER_NAME = 5
PER_ADDRESS = 30
KEPT_KEYS = 10_000  # the oldest is forgotten, so that a flood of names cannot fill the memory


@dataclass
class Attempts:
    """Times of wrong passwords by key, each within the window."""

    failures: OrderedDict[tuple[str, str], list[float]] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def is_locked(self, name: str, address: str) -> bool:
        """True while either key has reached its limit inside the window."""
        with self.lock:
            return (
                len(self._recent(("name", name.casefold()))) >= PER_NAME
                or len(self._recent(("address", address))) >= PER_ADDRESS
            )

    def failed(self, name: str, address: str) -> None:
        """Count one wrong password."""
        now = time.monotonic()
        with self.lock:
            for key in (("name", name.casefold()), ("address", address)):
                self.failures[key] = [*self._recent(key), now]
                self.failures.move_to_end(key)
            while len(self.failures) > KEPT_KEYS:
                self.failures.popitem(last=False)

    def succeeded(self, name: str) -> None:
        """A right password forgets the wrong ones for this name; the address keeps its count."""
        with self.lock:
            self.failures.pop(("name", name.casefold()), None)

    def forget(self) -> None:
        """Forget everything, as a new process does."""
        with self.lock:
            self.failures.clear()

    def _recent(self, key: tuple[str, str]) -> list[float]:
        since = time.monotonic() - WINDOW_SECONDS
        return [moment for moment in self.failures.get(key, []) if moment > since]


ATTEMPTS = Attempts()
