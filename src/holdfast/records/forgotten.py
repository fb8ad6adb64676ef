"""What was erased and what may be: read from facts and from the journal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from holdfast.records.care import Enrollment
from holdfast.records.erasure import Erasure, ErasureRequest, SignedRetention
from holdfast.records.events import read_event
from holdfast.records.journal import JournalEntry
from holdfast.records.keys import opened
from holdfast.records.people import PersonKey, Site

# Entries that say nothing new of a person: no period counts from them. Every other kind counts.
NO_CARE = frozenset(
    {
        "verdict-shown",
        "became-overdue",
        "message-received",
        "message-failed",
        "record-handed-out",
        "erasure-requested",
        "erasure-signed",
        "keys-destroyed",
        "conflict-kept",
    }
)


@dataclass(frozen=True)
class Signer:
    """Who signed, by printed name, and when."""

    name: str
    signed_at: datetime


@dataclass(frozen=True)
class WhatWasErased:
    """An erasure as it is shown in the place of the words."""

    erased_at: datetime
    rule: str
    reason_code: str
    classes: tuple[str, ...]
    signers: tuple[Signer, ...]


def is_erased(person_id: UUID) -> bool:
    """True where any of a person's keys was destroyed."""
    return PersonKey.objects.filter(owner=person_id, wrapped=None).exists()


def erased_among(people: Iterable[UUID]) -> set[UUID]:
    """Those of these people of whose keys any was destroyed."""
    rows = PersonKey.objects.filter(owner__in=set(people), wrapped=None)
    return set(rows.values_list("owner", flat=True))


def what_was_erased(person_id: UUID) -> WhatWasErased | None:
    """The newest erasure of a person; None where nothing was erased, or no fact says so here.

    A record restored from before the erasure has the keys destroyed again and no such fact.
    """
    row = Erasure.objects.filter(person_id=person_id).order_by("-recorded_at", "-id").first()
    if row is None:
        return None
    return WhatWasErased(
        erased_at=row.recorded_at,
        rule=row.rule,
        reason_code=row.reason_code,
        classes=tuple(orjson.loads(row.word_classes)),
        signers=signers_of(row.request),
    )


def signers_of(request: ErasureRequest) -> tuple[Signer, ...]:
    """Who signed a request so far, the first first."""
    rows = request.signatures.select_related("signature").order_by("number")
    return tuple(
        Signer(opened(row.signature, "printed_name") or "", row.signature.signed_at) for row in rows
    )


def open_request(person_id: UUID) -> ErasureRequest | None:
    """The request about a person that was not carried out yet, the newest."""
    rows = ErasureRequest.objects.filter(person_id=person_id, erasure=None)
    return rows.order_by("-recorded_at", "-id").first()


def signed_years(site: Site) -> dict[str, int]:
    """The years that stand signed for a site, by the code of the rule."""
    rows = SignedRetention.objects.filter(site=site, corrected_by=None)
    return dict(rows.order_by("position", "id").values_list("rule", "years"))


def last_entry_on(person_id: UUID, site: Site) -> date | None:
    """The site's date of the newest entry about a person, in any of their enrollments."""
    streams = Enrollment.objects.filter(person_id=person_id).values("id")
    entries = JournalEntry.objects.filter(stream_id__in=streams).order_by("-recorded_at")
    for entry in entries.iterator(chunk_size=100):
        if read_event(bytes(entry.event)).kind not in NO_CARE:
            return entry.recorded_at.astimezone(ZoneInfo(site.zone)).date()
    return None
