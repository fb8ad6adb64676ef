"""The numbers of dosing sessions that a physician signs for a site, for each protocol by itself."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from holdfast.definitions import monitoring
from holdfast.definitions.session import limits
from holdfast.domain.findings import Standing
from holdfast.domain.limits import Limit
from holdfast.domain.session_compile import WIDEST


@cache
def numbers_of_sessions(protocol: str) -> Mapping[str, Limit]:
    """Those of readings, alarms, doses and the night, by code; nothing for a protocol without readings.

    A number that may be one person's own has a second beside it: how wide theirs may be at the most.
    """
    schedule = monitoring.schedules().get(protocol)
    if schedule is None:
        return {}
    rules = monitoring.load()
    found = {**rules.limits, **schedule.limits, **limits.load()}
    return MappingProxyType(found | {one.code: one for one in map(_widest, _bounds(rules.limits))})


def _bounds(numbers: Mapping[str, Limit]) -> list[Limit]:
    return [numbers[code] for code in sorted(monitoring.load().bounds)]


def _widest(limit: Limit) -> Limit:
    return Limit(
        code=f"{limit.code}{WIDEST}",
        value=None,
        unit=limit.unit,
        reference=limit.reference,
        standing=Standing.NOT_FOUND,
        wording=f"{limit.wording} One person's own number reaches at most here.",
    )
