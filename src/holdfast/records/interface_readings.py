"""Readings by the interface: under which entry an Observation stands, and which one it corrects.

An entry's id is made from what the Observation says, so that the same again is the same entry. The
sender's own id is kept nowhere else: whose entry it was is found by making the ids again.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid5

from holdfast.interop.fhir.vital_signs import ObservedReading
from holdfast.records.session import DosingSession, SessionFact
from holdfast.records.session_now import read_stored

NAMESPACE = UUID("0a4bd3b2-8f7e-4a0e-8a52-1f2f6ad3f6b1")


def entry_id_of(session: UUID, read: ObservedReading, corrects: UUID | None) -> UUID:
    """The id of the entry that an Observation of a session is, where its sender names none."""
    return _made(session, read.id, read.at, read.fields, corrects)


def _made(
    session: UUID,
    id_: str,
    at: datetime,
    fields: Mapping[str, object],
    corrects: UUID | None,
) -> UUID:
    values = sorted((name, str(value)) for name, value in fields.items())
    return uuid5(NAMESPACE, f"{session}/{id_}/{at.astimezone(UTC).isoformat()}/{values}/{corrects}")


def corrected_by(session: DosingSession, read: ObservedReading) -> UUID | None:
    """The entry whose place a corrected Observation takes; None where none of its id ever came.

    The last of its id, or, where this very correction came before, what it corrected then.
    """
    if not read.id:
        return None
    rows = SessionFact.objects.filter(session=session, kind="reading", came="interface")
    told = list(rows.order_by("position", "id"))
    mine = [fact for fact in told if fact.id == _again(fact, read.id)]
    for fact in mine:
        if fact.corrects and fact.id == entry_id_of(session.id, read, fact.corrects):
            return fact.corrects
    after = {fact.corrects: fact.id for fact in told if fact.corrects}
    last = mine[-1].id if mine else None
    while last in after:  # whatever took its place since
        last = after.pop(last)
    return last


def _again(fact: SessionFact, id_: str) -> UUID:
    """The id that an entry would have, had it come from an Observation of this id."""
    fields = read_stored(fact.kind, fact.fields)
    fields.pop("how", None)
    return _made(fact.session_id, id_, fact.at, fields, fact.corrects)
