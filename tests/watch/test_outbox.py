"""A message is delivered until it is received, and never marked before."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import UUID

import orjson
import pytest

from holdfast.records.journal import OutboxDelivery, OutboxEntry
from holdfast.records.models import User
from holdfast.watch import outbox
from holdfast.watch.channels import Console, File, NotReceived, Webhook
from tests.actions.clinic import CANARY
from tests.records.full_record import FullRecord, full_record


class Deaf:
    """A receiver that takes nothing until it is told to listen."""

    name = "deaf"

    def __init__(self) -> None:
        self.listens = False
        self.heard: list[UUID] = []

    def deliver(self, message: OutboxEntry) -> str:
        if not self.listens:
            raise NotReceived("http-503")
        self.heard.append(message.id)
        return "heard"


@pytest.fixture
def record(any_database: str, clean_seals) -> FullRecord:
    return full_record()


@pytest.fixture
def waiting(record: FullRecord) -> int:
    """How many messages wait; the record's own filler counts one as delivered or not."""
    return len(outbox.due_messages(record.clinic.now + timedelta(days=1)))


def test_what_was_not_received_is_not_marked_and_is_tried_again(record, waiting):
    channel, now = Deaf(), record.clinic.now + timedelta(days=1)
    with pytest.raises(outbox.Undelivered):
        outbox.deliver(now, channel)
    assert not OutboxDelivery.objects.filter(channel="deaf", outcome="received").exists()
    assert OutboxDelivery.objects.filter(channel="deaf", outcome="failed").count() == waiting
    channel.listens = True
    assert outbox.deliver(now + outbox.LONGEST_WAIT, channel) == waiting
    assert len(set(channel.heard)) == waiting
    assert outbox.deliver(now + 2 * outbox.LONGEST_WAIT, channel) == 0


def test_waiting_grows_with_each_failure_up_to_an_hour(record, waiting):
    channel, now = Deaf(), record.clinic.now + timedelta(days=1)
    with pytest.raises(outbox.Undelivered):
        outbox.deliver(now, channel)
    assert outbox.deliver(now + timedelta(seconds=1), channel) == 0
    assert outbox.wait_after(1) == timedelta(seconds=15)
    assert outbox.wait_after(3) == timedelta(seconds=60)
    assert outbox.wait_after(400) == timedelta(hours=1)


def test_the_watch_died_between_receipt_and_mark(record, waiting, monkeypatch):
    """The message is delivered twice; the receiver knows it by its id. It is never lost."""
    channel, now = Deaf(), record.clinic.now + timedelta(days=1)
    channel.listens = True
    monkeypatch.setattr(outbox, "record_delivery", die)
    with pytest.raises(KeyboardInterrupt):
        outbox.deliver(now, channel)
    monkeypatch.undo()
    monkeypatch.setenv("HOLDFAST_KEY", record_key)
    assert outbox.deliver(now, channel) == waiting
    assert len(channel.heard) == waiting + 1


record_key = ""


@pytest.fixture(autouse=True)
def remember_key(site_key) -> None:
    import os

    global record_key
    record_key = os.environ["HOLDFAST_KEY"]


def die(**_: object) -> None:
    raise KeyboardInterrupt


def test_no_name_leaves_by_a_channel(record, tmp_path, capsys):
    for message in OutboxEntry.objects.all():
        Console().deliver(message)
        File(tmp_path / "out").deliver(message)
    assert CANARY not in capsys.readouterr().out + (tmp_path / "out").read_text()


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    """A receiver on this machine that gives receipts, or other answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = self.server.answer or orjson.dumps({"received": told["id"]})  # type: ignore[attr-defined]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.answer = b""  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_webhook_counts_only_an_answer_that_repeats_the_id(own_database, clean_seals, receiver):
    """A page that says 200 to everything is no receiver."""
    record = full_record()
    message = OutboxEntry.objects.earliest("recorded_at")
    channel = Webhook(f"http://127.0.0.1:{receiver.server_port}/")
    assert channel.deliver(message) == "acknowledged"
    receiver.answer = b"<html>OK</html>"
    with pytest.raises(NotReceived):
        channel.deliver(message)
    receiver.answer = b'{"received":"another"}'
    with pytest.raises(NotReceived, match="no-receipt"):
        channel.deliver(message)
    assert record.clinic
    with pytest.raises(ValueError, match="https"):
        Webhook("http://example.org/")


def test_deliveries_are_by_the_house(record, waiting):
    channel = Deaf()
    channel.listens = True
    outbox.deliver(record.clinic.now + timedelta(days=1), channel)
    assert set(
        OutboxDelivery.objects.filter(channel="deaf").values_list("recorded_by", flat=True)
    ) == {User.objects.get(login="holdfast").id}
