"""The watch judges open sessions by the clock, and pages for what reaches beyond the room."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from holdfast.actions.limits import sign_limit
from holdfast.records import heartbeats
from holdfast.records.duty import DutyPage
from holdfast.records.models import AlarmPaged, AlarmRaised, JournalEntry
from holdfast.records.protocols import protocol_of
from holdfast.records.verification_run import verify_here
from holdfast.watch import sessions
from holdfast.watch.paging import send_pages
from holdfast.watch.runner import TURNS, take_turn
from tests.actions.clinic import enrolled, written
from tests.actions.sessions import (
    Sitting,
    nothing_kept,
    opened,
    pass_gate,
    sitting,
    sitting_template,
)
from tests.actions.test_duty import answered, contact, rostered, signed
from tests.actions.test_rooms import OTHER
from tests.watch.test_paging import Recorder

__all__ = ["nothing_kept", "sitting", "sitting_template"]


@pytest.fixture
def dosed(sitting):
    """A session after its initial dose, with one therapist in the room."""
    clinic = sitting.clinic
    for user in (clinic.therapist, clinic.accounts["second"]):
        written(sitting.write("came-in", person=str(user.id), role="therapist"))
    written(sitting.reading(heart_rate_per_min=72, temperature_celsius=36.8))
    clinic.later(minutes=20)
    sessions.watch(clinic.now)
    written(sitting.write("dose-given", dose="initial", nominal_mg=80))
    return sitting


def paged_codes() -> set[str]:
    return {row.alarm.code for row in AlarmPaged.objects.select_related("alarm")}


def test_what_only_time_makes_true_is_raised_once(sitting):
    """A therapist's break of ten minutes, where the site signed that one may last fifteen."""
    clinic = sitting.clinic
    sign(clinic, sitting, "break-longest", 15)
    other = enrolled(clinic, identity=OTHER, bundle_sha256="cd" * 32)
    pass_gate(clinic, other)
    signed_for = Sitting(clinic, opened(clinic, other))
    people = [str(user.id) for user in (clinic.therapist, clinic.accounts["second"])]
    for person in people:
        written(signed_for.write("came-in", person=person, role="therapist"))
    written(signed_for.write("dose-given", dose="initial", nominal_mg=80))
    clinic.later(minutes=1)
    written(signed_for.write("break-began", person=people[1], cover=people[0], minutes=10))
    clinic.later(minutes=9)
    sessions.watch(clinic.now)
    assert "break-over" not in signed_for.codes()
    clinic.later(minutes=2)
    sessions.watch(clinic.now)
    alarm = AlarmRaised.objects.get(code="break-over")
    assert alarm.judged_with is None
    assert alarm.since <= clinic.now == alarm.recorded_at
    entries = JournalEntry.objects.count()
    sessions.watch(clinic.now)
    clinic.later(seconds=5)
    sessions.watch(clinic.now)
    assert JournalEntry.objects.count() == entries
    assert verify_here().fits


def sign(clinic, sitting, code: str, minutes: int) -> None:
    """A number of the site, for what is opened from now on."""
    told = {"site": clinic.site, "protocol": protocol_of(sitting.enrollment), "unit": "min"}
    told |= {"code": code, "value": Decimal(minutes), "entry_id": uuid4()}
    told |= {"proof": clinic.proof(clinic.physician), "by": clinic.physician, "now": clinic.now}
    written(sign_limit(**told))


def test_nothing_is_written_where_nothing_is_new(sitting):
    sessions.watch(sitting.clinic.now)
    entries = JournalEntry.objects.count()
    sitting.clinic.later(seconds=5)
    sessions.watch(sitting.clinic.now)
    assert JournalEntry.objects.count() == entries


def test_an_alarm_is_paged_once_with_the_others_and_observe_never(dosed):
    clinic = dosed.clinic
    written(dosed.reading(168))
    assert "systolic-observed" in dosed.codes()
    assert "given-without-authorisation" in dosed.codes()
    sessions.watch(clinic.now)
    assert "given-without-authorisation" in paged_codes()
    assert "systolic-observed" not in paged_codes()
    urgent = DutyPage.objects.filter(reason="session-alarm-urgent")
    assert urgent.count() == 1
    assert urgent.get().post == "physician-on-call"
    pages = DutyPage.objects.count()
    clinic.later(seconds=5)
    sessions.watch(clinic.now)
    assert DutyPage.objects.count() == pages


def test_the_page_climbs_until_somebody_takes_it_and_tells_nothing_outside(dosed):
    clinic = dosed.clinic
    for user, post in ((clinic.therapist, "first"), (clinic.physician, "physician-on-call")):
        written(rostered(clinic, user, post=post))
        written(contact(clinic, user, address=f"{user.login}@example.org"))
    written(signed(clinic, value="5"))
    written(signed(clinic, "answer-holds-for", "60"))
    sessions.watch(clinic.now)
    pager = Recorder()
    send_pages(clinic.now, {"email": pager})
    told = [letter for letter in pager.letters if not letter.code]
    assert {letter.address for letter in told} == {"physician@example.org"}
    assert {letter.reason for letter in told} == {"come-now"}
    page = DutyPage.objects.filter(reason="session-alarm-urgent").get()
    clinic.later(minutes=5)
    send_pages(clinic.now, {"email": pager})
    assert "therapist@example.org" in pager.pages_to()
    written(answered(clinic, page, clinic.physician))
    sent = len(pager.pages_to())
    clinic.later(minutes=6)
    send_pages(clinic.now, {"email": pager})
    later = [each for each in pager.letters if each.page == page.id][sent:]
    assert later == []


def test_a_rule_that_breaks_in_the_watch_is_an_alarm_and_the_others_have_their_turn(
    dosed, monkeypatch
):
    def broken(*args, **kwargs):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("holdfast.domain.monitoring_fold.Fold.conditions", broken)
        sessions.watch(dosed.clinic.now)
        sessions.watch(dosed.clinic.now)
    assert AlarmRaised.objects.filter(code="not-judged").count() == 1
    assert "given-without-authorisation" in paged_codes()


def test_the_loop_leaves_its_sign_of_life_and_its_silence_is_seen_in_time(dosed):
    now = dosed.clinic.now
    assert take_turn("sessions", now)
    assert "sessions" in TURNS
    assert heartbeats.silent_after("sessions") < timedelta(seconds=45)
    late = now + heartbeats.silent_after("sessions") + timedelta(seconds=1)
    assert "sessions" in {stale.loop for stale in heartbeats.stale(late)}
