"""The times at which the sums are done: close together while a dose is absorbed, wider afterwards."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_DECIMALS = 7  # of an hour: a third of a millisecond
_ABSORBED_HOURS = 2.5


@dataclass(frozen=True)
class Times:
    """Hours from the first dose.

    ``nodes`` are where the equations are solved, and among them each moment at which a dose begins to
    be absorbed, so that no step reaches across one. ``fine`` adds the middle of each step.
    """

    nodes: Array
    fine: Array
    _to_marks: Array

    def at_marks(self, values: Array) -> Array:
        """Values at the regular marks from those at the fine times, a row for each."""
        found: Array = self._to_marks @ values
        return found


@lru_cache(maxsize=64)
def times(starts: tuple[float, ...], until: float, every: float) -> Times:
    """Times from 0 to ``until`` hours, fit for marks ``every`` so many hours.

    Until two and a half hours after the last of the ``starts`` the fine times hold every mark, and
    then every second one: what comes after bends so little that a straight line between them will do.

    Raises
    ------
    ValueError
        If the marks do not end at ``until``.
    """
    count = round(until / every)
    if count < 1 or abs(count * every - until) > 1e-6:
        raise ValueError(f"Marks every {every} h do not end at {until} h.")
    marks = np.arange(count + 1) * every
    within = np.array([start for start in starts if 0.0 < start < until])
    settled = min(max(starts) + _ABSORBED_HOURS, until)
    close = int(np.ceil(settled / (4 * every)) * 4)
    around = np.concatenate((np.floor(within / every), np.ceil(within / every))) * every
    nodes = _once(
        np.concatenate((marks[: close + 1 : 2], marks[close::4], marks[-1:], within, around))
    )
    fine = _once(np.concatenate((nodes, (nodes[:-1] + nodes[1:]) / 2)))
    straight = np.stack([np.interp(marks, fine, one) for one in np.eye(len(fine))], axis=1)
    return Times(nodes, fine, straight)


def following(values: Array, rate: float | Array, fine: Array) -> Array:
    """What follows ``values`` at a rate: solves ``dy/dt = rate * (x - y)`` with ``y(0) = 0``.

    Exact for an ``x`` that is straight between the fine times.

    Parameters
    ----------
    values
        A row for each fine time, a column for each person.
    rate
        Per hour; one for all columns, or one for each.
    """
    passed = np.multiply.outer(np.diff(fine), np.atleast_1d(rate))
    kept = np.exp(-passed)
    mean = -np.expm1(-passed) / passed
    found = np.zeros_like(values)
    found[1:] = (mean - kept) * values[:-1] + (1.0 - mean) * values[1:]
    last = found[0]
    for share, row in zip(kept, found[1:], strict=True):
        row += share * last
        last = row
    return found


def _once(values: Array) -> Array:
    return np.unique(np.round(values, _DECIMALS))
