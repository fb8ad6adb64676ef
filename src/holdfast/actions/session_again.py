"""Judges a gate again when what stood behind it is written: an authorisation may have outlived its reasons."""

from collections.abc import Sequence
from uuid import uuid5

from holdfast.actions.apart import apart
from holdfast.actions.judging import local_date
from holdfast.actions.session_judging import followed, plain_alarm
from holdfast.actions.session_question import question
from holdfast.actions.writing import LockedStream
from holdfast.definitions.session import gates as session_gates
from holdfast.domain.dose_meaning import what_it_means
from holdfast.domain.dosing import gate_answer
from holdfast.domain.judged_again import GATE_SHUT, act_behind, was_shut
from holdfast.domain.session_plan import Tier
from holdfast.records.course import Deviation
from holdfast.records.facts import Fact
from holdfast.records.session import DosingSession, SessionFact
from holdfast.records.session_now import entry_of

_DONE = frozenset({"dose-given", "exit"})


def outlived(
    stream: LockedStream, session: DosingSession, facts: Sequence[SessionFact]
) -> list[Fact]:
    """The urgent alarm and the deviation of what was authorised and done when its gate was shut.

    ``facts`` have their place in the stream, and were judged.
    """
    done = [fact for fact in facts if fact.kind in _DONE]
    if not done:
        return []
    return apart("session-not-judged", lambda: _outlived(stream, session, done), list)


def _outlived(
    stream: LockedStream, session: DosingSession, facts: Sequence[SessionFact]
) -> list[Fact]:
    kept, gates = followed(session, stream), session_gates.load()
    meanings = what_it_means(gates, kept.plan, kept.course, kept.log(stream.now))
    deviations = {one.entry: one.deviations for one in meanings}
    found: list[Fact] = []
    for fact in facts:
        entry = entry_of(fact)
        act = act_behind(gates, entry, deviations.get(entry.id, ()))
        at = min(entry.at, stream.now)
        if act is None or not was_shut(gate_answer(question(session, act, at, done=entry))):
            continue
        told = ("physician-station",)
        found += plain_alarm(stream, session, GATE_SHUT, fact.id, Tier.URGENT, told)
        found.append(
            Deviation(
                id=uuid5(fact.id, f"deviation/{GATE_SHUT}"),
                enrollment_id=session.enrollment_id,
                kind=GATE_SHUT,
                visit=session.visit,
                on=local_date(session.site, entry.at),
            )
        )
    return found
