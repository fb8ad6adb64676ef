"""What an emergency opening adds to what somebody may do: for one enrollment, while it stands."""

from datetime import datetime
from typing import Any
from uuid import UUID

from holdfast.definitions.roles import roles
from holdfast.domain.glass import NOTHING
from holdfast.records import access
from holdfast.records.glass import granted
from holdfast.records.pauses import paused_anywhere
from holdfast.records.people import User

BREAK = "glass.break"


def may_break_glass(user: Any, now: datetime) -> bool:
    """True for a clinician of the organisation, wherever they work.

    Never for somebody who also holds a role that must not know what a record tells.
    """
    held = access.assignments_of(user, now)
    if any(row.role in roles().never_break_glass for row in held):
        return False
    # Who is paused at one site opens no record there by another site's role.
    return access.holds_anywhere(user, BREAK, now) and not paused_anywhere(user)


def role_that_breaks_glass(user: User, now: datetime) -> str:
    """The role by which somebody may; named beside their signature."""
    rows = access.assignments_of(user, now)
    return min((row.role for row in rows if BREAK in access.granted_by(row)), default="")


def given_by_glass(role: str) -> frozenset[str]:
    """What an opening lets somebody in this role do; a role that only reads still only reads."""
    made = roles()
    if role not in made.roles:
        return NOTHING
    if not made.roles[role].reads_only:
        return made.break_glass
    return frozenset(code for code in made.break_glass if not made.classes[code].writes)


def by_glass(user: Any, enrollment_id: UUID | None, now: datetime) -> frozenset[str]:
    """What a standing opening lets somebody do with an enrollment now.

    Nothing once it ended, and nothing for who may not break glass any more: a role that ended or
    is suspended ends what was opened by it.
    """
    if enrollment_id is None or not isinstance(user, User):
        return NOTHING
    held = granted(user, enrollment_id, now)
    return held if held and may_break_glass(user, now) else NOTHING
