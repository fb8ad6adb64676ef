"""The check inside every action: the second after the page's, and the one that holds."""

from datetime import datetime

from holdfast.actions.outcomes import Refusal
from holdfast.definitions.roles import roles
from holdfast.records.access import permissions_of, roles_of
from holdfast.records.people import Site, User


def refused(by: User, site: Site | None, permission: str, now: datetime) -> Refusal | None:
    """A refusal where somebody may not; None where they may. Nobody may by default."""
    if permission in permissions_of(by, site, now):
        return None
    return Refusal("not-permitted", {"permission": permission})


def role_with(by: User, site: Site | None, permission: str, now: datetime) -> str:
    """The role by which somebody may; named beside their signature."""
    granted = roles().granted
    held = [role for role in roles_of(by, site, now) if permission in granted.get(role, ())]
    return held[0] if held else ""
