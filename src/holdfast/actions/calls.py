"""The first contact: a call, a web inquiry or a letter becomes a referral entered by hand.

Somebody who may be known already is offered to whoever took the call; that person decides, and
the decision is kept. Nobody is merged silently.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import orjson

from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.referrals import Arrival, take_in
from holdfast.actions.writing import lock, one_transaction, refused_where_erased
from holdfast.definitions.prescreening import codes
from holdfast.domain.answers import Person as PersonForRules
from holdfast.domain.answers import Referral
from holdfast.domain.calls import ANOTHER, SAME, CallScript, ContactWishes, FirstContact
from holdfast.domain.identity import PersonIdentity
from holdfast.domain.protocol import ProtocolVersion
from holdfast.records.access import studies_of
from holdfast.records.calls import ContactPermission, DuplicateDecision
from holdfast.records.calls import FirstContact as FirstContactFact
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment
from holdfast.records.facts import Fact
from holdfast.records.journal import JournalEntry
from holdfast.records.keys import DataKey, Erased, data_key_of, opened, sealed
from holdfast.records.people import Identity, Person, PersonKey, Site, User
from holdfast.records.search import possible_duplicates


@refused_where_erased
@one_transaction
def open_call(
    *,
    site: Site,
    protocol: ProtocolVersion,
    script: CallScript,
    contact: FirstContact,
    identity: PersonIdentity,
    sex: str | None,
    source: str,
    decided: Mapping[UUID, str],
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Open a referral for somebody who permitted a record, as they told it.

    ``decided`` says of each possible duplicate offered, by person, whether it is the ``same`` or
    ``another``. While one is undecided nothing is written: the refusal ``duplicates-undecided``.
    At most one can be the same.
    """
    if refusal := refused(by, site, "call.record", now, protocol.name):
        return refusal
    if problem := contact.problem():
        return Refusal(problem)
    if source not in codes().sources:
        return Refusal("source-unknown")
    told = PersonForRules(born_on=identity.born_on, sex=sex, is_deceased=None)
    beside = {
        "contact": contact,
        "script": script.sha256,
        "decided": {str(person): answer for person, answer in decided.items()},
    }
    arrival = Arrival(
        site, protocol, Referral(told), identity, source, "", entry_id, by, now, beside=beside
    )
    lock(site.id, now)  # two calls about one person queue here, so the second one is offered
    if not _is_known(entry_id):
        candidates = offered(site, identity, told, studies_of(by, site, "call.record", now))
        if refusal := _undecided(candidates, decided):
            return refusal
        arrival = _as_decided(arrival, candidates, decided)
    answered = take_in(arrival)
    if isinstance(answered, Receipt):
        _keep(answered, contact, script, decided, entry_id, by, now)
    return answered


def offered(
    site: Site, identity: PersonIdentity, told: PersonForRules, studies: frozenset[str] | None
) -> list[Person]:
    """The possible duplicates offered to somebody who takes calls for these studies.

    Nobody of another study is offered: that they are there would be told by the question alone.
    """
    found = possible_duplicates(site, identity, told)
    if studies is None:
        return found
    rows = Enrollment.objects.filter(person__in=found, protocol_name__in=studies)
    known = set(rows.values_list("person_id", flat=True))
    return [person for person in found if person.id in known]


def _is_known(entry_id: UUID) -> bool:
    """True where this entry was written before: the same one gets its receipt again."""
    return JournalEntry.objects.filter(entry_id=entry_id).exists()


def _undecided(candidates: Iterable[Person], decided: Mapping[UUID, str]) -> Refusal | None:
    ids = {person.id for person in candidates}
    if any(decided.get(person) not in (SAME, ANOTHER) for person in ids):
        return Refusal("duplicates-undecided")
    if set(decided) - ids:
        return Refusal("not-a-duplicate")
    if list(decided.values()).count(SAME) > 1:
        return Refusal("same-as-two")
    return None


def _as_decided(
    arrival: Arrival, candidates: Iterable[Person], decided: Mapping[UUID, str]
) -> Arrival:
    """The arrival of the person somebody said it is; their identifiers stay theirs."""
    same = next((person for person in candidates if decided[person.id] == SAME), None)
    if same is None:
        return arrival
    identity = replace(arrival.identity, identifiers=_identifiers(same))
    return replace(arrival, person=same, identity=identity)


def _identifiers(person: Person) -> tuple[tuple[str, str], ...]:
    row = Identity.objects.filter(person=person, corrected_by=None).order_by("-position").first()
    try:
        words: dict[str, Any] = orjson.loads(opened(row, "words") or "{}") if row else {}
    except Erased:
        words = {}
    return tuple((system, value) for system, value in words.get("identifiers", []))


def _keep(
    receipt: Receipt,
    contact: FirstContact,
    script: CallScript,
    decided: Mapping[UUID, str],
    entry_id: UUID,
    by: User,
    now: datetime,
) -> None:
    """Write how they came, what they permitted and who they were not, once, in their own stream."""
    enrollment = Enrollment.objects.get(id=receipt.stream_id)
    stream = lock(enrollment.id, now)
    sent = stream.sent("call-recorded", uuid5(entry_id, "call"), {"contact": contact})
    if stream.earlier(sent, by=by):
        return
    first = FirstContactFact(
        id=uuid5(entry_id, "first-contact"),
        enrollment=enrollment,
        form=contact.form,
        script_name=script.name,
        script_version=script.version,
        script_sha256=script.sha256,
        language=contact.language,
        safety=contact.safety,
    )
    key = data_key_of(enrollment.person_id, PersonKey.WORDS)
    facts: list[Fact] = [
        first,
        permission_fact(enrollment, contact.wishes(), uuid5(entry_id, "contact-permission"), key),
    ]
    facts += [
        DuplicateDecision(
            id=uuid5(entry_id, f"duplicate/{person.hex}"),
            enrollment=enrollment,
            candidate_id=person,
            decision=decision,
        )
        for person, decision in sorted(decided.items())
    ]
    stream.write(sent, facts, by=by, values={"form": contact.form, "safety": contact.safety})


def permission_fact(
    enrollment: Enrollment,
    wishes: ContactWishes,
    fact_id: UUID,
    key: DataKey,
    reason: str = "said-anew",
) -> ContactPermission:
    """A permission to be written; it corrects the one that stands, for that reason."""
    before = standing_permission(enrollment)
    fact = ContactPermission(
        id=fact_id,
        corrects_id=before.id if before else None,
        correction_reason=reason if before else "",
        enrollment=enrollment,
        may_contact=wishes.may_contact,
        ways=document(sorted(set(wishes.ways))).decode(),
        may_leave_message=wishes.may_leave_message,
        may_tell_referrer=wishes.may_tell_referrer,
    )
    fact.when_words = sealed(key, fact, "when_words", wishes.when) if wishes.when else None
    return fact


def standing_permission(enrollment: Enrollment) -> ContactPermission | None:
    """What a person permits now; None where they were never asked."""
    rows = ContactPermission.objects.filter(enrollment=enrollment, corrected_by=None)
    return rows.order_by("-position").first()
