"""The night at the site: looks at the person, what they felt, drank and took, whom one called, and the
morning's hand-over, with which the integration visit begins.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from holdfast.domain.conditions import Condition, condition
from holdfast.domain.course_so_far import CourseSoFar
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_log import Log, at_latest
from holdfast.domain.session_plan import SessionPlan, Tier

CHECK_EVERY = "night-check-every"  # minutes
CHECK_MISSING = "night-check-missing"
PREFERENCE = "attendant-preference-kept"
OVERNIGHT = "overnight"
# What an attendant writes; everything else of a session is for those who run it.
KINDS = frozenset(
    {
        "night-check",
        "event",
        "reading",
        "distress",
        "orientation",
        "fluid-taken",
        "fluid-lost",
        "medicine-taken",
        "rescue-given",
        "help-called",
        "statement",
        "note",
        "acknowledgement",
        "correction",
        "came-in",
        "went-out",
        "morning-hand-over",
    }
)
_MEDICINES = ("medicine-taken", "rescue-given")


@dataclass(frozen=True)
class Look:
    """One look at the person at night."""

    at: datetime
    by: str
    state: str


@dataclass(frozen=True)
class NightSheet:
    """What an attendant sees, and what is handed over in the morning. Ids and codes, no words.

    ``next_by``: by when somebody has to look next; None where nobody signed how often, or the night is
    over. ``is_preference_kept``: whether the attendant is one whom the person wanted; None: not asked.
    """

    began_at: datetime
    attendants: tuple[str, ...]
    looks: tuple[Look, ...]
    next_by: datetime | None
    symptoms: tuple[tuple[datetime, str], ...]
    fluids_ml: Decimal
    medicines: tuple[tuple[datetime, str], ...]
    called: tuple[tuple[datetime, str], ...]
    is_preference_kept: bool | None
    handed_over_at: datetime | None
    handed_over_to: str


def night_sheet(course: CourseSoFar, log: Log, now: datetime) -> NightSheet | None:
    """The night as it is known now; None before it began."""
    began = _began(log)
    if began is None or began.at > now:
        return None
    over = _handed_over(log, began)
    kept = [s for s in log.standing("statement") if s.code("code") == PREFERENCE]
    looks = _since(log, began, "night-check")
    every = course.numbers.get(CHECK_EVERY)
    newest = looks[-1].at if looks else began.at
    is_open = every is not None and over is None
    return NightSheet(
        began_at=began.at,
        attendants=tuple(
            dict.fromkeys(
                one.code("person")
                for one in log.standing("identified")
                if one.code("role") == "attendant"
            )
        ),
        looks=tuple(Look(one.at, one.by, one.code("state")) for one in looks),
        next_by=newest + timedelta(minutes=float(every)) if is_open and every else None,
        symptoms=_told(_since(log, began, "event"), "term"),
        fluids_ml=sum(
            (one.number("volume_ml") or Decimal(0) for one in _since(log, began, "fluid-taken")),
            Decimal(0),
        ),
        medicines=_told(_since(log, began, *_MEDICINES), "medicine"),
        called=_told(_since(log, began, "help-called"), "whom"),
        is_preference_kept=kept[-1].code("answer") == "yes" if kept else None,
        handed_over_at=None if over is None else over.at,
        handed_over_to="" if over is None else over.code("to_person"),
    )


def night_conditions(
    plan: SessionPlan, course: CourseSoFar, log: Log, now: datetime
) -> Iterator[Condition]:
    """Each time at which somebody had to look and, as it was known then, nobody had."""
    every = course.numbers.get(CHECK_EVERY)
    if every is None:
        return
    for start in (*log.of("exit"), *log.of("night-check")):
        if start.kind == "exit" and start.code("exit") != OVERNIGHT:
            continue
        due_at = at_latest(start) + timedelta(minutes=float(every))
        known_at = max(due_at, start.known_at)
        if known_at > now or not log.stood(start, known_at):
            continue
        if _is_over(log, known_at) or _was_seen(log, start, known_at):
            continue
        later = [
            max(one.known_at, known_at)
            for one in (*log.of("night-check"), *_ends(log))
            if log.corrected_at(one) is None and at_latest(one) > at_latest(start)
        ]
        yield condition(
            plan,
            CHECK_MISSING,
            since=due_at,
            known_at=known_at,
            because=(start.id,),
            tier=Tier.NOTIFY,
            do="look-now",
            measure="night",
            until=min(later, default=None),
        )


def _ends(log: Log) -> tuple[SessionEntry, ...]:
    """What ends a night: its hand-over, the session's close, or another exit than the night."""
    exits = tuple(one for one in log.of("exit") if one.code("exit") != OVERNIGHT)
    return (*log.of("morning-hand-over", "session-closed"), *exits)


def _is_over(log: Log, by: datetime) -> bool:
    """The night was over, as known by a moment; an exit before it began ends no night."""
    nights = [one for one in log.of("exit") if one.code("exit") == OVERNIGHT and log.stood(one, by)]
    if not nights:
        return True
    began_at = max(at_latest(one) for one in nights)
    return any(at_latest(one) > began_at and log.stood(one, by) for one in _ends(log))


def _was_seen(log: Log, start: SessionEntry, by: datetime) -> bool:
    return any(
        at_latest(start) < at_latest(one) and log.stood(one, by) for one in log.of("night-check")
    )


def _began(log: Log) -> SessionEntry | None:
    nights = [one for one in log.standing("exit") if one.code("exit") == OVERNIGHT]
    return nights[-1] if nights else None


def _handed_over(log: Log, began: SessionEntry) -> SessionEntry | None:
    return next((one for one in log.standing("morning-hand-over") if one.at > began.at), None)


def _since(log: Log, began: SessionEntry, *kinds: str) -> list[SessionEntry]:
    return [one for one in log.standing(*kinds) if one.at >= began.at]


def _told(entries: list[SessionEntry], field: str) -> tuple[tuple[datetime, str], ...]:
    return tuple((one.at, one.code(field)) for one in entries)
