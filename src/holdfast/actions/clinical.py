"""What every clinical entry of a course has in common: who may, one transaction, one journal entry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import LockedStream, Sent, lock, make_key
from holdfast.domain.rota import Post
from holdfast.records.care import Enrollment
from holdfast.records.clinical import ClinicalAlarm
from holdfast.records.duty import DutyPage
from holdfast.records.facts import Fact
from holdfast.records.keys import DataKey, data_key_of
from holdfast.records.people import PersonKey, User

# Whom an alarm goes to first; it climbs from there as every page does.
_POSTS = {
    "result-critical": Post.PHYSICIAN,
    "review-overdue": Post.PHYSICIAN,
    "call-missed": Post.FIRST,
    "pack-unaccounted": Post.FIRST,
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Who records something of which course, when, and the id that the client made for it."""

    enrollment: Enrollment
    entry_id: UUID
    by: User
    now: datetime


@dataclass(frozen=True)
class Pen:
    """The locked stream of a course, the key of the person's words, and the site's stream if asked for."""

    entry: Entry
    stream: LockedStream
    key: DataKey
    above: LockedStream | None = None

    def id_of(self, name: str) -> UUID:
        """The id of a fact of this entry: the same entry gives the same."""
        return uuid5(self.entry.entry_id, name)


Made = Callable[[Pen], Sequence[Fact]]


def clinical_record(
    kind: str,
    entry: Entry,
    what: Mapping[str, Any],
    made: Made,
    *,
    permission: str = "clinical.record",
    check: Callable[[], Refusal | None] | None = None,
    values: Mapping[str, Any] | None = None,
    with_site: bool = False,
    word_class: str = PersonKey.WORDS,
) -> Answered:
    """Write what ``made`` makes as one entry; the same entry again gets its first receipt.

    ``check`` says why it cannot be written; an entry that was written before is not checked again.
    ``with_site`` locks the site's stream before the course's: an alarm pages on it.
    """
    if refusal := refused(entry.by, entry.enrollment, permission, entry.now):
        return refusal
    above = lock(entry.enrollment.site_id, entry.now) if with_site else None
    stream = lock(entry.enrollment.id, entry.now)
    sent = stream.sent(kind, entry.entry_id, what)
    if earlier := stream.earlier(sent, by=entry.by):
        return earlier
    if check is not None and (refusal := check()):
        return refusal
    key, keys = _key(entry, stream, word_class)
    facts = made(Pen(entry, stream, key, above))
    return stream.write(sent, facts, by=entry.by, keys=keys, values=values or {})


def _key(entry: Entry, stream: LockedStream, word_class: str) -> tuple[DataKey, list[UUID]]:
    """The person's key of a class of words, and its id where it is made now.

    The key of psychotherapy notes is made with the first of them; once destroyed it stays so.
    """
    person = entry.enrollment.person_id
    if word_class == PersonKey.WORDS or _has_key(person, word_class):
        return data_key_of(person, word_class), []
    data_key_of(person, PersonKey.WORDS)  # refused where the person's words were erased
    made = make_key(owner=person, word_class=word_class, by=entry.by, now=stream.now)
    return made, [made.id]


def _has_key(person: UUID, word_class: str) -> bool:
    return PersonKey.objects.filter(owner=person, word_class=word_class).exists()


def alarm(pen: Pen, kind: str, about: UUID) -> list[Fact]:
    """The alarm of a fact, paged on the site's stream at once; none where it was raised before."""
    if ClinicalAlarm.objects.filter(kind=kind, about=about).exists():
        return []
    assert pen.above is not None
    entry_id = uuid5(about, f"alarm/{kind}")
    page = DutyPage(
        id=uuid5(entry_id, "page"),
        site_id=pen.entry.enrollment.site_id,
        post=_POSTS[kind],
        reason=kind,
        asked_at=pen.above.now,
        asked_by=pen.entry.by,
    )
    sent: Sent = pen.above.sent("duty-paged", entry_id, {"alarm": kind, "about": about})
    pen.above.write(sent, [page], by=pen.entry.by, values={"reason": kind})
    fact = ClinicalAlarm(
        id=uuid5(entry_id, "alarm"), enrollment=pen.entry.enrollment, kind=kind, about=about
    )
    fact.page_id = page.id
    return [fact]
