"""What was known when: the entries of a session in the order in which they became known.

Every rule of a session judges by what was known at a moment. What was raised by then stays raised,
whatever becomes known later; so no late entry and no correction makes an alarm vanish.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType

from holdfast.domain.session_entries import SessionEntry, corrected, in_order, known

DOSES = frozenset({"dose-given", "dose-spat"})
ENDS = frozenset({"exit", "exit-step", "session-closed"})  # of these some end the watching
# After these exits nobody of the pair is with the person any more, or the night's rules begin.
_LEFT = frozenset({"overnight", "home-with-escort", "left-against-advice", "death"})
_TRANSFER, _HANDED_OVER = "transfer-to-hospital", "sheet-handed-over"


@dataclass(frozen=True)
class End:
    """What ends the watching of a session: one entry, or two that say so together."""

    entries: tuple[SessionEntry, ...]

    @property
    def at(self) -> datetime:
        """When it ended."""
        return max(at_latest(entry) for entry in self.entries)

    @property
    def known_at(self) -> datetime:
        """When that was known."""
        return max(entry.known_at for entry in self.entries)


@dataclass(frozen=True)
class Log:
    """The entries known by some moment. A corrected entry is there, and stands no more from then on."""

    entries: tuple[SessionEntry, ...]

    def of(self, *kinds: str) -> tuple[SessionEntry, ...]:
        """The entries of these kinds, in the order in which they became known."""
        if kinds not in self._merged:
            found = [entry for kind in set(kinds) for entry in self._by_kind.get(kind, ())]
            self._merged[kinds] = tuple(sorted(found, key=in_order))
        return self._merged[kinds]

    def corrected_at(self, entry: SessionEntry) -> datetime | None:
        """When it became known that an entry is corrected; None while it stands."""
        correction = self._corrections.get(entry.id)
        return None if correction is None else max(correction.known_at, entry.known_at)

    def stood(self, entry: SessionEntry, by: datetime) -> bool:
        """Whether an entry was known by a moment, and not yet corrected."""
        gone = self.corrected_at(entry)
        return entry.known_at <= by and (gone is None or gone > by)

    def standing(self, *kinds: str) -> tuple[SessionEntry, ...]:
        """The entries of these kinds that nothing corrects, by their own time."""
        found = (entry for entry in self.of(*kinds) if self.corrected_at(entry) is None)
        return tuple(sorted(found, key=_by_time))

    @cached_property
    def doses(self) -> tuple[SessionEntry, ...]:
        """What went into the person, or may have, by its own time; corrected ones as well.

        A dose that was spat out counts by itself unless it names the dose as given.
        """
        found = [
            entry
            for entry in self.of(*DOSES)
            if entry.kind == "dose-given" or not entry.code("given")
        ]
        return tuple(sorted(found, key=_by_time))

    @cached_property
    def ends(self) -> tuple[End, ...]:
        """What ends the watching: its closing, or an exit after which somebody else watches, or nobody.

        Whoever stays longer is watched as before; so is who waits for the ambulance, until somebody
        took over with the sheet.
        """
        exits = self.of("exit")
        alone = (*self.of("session-closed"), *(e for e in exits if e.code("exit") in _LEFT))
        transfers = [e for e in exits if e.code("exit") == _TRANSFER]
        steps = [e for e in self.of("exit-step") if e.code("step") == _HANDED_OVER]
        together = ((one, step) for one in transfers for step in steps)
        return tuple(End(entries) for entries in (*((e,) for e in alone), *together))

    def first_dose(self, by: datetime) -> SessionEntry | None:
        """The first dose as it was known by a moment."""
        return next((dose for dose in self.doses if self.stood(dose, by)), None)

    def ended(self, by: datetime) -> datetime | None:
        """When the session ended, as it was known by a moment; None while it goes on."""
        found = (end.at for end in self.ends if all(self.stood(one, by) for one in end.entries))
        return min(found, default=None)

    @cached_property
    def ends_known(self) -> tuple[datetime, ...]:
        """When each end that stands was known."""
        return tuple(
            end.known_at
            for end in self.ends
            if all(self.corrected_at(one) is None for one in end.entries)
        )

    def end_known_after(self, moment: datetime) -> datetime | None:
        """The first moment after another at which it was known that the session has ended."""
        return min((max(known_at, moment) for known_at in self.ends_known), default=None)

    @cached_property
    def _corrections(self) -> Mapping[str, SessionEntry]:
        return MappingProxyType(dict(corrected(self.entries)))

    @cached_property
    def _merged(self) -> dict[tuple[str, ...], tuple[SessionEntry, ...]]:
        return {}

    @cached_property
    def _by_kind(self) -> Mapping[str, Sequence[SessionEntry]]:
        found: dict[str, list[SessionEntry]] = {}
        for entry in self.entries:
            found.setdefault(entry.kind, []).append(entry)
        return found


def at_latest(entry: SessionEntry) -> datetime:
    """When an entry was true, or when it became known if its own time cannot be."""
    return min(entry.at, entry.known_at)


def log_of(entries: Iterable[SessionEntry], now: datetime) -> Log:
    """What was known by ``now``, each entry once."""
    return Log(known(entries, now))


def _by_time(entry: SessionEntry) -> tuple[datetime, datetime, str]:
    return (at_latest(entry), entry.known_at, entry.id)


def earliest(*moments: datetime | None) -> datetime | None:
    """The first of some moments, leaving out those that never came."""
    return min((moment for moment in moments if moment is not None), default=None)


def minutes(number: object) -> timedelta:
    """So many minutes; none where no number is signed."""
    return timedelta(0) if number is None else timedelta(minutes=float(str(number)))
