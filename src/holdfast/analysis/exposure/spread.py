"""How people differ in what their bodies do with the drug, and the few persons that stand for all of them."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from holdfast.analysis.exposure.people import Person
from holdfast.definitions.exposure import MODELS, Numbers, load

Array = NDArray[np.float64]

_NODES = (5, 3, 5)  # for clearance, volume and absorption


@dataclass(frozen=True)
class Persons:
    """Standard normal scores of virtual persons, in three rows: clearance, volume, absorption.

    ``weights`` add up to 1 and say how many of all people each stands for.
    """

    scores: Array
    weights: Array


@cache
def standing_for_all() -> Persons:
    """The 75 persons of a Gauss-Hermite rule: their weighted means are those of all people.

    Exact for polynomials of the scores up to degree 9, 5 and 9. Made once and kept.
    """
    rules = [np.polynomial.hermite_e.hermegauss(count) for count in _NODES]
    scores = np.meshgrid(*(nodes for nodes, _ in rules), indexing="ij")
    weights = np.meshgrid(*(weight / weight.sum() for _, weight in rules), indexing="ij")
    return Persons(
        np.stack([part.ravel() for part in scores]),
        np.prod([part.ravel() for part in weights], axis=0),
    )


@dataclass(frozen=True)
class Bodies:
    """What the models of concentration need of each virtual person.

    ``clearance`` and ``volume`` are multiples of the typical value at the reference weight,
    ``absorption`` of the typical rate; ``cyp2d6_activity`` is as in ``Person``.
    """

    clearance: Array
    volume: Array
    absorption: Array
    cyp2d6_activity: Array


def bodies(person: Person, scores: Array, numbers: Numbers) -> Bodies:
    """People like this one: its weight, activity and meal, and the spread that no covariate explains.

    Parameters
    ----------
    scores
        Standard normal, in three rows as in ``Persons``; zeros give the typical person.
    numbers
        Of a model of concentration. Where a spread was not found there, the three-state model
        lends its own.
    """
    lent = load(MODELS[0])

    def spread(code: str) -> float:
        return numbers[code] if numbers.is_known(code) else lent[code]

    relative = person.weight_kg / numbers["reference-weight"]
    together = numbers["clearance-volume-correlation"]
    alone = float(np.sqrt(1.0 - together**2))
    meal = numbers["fed-absorption-factor"] if person.has_eaten else 1.0
    return Bodies(
        clearance=relative ** numbers["clearance-weight-exponent"]
        * np.exp(spread("clearance-spread") * scores[0]),
        volume=relative ** numbers["volume-weight-exponent"]
        * np.exp(spread("volume-spread") * (together * scores[0] + alone * scores[1])),
        absorption=meal * np.exp(spread("absorption-spread") * scores[2]),
        cyp2d6_activity=np.full(scores.shape[1], person.cyp2d6_activity),
    )
