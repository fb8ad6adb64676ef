"""Randomizing: everything the protocol asks before it, then the next slot, in one transaction.

The arm goes from the list to the enrollment inside the sealed room. Nothing here returns it, names it
or depends on it: the receipt, the journal and the message are the same whatever it is.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

import orjson

from holdfast.actions import sealed_room
from holdfast.actions.course_gates import Question
from holdfast.actions.gates import answer_to, passed_fact, shut
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, message, one_transaction, refused_where_erased
from holdfast.domain.gates import Act, GateAnswer
from holdfast.domain.protocol import ProtocolVersion
from holdfast.records.allocation import ListActivated, SlotTaken
from holdfast.records.allocations import factors_of, list_at, slot_of, stratum_of
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment
from holdfast.records.people import User
from holdfast.records.protocols import protocol_of
from holdfast.unblinded.lists import Given, take_slot
from holdfast.unblinded.room import NotInTheRoom, RoomClosed

PERMISSION = "participant.randomize"
SITE = "site"  # the factor whose level is the site's own code
# What no protocol may leave out.
ALWAYS = frozenset({"course", "verdict"})


def may_randomize(enrollment: Enrollment, now: datetime) -> GateAnswer | None:
    """What stands before randomization now, met or not; None where the protocol randomizes nobody."""
    protocol = protocol_of(enrollment)
    return _asked(Question(Act.RANDOMIZE, enrollment, protocol, now), protocol)


def _asked(question: Question, protocol: ProtocolVersion) -> GateAnswer | None:
    named = protocol.schedule.randomization if protocol.schedule else None
    if named is None:
        return None
    wanted = ALWAYS | set(named.prerequisites)
    answer = answer_to(question)
    return GateAnswer(
        answer.act, tuple(one for one in answer.judged if one.condition.code in wanted)
    )


@refused_where_erased
@one_transaction
def randomize(
    *, enrollment: Enrollment, levels: Mapping[str, str], entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Give a person the next slot of the list that stands here, and their randomization number.

    ``levels`` is the person's level of each factor of the list but the site, which is its own.
    """
    if refusal := refused(by, enrollment, PERMISSION, now):
        return refusal
    stream = lock(enrollment.id, now)
    sent = stream.sent("participant-randomized", entry_id, {"levels": dict(levels)})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if slot_of(enrollment.id) is not None:
        return Refusal("randomized-already")
    protocol = protocol_of(enrollment)
    question = Question(Act.RANDOMIZE, enrollment, protocol, stream.now)
    answer = _asked(question, protocol)
    if answer is None:
        return Refusal("protocol-does-not-randomize")
    if refusal := shut(answer):
        return refusal
    activated = _locked_list(enrollment, protocol.name, now)
    if activated is None or activated.protocol_sha256 != protocol.sha256:
        return Refusal("no-list-stands-here")
    told = _levels(enrollment, activated, levels)
    if isinstance(told, Refusal):
        return told
    passed = passed_fact(stream, question, answer, uuid5(entry_id, "passed"))
    taken = _next(uuid5(entry_id, "slot"), enrollment, activated, told)
    if activated.slots and taken.place > activated.slots:
        return Refusal("list-used-up")
    taken.passed_id, taken.taken_at, taken.taken_by = passed.id, stream.now, by
    try:
        _take(taken, activated, told)
    except (NotInTheRoom, RoomClosed):
        return Refusal("no-list-stands-here")
    letter = message("participant-randomized", taken.id, site=enrollment.site_id.hex)
    values = {"number": taken.number}
    return stream.write(sent, [passed, taken, letter], by=by, values=values)


def _locked_list(enrollment: Enrollment, study: str, now: datetime) -> ListActivated | None:
    """The list that stands here, locked: its next slot is nobody else's until this is committed.

    Always the last lock. A list that was replaced while this waited is let go for the one that stands.
    """
    found = list_at(enrollment.site_id, study)
    while found is not None:
        lock(found.id, now)
        standing = list_at(enrollment.site_id, study)
        if standing is not None and standing.id == found.id:
            return found
        found = standing
    return None


def _levels(
    enrollment: Enrollment, activated: ListActivated, levels: Mapping[str, str]
) -> dict[str, str] | Refusal:
    """The level of every factor; unknown is no level."""
    told = dict(levels)
    factors = factors_of(activated)
    if SITE in {code for code, _ in factors}:
        told[SITE] = enrollment.site.code
    for code, known in factors:
        if told.get(code) not in known:
            return Refusal("level-unknown", {"factor": code})
    if unknown := sorted(set(told) - {code for code, _ in factors}):
        return Refusal("level-unknown", {"factor": unknown[0]})
    return told


def _next(
    slot_id: UUID, enrollment: Enrollment, activated: ListActivated, levels: Mapping[str, str]
) -> SlotTaken:
    """The next slot of the person's stratum, and the next number of the list. Its lock is held."""
    stratum = stratum_of(activated, levels)
    taken = SlotTaken.objects.filter(activated=activated)
    return SlotTaken(
        id=slot_id,
        enrollment=enrollment,
        activated=activated,
        number=taken.count() + 1,
        stratum=stratum,
        place=taken.filter(stratum=stratum).count() + 1,
        levels=document(dict(levels)).decode(),
    )


def _take(taken: SlotTaken, activated: ListActivated, levels: Mapping[str, str]) -> None:
    before = None
    if not activated.slots:
        rows = SlotTaken.objects.filter(activated=activated).order_by("place")
        pairs = rows.values_list("enrollment_id", "levels")
        before = [Given(enrollment, orjson.loads(told)) for enrollment, told in pairs]
    take_slot(
        sealed_room.open_room(),
        activated.id,
        taken.enrollment_id,
        stratum=taken.stratum,
        place=taken.place,
        levels=levels,
        before=before,
    )
