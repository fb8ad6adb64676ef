"""Judges every open session by the clock, and pages duty for what reaches beyond the room.

A reading is judged where it is written; what only time makes true is found here: silence, a repeat
that is not done, a break that is over, a gap of the recording. What is to be paged follows from the
record alone, so the loop may die and begin anew at any moment.
"""

from contextlib import ExitStack
from datetime import datetime

from holdfast.actions.people import house
from holdfast.actions.session_watching import page_alarms, raise_by_time
from holdfast.records.people import Site
from holdfast.records.session import DosingSession
from holdfast.records.session_now import open_sessions, to_page
from holdfast.watch.each_site import each_site


def watch(now: datetime) -> int:
    """One turn; how many alarms were raised or paged."""
    return each_site(lambda site: _turn_at(site, now))


def _turn_at(site: Site, now: datetime) -> int:
    """Every session has its turn, and every alarm its page, whatever fails in another."""
    done: list[int] = []
    with ExitStack() as then:
        then.callback(_page_at, site, now, done)
        for session in open_sessions(site):
            then.callback(_judge, session, now, done)
    return sum(done)


def _judge(session: DosingSession, now: datetime, done: list[int]) -> None:
    done.append(raise_by_time(session, by=house(), now=now))


def _page_at(site: Site, now: datetime, done: list[int]) -> None:
    for session, alarms in to_page(site).items():
        paged = page_alarms(site=site, session=session, alarms=alarms, by=house(), now=now)
        done.append(paged)
