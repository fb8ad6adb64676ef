"""What the watch over custody reads of a site: who handled what, when, and what was found of it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from holdfast.definitions import custody_watch
from holdfast.domain.diversion import (
    Differed,
    Handled,
    Issued,
    Pattern,
    Seal,
    Swallowed,
    Watched,
    patterns,
)
from holdfast.domain.movements import Kind, capsules_of
from holdfast.records.people import Site
from holdfast.records.session import SessionFact
from holdfast.records.supply import CountTaken, Discrepancy, DrugMovement

_TAKEN = frozenset((Kind.SWALLOWED.value, Kind.PART_TAKEN.value))
_BACK = frozenset((Kind.OPEN.value, Kind.RETURN_BOX.value))


def patterns_of(site: Site, now: datetime) -> tuple[Pattern, ...]:
    """Every pattern in what happened at a site within the time that the watch looks back."""
    numbers = custody_watch.load()
    return patterns(watched(site, now - timedelta(days=numbers.days), now), numbers)


def watched(site: Site, since: datetime, now: datetime) -> Watched:
    """All that the watch reads, from a moment on."""
    rows = DrugMovement.objects.filter(store__site=site, at__gte=since, at__lte=now)
    rows = rows.exclude(kind=Kind.CORRECT.value).filter(corrected_by=None)
    moves = list(rows.select_related("act", "container").order_by("at", "id"))
    return Watched(
        zone=site.zone,
        issued=list(_issued(moves)),
        handled=[*_handled(moves), *_counted(site, since, now)],
        differed=list(_differed(site, since, now, moves)),
        seals=list(_seals(moves)),
        swallowed=list(_swallowed(moves)),
    )


def _people(row: DrugMovement) -> frozenset[str]:
    return frozenset(each.hex for each in (row.moved_by_id, row.second_id) if each is not None)


def _issued(moves: list[DrugMovement]) -> Iterable[Issued]:
    """Each supplement that was issued for a session, with whoever had its container in hand there."""
    taken: set[tuple[UUID, UUID, int]] = set()
    hands: dict[tuple[UUID, UUID], set[str]] = defaultdict(set)
    for row in moves:
        if row.session_id is None:
            continue
        key = (row.session_id, row.container_id)
        if row.kind != Kind.ISSUE_BOX.value:
            hands[key] |= _people(row)
        if row.kind in _TAKEN:
            taken |= {(*key, capsule) for capsule in capsules_of(row.capsules)}
    for row in moves:
        if row.kind != Kind.ISSUE_BOX.value or row.container.part != "supplement":
            continue
        if row.session_id is None:
            continue
        key = (row.session_id, row.container_id)
        if people := hands.get(key):  # what nobody touched since is still in its box
            was_taken = any((*key, one) in taken for one in capsules_of(row.capsules))
            yield Issued(row.id.hex, frozenset(people), row.at, was_taken)


def _handled(moves: list[DrugMovement]) -> Iterable[Handled]:
    """Each movement, by whoever made it."""
    for row in moves:
        yield Handled(
            row.id.hex,
            row.moved_by_id.hex,
            row.at,
            is_alone=row.act.policy == "emergency",
            is_loss=row.kind == Kind.LOSE.value,
            is_in_session=row.session_id is not None,
        )


def _counted(site: Site, since: datetime, now: datetime) -> Iterable[Handled]:
    rows = CountTaken.objects.filter(store__site=site, counted_at__gte=since, counted_at__lte=now)
    for id_, person, at in rows.values_list("id", "counted_by_id", "counted_at"):
        yield Handled(id_.hex, person.hex, at)


def _differed(
    site: Site, since: datetime, now: datetime, moves: list[DrugMovement]
) -> Iterable[Differed]:
    """Each count that differed, with whoever moved the container since the count before."""
    rows = Discrepancy.objects.filter(
        store__site=site, count__isnull=False, opened_at__gte=since, opened_at__lte=now
    )
    own: dict[UUID, list[DrugMovement]] = defaultdict(list)
    for row in moves:
        own[row.container_id].append(row)
    for one in rows.select_related("count").order_by("opened_at", "id"):
        assert one.count is not None
        at, container = one.count.counted_at, one.count.container_id
        earlier = CountTaken.objects.filter(container_id=container, counted_at__lt=at)
        last = earlier.order_by("-counted_at").values_list("counted_at", flat=True).first()
        near = [m for m in own[container] if (last is None or m.at > last) and m.at <= at]
        people = frozenset(person for move in near for person in _people(move))
        yield Differed(one.id.hex, people)


def _seals(moves: list[DrugMovement]) -> Iterable[Seal]:
    """The seal of each box as it was issued, beside what was found when it was opened or came back."""
    issued: dict[tuple[UUID, UUID | None], str] = {}
    for row in moves:
        key = (row.container_id, row.session_id)
        if row.kind == Kind.ISSUE_BOX.value:
            issued[key] = row.seal
        elif row.kind in _BACK and row.seal:
            yield Seal(row.id.hex, _people(row), issued.get(key, ""), row.seal)


def _swallowed(moves: list[DrugMovement]) -> Iterable[Swallowed]:
    """Each capsule that was swallowed, with when its session was read."""
    taken = [row for row in moves if row.kind in _TAKEN and row.session_id is not None]
    readings: dict[UUID, list[datetime]] = defaultdict(list)
    sessions = {row.session_id for row in taken}
    facts = SessionFact.objects.filter(session_id__in=sessions, kind="reading")
    for session, at in facts.values_list("session_id", "at"):
        readings[session].append(at)
    for row in taken:
        assert row.session_id is not None
        yield Swallowed(row.id.hex, _people(row), row.at, tuple(readings[row.session_id]))
