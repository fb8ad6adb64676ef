"""Roles as lists of permissions, read from ``roles.toml``; the rules over them hold when it is read."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

FILE = Path(__file__).with_name("roles.toml")
SCOPES = ("study", "site", "shared", "own")
BLINDS = ("safe", "unblinds", "breaks")
TOUCHES = ("names", "care", "rating", "complaint")
SEES = ("blinded", "unblinded", "apart")
# Families of permissions that no emergency opening ever gives.
NEVER_BY_GLASS = frozenset(
    (
        "access",
        "authority",
        "concern",
        "disclosures",
        "erasure",
        "export",
        "glass",
        "guess",
        "letter",
        "limit",
        "lock",
        "psychotherapy",
        "record",
        "unblind",
    )
)
_KEYS = {"schema", "permissions", "role", "break-glass"}
_PERMISSION_KEYS = {"words", "scope", "writes", "blind", "touches"}
_ROLE_KEYS = {"title", "sees", "alone", "reads_only", "second_factor", "permissions"}


class RolesWrong(ValueError):
    """The file of roles says something we do not know, or breaks a rule over roles."""


@dataclass(frozen=True)
class PermissionClass:
    """What a permission can do: how far it reaches, whether it writes, what it touches."""

    scope: str
    writes: bool
    unblinds: bool
    breaks: bool  # tells what it opens to one person, once, by an act that is on record
    touches: frozenset[str]


@dataclass(frozen=True)
class Role:
    """A role: what it sees of a blind, and what it may stand beside."""

    title: str
    sees: str
    is_alone: bool
    reads_only: bool
    needs_second_factor: bool  # to log in, where the site requires it; true unless said otherwise
    permissions: frozenset[str]


@dataclass(frozen=True)
class Roles:
    """Every permission with its meaning and class, and every role with its permissions."""

    sha256: str
    permissions: Mapping[str, str]
    classes: Mapping[str, PermissionClass]
    roles: Mapping[str, Role]
    titles: Mapping[str, str]
    granted: Mapping[str, frozenset[str]]
    break_glass: frozenset[str]  # what an emergency opening lets somebody do
    never_break_glass: frozenset[str]  # roles that never open anything in an emergency

    def with_scope(self, *scopes: str) -> frozenset[str]:
        """Every permission whose scope is one of these."""
        return frozenset(code for code, each in self.classes.items() if each.scope in scopes)

    def touching(self, what: str) -> frozenset[str]:
        """Every permission that touches something."""
        return frozenset(code for code, each in self.classes.items() if what in each.touches)


@cache
def roles() -> Roles:
    """The released roles."""
    return read(FILE.read_bytes())


def read(data: bytes) -> Roles:
    """Roles from the bytes of a file.

    Raises
    ------
    RolesWrong
        For an unknown key, word or permission, and where a rule over roles does not hold.
    """
    parsed = tomllib.loads(data.decode())
    _known("roles.toml", parsed, _KEYS)
    classes = {code: _class(code, each) for code, each in parsed["permissions"].items()}
    held = {code: _role(code, each, set(classes)) for code, each in parsed["role"].items()}
    made = Roles(
        sha256=sha256(data).hexdigest(),
        permissions=MappingProxyType(
            {code: each["words"] for code, each in parsed["permissions"].items()}
        ),
        classes=MappingProxyType(classes),
        roles=MappingProxyType(held),
        titles=MappingProxyType({code: role.title for code, role in held.items()}),
        granted=MappingProxyType({code: role.permissions for code, role in held.items()}),
        **_break_glass(parsed, set(classes), set(held)),
    )
    if broken := list(broken_rules(made)):
        raise RolesWrong(f"roles.toml: {'; '.join(broken)}")
    return made


def broken_rules(made: Roles) -> Iterator[str]:
    """Every rule over roles that does not hold, in words."""
    unblinding = {code for code, each in made.classes.items() if each.unblinds}
    treating = made.touching("care") | made.touching("rating")
    breaking = {code for code, each in made.classes.items() if each.breaks}
    for code in sorted(breaking):
        if not made.classes[code].writes:
            yield f"{code} breaks a blind and leaves nothing on record"
    complaints = made.touching("complaint")
    for code, role in made.roles.items():
        if role.permissions & unblinding and role.sees != "unblinded":
            yield f"role {code} unblinds and is not an unblinded role"
        if role.sees == "unblinded" and role.permissions & treating:
            yield f"role {code} is unblinded and treats or rates"
        if role.permissions & breaking and role.permissions & made.touching("rating"):
            yield f"role {code} breaks a blind and rates"
        if role.reads_only and any(made.classes[each].writes for each in role.permissions):
            yield f"role {code} only reads and holds a permission that writes"
        if role.permissions & complaints and (role.permissions - complaints or not role.is_alone):
            yield f"role {code} reads complaints and is not made for that alone"
    if len([code for code, role in made.roles.items() if role.permissions & complaints]) > 1:
        yield "more than one role reads complaints"
    for code in sorted(made.break_glass & _never_by_glass(made)):
        yield f"an emergency opening gives {code}"
    if (
        missing := {c for c, r in made.roles.items() if r.sees == "unblinded"}
        - made.never_break_glass
    ):
        yield f"unblinded roles may open in an emergency: {', '.join(sorted(missing))}"


def _never_by_glass(made: Roles) -> frozenset[str]:
    """What an emergency never gives: beyond one person's care, unblinding, complaints, or for ever."""
    classes = made.classes.items()
    return frozenset(
        code
        for code, each in classes
        if each.scope != "study"
        or each.unblinds
        or each.breaks
        or each.touches & {"complaint", "rating"}
        or code.partition(".")[0] in NEVER_BY_GLASS
    )


