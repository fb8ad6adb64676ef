"""A replayed session as the JSON document and the lines that ``holdfast replay`` prints."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from holdfast.definitions.sentences.dosing import dosing_sentence
from holdfast.domain.conditions import Condition
from holdfast.domain.findings import Outcome, Value
from holdfast.domain.gates import GateAnswer, Judged
from holdfast.domain.replay import Minute, Replay

SCHEMA = 1
_WORDLESS = "found by the rule that owns it"


def replay_document(replay: Replay, *, is_every: bool = False) -> dict[str, Any]:
    """Everything of a replay: its minutes, what each dose means, and what it all adds up to."""
    totals = replay.totals()
    return {
        "schema": SCHEMA,
        "session": replay.recorded.session,
        "title": replay.recorded.title,
        "plan_sha256": replay.recorded.plan.sha256,
        "gates_sha256": replay.gates.sha256,
        "minutes": [_minute(one, is_every) for one in replay.minutes(is_every=is_every)],
        "meanings": [
            {
                "entry": one.entry,
                "deviations": list(one.deviations),
                "counted_mg": _plain(one.counted_mg),
            }
            for one in replay.meanings()
        ],
        "totals": {
            "session_mg": _plain(totals.session_mg),
            "course_mg": _plain(totals.course_mg),
            "lifetime_mg": None if totals.lifetime_mg is None else _plain(totals.lifetime_mg),
        },
        "authorisations_not_backed": list(replay.not_backed()),
    }


def _minute(minute: Minute, is_every: bool) -> dict[str, Any]:
    acts = list(minute.gates) if is_every else minute.turned
    return {
        "at": minute.at.isoformat(),
        "gates": [_gate(minute.gates[act]) for act in acts],
        "raised": [_condition(one) for one in minute.raised],
        "over": list(minute.over),
        "acknowledged": list(minute.acknowledged),
    }


def _gate(answer: GateAnswer) -> dict[str, Any]:
    return {
        "act": answer.act.value,
        "open": answer.is_open,
        "shut_by": [_judged(one) for one in answer.closed_by],
        "set_aside": [one.condition.code for one in answer.judged if one.set_aside is not None],
    }


def _judged(one: Judged) -> dict[str, Any]:
    return {
        "condition": one.condition.code,
        "outcome": one.finding.outcome.value,
        "reason": one.finding.reason,
        "values": {name: _plain(value) for name, value in one.finding.values.items()},
        "hard": one.condition.is_hard,
        "source": one.finding.reference.title,
        "standing": one.finding.standing.value,
        "sentence": _sentence(one),
    }


def _sentence(one: Judged) -> str:
    """What a person reads; a finding of another part that gives no sentence here says its reason."""
    try:
        return dosing_sentence(one.finding)
    except LookupError:
        return f"{one.finding.reason}: {_WORDLESS}"


def _condition(one: Condition) -> dict[str, Any]:
    return {
        "id": one.id,
        "code": one.code,
        "tier": one.tier.value,
        "measure": one.measure,
        "since": one.since.isoformat(),
        "known_at": one.known_at.isoformat(),
        "because": list(one.because),
        "value": None if one.value is None else _plain(one.value),
        "do": one.do,
        "told": list(one.told),
        "sounds_at": list(one.sounds_at),
    }


def _plain(value: Value) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value


def replay_lines(replay: Replay, *, is_every: bool = False) -> Iterator[str]:
    """The same as lines. Of a gate only what is new in the way, and what is no longer.

    With ``is_every`` each minute says of every gate whether it is open and how much is in the way.
    """
    yield f"{replay.recorded.session}: {replay.recorded.title}"
    before: dict[str, frozenset[str]] = {}
    for minute in replay.minutes(is_every=is_every):
        at = minute.at.strftime("%Y-%m-%d %H:%M %z")
        told = [*_of_alarms(minute), *_of_gates(minute, before, is_every)]
        yield from (f"{at}  {line}" for line in told)
    yield from _of_the_end(replay)


def _of_alarms(minute: Minute) -> Iterator[str]:
    for one in minute.raised:
        value = "" if one.value is None else f" {_plain(one.value)}"
        yield f"alarm  {one.tier.value:9}  {one.id}{value}  {one.do}"
    yield from (f"over   {'':9}  {one}" for one in minute.over)
    yield from (f"seen   {'':9}  {one}" for one in minute.acknowledged)


def _of_gates(minute: Minute, before: dict[str, frozenset[str]], is_every: bool) -> Iterator[str]:
    for act, answer in minute.gates.items():
        shut = tuple(dict.fromkeys(_in_the_way(one) for one in answer.closed_by))
        old = before.get(act)
        if is_every or old != frozenset(shut):
            state = "open" if answer.is_open else "shut"
            yield f"gate   {state:9}  {act.value} ({len(shut)} in the way)"
        yield from (f"  +    {line}" for line in shut if line not in (old or ()))
        yield from (f"  -    {line}" for line in sorted((old or frozenset()) - set(shut)))
        before[act] = frozenset(shut)


def _in_the_way(one: Judged) -> str:
    how = "unknown" if one.finding.outcome is Outcome.UNKNOWN else "not met"
    return f"{how:9}  {one.condition.code}: {_sentence(one)}"


def _of_the_end(replay: Replay) -> Iterator[str]:
    for meaning in replay.meanings():
        departs = ", ".join(meaning.deviations) or "as planned"
        yield f"{meaning.entry}: counts {_plain(meaning.counted_mg)} mg; {departs}"
    totals = replay.totals()
    lifetime = "not known" if totals.lifetime_mg is None else f"{_plain(totals.lifetime_mg)} mg"
    session, course = _plain(totals.session_mg), _plain(totals.course_mg)
    yield f"At most: session {session} mg, course {course} mg, lifetime {lifetime}"
    for entry in replay.not_backed():
        yield f"{entry}: issued, and its gate, judged again, was shut"
