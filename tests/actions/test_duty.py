"""The roster, channels, pages and signed times: what is written, and what is refused."""

from datetime import date, time, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection

from holdfast.actions import paging, rosters
from holdfast.actions.outcomes import Conflict, Refusal
from holdfast.domain.duty import Condition, Send
from holdfast.domain.rota import on_duty
from holdfast.records.duty import (
    DutyContact,
    DutyHours,
    DutyPage,
    PageAnswer,
    PageAttempt,
    SignedTime,
)
from holdfast.records.journal import OutboxEntry
from holdfast.records.keys import opened
from holdfast.records.rota import code_of_test, duty_now, pages_of, roster, standing_hours, zone_of
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import NOW, Clinic, written

ADDRESS = "zebediah.canarybird@example.org"


def rostered(clinic: Clinic, user, **given):
    told = {
        "post": "first",
        "first_day": date(2026, 3, 1),
        "last_day": None,
        "weekdays": range(1, 8),
        "begins": time(0),
        "ends": time(0),
        "entry_id": uuid4(),
        "by": clinic.coordinator,
        "now": clinic.now,
    }
    return rosters.roster_hours(site=clinic.site, user=user, **(told | given))


def contact(clinic: Clinic, user, channel="email", address: str | None = ADDRESS, **given):
    told = {"entry_id": uuid4(), "by": user, "now": clinic.now}
    return rosters.keep_contact(
        site=clinic.site, channel=channel, address=address, **(told | given)
    )


def paged(clinic: Clinic, **given):
    told = {"post": "", "reason": "come-now", "entry_id": uuid4(), "by": clinic.therapist}
    return paging.page_duty(site=clinic.site, now=clinic.now, **(told | given))


def signed(clinic: Clinic, code="page-answered-within", value="5", **given):
    by = given.pop("by", clinic.physician)
    told = {"unit": "min", "proof": clinic.proof(by), "entry_id": uuid4(), "now": clinic.now}
    return rosters.sign_time(
        site=clinic.site, code=code, value=Decimal(value), by=by, **(told | given)
    )


def answered(clinic: Clinic, page: DutyPage, by, done="coming", **given):
    told = {"entry_id": uuid4(), "now": clinic.now}
    return paging.answer_page(page=page, done=done, by=by, **(told | given))


def test_who_is_rostered_is_on_duty_until_the_hours_end(clinic):
    written(rostered(clinic, clinic.physician))
    hours = DutyHours.objects.get()
    turns = on_duty(roster(standing_hours(clinic.site)), zone_of(clinic.site), NOW)
    assert [turn.person for turn in turns] == [clinic.physician.id]
    told = {"reason": "typing-error", "entry_id": uuid4(), "by": clinic.coordinator, "now": NOW}
    written(rosters.end_hours(hours=hours, last_day=None, **told))
    assert standing_hours(clinic.site) == []
    again = rosters.end_hours(hours=hours, last_day=None, **(told | {"entry_id": uuid4()}))
    assert again == Refusal("already-corrected")
    assert verify_here().fits


def test_hours_take_the_place_of_others_in_one_step(clinic):
    """At no moment does neither stand; what stood before is corrected, not gone."""
    written(rostered(clinic, clinic.physician))
    before = DutyHours.objects.get()
    entry = uuid4()
    told = {"replaces": before, "begins": time(8), "ends": time(20), "entry_id": entry}
    first = written(rostered(clinic, clinic.therapist, **told))
    assert rostered(clinic, clinic.therapist, **told) == first
    (stands,) = standing_hours(clinic.site)
    assert (stands.user, stands.corrects, stands.correction_reason) == (
        clinic.therapist,
        before,
        "hours-changed",
    )
    again = rostered(clinic, clinic.physician, replaces=before)
    assert again == Refusal("already-corrected")
    assert verify_here().fits


def test_the_same_hours_sent_again_get_the_first_receipt(one_clinic):
    entry = uuid4()
    first = written(rostered(one_clinic, one_clinic.physician, entry_id=entry))
    assert rostered(one_clinic, one_clinic.physician, entry_id=entry) == first
    other = rostered(one_clinic, one_clinic.therapist, entry_id=entry)
    assert isinstance(other, Conflict)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"post": "chief"}, "post-unknown"),
        ({"weekdays": []}, "hours-do-not-fit"),
        ({"last_day": date(2026, 2, 1)}, "hours-do-not-fit"),
    ],
)
def test_hours_that_cannot_be_are_refused(one_clinic, given, reason):
    assert rostered(one_clinic, one_clinic.physician, **given) == Refusal(reason)


def test_who_has_no_role_at_the_site_is_not_rostered_and_who_may_not_rosters_nobody(one_clinic):
    refused = rostered(one_clinic, one_clinic.physician, by=one_clinic.therapist)
    assert refused.reason == "not-permitted"
    stranger = one_clinic.physician
    later = NOW - timedelta(days=1)  # before any role began
    assert rostered(one_clinic, stranger, now=later).reason == "not-permitted"


def test_an_address_is_sealed_under_its_persons_key(clinic):
    written(contact(clinic, clinic.physician))
    row = DutyContact.objects.get()
    assert opened(row, "address") == ADDRESS
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, token FROM records_dutycontact")
        stored = str(cursor.fetchone())
        cursor.execute("SELECT event FROM records_journalentry")
        events = b"".join(bytes(event) for (event,) in cursor.fetchall())
    assert "canarybird" not in stored
    assert b"canarybird" not in events


def test_an_address_sent_twice_with_other_content_keeps_no_readable_word(one_clinic):
    entry = uuid4()
    written(contact(one_clinic, one_clinic.physician, entry_id=entry))
    again = contact(one_clinic, one_clinic.physician, address="x@y.example", entry_id=entry)
    assert isinstance(again, Conflict)
    assert "example" not in opened(again, "sent")


