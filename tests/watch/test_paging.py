"""Pages are sent and climb until somebody answers: with simulated time, and dead channels."""

import hmac
import json
import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import uuid4

import pytest
from django.core import mail

from holdfast.records import heartbeats
from holdfast.records.duty import DutyContact, DutyPage, PageAttempt
from holdfast.records.journal import JournalEntry, OutboxEntry
from holdfast.records.rota import code_of_test
from holdfast.watch.pagers import (
    ConsolePager,
    Letter,
    Mail,
    PageNotReceived,
    SignedWebhook,
    pagers_of_the_site,
)
from holdfast.watch.paging import send_pages
from tests.actions.clinic import NOW, Clinic, written
from tests.actions.test_duty import answered, contact, paged, rostered, signed

TICK = timedelta(seconds=5)


class Recorder:
    """A channel that keeps what it was given; dead for some people, as their address says."""

    def __init__(self, *dead: str) -> None:
        self.dead, self.letters = dead, []

    def deliver(self, letter: Letter) -> str:
        if letter.address in self.dead:
            raise PageNotReceived("no-answer")
        self.letters.append(letter)
        return "acknowledged"

    def pages_to(self) -> list[str]:
        return [letter.address for letter in self.letters if not letter.code]


@pytest.fixture
def staffed(one_clinic: Clinic) -> Clinic:
    """A first and a second on duty, each with one channel; times signed: five minutes."""
    clinic = one_clinic
    for user, post in ((clinic.therapist, "first"), (clinic.physician, "second")):
        written(rostered(clinic, user, post=post))
        written(contact(clinic, user, address=f"{user.login}@example.org"))
    written(signed(clinic, value="5"))
    written(signed(clinic, "answer-holds-for", "60"))
    return clinic


def run(clinic: Clinic, way, minutes: float) -> None:
    """Let the watch take its turns for some simulated time."""
    until = clinic.now + timedelta(minutes=minutes)
    while clinic.now < until:
        clinic.now += TICK
        send_pages(clinic.now, dict.fromkeys(DutyContact.CHANNELS, way))


def test_a_watch_that_dies_after_sending_sends_the_same_message_again(staffed, monkeypatch):
    way = Recorder()
    written(paged(staffed, by=staffed.coordinator))
    with monkeypatch.context() as patch:
        patch.setattr("holdfast.watch.paging.record_attempt", _die)
        with pytest.raises(KeyboardInterrupt):
            run(staffed, way, 0.1)
    assert not PageAttempt.objects.exists()  # nothing is marked that has no receipt on record
    run(staffed, way, 0.2)
    pages = [letter.id for letter in way.letters if not letter.code]
    assert len(pages) == 2
    assert len(set(pages)) == 1
    assert PageAttempt.objects.filter(page__reason="come-now", outcome="received").count() == 1


def _die(**_: object) -> None:
    raise KeyboardInterrupt


def test_unsigned_times_page_everybody_at_once_and_say_so(one_clinic):
    clinic, way = one_clinic, Recorder()
    for user, post in ((clinic.therapist, "first"), (clinic.physician, "second")):
        written(rostered(clinic, user, post=post))
        written(contact(clinic, user, address=f"{user.login}@example.org"))
    written(paged(clinic, by=clinic.coordinator))
    run(clinic, way, 0.1)
    assert sorted(way.pages_to()) == ["physician@example.org", "therapist@example.org"]
    told = [json.loads(row.body)["code"] for row in OutboxEntry.objects.all() if "code" in row.body]
    assert "times-unsigned" in told


def test_each_channel_is_tested_daily_and_an_untested_one_is_told(staffed, monkeypatch):
    monkeypatch.setattr("tests.watch.test_paging.TICK", timedelta(minutes=30))
    way = Recorder()
    run(staffed, way, 60)
    tests = list(DutyPage.objects.filter(reason="channel-test"))
    assert {test.user.login for test in tests} == {"therapist", "physician"}
    codes = {letter.address: letter.code for letter in way.letters}
    assert len(way.letters) == 2
    for test in tests:
        code = codes[f"{test.user.login}@example.org"]
        assert code == code_of_test(test)
        written(answered(staffed, test, test.user, "test-received", code=code))
    untested = [r for r in OutboxEntry.objects.all() if "channel-untested" in r.body]
    assert len(untested) == 2
    run(staffed, way, 21 * 60)
    assert DutyPage.objects.filter(reason="channel-test").count() == 4  # tomorrow's began in time


def test_an_empty_roster_is_told_and_everybody_who_can_be_reached_is_paged(one_clinic):
    clinic, way = one_clinic, Recorder()
    written(contact(clinic, clinic.physician, address="physician@example.org"))
    written(paged(clinic))
    run(clinic, way, 0.1)
    assert way.pages_to() == ["physician@example.org"]
    assert any("roster-empty" in row.body for row in OutboxEntry.objects.all())


def test_no_address_and_no_name_is_in_journal_outbox_or_console(staffed, capsys):
    written(paged(staffed, by=staffed.coordinator))
    run(staffed, ConsolePager(), 0.2)
    events = b"".join(bytes(row.event) for row in JournalEntry.objects.all())
    bodies = "".join(row.body for row in OutboxEntry.objects.all())
    printed = capsys.readouterr().out
    assert '"page"' in printed
    for word in ("example.org", "Canarybird"):
        assert word not in printed + bodies
        assert word.encode() not in events