def _break_glass(
    parsed: Mapping[str, Any], permissions: set[str], roles_known: set[str]
) -> dict[str, frozenset[str]]:
    said = parsed.get("break-glass", {})
    _known("roles.toml: break-glass", said, {"permissions", "never_for"})
    given, never = frozenset(said.get("permissions", ())), frozenset(said.get("never_for", ()))
    if unknown := (given - permissions) | (never - roles_known):
        raise RolesWrong(f"roles.toml: break-glass: not known: {sorted(unknown)}")
    return {"break_glass": given, "never_break_glass": never}


def _class(code: str, said: Any) -> PermissionClass:
    place = f"roles.toml: permission {code}"
    if not isinstance(said, Mapping):
        raise RolesWrong(f"{place}: says no class")
    _known(place, said, _PERMISSION_KEYS)
    if missing := {"words", "scope", "writes", "blind"} - set(said):
        raise RolesWrong(f"{place}: says no {', '.join(sorted(missing))}")
    touches = frozenset(said.get("touches", ()))
    is_known = said["scope"] in SCOPES and said["blind"] in BLINDS and touches <= set(TOUCHES)
    if not is_known or not isinstance(said["writes"], bool):
        raise RolesWrong(f"{place}: its class is not one we know")
    unblinds, breaks = (said["blind"] == each for each in ("unblinds", "breaks"))
    return PermissionClass(said["scope"], said["writes"], unblinds, breaks, touches)


def _role(code: str, said: Mapping[str, Any], permissions: set[str]) -> Role:
    place = f"roles.toml: role {code}"
    _known(place, said, _ROLE_KEYS)
    if unknown := set(said["permissions"]) - permissions:
        raise RolesWrong(f"{place}: unknown permissions {sorted(unknown)}")
    if said.get("sees") not in SEES:
        raise RolesWrong(f"{place}: what it sees of a blind is not one of {', '.join(SEES)}")
    return Role(
        title=said["title"],
        sees=said["sees"],
        is_alone=said.get("alone", False),
        reads_only=said.get("reads_only", False),
        needs_second_factor=said.get("second_factor", True),
        permissions=frozenset(said["permissions"]),
    )


def _known(place: str, said: Mapping[str, Any], keys: set[str]) -> None:
    if unknown := set(said) - keys:
        raise RolesWrong(f"{place}: unknown keys {sorted(unknown)}")
