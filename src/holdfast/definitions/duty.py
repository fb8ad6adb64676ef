"""The times of duty, read from ``duty.toml``: what a physician or a site lead signs for a site."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from holdfast.domain.findings import Reference, Standing
from holdfast.domain.limits import Limit

FILE = Path(__file__).with_name("duty.toml")
_KEYS = {"schema", "reference", "limit"}
_LIMIT_KEYS = {"code", "unit", "wording", "standing", "reference"}


@cache
def times() -> Mapping[str, Limit]:
    """The released times, by code."""
    return read(FILE.read_bytes())


def read(data: bytes) -> Mapping[str, Limit]:
    """Times from the bytes of a file; ``ValueError`` for a key we do not know."""
    parsed = tomllib.loads(data.decode())
    if unknown := set(parsed) - _KEYS:
        raise ValueError(f"duty.toml: unknown keys {sorted(unknown)}")
    sources = {code: Reference(**source) for code, source in parsed["reference"].items()}
    found = {}
    for told in parsed["limit"]:
        if unknown := set(told) - _LIMIT_KEYS:
            raise ValueError(f"duty.toml: {told.get('code')}: unknown keys {sorted(unknown)}")
        found[told["code"]] = Limit(
            code=told["code"],
            value=None,
            unit=told["unit"],
            reference=sources[told["reference"]],
            standing=Standing(told["standing"]),
            wording=told["wording"],
        )
    return MappingProxyType(found)
