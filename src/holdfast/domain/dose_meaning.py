"""What a dose, or the end of a session, means once it is on record: deviations, alarms, what counts.

Nothing here refuses. Given, refused, dropped, spat out, vomited, doubled, at the wrong time, without
an authorisation, from paper hours later: it stands, and this says what follows from it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType

from holdfast.domain.asked import PHYSICIAN, is_proved
from holdfast.domain.conditions import Condition, answered_at, condition
from holdfast.domain.course_so_far import CourseSoFar
from holdfast.domain.dose_totals import Slot, Taken, by_time, doses_taken, session_most
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_gates import SessionAct, SessionGates
from holdfast.domain.session_log import Log, at_latest
from holdfast.domain.session_plan import SessionPlan, Tier

LATE_AFTER = timedelta(minutes=15)  # between what was and its record; technical, ours
WITHOUT_AUTHORISATION = "given-without-authorisation"
ON_SPOKEN_ORDER = "given-on-spoken-order"
OUTSIDE_WINDOW = "given-outside-window"
BEFORE_INITIAL = "given-before-initial-dose"
DOUBLED = "dose-doubled"
NOT_ON_MENU = "not-on-menu"
NOT_AS_ORDERED = "not-as-ordered"
OVER_MOST = "over-session-most"
AFTER_DECISION = "given-after-it-was-decided-against"
AFTER_EXIT = "given-after-the-end"
RECORDED_LATE = "recorded-late"
TAKEN_BACK = "dose-record-taken-back"
SET_ASIDE = "set-aside"
RELEASED_WITHOUT = "released-without-authorisation"
AGAINST_ADVICE = "left-against-advice"
LOSSES = frozenset({"dose-dropped", "dose-spat", "dose-vomited"})
_MEANT = LOSSES | {"dose-given", "dose-refused", "dose-withheld"}
_ABOUT = _MEANT | {"order", "authorisation", "exit", "identified"}
GATE_OF = {
    Slot.INITIAL: SessionAct.GIVE_INITIAL_DOSE,
    Slot.SUPPLEMENTAL: SessionAct.GIVE_SUPPLEMENTAL_DOSE,
}
# How far each reaches: ours, an engineering default as the tiers themselves.
TIERS: Mapping[str, Tier] = MappingProxyType(
    {
        WITHOUT_AUTHORISATION: Tier.URGENT,
        ON_SPOKEN_ORDER: Tier.NOTIFY,
        OUTSIDE_WINDOW: Tier.URGENT,
        BEFORE_INITIAL: Tier.URGENT,
        DOUBLED: Tier.URGENT,
        NOT_ON_MENU: Tier.URGENT,
        NOT_AS_ORDERED: Tier.URGENT,
        OVER_MOST: Tier.URGENT,
        AFTER_DECISION: Tier.URGENT,
        AFTER_EXIT: Tier.URGENT,
        RECORDED_LATE: Tier.NOTIFY,
        TAKEN_BACK: Tier.NOTIFY,
        "dose-dropped": Tier.NOTIFY,
        "dose-spat": Tier.NOTIFY,
        "dose-vomited": Tier.NOTIFY,
        RELEASED_WITHOUT: Tier.URGENT,
    }
)


@dataclass(frozen=True)
class Meaning:
    """What one entry means: every deviation by its code, and how many milligrams it counts, at most."""

    entry: str
    deviations: tuple[str, ...]
    counted_mg: Decimal


def what_it_means(
    gates: SessionGates, plan: SessionPlan, course: CourseSoFar, log: Log
) -> tuple[Meaning, ...]:
    """Every dose, loss, override and exit on record, in the order of their own times, as known last."""
    state = _State(gates, plan, course, log)
    counted = {id(one.entry): one.highest_mg for one in state.taken}
    found = []
    for entry in sorted(log.entries, key=by_time):
        deviations = tuple(deviations_of(state, entry))
        if deviations or entry.kind in _MEANT:
            counts = counted.get(id(entry), Decimal(0))
            found.append(Meaning(entry.id, deviations, counts))
    return tuple(found)


def dose_conditions(
    gates: SessionGates, plan: SessionPlan, course: CourseSoFar, log: Log
) -> Iterator[Condition]:
    """The alarm conditions of doses, losses and exits.

    Judged at each moment at which something of it became known: what was raised once stays raised,
    whatever comes later. What was done has no end of its own: it is over when somebody answers it.
    Something and its correction may become known at once, in either order: it is judged without it too.
    """
    about = [entry for entry in log.entries if entry.kind in _ABOUT or entry.corrects is not None]
    raised: dict[tuple[int, str], tuple[SessionEntry, datetime]] = {}
    for moment in sorted({entry.known_at for entry in about}):
        known = tuple(entry for entry in about if entry.known_at <= moment)
        as_it_came = tuple(e for e in known if e.known_at < moment or e.corrects is None)
        for entries in (as_it_came, known) if as_it_came != known else (known,):
            state = _State(gates, plan, course, Log(entries))
            for entry in entries:
                for code in _raised(state, entry):
                    raised.setdefault((id(entry), code), (entry, moment))
    for (_, code), (entry, moment) in raised.items():
        yield _condition(gates, plan, log, entry, code, moment)


def _condition(
    gates: SessionGates,
    plan: SessionPlan,
    log: Log,
    entry: SessionEntry,
    code: str,
    known_at: datetime,
) -> Condition:
    tier = TIERS.get(code)
    if tier is None:
        tier = gates.exits[code].tier or Tier.NOTIFY
    raised = condition(
        plan,
        code,
        since=at_latest(entry),
        known_at=known_at,
        because=(entry.id,),
        tier=tier,
        do="tell-the-physician",
        measure="dose" if code in TIERS else "exit",
    )
    return replace(raised, until=answered_at(raised, log))


def _raised(state: "_State", entry: SessionEntry) -> Iterator[str]:
    if entry.kind == "exit" and state.log.corrected_at(entry) is None:
        rule = state.gates.exits.get(entry.code("exit"))
        if rule is not None and rule.tier is not None:
            yield rule.code
    yield from (code for code in deviations_of(state, entry) if code in TIERS)


@dataclass(frozen=True)
class _State:
    """What was known at one moment."""

    gates: SessionGates
    plan: SessionPlan
    course: CourseSoFar
    log: Log

    @cached_property
    def taken(self) -> tuple[Taken, ...]:
        return doses_taken(self.plan, self.log)


def deviations_of(state: _State, entry: SessionEntry) -> Iterator[str]:
    """What one entry departs from, by code, with all that was known."""
    if state.log.corrected_at(entry) is not None:
        if entry.kind in LOSSES or entry.kind == "dose-given":
            yield TAKEN_BACK
        return
    if entry.kind == "override":
        yield SET_ASIDE
    if entry.kind == "exit":
        yield from _of_exit(state, entry)
    if entry.kind == "dose-given":
        yield from _of_dose(state, entry)
    if entry.kind in LOSSES:
        yield entry.kind
    is_dose = entry.kind == "dose-given" or entry.kind in LOSSES
    if is_dose and entry.known_at - entry.at > LATE_AFTER:
        yield RECORDED_LATE


def _of_exit(state: _State, entry: SessionEntry) -> Iterator[str]:
    rule = state.gates.exits.get(entry.code("exit"))
    if rule is None:
        return
    if rule.act is not None and not _authorised(state, rule.act, entry.at):
        yield RELEASED_WITHOUT
    if rule.code == AGAINST_ADVICE:
        yield AGAINST_ADVICE


def _of_dose(state: _State, entry: SessionEntry) -> Iterator[str]:
    slot = Slot(entry.code("dose"))
    before = [one for one in state.taken if by_time(one.entry) < by_time(entry)]
    yield from _how_permitted(state, entry, slot)
    if any(one.slot is slot for one in before):
        yield DOUBLED
    if slot is Slot.SUPPLEMENTAL:
        yield from _mistimed(state, entry, before)
    mg = entry.number("nominal_mg")
    if mg not in _menu(state, slot, before):
        yield NOT_ON_MENU
    if mg != _ordered(state, entry, slot):
        yield NOT_AS_ORDERED
    so_far = [one for one in state.taken if by_time(one.entry) <= by_time(entry)]
    if sum((one.highest_mg for one in so_far), Decimal(0)) > session_most(state.plan):
        yield OVER_MOST
    decided = state.log.standing("dose-refused", "dose-withheld")
    if any(one.code("dose") == slot and one.at <= entry.at for one in decided):
        yield AFTER_DECISION
    if any(one.at < entry.at for one in state.log.standing("exit")):
        yield AFTER_EXIT


def _how_permitted(state: _State, entry: SessionEntry, slot: Slot) -> Iterator[str]:
    """By an authorisation that held, used once; else by a spoken order; else by nothing."""
    named = entry.code("authorisation")
    is_used = any(
        one.code("authorisation") == named and by_time(one) < by_time(entry)
        for one in state.log.standing("dose-given")
    )
    is_authorised = _authorised(state, GATE_OF[slot], entry.at, named)
    if named and not is_used and is_authorised and _is_as_authorised(state, entry, slot, named):
        return
    yield ON_SPOKEN_ORDER if _spoken(state, entry, slot) else WITHOUT_AUTHORISATION


def _authorised(state: _State, act: SessionAct, at: datetime, named: str = "") -> bool:
    """An authorisation for the act held at that moment, both of its ends included."""
    return any(
        one.code("gate") == act
        and (not named or one.id == named)
        and one.at <= at <= (one.moment("expires_at") or one.at)
        for one in state.log.standing("authorisation")
    )


def _is_as_authorised(state: _State, entry: SessionEntry, slot: Slot, named: str) -> bool:
    """The amount is the authorised one: as it says, or as it was ordered when it was issued."""
    issued = next(one for one in state.log.standing("authorisation") if one.id == named)
    told = issued.number("nominal_mg")
    amount = _ordered(state, issued, slot) if told is None else told
    return entry.number("nominal_mg") == amount


def _spoken(state: _State, entry: SessionEntry, slot: Slot) -> bool:
    """A physician's spoken order for this dose, read back, from before it."""
    return any(
        one.id == entry.code("order")
        and one.code("dose") == slot
        and one.flag("is_spoken") is True
        and one.flag("was_read_back") is True
        and one.at <= entry.at
        and _is_physician(state, one.by)
        for one in state.log.standing("order")
    )


