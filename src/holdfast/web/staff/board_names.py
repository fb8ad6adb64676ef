"""The names that the board shows: people by study, therapists by account; three queries for any number."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import orjson

from holdfast.records.access import covers
from holdfast.records.board import BoardLine
from holdfast.records.keys import opened_rows
from holdfast.records.people import Identity, StaffRecord
from holdfast.web.admitted import Admitted, studies


def names_on_board(
    request: Admitted, lines: Sequence[BoardLine], therapists: Iterable[UUID]
) -> dict[UUID, str]:
    """The name of each enrollment and of each therapist; absent where it may not or cannot be read."""
    named = studies(request, "referral.see")
    people = {line.person_id for line in lines if covers(named, line.study)}
    identities = list(Identity.objects.filter(person_id__in=people, corrected_by=None))
    staff = StaffRecord.objects.filter(user_id__in=set(therapists), corrected_by=None)
    records = list(staff.order_by("position"))
    wanted: list[tuple[Any, str]] = [(row, "words") for row in identities]
    wanted += [(row, "printed_name") for row in records]
    told = opened_rows(wanted)
    words = dict(zip((row.person_id for row in identities), told, strict=False))
    names = {
        line.enrollment_id: name
        for line in lines
        if line.person_id in people and (name := _name(words.get(line.person_id)))
    }
    printed = zip(records, told[len(identities) :], strict=True)
    return names | {row.user_id: name for row, name in printed if name}


def _name(words: str | None) -> str:
    told: dict[str, Any] = orjson.loads(words or "{}")
    return " ".join(part for part in (told.get("given"), told.get("family")) if part)
