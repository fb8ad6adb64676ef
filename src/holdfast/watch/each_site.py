"""One turn of a loop for every site: where one site fails, the others still have theirs.

A failure is never passed over: it is logged with its site, and at the end it fails the whole turn,
so that the loop's heartbeat, and by it every screen, says so.
"""

import logging
from collections.abc import Callable
from contextlib import ExitStack

from django.db import Error as DatabaseError

from holdfast.records.keys import KeyMissing
from holdfast.records.people import Site, User
from holdfast.records.verification_snapshot import DatabaseAbsent

log = logging.getLogger("holdfast.watch")

# What a turn may fail by. Anything else is a bug: it ends the watch, loudly.
FAILURES = (
    DatabaseAbsent,
    DatabaseError,
    KeyMissing,
    LookupError,
    OSError,
    RuntimeError,
    User.DoesNotExist,
    ValueError,
)


class SitesFailed(RuntimeError):
    """The turn failed for some sites; the others had theirs."""


def each_site(turn: Callable[[Site], int]) -> int:
    """The sum of what a turn did at each site; ``SitesFailed`` at the end where one failed.

    A bug at one site is raised as it is, but not before every other site had its turn.
    """
    done: list[int] = []
    failed: dict[str, str] = {}

    def one(site: Site) -> None:
        try:
            done.append(turn(site))
        except FAILURES as error:
            failed[site.code] = type(error).__name__
            log.error("watch-failed", extra={"site": site.code, "error": type(error).__name__})

    with ExitStack() as stack:
        for site in Site.objects.order_by("-code"):
            stack.callback(one, site)
    if failed:
        raise SitesFailed(", ".join(f"{site}: {error}" for site, error in failed.items()))
    return sum(done)
