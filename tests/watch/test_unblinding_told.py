"""The watch tells the seats of an emergency unblinding by their own channels, and chases its review."""

from datetime import timedelta
from uuid import uuid4

from holdfast.actions.code_breaks import review_break
from holdfast.actions.rosters import keep_contact
from holdfast.actions.unblinding_reports import name_seat
from holdfast.domain.unblinding import Break, chase_number
from holdfast.records.models import OutboxEntry
from holdfast.watch import notices, reviews
from tests.actions.blinded import ARM, allocated, broken
from tests.actions.clinic import NOW, enrolled, written
from tests.actions.test_unblinding import account
from tests.watch.test_notices import Box


def test_who_holds_a_seat_is_told_without_the_arm_and_its_review_is_chased(one_clinic):
    clinic = one_clinic
    enrollment, lead = enrolled(clinic), account(clinic, "site-lead")
    allocated(enrollment)
    told = {"by": clinic.monitor, "now": clinic.now, "entry_id": uuid4()}
    written(keep_contact(site=clinic.site, channel="email", address="m@example.org", **told))
    seat = {"site": clinic.site, "seat": "medical-monitor", "user": clinic.monitor}
    written(name_seat(by=lead, entry_id=uuid4(), now=clinic.now, **seat))
    row, box = broken(clinic, enrollment), Box()
    letter = OutboxEntry.objects.get(kind="emergency-unblinding", about=clinic.monitor.id)
    assert notices.tell(letter, clinic.now, {"email": box}) == 1
    assert "broke the blind" in box.taken[0].text
    assert ARM not in box.taken[0].text
    assert "If it was not you" not in box.taken[0].text
    assert reviews.chase(clinic.now) == 0
    late = clinic.later(hours=73)
    assert reviews.chase(late) == 1
    assert reviews.chase(late) == 0, "once a day"
    done = {"verdict": "needed", "proof": clinic.proof(lead), "entry_id": uuid4(), "by": lead}
    written(review_break(code_break=row, now=late, **done))
    assert reviews.chase(clinic.later(hours=48)) == 0


def test_a_review_is_chased_once_when_it_is_due_and_then_every_day():
    within, made = timedelta(hours=72), Break(uuid4(), NOW, is_reviewed=False)
    hours = (0, 71, 72, 95, 96, 120)
    assert [chase_number(made, within, NOW + timedelta(hours=h)) for h in hours] == [
        0,
        0,
        1,
        1,
        2,
        3,
    ]
    assert chase_number(Break(uuid4(), NOW, is_reviewed=True), within, NOW + within) == 0
