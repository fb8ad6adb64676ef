"""Follows on the board what moves without a fact of a course: the date, and the facts of its site."""

from datetime import datetime

from holdfast.actions.board import follow_site
from holdfast.watch.each_site import each_site

AT_ONCE = 1000  # courses of one site in a turn, so that each site has its turn soon


def follow(now: datetime) -> int:
    """One turn; how many rows were made again. Those that waited longest come first."""
    return each_site(lambda site: follow_site(site, now, AT_ONCE))
