"""The closed lists of codes of the pre-screening log, read from ``prescreening.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

FILE = Path(__file__).with_name("prescreening.toml")


@dataclass(frozen=True)
class PrescreeningCodes:
    """Sources of referral and reasons, each code with its words."""

    sources: Mapping[str, str]
    reasons: Mapping[str, str]


@cache
def codes() -> PrescreeningCodes:
    """The released codes."""
    parsed = tomllib.loads(FILE.read_text(encoding="utf-8"))
    if unknown := set(parsed) - {"schema", "source", "reason"}:
        raise ValueError(f"prescreening.toml: unknown keys {sorted(unknown)}")
    return PrescreeningCodes(MappingProxyType(parsed["source"]), MappingProxyType(parsed["reason"]))
