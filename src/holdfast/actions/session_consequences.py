"""What an entry of a session writes besides itself: impairment of the person, deviations of the course."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.apart import apart
from holdfast.actions.judging import local_date
from holdfast.actions.session_judging import followed, judged_in
from holdfast.actions.writing import LockedStream
from holdfast.definitions.session import gates as session_gates
from holdfast.domain.dose_meaning import what_it_means
from holdfast.domain.event_courses import is_graver
from holdfast.domain.serious_events import MAY_BE
from holdfast.domain.session_entries import SessionEntry
from holdfast.records.adverse import CandidateSettled
from holdfast.records.clinical_care import EventCandidate
from holdfast.records.consent import Impairment
from holdfast.records.course import Deviation
from holdfast.records.facts import Fact
from holdfast.records.keys import data_key_of, opened, sealed
from holdfast.records.people import PersonKey, User
from holdfast.records.session import DosingSession, SessionFact
from holdfast.records.session_now import entry_of

CLOSED = "entry-after-the-close"
# Kinds by which something of the medicine may be in the person.
_DOSES = frozenset({"dose-given", "dose-spat", "dose-vomited", "dose-dropped"})
# Kinds from which a deviation may follow; no reading is among them.
_MEANT = _DOSES | {"dose-refused", "dose-withheld", "override", "exit", "order", "correction"}


def consequences(
    stream: LockedStream, session: DosingSession, facts: Sequence[SessionFact], by: User
) -> list[Fact]:
    """What follows from entries that are about to be written, to be written with them.

    ``facts`` have their place in the stream, and were judged. ``by`` is who records them.
    """
    found: list[Fact] = []
    for fact in facts:
        found += _not_written(list(_impairment(session, fact, by)))
        found += _felt(stream, session, fact, by)
    if not _is_ordinary(stream, session, facts):
        found += apart("session-not-judged", lambda: _deviations(stream, session, facts), list)
    return found


def _is_ordinary(
    stream: LockedStream, session: DosingSession, facts: Sequence[SessionFact]
) -> bool:
    """From none of them a deviation can follow, and the session that they were judged in goes on."""
    kept = judged_in(stream, session)
    is_plain = not any(fact.kind in _MEANT or fact.corrects for fact in facts)
    return is_plain and kept is not None and not kept.closing


def catch_up_deviations(stream: LockedStream, session: DosingSession) -> list[Deviation]:
    """What deviated and is not on record yet: a rule that broke when it happened runs again."""
    return apart("session-not-judged", lambda: _deviations(stream, session, (), is_all=True), list)


def _not_written(steps: Sequence[Impairment]) -> list[Impairment]:
    """Those that were not written when the entry was nobody's yet."""
    there = Impairment.objects.filter(id__in=[step.id for step in steps]) if steps else ()
    known = {step.id for step in there}
    return [step for step in steps if step.id not in known]


def _impairment(session: DosingSession, fact: SessionFact, by: User) -> Iterator[Impairment]:
    """From the dose on the person signs nothing, until somebody found them not impaired.

    What nobody has put their name to yet ends no impairment, and a finding taken back never did.
    """
    entry = entry_of(fact)
    if entry.kind in _DOSES and entry.code("recovered") != "whole":
        yield _step(session, entry, "dosed", "dose-given", fact.written_by or by)
    elif entry.kind == "impairment" and entry.flag("is_impaired") is False and fact.written_by:
        yield _step(session, entry, "not-impaired", "criteria-met", fact.written_by)
    if entry.corrects is not None:
        gone = SessionFact.objects.filter(
            session=session, id=UUID(entry.corrects), kind="impairment"
        ).first()
        if gone is not None and entry_of(gone).flag("is_impaired") is False:
            again = entry_of(gone)
            yield _step(session, again, "dosed", "dose-reported", fact.written_by or by, "again")