def _is_physician(state: _State, person: str) -> bool:
    return PHYSICIAN in state.course.roles.get(person, ()) or any(
        one.code("person") == person and one.code("role") == PHYSICIAN and is_proved(one)
        for one in state.log.standing("identified")
    )


def _mistimed(state: _State, entry: SessionEntry, before: Sequence[Taken]) -> Iterator[str]:
    """Every initial dose opens a window of its own; outside one of them is outside."""
    initial = [one for one in before if one.slot is Slot.INITIAL]
    window = state.plan.supplement_after_minutes
    if not initial:
        yield BEFORE_INITIAL
    elif window is None or not all(_is_inside(entry.at - one.at, window) for one in initial):
        yield OUTSIDE_WINDOW


def _is_inside(after: timedelta, window: tuple[int, int]) -> bool:
    return timedelta(minutes=window[0]) <= after <= timedelta(minutes=window[1])


def _menu(state: _State, slot: Slot, before: Sequence[Taken]) -> set[Decimal | None]:
    if slot is Slot.INITIAL:
        return {choice.initial_mg for choice in state.plan.choices}
    initial = {one.highest_mg for one in before if one.slot is Slot.INITIAL}
    return {c.supplemental_mg for c in state.plan.choices if c.initial_mg in initial}


def _ordered(state: _State, entry: SessionEntry, slot: Slot) -> Decimal | None:
    """What was ordered for the slot last before the dose."""
    orders = [
        one
        for one in state.log.standing("order")
        if one.code("dose") == slot and one.at <= entry.at
    ]
    return orders[-1].number("nominal_mg") if orders else None
