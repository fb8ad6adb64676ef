"""A referral arrives: a person, an enrollment with its own stream, all that was said, a verdict.

The same document again changes nothing. A changed document of the same person adds only what
is new. A person is known again by an identifier alone, never by name and date of birth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from holdfast.actions.judging import judge_in, local_date
from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.sourced import Known, content_token, identity_fact, known_facts
from holdfast.actions.writing import (
    LockedStream,
    Sent,
    lock,
    make_key,
    message,
    one_transaction,
    open_stream,
    receipt_of,
    refused_where_erased,
)
from holdfast.definitions import questions
from holdfast.definitions.prescreening import codes
from holdfast.domain.answers import Referral
from holdfast.domain.identity import PersonIdentity
from holdfast.domain.protocol import ProtocolVersion
from holdfast.records.care import (
    EligibilityAnswer,
    Enrollment,
    HistoryRecord,
    MedicationRecord,
    PrescreeningEntry,
)
from holdfast.records.care import Referral as ReferralFact
from holdfast.records.events import read_event
from holdfast.records.facts import Fact
from holdfast.records.histories import (
    EnrollmentPast,
    answers_of,
    history_of,
    last_position,
    medications_of,
)
from holdfast.records.journal import JournalEntry
from holdfast.records.keys import DataKey, data_key_of
from holdfast.records.people import Identity, Person, PersonKey, Site, User
from holdfast.records.search import index_identity, people_with_identifier


@dataclass(frozen=True)
class Arrival:
    """Everything that one referral brought.

    ``person`` is whom somebody decided it is; ``beside`` is what else was sent with it.
    """

    site: Site
    protocol: ProtocolVersion
    referral: Referral
    identity: PersonIdentity
    source: str
    bundle_sha256: str
    entry_id: UUID
    by: User
    now: datetime
    person: Person | None = None
    beside: Mapping[str, Any] = field(default_factory=dict)

    def content(self) -> Mapping[str, Any]:
        """What is compared when the entry comes again."""
        return {
            "site": self.site.id,
            "protocol": [self.protocol.name, self.protocol.version],
            "referral": self.referral,
            "identity": self.identity,
            "source": self.source,
            "bundle": self.bundle_sha256,
            **self.beside,
        }


@refused_where_erased
@one_transaction
def open_referral(
    *,
    site: Site,
    protocol: ProtocolVersion,
    referral: Referral,
    identity: PersonIdentity,
    source: str,
    bundle_sha256: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Open a referral at a site under a protocol version, and judge it on the site's date.

    ``source`` is a code of ``definitions/prescreening.toml``: who sent the person.
    ``bundle_sha256`` is the hash of the document; empty for a referral entered by hand. The
    receipt names the enrollment's stream.
    """
    if refusal := refused(by, site, "referral.import", now, protocol.name):
        return refusal
    if source not in codes().sources:
        return Refusal("source-unknown")
    arrival = Arrival(site, protocol, referral, identity, source, bundle_sha256, entry_id, by, now)
    return take_in(arrival)


def take_in(arrival: Arrival) -> Answered:
    """Open a referral inside the transaction of an action that asked who may."""
    above = lock(arrival.site.id, arrival.now)
    sent = above.sent("referral-opened", arrival.entry_id, arrival.content())
    by = arrival.by
    if earlier := above.earlier(sent, by=by):
        return earlier
    if same := _same_document(arrival):
        return same
    person = arrival.person or _known_person(arrival)
    enrollment = _enrollment_of(person, arrival) if person else None
    if enrollment is not None:
        return _add(enrollment, sent, arrival)
    return _open(above, person, sent, arrival)


def _same_document(arrival: Arrival) -> Receipt | None:
    """The first receipt of a document that the site holds under the same protocol already."""
    if not arrival.bundle_sha256:
        return None
    row = (
        ReferralFact.objects.filter(
            bundle_sha256=arrival.bundle_sha256,
            enrollment__site=arrival.site,
            enrollment__protocol_sha256=arrival.protocol.sha256,
        )
        .order_by("recorded_at", "id")
        .first()
    )
    if row is None:
        return None
    entry = JournalEntry.objects.get(stream_id=row.stream_id, position=row.position)
    return receipt_of(read_event(bytes(entry.event)), entry.entry_hash)


def _known_person(arrival: Arrival) -> Person | None:
    """The one person of this site with one of these identifiers.

    Two or more are left apart: somebody must look, and nothing is merged silently.
    """
    found = people_with_identifier(arrival.site, arrival.identity.identifiers)
    return found[0] if len(found) == 1 else None


def _enrollment_of(person: Person, arrival: Arrival) -> Enrollment | None:
    return Enrollment.objects.filter(
        person=person, site=arrival.site, protocol_sha256=arrival.protocol.sha256
    ).first()


def _open(above: LockedStream, person: Person | None, sent: Sent, arrival: Arrival) -> Receipt:
    """A new enrollment with its own stream; the site's stream names it."""
    entry_id, by = arrival.entry_id, arrival.by
    enrollment = Enrollment(
        id=uuid5(entry_id, "enrollment"),
        site=arrival.site,
        number=Enrollment.objects.filter(site=arrival.site).count() + 1,
        protocol_name=arrival.protocol.name,
        protocol_version=arrival.protocol.version,
        protocol_sha256=arrival.protocol.sha256,
    )
    open_stream("enrollment", enrollment.id)
    stream = lock(enrollment.id, above.now)
    facts: list[Fact] = []
    made: list[UUID] = []
    if person is None:
        person = Person(id=uuid5(entry_id, "person"), site=arrival.site)
        facts.append(person)
        for word_class in (PersonKey.IDENTITY, PersonKey.WORDS):
            key = make_key(owner=person.id, word_class=word_class, by=by, now=stream.now)
            made.append(key.id)
    enrollment.person = person
    words = data_key_of(person.id, PersonKey.WORDS)
    names = data_key_of(person.id, PersonKey.IDENTITY)
    identity = identity_fact(person.id, arrival.identity, arrival.referral.person, names)
    told = known_facts(
        enrollment.id, arrival.referral, words, questions.load().questions, held=set()
    )
    facts += [enrollment, identity, _referral_fact(enrollment, arrival), *told]
    facts.append(message("referral-opened", enrollment.id, site=arrival.site.id.hex))
    receipt = stream.write(sent, facts, by=by, keys=made, values=_values(arrival))
    index_identity(person, arrival.site, arrival.identity, arrival.referral.person)
    _log(above, enrollment, arrival)
    _judge(stream, enrollment, words, arrival, "opened")
    return receipt


