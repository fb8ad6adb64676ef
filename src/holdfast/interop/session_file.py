"""A whole dosing session as a JSON file, read strictly and never guessed at, and written.

``docs/session-files.md`` says the form. What does not fit is refused with its place and the mend; a
session in a file names nobody: people are ids, words are not in it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from holdfast.definitions import monitoring, protocols
from holdfast.definitions import session as entry_kinds
from holdfast.definitions.session import gates as session_gates
from holdfast.definitions.session import limits as session_limits
from holdfast.domain.course_so_far import CourseSoFar, course_so_far
from holdfast.domain.dose_totals import PastDose
from holdfast.domain.findings import Outcome
from holdfast.domain.limits import SignedLimit
from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.replay import Handed, Recorded
from holdfast.domain.session_compile import (
    NoSuchSession,
    PersonalLimit,
    compile_plan,
    dosing_visit,
)
from holdfast.domain.session_entries import EntryRefused, SessionEntry, read_entry
from holdfast.domain.session_plan import PlanUnreadable, SessionPlan, from_json
from holdfast.interop.session_values import (
    SessionFileRefused,
    read_day,
    read_moment,
    read_number,
    read_object,
    read_rows,
    read_text,
    read_zone,
    refuse_keys,
)

SCHEMA = 1
MOST_ENTRIES = 50_000
_KEYS = (
    "schema",
    "session",
    "title",
    "zone",
    "protocol",
    "signed",
    "personal",
    "plan",
    "people",
    "past_doses",
    "outside_mg",
    "handed",
    "until",
    "entries",
)
_NEEDED = ("schema", "session", "zone", "protocol", "entries")


def read_session_file(data: bytes) -> Recorded:
    """A session from the bytes of its file; ``SessionFileRefused`` for anything else."""
    told = read_object(data)
    refuse_keys(told, _KEYS, _NEEDED, "")
    if told["schema"] != SCHEMA or isinstance(told["schema"], bool):
        raise SessionFileRefused(
            "schema", f"{told['schema']!r} is not read here", f"Write {SCHEMA}"
        )
    zone = read_zone(told["zone"])
    entries = _entries(told["entries"])
    protocol, visit, number = _protocol(told["protocol"])
    signed = _signed(told.get("signed", []))
    day = _first(entries).astimezone(zone).date()
    plan = _plan(told, protocol, visit, number, signed, day)
    return Recorded(
        session=read_text(told["session"], "session"),
        title=read_text(told.get("title", ""), "title"),
        zone=zone,
        plan=plan,
        course=_course(told, protocol, plan, signed, day),
        entries=entries,
        handed=_handed(told.get("handed", [])),
        signed=tuple(signed.values()),
        until=None if told.get("until") is None else read_moment(told["until"], "until"),
    )


def session_document(recorded: Recorded, signed: Sequence[SignedLimit] = ()) -> Mapping[str, Any]:
    """A session as the file that ``read_session_file`` reads: with the plan as it was compiled."""
    plan, course = recorded.plan, recorded.course
    return {
        "schema": SCHEMA,
        "session": recorded.session,
        "title": recorded.title,
        "zone": str(recorded.zone),
        "protocol": {
            "name": plan.protocol,
            "version": plan.protocol_version,
            "visit": plan.visit,
            "number": plan.session_number,
        },
        "signed": [_signed_json(one) for one in signed or recorded.signed],
        "plan": plan.to_json(),
        "people": {person: list(roles) for person, roles in sorted(course.roles.items())},
        "past_doses": [
            {
                "session": one.session,
                "on": one.on.isoformat(),
                "highest_mg": float(one.highest_mg),
                "is_of_course": one.is_of_course,
            }
            for one in course.past
        ],
        "outside_mg": None if course.outside_mg is None else float(course.outside_mg),
        "handed": [_handed_json(one) for one in recorded.handed],
        "until": None if recorded.until is None else recorded.until.isoformat(),
        "entries": [entry.to_json() for entry in recorded.entries],
    }


def _signed_json(one: SignedLimit) -> Mapping[str, Any]:
    return {
        "code": one.code,
        "value": float(one.value),
        "unit": one.unit,
        "signed_by": one.signed_by,
        "signed_on": one.signed_on.isoformat(),
    }


def _handed_json(one: Handed) -> Mapping[str, Any]:
    return {
        "condition": one.condition,
        "outcome": one.outcome.value,
        "reason": one.reason,
        "from": None if one.from_at is None else one.from_at.isoformat(),
        "until": None if one.until is None else one.until.isoformat(),
    }


def _entries(told: object) -> tuple[SessionEntry, ...]:
    if not isinstance(told, list) or not told:
        raise SessionFileRefused("entries", "there are none", "Write at least one entry")
    if len(told) > MOST_ENTRIES:
        raise SessionFileRefused("entries", f"more than {MOST_ENTRIES}", "Name one session's file")
    kinds = entry_kinds.load().kinds
    try:
        return tuple(read_entry(one, kinds, f"entries[{i}]") for i, one in enumerate(told))
    except EntryRefused as refused:
        raise SessionFileRefused(refused.place, refused.problem, refused.mend) from None


def _first(entries: Sequence[SessionEntry]) -> datetime:
    return min(entry.known_at for entry in entries)


def _protocol(told: object) -> tuple[ProtocolVersion, str, int]:
    keys = ("name", "version", "visit", "number")
    if not isinstance(told, dict):
        raise SessionFileRefused("protocol", "this is no object", "Write name, version and number")
    refuse_keys(told, keys, ("name", "number"), "protocol")
    number, version = told["number"], told.get("version")
    for key, value in (("number", number), ("version", version)):
        if isinstance(value, bool) or not isinstance(value, int | None):
            raise SessionFileRefused(
                f"protocol.{key}", f"{value!r} is no number", "Write 1 or more"
            )
    if number is None:
        raise SessionFileRefused(
            "protocol.number", "missing", "Write which session it is: 1, 2 ..."
        )
    try:
        protocol = protocols.load(read_text(told["name"], "protocol.name"), version)
    except protocols.UnknownProtocol as error:
        raise SessionFileRefused(
            "protocol", str(error).rstrip("."), "See holdfast protocol list"
        ) from None
    return protocol, read_text(told.get("visit", ""), "protocol.visit"), number


def _signed(told: object) -> Mapping[str, SignedLimit]:
    keys = ("code", "value", "unit", "signed_by", "signed_on")
    found: dict[str, SignedLimit] = {}
    for place, row in read_rows(told, "signed", keys, keys):
        code = read_text(row["code"], f"{place}.code")
        if code in found:
            raise SessionFileRefused(place, f"{code!r} is here twice", "Leave one of them")
        found[code] = SignedLimit(code, *_signature(row, place))
    return found


def _signature(row: Mapping[str, Any], place: str) -> tuple[Decimal, str, str, date]:
    return (
        read_number(row["value"], f"{place}.value"),
        read_text(row["unit"], f"{place}.unit"),
        read_text(row["signed_by"], f"{place}.signed_by"),
        read_day(row["signed_on"], f"{place}.signed_on"),
    )


def _plan(
    told: Mapping[str, Any],
    protocol: ProtocolVersion,
    visit: str,
    number: int,
    signed: Mapping[str, SignedLimit],
    day: date,
) -> SessionPlan:
    """The plan as it was compiled, where the file has it; else compiled from what was signed."""
    if told.get("plan") is not None:
        try:
            return from_json(told["plan"])
        except PlanUnreadable as error:
            mend = "Export the session again, or leave plan out"
            raise SessionFileRefused("plan", str(error), mend) from None
    keys = ("code", "value", "unit", "signed_by", "signed_on")
    personal = [
        PersonalLimit(read_text(row["code"], f"{place}.code"), *_signature(row, place))
        for place, row in read_rows(told.get("personal", []), "personal", keys, keys)
    ]
    try:
        return compile_plan(
            monitoring.load(),
            monitoring.schedule_of(protocol.name),
            protocol,
            session=read_text(told["session"], "session"),
            session_number=number,
            on=day,
            signed=signed,
            personal=personal,
            visit=visit,
        )
    except NoSuchSession as error:
        raise SessionFileRefused("protocol", str(error).rstrip("."), "Name another") from None
    except LookupError as error:
        raise SessionFileRefused(
            "protocol.name", str(error.args[0]).rstrip("."), "Name another"
        ) from None


def _course(
    told: Mapping[str, Any],
    protocol: ProtocolVersion,
    plan: SessionPlan,
    signed: Mapping[str, SignedLimit],
    day: date,
) -> CourseSoFar:
    schedule = protocol.schedule
    if schedule is None:
        raise SessionFileRefused("protocol", "this version says no visits", "Name a later version")
    outside = told.get("outside_mg")
    try:
        visit = dosing_visit(schedule, plan.session_number, plan.visit)
    except NoSuchSession as error:
        raise SessionFileRefused("protocol", str(error).rstrip("."), "Name another") from None
    return course_so_far(
        schedule,
        visit,
        session_limits.load(),
        as_of=day,
        signed=signed,
        past=_past(told.get("past_doses", [])),
        outside_mg=None if outside is None else read_number(outside, "outside_mg"),
        roles=_people(told.get("people", {})),
    )


def _past(told: object) -> tuple[PastDose, ...]:
    keys, needed = ("session", "on", "highest_mg", "is_of_course"), ("session", "on", "highest_mg")
    return tuple(
        PastDose(
            read_text(row["session"], f"{place}.session"),
            read_day(row["on"], f"{place}.on"),
            read_number(row["highest_mg"], f"{place}.highest_mg"),
            row.get("is_of_course", True) is True,
        )
        for place, row in read_rows(told, "past_doses", keys, needed)
    )


def _people(told: object) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(told, dict):
        raise SessionFileRefused("people", "this is no object", 'Write {"t1": ["therapist"]}')
    found = {}
    for person, roles in told.items():
        if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
            raise SessionFileRefused(
                f"people.{person}", "roles are no list of texts", 'Write ["therapist"]'
            )
        found[person] = tuple(roles)
    return found


def _handed(told: object) -> tuple[Handed, ...]:
    keys = ("condition", "outcome", "reason", "from", "until")
    known = session_gates.load().conditions
    found = []
    for place, row in read_rows(told, "handed", keys, ("condition", "outcome", "reason")):
        code = read_text(row["condition"], f"{place}.condition")
        if code not in known:
            mend = "Write a condition of the session's gates"
            raise SessionFileRefused(f"{place}.condition", f"{code!r} is not known", mend)
        found.append(
            Handed(
                code,
                _outcome(row["outcome"], f"{place}.outcome"),
                read_text(row["reason"], f"{place}.reason"),
                *(_maybe(row.get(key), f"{place}.{key}", read_moment) for key in ("from", "until")),
            )
        )
    return tuple(found)


def _maybe(told: object, place: str, read: Callable[[object, str], datetime]) -> datetime | None:
    return None if told is None else read(told, place)


def _outcome(told: object, place: str) -> Outcome:
    try:
        return Outcome(read_text(told, place))
    except ValueError:
        known = ", ".join(Outcome)
        raise SessionFileRefused(place, f"{told!r} is not known", f"Known: {known}") from None
