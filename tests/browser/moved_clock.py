"""The product with a clock that a test can move: ``python -m tests.browser.moved_clock serve ...``.

The file ``HOLDFAST_TEST_CLOCK`` says by how many seconds the clock is ahead. Only the clock is
another one: what is served is the product. A log-in outlasts the days between two acts, so that
nobody has to log in again for each of them.
"""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from holdfast.cli import main

YEARS = 10 * 365 * 24 * 3600


def serve(clock: Path, words: list[str]) -> int:
    """Run a command of the product by the moved clock."""
    real = timezone.now

    def moved() -> datetime:
        return real() + timedelta(seconds=float(clock.read_text(encoding="ascii")))

    timezone.now = moved
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    settings.SESSION_COOKIE_AGE = YEARS
    return main(words)


if __name__ == "__main__":
    sys.exit(serve(Path(os.environ["HOLDFAST_TEST_CLOCK"]), sys.argv[1:]))