def test_a_new_address_corrects_the_old_one_and_a_channel_can_be_taken_away(one_clinic):
    written(contact(one_clinic, one_clinic.physician))
    written(contact(one_clinic, one_clinic.physician, address="other@example.org"))
    written(contact(one_clinic, one_clinic.physician, address=None))
    assert DutyContact.objects.count() == 3
    assert not DutyContact.objects.filter(corrected_by=None, is_withdrawn=False).exists()


@pytest.mark.parametrize(
    ("channel", "address", "reason"),
    [
        ("pigeon", ADDRESS, "channel-unknown"),
        ("email", "nobody", "address-does-not-fit"),
        ("email", "a@b.example\nBcc: c@d.example", "address-does-not-fit"),
        ("sms", "0790000000", "address-does-not-fit"),
    ],
)
def test_an_address_that_cannot_be_is_refused(one_clinic, channel, address, reason):
    assert contact(one_clinic, one_clinic.physician, channel, address) == Refusal(reason)


def test_a_page_is_answered_with_what_is_done(clinic):
    written(paged(clinic, post="physician-on-call"))
    page = DutyPage.objects.get()
    written(answered(clinic, page, clinic.physician))
    assert PageAnswer.objects.get().answered_by == clinic.physician
    assert verify_here().fits


def test_a_page_of_no_known_reason_or_by_who_may_not_is_refused(one_clinic):
    assert paged(one_clinic, reason="a word").reason == "reason-unknown"
    assert paged(one_clinic, post="chief").reason == "post-unknown"
    assert paged(one_clinic, by=one_clinic.rater).reason == "not-permitted"


def test_a_test_is_acknowledged_by_the_code_that_its_channel_carried(one_clinic):
    clinic = one_clinic
    written(contact(clinic, clinic.physician))
    row = DutyContact.objects.get()
    assert (
        paging.begin_test(contact=row, entry_id=uuid4(), by=clinic.therapist, now=NOW).reason
        == "channel-of-another"
    )
    written(paging.begin_test(contact=row, entry_id=uuid4(), by=clinic.physician, now=NOW))
    test = DutyPage.objects.get()
    right = code_of_test(test)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    reply = {"by": clinic.physician, "done": "test-received"}
    assert answered(clinic, test, code=wrong, **reply).reason == "code-does-not-fit"
    assert answered(clinic, test, clinic.therapist, "test-received", code=right).reason == (
        "channel-of-another"
    )
    assert answered(clinic, test, clinic.physician, "coming").reason == "outcome-unknown"
    written(answered(clinic, test, code=right, **reply))


def test_a_test_of_an_address_that_was_replaced_counts_no_more(one_clinic):
    clinic = one_clinic
    written(contact(clinic, clinic.physician))
    row = DutyContact.objects.get()
    written(paging.begin_test(contact=row, entry_id=uuid4(), by=clinic.physician, now=NOW))
    assert len(pages_of(clinic.site, clinic.now)) == 1
    clinic.later(minutes=1)
    written(contact(clinic, clinic.physician, address="other@example.org"))
    assert pages_of(clinic.site, clinic.now) == []


def test_a_time_is_signed_by_a_physician_in_minutes(clinic):
    written(signed(clinic))
    written(signed(clinic, "answer-holds-for", "60"))
    state = duty_now(clinic.site, [], clinic.now)
    assert (state.answer_within, state.holds_for) == (timedelta(minutes=5), timedelta(hours=1))
    written(signed(clinic, value="7"))
    assert SignedTime.objects.get(corrects__isnull=False).value == Decimal(7)
    assert duty_now(clinic.site, [], clinic.now).answer_within == timedelta(minutes=7)
    assert verify_here().fits


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"value": "0"}, "value-does-not-fit"),
        ({"value": "NaN"}, "value-does-not-fit"),
        ({"value": "1000000"}, "value-does-not-fit"),
        ({"unit": "h"}, "unit-does-not-fit"),
        ({"code": "other"}, "limit-unknown"),
        ({"proof": None}, "proof-missing"),
    ],
)
def test_a_time_that_cannot_stand_is_refused(one_clinic, given, reason):
    assert signed(one_clinic, **given).reason == reason


def test_a_coordinator_signs_no_time(one_clinic):
    assert signed(one_clinic, by=one_clinic.coordinator).reason == "not-permitted"


def test_an_attempt_is_recorded_with_codes_alone(one_clinic):
    clinic = one_clinic
    written(paged(clinic))
    page = DutyPage.objects.get()
    send = Send(page.id, clinic.physician.id, "email", NOW)
    told = {"page": page, "send": send, "message": uuid4(), "by": clinic.administrator, "now": NOW}
    words = paging.record_attempt(outcome="failed", detail="User unknown: a@b", **told)
    assert words == Refusal("not-a-code")
    written(paging.record_attempt(outcome="failed", detail="smtp-550", **told))
    written(paging.record_attempt(outcome="failed", detail="smtp-550", **told))
    assert PageAttempt.objects.count() == 1


def test_a_condition_is_told_once_a_day_by_codes_alone(clinic):
    told = {"site": clinic.site, "by": clinic.administrator, "now": NOW}
    empty = Condition("roster-empty")
    assert paging.tell_condition(condition=empty, day="2026-03-02", **told) is not None
    assert paging.tell_condition(condition=empty, day="2026-03-02", **told) is None
    assert paging.tell_condition(condition=empty, day="2026-03-03", **told) is not None
    assert OutboxEntry.objects.filter(kind="duty-condition").count() == 2
