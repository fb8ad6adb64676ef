"""The rules that stand before a dose: order, menu, totals, time and people.

Each answers every finding on its condition; what cannot be told is unknown. A dose that was, or may
have been, taken shuts the gate of its slot for good: what else was done is recorded, not permitted.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from holdfast.domain.asked import (
    DOSE_ACTS,
    PHYSICIAN,
    Asked,
    failed,
    passed,
    unknown,
    unsigned,
)
from holdfast.domain.dose_totals import MAY_BE_TAKEN, Slot, session_most
from holdfast.domain.findings import Finding, Outcome
from holdfast.domain.gates import Condition
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_gates import Lasts, StatedBy
from holdfast.domain.statements import stated

WAITING = "nothing-waits"  # what the record finds of entries that are nobody's
LIFETIME_MOST = "lifetime-most-mg"
NEEDED_THERAPISTS = 2  # DESIGN and the applicant rules: a pair, never one
ENDING = frozenset(
    {"home-with-escort", "transfer-to-hospital", "left-against-advice", "death"}
)  # the exits after which nobody is here any more
ARRANGED_BY = StatedBy(("therapist", "physician", "coordinator"), Lasts.SESSION)
Findings = tuple[Finding, ...]


def session_open(asked: Asked, condition: Condition) -> Findings:
    """Opened, and not ended; a dose is given before any exit, release after a night too."""
    if not asked.standing("session-opened"):
        return (unknown(condition, "session-not-opened"),)
    if asked.standing("session-closed"):
        return (failed(condition, "session-closed"),)
    exits = [one.code("exit") for one in asked.standing("exit")]
    if asked.act not in DOSE_ACTS:
        exits = [one for one in exits if one in ENDING]
    if exits:
        return (failed(condition, "session-ended", exit=exits[-1]),)
    return (passed(condition, "session-goes-on"),)


def entries_attributed(asked: Asked, condition: Condition) -> Findings:
    """No entry waits for whose it is, as the record says; and no dose here is nobody's."""
    waiting = tuple(
        replace(one, code=condition.code)
        for one in asked.known.get(WAITING, ())
        if one.outcome is not Outcome.PASSED
    )
    nobodys = [one for one in asked.log.standing(*MAY_BE_TAKEN) if not one.by]
    if waiting:
        return waiting
    if nobodys:
        return (failed(condition, "entries-are-nobodys", count=len(nobodys)),)
    return (passed(condition, "entries-are-somebodys"),)


def no_dose_yet(asked: Asked, condition: Condition) -> Findings:
    """Nothing was, or may have been, taken in this session."""
    if asked.taken:
        return (failed(condition, "already-dosed", doses=len(asked.taken)),)
    return (passed(condition, "no-dose-taken"),)


def initial_dose_given(asked: Asked, condition: Condition) -> Findings:
    """Exactly one initial dose, and somebody recorded that it was given."""
    doses = asked.of_slot(Slot.INITIAL)
    if not doses:
        return (failed(condition, "no-initial-dose"),)
    if len(doses) > 1:
        return (failed(condition, "initial-dose-more-than-once", doses=len(doses)),)
    if not doses[0].is_given:
        return (failed(condition, "initial-dose-only-lost"),)
    return (passed(condition, "initial-dose-given"),)


def supplement_open(asked: Asked, condition: Condition) -> Findings:
    """No supplement was taken, and nobody decided that there is none."""
    if asked.of_slot(Slot.SUPPLEMENTAL):
        return (failed(condition, "supplement-taken"),)
    for kind, reason in (
        ("dose-refused", "supplement-refused"),
        ("dose-withheld", "supplement-withheld"),
    ):
        if any(one.code("dose") == Slot.SUPPLEMENTAL for one in asked.standing(kind)):
            return (failed(condition, reason),)
    return (passed(condition, "supplement-not-decided"),)


def ordered(asked: Asked) -> SessionEntry | None:
    """The newest order for the dose that the act would give."""
    return asked.newest("order", lambda one: one.code("dose") == asked.slot)


def order(asked: Asked, condition: Condition) -> Findings:
    """A physician's written order. A spoken one is for when the server is away, and opens no gate."""
    last = ordered(asked)
    if last is None:
        return (failed(condition, "not-ordered"),)
    if any(
        one.at == last.at and one.number("nominal_mg") != last.number("nominal_mg")
        for one in asked.standing("order")
        if one.code("dose") == asked.slot
    ):
        return (unknown(condition, "orders-contradict"),)
    if not asked.view.is_a(last.by, PHYSICIAN):
        return (failed(condition, "ordered-by-no-physician"),)
    if last.flag("is_spoken"):
        return (failed(condition, "order-only-spoken"),)
    if named := last.code("standing_order"):
        return _standing_order(asked, condition, last, named)
    return (passed(condition, "ordered", nominal_mg=_mg(last)),)


