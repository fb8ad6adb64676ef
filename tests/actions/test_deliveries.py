"""A message is sent until it is received: sending is not receiving."""

from uuid import uuid4

from holdfast.actions.deliveries import record_delivery
from holdfast.actions.outcomes import Refusal
from holdfast.actions.people import house
from holdfast.records.models import OutboxEntry
from holdfast.records.outbox import waiting
from tests.actions.clinic import enrolled, written


def deliver(clinic, message, outcome, detail="", entry_id=None):
    return record_delivery(
        message=message,
        channel="console",
        outcome=outcome,
        detail=detail,
        entry_id=entry_id or uuid4(),
        by=house(),
        now=clinic.later(minutes=1),
    )


def test_a_message_waits_until_it_is_received(clinic):
    enrolled(clinic)
    first, *rest = waiting()
    assert (first.attempts, first.tried_at) == (0, None)
    written(deliver(clinic, first.message, "failed", "503"))
    again = waiting()[0]
    assert (again.message.id, again.attempts, again.tried_at) == (
        first.message.id,
        1,
        clinic.now,
    )
    entry_id = uuid4()
    receipt = written(deliver(clinic, first.message, "received", entry_id=entry_id))
    assert deliver(clinic, first.message, "received", entry_id=entry_id) == receipt
    assert [line.message.id for line in waiting()] == [line.message.id for line in rest]
    assert deliver(clinic, first.message, "failed") == Refusal("already-received")


def test_no_words_of_a_receiver_are_kept(one_clinic):
    enrolled(one_clinic)
    message = OutboxEntry.objects.first()
    assert deliver(one_clinic, message, "failed", "Dear Zebediah") == Refusal("not-a-code")
    assert deliver(one_clinic, message, "perhaps") == Refusal("not-a-code")
