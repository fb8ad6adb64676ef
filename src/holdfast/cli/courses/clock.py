"""Simulated time: many courses at once, each act in the order of its moment, until a last moment."""

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime

Acts = Iterator[datetime]  # says when the next act is to be; asked again, it does that act


def run(courses: Iterable[Acts], until: datetime) -> int:
    """Let courses act in the order of their moments; how many acts there were until the last moment.

    Of two at one moment the one that was given first acts first: the same courses act the same.
    """
    waiting: list[tuple[datetime, int, Acts]] = []
    for number, acts in enumerate(courses):
        _wait(waiting, number, acts)
    done = 0
    while waiting and waiting[0][0] <= until:
        _, number, acts = heapq.heappop(waiting)
        _wait(waiting, number, acts)
        done += 1
    return done


def _wait(waiting: list[tuple[datetime, int, Acts]], number: int, acts: Acts) -> None:
    at = next(acts, None)
    if at is not None:
        heapq.heappush(waiting, (at, number, acts))
