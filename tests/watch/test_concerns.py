"""Recipients outside are told and tested, with simulated time; the mail tells nothing, nor its going."""

from datetime import timedelta

import pytest
from django.core import mail

from holdfast.domain.concerns import Seat
from holdfast.domain.findings import Outcome
from holdfast.records import heartbeats
from holdfast.records.concern_reads import open_tests, recipients_tested, standing_seats
from holdfast.records.concerns import Concern, RecipientTest, RecipientTry
from holdfast.records.journal import OutboxEntry
from holdfast.watch import concerns as loop
from holdfast.watch.pagers import ConsolePager, Mail, PageNotReceived
from holdfast.watch.runner import TURNS, take_turn
from tests.actions.clinic import Clinic, written
from tests.actions.outside import RECIPIENT, Outside, boxed, has_tested, named, outside, person

FIRST, SECOND, ETHICS = (f"outside-{seat}@outside.example" for seat in Seat)


class Recorder:
    """A mail channel that keeps what it was given; dead for some addresses."""

    def __init__(self, *dead: str) -> None:
        self.dead, self.letters = dead, []

    def deliver(self, letter) -> str:
        if letter.address in self.dead:
            raise PageNotReceived("no-answer")
        self.letters.append(letter)
        return "taken"

    def to(self, address: str) -> int:
        return sum(letter.address == address for letter in self.letters)


@pytest.fixture
def beyond(one_clinic: Clinic) -> Outside:
    return outside(one_clinic)


def run(beyond: Outside, way: Recorder, **passed: int) -> None:
    """Let some time pass in steps, a turn of the watch at each."""
    until = beyond.clinic.now + timedelta(**passed)
    step = timedelta(hours=12) if "days" in passed else timedelta(minutes=30)
    while beyond.clinic.now < until:
        loop.tell_recipients(beyond.clinic.now, {"email": way, "sms": way})
        beyond.clinic.now = min(until, beyond.clinic.now + step)
    loop.tell_recipients(beyond.clinic.now, {"email": way, "sms": way})


def test_both_are_told_at_once_and_once(beyond):
    way = Recorder()
    beyond.raised()
    run(beyond, way, hours=23)
    assert (way.to(FIRST), way.to(SECOND), way.to(ETHICS)) == (1, 1, 0)


def test_with_the_first_silent_the_second_hears_again_and_the_ethics_committee_is_told(beyond):
    way = Recorder()
    concern, _ = beyond.raised()
    written(beyond.acknowledged(concern, Seat.SECOND))
    run(beyond, way, hours=25)
    assert way.to(FIRST) == 2  # at once, and when the time had passed
    assert way.to(SECOND) == 1  # had it already; is told that the first is silent
    assert way.to(ETHICS) == 1


def test_with_both_silent_the_ethics_committee_is_told_and_told_again(beyond):
    way = Recorder()
    concern, _ = beyond.raised()
    run(beyond, way, hours=49)
    assert (way.to(FIRST), way.to(SECOND), way.to(ETHICS)) == (3, 3, 2)
    for seat in Seat:
        written(beyond.acknowledged(concern, seat))
    before = len(way.letters)
    run(beyond, way, hours=30)
    assert len(way.letters) == before


def test_acknowledged_in_time_nobody_else_hears_of_it(beyond):
    way = Recorder()
    concern, _ = beyond.raised()
    run(beyond, way, hours=2)
    written(beyond.acknowledged(concern, Seat.FIRST))
    written(beyond.acknowledged(concern, Seat.SECOND))
    run(beyond, way, hours=60)
    assert (way.to(FIRST), way.to(SECOND), way.to(ETHICS)) == (1, 1, 0)


def test_a_dead_channel_is_tried_again_and_each_try_is_a_fact(beyond):
    way = Recorder(FIRST)
    concern, _ = beyond.raised()
    run(beyond, way, hours=1)
    tries = RecipientTry.objects.filter(concern=concern, seat__seat="first")
    assert {row.outcome for row in tries} == {"failed"}
    assert tries.count() == 3
    assert {row.stream_id for row in RecipientTry.objects.filter(concern=concern)} == {concern.id}


def test_a_test_begins_ahead_of_the_thirty_days_and_its_letter_is_that_of_a_concern(beyond):
    way, site = Recorder(), beyond.clinic.site
    loop_tests = RecipientTest.objects.count()
    run(beyond, way, days=18)
    assert RecipientTest.objects.count() == loop_tests + len(Seat)
    by_test = way.letters[-1].text
    way.letters.clear()
    beyond.raised()
    run(beyond, way, minutes=1)
    assert {letter.text for letter in way.letters} == {by_test}
    for seat in Seat:
        has_tested(site, seat, beyond.clinic.now)
    run(beyond, way, days=14)  # more than thirty days after the first test
    assert recipients_tested(site, beyond.clinic.now).outcome is Outcome.PASSED


def test_without_an_acknowledged_test_the_thirty_days_run_out(beyond):
    site, began = beyond.clinic.site, beyond.clinic.now
    almost = began + timedelta(days=30) - timedelta(seconds=1)
    assert recipients_tested(site, almost).outcome is Outcome.PASSED
    finding = recipients_tested(site, began + timedelta(days=30))
    assert (finding.outcome, finding.reason) == (Outcome.FAILED, "test-expired")


def test_a_mail_says_nothing_and_no_heartbeat_outbox_or_console_says_that_it_went(
    beyond, capsys, monkeypatch
):
    monkeypatch.setattr(loop, "pagers_of_the_site", lambda: {"email": ConsolePager()})
    now = beyond.clinic.now
    assert take_turn("concerns", now, lambda at: loop.tell_recipients(at))
    before = list(heartbeats.Heartbeat.objects.filter(loop="concerns").values())
    concern, _ = beyond.raised()
    assert take_turn("concerns", now, lambda at: loop.tell_recipients(at))
    assert list(heartbeats.Heartbeat.objects.filter(loop="concerns").values()) == before
    assert capsys.readouterr().out == ""
    assert not OutboxEntry.objects.exists()
    assert {row.detail for row in RecipientTry.objects.filter(concern=concern)} == {"no-channel"}
    assert "concerns" in TURNS
    way = Recorder()
    run(beyond, way, minutes=30)
    for letter in way.letters:
        assert "concern" not in letter.text.lower()
        assert beyond.clinic.site.code not in letter.text


def test_a_named_recipient_is_tested_before_they_count(beyond):
    way, clinic = Recorder(), beyond.clinic
    other = person(clinic, "outside-new", RECIPIENT)
    written(named(clinic.site, Seat.FIRST, other, beyond.lead, clinic.later(minutes=1)))
    boxed(clinic.site, other, clinic.now)
    run(beyond, way, minutes=15)
    assert way.to("outside-new@outside.example") == 1
    beyond.raised()
    run(beyond, way, minutes=15)
    assert way.to(FIRST) == 1  # still the one who counts
    assert open_tests(standing_seats(clinic.site)[Seat.FIRST])
    assert Concern.objects.get().shares.filter(user=other).count() == 0


def test_the_letter_as_mail_has_a_subject_and_a_text_that_tell_nothing(beyond, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    beyond.raised()
    loop.tell_recipients(beyond.clinic.now, {"email": Mail("holdfast@clinic.example")})
    assert {(m.subject, m.to[0]) for m in mail.outbox} == {
        ("Holdfast", FIRST),
        ("Holdfast", SECOND),
    }
    for message in mail.outbox:
        words = message.body.replace("http://127.0.0.1:8000", "").split()
        assert " ".join(words) == "There is something to read in Holdfast:"
