"""Roles as lists of permissions, read from ``roles.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

FILE = Path(__file__).with_name("roles.toml")
_KEYS = {"schema", "permissions", "role"}
_ROLE_KEYS = {"title", "permissions"}


class RolesWrong(ValueError):
    """The file of roles says something we do not know."""


@dataclass(frozen=True)
class Roles:
    """Every permission with its meaning, and every role with its permissions."""

    sha256: str
    permissions: Mapping[str, str]
    titles: Mapping[str, str]
    granted: Mapping[str, frozenset[str]]


@cache
def roles() -> Roles:
    """The released roles."""
    return read(FILE.read_bytes())


def read(data: bytes) -> Roles:
    """Roles from the bytes of a file; ``RolesWrong`` for an unknown key or permission."""
    parsed = tomllib.loads(data.decode())
    if unknown := set(parsed) - _KEYS:
        raise RolesWrong(f"roles.toml: unknown keys {sorted(unknown)}")
    for code, role in parsed["role"].items():
        if unknown := set(role) - _ROLE_KEYS:
            raise RolesWrong(f"roles.toml: role {code}: unknown keys {sorted(unknown)}")
        if unknown := set(role["permissions"]) - set(parsed["permissions"]):
            raise RolesWrong(f"roles.toml: role {code}: unknown permissions {sorted(unknown)}")
    return Roles(
        sha256=sha256(data).hexdigest(),
        permissions=MappingProxyType(parsed["permissions"]),
        titles=MappingProxyType({code: role["title"] for code, role in parsed["role"].items()}),
        granted=MappingProxyType(
            {code: frozenset(role["permissions"]) for code, role in parsed["role"].items()}
        ),
    )
