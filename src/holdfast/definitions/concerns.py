"""The times of the path of concerns, and the words of which phrases are made."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from holdfast.domain.concerns import ConcernTime
from holdfast.domain.findings import Reference, Standing

FILE = Path(__file__).with_name("concerns.toml")
WORDS = Path(__file__).with_name("phrase_words.txt")
OURS = "ours"
_KEYS = {"schema", "reference", "time"}
_TIME_KEYS = {"code", "value", "unit", "least", "most", "wording", "standing", "reference"}


@cache
def times() -> Mapping[str, ConcernTime]:
    """The released times, by code."""
    return read(FILE.read_bytes())


def read(data: bytes) -> Mapping[str, ConcernTime]:
    """Times from the bytes of a file; ``ValueError`` for a key we do not know or one missing."""
    parsed = tomllib.loads(data.decode())
    if unknown := set(parsed) - _KEYS:
        raise ValueError(f"concerns.toml: unknown keys {sorted(unknown)}")
    sources = {code: Reference(**source) for code, source in parsed["reference"].items()}
    found = {}
    for told in parsed["time"]:
        if wrong := set(told) ^ _TIME_KEYS:
            raise ValueError(f"concerns.toml: {told.get('code')}: {sorted(wrong)}")
        standing = None if told["standing"] == OURS else Standing(told["standing"])
        source = sources[told["reference"]]
        found[told["code"]] = ConcernTime(**told | {"standing": standing, "reference": source})
    return MappingProxyType(found)


@cache
def phrase_words() -> tuple[str, ...]:
    """The 256 words of a phrase: short, plain, told apart by their first letters; 8 bits each."""
    words = tuple(WORDS.read_text(encoding="ascii").split())
    if len(words) != 256 or len(set(words)) != 256:
        raise ValueError("phrase_words.txt: expected 256 different words")
    return words