def letter(**given) -> Letter:
    told = {
        "id": uuid4(),
        "page": uuid4(),
        "channel": "sms",
        "address": "+41 79 000 00 00",
        "reason": "come-now",
        "code": "",
        "where": "https://clinic.example/NORTH/duty/",
        "at": NOW,
    }
    return Letter(**(told | given))


def test_the_subject_of_an_e_mail_says_nothing(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    assert Mail("duty@clinic.example").deliver(letter(address="a@b.example")) == "taken"
    (sent,) = mail.outbox
    assert (sent.subject, sent.to) == ("Holdfast", ["a@b.example"])
    assert "/NORTH/duty/" in sent.body


def test_a_mail_server_that_is_not_there_is_no_receipt(settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 9, False
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with pytest.raises(PageNotReceived, match="no-mail-server"):
        Mail("duty@clinic.example").deliver(letter(address="a@b.example"))


class Gateway(BaseHTTPRequestHandler):
    """A gateway that checks the signature and repeats the id; or fails as it is told to."""

    status, says, got = 200, True, []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).got.append((dict(self.headers), body))
        self.send_response(self.status)
        self.end_headers()
        told = {"received": json.loads(body)["id"]} if self.says else {}
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def gateway():
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    Gateway.status, Gateway.says, Gateway.got = 200, True, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_gateway_can_check_who_sends_and_knows_a_message_again(gateway):
    secret, sent = b"a secret of the site", letter()
    assert SignedWebhook(gateway, secret).deliver(sent) == "acknowledged"
    ((headers, body),) = Gateway.got
    assert headers["X-Holdfast-Signature"] == hmac.digest(secret, body, "sha256").hex()
    assert headers["Idempotency-Key"] == str(sent.id)
    assert json.loads(body)["to"] == sent.address


def test_what_the_gateway_did_not_repeat_was_not_received(gateway):
    way = SignedWebhook(gateway, b"a secret of the site")
    Gateway.says = False
    with pytest.raises(PageNotReceived, match="no-receipt"):
        way.deliver(letter())
    Gateway.status = 503
    with pytest.raises(PageNotReceived, match="http-503"):
        way.deliver(letter())


def test_a_gateway_that_speaks_no_http_is_no_receipt_and_no_bug():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_answer_nonsense, args=(listener,), daemon=True).start()
        way = SignedWebhook(
            f"http://127.0.0.1:{listener.getsockname()[1]}/", b"a secret of the site"
        )
        with pytest.raises(PageNotReceived, match="no-answer"):
            way.deliver(letter())


def _answer_nonsense(listener: socket.socket) -> None:
    caller, _ = listener.accept()
    with caller:
        caller.recv(65536)
        caller.sendall(b"nothing that is HTTP\r\n\r\n")


def test_a_gateway_that_is_set_wrongly_takes_no_other_channel_with_it():
    told = {"HOLDFAST_SMTP_HOST": "mail", "HOLDFAST_PAGER_URL": "http://gateway.example/"}
    ways = pagers_of_the_site(told)
    assert type(ways["email"]) is Mail
    with pytest.raises(PageNotReceived, match="wrongly-set"):
        ways["sms"].deliver(letter())


def test_a_gateway_in_the_clear_or_without_a_secret_is_refused():
    with pytest.raises(ValueError, match="https"):
        SignedWebhook("http://gateway.example/", b"a secret of the site")
    with pytest.raises(ValueError, match="SECRET"):
        SignedWebhook("https://gateway.example/", b"short")


def test_the_console_stands_in_for_every_channel_that_is_not_set():
    assert set(map(type, pagers_of_the_site({}).values())) == {ConsolePager}
    set_up = pagers_of_the_site(
        {
            "HOLDFAST_SMTP_HOST": "mail",
            "HOLDFAST_PAGER_URL": "https://gateway.example/",
            "HOLDFAST_PAGER_SECRET": "a secret of the site",
        }
    )
    assert set_up.keys() == set(DutyContact.CHANNELS)
    assert ConsolePager not in set(map(type, set_up.values()))


def test_a_watch_that_was_killed_is_stale_in_time_for_every_screen(one_clinic):
    """Silence counts after 30 s, and pages ask every 10 s: under the 45 s."""
    now = one_clinic.now
    heartbeats.beat("paging", now=now)
    silent = heartbeats.INTERVALS["paging"] + heartbeats.GRACES["paging"]
    assert silent + timedelta(seconds=10 + 4) < timedelta(seconds=45)
    loops = {s.loop for s in heartbeats.stale(now + silent + timedelta(seconds=1))}
    assert "paging" in loops
    assert "paging" not in {s.loop for s in heartbeats.stale(now + silent)}


def test_begun_tests_are_of_whoever_is_on_duty_alone(staffed):
    written(contact(staffed, staffed.coordinator, address="c@example.org"))
    run(staffed, Recorder(), 0.1)
    people = {row.user.login for row in DutyPage.objects.filter(reason=DutyPage.TEST)}
    assert people == {"therapist", "physician"}
