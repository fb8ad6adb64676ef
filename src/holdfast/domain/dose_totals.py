"""What may be in the person: every dose that was, or may have been, taken, and what it adds up to.

The highest possible amount counts. A dose that was spat out, vomited or dropped and not found whole
counts as if all of it had been taken; only what was refused, or found whole, counts nothing. Doses
are nominal, in milligrams of MDMA hydrochloride: no group of a trial is known here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from holdfast.domain.session_entries import SessionEntry, in_order
from holdfast.domain.session_log import Log
from holdfast.domain.session_plan import SessionPlan

# Kinds by which something of the medicine may be in the person, whoever wrote them.
MAY_BE_TAKEN = frozenset({"dose-given", "dose-spat", "dose-vomited", "dose-dropped"})


class Slot(StrEnum):
    """Which of a session's two doses."""

    INITIAL = "initial"
    SUPPLEMENTAL = "supplemental"


@dataclass(frozen=True)
class PastDose:
    """What was taken on an earlier day, at most. ``is_of_course``: in this course, not another."""

    session: str
    on: date
    highest_mg: Decimal
    is_of_course: bool = True


@dataclass(frozen=True)
class Taken:
    """One dose that was, or may have been, taken; ``entry`` is what says so."""

    entry: SessionEntry
    slot: Slot
    highest_mg: Decimal

    @property
    def at(self) -> datetime:
        """When it was taken."""
        return self.entry.at

    @property
    def is_given(self) -> bool:
        """Somebody recorded that it was given, and not only that it was lost."""
        return self.entry.kind == "dose-given"


@dataclass(frozen=True)
class Totals:
    """Milligrams, at most. ``lifetime_mg`` None: what was taken outside is not known."""

    session_mg: Decimal
    course_mg: Decimal
    lifetime_mg: Decimal | None


def by_time(entry: SessionEntry) -> tuple[object, ...]:
    """The order in which entries were true."""
    return (entry.at, *in_order(entry))


def highest_of(plan: SessionPlan, slot: Slot) -> Decimal:
    """The highest dose of the menu for a slot, for one whose amount nobody wrote down."""
    amounts = [
        choice.initial_mg if slot is Slot.INITIAL else choice.supplemental_mg
        for choice in plan.choices
    ]
    return max((mg for mg in amounts if mg is not None), default=Decimal(0))


def session_most(plan: SessionPlan) -> Decimal:
    """The most that the menu allows in this session: initial and supplemental dose together."""
    return max(
        (c.initial_mg + (c.supplemental_mg or Decimal(0)) for c in plan.choices),
        default=Decimal(0),
    )


def doses_taken(plan: SessionPlan, log: Log) -> tuple[Taken, ...]:
    """Every dose that was, or may have been, taken, in the order of their own times.

    A dose spat out or vomited is the one that was given; where none is on record, it is one of which
    nobody wrote that it was given, and counts by itself.
    """
    given = log.standing("dose-given")
    lost = sorted(log.standing("dose-spat", "dose-vomited"), key=by_time)
    alone = [e for e in lost if not any(_is_of(e, one) for one in given)]
    dropped = [e for e in log.standing("dose-dropped") if e.code("recovered") != "whole"]
    found = [_taken(plan, entry) for entry in (*given, *_one_of_each_slot(alone), *dropped)]
    return tuple(sorted(found, key=lambda one: by_time(one.entry)))


def _is_of(lost: SessionEntry, given: SessionEntry) -> bool:
    named = lost.code("given")
    if named:
        return named == given.id
    return given.code("dose") == lost.code("dose") and given.at <= lost.at


def _one_of_each_slot(entries: Iterable[SessionEntry]) -> list[SessionEntry]:
    """Somebody may vomit twice after one dose that nobody wrote down."""
    first: dict[str, SessionEntry] = {}
    for entry in entries:
        first.setdefault(entry.code("dose"), entry)
    return list(first.values())


def _taken(plan: SessionPlan, entry: SessionEntry) -> Taken:
    slot = Slot(entry.code("dose"))
    mg = entry.number("nominal_mg")
    return Taken(entry, slot, highest_of(plan, slot) if mg is None else mg)


def totals(taken: Iterable[Taken], past: Iterable[PastDose], outside_mg: Decimal | None) -> Totals:
    """What session, course and lifetime add up to, at most.

    Parameters
    ----------
    past
        Every dose of earlier days, of this course and of others.
    outside_mg
        What the person took outside treatment in their life; None where that is not known.
    """
    past = tuple(past)
    session = sum((one.highest_mg for one in taken), Decimal(0))
    course = session + sum((p.highest_mg for p in past if p.is_of_course), Decimal(0))
    lifetime = (
        None
        if outside_mg is None
        else session + sum((p.highest_mg for p in past), Decimal(0)) + outside_mg
    )
    return Totals(session, course, lifetime)
