"""Quantiles of a whole population from a few persons, without drawing anybody."""

from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SHARES = (0.05, 0.5, 0.95)
"""The shares of people that lie below the low, the median and the high line."""

_NO_SPREAD = 1e-9
_STEPS = 3
_LOGISTIC = (1.5976, 0.070565992)


@cache
def normal_scores() -> Array:
    """The standard normal scores of ``SHARES``."""
    return np.array([NormalDist().inv_cdf(share) for share in SHARES])


@cache
def strata(count: int) -> Array:
    """The middle scores of so many equal parts of a standard normal population, in order."""
    return np.array([NormalDist().inv_cdf((n + 0.5) / count) for n in range(count)])


@dataclass(frozen=True)
class Moments:
    """Mean, SD, skewness and excess kurtosis, one of each for each time."""

    mean: Array
    sd: Array
    skewness: Array
    kurtosis: Array

    @classmethod
    def of(cls, values: Array, weights: Array) -> "Moments":
        """Of values with a row for each time and a column for each person; the weights add up to 1."""
        mean = values @ weights
        apart = values - mean[:, None]
        square = apart * apart
        return cls.central(mean, square @ weights, (square * apart) @ weights, square**2 @ weights)

    @classmethod
    def central(cls, mean: Array, second: Array, third: Array, fourth: Array) -> "Moments":
        """From central moments. Where there is next to no spread, there is no shape either."""
        sd = np.sqrt(np.maximum(second, 0.0))
        flat = sd < _NO_SPREAD
        safe = np.where(flat, 1.0, sd)
        return cls(
            mean,
            sd,
            np.where(flat, 0.0, third / safe**3),
            np.where(flat, 0.0, fourth / safe**4 - 3),
        )

    def quantiles(self, scores: Array) -> Array:
        """The values that lie at these standard normal scores, a column for each score.

        References
        ----------
        Cornish and Fisher 1938: the expansion to the fourth moment.
        """
        skewness, kurtosis = self.skewness[:, None], self.kurtosis[:, None]
        bent = (
            scores
            + skewness * (scores**2 - 1.0) / 6.0
            + kurtosis * (scores**3 - 3.0 * scores) / 24.0
            - skewness**2 * (2.0 * scores**3 - 5.0 * scores) / 36.0
        )
        found: Array = self.mean[:, None] + self.sd[:, None] * bent
        return found


def blurred(parts: Array, spread: float) -> Array:
    """Quantiles of the sum of something known by equal parts and a normal of its own.

    Newton's steps, from both spreads as if they were at right angles: the first ones with the parts taken
    together by four, the last with all of them.

    Parameters
    ----------
    parts
        A row for each time, and in it a value for each equal part of the population, in order; so many
        that four divides them.
    spread
        SD of the normal, above 0.
    """
    there = parts[:, [int(share * parts.shape[1]) for share in SHARES]]
    middle = parts.mean(axis=1)[:, None]
    scores = normal_scores()
    width = np.hypot(there - middle, scores * spread)
    found = middle + np.where(scores == 0.0, there - middle, np.sign(scores) * width)
    together = parts.reshape(len(parts), -1, 4).mean(axis=2)
    for _ in range(_STEPS):
        found = nearer(found, together, spread)
    return nearer(found, parts, spread)


def nearer(found: Array, parts: Array, spread: float) -> Array:
    """One of Newton's steps towards the quantiles of ``blurred``.

    Solves on the logit, where the curve is nearly straight, that each share of people lies below. The
    normal distribution is taken by a logistic curve that is nowhere wrong by more than 0.00014.

    References
    ----------
    Bowling et al. 2009, "A logistic approximation to the cumulative normal distribution".
    """
    straight, bent = _LOGISTIC
    scores = found[:, :, None].astype(np.float32) - parts[:, None, :].astype(np.float32)
    scores *= np.float32(1.0 / spread)
    np.clip(scores, -6.0, 6.0, out=scores)
    square = scores * scores
    square *= np.float32(bent)
    square += np.float32(straight)
    scores *= square
    np.negative(scores, out=scores)
    np.exp(scores, out=scores)
    scores += np.float32(1.0)
    below = np.reciprocal(scores, out=scores)
    # The slope of the logistic curve is below * (1 - below) * (straight + 3 * bent * score ** 2).
    square *= np.float32(3.0)
    square -= np.float32(2.0 * straight)
    square *= below
    each = np.full(parts.shape[1], 1.0 / parts.shape[1], dtype=np.float32)
    share = np.clip((below @ each).astype(np.float64), 1e-6, 1.0 - 1e-6)
    np.subtract(np.float32(1.0), below, out=below)
    square *= below
    slope = (square @ each) / (spread * share * (1.0 - share))
    wanted = np.log(SHARES) - np.log1p(-np.array(SHARES))
    missing = wanted - np.log(share / (1.0 - share))
    step = missing / np.maximum(slope, 1e-3 / spread)
    moved: Array = found + np.clip(step, -3.0 * spread, 3.0 * spread)
    return moved
