"""What an amendment changes: from one version of a protocol to another, part by part.

Every change says whom it concerns: visits that move, people who must consent again before the next
act that asks for it, numbers a site must sign anew.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.schedule import Schedule, Visit, Window
from holdfast.domain.visits import PlannedVisit

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
EMPTY = Schedule(visits=())
# Parts whose change alters what a person agreed to; a wording that says the same does not.
ASKS_FOR_CONSENT = frozenset({"visit", "doses", "arm", "stage", "provision"})


@dataclass(frozen=True)
class Change:
    """One difference. ``moves`` is true where planned visits get other dates."""

    part: str
    code: str
    what: str
    before: str = ""
    after: str = ""
    detail: str = ""
    moves: bool = False

    @property
    def asks_for_consent(self) -> bool:
        """Whether people already enrolled must consent again."""
        return self.part in ASKS_FOR_CONSENT


def changes(old: ProtocolVersion, new: ProtocolVersion) -> tuple[Change, ...]:
    """Every difference between two versions, in the order of a protocol file."""
    before, after = old.schedule or EMPTY, new.schedule or EMPTY
    return (
        *_compared("criterion", _by_code(old.criteria), _by_code(new.criteria), _criterion),
        *_compared("limit", old.limits, new.limits, _limit),
        *_compared("stage", _by_code(before.stages), _by_code(after.stages), _plain("entered_by")),
        *_compared("arm", _by_code(before.arms), _by_code(after.arms), _plain("share")),
        *_compared("doses", before.doses, after.doses, _menu),
        *_compared("visit", _by_code(before.visits), _by_code(after.visits), _visit),
        *_compared(
            "provision", _by_code(before.provisions), _by_code(after.provisions), _plain("wording")
        ),
    )


@dataclass(frozen=True)
class Moved:
    """A visit still to come whose dates another version changes; None where a plan has it not.

    Each is earliest, target and latest day; any may be unknown.
    """

    title: str
    before: tuple[date | None, date | None, date | None] | None
    after: tuple[date | None, date | None, date | None] | None


def moved(before: Iterable[PlannedVisit], after: Iterable[PlannedVisit]) -> tuple[Moved, ...]:
    """The visits still to come that stand elsewhere, come to it or fall away, the later plan's first."""
    old = {one.visit.code: one for one in before if one.actual is None}
    new = {one.visit.code: one for one in after if one.actual is None}
    titles = {code: one.visit.title for code, one in (old | new).items()}
    return tuple(
        Moved(titles[code], _dates(old.get(code)), _dates(new.get(code)))
        for code in (*new, *(each for each in old if each not in new))
        if _dates(old.get(code)) != _dates(new.get(code))
    )


def _dates(one: PlannedVisit | None) -> tuple[date | None, date | None, date | None] | None:
    return (one.earliest, one.target, one.latest) if one else None


def _by_code(parts: Iterable[Any]) -> Mapping[str, Any]:
    return {part.code: part for part in parts}


def _compared(
    part: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    told: Callable[[Any], Mapping[str, str]],
) -> Iterator[Change]:
    """What was taken out, what was put in, and each thing told differently."""
    for code in old:
        if code not in new:
            yield Change(part, code, REMOVED, before=_title(old[code]), moves=part == "visit")
    for code, now in new.items():
        if code not in old:
            yield Change(part, code, ADDED, after=_title(now), moves=part == "visit")
            continue
        was, told_now = told(old[code]), told(now)
        for detail, value in told_now.items():
            if was[detail] != value:
                moves = part == "visit" and detail in ("window", "anchor", "after")
                yield Change(part, code, CHANGED, was[detail], value, detail, moves)


def _title(part: Any) -> str:
    return str(getattr(part, "title", "") or getattr(part, "wording", "") or part.rule)


def _plain(*names: str) -> Callable[[Any], Mapping[str, str]]:
    return lambda part: {name: str(getattr(part, name)) for name in names}


def _criterion(criterion: Any) -> Mapping[str, str]:
    return {
        "wording": criterion.wording,
        "rule": f"{criterion.kind} {criterion.rule}",
        "may be overridden by": criterion.override or "nobody",
    }


def _limit(limit: Any) -> Mapping[str, str]:
    number = "no number" if limit.value is None else f"{limit.value} {limit.unit}"
    return {"value": number, "standing": limit.standing.value}


def _menu(menu: Any) -> Mapping[str, str]:
    choices = "; ".join(
        f"{c.initial_mg} mg"
        + ("" if c.supplemental_mg is None else f" then {c.supplemental_mg} mg")
        + (f" ({', '.join(c.arms)})" if c.arms else "")
        for c in menu.choices
    )
    span = menu.supplement_after_minutes
    return {
        "choices": choices,
        "time of the supplement": f"{span[0]} to {span[1]} minutes" if span else "none",
    }


def _visit(visit: Visit) -> Mapping[str, str]:
    return {
        "kind": visit.kind.value,
        "anchor": visit.anchor,
        "window": window_words(visit.window),
        "after": ", ".join(visit.after) or "nothing",
        "place": visit.place.value,
        "attended by": ", ".join(visit.attended_by) or "nobody named",
        "minutes": str(visit.minutes or "not said"),
        "activities": ", ".join(visit.activities) or "none",
        "doses": visit.doses or "none",
    }


def window_words(window: Window) -> str:
    """A window in days: ``21 to 35 days, target 28``; what is not known is said."""
    known = [window.earliest_days, window.latest_days]
    first, last = ("?" if day is None else str(day) for day in known)
    target = "not known" if window.target_days is None else str(window.target_days)
    ours = " (suggested)" if window.is_suggested else ""
    return f"{first} to {last} days, target {target}{ours}"
