"""Pauses: whoever decides one and why, the site sees the same; access and duty follow at once."""

from uuid import uuid4

import pytest

from holdfast.actions.outcomes import Refusal
from holdfast.actions.pauses import (
    lift_for_concern,
    lift_pauses,
    pause_assignments,
    pause_for_concern,
)
from holdfast.domain.concerns import Seat
from holdfast.records.access import may, permissions_of
from holdfast.records.concern_reads import may_read
from holdfast.records.concerns import AssignmentPause, PauseGround, register_of
from holdfast.records.events import read_event
from holdfast.records.glass_access import may_break_glass
from holdfast.records.journal import JournalEntry
from holdfast.records.pauses import assignments_suspended
from holdfast.records.rota import duty_now
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import Clinic, written
from tests.actions.outside import Outside, outside
from tests.actions.test_duty import rostered


@pytest.fixture
def beyond(clinic: Clinic) -> Outside:
    return outside(clinic)


def by_the_lead(beyond, user, reason="training"):
    told = {"site": beyond.clinic.site, "user": user, "entry_id": uuid4(), "by": beyond.lead}
    return pause_assignments(reason=reason, now=beyond.clinic.now, **told)


def from_outside(beyond, user, concern):
    key, reader = beyond.key(concern), beyond.holders[Seat.FIRST]
    told = {"concern": concern, "key": key, "user": user, "text": "He was named in it."}
    return pause_for_concern(entry_id=uuid4(), by=reader, now=beyond.clinic.now, **told)


def lifted_by_the_lead(beyond, user):
    told = {"site": beyond.clinic.site, "user": user, "entry_id": uuid4(), "by": beyond.lead}
    return lift_pauses(now=beyond.clinic.now, **told)


def suspended(beyond, user) -> bool:
    return assignments_suspended(user, beyond.clinic.site, beyond.clinic.now)


def test_who_is_paused_may_do_nothing_at_the_site_and_is_not_on_duty(beyond):
    clinic = beyond.clinic
    therapist, site = clinic.therapist, clinic.site
    written(rostered(clinic, therapist))
    assert [turn.person for turn in duty_now(site, [], clinic.now).turns] == [therapist.id]
    assert may_break_glass(therapist, clinic.now)
    concern, _ = beyond.raised()
    written(from_outside(beyond, therapist, concern))
    assert suspended(beyond, therapist)
    assert permissions_of(therapist, site, clinic.now) == frozenset()
    assert not may(therapist, site, "duty.answer", clinic.now, None)
    assert not may_break_glass(therapist, clinic.now)
    assert duty_now(site, [], clinic.now).turns == ()
    reader = beyond.holders[Seat.FIRST]
    told = {"concern": concern, "user": therapist, "entry_id": uuid4(), "by": reader}
    written(lift_for_concern(now=clinic.later(minutes=1), **told))
    assert not suspended(beyond, therapist)
    assert "duty.answer" in permissions_of(therapist, site, clinic.now)
    assert verify_here().fits


def test_the_site_cannot_tell_one_pause_from_another(beyond):
    """Row and event of both: the same words, by the house, with nothing beside the person."""
    clinic = beyond.clinic
    concern, _ = beyond.raised()
    written(by_the_lead(beyond, clinic.physician, "licence"))
    written(from_outside(beyond, clinic.therapist, concern))
    for_training, for_concern = AssignmentPause.objects.order_by("position")
    told = []
    for row in (for_training, for_concern):
        assert row.recorded_by.login == "holdfast"
        assert row.stream_id == clinic.site.id
        assert (row.correction_reason, row.correction_words) == ("", None)
        event = read_event(
            bytes(JournalEntry.objects.get(stream=row.stream, position=row.position).event)
        )
        told.append((event.kind, event.by, set(event.values), len(event.facts)))
    assert told[0] == told[1]
    grounds = {row.pause_id: row for row in PauseGround.objects.all()}
    assert grounds[for_concern.id].stream_id == concern.id
    assert grounds[for_training.id].stream_id == register_of(clinic.site.id)
    assert "named" not in grounds[for_concern.id].words


def test_a_lead_lifts_their_own_pause_and_never_that_of_the_recipients(beyond):
    clinic, user = beyond.clinic, beyond.clinic.therapist
    concern, _ = beyond.raised()
    written(by_the_lead(beyond, user))
    written(from_outside(beyond, user, concern))
    written(lifted_by_the_lead(beyond, user))
    clinic.later(minutes=1)
    assert suspended(beyond, user)
    assert lifted_by_the_lead(beyond, user) == Refusal("no-pause-of-yours")
    told = {"concern": concern, "user": user, "entry_id": uuid4()}
    written(lift_for_concern(by=beyond.holders[Seat.SECOND], now=clinic.now, **told))
    clinic.later(minutes=1)
    assert not suspended(beyond, user)


def test_recipients_cannot_be_paused_and_go_on_reading(beyond):
    concern, _ = beyond.raised()
    reader = beyond.holders[Seat.FIRST]
    assert by_the_lead(beyond, reader) == Refusal("nobody-of-this-site")
    assert may_read(reader, concern, beyond.clinic.now)


def test_who_may_not_pause_cannot(beyond):
    clinic = beyond.clinic
    told = {"site": clinic.site, "user": clinic.therapist, "reason": "other", "now": clinic.now}
    for by in (clinic.physician, clinic.coordinator, beyond.holders[Seat.FIRST]):
        assert isinstance(pause_assignments(entry_id=uuid4(), by=by, **told), Refusal)
    assert not AssignmentPause.objects.exists()
    assert by_the_lead(beyond, clinic.therapist, "because") == Refusal("reason-unknown")
    concern, _ = beyond.raised()
    key = beyond.key(concern)
    given = {"concern": concern, "key": key, "user": clinic.therapist, "text": "x"}
    given |= {"entry_id": uuid4(), "now": clinic.now}
    assert isinstance(pause_for_concern(by=beyond.lead, **given), Refusal)
