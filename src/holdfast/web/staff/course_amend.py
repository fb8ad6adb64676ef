"""What a later version of the protocol would change for one course, in words, before it is chosen."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from holdfast.definitions import protocols
from holdfast.domain.amendments import ADDED, CHANGED, REMOVED, Change, Moved, changes, moved
from holdfast.domain.course import CourseNow
from holdfast.domain.protocol import ProtocolVersion
from holdfast.web.staff.board_words import day_short

FEW = 6  # moved visits that are shown before the rest is folded
PARTS = {
    "criterion": _("Criterion"),
    "limit": _("Limit"),
    "stage": _("Stage"),
    "arm": _("Group"),
    "doses": _("Doses"),
    "visit": _("Visit"),
    "provision": _("Rule"),
}
WHATS = {ADDED: _("new"), REMOVED: _("taken out"), CHANGED: _("changed")}
DETAILS = {
    "wording": _("wording"),
    "rule": _("rule"),
    "may be overridden by": _("who may set it aside"),
    "value": _("number"),
    "standing": _("standing"),
    "entered_by": _("how it is entered"),
    "share": _("share"),
    "choices": _("doses"),
    "time of the supplement": _("time of the supplement"),
    "kind": _("kind"),
    "anchor": _("counted from"),
    "window": _("window"),
    "after": _("comes after"),
    "place": _("place"),
    "attended by": _("who attends"),
    "minutes": _("minutes"),
    "activities": _("what is done"),
    "doses": _("doses"),
}


def later_versions(course: CourseNow) -> list[ProtocolVersion]:
    """The versions of the protocol that the course could go under."""
    name, now = course.protocol.name, course.protocol.version
    later = (protocols.load(name, each) for each in protocols.versions(name) if each > now)
    return [each for each in later if each.schedule is not None]


def amendments_shown(course: CourseNow) -> list[dict[str, Any]]:
    """For each later version: what changes, what the person consents to again, what moves."""
    return [_shown(course, each) for each in later_versions(course)]


def _shown(course: CourseNow, after: ProtocolVersion) -> dict[str, Any]:
    found = changes(course.protocol, after)
    then = replace(course, protocol=after, _plans={})
    moves = [_moved(one) for one in moved(course.planned(), then.planned())]
    return {
        "version": after.version,
        "changes": [_change(change, course.protocol, after) for change in found],
        "asks": _asks(found),
        "signs": any(change.part == "limit" for change in found),
        "moves": moves[:FEW],
        "more_moves": moves[FEW:],
    }


def _asks(found: Iterable[Change]) -> list[str]:
    """The kinds of parts for which the person consents again, each once."""
    return list(dict.fromkeys(str(PARTS[c.part]) for c in found if c.asks_for_consent))


def _change(change: Change, before: ProtocolVersion, after: ProtocolVersion) -> dict[str, Any]:
    return {
        "part": PARTS[change.part],
        "title": _title(change, before, after),
        "what": WHATS[change.what],
        "detail": DETAILS[change.detail] if change.detail else "",
        "before": change.before if change.detail else "",
        "after": change.after if change.detail else "",
    }


def _title(change: Change, before: ProtocolVersion, after: ProtocolVersion) -> str:
    """A visit or a stage by its title; what is new or taken out by its words; else its code."""
    if change.what != CHANGED:
        return change.after or change.before
    for version in (after, before):
        if change.part == "visit" and version.schedule:
            visit = version.schedule.visit(change.code)
            if visit is not None:
                return visit.title
    return change.code


def _moved(one: Moved) -> dict[str, Any]:
    """A visit and what of its days changes: the day aimed at, the window, or that it is there."""
    if one.before is None or one.after is None:
        words = _now("new in the plan") if one.before is None else _now("falls away")
        return {"title": one.title, "words": words, "pairs": []}
    (first, aim, last), (then_first, then_aim, then_last) = one.before, one.after
    pairs = []
    if aim != then_aim:
        pairs.append(("", _day(aim), _day(then_aim)))
    if (first, last) != (then_first, then_last):
        pairs.append((_now("window"), _window(first, last), _window(then_first, then_last)))
    return {"title": one.title, "words": "", "pairs": pairs}


def _day(day: date | None) -> str:
    return day_short(day) if day else _now("no day")


def _window(first: date | None, last: date | None) -> str:
    """A window as one reads it; an end that no source gives is said."""
    told = {
        "first": day_short(first) if first else _now("open"),
        "last": day_short(last) if last else _now("open"),
    }
    return _now("%(first)s to %(last)s") % told