def _standing_order(
    asked: Asked, condition: Condition, entry: SessionEntry, named: str
) -> Findings:
    """An order signed before the session gives its dose only while it stands, as the record finds it."""
    found = [one for one in asked.known.get("order", ()) if one.values.get("order") == named]
    if not found:
        return (unknown(condition, "standing-order-not-known"),)
    shut = tuple(
        replace(one, code=condition.code) for one in found if one.outcome is not Outcome.PASSED
    )
    return shut or (passed(condition, "ordered", nominal_mg=_mg(entry)),)


def dose_on_menu(asked: Asked, condition: Condition) -> Findings:
    """The ordered dose is one of the protocol's for this session; a supplement beside its initial dose."""
    last = ordered(asked)
    if last is None:
        return (unknown(condition, "not-ordered"),)
    if not asked.course.menu_may_run:
        return (unsigned(condition, "dose-menu-most-mg"),)
    if _mg(last) in _allowed(asked):
        return (passed(condition, "on-menu", nominal_mg=_mg(last)),)
    return (failed(condition, "not-on-menu", nominal_mg=_mg(last)),)


def _allowed(asked: Asked) -> set[Decimal | None]:
    """What the menu has for the slot, given what was taken before."""
    choices = asked.plan.choices
    if asked.slot is Slot.INITIAL:
        return {choice.initial_mg for choice in choices}
    before = {one.highest_mg for one in asked.of_slot(Slot.INITIAL)}
    return {choice.supplemental_mg for choice in choices if {choice.initial_mg} == before}


def session_total(asked: Asked, condition: Condition) -> Findings:
    """With the ordered dose, no more than the menu's most."""
    return _within(asked, condition, asked.view.totals.session_mg, session_most(asked.plan))


def course_total(asked: Asked, condition: Condition) -> Findings:
    """With the ordered dose, no more than the course adds up to at most."""
    if asked.course.course_most_mg is None:
        return (unknown(condition, "no-most-known"),)
    return _within(asked, condition, asked.view.totals.course_mg, asked.course.course_most_mg)


def lifetime_total(asked: Asked, condition: Condition) -> Findings:
    """With the ordered dose, no more than the site signed for a lifetime; there is no public number."""
    most = asked.course.numbers.get(LIFETIME_MOST)
    if most is None:
        return (unsigned(condition, LIFETIME_MOST),)
    if asked.view.totals.lifetime_mg is None:
        return (unknown(condition, "outside-use-not-known"),)
    return _within(asked, condition, asked.view.totals.lifetime_mg, most)


def _within(asked: Asked, condition: Condition, so_far: Decimal, most: Decimal) -> Findings:
    last = ordered(asked)
    if last is None:
        return (unknown(condition, "not-ordered"),)
    after = so_far + _mg(last)
    if after > most:
        return (failed(condition, "over-most", after_mg=after, most_mg=most),)
    return (passed(condition, "within-most", after_mg=after, most_mg=most),)


def _mg(entry: SessionEntry) -> Decimal:
    """What an order says; one without an amount is refused where it is read."""
    amount = entry.number("nominal_mg")
    assert amount is not None
    return amount


def interval(asked: Asked, condition: Condition) -> Findings:
    """Days since the last dose, by the site's calendar, whatever session or course it was of.

    No later than: only where the visit counts from an earlier session of this course.
    """
    asks, last_on = asked.course.interval, asked.course.last_dosing_on()
    if last_on is None and asked.plan.session_number > 1:
        return (unknown(condition, "earlier-session-not-known"),)
    if last_on is None:
        return (passed(condition, "no-earlier-session"),)
    days = (asked.view.day_of(asked.now) - last_on).days
    if asks is None or not (asks.has_latest and asked.course.is_last_of_course()):
        return (_since_last(condition, days, None if asks is None else asks.earliest_days),)
    if asks.earliest_days is None or asks.latest_days is None:
        return (unsigned(condition, "interval-earliest-days", "interval-latest-days"),)
    values = {"days": days, "earliest_days": asks.earliest_days, "latest_days": asks.latest_days}
    if days < asks.earliest_days:
        return (failed(condition, "too-soon", **values),)
    if days > asks.latest_days:
        return (failed(condition, "too-late", **values),)
    return (passed(condition, "in-interval", **values),)


def _since_last(condition: Condition, days: int, earliest: int | None) -> Finding:
    if earliest is None:
        return unsigned(condition, "interval-earliest-days")
    tell, reason = (failed, "dosed-too-soon") if days < earliest else (passed, "dosed-long-ago")
    return tell(condition, reason, days=days, earliest_days=earliest)


