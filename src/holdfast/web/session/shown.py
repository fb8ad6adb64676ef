"""A session as JSON for its pages: the same for a page that opens and for one that catches up.

No words are in it but where the page may have them; numbers keep their digits.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from holdfast.domain import monitoring
from holdfast.domain.conditions import Acknowledgement, Alarm, Condition
from holdfast.domain.night import CHECK_EVERY
from holdfast.domain.session_entries import SessionEntry, instant
from holdfast.domain.staffing import Room
from holdfast.records.access import printed_name
from holdfast.records.people import User
from holdfast.records.session import DosingSession
from holdfast.records.session_now import last_heard, news_since, worded
from holdfast.web.session.agreed import agreed_touch
from holdfast.web.session.expected import expected
from holdfast.web.session.following import Look, look_at
from holdfast.web.session.person import known_of
from holdfast.web.session.recorded import covered

LATEST = (
    "systolic_mmhg",
    "diastolic_mmhg",
    "heart_rate_per_min",
    "temperature_celsius",
    "oxygen_saturation_percent",
    "score",
    "correct",
)
_A_MINUTE = timedelta(minutes=1)


def told(
    session: DosingSession, now: datetime, *, after: int = 0, with_words: bool = False
) -> dict[str, Any]:
    """What a page of one session is told; the entries only those behind ``after``."""
    look = look_at(session)
    since = news_since(session, after) if after else None
    with look.busy:
        entries = look.entries
        alarms = look.alarms(now)
        shown = [one for one in entries if since is None or one.id in since]
        judged = _judged(look, alarms, now)
        person = known_of(look, now)
        recorded = covered(look.plan, look.judged.log(now), now)
    everybody = {one.by for one in entries} | {each["person"] for each in judged["present"]}
    return {
        **head(session),
        "position": look.position,
        "after": after,
        "plan": _plan(look),
        "entries": [one.to_json() for one in shown],
        "words": worded(session) if with_words else {},
        "judged": judged,
        "expected": _expected(look),
        "names": names_of(everybody),
        "team": _team(look),
        "person": person,
        "agreed": agreed_touch(session, with_words=with_words),
        "recorded": recorded,
        "heard": {label: instant(at) for label, at in last_heard(session).items()},
    }


def _plan(look: Look) -> dict[str, Any]:
    """The plan, with how often somebody looks at night: the page judges that by itself as well."""
    every = look.judged.course.numbers.get(CHECK_EVERY)
    return {**look.plan.to_json(), "night_check_every": None if every is None else str(every)}


def _team(look: Look) -> dict[str, str]:
    """Who holds a role at the site for this study, by account: who may come into the room."""
    if not look.team:
        look.team = dict(names_of(look.judged.course.roles))
    return look.team


def _expected(look: Look) -> dict[str, Any] | None:
    """What is expected behind the readings, asked once for the same doses."""
    doses = look.judged.log(timezone.now()).standing("dose-given")
    key = tuple(one.id for one in doses)
    if key not in look.bands:
        look.bands = {key: expected(look.session, look.entries) if key else None}
    found: dict[str, Any] | None = look.bands[key]
    return found


def head(session: DosingSession) -> dict[str, Any]:
    """Whose session it is, and where."""
    return {
        "id": str(session.id),
        "enrollment": str(session.enrollment_id),
        "label": session.enrollment.label,
        "visit": session.visit,
        "number": session.number,
        "room": session.room.title if session.room else "",
        "opened_at": instant(session.opened_at),
        "is_closed": hasattr(session, "closing"),
    }


def _judged(look: Look, alarms: Iterable[Alarm], now: datetime) -> dict[str, Any]:
    plan, entries = look.plan, look.entries
    since = monitoring.since_dose(entries, now)
    fluids = monitoring.fluid_balance(plan, entries, now)
    return {
        "at": instant(now),
        "phase": monitoring.phase(plan, entries, now).value,
        "minutes": None if since is None else int(since / _A_MINUTE),
        "due": [
            {
                "measure": one.measure,
                "rule": one.rule,
                "at": one.at and instant(one.at),
                "overdue_at": one.overdue_at and instant(one.overdue_at),
                "is_deferred": one.is_deferred,
            }
            for one in monitoring.due(plan, entries, now)
        ],
        "alarms": [alarm_json(one) for one in alarms],
        "fluids": {
            "taken_ml": str(fluids.taken_ml),
            "lost_ml": str(fluids.lost_ml),
            "left_ml": None if fluids.left_ml is None else str(fluids.left_ml),
        },
        "present": _present(monitoring.in_the_room(plan, entries, now), now),
    }


def _present(room: Room, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "person": one.person,
            "role": one.role,
            "since": instant(one.since),
            "break": one.on_break
            and {"cover": one.on_break.cover, "ends_at": instant(one.on_break.ends_at)},
        }
        for one in room.present
    ]


def alarm_json(alarm: Alarm) -> dict[str, Any]:
    """An alarm: its condition, whether it is open, and who acknowledged it with what."""
    return {
        **condition_json(alarm.condition),
        "is_open": alarm.is_open,
        "acknowledged": [_given(one) for one in alarm.acknowledgements],
    }


def condition_json(one: Condition) -> dict[str, Any]:
    """A condition as JSON."""
    return {
        "id": one.id,
        "code": one.code,
        "tier": one.tier.value,
        "measure": one.measure,
        "since": instant(one.since),
        "known_at": instant(one.known_at),
        "until": one.until and instant(one.until),
        "because": list(one.because),
        "do": one.do,
        "detail": one.detail,
        "number": one.number,
        "value": None if one.value is None else str(one.value),
        "told": list(one.told),
        "sounds_at": list(one.sounds_at),
    }


def _given(one: Acknowledgement) -> dict[str, str]:
    return {"by": one.by, "at": instant(one.at), "done": one.done}


def latest_of(entries: Iterable[SessionEntry]) -> dict[str, tuple[Decimal, datetime]]:
    """The newest value of each field by its own time, corrected ones left out."""
    known = list(entries)
    gone = {one.corrects for one in known if one.corrects}
    found: dict[str, tuple[Decimal, datetime]] = {}
    for one in known:
        if one.id in gone or one.kind not in ("reading", "distress", "orientation"):
            continue
        for name in LATEST:
            value = one.number(name)
            if value is not None and (name not in found or one.at >= found[name][1]):
                found[name] = (value, one.at)
    return found


def names_of(people: Iterable[str]) -> Mapping[str, str]:
    """Printed names by account; what is no account has none."""
    ids = [each for each in map(_uuid, people) if each is not None]
    return {str(user.id): printed_name(user) for user in User.objects.filter(id__in=ids)}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
