"""The operational times, read from ``operational_times.toml``: our own defaults and their bounds."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from holdfast.domain.operational_times import OperationalTime

FILE = Path(__file__).with_name("operational_times.toml")
_KEYS = {"schema", "time"}
_TIME_KEYS = {"code", "default", "unit", "least", "most", "wording", "reason"}


@cache
def operational_times() -> Mapping[str, OperationalTime]:
    """The released times, by code."""
    return read(FILE.read_bytes())


def read(data: bytes) -> Mapping[str, OperationalTime]:
    """Times from the bytes of a file; ``ValueError`` for a key we do not know or one that is missing."""
    parsed = tomllib.loads(data.decode())
    if unknown := set(parsed) - _KEYS:
        raise ValueError(f"operational_times.toml: unknown keys {sorted(unknown)}")
    found = {}
    for told in parsed["time"]:
        if wrong := set(told) ^ _TIME_KEYS:
            raise ValueError(f"operational_times.toml: {told.get('code')}: {sorted(wrong)}")
        found[told["code"]] = OperationalTime(**told)
    return MappingProxyType(found)