def _felt(
    stream: LockedStream, session: DosingSession, fact: SessionFact, by: User
) -> Iterator[Fact]:
    """What was felt or seen is a possible adverse event, good or bad, for a physician to judge.

    Repeats of one term in a session are one; their course is in the entries.
    """
    entry = entry_of(fact)
    if entry.kind != "event" or entry.corrects is not None:
        return
    serious = entry.code("serious")
    id_ = uuid5(session.id, f"candidate/{entry.code('term')}")
    before = _newest_candidate(id_)
    if before is not None:
        yield from _said_anew(session, fact, before, serious)
        return
    candidate = EventCandidate(
        id=id_,
        enrollment_id=session.enrollment_id,
        source="session",
        source_id=fact.id,
        onset_on=local_date(session.site, entry.at),
        intensity=entry.code("severity") or "not-known",
        is_serious={"yes": True, "no": False}.get(serious),
        known_at=stream.now,
        known_by=fact.written_by or by,
    )
    key = data_key_of(session.enrollment.person_id, PersonKey.WORDS)
    candidate.words = sealed(key, candidate, "words", entry.code("term"))
    yield candidate


def _newest_candidate(id_: UUID) -> EventCandidate | None:
    """The candidate of a term as it was said last; None where there is none yet."""
    found = EventCandidate.objects.filter(id=id_).first()
    while found is not None and (later := found.corrected_by.first()) is not None:
        found = later
    return found


def _said_anew(
    session: DosingSession, fact: SessionFact, before: EventCandidate, serious: str
) -> Iterator[Fact]:
    """A repeat waits for a physician again where one had settled it, or where it is more serious now."""
    was = {True: "yes", False: "no", None: "unknown"}[before.is_serious]
    is_settled = CandidateSettled.objects.filter(candidate=before).exists()
    if not is_settled and not (serious in MAY_BE and is_graver(serious, was)):
        return
    graver = serious if is_graver(serious, was) else was
    again = EventCandidate(
        id=uuid5(fact.id, "candidate"),
        enrollment_id=before.enrollment_id,
        corrects=before,
        correction_reason="more-became-known",
        source=before.source,
        source_id=before.source_id,
        onset_on=before.onset_on,
        intensity=entry_of(fact).code("severity") or before.intensity,
        is_serious={"yes": True, "no": False}.get(graver),
        known_at=before.known_at,
        known_by_id=before.known_by_id,
    )
    key = data_key_of(session.enrollment.person_id, PersonKey.WORDS)
    again.words = sealed(key, again, "words", opened(before, "words") or "")
    yield again


def _step(
    session: DosingSession, entry: SessionEntry, step: str, basis: str, by: User, name: str = ""
) -> Impairment:
    return Impairment(
        id=uuid5(UUID(entry.id), f"impairment/{name}"),
        enrollment_id=session.enrollment_id,
        step=step,
        basis=basis,
        found_at=min(entry.at, entry.known_at),
        found_by=by,
    )


def _deviations(
    stream: LockedStream, session: DosingSession, facts: Sequence[SessionFact], is_all: bool = False
) -> list[Deviation]:
    kept = followed(session, stream)
    told = {str(fact.id): entry_of(fact) for fact in facts}
    wanted: list[tuple[str, str]] = []
    if is_all or any(fact.kind in _MEANT or fact.corrects for fact in facts):
        log = kept.log(stream.now)
        meanings = what_it_means(session_gates.load(), kept.plan, kept.course, log)
        wanted += [(one.entry, code) for one in meanings for code in one.deviations]
    if kept.closing and kept.closing not in told:
        wanted += [(id_, CLOSED) for id_, one in told.items() if one.kind not in _AFTER_THE_CLOSE]
    at = {entry.id: entry.at for entry in (*kept.acts, *told.values())} if wanted else {}
    return _not_yet(session, at, wanted) if wanted else []


_AFTER_THE_CLOSE = frozenset({"acknowledgement", "correction", "note"})


def _not_yet(
    session: DosingSession, at: Mapping[str, datetime], wanted: Sequence[tuple[str, str]]
) -> list[Deviation]:
    """Those of which no deviation is on record yet, each once."""
    by_id = {uuid5(UUID(entry), f"deviation/{code}"): (entry, code) for entry, code in wanted}
    there = set(Deviation.objects.filter(id__in=by_id).values_list("id", flat=True))
    return [
        Deviation(
            id=id_,
            enrollment_id=session.enrollment_id,
            kind=code,
            visit=session.visit,
            on=local_date(session.site, at[entry]),
        )
        for id_, (entry, code) in by_id.items()
        if id_ not in there
    ]