def _referral_fact(enrollment: Enrollment, arrival: Arrival) -> ReferralFact:
    return ReferralFact(
        id=uuid4(),
        enrollment=enrollment,
        referral_source=arrival.source,
        form="fhir-bundle" if arrival.bundle_sha256 else "hand",
        bundle_sha256=arrival.bundle_sha256,
    )


def _values(arrival: Arrival) -> Mapping[str, Any]:
    return {
        "protocol": arrival.protocol.name,
        "version": arrival.protocol.version,
        "source": arrival.source,
        "bundle": arrival.bundle_sha256,
    }


def _log(above: LockedStream, enrollment: Enrollment, arrival: Arrival) -> None:
    """The site's stream names the new stream, and its pre-screening log gets a line."""
    line = PrescreeningEntry(
        id=uuid5(arrival.entry_id, "prescreening"),
        site=arrival.site,
        enrollment=enrollment,
        referral_source=arrival.source,
        outcome="screening",
        decided_at=above.now,
        decided_by=arrival.by,
    )
    values = {"stream": enrollment.id.hex, "kind": "enrollment"}
    sent = above.sent("stream-opened", uuid5(arrival.entry_id, "stream-opened"), values)
    above.write(sent, [line], by=arrival.by, values=values)


def _add(enrollment: Enrollment, sent: Sent, arrival: Arrival) -> Receipt:
    """What a changed document of a known person says that was not held yet."""
    by = arrival.by
    stream = lock(enrollment.id, arrival.now)
    past = EnrollmentPast(enrollment, last_position(enrollment.id))
    words = data_key_of(enrollment.person_id, PersonKey.WORDS)
    told = known_facts(
        enrollment.id,
        arrival.referral,
        words,
        questions.load().questions,
        held=_held_tokens(enrollment),
    )
    _supersede(past, told, arrival.referral, words)
    facts: list[Fact] = [*_new_identity(past, arrival), _referral_fact(enrollment, arrival), *told]
    sent = Sent("referral-added", sent.entry_id, sent.content, sent.plain)
    receipt = stream.write(sent, facts, by=by, values=_values(arrival))
    person = Person.objects.get(id=enrollment.person_id)
    index_identity(person, arrival.site, arrival.identity, arrival.referral.person)
    _judge(stream, enrollment, words, arrival, "import")
    return receipt


def _held_tokens(enrollment: Enrollment) -> set[str]:
    held: set[str] = set()
    for model in (EligibilityAnswer, MedicationRecord, HistoryRecord):
        rows = model.objects.filter(stream_id=enrollment.id)
        held.update(rows.values_list("token", flat=True))
    return held


def _new_identity(past: EnrollmentPast, arrival: Arrival) -> Sequence[Identity]:
    before = past.identity
    key = data_key_of(past.enrollment.person_id, PersonKey.IDENTITY)
    now = identity_fact(
        past.enrollment.person_id,
        arrival.identity,
        arrival.referral.person,
        key,
        corrects_id=before.id if before else None,
    )
    return [] if before is not None and before.token == now.token else [now]


def _places(past: EnrollmentPast) -> dict[tuple[str, str, str], list[Known]]:
    """The imported facts that stand, by where in the document they came from."""
    found: dict[tuple[str, str, str], list[Known]] = {}
    pairs: list[tuple[Known, Any]] = [
        *zip(past.answers, answers_of(past), strict=True),
        *zip(past.medications, medications_of(past), strict=True),
        *zip(past.history, history_of(past), strict=True),
    ]
    for row, entry in pairs:
        if row.source_kind == "record":
            key = (type(row).__name__, entry.source.place, getattr(entry, "question", ""))
            found.setdefault(key, []).append(row)
    return found


def _supersede(
    past: EnrollmentPast, told: Sequence[Known], referral: Referral, key: DataKey
) -> None:
    """A newer version of the same resource corrects the older one, where each is the only one."""
    standing = _places(past)
    coming: dict[tuple[str, str, str], list[Known]] = {}
    entries = {
        content_token(key, name, entry): (name, entry)
        for name, several in (
            ("EligibilityAnswer", referral.answers),
            ("MedicationRecord", referral.medications),
            ("HistoryRecord", referral.history),
        )
        for entry in several
    }
    for fact in told:
        name, entry = entries[fact.token]
        place = (name, entry.source.place, getattr(entry, "question", ""))
        coming.setdefault(place, []).append(fact)
    for place, facts in coming.items():
        if len(facts) == 1 and len(standing.get(place, [])) == 1:
            facts[0].corrects_id = standing[place][0].id
            facts[0].correction_reason = "changed-document"


def _judge(
    stream: LockedStream, enrollment: Enrollment, words: DataKey, arrival: Arrival, because: str
) -> None:
    as_of = local_date(arrival.site, stream.now)
    judge_in(stream, enrollment, as_of=as_of, because=because, key=words, by=arrival.by)
