"""Clock and chance of one run, injected: two runs of the same course see the same and draw the same.

Ids (``uuid4``), salts, nonces, session keys and tokens all come from ``os.urandom`` in the end, here
or in the standard library's ``random`` and ``secrets``. Each step of a run draws from its own
beginning, so that one that draws more is seen where it does, and does not shift all that follows.
"""

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import shake_256

import pytest
from django.utils import timezone


class Source:
    """The moment it is, and the next bytes."""

    def __init__(self, began: datetime) -> None:
        self.moment, self._step, self._drawn = began, "", 0

    def at(self, step: str, **passed: float) -> datetime:
        """A step begins: the clock moves on, and what is drawn in it is the same in every run."""
        self.moment += timedelta(**passed)
        self._step, self._drawn = step, 0
        random.seed(step)
        return self.moment

    def now(self) -> datetime:
        """The moment of this step."""
        return self.moment

    def seconds(self) -> float:
        """The same as seconds, for every clock of the standard library."""
        return self.moment.timestamp()

    def urandom(self, size: int) -> bytes:
        """Bytes that follow from the step and how many were drawn in it."""
        self._drawn += 1
        return shake_256(f"{self._step}/{self._drawn}".encode()).digest(size)


@contextmanager
def injected(began: datetime) -> Iterator[Source]:
    """Everything inside has this clock and this chance."""
    source, before = Source(began), random.getstate()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "urandom", source.urandom)
        patch.setattr(random, "_urandom", source.urandom)
        patch.setattr(timezone, "now", source.now)
        patch.setattr(time, "time", source.seconds)
        patch.setattr(time, "monotonic", source.seconds)
        yield source
    random.setstate(before)