def supplement_window(asked: Asked, condition: Condition) -> Findings:
    """Between the protocol's minutes after the initial dose, both included; every one of them."""
    window = asked.plan.supplement_after_minutes
    if window is None:
        return (failed(condition, "no-supplement-in-protocol"),)
    doses = asked.of_slot(Slot.INITIAL)
    if not doses:
        return (unknown(condition, "no-initial-dose"),)
    return tuple(_in_window(asked, condition, one.at, window) for one in doses)


def window_closes(asked: Asked) -> datetime | None:
    """When the supplement's window closes; None where there is none, or no initial dose."""
    window, doses = asked.plan.supplement_after_minutes, asked.of_slot(Slot.INITIAL)
    if window is None or not doses:
        return None
    return doses[0].at + timedelta(minutes=window[1])


def _in_window(
    asked: Asked, condition: Condition, dose_at: datetime, window: tuple[int, int]
) -> Finding:
    opens, closes = (dose_at + timedelta(minutes=m) for m in window)
    values = {"from_minutes": window[0], "to_minutes": window[1]}
    if asked.now < opens:
        return failed(condition, "window-not-open", **values)
    if asked.now > closes:
        return failed(condition, "window-over", **values)
    return passed(condition, "in-window", **values)


def therapists_in_room(asked: Asked, condition: Condition) -> Findings:
    """Two therapists, in the room now, who proved who they are there."""
    count = len(asked.view.therapists)
    if count < NEEDED_THERAPISTS:
        return (failed(condition, "too-few-therapists", therapists=count),)
    return (passed(condition, "therapists-there", therapists=count),)


def _answer_of_physician(asked: Asked, condition: Condition) -> SessionEntry | Finding:
    """The answer to the newest page, or what is wrong with it."""
    last = asked.newest("physician-page")
    if last is None:
        return unknown(condition, "physician-not-paged")
    if last.code("state") == "asked":
        return unknown(condition, "page-not-answered")
    if last.code("state") == "cannot":
        return failed(condition, "physician-cannot")
    if not last.by:
        return unknown(condition, "entry-is-nobodys")
    is_own = last.by == (last.code("person") or last.by)
    if not is_own or not asked.view.is_a(last.by, PHYSICIAN):
        return failed(condition, "answered-by-no-physician")
    return last


def physician_answered(asked: Asked, condition: Condition) -> Findings:
    """The newest page of this session was answered, by a physician."""
    last = _answer_of_physician(asked, condition)
    return (last if isinstance(last, Finding) else passed(condition, "page-answered"),)


def physician_rooms(asked: Asked, condition: Condition) -> Findings:
    """The physician who answered covers no more rooms than were signed."""
    last = _answer_of_physician(asked, condition)
    most = asked.course.numbers.get("rooms-per-physician")
    if most is None:
        return (unsigned(condition, "rooms-per-physician"),)
    if isinstance(last, Finding):
        return (last,)
    rooms = last.number("rooms")
    if rooms is None:
        return (unknown(condition, "rooms-not-told"),)
    if rooms > most:
        return (failed(condition, "too-many-rooms", rooms=rooms, most=most),)
    return (passed(condition, "rooms-within", rooms=rooms, most=most),)


def escort_confirmed(asked: Asked, condition: Condition) -> Findings:
    """Somebody is named, and has confirmed."""
    if not any(one.by for one in asked.standing("escort")):
        return (failed(condition, "no-escort-named"),)
    return _stated_so(asked, condition, "escort-confirmed")


def overnight_arranged(asked: Asked, condition: Condition) -> Findings:
    """Somebody stays with the person, where the protocol asks for a night at the site."""
    if not asked.plan.is_overnight:
        return (passed(condition, "no-night-asked"),)
    return _stated_so(asked, condition, "overnight-arranged")


def _stated_so(asked: Asked, condition: Condition, code: str) -> Findings:
    return (stated(asked, condition, code, ARRANGED_BY) or unknown(condition, "not-stated"),)


def recording(asked: Asked, condition: Condition) -> Findings:
    """Picture and sound, each by itself."""
    return tuple(_stream(asked, condition, stream) for stream in ("picture", "sound"))


def _stream(asked: Asked, condition: Condition, stream: str) -> Finding:
    last = asked.newest("recording", lambda one: one.code("stream") == stream)
    if last is None:
        return unknown(condition, "recording-not-known", stream=stream)
    if last.code("state") != "running":
        return failed(condition, "recording-stopped", stream=stream)
    if not last.by:
        return unknown(condition, "entry-is-nobodys")
    return passed(condition, "recording-runs", stream=stream)
