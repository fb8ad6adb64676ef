"""What a page of ours sends as JSON, read strictly, and how such an act is answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from holdfast.actions.outcomes import Receipt

LARGEST_BODY = 256 * 1024  # bytes; an entry is at most a quarter of it


class BodyUnreadable(ValueError):
    """The body is no JSON of ours; ``place`` says what is wrong with it."""


@dataclass(frozen=True)
class Body:
    """A small JSON object, read strictly."""

    told: Mapping[str, Any]

    @classmethod
    def of(cls, request: HttpRequest) -> "Body":
        if len(request.body) > LARGEST_BODY:
            raise BodyUnreadable("too-long")
        try:
            told = json.loads(request.body)
        except (ValueError, RecursionError):
            raise BodyUnreadable("not-json") from None
        if not isinstance(told, dict):
            raise BodyUnreadable("not-an-object")
        return cls(told)

    def text(self, name: str) -> str:
        value = self.told.get(name, "")
        if not isinstance(value, str):
            raise BodyUnreadable(name)
        return value

    def identifier(self, name: str) -> UUID:
        try:
            return UUID(self.text(name))
        except ValueError:
            raise BodyUnreadable(name) from None

    def identifiers(self, name: str) -> set[UUID]:
        values = self.told.get(name)
        if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
            raise BodyUnreadable(name)
        try:
            return {UUID(each) for each in values}
        except ValueError:
            raise BodyUnreadable(name) from None

    def count(self, name: str) -> int | None:
        value = self.told.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise BodyUnreadable(name)
        return value


def wrong(reason: Any, status: int = 422, **more: Any) -> JsonResponse:
    return JsonResponse({"problem": str(reason), **more}, status=status)


def unreadable(error: ValueError) -> JsonResponse:
    return wrong(_("This could not be read (%(place)s).") % {"place": error}, refused=str(error))


def told_receipt(receipt: Receipt, **more: Any) -> dict[str, Any]:
    return {
        "id": str(receipt.entry_id),
        "journal": receipt.entry_hash,
        "position": receipt.position,
        "recorded_at": receipt.recorded_at.isoformat(),
        **more,
    }
