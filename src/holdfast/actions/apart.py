"""What is judged after a fact was written is judged apart from it: a rule that breaks refuses no fact.

The record never refuses what happened (DESIGN, promise 2). A verdict or a projection that cannot
be made is undone alone, to its savepoint; that it could not be made is logged, and whoever asked
says it loudly: a failure to judge is itself an alarm.
"""

import logging
from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from holdfast.records.keys import Erased

T = TypeVar("T")

log = logging.getLogger("holdfast.actions")


def apart(what: str, work: Callable[[], T], otherwise: Callable[[], T]) -> T:
    """Do ``work`` in a savepoint of the transaction that runs; where it breaks, ``otherwise`` instead.

    The log says which kind of error and where in our code, never its words: they may hold a
    person's. That words were erased is no failure, and is raised as it is.
    """
    try:
        with transaction.atomic():
            return work()
    except Erased:
        raise
    except Exception as error:
        log.error(what, exc_info=error)
    return otherwise()
